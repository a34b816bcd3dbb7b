"""What stands in the hub, as lines for a person."""

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from sync.hub import shift_records, value_report
from sync.hub.order_tables import order_payment
from sync.hub.tables import (
    attention,
    channel,
    enrol_code,
    head,
    incarnation,
    location,
    owed_cash,
    product,
    refund_request,
    sale,
    stock,
    taken_back,
    terminal,
)

DAYS = 14
"""Rows of sales that are shown: places and business days, the newest first."""


def lines(conn: Connection) -> Iterator[str]:
    """The report, read in one moment: what there is, sales, stock below zero, terminals, channels, attention."""
    goods = conn.execute(select(func.count()).select_from(product)).scalar_one()
    places = conn.execute(select(func.count()).select_from(location)).scalar_one()
    below = conn.execute(select(func.count()).select_from(stock).where(stock.c.on_hand < 0)).scalar_one()
    yield f"{goods} products, {places} locations; {below} levels below zero"
    yield from _sales(conn)
    yield from _orders(conn)
    yield from _returns(conn)
    yield from shift_records.lines(conn)
    yield from value_report.sums(conn)
    yield from _terminals(conn)
    for row in conn.execute(select(channel).order_by(channel.c.id)):
        yield f"channel {row.id}: {'shut out' if row.revoked_at else 'admitted'}"
    yield from _attention(conn)
    for row in conn.execute(select(head).order_by(head.c.scope)):
        yield f"scope {row.scope}: version {row.version}, deltas since {row.floor}"


def _sales(conn: Connection) -> Iterator[str]:
    group = (sale.c.business_day, sale.c.location, sale.c.currency)
    query = select(*group, func.count().label("sales"), func.sum(sale.c.total).label("total")).group_by(*group)
    for row in conn.execute(query.order_by(sale.c.business_day.desc(), sale.c.location).limit(DAYS)):
        yield f"sales {row.business_day} {row.location}: {row.sales}, {int(row.total)} minor units of {row.currency}"


def _orders(conn: Connection) -> Iterator[str]:
    group = (order_payment.c.business_day, order_payment.c.location, order_payment.c.currency)
    query = select(*group, func.count().label("n"), func.sum(order_payment.c.amount).label("total")).group_by(*group)
    newest = query.order_by(order_payment.c.business_day.desc(), order_payment.c.location).limit(DAYS)
    for row in conn.execute(newest):
        yield f"orders paid {row.business_day} {row.location}: {row.n}, {int(row.total)} minor units of {row.currency}"


def _returns(conn: Connection) -> Iterator[str]:
    group = (taken_back.c.business_day, taken_back.c.location, taken_back.c.currency)
    query = select(*group, func.count().label("returns"), func.sum(taken_back.c.total).label("total")).group_by(*group)
    for row in conn.execute(query.order_by(taken_back.c.business_day.desc(), taken_back.c.location).limit(DAYS)):
        where = f"{row.business_day} {row.location}".strip() or "by channels"
        yield f"returns {where}: {row.returns}, {int(row.total)} minor units of {row.currency}"
    waiting = select(func.count()).select_from(refund_request).where(refund_request.c.done_at.is_(None))
    if count := conn.execute(waiting).scalar_one():
        yield f"refunds: {count} wait for the payment side"
    yield from _owed(conn)


def _owed(conn: Connection) -> Iterator[str]:
    sums = (owed_cash.c.currency, func.count().label("debts"), func.sum(owed_cash.c.amount).label("amount"))
    for paid, how in ((owed_cash.c.payout == "", "to be fetched at a till"), (owed_cash.c.payout != "", "fetched")):
        query = select(*sums).where(owed_cash.c.at > 0, paid).group_by(owed_cash.c.currency)
        for row in conn.execute(query.order_by(owed_cash.c.currency)):
            yield f"cash {how}: {row.debts}, {int(row.amount)} minor units of {row.currency}"


def _terminals(conn: Connection) -> Iterator[str]:
    mine = (incarnation.c.terminal == terminal.c.id) & (incarnation.c.incarnation == terminal.c.incarnation)
    query = select(terminal, incarnation.c.last_seq).outerjoin(incarnation, mine).order_by(terminal.c.id)
    for row in conn.execute(query):
        state = "shut out" if row.revoked_at else f"clock off by {row.skew} ms"
        yield f"terminal {row.id} ({row.kind}, {row.location}) {row.name}: journal up to {row.last_seq or 0}, {state}"


def _attention(conn: Connection) -> Iterator[str]:
    query = select(attention.c.code, func.count().label("open")).where(attention.c.settled_at.is_(None))
    for row in conn.execute(query.group_by(attention.c.code).order_by(attention.c.code)):
        yield f"attention {row.code}: {row.open} for a person to settle"


def free_terminal_id(conn: Connection, place: str, kind: str) -> str:
    """A new terminal's id, as people say it: place, kind, and the first number that nobody has."""
    stem = f"{place}-{kind}-"
    taken = set(conn.execute(select(terminal.c.id).where(terminal.c.id.startswith(stem, autoescape=True))).scalars())
    coded = select(enrol_code.c.terminal).where(enrol_code.c.terminal.startswith(stem, autoescape=True))
    taken |= set(conn.execute(coded).scalars())
    number = 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"
