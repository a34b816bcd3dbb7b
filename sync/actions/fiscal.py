"""Fiscalising: what comes next, and what came of it. Each step is on the disk before the fiscal printer hears of it.

A document is written down as unknown before it is sent. So after a crash at any moment the fiscal printer is asked for
the document by its id, and nothing is fiscalised twice (F49).
"""

from dataclasses import dataclass

from sync.local import Local
from sync.local.fiscal import FiscalState, document, has_operation
from sync.local.journal import note
from sync.protocol.fiscal import FiscalDocument

_FIRST = """SELECT document, state, why FROM fiscal
    WHERE state <> 'done' AND state <> 'failed' ORDER BY id LIMIT 1"""
_MOVE = "UPDATE fiscal SET state = :state, why = :why, changed_at = :now WHERE document = :document AND state <> 'done'"
_DONE = """UPDATE fiscal SET state = 'done', why = '', device = :device, number = :number, sign = :sign, qr = :qr,
    registered_at = :registered_at, changed_at = :now WHERE document = :document AND state <> 'done'"""


@dataclass(frozen=True, slots=True)
class FiscalTask:
    """What to do next: send `document`, or only `ask` for it because it may have been registered."""

    document: FiscalDocument
    ask: bool


@dataclass(frozen=True, slots=True)
class Registered:
    """What the fiscal printer made of a document: its serial number, the document's number in its own series, the
    fiscal sign, when by its clock (UTC ms), the text of the QR code."""

    device: str
    number: str
    sign: str
    at: int
    qr: str = ""


def take(local: Local, now: int) -> FiscalTask | None:
    """The next document in the order of the journal; None: nothing waits. It is unknown until it is answered for."""
    row = local.raw.execute(_FIRST).fetchone()
    if row is None:
        return None
    id, state, why = row
    if not has_operation(local, id):  # a disk was damaged, and it must not stop all that comes after
        not_registered(local, id, FiscalState.FAILED, "its entry is gone from the journal", now)
        return take(local, now)
    if state == FiscalState.UNKNOWN:
        return FiscalTask(document(local, id), ask=True)
    found = document(local, id)
    with local.write() as db:
        db.execute(_MOVE, {"document": id, "state": FiscalState.UNKNOWN.value, "why": why, "now": now})
    return FiscalTask(found, ask=False)


def hindered(local: Local, why: str, now: int) -> None:
    """The fiscal printer can't: the first that waits says why. Written once, however often it is said."""
    row = local.raw.execute(_FIRST).fetchone()
    if row is not None and row[2] != why:
        with local.write() as db:
            db.execute(_MOVE, {"document": row[0], "state": row[1], "why": why, "now": now})


def registered(local: Local, id: str, by: Registered, now: int) -> None:
    """The fiscal printer has it. Said again it changes nothing."""
    told = {"device": by.device, "number": by.number, "sign": by.sign, "qr": by.qr, "registered_at": by.at}
    with local.write() as db:
        db.execute(_DONE, {"document": id, "now": now, **told})


def not_registered(local: Local, id: str, state: FiscalState, why: str, now: int) -> None:
    """It is not registered (WAITING: it is sent when the fiscal printer can; FAILED: it took the document for wrong),
    or nobody knows (UNKNOWN). What failed is put before a person. ValueError: DONE is said by `registered`."""
    if state is FiscalState.DONE:
        raise ValueError("what is done has a number and a sign")
    with local.write() as db:
        moved = db.execute(_MOVE, {"document": id, "state": state.value, "why": why, "now": now}).rowcount
        if moved and state is FiscalState.FAILED:
            ref = db.execute("SELECT ref FROM fiscal WHERE document = ?", (id,)).fetchone()[0]
            note(db, f"fiscal:{id}", f"{ref}: {why}", now)
