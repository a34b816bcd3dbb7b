"""A store in the midst of its day: what is to be picked, what lies on shelves, who is here, what was handed out."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pos.day.flow import DayFlow
from sync.domain.arrivals import Arrival, ArrivalState, moved_to
from sync.domain.pickups import Custody, Parcel, ParcelLine, ParcelState
from sync.hub import feed
from sync.hub.arrivals import Queue
from sync.hub.parcels import Shelf
from tests.flows.attention import heard
from tests.flows.collecting import HOUR, MINUTE, Floor
from tests.flows.returning import Desk
from tests.link.store import OWN, now

HERE = ArrivalState.WAITING
AFTERNOON = 14
"""The hour at which these stores are, whenever a test runs."""


def zone() -> str:
    """A time zone in which it is that hour of the afternoon now."""
    ahead = AFTERNOON - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


class DayFloor(Floor):
    """A store whose wall says that it is the afternoon."""

    def fill(self) -> None:
        super().fill()
        place = {"id": OWN, "kind": "store", "names": json.dumps({"en": "Centre"}), "pricelist": "base", "sort": 0}
        place |= {"address": "", "latitude": None, "longitude": None, "opens": "09:00", "closes": "21:00"}
        self.put("config", "location", place)
        self.put("config", "setting", {"key": "timezone", "value": json.dumps(zone())})

    def lies(self, *parcels: Parcel) -> None:
        """Parcels as the hub has them."""
        with feed.recording(self.engine, now()) as (conn, recorder):
            shelf = Shelf(conn)
            shelf.hold([it.id for it in parcels])
            for it in parcels:
                shelf.put(it, recorder)
            shelf.write()

    def came(self, *arrivals: Arrival) -> None:
        """Arrivals as the hub has them."""
        with feed.recording(self.engine, now()) as (conn, recorder):
            queue = Queue(conn)
            for each in arrivals:
                queue.put(each, recorder)
            queue.write()

    def busy(self) -> None:
        """The day of the pictures."""
        at = now()
        self.ordered("100-48310", placed_at=at - 2 * HOUR, ready_by=at - 23 * MINUTE, collector="Nino O.")
        self.ordered("100-48311", placed_at=at - 2 * HOUR, ready_by=at - 6 * MINUTE)
        for n, (hours, minutes) in enumerate(((1, 20), (1, 40), (1, 65), (0, 95), (0, 110), (3, 180), (4, 200))):
            name = ("Timur K.", "", "Saule B.", "Dana R.", "", "Marat A.", "Aigerim S.")[n]
            times = {"placed_at": at - hours * HOUR - MINUTE, "ready_by": at + minutes * MINUTE}
            self.ordered(f"100-4832{n}", **times, **({"collector": name} if name else {}))
        self.lies(
            *_shelves(at), *_handed(at), parcel("par-way", ParcelState.EXPECTED, order="web:100-48311", source="wh-1")
        )
        self.came(*_served(at), *_waiting(at))


def parcel(id: str, state: ParcelState, shelf: str = "", **more: Any) -> Parcel:
    """One parcel of a mug, of an order of its own."""
    order = str(more.pop("order", f"web:{id}"))
    here = state not in (ParcelState.EXPECTED, ParcelState.HANDED_OUT, ParcelState.SENT_BACK)
    line = ParcelLine("1", "p2", "1002", "Mug Shai", 1000)
    made = Parcel(
        id, order, order.partition(":")[2], OWN, OWN, state, 1, (line,), shelf=shelf, here=here, currency="KZT"
    )
    known = {"expires": now() + 6 * 24 * HOUR if shelf else None, "last": Custody(state, "till-9", OWN, "s-9", now())}
    return replace(made, **(known | more))


def _shelves(at: int) -> list[Parcel]:
    fills = {"A-01": 12, "A-02": 9, "A-03": 4, "B-01": 11, "B-02": 12, "B-03": 7, "C-07": 3, "C-12": 1}
    found = [
        parcel(f"par-{shelf}-{n}", ParcelState.READY, shelf) for shelf, count in fills.items() for n in range(count)
    ]
    found[0] = replace(found[0], expires=at - HOUR)
    found[1] = replace(found[1], expires=at - 26 * HOUR)
    found[2] = replace(found[2], state=ParcelState.CANCELLED)
    return found


PER_HOUR = {5: 2, 4: 4, 3: 7, 2: 9, 1: 5, 0: 3}
"""How many were served so many hours ago."""


def _times(at: int) -> list[int]:
    top = at - at % HOUR
    return [top - ago * HOUR + n * MINUTE // 2 for ago, count in PER_HOUR.items() for n in range(count)]


def _handed(at: int) -> list[Parcel]:
    out = ParcelState.HANDED_OUT
    found = []
    for n, when in enumerate(_times(at)):
        by = Custody(out, "till-9", OWN, "s-9", when)
        found += [parcel(f"out-{n}-{k}", out, order=f"web:out-{n}", last=by) for k in range(1 + (n % 4 == 0))]
    return found


def _served(at: int) -> list[Arrival]:
    found = []
    for n, when in enumerate(_times(at)):
        came = Arrival(f"a-{n}", f"web:out-{n}", f"out-{n}", OWN, f"K{n:02d}", HERE, when - (2 + n % 5) * MINUTE)
        found.append(moved_to(came, ArrivalState.LEFT if n == 3 else ArrivalState.DONE, "", "s-9", when))
    return found


def _waiting(at: int) -> list[Arrival]:
    first = Arrival("a-90", "web:100-48190", "100-48190", OWN, "K41", HERE, at - 7 * MINUTE)
    second = Arrival("a-91", "web:100-48203", "100-48203", OWN, "W02", HERE, at - 3 * MINUTE)
    third = Arrival("a-92", "web:100-48222", "100-48222", OWN, "K42", HERE, at - 20_000)
    return [first, moved_to(second, ArrivalState.BRINGING, "2", "s-1", at - MINUTE), third]


class Manager(Desk):
    """Somebody at a tablet of such a store: a manager, unless another PIN is typed."""

    def __init__(
        self, shop: Floor, folder: Path, *, online: bool = True, who: tuple[str, str] = ("s-3", "3333")
    ) -> None:
        self.who = who
        super().__init__(shop, folder, "tablet-1", online=online, kind="tablet")

    def start(self) -> None:
        super().start()
        self.till.sign_out()
        self.until(lambda: self.till.signin.state.ready)
        self.till.signin.choose(self.who[0])
        for digit in self.who[1]:
            self.till.signin.key(digit)
        self.until(lambda: self.till.place == "sale")
        self.till.tab("collect")
        self.until(lambda: self.till.collect.state.ready)

    @property
    def day(self) -> DayFlow:
        return self.till.day

    def sees(self) -> DayFlow:
        """Touch "The day", and wait until it is read."""
        self.till.collect.see_day()
        self.until(lambda: self.till.place == "day" and self.day.state.ready)
        return self.day

    def hears(self) -> None:
        """A round of its agent: push, then pull."""
        heard(self.home)
        self.local.refresh()
        self.till.changed(frozenset({"stock", "orders", "verdicts", "link"}))
