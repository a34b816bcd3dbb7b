"""What a paper says of its fiscal receipt: its number and sign, or plainly that it is not there yet."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pos.devices.base import N_
from pos.receipt.document import QR, Blank, Centred, Item, Row, Rule
from sync.protocol.fiscal import CASH_IN, CASH_OUT, OPEN_SHIFT, SALE, Z_REPORT

NAMES = {
    SALE: N_("Fiscal receipt"),
    CASH_IN: N_("Fiscal cash document"),
    CASH_OUT: N_("Fiscal cash document"),
    OPEN_SHIFT: N_("Fiscal opening of the shift"),
    Z_REPORT: N_("Fiscal Z report"),
}
"""What a document is called before its number; any other is a receipt. To be translated where it is shown."""


@dataclass(frozen=True, slots=True)
class FiscalMark:
    """How the fiscal document of a paper stands. `registered`: the shop's clock when it was; None: it is not yet, or
    the fiscal printer `refused` it. `device` is the fiscal printer's serial number, `qr` the text of its code; `kind`
    as in `sync.protocol.fiscal`."""

    registered: datetime | None = None
    device: str = ""
    number: str = ""
    sign: str = ""
    qr: str = ""
    refused: bool = False
    kind: str = SALE


def fiscal_part(_: Callable[[str], str], marks: Iterable[FiscalMark | None]) -> Iterator[Item]:
    """The rows for each that has to be fiscalised; `_` writes in the language of the paper."""
    for mark in marks:
        if mark is not None:
            yield Rule()
            yield from _not_yet(_, mark) if mark.registered is None else _done(_, mark, mark.registered)


def _done(_: Callable[[str], str], mark: FiscalMark, registered: datetime) -> Iterator[Item]:
    yield Row(_(NAMES.get(mark.kind, NAMES[SALE])), mark.number, bold=True)
    yield Row(_("Fiscal sign"), mark.sign)
    yield Row(_("Fiscal printer"), mark.device)
    yield Row(_("Registered"), f"{registered:%d.%m.%Y %H:%M}")
    if mark.qr:
        yield Blank()
        yield QR(mark.qr, size=4)


def _not_yet(_: Callable[[str], str], mark: FiscalMark) -> Iterator[Item]:
    if mark.kind in NAMES and mark.kind != SALE:
        yield from _no_receipt_yet(_, mark)
        return
    yield Centred(_("This is not a fiscal receipt"), bold=True)
    if mark.refused:
        yield Centred(_("The fiscal receipt is made by hand. Ask the cashier for it."))
    else:
        yield Centred(_("It is paid and registered a little later: a copy of this paper has its fiscal number then."))


def _no_receipt_yet(_: Callable[[str], str], mark: FiscalMark) -> Iterator[Item]:
    """Of cash that was moved, and of a Z report."""
    yield Centred(_("Not fiscalised"), bold=True)
    if mark.refused:
        yield Centred(_("The fiscal printer refused it. Attention says why, and what to do."))
    else:
        yield Centred(
            _("It is recorded and registered a little later: a copy of this paper has its fiscal number then.")
        )
