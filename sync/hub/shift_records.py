"""Shifts as the hub knows them: what a terminal told of its drawer, and what the hub's own books say beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from sync.hub import takings
from sync.hub.said import money
from sync.hub.tables import shift
from sync.hub.takings import Booked, Span

SHOWN = 14
"""Shifts that a report shows, the newest first."""


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One shift, minor units, UTC ms. `state`: open, closed or left (never closed). `told` is what its terminal
    expected in cash, `booked` what the hub's books say now. `late`: operations that came into the books after its close
    was judged (F8); `waiting`: those without a verdict when it was closed (F9)."""

    shift: str
    number: str
    terminal: str
    location: str
    currency: str
    business_day: str
    state: str
    opened_at: int
    opened_by: str
    closed_at: int
    closed_by: str
    float_: int
    told: int
    booked: int
    counted: int
    difference: int
    reason: str
    waiting: int
    late: int
    sums: Booked


def shifts(conn: Connection, location: str = "", most: int = 100) -> list[ShiftRow]:
    """The newest shifts of a location (`""`: of all), the last one first."""
    query = select(shift).where(shift.c.location == location) if location else select(shift)
    rows = conn.execute(query.order_by(shift.c.opened_at.desc(), shift.c.shift.desc()).limit(most)).all()
    return [_row(conn, row) for row in rows]


def _row(conn: Connection, row: Any) -> ShiftRow:
    span = Span(row.terminal, row.incarnation, row.first_seq, row.closed_incarnation, row.last_seq)
    sums = takings.booked(conn, span, row.judged_at)
    booked = sums.expected(row.float)
    closing = {"told": row.expected, "counted": row.counted, "difference": row.difference, "reason": row.reason}
    names = ("shift", "number", "terminal", "location", "currency", "business_day", "state", "opened_at", "opened_by")
    told = {name: getattr(row, name) for name in (*names, "closed_at", "closed_by", "waiting")}
    return ShiftRow(**told, **closing, float_=row.float, booked=booked, late=sums.late, sums=sums)


def lines(conn: Connection, location: str = "", most: int = SHOWN) -> Iterator[str]:
    """The newest shifts as lines for a person."""
    for it in shifts(conn, location, most):
        yield f"shift {it.business_day} {it.location} {it.number} of {it.terminal}: {_said(it)}"


def _said(it: ShiftRow) -> str:
    if it.state == "open":
        return f"open, {money(it.booked, it.currency)} in the drawer by the books"
    if it.state == "left":
        return f"never closed, {money(it.booked, it.currency)} in the drawer by the books"
    said = f"counted {money(it.counted, it.currency)}, {_difference(it)}"
    if it.booked != it.told:
        told, kept = money(it.told, it.currency), money(it.booked, it.currency)
        said += f"; DIFFERS: the terminal expected {told}, the books say {kept}"
    if it.late:
        said += f"; {it.late} booked after its close"
    return said + (f"; closed with {it.waiting} waiting" if it.waiting else "")


def _difference(it: ShiftRow) -> str:
    if it.difference == 0:
        return "no difference"
    which = "over" if it.difference > 0 else "short"
    return f"{money(abs(it.difference), it.currency)} {which} ({it.reason})"
