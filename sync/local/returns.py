"""What returns ask of the local files: purchases as they stand here, the rules, and what this terminal took back.

A purchase in the replica is as old as the replica. What this terminal took back of it since is laid over it until the
replica includes it, as sales are laid over stock, so that nothing comes back twice here (F32).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import msgspec

from sync.domain.order_payments import at_till, paid_also
from sync.domain.orders import BoughtLine, Given, Paid, Purchase, number_key
from sync.domain.return_rules import amount_of as amount_of
from sync.domain.return_rules import read_rules
from sync.domain.returns import ReturnRules
from sync.local.database import Local
from sync.local.order_payments import paid_here, payments_here
from sync.local.pickups import given_out
from sync.local.queries import setting_rows, settings
from sync.local.receipts import own_sale
from sync.protocol import operations

SHOWN = 20
"""Purchases of one number that are given at most: a number is one order's, unless two channels count alike."""
LATE_MS = 60_000
"""An earlier journal's return counts until the replica was seen whole so long after its verdict."""


@dataclass(frozen=True, slots=True)
class RecordedReturn:
    """A return as it stands in the journal."""

    envelope: operations.Envelope
    body: operations.Return


_purchase = msgspec.json.Decoder(Purchase)
_return = msgspec.json.Decoder(operations.Return)
_setting = msgspec.json.Decoder()

_BY_NUMBER = "SELECT body FROM replica.purchase WHERE number = ? ORDER BY at DESC, id LIMIT ?"
_BY_ID = "SELECT body FROM replica.purchase WHERE id = ?"


def purchases_by_number(local: Local, text: str) -> list[Purchase]:
    """The purchases that people know by that number, however they type it, the newest first; own returns laid over. Own
    sales are among them, whether the hub has heard of them or not."""
    key = number_key(text)
    if not key:
        return []
    with local.read() as db:
        rows = db.execute(_BY_NUMBER, (key, SHOWN)).fetchall()
        found = [paid_here(local, given_out(local, _purchase.decode(row[0]))) for row in rows]
        known = [laid_over(it, _lacking(_own(local, it.id))) for it in found]
        own = own_sale(local, key)
        if own is None or any(it.id == own.id for it in known):
            return known
        return [as_it_stands(local, own), *known]


def purchase_by_id(local: Local, id: str) -> Purchase | None:
    """The purchase of that id as this terminal knows it, own returns laid over; None if the replica has none."""
    with local.read():
        return purchase_now(local, id)


def purchase_now(local: Local, id: str) -> Purchase | None:
    """As `purchase_by_id`, inside `local.read()` or `write()`."""
    return _now(local, id, _own(local, id), payments_here(local, id))


def _now(local: Local, id: str, own: "list[_Own]", payments: list[Paid]) -> Purchase | None:
    row = local.raw.execute(_BY_ID, (id,)).fetchone()
    if row is None:
        return None
    told = paid_also(given_out(local, _purchase.decode(row[0])), payments)
    return laid_over(told, _lacking(own))


def purchases_as_of(local: Local) -> int:
    """When the hub last vouched for the purchases that are here, UTC ms; 0 if it never did."""
    row = local.raw.execute("SELECT seen_at FROM replica.cursor WHERE scope = 'orders'").fetchone()
    return int(row[0]) if row else 0


