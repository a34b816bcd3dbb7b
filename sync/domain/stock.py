"""Stock: appended movements, on hand as their sum, and how old a number is."""

import re
from dataclasses import dataclass
from enum import Enum

FRESH_MS = 5 * 60_000
"""Up to this age, with the hub in reach, a number counts as confirmed."""


class Known(Enum):
    """How well a number is known: confirmed now, a copy with an age, or not at all."""

    CONFIRMED = "confirmed"
    COPY = "copy"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Level:
    """Stock of one product at one location, in thousandths; `seen_at` (UTC ms): when the hub last vouched for it."""

    location: str
    on_hand: int
    reserved: int
    seen_at: int
    shelf: str = ""

    @property
    def available(self) -> int:
        """On hand less reserved; never below zero for a shopper."""
        return max(0, self.on_hand - self.reserved)


def known(seen_at: int | None, now: int, online: bool) -> Known:
    """How a number seen at `seen_at` may be shown at `now` (both UTC ms)."""
    if seen_at is None:
        return Known.UNKNOWN
    return Known.CONFIRMED if online and now - seen_at <= FRESH_MS else Known.COPY


def by_walk(shelf: str) -> tuple[tuple[int, int, str], ...]:
    """A shelf's place among others as people count: B-2 before B-12. What lies nowhere ("") comes last."""
    parts = re.findall(r"\d+|\D+", shelf.upper())
    return tuple((0, int(x), "") if x.isdecimal() else (1, 0, x) for x in parts) or ((2, 0, ""),)
