"""What the list of prints shows: each job of the print journal, the one that is open, and its page."""

from dataclasses import dataclass, field
from enum import Enum

from pos.ui.happened import Happened
from sync.actions.printing import PrintJob
from sync.local import Settings


class How(Enum):
    """How a print stands, as a person is told. DOUBTFUL: perhaps on paper, perhaps twice once it is printed again."""

    PRINTING = "printing"
    PRINTED = "printed"
    FAILED = "failed"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Printed:
    """One job. `name`: what people know it by (a receipt's number, an order's). `kind`: what it is, or is a copy of."""

    job: PrintJob
    kind: str
    name: str
    how: How

    @property
    def is_copy(self) -> bool:
        """Whether it was printed before, on purpose."""
        return self.kind != self.job.what

    @property
    def sure(self) -> bool:
        """Whether it is known how it ended, and it ended well or still goes on."""
        return self.how in (How.PRINTED, How.PRINTING)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as it comes out of the printer, each pixel a byte from black to white, from the top left."""

    width: int
    height: int
    pixels: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrintsState:
    """The list, newest first. `chosen` is the number of the open job, 0 for none. `sheet` is its page, None where it
    can't be written again."""

    ready: bool = False
    settings: Settings = field(default_factory=Settings)
    prints: tuple[Printed, ...] = ()
    chosen: int = 0
    sheet: Sheet | None = None
    sheet_ready: bool = False
    printer: bool = True
    happened: Happened | None = None

    @property
    def open(self) -> Printed | None:
        """The open job."""
        return next((it for it in self.prints if it.job.id == self.chosen), None)

    @property
    def unsure(self) -> int:
        """How many are not on paper for certain."""
        return sum(not it.sure for it in self.prints)

    @property
    def can_print(self) -> bool:
        """Whether the open one can be printed again now."""
        one = self.open
        return one is not None and one.how is not How.PRINTING and self.sheet is not None and self.printer

    @property
    def can_gift(self) -> bool:
        """Whether the open one is the receipt of a sale, which may have gift receipts."""
        one = self.open
        return one is not None and one.kind == "receipt" and self.can_print
