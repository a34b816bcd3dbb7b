"""Where the money may go, what the choice says, and what is asked for by it: money as it was paid, store credit, other
goods."""

from dataclasses import dataclass

from pos.returns.state import ReturnState, items
from pos.ui.i18n import LANGUAGES, _, language
from sync.actions.take_back import Wish
from sync.domain.exchange import ComingBack, GoodsBack
from sync.domain.orders import Purchase
from sync.domain.returns import Basis, Destination, ReturnRules, destination_of
from sync.local import Staff


@dataclass(frozen=True, slots=True)
class WaySaid:
    """One choice: its key and words; `on`: chosen; `off`: not for this return."""

    to: Destination
    text: str
    on: bool
    off: bool


def ways_to_go(state: ReturnState) -> list[WaySaid]:
    """The choices, once there is something to give back."""
    plan = state.accepted
    if plan is None or not plan.total:
        return []
    said = [
        (Destination.TENDERS, _("As it was paid")),
        (Destination.CREDIT, _("Store credit")),
        (Destination.EXCHANGE, _("Exchange")),
    ]
    closed = {Destination.EXCHANGE} if state.promised else set[Destination]()
    if state.purchase is not None and usual_way(state.purchase, state.copied.rules) is not Destination.TENDERS:
        closed |= {Destination.TENDERS}
    return [WaySaid(to, text, to is state.to, to in closed) for to, text in said]


def usual_way(purchase: Purchase, rules: ReturnRules) -> Destination:
    """Where the money goes if nobody chooses: back as it was paid, but of a gift."""
    return destination_of(purchase, rules, Destination.TENDERS)


def headline(state: ReturnState) -> str:
    """What the hero number is."""
    if state.promised:
        return _("Promised")
    return {
        Destination.TENDERS: _("To refund"),
        Destination.CREDIT: _("Onto store credit"),
        Destination.EXCHANGE: _("For other goods"),
    }[state.to if state.accepted else Destination.TENDERS]


def instead(state: ReturnState) -> tuple[str, str, str]:
    """What stands in place of the tenders: icon, name and a line; empty where the money goes back as it was paid."""
    if state.accepted is None or state.to is Destination.TENDERS:
        return "", "", ""
    if state.to is Destination.CREDIT:
        line = _("A code on the slip, good in all our stores. It never has to be spent at once.")
        if state.promised:
            line = _("A code on the slip. It can be spent once the order system has said yes.")
        return "ticket", _("Store credit"), line
    line = _("Scan what the customer takes instead. What is left over goes back as it was paid.")
    return "shopping-basket", _("Exchange"), line


def not_by_promise() -> str:
    """Why other goods can't be paid with it now."""
    return _("Only once the order system has said yes")


def goods_back(state: ReturnState, return_id: str, basis: Basis, claim: str, until: int) -> GoodsBack:
    """What lies on the counter, to pay for other goods. ValueError without an order and a plan."""
    purchase, plan = state.purchase, state.accepted
    if purchase is None or plan is None:
        raise ValueError("nothing lies on the counter")
    lines = []
    for taken in plan.lines:
        line = next(x for x in purchase.lines if x.id == taken.item.line)
        product = state.product(line)
        name = product.name(language()) if product else state.called(line)
        lines.append(ComingBack(name, taken.item.quantity, line.unit, taken.amount, product))
    return GoodsBack(
        return_id=return_id,
        purchase=purchase,
        items=tuple(items(state, purchase)),
        lines=tuple(lines),
        worth=plan.total,
        basis=basis,
        claim=claim,
        until=until,
        approver=state.approver.id if state.approver else "",
        claimed=tuple((taken.item.line, taken.item.quantity) for taken in plan.lines),
    )


def wish_of(
    state: ReturnState, return_id: str, actor: Staff, basis: Basis, claim: str, by_card: bool, now: int
) -> Wish:
    """What the screen shows, asked for at `now`, in the language of the order. ValueError without an order."""
    purchase = state.purchase
    if purchase is None:
        raise ValueError("nothing lies on the counter")
    spoken = purchase.language if purchase.language in LANGUAGES else language()
    wanted = tuple(items(state, purchase))
    return Wish(return_id, purchase, wanted, basis, claim, state.approver, actor, spoken, now, state.to, by_card)
