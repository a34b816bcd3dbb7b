"""What must hold of shifts when all is healed: the same sums everywhere, and every difference named (F8, F36)."""

import sqlite3

import msgspec

from sync.hub import database, shift_records
from sync.local import open_shift_of, totals
from sync.protocol import operations
from tests.sim.drawer import in_drawer
from tests.sim.rights import require
from tests.sim.terminal import SimTerminal
from tests.sim.world import World

NAMED = ("shift_differs", "shift_unknown", "shift_left_open", "shift_late", "duplicate_shift")


def shifts_are_right(world: World, db: sqlite3.Connection) -> None:
    """Terminals and hub add up the same, what was told is there once, and what differs is named (F8, F36)."""
    for one in world.terminals:
        with one.as_app():
            _adds_up_at(one)
    about = db.execute(f"SELECT about FROM attention WHERE code IN {NAMED}")
    named = {row["about"].partition(":")[0] for row in about}
    alone = {one.identity for one in world.terminals if one.alone}
    with world.edges.running("hub"), database.read(world.hub.engine) as conn:
        rows = {row.shift: row for row in shift_records.shifts(conn, most=10_000)}
    invented = set(rows) - world.drawers.begun
    require(not invented, "I-2", f"the hub holds shifts that nobody opened: {sorted(invented)[:3]}")
    for row in rows.values():
        agrees = row.state != "closed" or (row.told == row.booked and row.told == row.counted - row.difference)
        named_at_most = row.shift in named and row.terminal not in alone
        said = f"shift {row.number} of {row.terminal}: told {row.told}, booked {row.booked}, counted {row.counted}"
        require((agrees and row.shift not in named) or named_at_most, "F8", said)
    _told_closes_are_there(world, db)


def _adds_up_at(one: SimTerminal) -> None:
    local = one.open()
    shift = open_shift_of(local)
    if shift is not None:
        here, there = totals(local, shift).expected, in_drawer(local, shift)
        require(here == there, "F36", f"{one.name} expects {here} in the drawer, {there} lies there")


def _told_closes_are_there(world: World, db: sqlite3.Connection) -> None:
    alone = {one.name for one in world.terminals if one.alone}
    kept = {row["shift"]: row["body"] for row in db.execute("SELECT shift, body FROM shift WHERE state = 'closed'")}
    for shift, (machine, body) in world.drawers.told.items():
        if machine in alone:
            there = kept.get(shift, "")
            same = bool(there) and msgspec.json.decode(there, type=operations.ShiftClosed) == body
            require(same, "I-1", f"the Z report {body.number} of {machine} is not what the hub holds")
