"""The business day of a moment, until shifts say it."""

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@lru_cache(maxsize=8)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC  # a zone that this machine does not know: the day is that of UTC, as `at` is


def business_day(at: int, timezone: str) -> str:
    """The local date, YYYY-MM-DD, at `at` (UTC ms)."""
    return datetime.fromtimestamp(at // 1000, _zone(timezone)).date().isoformat()
