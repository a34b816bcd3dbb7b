"""A kiosk before a real hub, with an order that waits in the store and somebody with a till who brings it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.collect.flow import CollectState, No, Step, Ticket
from kiosk.visit import Rules, Visit
from pos.runner import Direct
from pos.terminal import Terminal
from sync.actions.clock import new_id
from sync.actions.hand_out import Said, hand_out
from sync.actions.pack_parcel import pack_parcel
from sync.actions.shelve_parcel import shelve_parcel
from sync.domain.passes import DAY_MS, Purpose
from sync.domain.pickups import Parcel, ParcelLine, ParcelState, Verified
from sync.hub import orders, pass_keys
from sync.link.first import fill_replica
from sync.local import Local, purchases_by_number
from sync.local.pickups import RecordedHandOut
from sync.protocol.messages import ChannelReceived, OrderPayment, ReceivedLine
from tests.domain.passes import key_of, pass_of, text_of
from tests.flows.kiosk import Store as Kiosk
from tests.link.asking import Straight
from tests.link.store import CASHIER, OWN, Store, now
from tests.local.collecting import pick_up, told
from tests.local.fixture import NOW
from tests.local.fixture import OWN as HERE
from tests.local.test_passes import told as trusts

ORDER = "100-48213"
ID = f"web:{ORDER}"
COAT = ParcelLine("1", "p-coat", "100010", "Wool coat", 3000)
WAITS = Parcel(
    "par-1", "web:100-48213", "100-48213", HERE, HERE, ParcelState.READY, 1, (COAT,), "B-4", NOW + DAY_MS, True
)


def code(**more: Any) -> str:
    """The code in the message about the order."""
    return text_of(pass_of(pick_up(), purpose=Purpose.COLLECT) if not more else pass_of(pick_up(), **more))


class Hall(Kiosk):
    """A kiosk without a network, that trusts the hub's key and knows the parcels of its store."""

    def __init__(self, folder: Path, *parcels: Parcel) -> None:
        super().__init__(folder, online=False)
        trusts(self.home, key_of())
        told(self.home, *parcels)

    def shows(self, text: str = "") -> No | None:
        """Somebody shows a code; why there is no ticket, None if there is one."""
        self.visit.scanned(text or code())
        assert self.visit.state.place == "collect"
        return self.visit.collect.state.no

    @property
    def ticket(self) -> Ticket:
        ticket = self.visit.collect.state.ticket
        assert ticket is not None
        return ticket


def order(store: Store, *, paid: int = 30_000, place: str = OWN, number: str = ORDER) -> None:
    """The web shop tells of two pieces of product 1, to be picked up."""
    line = ReceivedLine("1", "p1", 2000, 30_000, fulfilment="pickup", pickup_at=place)
    payments = [OrderPayment("a", "online", paid)] if paid else []
    made = ChannelReceived(number, number, [line], payments, now(), customer="Daniyar M.", phone="+7 701 555 01 02")
    orders.receive(store.engine, "web", made, now())


class Clerk:
    """Somebody with a till of the store. `meets` is what its agent does when there is a network."""

    def __init__(self, store: Store, folder: Path, name: str = "s-1-till-1") -> None:
        self.home = store.terminal(folder, name)
        self.local = Local.open(self.home)

    def meets(self) -> None:
        fill_replica(self.home)
        self.local.refresh()

    def readies(self) -> None:
        """Pack the order and put it on a shelf; the hub hears of it."""
        self.meets()
        [bought] = purchases_by_number(self.local, ORDER)
        assert isinstance(pack_parcel(self.local, "par-1", bought, {"1": 2000}, actor=CASHIER, now=now()), Parcel)
        assert isinstance(shelve_parcel(self.local, "par-1", "B-4", actor=CASHIER, now=now()), Parcel)
        self.meets()

    def gives(self) -> None:
        """Hand it out; the hub hears of it."""
        [bought] = purchases_by_number(self.local, ORDER)
        said, moment = Said(Verified.CODE), now()
        done = hand_out(self.local, new_id(moment), bought, ("par-1",), said, actor=CASHIER, language="en", now=moment)
        assert isinstance(done, RecordedHandOut), done
        self.meets()


class Front:
    """A kiosk that shoppers stand before. `pass_text` is the code in the message about the order."""

    def __init__(self, store: Store, folder: Path, name: str = "s-1-kiosk-1", place: str = OWN) -> None:
        self.store = store
        pass_keys.ensure(store.engine, now())
        self.home = store.terminal(folder, name, "kiosk", place)
        self.local, self.asking = Local.open(self.home), Straight(self.home)
        self.terminal = Terminal(self.home, runner=Direct(self.local), asking=self.asking)
        self.visit = Visit(self.terminal, Rules(), now, lambda: time.monotonic_ns() // 1_000_000)
        self.visit.open()

    @property
    def state(self) -> CollectState:
        return self.visit.collect.state

    def pass_text(self) -> str:
        made = pass_keys.pass_if_any(self.store.engine, ID, now())
        assert made is not None
        return made.text

    def meets(self) -> None:
        """The agent pushes and pulls, and the window hears of news."""
        fill_replica(self.home)
        self.local.refresh()
        self.visit.changed({"stock"})

    def types(self, number: str) -> CollectState:
        """Type a number and look it up."""
        self.visit.collect_order()
        self.visit.collect.type(number)
        self.visit.collect.look_up()
        self.until(lambda: self.state.step is not Step.LOOKING)
        return self.state

    def scans(self, text: str) -> CollectState:
        self.visit.scanned(text)
        self.until(lambda: self.state.step is not Step.LOOKING)
        return self.state

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + 20
        while not true():
            assert time.monotonic() < end, "it did not come in time"
            self.terminal.pump()
            time.sleep(0.01)

    def stop(self) -> None:
        self.terminal.stop()
        self.asking.close()
