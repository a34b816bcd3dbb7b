"""What all devices share: states, faults, events and the inbox. The words are those of UnifiedPOS.

A device owns its threads. They never call the app: they put events into an Inbox, and the UI empties it each
frame. A device that breaks says so in one event and nobody else notices (F50).
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING

from pos.ui.i18n import _
from sync.domain.card_slips import CardSlip
from sync.domain.payments import AttemptState

if TYPE_CHECKING:
    from pos.devices.scanner_profile import Press
    from pos.receipt.document import Document


def N_(text: str) -> str:
    """Mark a sentence for translation where it is defined; it is translated when it is shown."""
    return text


class DeviceState(StrEnum):
    """How a device is. UNKNOWN: it takes what it is given but does not say how it is."""

    CLOSED = "closed"
    READY = "ready"
    TROUBLE = "trouble"
    OFF = "off"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DeviceFault:
    """Why a device can't: `kind` for code, `text` is English and the key of its translation.

    Faults are values: compare them (`event.fault == PAPER_OUT`), show `fault.sentence`.
    """

    kind: str
    text: str

    @property
    def sentence(self) -> str:
        """What happened, what was kept, what to do, in the language of the screen now."""
        return _(self.text)


class DeviceError(Exception):
    """Carries a fault out of a device's inner functions. Never leaves the device's thread."""

    def __init__(self, fault: DeviceFault) -> None:
        super().__init__(fault.text)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEvent:
    """Anything a device puts into the inbox. `device` is the device's name from the settings."""

    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusUpdate(DeviceEvent):
    """The device's state changed. Sent only on a change; `fault` is None when all is well again."""

    state: DeviceState
    fault: DeviceFault | None = None


