"""What is collected here, on the screen: the filter, the order that is open, the parcel in the hand. No window, no
work. Times UTC in ms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pos.collect.listing import NO_ROWS, Filter, Listing, Step, focus, step_of
from pos.ui.happened import Happened
from sync.domain.catalogue import Location
from sync.domain.pickups import Parcel
from sync.local import Settings
from sync.local.collecting import ToCollect

USUAL = Settings()


class Phase(StrEnum):
    """What stands at the left: the list, or the question where a parcel lies."""

    LIST = "list"
    SHELVING = "shelving"


@dataclass(frozen=True, slots=True)
class Read:
    """What the local files hold of it. `seen`: when the hub last vouched for it; `counters`: how many there are."""

    here: str = ""
    orders: tuple[ToCollect, ...] = ()
    seen: int = 0
    counters: int = 1
    places: Mapping[str, Location] = field(default_factory=dict)
    settings: Settings = USUAL
    online: bool = True


@dataclass(frozen=True, slots=True)
class CollectState:
    """`order` is open at the right; `parcel` was scanned or touched of it, "" for the one that its filter suggests.

    `hits`: orders that the hub found by a phone or an address, None: nothing was asked. `counter`: where it is brought.
    `back`: a parcel goes back to where it was packed, not on sale here. `waiting`: shoppers whom nobody serves yet, as
    far as is known while another screen is up. `in_hand`: the parcel that is put on a shelf, `shelf` what is typed.
    """

    ready: bool = False
    phase: Phase = Phase.LIST
    read: Read = Read()
    listing: Listing = NO_ROWS
    filter: Filter = Filter.BRING
    finding: bool = False
    query: str = ""
    hits: frozenset[str] | None = None
    order: str = ""
    parcel: str = ""
    in_hand: Parcel | None = None
    shelf: str = ""
    counter: str = "1"
    back: bool = False
    working: bool = False
    waiting: int = 0
    now: int = 0
    happened: Happened | None = None

    @property
    def typing(self) -> bool:
        """Whether letters go into a field: a shelf's, or that of the search."""
        return self.finding or self.phase is Phase.SHELVING

    @property
    def chosen(self) -> ToCollect | None:
        """The order at the right."""
        return next((each for each in self.read.orders if each.order == self.order), None)

    @property
    def shown(self) -> ToCollect | None:
        """The order that the right side is about: that of the parcel in the hand, which the list may not have yet."""
        held = self.in_hand
        if held is None:
            return self.chosen
        known = next((each for each in self.read.orders if each.order == held.order), None)
        return known or ToCollect(held.order, held.number, (held,))

    @property
    def of_filter(self) -> Filter | None:
        """The filter that the list is by; None while somebody looks for an order."""
        return None if self.finding else self.filter

    @property
    def focus(self) -> Parcel | None:
        """The parcel that the next step is about."""
        chosen = self.chosen
        return focus(chosen, self.of_filter, self.now, self.parcel) if chosen is not None else None

    @property
    def step(self) -> Step:
        """What the primary action does."""
        chosen = self.chosen
        return step_of(chosen, self.focus, self.now) if chosen is not None else Step.NOTHING
