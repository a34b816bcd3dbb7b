"""Receipts: queued in the print journal, printed after the sale is recorded, and never the reason to lose one.

A print is its own fact beside the sale (F49): what came of it is written down, a doubtful one is marked as a possible
duplicate when it is printed again (F48), and the drawer opens whatever the printer says (F50).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial

from pos.card_pages import card_page
from pos.collect_pages import hand_out_page, label_page, pick_page, ticket_page
from pos.devices.base import DeviceEvent, DeviceFault, DrawerResult, Outcome, OutputComplete, Printer
from pos.order_pages import order_paid_page, tender_of
from pos.receipt.document import Document
from pos.receipt.exchange import exchange_receipt
from pos.receipt.gift import GiftLine, GiftReceipt, gift_receipt
from pos.receipt.page import ReceiptVat
from pos.receipt.sale import ReceiptLine, SaleReceipt, sale_receipt
from pos.receipt.words import words
from pos.return_pages import as_slip, return_page
from pos.slips import footer_of, shop, shop_time, stub_of
from pos.terminal import Terminal
from pos.ui.i18n import language
from sync.actions.clock import now_ms
from sync.actions.printing import HAND_OUT, LABEL, printed, queue_print
from sync.domain.arrivals import Arrival
from sync.domain.pickups import Parcel
from sync.domain.pricing import line_amount
from sync.domain.returns import Destination, destination_of
from sync.domain.sales import TenderKind
from sync.local import Local, RecordedReturn, RecordedSale, return_by_id, return_rules
from sync.local.order_payments import RecordedOrderPaid
from sync.local.picking import OrderToPick
from sync.local.pickups import RecordedHandOut
from sync.local.receipts import receipt_pass, sold
from sync.protocol.operations import SaleLine
from sync.protocol.order_payments import ORDER_PAID


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
    """One receipt on its way: of which sale, or return (`back`), whether it is a copy, how it stands and why not.
    `gift`: it is the paper without prices. `what`: of which kind it is, if it is one of an order that is collected
    ("label", "hand_out", "ticket", "pick", "order_paid") or of a card payment; `receipt` is then the parcel, the slip's
    or the receipt's number, the arrival, the list, the payment."""

    receipt: str
    copy: bool = False
    state: PaperState = PaperState.PRINTING
    fault: DeviceFault | None = None
    back: bool = False
    gift: bool = False
    what: str = ""


@dataclass(frozen=True, slots=True)
class DrawerSaid:
    """The drawer was asked to open: it did, or why not. `ref`: for what, as `open_drawer` was told."""

    opened: bool
    fault: DeviceFault | None = None
    ref: str = ""


Told = Callable[[Paper | DrawerSaid], None]


