"""What the hub holds, for reports, the doctor and benches: sales by location, journals, stock, what needs a person."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, case, func, select

from sync.domain.payments import AttemptState
from sync.hub import database, feed
from sync.hub.tables import (
    attention,
    card_back,
    fork,
    incarnation,
    location,
    movement,
    operation,
    payment_attempt,
    product,
    sale,
    sale_line,
    stock,
    taken_back,
    terminal,
)


@dataclass(frozen=True, slots=True)
class LocationTotals:
    """Sales of a location in one currency: sales, lines, and minor units."""

    location: str
    currency: str
    sales: int
    lines: int
    total: int
    vat: int
    rounding: int
    due: int


@dataclass(frozen=True, slots=True)
class Journal:
    """Where the hub stands in one journal: operations by kind, those with an exception, and its sales' totals."""

    terminal: str
    name: str
    kind: str
    location: str
    incarnation: str
    current: bool
    revoked: bool
    last_seq: int
    last_hash: str
    pushed_at: int
    skew: int
    counts: dict[str, int]
    exceptions: int
    forked: int
    totals: dict[str, int]


@dataclass(frozen=True, slots=True)
class StockTotals:
    """Stock of a location: products with a level, and sums in thousandths."""

    location: str
    products: int
    on_hand: int
    reserved: int
    below_zero: int


@dataclass(frozen=True, slots=True)
class ReturnTotals:
    """Returns of a location in one currency, and minor units that went back or are promised; "" is channels' own."""

    location: str
    currency: str
    returns: int
    total: int


@dataclass(frozen=True, slots=True)
class Report:
    """All of it, of one moment. `attention` counts open matters by code."""

    epoch: str
    products: int
    locations: int
    sales: list[LocationTotals]
    returns: list[ReturnTotals]
    journals: list[Journal]
    stock: list[StockTotals]
    scopes: dict[str, int]
    attention: dict[str, int]
    unknown_payments: list[str]
    paid_without_sale: list[str]


def report(engine: Engine) -> Report:
    """Gather everything in one reading transaction."""
    with database.read(engine) as conn:
        return Report(
            epoch=database.hub_row(conn).epoch,
            products=_count(conn, select(func.count()).select_from(product)),
            locations=_count(conn, select(func.count()).select_from(location)),
            sales=sales_by_location(conn),
            returns=returns_by_location(conn),
            journals=journals(conn),
            stock=stock_by_location(conn),
            scopes={name: head.version for name, head in sorted(feed.heads(conn).items())},
            attention=open_by_code(conn),
            unknown_payments=unknown_payments(conn),
            paid_without_sale=paid_without_sale(conn),
        )


def _count(conn: Connection, query: Select[Any]) -> int:
    return int(conn.execute(query).scalar_one())


def sales_by_location(conn: Connection) -> list[LocationTotals]:
    """What was sold, by location and currency."""
    names = ("lines", "total", "vat", "rounding", "due")
    sums = (func.sum(sale.c[name]) for name in names)
    query = select(sale.c.location, sale.c.currency, func.count(), *sums).group_by(sale.c.location, sale.c.currency)
    rows = conn.execute(query.order_by(sale.c.location, sale.c.currency))
    return [LocationTotals(row[0], row[1], *(int(n) for n in row[2:])) for row in rows]


def returns_by_location(conn: Connection) -> list[ReturnTotals]:
    """What came back, by location and currency."""
    by = (taken_back.c.location, taken_back.c.currency)
    rows = conn.execute(select(*by, func.count(), func.sum(taken_back.c.total)).group_by(*by).order_by(*by))
    return [ReturnTotals(row[0], row[1], row[2], int(row[3])) for row in rows]


def journals(conn: Connection) -> list[Journal]:
    """Each terminal's journals, the current and the earlier ones."""
    query = select(terminal, incarnation).join_from(terminal, incarnation, terminal.c.id == incarnation.c.terminal)
    columns = query.with_only_columns(
        terminal.c.id,
        terminal.c.name,
        terminal.c.kind,
        terminal.c.location,
        terminal.c.skew,
        terminal.c.revoked_at,
        terminal.c.incarnation.label("current"),
        incarnation.c.incarnation,
        incarnation.c.last_seq,
        incarnation.c.last_hash,
        incarnation.c.pushed_at,
    )
    counts, exceptions, totals, forked = _kinds(conn), _exceptions(conn), _totals(conn), _forked(conn)
    rows = conn.execute(columns.order_by(terminal.c.id, incarnation.c.started_at, incarnation.c.incarnation))
    return [
        Journal(
            terminal=row.id,
            name=row.name,
            kind=row.kind,
            location=row.location,
            incarnation=row.incarnation,
            current=row.current == row.incarnation,
            revoked=row.revoked_at is not None,
            last_seq=row.last_seq,
            last_hash=row.last_hash.hex(),
            pushed_at=row.pushed_at,
            skew=row.skew,
            counts=counts.get((row.id, row.incarnation), {}),
            exceptions=exceptions.get((row.id, row.incarnation), 0),
            forked=forked.get((row.id, row.incarnation), 0),
            totals=totals.get((row.id, row.incarnation), {}),
        )
        for row in rows
    ]