class Outcome(StrEnum):
    """How a print job ended. UNKNOWN: perhaps on paper, so its reprint says "possible duplicate" (F48)."""

    PRINTED = "printed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputComplete(DeviceEvent):
    """A print job ended. FAILED promises that nothing of it is on paper and nothing will be.

    `confirmed` is False for a PRINTED from a printer that is set to never answer.
    """

    job_id: str
    outcome: Outcome
    fault: DeviceFault | None = None
    confirmed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawerResult(DeviceEvent):
    """The drawer's pulse was sent (`opened`), or not and why. Few drawers can say that they really opened; one that
    can, and stayed shut, is not `opened`.

    `opened` with a fault: sent to a printer that answers nothing, so a look at the drawer decides.
    """

    job_id: str
    opened: bool
    fault: DeviceFault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawerMoved(DeviceEvent):
    """The drawer's sensor saw it open or shut. Sent only on a change, and only where its meaning is known."""

    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CardAnswer(DeviceEvent):
    """What the card terminal says of an attempt. `amount_minor` is what was approved or reversed.

    `fault` says why an answer is missing (UNKNOWN) or why nothing was charged or given back (DECLINED).
    `slips`: what it wants printed.
    """

    attempt_id: str
    state: AttemptState
    amount_minor: int = 0
    currency: str = ""
    auth_code: str = ""
    masked_pan: str = ""
    scheme: str = ""
    reason: str = ""
    fault: DeviceFault | None = None
    slips: tuple[CardSlip, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRead(DeviceEvent):
    """A scanner read `text`. For scanners that have a thread; keyboard wedges return their Scan instead."""

    text: str
    aim: str = ""

    @property
    def code(self) -> str:
        """What a flow is given. A GS1 code keeps its AIM identifier, which alone tells that it is one."""
        return self.aim + self.text if self.aim in GS1 else self.text


class Load(StrEnum):
    """What a scale says of what lies on it. Only a STEADY one may be sold."""

    EMPTY = "empty"
    STEADY = "steady"
    MOVING = "moving"
    OVER = "over"
    BELOW = "below"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleReading(DeviceEvent):
    """Something else lies on the scale. Sent only on a change, and once after it came back.

    `grams`: thousandths of a kilogram, 0 unless it is STEADY. `net`: a tare is taken off.
    """

    load: Load
    grams: int = 0
    net: bool = False


class ScaleAsk(StrEnum):
    """What a scale may be asked to do."""

    TARE = "tare"
    ZERO = "zero"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleAnswer(DeviceEvent):
    """Whether a scale did what it was asked. Its own rules say when it may: still, in range, allowed."""

    ask: ScaleAsk
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerBurst(DeviceEvent):
    """All that came of one press of the trigger, as it came, while a scanner is learned. It is no scan."""

    presses: "tuple[Press, ...]"


GS1 = ("]C1", "]d2", "]e0", "]Q3")
"""AIM identifiers of GS1-128, GS1 DataMatrix, GS1 DataBar and GS1 QR."""


class Inbox:
    """Events from device threads, emptied by the UI once a frame. Safe from any thread, unbounded, in order."""

    def __init__(self, on_put: Callable[[], None] | None = None) -> None:
        """`on_put` wakes the reader; it runs in the device's thread, so it may only signal."""
        self.on_put = on_put
        self._events: deque[DeviceEvent] = deque()
        self._lock = Lock()

    def put(self, event: DeviceEvent) -> None:
        """Add one event and wake the reader."""
        with self._lock:
            self._events.append(event)
        if self.on_put is not None:
            self.on_put()

    def drain(self) -> list[DeviceEvent]:
        """All events since the last call, oldest first. Never waits."""
        with self._lock:
            events = list(self._events)
            self._events.clear()
        return events


class Device(ABC):
    """A device by its name. `open` claims and enables it, `close` releases it; neither waits for hardware."""

    def __init__(self, name: str, inbox: Inbox) -> None:
        self.name = name
        self.inbox = inbox
        self.state = DeviceState.CLOSED
        self.fault: DeviceFault | None = None

    @abstractmethod
    def open(self) -> None:
        """Start to work. What is wrong comes as a StatusUpdate, never as an exception."""

    @abstractmethod
    def close(self) -> None:
        """Stop the device's threads, at the latest after one of its timeouts."""

    def _become(self, state: DeviceState, fault: DeviceFault | None = None) -> None:
        """Say a new state, once. Only the device's own thread calls this."""
        if (state, fault) == (self.state, self.fault):
            return
        self.state, self.fault = state, fault
        self.inbox.put(StatusUpdate(device=self.name, state=state, fault=fault))


class Printer(Device):
    """Prints documents. Each job ends in exactly one OutputComplete."""

    @abstractmethod
    def print(self, job_id: str, document: "Document") -> None:
        """Queue a document and return at once. `job_id` comes back in the event."""

    @abstractmethod
    def kick(self, job_id: str) -> None:
        """Queue a pulse to the drawer at this printer, ahead of all waiting documents."""


class Drawer(Device):
    """A cash drawer. Each pulse ends in exactly one DrawerResult."""

    @abstractmethod
    def kick(self, job_id: str) -> None:
        """Ask the drawer to open and return at once."""


class CardTerminal(Device):
    """Charges cards. Every call returns at once; CardAnswers follow until the attempt is settled."""

    @abstractmethod
    def start(self, attempt_id: str, amount_minor: int, currency: str) -> None:
        """Charge `amount_minor`. The same attempt again never charges twice: it asks how it stands (F29)."""

    @abstractmethod
    def refund(self, attempt_id: str, amount_minor: int, currency: str, original: str) -> None:
        """Give `amount_minor` of the payment `original` (its `auth_code`) back. The same attempt again never gives
        twice: it asks how it stands."""

    @abstractmethod
    def status(self, attempt_id: str) -> None:
        """Ask how an attempt stands. Charges nothing, and gives nothing back (F31)."""

    @abstractmethod
    def reverse(self, attempt_id: str) -> None:
        """Give an approved attempt's money back, whole."""

    @abstractmethod
    def cancel(self, attempt_id: str) -> None:
        """Stop an attempt that is still pending. One that was approved meanwhile stays approved."""


class Scanner(Device):
    """Reads codes in a thread of its own (serial, evdev, camera) and puts ScanRead events."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a small display: `left`, and `right` at its end, which is never cut. `centred`: `left` alone, amid."""

    left: str = ""
    right: str = ""
    centred: bool = False


class Display(Device):
    """Two lines of twenty letters for the shopper. Every call returns at once."""

    @abstractmethod
    def show(self, upper: Row, lower: Row) -> None:
        """Show two lines instead of what stands there."""


class Scale(Device):
    """Weighs by itself and puts a ScaleReading whenever something else lies on it. Every call returns at once."""

    @abstractmethod
    def watch(self, on: bool) -> None:
        """Whether somebody weighs now: it is asked more often then."""

    @abstractmethod
    def ask(self, what: ScaleAsk) -> None:
        """Take what lies on it as tare, or as zero. One ScaleAnswer follows."""

    @abstractmethod
    def clear(self) -> None:
        """Forget the tare, as soon as the scale is still."""
