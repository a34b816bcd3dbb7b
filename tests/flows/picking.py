"""A tablet at the picking page of a store with orders to be picked: a real hub, a real printer on a socket."""

from pathlib import Path
from typing import Any

from pos.picking.flow import PickingFlow
from pos.picking.state import Phase
from sync.hub import orders
from sync.local.picking import to_pick
from sync.protocol.channel import ChannelReceived, OrderPayment, ReceivedLine
from tests.flows.attention import heard
from tests.flows.collecting import HOUR, MINUTE, Floor
from tests.flows.returning import Desk, Shop, code
from tests.link.store import OWN, now, until

FIRST, SECOND, THIRD = "100-48301", "100-48302", "100-48303"
PRICE = 100_000


def ordered(
    floor: Floor,
    number: str,
    *goods: tuple[int, int],
    place: str = OWN,
    source: str = "",
    instead: tuple[str, ...] | None = None,
    **more: Any,
) -> str:
    """An order of goods (number, how many) that is collected at a place. Its purchase's id. `instead`: what may be
    given in place of any of them, () for anything similar."""
    way: Any = {"fulfilment": "pickup", "pickup_at": place, "source": source}
    if instead is not None:
        way |= {"substitutes": "listed" if instead else "similar", "substitute_ids": instead}
    lines = [
        ReceivedLine(f"{n}", f"p{product}", count * 1000, count * PRICE, **way)
        for n, (product, count) in enumerate(goods, 1)
    ]
    paid = [OrderPayment("a", "online", sum(count for _product, count in goods) * PRICE)]
    order = ChannelReceived(number, number, lines, paid, now() - HOUR, **more)
    orders.receive(floor.engine, "web", order, now())
    return f"web:{number}"


def wanted(floor: Floor) -> None:
    """Three orders: of headphones and mugs soon, of a kettle late, of a lamp with no time."""
    for n, shelf in ((1, "C-07"), (2, "C-12"), (3, "A-03"), (5, "")):
        level = {"product": f"p{n}", "location": OWN, "on_hand": 120_000, "reserved": 0, "shelf": shelf, "at": now()}
        floor.put(f"location:{OWN}", "stock", level)
    ordered(floor, FIRST, (1, 1), (2, 3), ready_by=now() + 40 * MINUTE, collector="Nino O.")
    ordered(floor, SECOND, (3, 1), ready_by=now() - 7 * MINUTE)
    ordered(floor, THIRD, (5, 1))


class Picker(Desk):
    """Somebody who picks, on a tablet."""

    def __init__(self, shop: Shop, folder: Path, name: str = "tablet-1", *, online: bool = True) -> None:
        super().__init__(shop, folder, name, online=online, kind="tablet")

    def start(self) -> None:
        super().start()
        self.till.pick()

    @property
    def pick(self) -> PickingFlow:
        return self.till.picking

    @property
    def says(self) -> str:
        """What the screen says just happened."""
        happened = self.pick.state.happened
        return f"{happened.title} {happened.line}".strip() if happened else ""

    def numbers(self) -> list[str]:
        """The orders in the list."""
        return [one.number for one in self.pick.state.orders]

    def opens(self, number: str) -> None:
        """Choose an order and accept it."""
        self.pick.choose(next(one.key for one in self.pick.state.orders if one.number == number))
        self.pick.accept()
        self.still()

    def still(self) -> None:
        """Wait until nobody is asked and nothing is recorded."""
        self.until(lambda: not self.pick.state.busy)

    def fetch(self, *numbers: int) -> None:
        """Scan goods, one after the other."""
        for number in numbers:
            self.till.scanned(code(number))

    def packs(self) -> None:
        """The primary action of an order."""
        self.pick.pack()
        self.still()

    def hears(self) -> None:
        """A round of its agent: push, then pull."""
        heard(self.home)
        self.local.refresh()
        self.till.changed(frozenset({"stock", "orders", "verdicts", "link"}))

    def labels(self, count: int) -> None:
        """Wait until so many papers came out."""
        until(lambda: self.terminal.pump() or len(self.printer.texts) >= count, 30)

    def known(self) -> list[str]:
        """What the files say is to be picked."""
        return [one.number for one in to_pick(self.local)]

    def in_phase(self, phase: Phase) -> bool:
        return self.pick.state.phase is phase