# Of an earlier journal the replica does not say how far it includes it; the time of the verdict does.
_OWN = f"""SELECT o.bytes, v.outcome IS NULL, CASE WHEN t.incarnation = (SELECT incarnation FROM identity)
        THEN t.seq > CASE WHEN c.incarnation = t.incarnation THEN c.included ELSE 0 END
        ELSE v.at IS NULL OR v.at + {LATE_MS} > coalesce(c.seen_at, 0) END
    FROM taken_back t JOIN op o ON o.incarnation = t.incarnation AND o.seq = t.seq
    LEFT JOIN verdict v ON v.incarnation = t.incarnation AND v.seq = t.seq
    LEFT JOIN replica.cursor c ON c.scope = 'orders'
    WHERE t.purchase = ? AND coalesce(v.outcome, '') <> 'refused'"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class _Own:
    """A return of this terminal: whether it `waits` for its verdict, and whether the replica is `lacking` it."""

    body: operations.Return
    waits: bool
    lacking: bool


def _own(local: Local, purchase: str) -> list[_Own]:
    rows = local.raw.execute(_OWN, (purchase,)).fetchall()
    return [_Own(_return.decode(operations.open_envelope(raw).body), bool(w), bool(x)) for raw, w, x in rows]


def _lacking(own: list[_Own]) -> list[operations.Return]:
    return [it.body for it in own if it.lacking]


def laid_over(purchase: Purchase, returns: list[operations.Return]) -> Purchase:
    """The purchase once these returns are in it, each once; never more than was bought or paid."""
    fresh = [body for body in returns if body.return_id not in purchase.own]
    if not fresh:
        return purchase
    lines: dict[str, tuple[int, int]] = {}
    units: dict[str, tuple[str, ...]] = {}
    goods: dict[str, dict[str, int]] = {}
    tenders: dict[str, int] = {}
    for body in fresh:
        for line in body.lines:
            back, money = lines.get(line.line, (0, 0))
            lines[line.line] = back + line.quantity, money + line.amount
            units[line.line] = (*units.get(line.line, ()), *line.serials)
            of = goods.setdefault(line.line, {})
            of[line.product] = of.get(line.product, 0) + line.quantity
        for refund in body.refunds:
            tenders[refund.paid] = tenders.get(refund.paid, 0) + refund.amount
    return replace(
        purchase,
        lines=tuple(
            _line(x.taken_back(goods.get(x.id, {})), x.returned + back, x.refunded + money, units.get(x.id, ()))
            for x, (back, money) in _each(purchase, lines)
        ),
        paid=tuple(_paid(p, p.refunded + tenders.get(p.id, 0)) for p in purchase.paid),
        own=(*purchase.own, *(body.return_id for body in fresh)),
    )


def _each(purchase: Purchase, lines: dict[str, tuple[int, int]]) -> Iterable[tuple[BoughtLine, tuple[int, int]]]:
    return ((line, lines.get(line.id, (0, 0))) for line in purchase.lines)


def _line(line: BoughtLine, returned: int, refunded: int, serials: tuple[str, ...]) -> BoughtLine:
    more = tuple(serial for serial in serials if serial not in line.serials_back)
    if (returned, refunded, more) == (line.returned, line.refunded, ()):
        return line  # nearly always, and making it anew takes longer than all else
    return replace(
        line,
        returned=min(returned, line.quantity),
        refunded=min(refunded, line.amount),
        serials_back=line.serials_back + more,
    )


def _paid(paid: Paid, refunded: int) -> Paid:
    return paid if refunded == paid.refunded else replace(paid, refunded=min(refunded, paid.amount))


def as_it_stands(local: Local, purchase: Purchase) -> Purchase:
    """Inside `local.write()` or `read()`: a purchase as hub, pass or screen told it, with all that is back of it; the
    same again changes nothing.

    Three views, of which each may be the newest: what was told and own returns that wait; the replica and own returns
    that it lacks; own returns alone, which a pass knows nothing of. Nothing that came back is undone by a verdict, so
    the largest of the three is nearest the truth and never beyond it.
    """
    own, payments = _own(local, purchase.id), payments_here(local, purchase.id)
    purchase = paid_also(purchase, payments)
    views = [_now(local, purchase.id, own, payments)]
    if own:
        waiting = [it.body for it in own if it.waits]
        views += [laid_over(purchase, waiting), laid_over(_untouched(purchase), [it.body for it in own])]
    for view in views:
        purchase = purchase if view is None or view == purchase else _largest(purchase, view)
    return purchase


def _untouched(purchase: Purchase) -> Purchase:
    return replace(
        purchase,
        lines=tuple(_line_untouched(line) for line in purchase.lines),
        paid=tuple(replace(paid, refunded=0) for paid in purchase.paid),
        own=(),
    )


def _line_untouched(line: BoughtLine) -> BoughtLine:
    given = tuple(replace(it, back=0) for it in line.given)
    return replace(line, returned=0, refunded=0, serials_back=(), given=given)


def _largest(one: Purchase, other: Purchase) -> Purchase:
    lines = {line.id: line for line in other.lines}
    tenders = {paid.id: paid.refunded for paid in other.paid}
    one = paid_also(one, (paid for paid in other.paid if at_till(paid)))
    return replace(
        one,
        lines=tuple(_larger(line, lines.get(line.id, line)) for line in one.lines),
        paid=tuple(_paid(p, max(p.refunded, tenders.get(p.id, 0))) for p in one.paid),
        own=(*one.own, *(id for id in other.own if id not in one.own)),
        received_at=other.received_at if one.received_at is None else one.received_at,
    )


def _larger(line: BoughtLine, other: BoughtLine) -> BoughtLine:
    back, money = max(line.returned, other.returned), max(line.refunded, other.refunded)
    handed, ended = max(line.handed, other.handed), max(line.cancelled, other.cancelled)
    if (handed, ended) != (line.handed, line.cancelled):
        more = other if other.handed > line.handed else line
        line = replace(line, handed=handed, cancelled=ended, given=more.given, serials=more.serials or line.serials)
    given = tuple(_more_back(it, other.given_as(it.product)) for it in line.given)
    return _line(line if given == line.given else replace(line, given=given), back, money, other.serials_back)


def _more_back(one: Given, other: Given | None) -> Given:
    return one if other is None or other.back <= one.back else replace(one, back=other.back)


_SPENT = """SELECT coalesce(sum(t.total), 0) FROM taken_back t
    CROSS JOIN waiting w ON w.incarnation = t.incarnation AND w.seq = t.seq WHERE t.basis = 'budget'"""


def return_rules(local: Local, now: int, *, budget: bool = True) -> ReturnRules:
    """The retailer's rules of returns; the budget is what this terminal may still pay offline, in minor units.

    Settings as in `sync.domain.return_rules`. What was paid by the budget counts until its verdict, whichever journal
    it is in. `budget` False: nobody asks for it, and it is not added up.
    """
    spent = local.raw.execute(_SPENT).fetchone()[0] if budget else 0
    return _rules(setting_rows(local), spent, settings(local).policy.cash_step)


@lru_cache(maxsize=4)
def _rules(rows: tuple[tuple[str, str], ...], spent: int, cash_step: int) -> ReturnRules:
    given = {key: setting_of(text) for key, text in rows}
    return read_rules(given, spent=spent, cash_step=cash_step)


def setting_of(text: str) -> object:
    """The value of a setting: JSON, or the text itself."""
    try:
        return _setting.decode(text)
    except msgspec.DecodeError:  # a setting may be plain text, too
        return text


def return_by_id(local: Local, return_id: str) -> RecordedReturn | None:
    """The return with that id, recorded here."""
    return _recorded(local, "WHERE t.return_id = ?", return_id)


def return_by_receipt(local: Local, receipt: str) -> RecordedReturn | None:
    """The return with that receipt number, exactly as printed."""
    return _recorded(local, "WHERE t.receipt = ?", receipt)


def _recorded(local: Local, which: str, *values: Any) -> RecordedReturn | None:
    row = local.raw.execute(
        f"SELECT o.bytes FROM taken_back t JOIN op o ON o.incarnation = t.incarnation AND o.seq = t.seq {which}",  # noqa: S608 - constants
        values,
    ).fetchone()
    if row is None:
        return None
    envelope = operations.open_envelope(row[0])
    return RecordedReturn(envelope, _return.decode(envelope.body))
