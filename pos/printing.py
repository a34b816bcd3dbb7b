"""Receipts: queued in the print journal, printed after the sale is recorded, and never the reason to lose one.

A print is its own fact beside the sale (F49): what came of it is written down, a doubtful one is marked as a possible
duplicate when it is printed again (F48), and the drawer opens whatever the printer says (F50).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from zoneinfo import ZoneInfo

from pos.devices.base import DeviceEvent, DeviceFault, DrawerResult, Outcome, OutputComplete
from pos.receipt.document import Document
from pos.receipt.sale import ReceiptLine, ReceiptTender, ReceiptVat, SaleReceipt, Shop, sale_receipt
from pos.receipt.words import words
from pos.terminal import Terminal
from sync.actions.clock import now_ms
from sync.actions.printing import printed, queue_print
from sync.domain.catalogue import in_language
from sync.domain.pricing import line_amount
from sync.local import Local, RecordedSale, own_location, settings, staff
from sync.protocol.operations import SaleLine, SaleTender


class PaperState(Enum):
    """How a receipt stands, as a person is told. ABSENT: there is no printer."""

    ABSENT = "absent"
    PRINTING = "printing"
    PRINTED = "printed"
    FAILED = "failed"
    DOUBTFUL = "doubtful"


OF_OUTCOME = {
    Outcome.PRINTED: PaperState.PRINTED,
    Outcome.FAILED: PaperState.FAILED,
    Outcome.UNKNOWN: PaperState.DOUBTFUL,
}


@dataclass(frozen=True, slots=True)
class Paper:
    """One receipt on its way: of which sale, whether it is a copy, how it stands and why not."""

    receipt: str
    copy: bool = False
    state: PaperState = PaperState.PRINTING
    fault: DeviceFault | None = None


@dataclass(frozen=True, slots=True)
class DrawerSaid:
    """The drawer was asked to open: it did, or why not."""

    opened: bool
    fault: DeviceFault | None = None


Told = Callable[[Paper | DrawerSaid], None]


class Printing:
    """Prints receipts of this terminal and opens its drawer; tells whoever listens what came of it."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int] = now_ms) -> None:
        self._terminal = terminal
        self._clock = clock
        self._papers: dict[str, Paper] = {}
        self._told: list[Told] = []
        self._queued = 0
        terminal.on_device(self._heard)

    @property
    def busy(self) -> bool:
        """Whether a receipt is on its way to the paper."""
        return bool(self._papers) or self._queued > 0

    def listen(self, told: Told) -> Callable[[], None]:
        """Call back with each change of a receipt or the drawer. The answer stops it."""
        self._told.append(told)
        return lambda: self._told.remove(told)

    def receipt(self, sale: RecordedSale, *, copy: bool = False, doubtful: bool = False) -> Paper:
        """Queue the receipt of a recorded sale and return at once. `doubtful`: an earlier print may lie there."""
        paper = Paper(sale.body.receipt, copy)
        if self._terminal.devices.printer is None:
            return replace(paper, state=PaperState.ABSENT)
        what = "copy" if copy else "receipt"
        now = self._clock()

        def job(local: Local) -> tuple[int, Document]:
            document = page(local, sale, copy=copy, duplicate=doubtful)
            return queue_print(local, sale.body.receipt, what, now), document

        self._queued += 1
        self._terminal.run(job, lambda made: self._send(paper, str(made[0]), made[1]), self._not_queued)
        return paper

    def open_drawer(self, ref: str) -> bool:
        """Ask the drawer to open; False where there is none."""
        drawer = self._terminal.devices.drawer
        if drawer is not None:
            drawer.kick(ref)
        return drawer is not None

    def _send(self, paper: Paper, job: str, document: Document) -> None:
        printer = self._terminal.devices.printer
        self._queued -= 1
        if printer is not None:
            self._papers[job] = paper
            printer.print(job, document)

    def _not_queued(self, error: Exception) -> None:
        self._queued -= 1
        self._terminal.on_trouble(error)

    def _heard(self, event: DeviceEvent) -> None:
        if isinstance(event, OutputComplete) and event.job_id in self._papers:
            self._ended(event)
        elif isinstance(event, DrawerResult):
            self._tell(DrawerSaid(event.opened, event.fault))

    def _ended(self, event: OutputComplete) -> None:
        paper = replace(self._papers.pop(event.job_id), state=OF_OUTCOME[event.outcome], fault=event.fault)
        job, state, reason, now = int(event.job_id), paper.state.value, paper.fault, self._clock()
        self._terminal.run(lambda local: printed(local, job, state, reason.kind if reason else "", now))
        self._tell(paper)

    def _tell(self, said: Paper | DrawerSaid) -> None:
        for told in list(self._told):
            told(said)


def page(local: Local, sale: RecordedSale, *, copy: bool = False, duplicate: bool = False) -> Document:
    """The receipt of a recorded sale in the language it was sold in, from the recorded amounts alone (F39)."""
    body = sale.body
    return sale_receipt(as_receipt(local, sale), shop(local, body.language), body.language, copy, duplicate)


def shop(local: Local, language: str) -> Shop:
    """The head of the receipt."""
    known, place = settings(local), own_location(local)
    address = (place.address,) if place and place.address else ()
    return Shop(known.retailer, address, known.tax_id)


def as_receipt(local: Local, sale: RecordedSale) -> SaleReceipt:
    """A recorded sale as plain data for the page."""
    body, envelope = sale.body, sale.envelope
    known = settings(local)
    terminal, _dash, number = body.receipt.rpartition("-")
    footer = in_language(known.receipt_footer, body.language)
    return SaleReceipt(
        terminal=terminal or body.receipt,
        number=number,
        cashier=next((s.name for s in staff(local) if s.id == envelope.actor), ""),
        local_time=datetime.fromtimestamp(envelope.at // 1000, UTC).astimezone(ZoneInfo(known.timezone)),
        currency=body.currency,
        lines=tuple(_line(line, body.language) for line in body.lines),
        total=body.total,
        vat=tuple(ReceiptVat(v.rate, v.gross, v.vat) for v in body.by_rate),
        tenders=tuple(_tender(t) for t in body.tenders),
        rounding=body.rounding,
        change=body.change,
        saved=sum(_saved(line) for line in body.lines),
        vat_included=body.vat_included,
        footer=tuple(footer.splitlines()),
    )


def _line(line: SaleLine, language: str) -> ReceiptLine:
    unit = words(language)("kg") if line.unit == "kg" else ""
    return ReceiptLine(line.name, line.quantity, line.unit_price, line.amount, line.vat_rate, unit, line.regular_price)


def _saved(line: SaleLine) -> int:
    if line.regular_price is None:
        return 0
    return max(0, line_amount(line.quantity, line.regular_price) - line.amount)


def _tender(tender: SaleTender) -> ReceiptTender:
    given = tender.amount if tender.kind == "cash" else 0
    return ReceiptTender(tender.kind, tender.amount, given, tender.masked, tender.reference)
