"""Fiscal printers: the interface that every driver has, and where drivers are found.

The words are those of UnifiedPOS: a fiscal printer keeps its own series of documents and its own day, signs what it
registers, and closes the day by a Z report. A driver is a function `make(address, inbox)` that returns a FiscalPrinter,
named by an entry point of the group `storefloor.fiscal`; ours, `simulated`, is found the same way.
"""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from pos.devices.base import N_, Device, DeviceEvent, DeviceFault, Inbox
from sync.actions.fiscal import Registered
from sync.protocol.fiscal import FiscalDocument

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "storefloor.fiscal"
FISCAL_OFF = DeviceFault(
    "fiscal_off",
    N_("The fiscal printer is off or not connected. What is paid is kept, and fiscalised once it is back."),
)
FISCAL_SILENT = DeviceFault(
    "fiscal_silent",
    N_("The fiscal printer does not answer. What is paid is kept, and fiscalised once it does. Restart it."),
)
FISCAL_FULL = DeviceFault(
    "fiscal_full",
    N_(
        "The memory of the fiscal printer is full. What is paid is kept, and fiscalised by a new one. Call its service."
    ),
)
FISCAL_CLOCK = DeviceFault(
    "fiscal_clock",
    N_("The clock of the fiscal printer is wrong. What is paid is kept, and fiscalised once the clock is set."),
)
FISCAL_SHIFT = DeviceFault(
    "fiscal_shift",
    N_("The shift of the fiscal printer is too long, and it does not close it. Close it there; what is paid is kept."),
)
FISCAL_BABBLE = DeviceFault(
    "fiscal_babble",
    N_(
        "The fiscal printer said something that is not its language. What is paid is kept. Restart it, or call support."
    ),
)


class FiscalOutcome(StrEnum):
    """How a call ended. DONE: registered, once. NOT_DONE: certainly not registered; send it again when the fault ends.
    ABSENT: asked for, and the fiscal printer has no such document and will have none of what was sent before.
    REFUSED: the document itself is wrong. UNKNOWN: sent, and nobody knows; ask for it."""

    DONE = "done"
    NOT_DONE = "not_done"
    ABSENT = "absent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class FiscalAnswer(DeviceEvent):
    """The one answer to a call of `register` or `find`. `registered` with DONE alone, `reason` with REFUSED."""

    document_id: str
    outcome: FiscalOutcome
    registered: Registered | None = None
    fault: DeviceFault | None = None
    reason: str = ""


class FiscalPrinter(Device):
    """Registers documents. Every call returns at once and ends in exactly one FiscalAnswer.

    Besides that it says by StatusUpdate whether it can register now. A shift that is longer than the law allows is the
    driver's to close, where the device lets it.
    """

    @abstractmethod
    def register(self, document: FiscalDocument) -> None:
        """Register a document: a receipt, cash in or out, the opening of a shift, a Z report."""

    @abstractmethod
    def find(self, document_id: str) -> None:
        """Ask whether a document was registered. Registers nothing."""


Make: TypeAlias = Callable[[str, Inbox], FiscalPrinter]


class NoDriver(LookupError):
    """There is no driver of that name, or it can't be loaded; the message says which there are."""


def drivers() -> "dict[str, EntryPoint]":
    """Every driver that is installed here, by its name."""
    from importlib.metadata import entry_points  # a till without a fiscal printer starts without it

    found = {each.name: each for each in entry_points(group=GROUP)}
    return {**_of_a_checkout(), **found}


def _of_a_checkout() -> "dict[str, EntryPoint]":
    """Our own, where this runs from its sources and was never installed."""
    import tomllib
    from importlib.metadata import EntryPoint

    file = Path(__file__).parents[2] / "pyproject.toml"
    if not file.exists():
        return {}
    own = tomllib.loads(file.read_text("utf-8")).get("project", {}).get("entry-points", {}).get(GROUP, {})
    return {name: EntryPoint(name, value, GROUP) for name, value in own.items()}


def fiscal_printer(driver: str, address: str, inbox: Inbox) -> FiscalPrinter:
    """The fiscal printer of a driver at an address. Raises NoDriver; ValueError for an address that is none."""
    known = drivers()
    if driver not in known:
        raise NoDriver(f"there is no fiscal printer driver {driver!r}; there are {', '.join(sorted(known)) or 'none'}")
    try:
        make: Make = known[driver].load()
    except (ImportError, AttributeError) as error:
        raise NoDriver(f"the fiscal printer driver {driver!r} can't be loaded: {error}") from error
    return make(address, inbox)
