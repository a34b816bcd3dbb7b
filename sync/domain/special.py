"""What is bought besides plain goods: units with serial numbers, parts of bundles, gifts, shipping. Pure.

Quantities are thousandths; `coming` is what comes back now, by line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from sync.domain.orders import BoughtLine, Purchase

PIECE = 1000
SHORTEST_SERIAL, LONGEST_SERIAL = 4, 64
"""Characters of a unit's number. What is shorter was half read or half typed: no maker gives out so few."""


class ShippingBack(StrEnum):
    """When shipping is refunded: never, once everything has come back, or with whatever comes back first."""

    NEVER = "never"
    WHOLE = "whole"
    ALWAYS = "always"


class GiftMoney(StrEnum):
    """Whose the money of a gift is: store credit for who brings it, or back to the payer by what they paid with."""

    CREDIT = "credit"
    PAYER = "payer"


class SerialFault(StrEnum):
    """Why a unit is not taken back by its serial: none was read, it is not of this line, it came back before."""

    MISSING = "serial_missing"
    WRONG = "serial_wrong"
    BACK = "serial_back"


def serial_of(text: str) -> str | None:
    """The number of a unit as it is kept, however it was scanned or typed: large letters, no spaces. None for what can
    be no whole number."""
    said = text.strip().upper().replace(" ", "")
    whole = SHORTEST_SERIAL <= len(said) <= LONGEST_SERIAL and said.isprintable() and "\ufffd" not in said
    return said if whole and any(c.isalnum() for c in said) else None


def serial_fault(line: BoughtLine, serials: Sequence[str], quantity: int) -> tuple[SerialFault, str] | None:
    """What is wrong with units of a line, and of which one; None where nothing is. Of goods without serials nothing is
    asked, and nothing believed."""
    if not line.serials:
        return (SerialFault.WRONG, serials[0]) if serials else None
    for serial in serials:
        if serial not in line.serials:
            return SerialFault.WRONG, serial
        if serial in line.serials_back:
            return SerialFault.BACK, serial
    if len(set(serials)) * PIECE != quantity or len(set(serials)) < len(serials):
        return SerialFault.MISSING, ""
    return None


def unit_of(purchase: Purchase, text: str) -> tuple[BoughtLine, str] | None:
    """The line that a unit was bought with, and its serial as it was recorded, however it is written now."""
    wanted = serial_of(text) or text
    units = ((line, serial) for line in purchase.lines for serial in line.serials)
    return next(((x, serial) for x, serial in units if serial == text or serial_of(serial) == wanted), None)


def as_given(purchase: Purchase, before: Purchase | None) -> Purchase:
    """A purchase that was told anew. Whoever showed the paper of a gift has a gift, whatever the hub knows of that."""
    given = before is not None and before.id == purchase.id and before.gift
    return replace(purchase, gift=True) if given and not purchase.gift else purchase


def torn_bundles(purchase: Purchase, coming: Mapping[str, int]) -> tuple[str, ...]:
    """Bundles of which parts come back and others stay: what is back of each part is not the same share of it."""
    touched = dict.fromkeys(line.bundle for line in purchase.lines if line.bundle and coming.get(line.id))
    return tuple(bundle for bundle in touched if _is_torn(purchase, bundle, coming))


def _is_torn(purchase: Purchase, bundle: str, coming: Mapping[str, int]) -> bool:
    parts = [line for line in purchase.lines if line.bundle == bundle]
    back = [(line.returned + coming.get(line.id, 0), line.quantity) for line in parts]
    first, of = back[0]
    return any(some * of != first * quantity for some, quantity in back)


def shipping_due(purchase: Purchase, coming: Mapping[str, int], policy: ShippingBack) -> tuple[BoughtLine, ...]:
    """The lines of shipping that are refunded with what comes back now; each is refunded once."""
    rest = [line for line in purchase.lines if line.goods and line.left > coming.get(line.id, 0)]
    if policy is ShippingBack.NEVER or not any(coming.values()) or (policy is ShippingBack.WHOLE and rest):
        return ()
    return tuple(line for line in purchase.lines if not line.goods and line.left)
