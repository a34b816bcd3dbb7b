"""A store where orders are collected: a real hub with orders and their parcels, and a tablet of it."""

import json
from pathlib import Path
from typing import Any

from pos.collect.flow import CollectFlow
from sync.actions.arrive import arrive
from sync.domain import codes
from sync.domain.arrivals import Arrival
from sync.domain.pickups import Custody, Parcel, ParcelLine, ParcelState
from sync.hub import feed, orders, pass_keys
from sync.hub.parcels import Shelf
from sync.local import Local
from sync.local.pickups import parcel_by_id
from sync.protocol.channel import ChannelReceived, OrderPayment, ReceivedLine
from sync.protocol.operations import open_envelope
from tests.flows.attention import heard
from tests.flows.returning import DAY, Desk, Shop
from tests.link.store import OWN, now

HOUR, MINUTE = 3_600_000, 60_000
MUG = 699_000
NINO, ALIA, TIMUR, SAULE, DANA = "100-48351", "100-48190", "100-48203", "100-48222", "100-48240"


class Floor(Shop):
    """A shop whose orders are collected in the store, and whose hub signs passes."""

    def fill(self) -> None:
        super().fill()
        pass_keys.ensure(self.engine, now())

    def ordered(self, number: str, pieces: int = 2, *, place: str = OWN, source: str = "", **changed: Any) -> str:
        """So many mugs of an order that is collected here. Its purchase's id."""
        way = {"fulfilment": "pickup", "pickup_at": place, "source": source}
        lines = [ReceivedLine("1", "p2", pieces * 1000, pieces * MUG, **way)]  # type: ignore[arg-type]
        told: dict[str, Any] = {"paid": [OrderPayment("a", "online", pieces * MUG)], "placed_at": now() - HOUR}
        order = ChannelReceived(number, number, lines, **{**told, **changed})
        orders.receive(self.engine, "web", order, now())
        return f"web:{number}"

    def parcel(self, number: str, id: str, state: ParcelState, shelf: str = "", **more: Any) -> Parcel:
        """A parcel of one mug, as the hub has it; `expires` in days from now, `source` elsewhere for one that comes."""
        days = more.pop("expires", 6)
        line = ParcelLine("1", "p2", "1002", "Mug Shai", 1000)
        made = Parcel(
            id=id,
            order=f"web:{number}",
            number=number,
            location=more.pop("place", OWN),
            source=more.pop("source", OWN),
            state=state,
            fence=1,
            lines=(line,),
            shelf=shelf,
            expires=now() + days * DAY if shelf else None,
            here=state not in (ParcelState.EXPECTED, ParcelState.HANDED_OUT, ParcelState.SENT_BACK),
            currency="KZT",
            last=Custody(state, "till-9", OWN, "s-9", now() - HOUR),
            **more,
        )
        with feed.recording(self.engine, now()) as (conn, recorder):
            shelf = Shelf(conn)
            shelf.hold([id])
            shelf.put(made, recorder)
            shelf.write()
        return made

    def day(self) -> None:
        """The day of the pictures: who waits, what lies ready, what is late, what comes."""
        ready, soon = ParcelState.READY, now() + HOUR
        self.ordered(NINO, collector="Nino O.", language="ka", ready_by=soon)
        self.parcel(NINO, "par-11", ready, "C-07")
        self.parcel(NINO, "par-12", ready, "C-07")
        self.ordered(ALIA, ready_by=now() - 7 * MINUTE)
        self.parcel(ALIA, "par-21", ParcelState.RECEIVED)
        self.ordered(TIMUR, 3, collector="Timur K.", paid=[], ready_by=soon)
        for n, shelf in enumerate(("B-02", "B-02", "D-11")):
            self.parcel(TIMUR, f"par-3{n}", ready, shelf, due=3 * MUG)
        self.ordered(SAULE, collector="Saule B.", proxies=("Marat B.",))
        self.parcel(SAULE, "par-41", ready, "C-01", expires=-2)
        self.ordered(DANA, source="wh-1", ready_by=now() + 93 * MINUTE)
        self.parcel(DANA, "par-51", ParcelState.EXPECTED, source="wh-1")
        self.parcel(DANA, "par-52", ParcelState.EXPECTED, source="wh-1")

    def pass_of(self, order: str) -> str:
        """The collecting pass that the shopper has."""
        made = pass_keys.pass_if_any(self.engine, order, now())
        assert made is not None
        return made.text


def comes(local: Local, number: str, minutes: int = 2, language: str = "ka") -> Arrival:
    """Somebody said so many minutes ago that she is here for an order."""
    return arrive(local, f"web:{number}", number, language=language, now=now() - minutes * MINUTE - 9_000)


def label(parcel: str) -> str:
    """What the scanner reads on a parcel."""
    return codes.parcel_label(parcel)


class Tablet(Desk):
    """A tablet at the tab Collect."""

    def __init__(self, shop: Shop, folder: Path, *, online: bool = True) -> None:
        self.handed: list[tuple[str, ...]] = []
        super().__init__(shop, folder, "tablet-1", online=online, kind="tablet")

    def start(self) -> None:
        super().start()
        self.till.collect.on_hand_out = lambda *asked: self.handed.append(asked)
        self.till.tab("collect")

    @property
    def tab(self) -> CollectFlow:
        return self.till.collect

    @property
    def says(self) -> str:
        """What the screen says just happened."""
        happened = self.tab.state.happened
        return f"{happened.title} {happened.line}".strip() if happened else ""

    def shown(self) -> list[str]:
        """The numbers of the orders in the list."""
        return [each.number for each in self.tab.state.listing.rows]

    def parcel_of(self, id: str) -> Parcel:
        found = parcel_by_id(self.local, id)
        assert found is not None
        return found

    def hears(self) -> None:
        """A round of its agent: push, then pull."""
        heard(self.home)
        self.local.refresh()
        self.till.changed(frozenset({"stock", "orders", "verdicts", "link"}))

    def recorded(self, *kinds: str) -> list[dict[str, Any]]:
        """The bodies of what this tablet recorded of those kinds, oldest first."""
        rows = self.local.raw.execute("SELECT kind, bytes FROM op ORDER BY seq").fetchall()
        return [json.loads(bytes(open_envelope(raw).body)) for kind, raw in rows if kind in kinds]
