"""The papers of a shift: X and Z reports, and the slip of cash that was moved by hand. Minor units throughout."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pos.devices.base import N_
from pos.receipt.document import Blank, Centred, Cut, Document, Item, Row, Rule, Total
from pos.receipt.fiscal import fiscal_part
from pos.receipt.page import Page, Shop, Stub
from pos.receipt.returned import TENDERS

MOVES = {"drop": N_("Drop"), "pay_in": N_("Pay-in"), "pay_out": N_("Pay-out"), "owed": N_("Owed cash paid")}
"""How cash is moved by hand, by `sync.domain.shifts.MoveKind`, and what was owed and paid; to be translated where it is
shown."""
MOVE_REASONS = {
    "safe": N_("Into the safe"),
    "bank": N_("To the bank"),
    "change": N_("Change for the drawer"),
    "expense": N_("Bought for the store"),
    "other": N_("Something else"),
}
"""Why it is moved, by `sync.domain.shifts.MoveReason`."""
DIFFERENCES = {
    "wrong_change": N_("Wrong change was given"),
    "miscount": N_("The float was miscounted"),
    "not_recorded": N_("Something was not recorded"),
    "unknown": N_("Nobody knows"),
    "other": N_("Something else"),
}
"""Why a drawer is over or short, by `sync.domain.shifts.DifferenceReason`."""


@dataclass(frozen=True, slots=True)
class TenderSum:
    """What came and what went back by one kind of tender; cash is net of change (F36)."""

    kind: str
    sold: int
    refunded: int


@dataclass(frozen=True, slots=True)
class MoveSum:
    """How often cash was moved in one way, and how much."""

    kind: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class CashSum:
    """What is said of the cash: what should lie in the drawer, and once it is counted what did.

    `counted` None: not counted (X). `first_counted`: before anybody saw the difference. `pieces`: how many of each
    value. `reason` as in DIFFERENCES.
    """

    expected: int
    counted: int | None = None
    first_counted: int | None = None
    pieces: tuple[tuple[int, int], ...] = ()
    reason: str = ""
    note: str = ""

    @property
    def difference(self) -> int:
        """Above 0: over, below: short."""
        return 0 if self.counted is None else self.counted - self.expected


@dataclass(frozen=True, slots=True)
class ShiftReport:
    """A shift as it is printed. `cash` None: whoever asked may not see how much there should be; cash is left out.

    `opened` is the shop's own clock, `opened_by` a name. `between`: sales and returns that were recorded between two
    shifts and are named here (F8), as are `orders_between` that were paid then. `waiting`: operations that were handed
    over without a verdict (F9). `orders` were paid here, with `ordered` in all; their goods are nobody's sales here.
    """

    stub: Stub
    closed: bool
    currency: str
    opened: datetime
    opened_by: str
    float_: int
    sales: int
    sold: int
    sold_vat: int
    returns: int
    returned: int
    returned_vat: int
    tenders: tuple[TenderSum, ...]
    moves: tuple[MoveSum, ...]
    cash: CashSum | None
    promised: int = 0
    rounding: int = 0
    first_receipt: str = ""
    last_receipt: str = ""
    between: tuple[int, int] = (0, 0)
    waiting: int = 0
    approved_by: str = ""
    orders: int = 0
    ordered: int = 0
    orders_between: int = 0


@dataclass(frozen=True, slots=True)
class MoveSlip:
    """Cash that was moved by hand. `shift` is the number of the shift, `reason` as in MOVE_REASONS."""

    stub: Stub
    kind: str
    shift: str
    currency: str
    amount: int
    reason: str
    note: str = ""
    approved_by: str = ""


def shift_report(report: ShiftReport, shop: Shop, lang: str, copy: bool = False, duplicate: bool = False) -> Document:
    """The X or Z report in `lang`. A copy or possible duplicate says so at its top."""
    page = _Report(report, lang)
    items = [
        *page.marks(copy, duplicate),
        *page.shop(shop),
        *page.stub(page.title(), report.stub),
        *page.whole(),
        *page.trade(),
        *page.tenders(),
        *page.drawer(),
        *page.counted(),
        *page.late(),
        *fiscal_part(page._, (report.stub.fiscal,)),
        *page.signed(),
        Cut(),
    ]
    return Document(tuple(items), lang, copy, duplicate)


def move_slip(slip: MoveSlip, shop: Shop, lang: str, copy: bool = False, duplicate: bool = False) -> Document:
    """The slip of a drop, a pay-in or a pay-out in `lang`."""
    page = Page(lang, slip.currency, [slip.amount])
    _ = page._
    kind = _(MOVES.get(slip.kind, slip.kind))
    rows = [
        (_("Reason"), _(MOVE_REASONS.get(slip.reason, slip.reason))),
        (_("Note"), slip.note),
        (_("Approved by"), slip.approved_by),
    ]
    items = [
        *page.marks(copy, duplicate),
        *page.shop(shop),
        *page.stub(f"{kind} · {_('Shift {number}').format(number=slip.shift)}", slip.stub),
        Total(kind, page.money(slip.amount)),
        Rule(),
        *(Row(named, said) for named, said in rows if said),
        *fiscal_part(_, (slip.stub.fiscal,)),
        *_signature(_("Signature")),
        Cut(),
    ]
    return Document(tuple(items), lang, copy, duplicate)


def _signature(words: str) -> Iterator[Item]:
    """Room for a pen."""
    yield from (Blank(), Blank(), Rule(), Row(words))


def _amounts(report: ShiftReport) -> Iterator[int]:
    yield from (report.float_, report.sold, report.sold_vat, report.returned, report.returned_vat)
    yield from (report.promised, report.rounding, report.ordered)
    for tender in report.tenders:
        yield from (tender.sold, tender.refunded)
    yield from (move.amount for move in report.moves)
    if report.cash is not None:
        yield from (report.cash.expected, report.cash.counted or 0)


class _Report(Page):
    def __init__(self, report: ShiftReport, lang: str) -> None:
        super().__init__(lang, report.currency, _amounts(report))
        self.report = report

    def title(self) -> str:
        text = self._("Z report {number}") if self.report.closed else self._("X report, shift {number}")
        return text.format(number=self.report.stub.number)

    def whole(self) -> Iterator[Item]:
        """From when to when, and which receipts."""
        _, report = self._, self.report
        yield Row(_("Opened"), f"{report.opened:%d.%m.%Y %H:%M}")
        yield Row(_("Opened by"), report.opened_by)
        if report.first_receipt:
            yield Row(_("First receipt"), report.first_receipt)
            yield Row(_("Final receipt"), report.last_receipt)
        yield Rule()

    def trade(self) -> Iterator[Item]:
        """Sales and returns; without the cash nobody may add them up to it."""
        _, report = self._, self.report
        seen = report.cash is not None
        yield Row(f"{_('Sold')} × {report.sales}", self.amount(report.sold) if seen else "", bold=True)
        if seen:
            yield Row(_("VAT in it"), self.amount(report.sold_vat), indent=2)
        yield Row(f"{_('Taken back')} × {report.returns}", self.amount(report.returned) if seen else "", bold=True)
        if seen and report.returns:
            yield Row(_("VAT in it"), self.amount(report.returned_vat), indent=2)
        if seen and report.promised:
            yield Row(_("Promised, not paid yet"), self.amount(report.promised), indent=2)
        if report.orders:
            yield Row(f"{_('Orders paid')} × {report.orders}", self.amount(report.ordered) if seen else "", bold=True)
        if seen and report.rounding:
            yield Row(_("Cash rounding"), self.amount(report.rounding))
        yield Rule()

    def tenders(self) -> Iterator[Item]:
        """What came and what went by each way."""
        shown = [t for t in self.report.tenders if t.kind != "cash" or self.report.cash is not None]
        for tender in shown:
            yield Row(self._(TENDERS.get(tender.kind, tender.kind)), self.amount(tender.sold))
            if tender.refunded:
                yield Row(self._("Back to customers"), self.amount(-tender.refunded), indent=2)
        if shown:
            yield Rule()

    def drawer(self) -> Iterator[Item]:
        """How the cash came to be what it should be."""
        _, report = self._, self.report
        yield Row(_("Opening float"), self.amount(report.float_))
        if report.cash is not None:
            cash = next((t for t in report.tenders if t.kind == "cash"), TenderSum("cash", 0, 0))
            yield Row(_("Cash taken, less change"), self.amount(cash.sold))
            yield Row(_("Cash given back"), self.amount(-cash.refunded))
        for move in report.moves:
            sign = 1 if move.kind == "pay_in" else -1
            yield Row(f"{_(MOVES.get(move.kind, move.kind))} × {move.count}", self.amount(sign * move.amount))
        yield Rule()

    def counted(self) -> Iterator[Item]:
        """What there should be, what there was."""
        _, cash = self._, self.report.cash
        if cash is None:
            yield Centred(_("The cash is counted at the close."))
            return
        if cash.counted is None:
            yield Total(_("Cash in the drawer"), self.money(cash.expected))
            return
        for value, count in cash.pieces:
            yield Row(f"{self.amount(value)} × {count}", self.amount(value * count))
        yield Rule()
        yield Row(_("Expected"), self.amount(cash.expected))
        yield Row(_("Counted"), self.amount(cash.counted), bold=True)
        if cash.first_counted not in (None, cash.counted):
            yield Row(_("First counted"), self.amount(cash.first_counted or 0))
        yield Total(self._named(cash.difference), self.money(abs(cash.difference)))
        reason = _(DIFFERENCES.get(cash.reason, cash.reason))
        yield from (Row(n, said) for n, said in ((_("Reason"), reason), (_("Note"), cash.note)) if said)
        if self.report.approved_by:
            yield Row(_("Approved by"), self.report.approved_by)

    def _named(self, difference: int) -> str:
        _ = self._
        return _("Over") if difference > 0 else _("Short") if difference < 0 else _("Difference")

    def late(self) -> Iterator[Item]:
        """What belongs to no shift, and what the hub has not heard of yet."""
        _, report = self._, self.report
        if any(report.between):
            text = _("Between two shifts: sales {sales}, returns {returns}. They are in no sum above.")
            sales, returns = report.between
            yield from (Blank(), Row(text.format(sales=sales, returns=returns)))
        if report.orders_between:
            text = _("Between two shifts: orders paid {n}. They are in no sum above.")
            yield from (Blank(), Row(text.format(n=report.orders_between)))
        if report.closed and report.waiting:
            text = _("Waiting for the order system: {n}. Handed over with this report; nothing is lost.")
            yield from (Blank(), Row(text.format(n=report.waiting)))

    def signed(self) -> Iterator[Item]:
        """Who counted, and who took it."""
        if self.report.closed:
            yield from _signature(self._("Counted by"))
            yield from _signature(self._("Taken over by"))
