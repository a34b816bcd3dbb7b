"""The slip of a return, or of a promise: money that goes back later. Minor units, thousandths, basis points."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pos.devices.base import N_
from pos.receipt.card_slip import card_part
from pos.receipt.credit import Credit, credit_part
from pos.receipt.document import Blank, Centred, Document, Item, Row, Rule, Total
from pos.receipt.page import Page, ReceiptVat, Shop, Stub
from pos.ui.i18n import quantity
from sync.domain.card_slips import SlipLine

REASONS = {
    "not_as_expected": N_("Not as expected"),
    "faulty": N_("Faulty"),
    "wrong_item": N_("Wrong item"),
    "changed_mind": N_("Changed mind"),
}
"""Why goods come back, by `sync.domain.returns.Reason`; to be translated where it is shown."""
TENDERS = {
    "cash": N_("Cash"),
    "card": N_("Card"),
    "online": N_("Paid online"),
    "points": N_("Bonus points"),
    "gift_card": N_("Gift card"),
    "store_credit": N_("Store credit"),
    "exchange": N_("Other goods"),
    "coupon": N_("Coupon"),
    "counter": N_("Cash, at any till"),
}
"""What it was paid with or goes to, by `sync.domain.orders.PaidBy` and `sales.TenderKind`; to be translated. Cash that
the shopper fetches at a till is called by where it goes, `sync.domain.returns.Destination.COUNTER`."""


@dataclass(frozen=True, slots=True)
class BackLine:
    """Goods that came back, and what the shopper gets for them. `unit` is a word after weighed quantities; `serials`
    are the numbers of the units."""

    name: str
    quantity: int
    amount: int
    reason: str
    unit: str = ""
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BackTender:
    """Money back by one tender, `masked` being what people know it by. `how` it goes back, in the slip's language,
    where a card terminal was asked for it; `slip`: what that wants on the paper."""

    kind: str
    amount: int
    masked: str = ""
    how: str = ""
    slip: tuple[SlipLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnReceipt:
    """A recorded return as it is printed. `promised`: nothing is paid yet; `order`: the number people know it by.

    `total` is before `rounding`, which the smallest coin added (+) or kept (-). `credit`: what became store credit.
    `owed`: cash of it that any till pays against this slip.
    """

    stub: Stub
    order: str
    currency: str
    lines: tuple[BackLine, ...]
    tenders: tuple[BackTender, ...]
    total: int
    vat: tuple[ReceiptVat, ...]
    rounding: int = 0
    promised: bool = False
    vat_included: bool = True
    footer: tuple[str, ...] = ()
    credit: Credit | None = None
    owed: int = 0


def return_receipt(back: ReturnReceipt, shop: Shop, lang: str, copy: bool = False, duplicate: bool = False) -> Document:
    """The slip in `lang`. A copy or possible duplicate says so at its top."""
    page = ReturnPage(back, lang)
    items = [
        *page.marks(copy, duplicate),
        *page.shop(shop),
        *page.stub(page.title(), back.stub),
        *page.lines(),
        *page.totals(),
        *page.tenders(),
        *page.taxes(back.vat, back.vat_included),
        *page.words(),
        *(credit_part(page, back.credit) if back.credit else ()),
        *card_part(it.slip for it in back.tenders),
        *page.foot(back.stub.code, back.footer, fiscal=(back.stub.fiscal,)),
    ]
    return Document(tuple(items), lang, copy, duplicate)


def _amounts(back: ReturnReceipt) -> Iterator[int]:
    yield from (back.total, back.rounding, back.owed)
    yield from (line.amount for line in back.lines)
    yield from (tender.amount for tender in back.tenders)
    for row in back.vat:
        yield from (row.gross, row.vat)


class ReturnPage(Page):
    """The parts of this slip."""

    def __init__(self, back: ReturnReceipt, lang: str) -> None:
        super().__init__(lang, back.currency, _amounts(back))
        self.back = back

    def title(self) -> str:
        text = self._("Promise {number}") if self.back.promised else self._("Return {number}")
        return text.format(number=self.back.stub.number)

    def lines(self) -> Iterator[Item]:
        yield Row(self._("Order {number}").format(number=self.back.order), bold=True)
        for line in self.back.lines:
            unit = f" {line.unit}" if line.unit else ""
            reason = self._(REASONS.get(line.reason, line.reason))
            yield Row(line.name)
            yield Row(f"{quantity(line.quantity, self.lang)}{unit} ·\u00a0{reason}", self.amount(line.amount), indent=2)
            yield from self.serials(line.serials)
        yield Rule()

    def totals(self) -> Iterator[Item]:
        _, back = self._, self.back
        if back.rounding:
            yield Row(_("Sum"), self.amount(back.total))
            yield Row(_("Rounding"), self.amount(back.rounding))
        named = _("To refund") if back.owed else _("Refunded")
        yield Total(_("Promised") if back.promised else named, self.money(back.total + back.rounding))
        yield Rule()

    def tenders(self) -> Iterator[Item]:
        _ = self._
        for tender in self.back.tenders:
            named = _(TENDERS.get(tender.kind, tender.kind))
            worth = self.points(tender.amount) if tender.kind == "points" else self.amount(tender.amount)
            yield Row(" ".join(x for x in (named, tender.masked) if x), worth)
            if tender.how:
                yield Row(tender.how, indent=2)

    def words(self) -> Iterator[Item]:
        """What happens next, so that nobody has to ask."""
        _ = self._
        said: list[str] = []
        if self.back.owed:
            said = list(owed_words(self, self.back))
        elif self.back.promised and self.back.credit is not None:
            said = [_("You need not come again: the code below is yours already.")]
        elif self.back.promised:
            said = [
                _("Money goes back by itself, as soon as the order system has confirmed it."),
                _("You need not come again. Keep this slip until then."),
            ]
        elif self.back.credit is None and goes_back(self.back.tenders):
            said = [_("What was not paid in cash goes back the way it came.")]
        if said:
            yield Blank()
        bold = self.back.promised or bool(self.back.owed)
        yield from (Centred(text, bold=bold and not n) for n, text in enumerate(said))


def goes_back(tenders: Iterable[BackTender]) -> bool:
    """Whether some of it goes back by the payment side."""
    return any(tender.kind not in ("cash", "counter", "exchange") and not tender.how for tender in tenders)


def owed_words(page: Page, back: ReturnReceipt) -> Iterator[str]:
    """Where and how the shopper gets the cash that nobody paid yet, and what becomes of the rest."""
    _, number = page._, f"{back.stub.terminal}-{back.stub.number}"
    yield _("Fetch {amount} in cash at any till.").format(amount=page.money(back.owed))
    if back.promised:
        yield _("It is ready once the order system has confirmed the return.")
    yield _("Show this slip, or say its number: {number}.").format(number=number)
    if back.credit is None and goes_back(back.tenders):
        yield _("What was not paid in cash goes back the way it came.")
