"""What this terminal holds of its own journals, summed up so that it can be compared with the hub (F13)."""

import sqlite3
from collections.abc import Iterator

import msgspec

from sync.protocol import operations
from sync.protocol.ledger import UNBOOKED, Row, Sums, add_blind, add_order, add_owed, add_return, add_sale
from sync.protocol.order_payments import OrderPaid

PROVED_AT, PROVED_DIFFERENCES = "proved_at", "proved_differences"
"""Counters: when journal and hub were last compared (UTC ms), and how many differences were found."""
_ROWS = """SELECT o.seq, o.hash, coalesce(v.outcome, ''), coalesce(v.code, '') FROM op o
    LEFT JOIN verdict v ON v.incarnation = o.incarnation AND v.seq = o.seq
    WHERE o.incarnation = ? AND o.seq BETWEEN ? AND ? ORDER BY o.seq"""
_BOOKED = """SELECT o.kind, o.bytes, v.code FROM op o JOIN verdict v ON v.incarnation = o.incarnation AND v.seq = o.seq
    WHERE o.incarnation = ? AND o.seq BETWEEN ? AND ?
    AND o.kind IN ('sale', 'return', 'blind_return', 'cash_paid', 'order_paid') ORDER BY o.seq"""
_sale = msgspec.json.Decoder(operations.Sale)
_return = msgspec.json.Decoder(operations.Return)
_blind = msgspec.json.Decoder(operations.BlindReturn)
_paid = msgspec.json.Decoder(operations.CashPaid)
_order = msgspec.json.Decoder(OrderPaid)


def rows(db: sqlite3.Connection, incarnation: str, first: int, last: int) -> Iterator[Row]:
    """Operations by number, each with its verdict ("" while it waits)."""
    return iter(db.execute(_ROWS, (incarnation, first, last)))


def bounds(db: sqlite3.Connection, incarnation: str) -> tuple[int, int]:
    """The first number that is kept, and the last that has a verdict: (n, n - 1) if there is none."""
    pruned = db.execute("SELECT seq FROM anchor WHERE incarnation = ?", (incarnation,)).fetchone()
    judged = db.execute("SELECT max(seq) FROM verdict WHERE incarnation = ?", (incarnation,)).fetchone()[0]
    first = pruned[0] + 1 if pruned else 1
    return first, max(first - 1, judged or 0)


def totals(db: sqlite3.Connection, incarnation: str, first: int, last: int) -> Sums:
    """What was sold, came back or was owed and paid, with a verdict that books it, by day, currency and tender."""
    found: Sums = {}
    for kind, raw, code in db.execute(_BOOKED, (incarnation, first, last)):
        if code in UNBOOKED:
            continue
        envelope = operations.open_envelope(raw)
        if kind == "sale":
            add_sale(found, envelope.business_day, _sale.decode(envelope.body))
        elif kind == "return":
            add_return(found, envelope.business_day, _return.decode(envelope.body))
        elif kind == "cash_paid":
            add_owed(found, envelope.business_day, _paid.decode(envelope.body))
        elif kind == "order_paid":
            add_order(found, envelope.business_day, _order.decode(envelope.body))
        else:
            add_blind(found, envelope.business_day, _blind.decode(envelope.body))
    return found


def incarnations(db: sqlite3.Connection) -> list[str]:
    """The journals that this file holds operations of."""
    return [row[0] for row in db.execute("SELECT DISTINCT incarnation FROM op ORDER BY incarnation")]


def proved(db: sqlite3.Connection) -> tuple[int, int] | None:
    """When the last comparison was, and how many differences it found; None before the first."""
    found = dict(db.execute("SELECT name, value FROM counter WHERE name IN (?, ?)", (PROVED_AT, PROVED_DIFFERENCES)))
    return (found[PROVED_AT], found.get(PROVED_DIFFERENCES, 0)) if PROVED_AT in found else None


def record(db: sqlite3.Connection, found: list[str], now: int) -> None:
    """Inside `local.write()`: what a comparison found, for the doctor and for attention. Nothing found settles it."""
    rows = [(PROVED_AT, now), (PROVED_DIFFERENCES, len(found))]
    db.executemany("INSERT OR REPLACE INTO counter (name, value) VALUES (?, ?)", rows)
    db.execute("DELETE FROM attention WHERE what LIKE 'proof:%'")
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        values = ("proof:hub", f"{found[0]}{more}", now)
        db.execute("INSERT INTO attention (what, detail, at, settled) VALUES (?, ?, ?, 0)", values)
