"""Where a recorded return departs from the retailer's rules: said to a person, and never refused. Pure."""

from collections.abc import Iterator

from sync.domain.orders import PaidBy, Purchase
from sync.domain.returns import BY_TENDERS, Basis, Exceptional, ReturnRules
from sync.domain.special import GiftMoney, shipping_due, torn_bundles
from sync.hub.said import money
from sync.protocol.operations import Return


def departures(purchase: Purchase, body: Return, rules: ReturnRules) -> list[str]:
    """Sentences about a return of a purchase as it was before."""
    return [*_basis(purchase, body, rules), *_bundles(purchase, body, rules), *_special(purchase, body, rules)]


def _basis(purchase: Purchase, body: Return, rules: ReturnRules) -> Iterator[str]:
    if body.basis == Basis.HELD and purchase.location != body.location:
        yield f"paid as a right of {body.location}, and {purchase.location or 'the hub'} holds it"
    if body.basis == Basis.BUDGET and body.total > rules.cap:
        most = money(rules.cap, body.currency)
        yield f"paid {money(body.total, body.currency)} without the hub, of one return {most} may be"


def over_budget(before: int, body: Return, rules: ReturnRules) -> list[str]:
    """Sentences about a return paid from the offline budget, `before` of which (minor units) was spent and not judged
    yet."""
    spent = before + body.total
    if body.basis != Basis.BUDGET or not body.total or spent <= rules.budget:
        return []
    said = f"{money(spent, body.currency)} were paid without the hub by then"
    return [f"{said}, {money(rules.budget, body.currency)} may be"]


def _bundles(purchase: Purchase, body: Return, rules: ReturnRules) -> Iterator[str]:
    approved = Exceptional.BUNDLE_PART in body.approved and body.approved_by
    if rules.whole_bundles and not approved:
        for name in torn_bundles(purchase, {line.line: line.quantity for line in body.lines}):
            yield f"a part of {name} alone, and nobody approved it"


def _special(purchase: Purchase, body: Return, rules: ReturnRules) -> Iterator[str]:
    coming = {line.line: line.quantity for line in body.lines if line.product}
    due = {line.id for line in shipping_due(purchase, coming, rules.shipping)}
    for line in body.lines:
        bought = purchase.line(line.line)
        if bought is None:
            continue
        if not bought.goods and line.line not in due and bought.left:
            yield f"{bought.name} was refunded, which the rule {rules.shipping.value!r} does not give"
        if bought.serials and not line.serials:
            yield f"line {bought.id} ({bought.sku}): its serials were not named"
    for refund in body.refunds if purchase.gift else []:
        payers = rules.gift is GiftMoney.CREDIT or refund.kind == PaidBy.CASH
        if refund.to in BY_TENDERS and payers:
            yield f"{money(refund.amount, body.currency)} of a gift went back by {refund.kind}"
