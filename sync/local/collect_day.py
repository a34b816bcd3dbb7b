"""A store's day of click and collect: what waits, what is late, who is here, what was handed out, hour by hour.

Counted from the replica and this terminal's own steps, in a few milliseconds with thousands of parcels: what lies on
shelves is counted by an index, and only what comes, or was handed out today, is read.
"""

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass
from datetime import tzinfo

import msgspec

from sync.domain.arrivals import Arrival
from sync.domain.collect_day import NOBODY, Day, Waits, by_hour, day_at, waits_of
from sync.domain.pickups import Parcel, ParcelState
from sync.domain.stock import by_walk
from sync.local.arrivals import arrivals_known_now
from sync.local.database import Local
from sync.local.picking import left_to_pick
from sync.local.pickups import laid_over, own_here, parcels_here_now
from sync.protocol.pickups import read
from sync.protocol.replica import PARCEL_EXPIRES, PARCEL_LAST_AT, PICKED_UP

MOST_PLACES = 999


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order of which something is not ready. `to_pick`: here, else it is on the way (`coming`), or came and lies on
    no shelf. `missing`: somebody said that a parcel of it did not come. `ready_by`: when it was promised, UTC ms; None:
    nothing was. `collector`: as staff see the name."""

    id: str
    number: str
    collector: str
    ready_by: int | None
    to_pick: bool
    coming: bool = False
    missing: bool = False

    def late(self, now: int) -> int:
        """For how long it should have been ready, ms; 0 if there is time left."""
        return max(0, now - self.ready_by) if self.ready_by is not None else 0


@dataclass(frozen=True, slots=True)
class CollectDay:
    """The day of a store. Orders: `open`, the most urgent first. Parcels: `lying` on each shelf, the fullest first, of
    which `expired` (nobody came by their day) and `cancelled` have to go back and the others wait; `handed` today, in
    so many `hand_outs`. Shoppers: `here` now, the first who came first, and how those of today waited. `orders`,
    `came`, `given`: by the hour of the wall, what was ordered to be collected here, who came, what was handed out."""

    day: Day
    open: tuple[OpenOrder, ...] = ()
    lying: tuple[tuple[str, int], ...] = ()
    expired: int = 0
    cancelled: int = 0
    here: tuple[Arrival, ...] = ()
    waits: Waits = NOBODY
    hand_outs: int = 0
    handed: int = 0
    orders: tuple[int, ...] = ()
    came: tuple[int, ...] = ()
    given: tuple[int, ...] = ()

    @property
    def to_pick(self) -> tuple[OpenOrder, ...]:
        """The orders that are to be picked here."""
        return tuple(order for order in self.open if order.to_pick)

    @property
    def on_shelves(self) -> int:
        """The parcels that lie on shelves."""
        return sum(count for _shelf, count in self.lying)

    def late(self, now: int) -> tuple[OpenOrder, ...]:
        """The orders that should have been ready, the latest first."""
        return tuple(order for order in self.open if order.late(now))


def collect_day(local: Local, now: int, zone: tzinfo, known: "dict[str, Known | None] | None" = None) -> CollectDay:
    """The day that it is at `now` (UTC ms) in this store. What the hub did not tell yet is not in it.

    `known`: what was read of orders before, by id; these are not read again, and what is read is put there. Empty it
    when orders change (topic `orders`).
    """
    day, known = day_at(now, zone), {} if known is None else known
    with local.read():
        arrivals = arrivals_known_now(local)
        own = own_here(local)
        lying, expired, cancelled = _lying(local, own, now)
        handed = _handed(local, own, day)
        opened = _open(local, known)
        placed = _placed(local, day, known)
    given = Counter(handed)  # one hand-out gives its parcels at one moment, at one terminal
    return CollectDay(
        day,
        opened,
        lying,
        expired,
        cancelled,
        here=tuple(it for it in arrivals if it.state.open),
        waits=waits_of(arrivals, day),
        hand_outs=len(given),
        handed=len(handed),
        orders=by_hour(placed, day, zone),
        came=by_hour((it.at for it in arrivals), day, zone),
        given=by_hour((at for _order, _terminal, at in given), day, zone),
    )


def shelf_places(local: Local) -> int:
    """How many parcels a shelf position holds: the setting `shelf_places`; 0 where nobody said."""
    row = local.raw.execute("SELECT value FROM replica.setting WHERE key = 'shelf_places'").fetchone()
    text = str(row[0]).strip('"') if row else ""
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) <= MOST_PLACES else 0


# --- what lies on shelves --------------------------------------------------------------------------------------------

_LIES = (ParcelState.READY, ParcelState.CANCELLED)
_BY_SHELF = """SELECT state, shelf, count(*) FROM replica.parcel
    WHERE location = ? AND state IN ('ready', 'cancelled') AND shelf <> '' GROUP BY state, shelf"""
_EXPIRED = f"""SELECT count(*) FROM replica.parcel
    WHERE location = ? AND state = 'ready' AND shelf <> '' AND {PARCEL_EXPIRES} < ?"""  # noqa: S608 - constants
_TOLD = "SELECT p.body FROM json_each(?) asked CROSS JOIN replica.parcel p ON p.id = asked.value"

Lying = tuple[tuple[tuple[str, int], ...], int, int]


def _lying(local: Local, own: list[Parcel], now: int) -> Lying:
    """How many lie on each shelf, how many of them expired, and how many are cancelled. What this terminal moved since
    is taken from where the replica has it and put where it is."""
    db, here = local.raw, local.me.location
    lies = Counter({(state, shelf): n for state, shelf, n in db.execute(_BY_SHELF, (here,)).fetchall()})
    expired = int(db.execute(_EXPIRED, (here, now)).fetchone()[0])
    told = _told(db, [it.id for it in own])
    for sign, parcels in ((-1, told), (1, laid_over(told, own))):
        for it in parcels:
            if it.location == here and it.shelf and it.state in _LIES:
                lies[it.state.value, it.shelf] += sign
                expired += sign * _is_expired(it, now)
    shelves: Counter[str] = Counter()
    for (_state, shelf), n in lies.items():
        shelves[shelf] += n
    found = [(shelf, n) for shelf, n in shelves.items() if n]
    found.sort(key=lambda each: (-each[1], by_walk(each[0])))
    return tuple(found), expired, sum(n for (state, _shelf), n in lies.items() if state == ParcelState.CANCELLED)


def _is_expired(parcel: Parcel, now: int) -> bool:
    return parcel.state is ParcelState.READY and parcel.expires is not None and now > parcel.expires


def _told(db: sqlite3.Connection, ids: list[str]) -> list[Parcel]:
    """Parcels as the replica has them."""
    rows = db.execute(_TOLD, (json.dumps(sorted(set(ids))),)).fetchall() if ids else []
    return [read(row[0]) for row in rows]


# --- what was handed out ---------------------------------------------------------------------------------------------


class _Custody(msgspec.Struct, frozen=True, gc=False):
    terminal: str
    location: str
    at: int


class _Handed(msgspec.Struct, frozen=True, gc=False):
    """What is counted of a parcel that was handed out."""

    id: str
    order: str
    last: _Custody


_handed_out = msgspec.json.Decoder(_Handed)
_GIVEN = f"""SELECT body FROM replica.parcel WHERE location = ? AND state = 'handed_out'
    AND {PARCEL_LAST_AT} >= ? AND {PARCEL_LAST_AT} < ?"""  # noqa: S608 - constants


def _handed(local: Local, own: list[Parcel], day: Day) -> list[tuple[str, str, int]]:
    """For each parcel that was handed out here that day: its order, the terminal, when. What was handed out here is,
    whatever the hub says of it."""
    here = local.me.location
    rows = local.raw.execute(_GIVEN, (here, day.start, day.end)).fetchall()
    told = (_handed_out.decode(row[0]) for row in rows)
    found = {it.id: (it.order, it.last) for it in told}
    for step in own:
        if step.state is ParcelState.HANDED_OUT and step.last is not None:
            found[step.id] = step.order, _Custody(step.last.terminal, step.last.location, step.last.at)
    mine = ((order, last) for order, last in found.values() if last.location == here and day.has(last.at))
    return [(order, last.terminal, last.at) for order, last in mine]


# --- orders ----------------------------------------------------------------------------------------------------------


class _Line(msgspec.Struct, frozen=True, gc=False):
    fulfilment: str = ""
    pickup_at: str = ""
    refused: tuple[str, ...] = ()


class Known(msgspec.Struct, frozen=True, gc=False):
    """What is counted and shown of a `sync.domain.orders.Purchase`."""

    number: str
    collector: str = ""
    ready_by: int | None = None
    lines: tuple[_Line, ...] = ()

    def collected_at(self, here: str) -> bool:
        """Whether something of it is or was to be collected there."""
        picked = (line for line in self.lines if line.fulfilment == "pickup")
        return any(line.pickup_at == here or here in line.refused for line in picked)


_known = msgspec.json.Decoder(Known)
_PLACED = f"SELECT id, at FROM replica.purchase WHERE at >= ? AND at < ? AND {PICKED_UP}"  # noqa: S608 - constants
_ORDERS = "SELECT q.id, q.body FROM json_each(?) asked CROSS JOIN replica.purchase q ON q.id = asked.value"
_OF_HERE = f"{_ORDERS} AND instr(q.body, ?) > 0"


def _open(local: Local, known: dict[str, Known | None]) -> tuple[OpenOrder, ...]:
    """The orders of which something is to be picked here, comes, or lies on no shelf. As in the list of picking, one
    that is to be picked and that the hub did not tell yet is not there."""
    picked = left_to_pick(local)
    coming = parcels_here_now(local, ParcelState.EXPECTED, ParcelState.RECEIVED)
    numbers = {it.order: it.number for it in coming}
    on_the_way = {it.order for it in coming if it.state is ParcelState.EXPECTED}
    missing = {it.order for it in coming if it.missing is not None}
    asked = sorted(id for id in picked | numbers.keys() if known.get(id) is None)
    rows = local.raw.execute(_ORDERS, (json.dumps(asked),)).fetchall() if asked else []
    known.update((id, _known.decode(body)) for id, body in rows)
    found = {
        id: known.get(id) or Known(numbers[id]) for id in picked | numbers.keys() if known.get(id) or id in numbers
    }
    opened = [
        OpenOrder(id, it.number, it.collector, it.ready_by, id in picked, id in on_the_way, id in missing)
        for id, it in found.items()
    ]
    return tuple(sorted(opened, key=lambda one: (one.ready_by is None, one.ready_by or 0, one.number, one.id)))


def _placed(local: Local, day: Day, known: dict[str, Known | None]) -> list[int]:
    """When the orders of that day were placed that were to be collected here, cancelled or refused since or not. Of
    those of other stores nothing is read but that they are none of ours."""
    here = local.me.location
    placed = local.raw.execute(_PLACED, (day.start, day.end)).fetchall()
    asked = [id for id, _at in placed if id not in known]
    if asked:
        named = json.dumps(here, ensure_ascii=False)
        rows = local.raw.execute(_OF_HERE, (json.dumps(asked), named)).fetchall()
        known.update(dict.fromkeys(asked))
        known.update((id, _known.decode(body)) for id, body in rows)
    return [at for id, at in placed if (order := known[id]) is not None and order.collected_at(here)]
