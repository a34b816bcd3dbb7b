"""The one paper of an exchange: what came back, what was taken instead, and what was paid between the two."""

from collections.abc import Iterator

from pos.receipt.card_slip import card_part
from pos.receipt.credit import credit_part
from pos.receipt.document import Blank, Centred, Document, Item, Row, Rule, Total
from pos.receipt.page import Page, Shop
from pos.receipt.returned import TENDERS, ReturnPage, ReturnReceipt, goes_back, owed_words
from pos.receipt.sale import SalePage, SaleReceipt


def exchange_receipt(
    sale: SaleReceipt, back: ReturnReceipt, shop: Shop, lang: str, copy: bool = False, duplicate: bool = False
) -> Document:
    """Both receipts on one paper in `lang`, each under its own number; the code at the foot finds the sale."""
    goods, out = ReturnPage(back, lang), SalePage(sale, lang)
    _ = out._
    items = [
        *out.marks(copy, duplicate),
        *out.shop(shop),
        *out.stub(_("Exchange {number}").format(number=sale.number), sale.stub),
        Row(_("Came back: return {number}").format(number=f"{back.stub.terminal}-{back.stub.number}"), bold=True),
        *goods.lines(),
        Row(_("Value of these goods"), out.amount(back.total), bold=True),
        *goods.taxes(back.vat, back.vat_included),
        Rule(),
        Row(_("Taken instead: receipt {number}").format(number=f"{sale.terminal}-{sale.number}"), bold=True),
        *out.lines(),
        *out.totals(),
        *out.tenders(),
        *out.taxes(sale.vat, sale.vat_included),
        *_left_over(out, back),
        *(credit_part(out, back.credit) if back.credit else ()),
        *card_part(it.slip for it in sale.tenders),
        *card_part(it.slip for it in back.tenders),
        *out.foot(sale.stub.code, sale.footer, sale.sealed, (back.stub.fiscal, sale.fiscal)),
    ]
    return Document(tuple(items), lang, copy, duplicate)


def _left_over(page: Page, back: ReturnReceipt) -> Iterator[Item]:
    """What goes back beyond the goods, and by which way."""
    _ = page._
    rest = [tender for tender in back.tenders if tender.kind != "exchange"]
    if not rest:
        return
    yield Rule()
    yield Total(_("Given back"), page.money(sum(tender.amount for tender in rest)))
    for tender in rest:
        named = _(TENDERS.get(tender.kind, tender.kind))
        yield Row(" ".join(x for x in (named, tender.masked) if x), page.amount(tender.amount))
        if tender.how:
            yield Row(tender.how, indent=2)
    if back.owed:
        yield Blank()
        yield from (Centred(text, bold=not n) for n, text in enumerate(owed_words(page, back)))
    elif back.credit is None and goes_back(rest):
        yield Blank()
        yield Centred(_("What was not paid in cash goes back the way it came."))
