"""The slip of cash that was owed and is paid now: signed by who got it, kept in the drawer. Minor units."""

from dataclasses import dataclass

from pos.receipt.document import QR, Blank, Centred, Cut, Document, Row, Rule, Total
from pos.receipt.fiscal import fiscal_part
from pos.receipt.page import Page, Shop, Stub


@dataclass(frozen=True, slots=True)
class PaidSlip:
    """Cash that was paid for slip `number`."""

    stub: Stub
    number: str
    currency: str
    amount: int


def paid_slip(paid: PaidSlip, shop: Shop, lang: str, copy: bool = False, duplicate: bool = False) -> Document:
    """The slip in `lang`. A copy or possible duplicate says so at its top."""
    page = Page(lang, paid.currency, [paid.amount])
    _ = page._
    items = [
        *page.marks(copy, duplicate),
        *page.shop(shop),
        *page.stub(_("Cash paid out {number}").format(number=paid.stub.number), paid.stub),
        Row(_("For slip {number}").format(number=paid.number), bold=True),
        Total(_("Paid in cash"), page.money(paid.amount)),
        Rule(),
        Centred(_("The slip it was paid for is used up.")),
        Blank(),
        Blank(),
        Rule(),
        Row(_("Received by")),
        *fiscal_part(_, (paid.stub.fiscal,)),
        Blank(),
        QR(paid.stub.code),
        Centred(paid.stub.code),
        Cut(),
    ]
    return Document(tuple(items), lang, copy, duplicate)
