"""Sales that were paid with stored value: each tender is taken from its account once, whatever was held of it (F38).

The goods are gone, so nothing is refused (I-3): what no hold covers, or no balance, is put before a person with both
sides named. A sale that comes again is no sale (`judge_sale`), so its tenders are taken once.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from sync.domain.receipts import SALE
from sync.domain.sales import STORED
from sync.domain.value import ValueState, hold_of
from sync.domain.verdicts import Code
from sync.hub import sides
from sync.hub.cases import Case, Court
from sync.hub.events import Event
from sync.hub.said import money
from sync.hub.tables import sale, value_entry, value_hold
from sync.hub.vault import CAPTURED, Account, Entry, Vault
from sync.protocol.matters import Facts, Side
from sync.protocol.operations import Sale, SaleTender
from sync.protocol.order_payments import OrderPaid

Paying = Sale | OrderPaid
"""What stored value pays for: a sale, or an order. `sale_id` is what a hold names it by."""


@dataclass(frozen=True, slots=True)
class _Paid:
    """A tender of a sale or of an order's payment, the `n`th of it; `hold`: the row that it names, if there is one."""

    case: Case
    n: int
    tender: SaleTender
    hold: Any

    @property
    def named(self) -> str:
        """Where it was, and how much."""
        body: Paying = self.case.body
        amount = money(self.tender.amount, body.currency)
        return f"{body.receipt} at {self.case.who.terminal} ({body.location}), {amount}"


def lock(court: Court, cases: list[Case]) -> None:
    """Hold the accounts that sales were paid with and that money goes back onto: after purchases, before stock."""
    bodies = [case.body for case in cases]
    sales = {
        t.reference for body in bodies if isinstance(body, Sale | OrderPaid) for t in body.tenders if t.kind in STORED
    }
    credits = {body.credit for body in bodies if getattr(body, "credit", "")}
    bought = court.book.held.values() if court.book else ()
    cards = {paid.reference for it in bought for paid in it.paid if paid.kind.value in STORED}
    court.vault.lock(sales | credits | cards)


def capture(court: Court, cases: list[Case]) -> None:
    """Take the stored value that recorded sales and orders were paid with. Their accounts are held before any stock."""
    found = [(case, n, t) for case in cases for n, t in enumerate(case.body.tenders, 1) if t.kind in STORED]
    if not found:
        return
    vault = court.vault
    vault.lock(t.reference for _, _, t in found)
    holds = _holds(court, [t.attempt for _, _, t in found])
    paid = [_Paid(case, n, t, holds.get(t.attempt)) for case, n, t in found]
    used = {it.tender.attempt for it in paid if _take(court, vault, it)}
    mine = value_hold.c.hold.in_(sorted(used))
    court.conn.execute(value_hold.update().where(mine).values(state=CAPTURED))
    vault.write()


def _holds(court: Court, names: list[str]) -> dict[str, Any]:
    rows = court.conn.execute(select(value_hold).where(value_hold.c.hold.in_(sorted(set(names)))))
    return {row.hold: row for row in rows}


def _take(court: Court, vault: Vault, it: _Paid) -> bool:
    """Whether it was taken by its own hold."""
    body: Paying = it.case.body
    tender, now = it.tender, it.case.now
    like = Account(tender.reference, tender.kind, tender.masked[:4], body.currency, ValueState.UNKNOWN.value, None)
    account = vault.make(like, now)
    if tender.amount <= 0 or account.currency != body.currency:
        detail = f"{it.named}: nothing was taken, the {account.called} is in {account.currency}"
        it.case.find(court, Code.VALUE_UNKNOWN, detail, tender.reference, body.location)
        return False
    before = vault.paid_before(tender.reference)
    assert it.case.envelope is not None  # a case with a body has one
    entry = Entry(
        key=f"sale:{body.sale_id}:{it.n}",
        account=tender.reference,
        amount=-tender.amount,
        reason="captured",
        about=body.sale_id,
        named=it.named,
        at=it.case.envelope.at,
        received_at=now,
        source=it.case.who.terminal,
    )
    if not vault.post(entry):
        return False
    held = _is_held(it)
    _find(court, it, account, before, [] if held else ["nothing was held for it"])
    _tell(court, it, account)
    return held


def _is_held(it: _Paid) -> bool:
    """Whether a hold stands for it. One whose lease is over, or that was let go of, is good as long as the balance is:
    the till had it when the shopper paid."""
    body: Paying = it.case.body
    right = hold_of(it.tender.reference, body.sale_id) == it.tender.attempt
    return right and it.hold is not None and bool(it.hold.terminal == it.case.who.terminal)


def _find(court: Court, it: _Paid, account: Account, before: list[str], wrong: list[str]) -> None:
    body: Paying = it.case.body
    if account.state == ValueState.UNKNOWN:
        detail = f"{it.named}: no {account.called} of that account was ever issued"
        it.case.find(court, Code.VALUE_UNKNOWN, detail, account.account, body.location)
        return
    if account.balance < 0:
        wrong = [*wrong, f"{money(-account.balance, account.currency)} more than was on it"]
    if wrong:
        earlier = f" Paid with it before: {'; '.join(before)}." if before else ""
        detail = f"{it.named}, {account.called}: {', '.join(wrong)}.{earlier}"
        it.case.find(court, Code.VALUE_OVERDRAWN, detail, body.sale_id, body.location, _sides(court, it))


def _sides(court: Court, it: _Paid) -> Facts:
    """The sale that paid with it last before, if there is one, and this one."""
    mine = (value_entry.c.account == it.tender.reference, value_entry.c.reason == "captured")
    query = select(sale, value_entry.c.amount).join_from(value_entry, sale, sale.c.sale_id == value_entry.c.about)
    query = query.where(*mine, sale.c.sale_id != it.case.body.sale_id).order_by(value_entry.c.id.desc()).limit(1)
    row = court.conn.execute(query).first()
    this = [sides.of_case(it.case)]
    currency = it.case.body.currency
    if row is None:
        return Facts(sides=this, currency=currency, amount=it.tender.amount)
    heard = sides.late(row.at, row.received_at)
    known = {"receipt": row.receipt, "amount": -row.amount, "actor": row.actor, "late": heard}
    before = Side("sale", row.at, terminal=row.terminal, location=row.location, **known)
    return Facts(sides=[before, *this], currency=currency, amount=it.tender.amount)


def _tell(court: Court, it: _Paid, account: Account) -> None:
    body: Paying = it.case.body
    told = {"sale": body.sale_id, "receipt": body.receipt, "location": body.location, "currency": body.currency}
    told |= {"kind": account.kind, "account": account.account, "masked": account.masked, "language": body.language}
    left = {"amount": it.tender.amount, "balance": account.balance}
    bought = body.order if isinstance(body, OrderPaid) else f"{SALE}:{body.sale_id}"
    court.events.append(Event("value_captured", bought, it.case.now, {**told, **left}))