_By = dict[tuple[str, str], dict[str, int]]


def _kinds(conn: Connection) -> _By:
    by = (operation.c.terminal, operation.c.incarnation, operation.c.kind)
    return _nested(conn, select(*by, func.count()).group_by(*by))


def _totals(conn: Connection) -> _By:
    by = (sale.c.terminal, sale.c.incarnation, sale.c.currency)
    return _nested(conn, select(*by, func.sum(sale.c.total)).group_by(*by))


def _nested(conn: Connection, query: Select[Any]) -> _By:
    found: _By = {}
    for name, journal, of, number in conn.execute(query):
        found.setdefault((name, journal), {})[of] = int(number)
    return found


def _exceptions(conn: Connection) -> dict[tuple[str, str], int]:
    by = (operation.c.terminal, operation.c.incarnation)
    query = select(*by, func.count()).where(operation.c.code != "").group_by(*by)
    return {(row[0], row[1]): row[2] for row in conn.execute(query)}


def _forked(conn: Connection) -> dict[tuple[str, str], int]:
    by = (fork.c.terminal, fork.c.incarnation)
    return {(row[0], row[1]): row[2] for row in conn.execute(select(*by, func.count()).group_by(*by))}


def stock_by_location(conn: Connection) -> list[StockTotals]:
    """What stands where, summed over products."""
    below = func.sum(case((stock.c.on_hand < 0, 1), else_=0))
    sums = (func.count(), func.sum(stock.c.on_hand), func.sum(stock.c.reserved), below)
    rows = conn.execute(select(stock.c.location, *sums).group_by(stock.c.location).order_by(stock.c.location))
    return [StockTotals(row[0], *(int(n) for n in row[1:])) for row in rows]


def stock_differences(conn: Connection) -> list[tuple[str, str, int, int]]:
    """Where on hand is not the sum of movements: product, location, on hand, sum. Always empty, or something is wrong.

    Reads every movement: for proofs and the doctor, not for screens.
    """
    by = (movement.c.product, movement.c.location)
    sums = select(*by, func.sum(movement.c.delta).label("moved")).group_by(*by).subquery()
    same = and_(sums.c.product == stock.c.product, sums.c.location == stock.c.location)
    moved = func.coalesce(sums.c.moved, 0)
    query = select(stock.c.product, stock.c.location, stock.c.on_hand, moved).join_from(stock, sums, same, isouter=True)
    return [(row[0], row[1], row[2], int(row[3])) for row in conn.execute(query.where(stock.c.on_hand != moved))]


def sold_by_product(conn: Connection, place: str) -> dict[str, int]:
    """Thousandths sold of each product at a location."""
    joined = select(sale_line.c.product, func.sum(sale_line.c.quantity)).join_from(
        sale_line, sale, sale.c.sale_id == sale_line.c.sale_id
    )
    rows = conn.execute(joined.where(sale.c.location == place).group_by(sale_line.c.product))
    return {row[0]: int(row[1]) for row in rows}


def open_by_code(conn: Connection) -> dict[str, int]:
    """How many open matters there are of each code."""
    query = select(attention.c.code, func.count()).where(attention.c.settled_at.is_(None)).group_by(attention.c.code)
    return {row[0]: row[1] for row in conn.execute(query.order_by(attention.c.code))}


def unknown_payments(conn: Connection) -> list[str]:
    """Attempts whose outcome nobody knows yet."""
    states = (AttemptState.UNKNOWN.value, AttemptState.PENDING.value)
    query = select(payment_attempt.c.attempt).where(payment_attempt.c.state.in_(states))
    return list(conn.execute(query.order_by(payment_attempt.c.attempt)).scalars())


def paid_without_sale(conn: Connection) -> list[str]:
    """Approved attempts whose sale is not recorded: money was taken and there is no sale for it yet (F31)."""
    query = select(payment_attempt.c.attempt).join_from(
        payment_attempt, sale, sale.c.sale_id == payment_attempt.c.sale_id, isouter=True
    )
    approved = payment_attempt.c.state == AttemptState.APPROVED.value
    given_back = payment_attempt.c.attempt.in_(select(card_back.c.attempt))
    query = query.where(approved, sale.c.sale_id.is_(None), ~given_back).order_by(payment_attempt.c.attempt)
    return list(conn.execute(query).scalars())
