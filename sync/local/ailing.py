"""Devices that can't do their work: those of this terminal, kept for the hub to hear of, and those of others at its
store, of which the hub told.

A kiosk keeps its own, as nobody of the staff stands before it. Its agent says them with a hello, as soon as there is a
network; roles and words of drivers are all that is kept, and nothing of a person.
"""

import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sync.local import tables
from sync.local.database import Local
from sync.local.tables import insert
from sync.protocol.messages import Ails

_put = insert(tables.ailing, replace=True)
_THERE = """SELECT name, device, fault, at FROM replica.ailment
    WHERE location = (SELECT location FROM identity) AND terminal <> (SELECT terminal FROM identity)
    ORDER BY name, terminal, device"""


@dataclass(frozen=True, slots=True)
class AilsThere:
    """A device of another terminal at this store: what people call that one, the device's role, the driver's word for
    what is wrong, since when (UTC ms)."""

    terminal: str
    device: str
    fault: str
    since: int


def own_ailing(db: sqlite3.Connection) -> list[Ails]:
    """What ails here, as it is kept."""
    return [Ails(*row) for row in db.execute("SELECT device, fault, since FROM ailing ORDER BY device")]


def keep_ailing(local: Local, found: Mapping[str, str], undecided: Collection[str], now: int) -> None:
    """Keep what ails here: faults by role. Nothing is known yet of the `undecided`: what was kept of these stays. The
    agent is woken where something is new. Raises NotRecorded."""
    kept = {each.device: each for each in own_ailing(local.raw)}
    gone = [device for device in kept if device not in found and device not in undecided]
    new = [(d, fault) for d, fault in found.items() if d not in kept or kept[d].fault != fault]
    if not gone and not new:
        return
    with local.write() as db:
        db.executemany("DELETE FROM ailing WHERE device = ?", [(device,) for device in gone])
        _put.many(db, [{"device": device, "fault": fault, "since": now} for device, fault in new])
        local.appended()


def ailing_there(local: Local) -> tuple[AilsThere, ...]:
    """What ails at other terminals of this store, as the hub last told."""
    return tuple(AilsThere(*row) for row in local.raw.execute(_THERE))
