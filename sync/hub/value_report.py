"""Gift cards and store credit, as lines for a person at the hub: accounts, their ledger, and what does not add up."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, Text, cast, func, literal, select

from sync.domain.sales import STORED
from sync.domain.value import ValueState
from sync.hub import database
from sync.hub.order_tables import order_tender
from sync.hub.said import money
from sync.hub.tables import sale_tender, value_account, value_entry, value_hold
from sync.hub.vault import HELD, Account

SHOWN = 50
"""Accounts that are listed at most, the newest first."""
_account, _entry, _hold = value_account.c, value_entry.c, value_hold.c


def lines(conn: Connection, which: str, now: int) -> Iterator[str]:
    """Accounts by the beginning of their name or the last digits of their code, "" for the newest; one that is alone
    with its ledger. LookupError: there is none. Never a code: the hub has none."""
    rows = conn.execute(_chosen(which)).all()
    if not rows:
        raise LookupError(f"There is no gift card and no store credit {which!r} here.")
    balances = _balances(conn, [row.account for row in rows])
    for row in rows:
        yield _line(row, balances.get(row.account, 0), now)
    if len(rows) == 1:
        yield from _ledger(conn, rows[0], now)


def _chosen(which: str) -> Select[Any]:
    query = select(value_account).order_by(_account.at.desc(), _account.account).limit(SHOWN)
    if not which:
        return query
    return query.where((_account.masked == which) | _account.account.startswith(which, autoescape=True))


def _balances(conn: Connection, names: list[str]) -> dict[str, int]:
    sums = select(_entry.account, func.sum(_entry.amount)).where(_entry.account.in_(names)).group_by(_entry.account)
    return {row[0]: int(row[1]) for row in conn.execute(sums)}


def _line(row: Any, balance: int, now: int) -> str:
    known = Account(row.account, row.kind, row.masked, row.currency, row.state, row.end, balance)
    return f"{row.account}  {known.called}  {money(balance, row.currency)}  {known.state_at(now)}"


def _ledger(conn: Connection, row: Any, now: int) -> Iterator[str]:
    query = select(value_entry).where(_entry.account == row.account).order_by(_entry.id)
    for entry in conn.execute(query):
        day = datetime.fromtimestamp(entry.at // 1000, UTC).isoformat(" ", "minutes").removesuffix("+00:00")
        yield f"  {day}  {entry.reason:<9} {money(entry.amount, row.currency):>18}  {entry.named}"
    mine = (_hold.account == row.account, _hold.state == HELD, _hold.expires > now)
    for hold in conn.execute(select(value_hold).where(*mine).order_by(_hold.at)):
        yield f"  held now by {hold.terminal} for sale {hold.sale}: {money(hold.amount, row.currency)}"


def block(engine: Engine, which: str, blocked: bool) -> str:
    """Let nobody pay with an account any more, or again. LookupError unless exactly one is meant."""

    def job(conn: Connection) -> str:
        rows = conn.execute(_chosen(which).with_for_update()).all() if which else []
        if len(rows) != 1:
            raise LookupError(f"{which!r} names {len(rows)} accounts. Give enough of one's own name.")
        state = ValueState.BLOCKED if blocked else ValueState.OPEN
        mine = (_account.account == rows[0].account, _account.state != ValueState.UNKNOWN.value)
        conn.execute(value_account.update().where(*mine).values(state=state.value))
        return str(rows[0].account)

    return database.retrying(engine, job)


def sums(conn: Connection) -> Iterator[str]:
    """One line for each currency: how many accounts, and what shoppers may still pay with them."""
    query = select(_account.currency, func.count()).group_by(_account.currency).order_by(_account.currency)
    owed = select(_account.currency, func.sum(_entry.amount)).join_from(
        value_entry, value_account, _account.account == _entry.account
    )
    left = {row[0]: int(row[1]) for row in conn.execute(owed.group_by(_account.currency))}
    for currency, count in conn.execute(query):
        yield f"gift cards and store credit: {count}, {money(left.get(currency, 0), currency)} on them"


def faults(conn: Connection) -> Iterator[str]:
    """Sales and orders paid with stored value whose tender is not in the ledger as it should be, each in a sentence."""
    for table, what, name in ((sale_tender, "sale", "sale_id"), (order_tender, "payment", "payment")):
        tender, of = table.c, table.c[name]
        key = literal("sale:") + of + literal(":") + cast(tender.n, Text)
        taken = func.coalesce(_entry.amount, 0).label("taken")
        query = select(of.label("of"), tender.kind, tender.amount, taken).where(tender.kind.in_(sorted(STORED)))
        query = query.join_from(table, value_entry, _entry.key == key, isouter=True)
        for row in conn.execute(query.order_by(of, tender.n)):
            if row.amount > 0 and row.taken != -row.amount:
                yield f"{what} {row.of}: {row.amount} minor units by {row.kind}, {-row.taken} taken from the account"
