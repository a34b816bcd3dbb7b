"""What a shopper reads from the slip of a card: the last four digits, the amount, the day."""

import re
from datetime import date, timedelta

from pos.ui.i18n import exponent
from sync.protocol.messages import CardPaid

_SLIP = re.compile(r"\W*(\d{4})\s+(\d[\d\s]*)(?:[.,](\d{1,3}))?\s+(\d{1,2})[./](\d{1,2})(?:[./](\d{2}|\d{4}))?")


def read_slip(text: str, currency: str, today: date) -> CardPaid | None:
    """`4821 12 990 9.11` or `**** 4821 12990.50 09.11.2026`; without a year, the last such day. None: it is no slip."""
    found = _SLIP.fullmatch(" ".join(text.split()))
    if found is None:
        return None
    digits, whole, part, day, month, year = found.groups()
    when = _day(int(day), int(month), year, today)
    places = exponent(currency)
    minor = int("".join(whole.split())) * 10**places + int(f"{part or '':0<{places}}"[:places] or 0)
    return CardPaid(digits, minor, when.isoformat()) if when is not None and minor else None


def _day(day: int, month: int, year: str | None, today: date) -> date | None:
    try:
        if year is not None:
            return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
        this = date(today.year, month, day)
        return this if this <= today + timedelta(days=1) else this.replace(year=today.year - 1)
    except ValueError:  # no such day
        return None