class Printing:
    """Prints receipts of this terminal and opens its drawer; tells whoever listens what came of it."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int] = now_ms) -> None:
        self._terminal = terminal
        self._clock = clock
        self._papers: dict[str, Paper] = {}
        self._told: list[Told] = []
        self._queued = 0
        self.hold: Callable[[str, Callable[[], None]], None] = lambda _ref, go: go()  # until its fiscal number is known
        terminal.on_device(self._heard)
        terminal.card_paper = self.card_paper

    @property
    def busy(self) -> bool:
        """Whether a receipt is on its way to the paper."""
        return bool(self._papers) or self._queued > 0

    @property
    def under_way(self) -> frozenset[int]:
        """The jobs of the print journal that a printer has in hand."""
        return frozenset(map(int, self._papers))

    def listen(self, told: Told) -> Callable[[], None]:
        """Call back with each change of a receipt or the drawer. The answer stops it."""
        self._told.append(told)
        return lambda: self._told.remove(told)

    def receipt(self, sale: RecordedSale, *, copy: bool = False, doubtful: bool = False) -> Paper:
        """Queue the receipt of a recorded sale and return at once. `doubtful`: an earlier print may lie there."""
        paper = Paper(sale.body.receipt, copy)

        def write(local: Local) -> Document:
            return page(local, sale, copy=copy, duplicate=doubtful)

        return self._put(paper, "copy" if copy else "receipt", write)

    def gift(self, sale: RecordedSale) -> Paper:
        """Queue the gift receipt of a recorded sale, as `receipt` does; as many as somebody wants."""
        return self._put(Paper(sale.body.receipt, gift=True), "gift", lambda local: gift_page(local, sale))

    def slip(self, back: RecordedReturn, *, copy: bool = False, doubtful: bool = False) -> Paper:
        """Queue the slip of a recorded return, or its promise, as `receipt` does for a sale."""
        paper = Paper(back.body.receipt, copy, back=True)

        def write(local: Local) -> Document:
            return return_page(local, back, copy=copy, duplicate=doubtful)

        return self._put(paper, "return-copy" if copy else "return", write)

    def sheet(self, ref: str, what: str, write: Callable[[Local], Document], *, label: bool = False) -> Paper:
        """Queue any other page, as `receipt` does: `ref` and `what` name it in the print journal. `label`: one."""
        return self._put(Paper(ref), what, write, self._labels if label else None)

    def card_paper(self, what: str, attempt: str) -> Paper:
        """Queue a paper of its own of a card payment, as `receipt` does: `what` as in `sync.domain.card_slips`."""
        lang = language()
        return self._collected(what, attempt, False, lambda local: card_page(local, what, attempt, lang))

    # Papers of orders that are collected: after a fault the same job again, else a `copy`

    def label(self, parcel: Parcel, *, copy: bool = False, doubtful: bool = False) -> Paper:
        """Queue the label of a parcel, as `receipt` does, in the language of the screen: for the label printer, else
        for the receipt printer."""
        lang = language()

        def write(local: Local) -> Document:
            return label_page(local, parcel, lang, copy=copy, duplicate=doubtful)

        return self._collected(LABEL, parcel.id, copy, write, self._labels)

    def hand_out_slip(
        self, done: RecordedHandOut, *, sealed: str = "", copy: bool = False, doubtful: bool = False
    ) -> Paper:
        """Queue the slip of a recorded hand-out, as `receipt` does. `sealed`: the order's pass, if it was shown."""

        def write(local: Local) -> Document:
            return hand_out_page(local, done, sealed=sealed, copy=copy, duplicate=doubtful)

        return self._collected(HAND_OUT, done.body.receipt, copy, write)

    def order_paid(self, paid: RecordedOrderPaid, *, copy: bool = False, doubtful: bool = False) -> Paper:
        """Queue the receipt of an order that was paid here, as `receipt` does."""

        def write(local: Local) -> Document:
            return order_paid_page(local, paid, copy=copy, duplicate=doubtful)

        return self._collected(ORDER_PAID, paid.body.receipt, copy, write)

    def ticket(self, arrival: Arrival, *, copy: bool = False, doubtful: bool = False) -> Paper:
        """Queue the ticket of somebody who came for an order, as `receipt` does."""

        def write(local: Local) -> Document:
            return ticket_page(local, arrival, copy=copy, duplicate=doubtful)

        return self._collected("ticket", arrival.id, copy, write)

    def pick_list(
        self, orders: Sequence[OrderToPick], *, ref: str = "", copy: bool = False, doubtful: bool = False
    ) -> Paper:
        """Queue the list of what is to be fetched for those orders, as `receipt` does, in the language of the screen.
        `ref`: the `receipt` of the paper that did not come out; "" is a new list."""
        now, lang = self._clock(), language()

        def write(local: Local) -> Document:
            return pick_page(local, orders, now, lang, copy=copy, duplicate=doubtful)

        return self._collected("pick", ref or f"pick-{now}", copy, write)

    def _collected(
        self, what: str, ref: str, copy: bool, write: Callable[[Local], Document], printer: Printer | None = None
    ) -> Paper:
        return self._put(Paper(ref, copy, what=what), f"{what}-copy" if copy else what, write, printer)

    @property
    def has_labels(self) -> bool:
        """Whether there is a printer that labels come from."""
        return self._labels is not None

    @property
    def _labels(self) -> Printer | None:
        """Where labels come from."""
        return self._terminal.devices.label or self._terminal.devices.printer

    def _put(
        self, paper: Paper, what: str, write: Callable[[Local], Document], printer: Printer | None = None
    ) -> Paper:
        device = printer or self._terminal.devices.printer
        if device is None:
            return replace(paper, state=PaperState.ABSENT)
        now = self._clock()

        def job(local: Local) -> tuple[int, Document]:
            document = write(local)
            return queue_print(local, paper.receipt, what, now), document

        self._queued += 1
        send = lambda made: self._send(device, paper, str(made[0]), made[1])  # noqa: E731 - given on, not called
        go = partial(self._terminal.run, job, send, self._not_queued)
        first = not (paper.copy or paper.gift) and paper.what in ("", ORDER_PAID)
        self.hold(paper.receipt, go) if first else go()
        return paper

    def open_drawer(self, ref: str) -> bool:
        """Ask the drawer to open; False where there is none."""
        drawer = self._terminal.devices.drawer
        if drawer is not None:
            drawer.kick(ref)
        return drawer is not None

    def _send(self, device: Printer, paper: Paper, job: str, document: Document) -> None:
        self._queued -= 1
        self._papers[job] = paper
        device.print(job, document)

    def _not_queued(self, error: Exception) -> None:
        self._queued -= 1
        self._terminal.on_trouble(error)

    def _heard(self, event: DeviceEvent) -> None:
        if isinstance(event, OutputComplete) and event.job_id in self._papers:
            self._ended(event)
        elif isinstance(event, DrawerResult):
            self._tell(DrawerSaid(event.opened, event.fault, event.job_id))

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
    lang, back = sale.body.language, came_back(local, sale)
    receipt, head = as_receipt(local, sale), shop(local, lang)
    if back is not None:
        return exchange_receipt(receipt, as_slip(local, back), head, lang, copy, duplicate)
    return sale_receipt(receipt, head, lang, copy, duplicate)


