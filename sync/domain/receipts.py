"""A sale as a purchase that may come back, and the signed pass on its receipt. Pure.

A receipt's pass is signed by the till that sold, with the key that the hub enrolled: it proves the sale to every other
terminal, before the hub has heard of it. Money in minor units, quantities in thousandths, times UTC in ms (I-8, F34).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sync.domain.orders import BoughtLine, Paid, PaidBy, Purchase
from sync.domain.passes import DAY_MS, SKEW_MS, Answer, Pass

SALE = "sale"
"""The channel-like beginning of a sale's purchase id, `sale:<sale_id>`."""


class SoldLine(Protocol):
    """A line as a sale records it."""

    @property
    def product(self) -> str: ...
    @property
    def sku(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def quantity(self) -> int: ...
    @property
    def amount(self) -> int: ...
    @property
    def vat_rate(self) -> int: ...
    @property
    def vat(self) -> int: ...
    @property
    def unit(self) -> str: ...
    @property
    def serials(self) -> Sequence[str]: ...


class Given(Protocol):
    """A tender as a sale records it; cash before the change."""

    @property
    def kind(self) -> str: ...
    @property
    def amount(self) -> int: ...
    @property
    def masked(self) -> str: ...
    @property
    def reference(self) -> str: ...


@dataclass(frozen=True, slots=True)
class SoldAs:
    """What of a sale its lines and tenders don't say. `days`: how long it may come back; 0 sets no deadline."""

    sale_id: str
    receipt: str
    location: str
    currency: str
    at: int
    change: int
    vat_included: bool
    language: str
    days: int


def purchase_of_sale(sold: SoldAs, lines: Iterable[SoldLine], tenders: Iterable[Given]) -> Purchase:
    """A recorded sale as a purchase of which nothing came back yet: the same at the hub, at the till that sold, and on
    its receipt. Lines and tenders are called by their places in the sale, from 1."""
    until = sold.at + sold.days * DAY_MS if sold.days > 0 else None
    bought = [_line(str(n), line, sold.vat_included, until) for n, line in enumerate(lines, 1) if line.quantity > 0]
    return Purchase(
        id=f"{SALE}:{sold.sale_id}",
        number=sold.receipt,
        channel="",
        location=sold.location,
        currency=sold.currency,
        at=sold.at,
        received_at=sold.at,
        lines=tuple(bought),
        paid=_kept(list(tenders), sold.change),
        vat_included=sold.vat_included,
        language=sold.language,
    )


def _line(id: str, line: SoldLine, included: bool, until: int | None) -> BoughtLine:
    return BoughtLine(
        id=id,
        product=line.product,
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        amount=max(0, line.amount if included else line.amount + line.vat),
        vat_rate=line.vat_rate,
        vat=line.vat,
        unit=line.unit,
        until=until,
        serials=tuple(line.serials),
    )


def _kept(tenders: list[Given], change: int) -> tuple[Paid, ...]:
    """What stayed of the tenders: change went back at once, and was never paid (F34)."""
    known = [(n, row) for n, row in enumerate(tenders, 1) if row.kind in list(PaidBy)]
    kept = []
    for n, row in reversed(known):
        back = min(change, row.amount) if row.kind == PaidBy.CASH else 0
        change -= back
        kept.append(Paid(str(n), PaidBy(row.kind), max(0, row.amount - back), 0, row.masked, row.reference))
    return tuple(reversed([tender for tender in kept if tender.amount]))


def is_sale(purchase: Purchase) -> bool:
    """Whether it was sold in a store, and not by a channel."""
    return purchase.id.startswith(f"{SALE}:")


@dataclass(frozen=True, slots=True)
class Signer:
    """A terminal's public key (hex), as the hub tells it to all others. `end`: when another key took its place, None
    while it signs; `revoked`: the terminal was shut out."""

    kid: str
    terminal: str
    location: str
    public: str
    end: int | None = None
    revoked: bool = False


def check_receipt(shown: Pass | None, signer: Signer | None, *, now: int, retailer: str, used: bool) -> Answer:
    """Whether the pass of a receipt holds. `signer` is who it names, None if it is not known here; `shown` what it
    says, None if that key did not sign it. A key may sign sales alone, and none after its end."""
    if signer is None:
        return Answer.FOREIGN
    if shown is None:
        return Answer.ALTERED
    if shown.retailer != retailer or not is_sale(shown.purchase):
        return Answer.FOREIGN
    if signer.revoked or (signer.end is not None and shown.issued > signer.end + SKEW_MS):
        return Answer.REVOKED
    if shown.issued > now + SKEW_MS:
        return Answer.NOT_YET
    if now > shown.expires + SKEW_MS:
        return Answer.EXPIRED
    return Answer.USED if used else Answer.OK


def of_signer(purchase: Purchase, signer: Signer) -> Purchase:
    """What a signer proves: the refund rights of its own store, and of no other."""
    return purchase if purchase.location == signer.location else replace(purchase, location="")
