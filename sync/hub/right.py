"""What of a return its purchase has a right to: decided from the purchase's one state, for every door alike (I-8, F32).

Pure. What exceeds the right is named and never added to the purchase: no line and no tender gives more than was paid.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec

from sync.domain.money import allocate
from sync.domain.orders import BoughtLine, Paid, PaidBy, Purchase, Substitutes
from sync.domain.owed import in_coins
from sync.domain.pricing import vat_of
from sync.domain.returns import Basis, Destination, Exceptional, PromisedCash, Refund, refund_of
from sync.domain.special import PIECE
from sync.hub.said import money, pieces
from sync.protocol.operations import Return, ReturnLine, ReturnRefund

UNIT = 1
"""Minor units that two visits may differ by where each rounded for itself, not knowing of the other."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The purchase after a return; what the payment side is asked for, goes onto store credit, or is owed in cash at a
    counter; and in sentences what `beyond` the right came back and what `differs` from the rules. `excess`: minor units
    beyond the right. `by_card`: by attempt of a card terminal, how much of it there is a right to."""

    purchase: Purchase
    asked: tuple[Refund, ...]
    beyond: tuple[str, ...]
    differs: tuple[str, ...]
    excess: int
    by_card: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Share:
    """What a returned line has a right to: thousandths, and minor units."""

    line: ReturnLine
    bought: BoughtLine | None
    fits: int
    amount: int
    serials: tuple[str, ...] = ()


def settle(
    purchase: Purchase, body: Return, at: int, cash_step: int, promised: PromisedCash = PromisedCash.COUNTER
) -> Settled:
    """Apply a return that was recorded at `at` (UTC ms) to its purchase, as far as there is a right to it. `promised`:
    who pays the cash of a promise that does not say so itself."""
    shares = [_share(purchase, line, body.basis) for line in body.lines]
    due = sum(share.amount for share in shares)
    gone = [r for r in body.refunds if _is_gone(body, r)]
    paid_out = sum(r.amount for r in gone)
    rounding = body.rounding if abs(body.rounding) <= cash_step else 0
    left = _left(purchase, gone)
    to_go = [msgspec.structs.replace(r, to=way_of(r, body.basis, promised)) for r in body.refunds if r not in gone]
    asked, short = _asked(purchase, left, to_go, max(0, due + rounding - paid_out))
    asked = tuple(_in_coins(refund, left, cash_step) for refund in asked)
    beyond = [*_lines_beyond(shares), *_gone_beyond(purchase, gone, cash_step), *short]
    over = paid_out > due + cash_step
    after = _after(purchase, shares, gone, asked, over)
    differs = [*_sums(body, cash_step), *_against_the_purchase(purchase, body, shares), *_unapproved(shares, body, at)]
    differs += _moved(body, asked)
    by_card = _by_card(purchase, gone, due + rounding)
    return Settled(after, asked, tuple(beyond), tuple(differs), max(0, body.total - due), by_card)


def _is_gone(body: Return, refund: ReturnRefund) -> bool:
    """Whether nothing can call it back: it left the drawer, paid for other goods, or a card terminal is asked for it. A
    promise gave nothing yet."""
    if body.basis == Basis.PROMISE:
        return False
    return bool(refund.attempt) or refund.to == Destination.EXCHANGE or (refund.kind == PaidBy.CASH and not refund.to)


def _left(purchase: Purchase, gone: list[ReturnRefund]) -> dict[str, int]:
    """What is left of each tender besides what is gone of it."""
    left = {tender.id: tender.left for tender in purchase.paid}
    for refund in gone:
        left[refund.paid] = max(0, left.get(refund.paid, 0) - refund.amount)
    return left


def _by_card(purchase: Purchase, gone: list[ReturnRefund], most: int) -> tuple[tuple[str, int], ...]:
    """What of each attempt there is a right to, should its card terminal not give it: of its tender and of the whole
    what is left besides all that is gone for good."""
    sure = [r for r in gone if not r.attempt]
    left, most = _left(purchase, sure), max(0, most - sum(r.amount for r in sure))
    found = []
    for refund in (r for r in gone if r.attempt):
        fits = min(refund.amount, left.get(refund.paid, 0), most)
        left[refund.paid] = left.get(refund.paid, 0) - fits
        most -= fits
        found.append((refund.attempt, fits))
    return tuple(found)


def _share(purchase: Purchase, line: ReturnLine, basis: str) -> _Share:
    bought = purchase.line(line.line)
    if bought is None:
        return _Share(line, None, 0, 0)
    units = tuple(serial for serial in dict.fromkeys(line.serials) if serial in bought.serials_left)
    # That it was handed out may be told later than that it came back: what was bought is what may come back.
    left = bought.unreturned
    fits = min(line.quantity, left, len(units) * PIECE if line.serials else left)
    units = units[: fits // PIECE]
    if fits == 0 or (basis == Basis.PROMISE and fits < line.quantity):
        return _Share(line, bought, fits, 0, units)  # nothing of a promise that exceeds its right is paid unseen
    owed = refund_of(bought, fits) + (UNIT if fits == line.quantity else 0)
    return _Share(line, bought, fits, min(line.amount, owed, max(0, bought.amount - bought.refunded)), units)


def _asked(
    purchase: Purchase, left: dict[str, int], refunds: list[ReturnRefund], most: int
) -> tuple[tuple[Refund, ...], list[str]]:
    """What is asked of the payment side, goes onto credit or is owed at a counter: each tender at most what is left of
    it, all of them at most `most`. What one can't take goes to the others; what none can take is told."""
    caps = [min(r.amount, left.get(r.paid, 0)) for r in refunds]
    wanted = sum(r.amount for r in refunds)
    goal = min(wanted, most)
    parts = caps if goal >= sum(caps) or not caps else allocate(goal, caps)
    rest = goal - sum(parts)
    parts = list(parts)
    for n, refund in enumerate(refunds):
        more = min(rest, left.get(refund.paid, 0) - parts[n])
        parts[n] += more
        rest -= more
    made = [_made(r, part) for r, part in zip(refunds, parts, strict=True) if part]
    return tuple(made), [
        f"{money(rest, purchase.currency)} more than was left of the other tenders"
    ] if rest > 0 else []


