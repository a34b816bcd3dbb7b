"""What one field of a CSV file says: money, quantities, VAT, times, places. Each parser raises Unclear."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Generic, TypeVar

T = TypeVar("T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Unclear(ValueError):
    """The field cannot be read one way only. The message is a sentence that says what to write."""


class Remembered(dict[str, T], Generic[T]):
    """A parser that remembers its answers: columns repeat themselves, and a look-up is faster than parsing."""

    LIMIT = 20_000

    def __init__(self, parse: Callable[[str], T]) -> None:
        super().__init__()
        self._parse = parse

    def __missing__(self, text: str) -> T:
        value = self._parse(text)
        if len(self) < self.LIMIT:
            self[text] = value
        return value


_SPACES = " \u00a0\u2009\u202f"
_NUMBER = re.compile(
    rf"(?P<sign>[-−]?)(?P<whole>[0-9]{{1,15}}|[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}}){{1,4}})"
    r"(?:(?P<mark>[.,])(?P<part>[0-9]{1,6}))?"
)
_UNSPACED = str.maketrans("", "", _SPACES)
LARGEST = 10**14
"""No amount (minor units) or quantity (thousandths) of a shop is as large; what is larger is a slip."""


def scaled(text: str, digits: int, example: str) -> int:
    """A decimal number as an integer of 10^-digits. Groups of three by spaces; decimals after a point or a comma.

    Three digits after a comma may be thousands or decimals: that is refused, unless a zero stands before.
    """
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise Unclear(f"This is not a number as it is read here. Write it as {example}.")
    sign, whole, mark, part = (
        found["sign"],
        found["whole"].translate(_UNSPACED),
        found["mark"],
        found["part"] or "",
    )
    if mark == "," and len(part) == 3 and whole.strip("0"):
        raise Unclear(f"The comma may mean thousands or decimals. Write it as {example}.")
    if len(part.rstrip("0")) > digits:
        raise Unclear(f"There are more than {digits} decimals. Write it as {example}.")
    value = int(whole + part[:digits].ljust(digits, "0"))
    if value > LARGEST:
        raise Unclear("This number is too large to be meant.")
    return -value if sign else value


def money(exponent: int) -> Callable[[str], int]:
    """A parser of amounts into minor units of a currency with that exponent (2: cents). Not negative."""
    example = "64990" + (f".{'0' * exponent}" if exponent else "")

    def parse(text: str) -> int:
        value = scaled(text, exponent, example)
        if value < 0:
            raise Unclear("An amount cannot be below zero.")
        return value

    return parse


def quantity(text: str) -> int:
    """Thousandths. Below zero is allowed: more was sold than was counted."""
    return scaled(text, 3, "12 or 0.350")


def vat(text: str) -> int:
    """Basis points of a rate in percent: "16", "16 %", "16,5". A fraction such as 0.16 is refused."""
    rate = scaled(text.removesuffix("%").rstrip(), 2, "16 or 16 %")
    if 0 < rate < 100:
        raise Unclear(f"“{text}” may mean percent or a share of one. Write the rate in percent, as 16.")
    if not 0 <= rate <= 10_000:
        raise Unclear("A VAT rate lies between 0 and 100 percent.")
    return rate


def whole(text: str) -> int:
    """A plain whole number, not below zero."""
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Unclear("This is not a whole number. Write it as 250.")
    return int(text)


def degrees(limit: int) -> Callable[[str], int]:
    """A parser of decimal degrees into millionths, between −limit and limit."""

    def parse(text: str) -> int:
        found = re.fullmatch(r"(-?)([0-9]{1,3})(?:\.([0-9]{1,12}))?", text)
        if found is None:
            raise Unclear("Write degrees as 43.238949.")
        value = int(found[2] + (found[3] or "")[:6].ljust(6, "0"))
        if value > limit * 1_000_000:
            raise Unclear(f"Degrees here lie between -{limit} and {limit}.")
        return -value if found[1] else value

    return parse


def clock(text: str) -> str:
    """A time of day as HH:MM, local to the place; 24:00 is the end of the day."""
    found = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", text)
    if found is None or int(found[2]) > 59 or int(found[1]) * 60 + int(found[2]) > 24 * 60:
        raise Unclear("Write the time of day as 09:00.")
    return f"{int(found[1]):02}:{found[2]}"


def choice(*allowed: str) -> Callable[[str], str]:
    """A parser of one of a few words, in any case of letters."""

    def parse(text: str) -> str:
        word = text.casefold()
        if word not in allowed:
            raise Unclear(f"Only {', '.join(allowed)} are known here.")
        return word

    return parse


def yes_or_no(text: str) -> int:
    """1 for yes, 0 for no, as spreadsheets write them."""
    said = {"yes": 1, "true": 1, "1": 1, "no": 0, "false": 0, "0": 0}.get(text.casefold())
    if said is None:
        raise Unclear("Write yes or no.")
    return said


def moment(zone: tzinfo, closing: bool) -> Callable[[str], int]:
    """A parser of dates and times into UTC ms. A bare date is that day's start; with `closing`, the next day's.

    "2026-11-22", "22.11.2026", "2026-11-22 18:00", "2026-11-22T18:00+05:00". Without an offset it is `zone`.
    """

    def parse(text: str) -> int:
        try:
            when = _read_moment(text, zone, closing)
            return (when - _EPOCH) // timedelta(milliseconds=1)
        except (ValueError, OverflowError):
            raise Unclear("Write the date as 2026-11-22, or with a time as 2026-11-22 18:00.") from None

    return parse


def _read_moment(text: str, zone: tzinfo, closing: bool) -> datetime:
    turned = re.fullmatch(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})", text)
    iso = f"{turned[3]}-{turned[2]}-{turned[1]}" if turned else text
    if len(iso) == 10:
        day = date.fromisoformat(iso) + timedelta(days=closing)
        return datetime(day.year, day.month, day.day, tzinfo=zone)
    when = datetime.fromisoformat(iso)
    return when if when.tzinfo else when.replace(tzinfo=zone)
