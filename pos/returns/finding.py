"""What somebody typed or scanned to find an order: a number, an e-mail address, a phone, or nothing of the kind."""

from dataclasses import dataclass
from enum import StrEnum

from sync.domain import codes
from sync.domain.orders import LONGEST_NUMBER, Purchase, number_key
from sync.domain.phones import Country, is_phone
from sync.protocol.messages import FindOrders

SHORTEST = 3
"""Letters and digits of an order number at least; fewer are a slip of the hand or of the scanner."""


class Scan(StrEnum):
    """What a scanned code is, as far as it can be known without looking anything up."""

    ORDER = "order"
    RECEIPT = "receipt"
    PASS = "pass"  # noqa: S105 - a signed pass is no password
    ARTICLE = "article"
    HALF_READ = "half_read"
    STRANGE = "strange"


@dataclass(frozen=True, slots=True)
class Query:
    """What to ask for first, and what then if that finds nothing. `text`: as people read it.

    `proved`: the order as a pass proves it, as of `seen` (UTC ms), where no better answer comes.
    """

    text: str
    first: FindOrders
    then: FindOrders | None = None
    proved: Purchase | None = None
    seen: int = 0

    @property
    def number(self) -> str:
        """The number to look for in this terminal's own copy; "" where there is none."""
        return self.first.number or (self.then.number if self.then else "")


def read_query(text: str, country: Country | None = None) -> Query | None:
    """What was typed decides: an `@` is an e-mail address, many digits are a phone of `country` or of any, all else is
    a number. None for too little to look for.
    """
    said = " ".join(text.split())
    if "@" in said:
        return Query(said, FindOrders(email=said)) if _is_address(said) else None
    number = number_key(said.removeprefix("STF1:"))
    if is_phone(said, country):
        return Query(said, FindOrders(phone=said), FindOrders(number=number))
    return Query(said.removeprefix("STF1:"), FindOrders(number=number)) if len(number) >= SHORTEST else None


def _is_address(text: str) -> bool:
    name, _at, host = text.rpartition("@")
    return bool(name) and "." in host.strip(".")


def is_no_number(code: codes.Code) -> bool:
    """Whether it is somebody's card or a damaged label for certain, which no order has for its number."""
    damaged = (codes.Fault.SEPARATORS, codes.Fault.UNKNOWN_FIELD, codes.Fault.NO_ARTICLE)
    return code.card or code.fault in damaged


def kind_of(code: codes.Code) -> Scan:
    """What a scanned code seems to be. Digits alone may be an article's or an order's: both are looked for."""
    if code.kind is codes.Kind.GTIN:
        return Scan.ARTICLE
    if code.kind is codes.Kind.PASS:
        return Scan.PASS
    if code.collecting:
        return Scan.STRANGE
    key = number_key(code.key)
    if len(key) < SHORTEST or not code.key.isprintable():
        return Scan.HALF_READ
    if code.kind is codes.Kind.RECEIPT:
        return Scan.RECEIPT
    strange = "://" in code.key or len(code.key) > LONGEST_NUMBER or len(key) * 2 < len(code.key)
    return Scan.STRANGE if strange else Scan.ORDER
