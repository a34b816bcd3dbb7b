"""The gift receipt: what was bought, without a price, for whoever gets it. Its code marks the purchase as a gift."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pos.receipt.document import Blank, Centred, Document, Item, Row, Rule
from pos.receipt.page import Page, Shop, Stub
from pos.ui.i18n import quantity


@dataclass(frozen=True, slots=True)
class GiftLine:
    """Goods, quantity in thousandths. `unit` is a word after weighed quantities; `serials` the numbers of its units."""

    name: str
    quantity: int
    unit: str = ""
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GiftReceipt:
    """A sale as whoever gets the goods may read it. `until`: to when they may come back, by the shop's clock; None sets
    no deadline. `payers`: what comes back is paid to who bought it, and not as store credit. `sealed`: as of a sale."""

    stub: Stub
    currency: str
    lines: tuple[GiftLine, ...]
    until: datetime | None
    payers: bool
    footer: tuple[str, ...] = ()
    sealed: str | None = ""


def gift_receipt(gift: GiftReceipt, shop: Shop, lang: str) -> Document:
    """The paper in `lang`; there is no amount on it."""
    page = _GiftPage(gift, lang)
    items = [
        *page.shop(shop),
        *page.stub(page._("Gift receipt {number}").format(number=gift.stub.number), gift.stub),
        *page.lines(),
        *page.rules(),
        *page.foot(gift.stub.code, gift.footer, gift.sealed),
    ]
    return Document(tuple(items), lang)


class _GiftPage(Page):
    def __init__(self, gift: GiftReceipt, lang: str) -> None:
        super().__init__(lang, gift.currency, ())
        self.gift = gift

    def lines(self) -> Iterator[Item]:
        for line in self.gift.lines:
            count = quantity(line.quantity, self.lang)
            yield Row(line.name, f"{count} {line.unit}" if line.unit else f"× {count}")
            yield from self.serials(line.serials)
        yield Rule()

    def rules(self) -> Iterator[Item]:
        """Until when, and what comes of it."""
        _, gift = self._, self.gift
        if gift.until is not None:
            yield Row(_("Can be exchanged or brought back until {day}.").format(day=f"{gift.until:%d.%m.%Y}"))
        else:
            yield Row(_("Can be exchanged or brought back."))
        what = _("The money goes back to who paid.") if gift.payers else _("The money becomes store credit.")
        yield Row(what)
        yield Blank()
        yield Centred(_("Scan this code in the store:"))
