"""What has to be fiscalised, as the journal's file holds it: beside each operation, in a state of its own (F49).

A row comes with its operation, in the same transaction, and its operation is never undone by what becomes of it.
`sync.actions.fiscal` moves it on.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

import msgspec

from sync.local.database import Local
from sync.protocol import operations
from sync.protocol.fiscal import FiscalDocument, content_in, content_of


class FiscalState(StrEnum):
    """How a document stands. UNKNOWN: it was sent and no answer is known, so it is asked about, never sent as new.
    FAILED: the fiscal printer took it for wrong; a person must settle it there."""

    WAITING = "waiting"
    UNKNOWN = "unknown"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FiscalRow:
    """One document. `ref`: the number of its paper; `why`: what is in its way, "" for nothing; times UTC in ms.

    Of one that is done: the `device`'s serial number, its `number` there, its `sign`, the text of its QR code, and when
    the device says it was registered."""

    document: str
    kind: str
    ref: str
    at: int
    state: FiscalState
    why: str
    device: str
    number: str
    sign: str
    qr: str
    registered_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class FiscalWaits:
    """What is not fiscalised: how many wait or are unknown, since when (UTC ms), what is in the way of the first, and
    how many failed."""

    waiting: int = 0
    since: int = 0
    why: str = ""
    failed: int = 0


NOTHING_WAITS = FiscalWaits()
_NAMES = [field.name for field in fields(FiscalRow)]
_PUT_RIGHT = "SELECT 1 FROM attention a WHERE a.what = 'fiscal:' || fiscal.document AND a.settled = 1"
_ADD = """INSERT INTO fiscal (document, kind, ref, incarnation, seq, at, state, why, device, number, sign, qr,
    registered_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, 'waiting', '', '', '', '', '', 0, ?)"""
_SELECT = f"SELECT {', '.join(_NAMES)} FROM fiscal"  # noqa: S608 - constants
_OF_REF = f"{_SELECT} WHERE ref = ? ORDER BY id DESC"
_BY_ID = f"{_SELECT} WHERE document = ?"
_NOT_DONE = f"{_SELECT} WHERE state <> 'done' AND NOT EXISTS ({_PUT_RIGHT}) ORDER BY id"
_COUNT = f"""SELECT sum(state <> 'failed'), min(CASE WHEN state <> 'failed' THEN at END), sum(state = 'failed')
    FROM fiscal WHERE state <> 'done' AND NOT EXISTS ({_PUT_RIGHT})"""  # noqa: S608 - constants
_FIRST = "SELECT why FROM fiscal WHERE state <> 'done' AND state <> 'failed' ORDER BY id LIMIT 1"
_BYTES = """SELECT o.bytes FROM fiscal f JOIN op o ON o.incarnation = f.incarnation AND o.seq = f.seq
    WHERE f.document = ?"""


def begin(local: Local, kind: str, body: msgspec.Struct, *, op_id: str, incarnation: str, seq: int, at: int) -> None:
    """Inside `local.write()`, beside the operation: from now on its document waits, if it has one."""
    content = content_of(kind, body)
    if content is None:
        return
    local.raw.execute(_ADD, (op_id, content.kind, content.number, incarnation, seq, at, at))


def _read(row: Sequence[Any]) -> FiscalRow:
    values = dict(zip(_NAMES, row, strict=True))
    return FiscalRow(**{**values, "state": FiscalState(values["state"])})


def fiscal_of(local: Local, ref: str) -> FiscalRow | None:
    """How the document of a paper of that number stands, the newest if it has more (a shift's number stands on its
    opening and on its Z report); None: nothing of it is fiscalised."""
    row = local.raw.execute(_OF_REF, (ref,)).fetchone()
    return _read(row) if row else None


def fiscal_row(local: Local, document: str) -> FiscalRow | None:
    """How the document of that id stands."""
    row = local.raw.execute(_BY_ID, (document,)).fetchone()
    return _read(row) if row else None


def not_fiscalised(local: Local) -> list[FiscalRow]:
    """What waits, is unknown, or failed and was not put right by hand, in the order of the journal."""
    return [_read(row) for row in local.raw.execute(_NOT_DONE)]


def waits(db: sqlite3.Connection) -> FiscalWaits:
    """What is not fiscalised, in one look. To be called inside one read."""
    waiting, since, failed = db.execute(_COUNT).fetchone()
    why = db.execute(_FIRST).fetchone()
    return FiscalWaits(waiting or 0, since or 0, why[0] if why else "", failed or 0)


def has_operation(local: Local, id: str) -> bool:
    """Whether the journal (still) has what the document of that id is made of."""
    return local.raw.execute(_BYTES, (id,)).fetchone() is not None


def document(local: Local, id: str) -> FiscalDocument:
    """The document of that id, made anew of its operation. KeyError: there is none."""
    row = local.raw.execute(_BYTES, (id,)).fetchone()
    if row is None:
        raise KeyError(id)
    envelope = operations.open_envelope(row[0])
    content = content_in(envelope.kind, bytes(envelope.body))
    assert content is not None, "a row is made for what has a content alone"
    person = local.raw.execute("SELECT name FROM replica.staff WHERE id = ?", (envelope.actor,)).fetchone()
    named = person[0] if person else ""
    return FiscalDocument(
        id=id,
        kind=content.kind,
        number=content.number,
        at=envelope.at,
        cashier=named,
        currency=content.currency,
        lines=content.lines,
        tenders=content.tenders,
        rounding=content.rounding,
        total=content.total,
    )
