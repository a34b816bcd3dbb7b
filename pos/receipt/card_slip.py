"""What a card terminal wants printed: a block on the shopper's receipt, or a paper of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pos.receipt.document import Blank, Centred, Cut, Document, Item, Row, Rule
from pos.receipt.page import Page, Shop, Stub
from sync.domain.card_slips import SlipLine


@dataclass(frozen=True, slots=True)
class CardPaper:
    """A paper of one card payment: for the cashier, or the customer's part of one that did not go through. `stub`:
    which terminal, when, who. `signature`: the customer signs it."""

    stub: Stub
    lines: tuple[SlipLine, ...]
    cashier: bool = True
    signature: bool = False


def card_paper(paper: CardPaper, shop: Shop, lang: str, copy: bool = False, duplicate: bool = False) -> Document:
    """The paper in `lang`; the card terminal's lines are in its own."""
    page = Page(lang, "", ())
    _ = page._
    title = _("Card slip for the cashier") if paper.cashier else _("Card slip for the customer")
    items = [
        *page.marks(copy, duplicate),
        *page.shop(shop),
        *page.stub(title, paper.stub),
        *_rows(paper.lines),
        *(_signature(_("Signature of the customer")) if paper.signature else ()),
        Cut(),
    ]
    return Document(tuple(items), lang, copy, duplicate)


def card_part(slips: Iterable[tuple[SlipLine, ...]]) -> Iterator[Item]:
    """The rows for each card payment that has some, on the shopper's receipt."""
    for lines in slips:
        if lines:
            yield Rule()
            yield from _rows(lines)


def _rows(lines: Iterable[SlipLine]) -> Iterator[Item]:
    for line in lines:
        if not (line.left or line.right):
            yield Blank()
        elif line.centred:
            yield Centred(line.left, bold=line.bold)
        else:
            yield Row(line.left, line.right, bold=line.bold)


def _signature(words: str) -> Iterator[Item]:
    """Room for a pen."""
    yield from (Blank(), Blank(), Rule(), Row(words))
