"""What is collected at this store, order by order: parcels that are not gone yet, who collects them, who waits.

Five thousand parcels may stand there, so everything comes in one pass, and of an order only what a list shows is read.
"""

import json
from dataclasses import dataclass

import msgspec

from sync.domain.arrivals import Arrival
from sync.domain.pickups import Parcel, ParcelState
from sync.local.arrivals import arrivals_here
from sync.local.database import Local
from sync.local.pickups import parcels_here_now

_HERE = (ParcelState.EXPECTED, ParcelState.RECEIVED, ParcelState.READY, ParcelState.CANCELLED)
MOST_COUNTERS = 6


@dataclass(frozen=True, slots=True)
class ToCollect:
    """An order that is collected here. `parcels` are those that are not gone, by id; none where nothing is packed and
    somebody waits all the same.

    `collector`, `proxies`: as the channel names them for staff; `ready_by`: what the shopper was promised (UTC ms).
    `language`: the shopper's. `arrival`: who waits for it.
    """

    order: str
    number: str
    parcels: tuple[Parcel, ...] = ()
    collector: str = ""
    proxies: tuple[str, ...] = ()
    ready_by: int | None = None
    language: str = ""
    arrival: Arrival | None = None


class Asked(msgspec.Struct, frozen=True, gc=False):
    """What a list shows of a `sync.domain.orders.Purchase`."""

    collector: str = ""
    proxies: tuple[str, ...] = ()
    ready_by: int | None = None
    language: str = ""


_asked = msgspec.json.Decoder(Asked)
_NOBODY = Asked()
_ORDERS = "SELECT q.id, q.body FROM json_each(?) asked CROSS JOIN replica.purchase q ON q.id = asked.value"


def to_collect(local: Local, known: dict[str, Asked] | None = None) -> list[ToCollect]:
    """Every order that is collected at this store, those whose shoppers wait among them; in no order.

    `known`: what was read of orders before, by id; these are not read again, and what is read is put there. Empty it
    when orders change (topic `orders`): thousands of them take longer to read than their parcels.
    """
    known = {} if known is None else known
    waits = {arrival.order: arrival for arrival in arrivals_here(local)}
    with local.read() as db:
        by_order: dict[str, list[Parcel]] = {id: [] for id in waits}
        for parcel in parcels_here_now(local, *_HERE):
            by_order.setdefault(parcel.order, []).append(parcel)
        new = sorted(id for id in by_order if id not in known)
        rows = db.execute(_ORDERS, (json.dumps(new),)).fetchall() if new else []
    known.update((id, _asked.decode(body)) for id, body in rows)
    return [_one(id, found, known.get(id, _NOBODY), waits.get(id)) for id, found in by_order.items()]


def _one(id: str, parcels: list[Parcel], asked: Asked, arrival: Arrival | None) -> ToCollect:
    number = parcels[0].number if parcels else arrival.number if arrival else ""
    spoken = (arrival.language if arrival else "") or asked.language
    return ToCollect(
        id, number, tuple(parcels), asked.collector, asked.proxies, asked.ready_by, spoken, arrival
    )  # by position: names cost more than all else of it


def counters(local: Local) -> int:
    """At how many counters parcels are handed out here: the setting `collect_counters`, usually one."""
    row = local.raw.execute("SELECT value FROM replica.setting WHERE key = 'collect_counters'").fetchone()
    text = str(row[0]).strip('"') if row else ""
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) <= MOST_COUNTERS else 1


def seen_at(local: Local) -> int:
    """When the hub last vouched for the parcels that are here, UTC ms; 0 if it never did."""
    scope = f"location:{local.me.location}"
    row = local.raw.execute("SELECT seen_at FROM replica.cursor WHERE scope = ?", (scope,)).fetchone()
    return int(row[0]) if row else 0


_TO_PICK = 'SELECT DISTINCT "order", "to" FROM replica.pick WHERE location = ?'


def told_here(local: Local) -> frozenset[str]:
    """What asks for somebody here, each by an id that is never another's: orders of which something is to be picked, as
    the hub told them, and shoppers who wait for somebody to come."""
    waits = (it.id for it in arrivals_here(local) if it.taken_at is None)
    with local.read() as db:
        rows = db.execute(_TO_PICK, (local.me.location,)).fetchall()
    return frozenset("\x1f".join(row) for row in rows) | frozenset(waits)


_TERMINALS = """SELECT terminal, name FROM replica.signer WHERE name <> '' ORDER BY "end" IS NOT NULL DESC, "end" """


def terminal_names(local: Local) -> dict[str, str]:
    """What people call the tills and tablets of all stores, by id; a machine's latest key names it."""
    return {**dict(local.raw.execute(_TERMINALS).fetchall()), local.me.terminal: local.me.name}


def settings_as_of(local: Local) -> int:
    """When the hub last vouched for the settings that are here, passes that it withdrew among them: UTC ms; 0 if it
    never did."""
    row = local.raw.execute("SELECT seen_at FROM replica.cursor WHERE scope = 'config'").fetchone()
    return int(row[0]) if row else 0
