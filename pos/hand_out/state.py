"""A hand-out as it stands on the screen. No window, no work. Amounts in minor units, times UTC in ms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pos.devices.base import DeviceFault
from pos.printing import PaperState
from pos.ui.happened import Happened
from sync.actions.check_code import Tried
from sync.domain.collect_code import digits_of
from sync.domain.orders import Purchase
from sync.domain.pickups import Document, HandOutRefusal, Parcel, ParcelState, Refused, Verified
from sync.local import Link, Settings
from sync.local.order_payments import RecordedOrderPaid
from sync.local.pickups import RecordedHandOut

USUAL = Settings()
NO_LINK = Link(False, 0, 0, None, 0, "starting", 0)
NO_TRIES = Tried(False, 0)


class Phase(StrEnum):
    """What stands on the screen, and whose move it is: the disk's while OPENING and RECORDING, the hub's in CLAIMING.

    STOPPED: nothing of the order can be given now."""

    OPENING = "opening"
    OPEN = "open"
    CLAIMING = "claiming"
    RECORDING = "recording"
    DONE = "done"
    STOPPED = "stopped"


class Way(StrEnum):
    """How the person is to be made sure of."""

    CODE = "code"
    DOCUMENT = "document"
    PROXY = "proxy"


class Word(StrEnum):
    """What the hub says of it. HELD: the parcels are this terminal's; TAKEN: another terminal has them now; SILENT: no
    answer came; UNHEARD: the hub does not know them yet; OFFLINE: it can't be asked."""

    ASKING = "asking"
    HELD = "held"
    TAKEN = "taken"
    SILENT = "silent"
    UNHEARD = "unheard"
    OFFLINE = "offline"


ALONE = (Word.SILENT, Word.UNHEARD, Word.OFFLINE)
"""Then it is decided here, on what this terminal knows."""


@dataclass(frozen=True, slots=True)
class Around:
    """What the screen shows besides the order: where this terminal stands, names of stores, staff and terminals, the
    ticket of who came for it, since when the own copy is as it is, and when the hub last told of passes that are
    withdrawn."""

    here: str = ""
    places: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    terminals: Mapping[str, str] = field(default_factory=dict)
    settings: Settings = USUAL
    link: Link = NO_LINK
    ticket: str = ""
    as_of: int = 0
    told_at: int = 0


@dataclass(frozen=True, slots=True)
class Slip:
    """What the printer did with it."""

    paper: PaperState = PaperState.ABSENT
    fault: DeviceFault | None = None


@dataclass(frozen=True, slots=True)
class HandOutState:
    """`parcels`: all of the order that are known; `ready` those that may be given here. `scanned`: when, by parcel.

    `by_hand`: those of them whose label can't be read, and that somebody looked at. `only_some`: no more than was
    scanned is given. `typed`: the digits of a code, `tried` how codes went so far.
    `by_pass`: the order's own pass was shown; `proxy_pass`: the serial of a proxy's own, "" for none. `signature`: the
    digest of what was signed, never the strokes.
    `word`: what the hub says, since `said_at`; `held_by`: the terminal that has the parcels. `left`: what still waits
    after it. `returns`: whether a return can follow at once, `pays`: whether what is due can be paid here; `paid`: it
    was, a moment ago.
    """

    phase: Phase = Phase.OPENING
    order: str = ""
    purchase: Purchase | None = None
    parcels: tuple[Parcel, ...] = ()
    ready: tuple[Parcel, ...] = ()
    stopped: Refused | None = None
    scanned: Mapping[str, int] = field(default_factory=dict)
    by_hand: frozenset[str] = frozenset()
    only_some: bool = False
    way: Way = Way.CODE
    typed: str = ""
    tried: Tried = NO_TRIES
    wrong: bool = False
    checking: bool = False
    verified: Verified | None = None
    by_pass: bool = False
    document: Document | None = None
    proxy: str = ""
    proxy_pass: str = ""
    signature: str = ""
    signed_at: int = 0
    word: Word = Word.OFFLINE
    said_at: int = 0
    held_by: str = ""
    around: Around = Around()
    done: RecordedHandOut | None = None
    left: tuple[Parcel, ...] = ()
    slip: Slip = Slip()
    returns: bool = False
    pays: bool = False
    paid: RecordedOrderPaid | None = None
    now: int = 0
    happened: Happened | None = None

    @property
    def settings(self) -> Settings:
        """The retailer's settings."""
        return self.around.settings

    @property
    def zone(self) -> str:
        """The store's time zone."""
        return self.settings.timezone

    @property
    def number(self) -> str:
        """The order's number, as people know it."""
        if self.purchase is not None:
            return self.purchase.number
        return self.parcels[0].number if self.parcels else self.order.rpartition(":")[2]

    @property
    def name(self) -> str:
        """Who collects it, as staff may say it; "" where nobody said."""
        return (self.purchase.collector or self.purchase.customer) if self.purchase is not None else ""

    @property
    def person(self) -> str:
        """Who stands at the counter: the proxy, if one was chosen."""
        return self.proxy or self.name

    @property
    def chosen(self) -> tuple[Parcel, ...]:
        """The parcels that would be given."""
        return tuple(x for x in self.ready if x.id in self.scanned) if self.only_some else self.ready

    @property
    def missing(self) -> tuple[Parcel, ...]:
        """The parcels that are still to be scanned."""
        return () if self.only_some and self.scanned else tuple(x for x in self.ready if x.id not in self.scanned)

    @property
    def digits(self) -> int:
        """How many digits the order's code has; 0 where it has none."""
        return digits_of(self.purchase.collect_check) if self.purchase is not None else 0

    @property
    def code_on(self) -> bool:
        """Whether a code may be tried."""
        return self.digits > 0 and not self.tried.locked

    @property
    def unpaid(self) -> bool:
        """Whether nothing but its payment keeps the order here."""
        return self.stopped is not None and self.stopped.reason is HandOutRefusal.UNPAID

    @property
    def signs(self) -> bool:
        """Whether a signature is asked for."""
        return self.settings.pickup_signature

    @property
    def parcels_done(self) -> bool:
        """Whether each parcel that shall be given was scanned."""
        return bool(self.chosen) and not self.missing

    @property
    def signature_done(self) -> bool:
        """Whether nobody has to sign any more."""
        return bool(self.signature) or not self.signs

    @property
    def may_go_on(self) -> bool:
        """Whether the primary action has all that it needs."""
        complete = self.parcels_done and self.verified is not None and self.signature_done
        return self.phase is Phase.OPEN and complete and not self.checking

    @property
    def busy(self) -> bool:
        """Whether somebody else is at work on it."""
        return self.phase in (Phase.OPENING, Phase.CLAIMING, Phase.RECORDING)

    @property
    def untouched(self) -> bool:
        """Whether nothing was done for this order that another one would undo."""
        over = self.phase in (Phase.DONE, Phase.STOPPED)
        return over or not (self.scanned or self.verified or self.signature or self.busy)

    @property
    def alone(self) -> bool:
        """Whether it is decided here, without the hub."""
        return self.word in ALONE


def ready_of(parcels: tuple[Parcel, ...], here: str, now: int) -> tuple[Parcel, ...]:
    """Those that lie here and may be given at `now`, by shelf."""
    waits = (x for x in parcels if x.state is ParcelState.READY and x.location == here)
    fresh = (x for x in waits if x.expires is None or now <= x.expires)
    return tuple(sorted(fresh, key=lambda x: (x.shelf, x.id)))
