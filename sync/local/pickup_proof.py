"""Whether what the journal says of parcels agrees with the rows that stand beside it (see `sync.local.proof`)."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from sync.protocol import operations
from sync.protocol.pickups import BODIES, HandedOut, LineRefused, ParcelsMissing, ParcelSurplus, read

_decoders = {kind: msgspec.json.Decoder(body) for kind, body in BODIES.items()}
_MARKS = ", ".join(f"'{kind}'" for kind in BODIES)
_OPS = f"SELECT incarnation, seq, kind, bytes FROM op WHERE kind IN ({_MARKS})"  # noqa: S608 - our own names
_STEPS = "SELECT parcel, body FROM parcel_step WHERE incarnation = ? AND seq = ? ORDER BY parcel"
_HANDED = "SELECT receipt FROM handed_out WHERE hand_out = ? AND incarnation = ? AND seq = ?"
_REFUSED = 'SELECT location FROM line_refused WHERE "order" = ? AND line = ?'
_SURPLUS = "SELECT at FROM surplus WHERE label = ?"
_EFFECTS = "SELECT product, delta FROM effect WHERE incarnation = ? AND seq = ?"


def parcels(db: sqlite3.Connection) -> Iterator[str]:
    """What is wrong, each in a sentence."""
    for incarnation, seq, kind, raw in db.execute(_OPS).fetchall():
        body = _decoders[kind].decode(operations.open_envelope(raw).body)
        if isinstance(body, LineRefused):
            if db.execute(_REFUSED, (body.order, body.line)).fetchone() is None:
                yield f"The refusal of line {body.line} of order {body.number} is not kept beside operation {seq}."
            continue
        if isinstance(body, ParcelSurplus):
            if db.execute(_SURPLUS, (body.label,)).fetchone() is None:
                yield f"The label {body.label} that nobody expects is not kept beside operation {seq}."
            continue
        rows = db.execute(_STEPS, (incarnation, seq)).fetchall()
        if [row[0] for row in rows] != _parcels_in(body):
            yield f"Operation {seq} ({kind}) and its parcels beside it disagree."
        if isinstance(body, HandedOut):
            yield from _hand_out(db, incarnation, seq, body)
            known = {line.product: line for row in rows for line in read(row[1]).lines}
            if {x.product for it in body.parcels for x in it.lines} != set(known) and rows:
                yield f"Hand-out {body.receipt} and what is in its parcels disagree."


def _parcels_in(body: Any) -> list[str]:
    many = isinstance(body, HandedOut | ParcelsMissing)
    return sorted(it.parcel for it in body.parcels) if many else [body.parcel]


def _hand_out(db: sqlite3.Connection, incarnation: str, seq: int, body: HandedOut) -> Iterator[str]:
    row = db.execute(_HANDED, (body.hand_out, incarnation, seq)).fetchone()
    if row is None or row[0] != body.receipt:
        yield f"Hand-out {body.receipt} is not found by its number."
    given: Counter[str] = Counter()
    for line in (x for it in body.parcels for x in it.lines):
        given[line.product] -= line.quantity
    if Counter(dict(db.execute(_EFFECTS, (incarnation, seq)).fetchall())) != given:
        yield f"Hand-out {body.receipt} and what it did to stock disagree."
