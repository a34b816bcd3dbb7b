"""What is picked here, on the screen: the orders, the one that is being picked, its parcels. No window, no work.

Quantities in thousandths, times UTC in ms.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pos.printing import PaperState
from pos.ui.happened import Happened
from sync.domain.catalogue import Location, Product, Words, in_language
from sync.domain.packing import Put
from sync.domain.pickups import LineRefusedFor, Parcel
from sync.domain.special import serial_of
from sync.local import Settings
from sync.local.picking import LineToPick, OrderToPick
from sync.protocol.pickups import PickedBy

USUAL = Settings()
PIECE = 1000


class Phase(StrEnum):
    """What stands on the screen: the orders, one of them while it is picked, its parcels. CLAIMING waits for the hub,
    PACKING for the disk."""

    LIST = "list"
    CLAIMING = "claiming"
    PICK = "pick"
    PACKING = "packing"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Read:
    """What the local files hold of it."""

    here: str = ""
    orders: tuple[OrderToPick, ...] = ()
    places: Mapping[str, Location] = field(default_factory=dict)
    settings: Settings = USUAL
    online: bool = True


@dataclass(frozen=True, slots=True)
class Made:
    """A parcel that was packed now, and how its label stands."""

    parcel: Parcel
    label: PaperState = PaperState.ABSENT


@dataclass(frozen=True, slots=True)
class InHand:
    """One scan: so much of an article for a line, units by their numbers."""

    line: str
    product: str
    sku: str
    names: Words
    quantity: int
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbering:
    """A unit of a line that waits for its number; `typed`: the number so far."""

    line: str
    product: Product
    typed: str = ""

    @property
    def serial(self) -> str | None:
        """The number as it is typed by now; None while it can't be a whole one."""
        return serial_of(self.typed)


@dataclass(frozen=True, slots=True)
class PickingState:
    """`shown` are the keys of the list as it stands; what comes meanwhile is put behind (`fresh`). `open` is chosen.

    `order` is picked now: `picked` of its lines is in the hand, and besides `put`: other articles in their place, and
    units by number, of which one is asked for now (`numbering`). `reasons`: why the rest can't be given; `line` is
    open, `made` was packed of it. `kept_until`: nobody else here picks it until then; 0: nobody was asked.
    `taken`: who picks which order, as the hub said when it was asked.
    """

    ready: bool = False
    phase: Phase = Phase.LIST
    read: Read = Read()
    shown: tuple[str, ...] = ()
    fresh: frozenset[str] = frozenset()
    open: str = ""
    order: OrderToPick | None = None
    picked: Mapping[str, int] = field(default_factory=dict)
    put: tuple[InHand, ...] = ()
    numbering: Numbering | None = None
    reasons: Mapping[str, LineRefusedFor] = field(default_factory=dict)
    line: str = ""
    made: tuple[Made, ...] = ()
    given_back: int = 0
    kept_until: int = 0
    taken: Mapping[str, PickedBy] = field(default_factory=dict)
    now: int = 0
    happened: Happened | None = None

    @property
    def orders(self) -> list[OrderToPick]:
        """The list, as it is shown."""
        known = {one.key: one for one in self.read.orders}
        return [known[key] for key in self.shown if key in known]

    @property
    def chosen(self) -> OrderToPick | None:
        """The order at the right of the list."""
        return next((one for one in self.read.orders if one.key == self.open), None)

    @property
    def busy(self) -> bool:
        """Whether the hub or the disk is waited for."""
        return self.phase in (Phase.CLAIMING, Phase.PACKING)

    def got(self, line: LineToPick) -> int:
        """What of a line is in the hand, whatever stands in for it."""
        return self.picked.get(line.id, 0) + sum(it.quantity for it in self.put if it.line == line.id)

    def left(self, line: LineToPick) -> int:
        """What of a line is still to be fetched."""
        return max(0, line.quantity - self.got(line))

    def instead(self, line: LineToPick) -> tuple[InHand, ...]:
        """What is in the hand in place of a line's own goods."""
        return tuple(it for it in self.put if it.line == line.id and it.product != line.product)

    def units(self, line: LineToPick) -> tuple[str, ...]:
        """The numbers of the units of a line that are in the hand."""
        return tuple(serial for it in self.put if it.line == line.id for serial in it.serials)

    @property
    def numbers(self) -> frozenset[str]:
        """Every unit's number that is in the hand or packed of this order."""
        packed = (serial for it in self.made for line in it.parcel.lines for serial in line.serials)
        bought = self.order.purchase.lines if self.order is not None else ()
        handed = (serial for line in bought if line.handed for serial in line.serials)
        return frozenset((*packed, *handed, *(serial for it in self.put for serial in it.serials)))

    @property
    def lines(self) -> tuple[LineToPick, ...]:
        """The lines of the order that is picked."""
        return self.order.lines if self.order is not None else ()

    @property
    def next_line(self) -> LineToPick | None:
        """What is fetched next, in the order of the walk."""
        return next((x for x in self.lines if self.left(x) and x.id not in self.reasons), None)

    @property
    def in_hand(self) -> int:
        """How many things go into this parcel; of what is weighed each line counts as one."""
        return sum(pieces(x, self.got(x)) for x in self.lines)

    @property
    def wanted(self) -> int:
        """How many there are in all."""
        return sum(pieces(x, x.quantity) for x in self.lines)

    @property
    def missing(self) -> tuple[LineToPick, ...]:
        """Lines of which something is not given, with the reason said."""
        return tuple(x for x in self.lines if self.left(x) and x.id in self.reasons)

    @property
    def settled(self) -> bool:
        """Whether of each line all is in the hand, or it was said why not."""
        return bool(self.lines) and self.next_line is None


def pieces(line: LineToPick, quantity: int) -> int:
    """So many things are thousandths of a line."""
    return quantity // PIECE if line.unit == "pcs" else int(quantity > 0)


def puts(state: PickingState) -> tuple[Put, ...]:
    """What is packed besides plain goods, one for each line and article. What is called in the order's language stands
    on the parcel as its line does."""
    found: dict[tuple[str, str], Put] = {}
    spoken = state.order.purchase.language if state.order is not None else ""
    for it in state.put:
        before = found.get((it.line, it.product))
        count = it.quantity + (before.quantity if before is not None else 0)
        units = (*(before.serials if before is not None else ()), *it.serials)
        found[it.line, it.product] = Put(it.line, it.product, it.sku, in_language(it.names, spoken), count, units)
    return tuple(found.values())


def fitting(state: PickingState, most: Mapping[str, int]) -> tuple[dict[str, int], tuple[InHand, ...]]:
    """What is in the hand as far as an order that changed still wants it: `most` thousandths by line."""
    put: list[InHand] = []
    room = dict(most)
    for it in state.put:
        if it.quantity <= room.get(it.line, 0):
            room[it.line] -= it.quantity
            put.append(it)
    return {id: min(count, room[id]) for id, count in state.picked.items() if id in room}, tuple(put)
