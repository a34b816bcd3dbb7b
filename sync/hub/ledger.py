"""The hub's half of the daily proof: what it holds of a journal, and whether its own books agree with it (F13)."""

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, case, func, select

from sync.domain.verdicts import Code
from sync.hub import attention, enrolment, feed
from sync.hub.attention import Note
from sync.hub.faults import Refusal
from sync.hub.order_tables import order_payment, order_tender
from sync.hub.signatures import Token
from sync.hub.tables import blind_return, cash_payout, incarnation, operation, sale, sale_tender, taken_back, terminal
from sync.protocol.ledger import (
    PARTS,
    ROWS_MOST,
    UNBOOKED,
    DayTotal,
    Differs,
    Held,
    Ledger,
    Sums,
    Totals,
    add_blind,
    add_order,
    add_owed,
    add_return,
    add_sale,
    spans,
    unlike,
)
from sync.protocol.operations import GENESIS, BlindReturn, CashPaid, Return, Sale, chain, open_envelope
from sync.protocol.order_payments import OrderPaid

_BOOKED = ("sale", "return", "blind_return", "cash_paid", "order_paid")
AT_ONCE = 5000
"""Rows that are read from the database at once."""
NAMED = 20
"""Differences of one report that are put before a person."""
_sale = msgspec.json.Decoder(Sale)
_return = msgspec.json.Decoder(Return)
_blind = msgspec.json.Decoder(BlindReturn)
_paid = msgspec.json.Decoder(CashPaid)
_order = msgspec.json.Decoder(OrderPaid)


def _mine(name: str, journal: str, first: int, last: int) -> ColumnElement[bool]:
    numbers = operation.c.seq.between(first, last)
    return and_(operation.c.terminal == name, operation.c.incarnation == journal, numbers)


def ledger(conn: Connection, name: str, journal: str, first: int, last: int, parts: int) -> Ledger:
    """What is held of a terminal's operations `first` to `last`. Raises Refusal for a question that is none."""
    if not (1 <= first <= last <= 2**53 and 0 <= parts <= PARTS):
        raise Refusal(400, "bad_query", f"Ask for numbers from 1, in at most {PARTS} parts.")
    if parts == 0 and last - first >= ROWS_MOST:
        raise Refusal(400, "bad_query", f"At most {ROWS_MOST} rows are given at once.")
    columns = (operation.c.seq, operation.c.hash, operation.c.outcome, operation.c.code)
    query = select(*columns).where(_mine(name, journal, first, last)).order_by(operation.c.seq)
    rows = conn.execution_options(yield_per=AT_ONCE).execute(query)
    held = ((row[0], bytes(row[1]), row[2], row[3]) for row in rows)
    if parts:
        return Ledger(spans=spans(held, first, last, parts))
    return Ledger(rows=[Held(seq, sealed.hex(), outcome, code) for seq, sealed, outcome, code in held])


def totals(conn: Connection, name: str, journal: str, first: int, last: int) -> Totals:
    """What is booked of these operations, by business day, currency and tender."""
    same = and_(
        operation.c.terminal == sale.c.terminal,
        operation.c.incarnation == sale.c.incarnation,
        operation.c.seq == sale.c.seq,
    )
    booked = and_(_mine(name, journal, first, last), operation.c.code.not_in([code.value for code in UNBOOKED]))
    by = (sale.c.business_day, sale.c.currency)
    changed = func.sum(case((sale.c.change != 0, 1), else_=0))
    sums = select(*by, func.count(), func.sum(sale.c.due), changed, func.sum(sale.c.change))
    found = []
    for day, currency, sales, due, n, change in conn.execute(
        sums.join_from(operation, sale, same).where(booked).group_by(*by)
    ):
        found.append(DayTotal(day, currency, "due", sales, int(due)))
        if n:
            found.append(DayTotal(day, currency, "change", int(n), int(change)))
    paid = select(*by, sale_tender.c.kind, func.count(), func.sum(sale_tender.c.amount))
    paid = paid.join_from(operation, sale, same).join(sale_tender, sale_tender.c.sale_id == sale.c.sale_id)
    for day, currency, kind, n, amount in conn.execute(paid.where(booked).group_by(*by, sale_tender.c.kind)):
        found.append(DayTotal(day, currency, kind, n, int(amount)))
    found += _gone(conn, booked, taken_back, "returned", taken_back.c.total)
    found += _gone(conn, booked, blind_return, "blind", blind_return.c.total)
    found += _gone(conn, booked, cash_payout, "owed", cash_payout.c.amount)
    return Totals(found + _orders(conn, booked))


