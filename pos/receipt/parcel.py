"""The label on a parcel, and the slip of a hand-out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pos.devices.base import N_
from pos.receipt.document import QR, Blank, Centred, Cut, Document, Huge, Item, Row, Rule
from pos.receipt.page import Page, Shop, Stub
from pos.ui.i18n import quantity

READ_ACROSS = 4
"""Characters of an order's number that a person looks for on a shelf: its last."""
VERIFIED = {
    "code": N_("Code or pass"),
    "document": N_("Document seen"),
    "proxy": N_("Named proxy"),
    "proxy_pass": N_("Proxy's own pass"),
}
"""How the person was made sure of, by `sync.domain.pickups.Verified`, or by a proxy's own pass; to be translated where
it is shown."""


def ending(number: str) -> str:
    """The last letters and digits of an order's number, without what separates them: of "100-48213" "8213"."""
    return "".join(char for char in number if char.isalnum())[-READ_ACROSS:].upper()


@dataclass(frozen=True, slots=True)
class ParcelLabel:
    """What stands on a parcel. `code`: what its QR says; `number`: the order's; `collector` as staff say the name, ""
    if nobody is named; `expires` by the shop's clock. `part`: which of how many parcels of the order it is, None if
    that is not known yet or it is the only one. `instead`: what lies in it in place of something that was ordered."""

    code: str
    number: str
    store: str
    shelf: str = ""
    collector: str = ""
    expires: datetime | None = None
    part: tuple[int, int] | None = None
    instead: tuple[str, ...] = ()


def label_paper(label: ParcelLabel, lang: str, copy: bool = False, duplicate: bool = False) -> Document:
    """The label in `lang`, for a roll of paper or of labels: what is looked for first stands largest."""
    page = Page(lang, "", ())
    items = [*page.marks(copy, duplicate), *_found_by(label), *_kept(page, label), Cut()]
    return Document(tuple(items), lang, copy, duplicate)


def _found_by(label: ParcelLabel) -> Iterator[Item]:
    """What a person, and what a scanner, finds it by."""
    yield Huge(ending(label.number) or label.number)
    yield Centred(label.number, big=True)
    yield QR(label.code)
    if label.collector:
        yield Centred(label.collector, bold=True, big=True)


def _kept(page: Page, label: ParcelLabel) -> Iterator[Item]:
    """Where it lies, of how many it is one, and until when it waits."""
    _ = page._
    if label.shelf:
        yield Centred(_("Shelf {shelf}").format(shelf=label.shelf), bold=True, big=True)
    if label.part is not None:
        this, all_ = label.part
        yield Centred(_("{n} of {all}").format(n=this, all=all_), bold=True, big=True)
    if label.instead:
        more = f" +{len(label.instead) - 1}" if len(label.instead) > 1 else ""
        yield Centred(_("Instead: {name}").format(name=label.instead[0] + more), bold=True)
    if label.expires is not None:
        yield Centred(_("Kept until {day}").format(day=f"{label.expires:%d.%m.%Y}"), bold=True)
    if label.store:
        yield Centred(label.store)


@dataclass(frozen=True, slots=True)
class HandedLine:
    """Goods that were given, quantity in thousandths. `unit` is a word after weighed quantities. `instead`: what they
    stand in for; `serials`: their units, if they have numbers."""

    name: str
    quantity: int
    unit: str = ""
    instead: str = ""
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HandOutSlip:
    """A recorded hand-out as it is printed. `number`: the order's; `verified` as in VERIFIED; `signed`: a signature was
    given on the glass; `proxy`: who took it, if it was a proxy. `sealed`: the order's signed pass, where there
    is one, else the code names the order alone."""

    stub: Stub
    number: str
    lines: tuple[HandedLine, ...]
    parcels: int
    verified: str
    signed: bool
    proxy: str = ""
    footer: tuple[str, ...] = ()
    sealed: str = ""

    @property
    def code(self) -> str:
        """What finds the order again when something of it comes back."""
        return f"STF1:{self.number}"


def hand_out_paper(slip: HandOutSlip, shop: Shop, lang: str, copy: bool = False, duplicate: bool = False) -> Document:
    """The slip in `lang`, which is the shopper's. A copy or possible duplicate says so at its top."""
    page = _SlipPage(slip, lang)
    items = [
        *page.marks(copy, duplicate),
        *page.shop(shop),
        *page.stub(page._("Hand-out {number}").format(number=slip.stub.number), slip.stub),
        *page.lines(),
        *page.given(),
        *page.signature(),
        *page.foot(slip.code, slip.footer, slip.sealed),
    ]
    return Document(tuple(items), lang, copy, duplicate)


class _SlipPage(Page):
    def __init__(self, slip: HandOutSlip, lang: str) -> None:
        super().__init__(lang, "", ())
        self.slip = slip

    def lines(self) -> Iterator[Item]:
        yield Row(self._("Order {number}").format(number=self.slip.number), bold=True)
        for line in self.slip.lines:
            count = quantity(line.quantity, self.lang)
            yield Row(line.name, f"{count} {line.unit}" if line.unit else f"× {count}")
            if line.instead:
                yield Row(self._("instead of {name}").format(name=line.instead), indent=2)
            yield from self.serials(line.serials)
        yield Rule()

    def given(self) -> Iterator[Item]:
        """How many parcels, and how whoever took them was made sure of."""
        _, slip = self._, self.slip
        yield Row(_("Parcels"), str(slip.parcels))
        yield Row(_("Checked by"), _(VERIFIED.get(slip.verified, slip.verified)))
        if slip.proxy:
            yield Row(_("Collected by"), slip.proxy)

    def signature(self) -> Iterator[Item]:
        """That it was signed for, or room for a pen; then what the code below is for."""
        _ = self._
        if self.slip.signed:
            yield Row(_("Received by"), _("Signed on the glass"))
        else:
            yield from (Blank(), Blank(), Rule(), Row(_("Received by")))
        yield Blank()
        yield Centred(_("To bring something back, show this code:"))
