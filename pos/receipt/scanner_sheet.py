"""The sheet that a scanner is learned from, on the paper of the receipt printer."""

from collections.abc import Callable

from pos.devices.scanner_learning import SHEET, Card
from pos.receipt.document import QR, Barcode, Blank, Centred, Cut, Document, Item, Rule
from pos.ui.i18n import _

NOT_PRINTED = "fields"
"""The card that is not on it: no receipt printer draws the separators of a GS1-128; the square code has them."""


def scanner_sheet(name: Callable[[str], str], lang: str) -> Document:
    """The codes that such a printer can draw, numbered as on the screen. `name`: what a code is called, by its key."""
    items: list[Item] = [Centred(_("Learn a scanner"), bold=True, big=True)]
    items += [Centred(_("Open “Scanner” in your menu at the till. Then scan each code, in this order.")), Rule()]
    for number, card in enumerate(SHEET, 1):
        items += _code(f"{number}  {name(card.key)}", card)
    return Document((*items, Cut()), lang)


def _code(title: str, card: Card) -> list[Item]:
    if card.key == NOT_PRINTED:
        return []
    drawn: Item = QR(card.text, 6) if card.family == "DataMatrix" else Barcode(card.text)
    return [Centred(title, bold=True), drawn, Blank()]