def way_of(refund: ReturnRefund, basis: str, promised: PromisedCash) -> Destination:
    """Where money goes that nobody gave yet. What was promised for other goods was given for none: it goes back by its
    tender. Only cash is fetched at a counter: where the slip says so, or the retailer."""
    if refund.to == Destination.CREDIT:
        return Destination.CREDIT
    later = basis == Basis.PROMISE and promised is PromisedCash.COUNTER
    counter = refund.kind == PaidBy.CASH and (refund.to == Destination.COUNTER or later)
    return Destination.COUNTER if counter else Destination.TENDERS


def _in_coins(refund: Refund, left: dict[str, int], cash_step: int) -> Refund:
    """What a drawer is to give is a sum of coins."""
    if refund.to is not Destination.COUNTER:
        return refund
    return replace(refund, amount=in_coins(refund.amount, left.get(refund.paid, 0), cash_step))


def _made(refund: ReturnRefund, amount: int) -> Refund:
    return Refund(refund.paid, PaidBy(refund.kind), amount, Destination(refund.to))


def _moved(body: Return, asked: tuple[Refund, ...]) -> list[str]:
    """A unit or so goes to another tender where two tills rounded apart; more than that is shown."""
    told = _by_tender(body.refunds)
    moved = sum(max(0, amount - told[paid]) for paid, amount in _by_tender(asked).items())
    return [f"{moved} went back by another tender than was told"] if moved > UNIT * len(told) else []


def _lines_beyond(shares: list[_Share]) -> list[str]:
    found = []
    for share in shares:
        line, bought = share.line, share.bought
        if bought is None:
            found.append(f"line {line.line} ({line.sku}) was never bought with it")
        elif share.fits < line.quantity:
            found.append(
                f"line {line.line} ({bought.sku}): {pieces(line.quantity)} came back, "
                f"{pieces(bought.unreturned)} of {pieces(bought.quantity)} were left{_units_said(line, bought)}"
            )
    return found


def _units_said(line: ReturnLine, bought: BoughtLine) -> str:
    """Which units can't come back, and why."""
    twice = [f"serial {s} came back before" for s in line.serials if s in bought.serials_back]
    strange = [f"serial {s} was not bought with it" for s in line.serials if s not in bought.serials]
    again = [f"serial {s} is there more than once" for s, n in Counter(line.serials).items() if n > 1]
    return "".join(f"; {said}" for said in (*twice, *strange, *again))


def _by_tender(refunds: Iterable[Refund | ReturnRefund]) -> Counter[str]:
    """Minor units by the id of the tender, wherever they went."""
    found: Counter[str] = Counter()
    for refund in refunds:
        found[refund.paid] += refund.amount
    return found


