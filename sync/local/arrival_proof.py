"""Whether what the journal says of arrivals agrees with the rows that stand beside it (see `sync.local.proof`)."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import msgspec

from sync.protocol import operations
from sync.protocol.arrivals import BODIES, read

_decoders = {kind: msgspec.json.Decoder(body) for kind, body in BODIES.items()}
_MARKS = ", ".join(f"'{kind}'" for kind in BODIES)
_OPS = f"SELECT incarnation, seq, kind, bytes FROM op WHERE kind IN ({_MARKS})"  # noqa: S608 - our own names
_STEP = "SELECT body FROM arrival_step WHERE incarnation = ? AND seq = ? AND arrival = ?"


def arrivals(db: sqlite3.Connection) -> Iterator[str]:
    """What is wrong, each in a sentence."""
    for incarnation, seq, kind, raw in db.execute(_OPS).fetchall():
        body: Any = _decoders[kind].decode(operations.open_envelope(raw).body)
        row = db.execute(_STEP, (incarnation, seq, body.arrival)).fetchone()
        kept = None if row is None else read(row[0])
        if kept is None or (kept.order, kept.ticket) != (body.order, body.ticket):
            yield f"Ticket {body.ticket} of operation {seq} ({kind}) and what is kept beside it disagree."