def _orders(conn: Connection, booked: ColumnElement[bool]) -> list[DayTotal]:
    """Orders that were paid at a till: what was due, by what, and the change."""
    changed = and_(booked, order_payment.c.change != 0)
    found = _gone(conn, booked, order_payment, "order", order_payment.c.due)
    found += _gone(conn, changed, order_payment, "order:change", order_payment.c.change)
    same = and_(*(operation.c[name] == order_payment.c[name] for name in ("terminal", "incarnation", "seq")))
    by = (order_payment.c.business_day, order_payment.c.currency, order_tender.c.kind)
    query = select(*by, func.count(), func.sum(order_tender.c.amount)).join_from(operation, order_payment, same)
    query = query.join(order_tender, order_tender.c.payment == order_payment.c.payment).where(booked)
    rows = conn.execute(query.group_by(*by))
    return found + [DayTotal(day, currency, f"order:{kind}", n, int(total)) for day, currency, kind, n, total in rows]


def _gone(
    conn: Connection, booked: ColumnElement[bool], back: Table, of: str, amount: ColumnElement[int]
) -> list[DayTotal]:
    same = and_(*(operation.c[name] == back.c[name] for name in ("terminal", "incarnation", "seq")))
    by = (back.c.business_day, back.c.currency)
    query = select(*by, func.count(), func.sum(amount)).join_from(operation, back, same).where(booked)
    rows = conn.execute(query.group_by(*by))
    return [DayTotal(day, currency, of, n, int(total)) for day, currency, n, total in rows]


def differs(engine: Engine, token: Token, request: Differs, now: int) -> None:
    """Put what a terminal found before a person, each difference once."""
    with feed.recording(engine, now) as (conn, recorder):
        row = enrolment.admitted(conn, token.terminal)
        for text in request.found[:NAMED]:
            words = text[: attention.LONGEST].replace("\x00", "")
            about = f"{token.terminal}:{words[:80]}"
            journal = request.incarnation[:64].replace("\x00", "")
            note = Note(Code.JOURNAL_DIFFERS, words, row.location, row.id, journal, 0, about, now, recorder)
            attention.add_once(conn, note)


def faults(conn: Connection) -> Iterator[str]:
    """What is wrong with the hub's own books, journal by journal, each in a sentence. Reads every operation."""
    query = select(incarnation, terminal.c.name).join_from(
        incarnation, terminal, incarnation.c.terminal == terminal.c.id
    )
    for row in conn.execute(query.order_by(incarnation.c.terminal, incarnation.c.started_at)).all():
        where = f"{row.name} ({row.terminal}), journal {row.incarnation}"
        for fault in _journal_faults(conn, row):
            yield f"{where}: {fault}"


def _book(sums: Sums, kind: str, raw: bytes) -> None:
    envelope = open_envelope(raw)
    if kind == "sale":
        add_sale(sums, envelope.business_day, _sale.decode(envelope.body))
    elif kind == "return":
        add_return(sums, envelope.business_day, _return.decode(envelope.body))
    elif kind == "cash_paid":
        add_owed(sums, envelope.business_day, _paid.decode(envelope.body))
    elif kind == "order_paid":
        add_order(sums, envelope.business_day, _order.decode(envelope.body))
    else:
        add_blind(sums, envelope.business_day, _blind.decode(envelope.body))


def _journal_faults(conn: Connection, row: Any) -> Iterator[str]:
    seq, sealed = 0, GENESIS
    recorded: Sums = {}
    columns = (operation.c.seq, operation.c.raw, operation.c.hash, operation.c.kind, operation.c.code)
    query = select(*columns).where(_mine(row.terminal, row.incarnation, 1, 2**53)).order_by(operation.c.seq)
    for held in conn.execution_options(yield_per=AT_ONCE).execute(query):
        if held.seq != seq + 1:
            yield f"operations {seq + 1} to {held.seq - 1} are missing"
        elif chain(sealed, bytes(held.raw)) != held.hash:
            yield f"operation {held.seq} is not what was sealed"
        seq, sealed = held.seq, bytes(held.hash)
        if held.kind in _BOOKED and held.code not in UNBOOKED:
            try:
                _book(recorded, held.kind, bytes(held.raw))
            except msgspec.MsgspecError:
                yield f"operation {held.seq} can't be read"
    if (seq, sealed) != (row.last_seq, bytes(row.last_hash)):
        yield f"the hub says that it stands at {row.last_seq}, and its operations end at {seq}"
    booked = totals(conn, row.terminal, row.incarnation, 1, 2**53).totals
    yield from unlike(recorded, {(t.day, t.currency, t.of): [t.count, t.amount] for t in booked}, "recorded", "booked")