def gift_page(local: Local, sale: RecordedSale) -> Document:
    """The gift receipt of a recorded sale, in the language it was sold in: no amount stands on it."""
    body, lang = sale.body, sale.body.language
    bought, kg = replace(sold(local, sale), gift=True), words(lang)("kg")
    way = destination_of(bought, return_rules(local, sale.envelope.at), Destination.TENDERS)
    ends = next((line.until for line in bought.lines if line.until is not None), None)
    gift = GiftReceipt(
        stub=stub_of(local, sale.envelope, body.receipt),
        currency=body.currency,
        lines=tuple(GiftLine(x.name, x.quantity, kg if x.unit == "kg" else "", tuple(x.serials)) for x in body.lines),
        until=None if ends is None else shop_time(local, ends),
        payers=way is Destination.TENDERS,
        footer=footer_of(local, lang),
        sealed=receipt_pass(local, sale, gift=True),
    )
    return gift_receipt(gift, shop(local, lang), lang)


def came_back(local: Local, sale: RecordedSale) -> RecordedReturn | None:
    """What came back for a sale, if it was an exchange of this terminal."""
    tender = next((t for t in sale.body.tenders if t.kind == TenderKind.EXCHANGE), None)
    return return_by_id(local, tender.reference) if tender else None


def as_receipt(local: Local, sale: RecordedSale) -> SaleReceipt:
    """A recorded sale as plain data for the page."""
    body = sale.body
    stub = stub_of(local, sale.envelope, body.receipt)
    return SaleReceipt(
        terminal=stub.terminal,
        number=stub.number,
        cashier=stub.cashier,
        local_time=stub.local_time,
        currency=body.currency,
        lines=tuple(_line(line, body.language) for line in body.lines),
        total=body.total,
        vat=tuple(ReceiptVat(v.rate, v.gross, v.vat) for v in body.by_rate),
        tenders=tuple(tender_of(local, t) for t in body.tenders),
        rounding=body.rounding,
        change=body.change,
        saved=sum(_saved(line) for line in body.lines),
        vat_included=body.vat_included,
        footer=footer_of(local, body.language),
        sealed=receipt_pass(local, sale),
        fiscal=stub.fiscal,
    )


def _line(line: SaleLine, language: str) -> ReceiptLine:
    unit = words(language)("kg") if line.unit == "kg" else ""
    said = line.name, line.quantity, line.unit_price, line.amount, line.vat_rate, unit, line.regular_price
    return ReceiptLine(*said, tuple(line.serials), line.by_label)


def _saved(line: SaleLine) -> int:
    if line.regular_price is None:
        return 0
    return max(0, line_amount(line.quantity, line.regular_price) - line.amount)