def _gone_beyond(purchase: Purchase, gone: list[ReturnRefund], cash_step: int) -> list[str]:
    left = {tender.id: tender.left for tender in purchase.paid}
    how = {r.paid: "into other goods" if r.to else "by card" if r.attempt else "in cash" for r in gone}
    return [
        f"{money(amount, purchase.currency)} {how[paid]}, {money(left.get(paid, 0), purchase.currency)} was left of it"
        for paid, amount in _by_tender(gone).items()
        if amount - left.get(paid, 0) > cash_step
    ]


def _after(
    purchase: Purchase, shares: list[_Share], gone: list[ReturnRefund], asked: tuple[Refund, ...], over: bool
) -> Purchase:
    """The purchase with what came back added. Cash beyond the right is gone all the same: it counts as far as it can,
    so that later visits give back no more than was paid."""
    back = {share.line.line: share for share in shares}
    given = _by_tender([*gone, *asked])
    return replace(
        purchase,
        lines=tuple(_line_after(x, back[x.id], over) if x.id in back else x for x in purchase.lines),
        paid=tuple(_paid_after(tender, given[tender.id]) for tender in purchase.paid),
    )


def _line_after(line: BoughtLine, share: _Share, over: bool) -> BoughtLine:
    amount = share.line.amount if over else share.amount
    return replace(
        line.taken_back({share.line.product: share.fits}),
        returned=min(line.quantity, line.returned + share.fits),
        refunded=min(line.amount, line.refunded + amount),
        serials_back=(*line.serials_back, *share.serials),
    )


def _paid_after(tender: Paid, amount: int) -> Paid:
    return replace(tender, refunded=min(tender.amount, tender.refunded + amount))


def _sums(body: Return, cash_step: int) -> list[str]:
    """Where a return does not add up by itself."""
    refunds = sum(r.amount for r in body.refunds)
    vats = [vat_of(line.amount, line.vat_rate, included=True) for line in body.lines]
    most = cash_step if any(r.kind == PaidBy.CASH for r in body.refunds) else 0
    return [
        *_differs("total", body.total, sum(line.amount for line in body.lines)),
        *_differs("refunds", refunds, body.total + body.rounding),
        *_differs("VAT of lines", [line.vat for line in body.lines], vats),
        *_differs("VAT", body.vat, sum(vats)),
        *([] if abs(body.rounding) <= most else [f"rounding: {body.rounding}, the smallest coin is {cash_step}"]),
    ]


def _differs(what: str, recorded: object, expected: object) -> list[str]:
    return [] if recorded == expected else [f"{what}: recorded {recorded}, should be {expected}"]


def _against_the_purchase(purchase: Purchase, body: Return, shares: list[_Share]) -> list[str]:
    kinds: dict[str, str] = {tender.id: tender.kind for tender in purchase.paid}
    wrong = [r for r in body.refunds if kinds.get(r.paid) != r.kind]
    found = [f"nothing was paid by {r.kind} as {r.paid}" for r in wrong]
    if body.currency != purchase.currency:
        found.append(f"currency: recorded {body.currency}, bought in {purchase.currency}")
    for share in shares:
        line, bought = share.line, share.bought
        if bought is None:
            continue
        if not _may_be(bought, line.product):
            found.append(f"line {line.line}: {line.product} came back, {bought.product} was bought")
        most = refund_of(bought, share.fits) if share.fits else 0
        if share.fits == line.quantity and line.amount > most + UNIT:
            found.append(f"line {line.line}: recorded {line.amount}, {most} was due")
    return found


def _may_be(bought: BoughtLine, product: str) -> bool:
    """Whether a line's goods may have come back as that article: what was handed out, which may be told later."""
    stands_in = bought.given_as(product) is not None or product in bought.substitute_ids
    return product == bought.product or stands_in or bought.substitutes is Substitutes.SIMILAR


def _unapproved(shares: list[_Share], body: Return, at: int) -> list[str]:
    """What needed somebody who may, and shows nobody."""
    seen = set(body.approved) if body.approved_by else set[str]()
    found = []
    for share in shares:
        bought = share.bought
        if bought is None:
            continue
        if bought.until is not None and at > bought.until and Exceptional.DEADLINE not in seen:
            found.append(f"line {bought.id}: after its deadline, and nobody approved it")
        if not bought.returnable and Exceptional.NOT_RETURNABLE not in seen:
            found.append(f"line {bought.id}: not to be taken back, and nobody approved it")
    return found
