"""The business day: that of the open shift, for it belongs to the shift; with none open, the date."""

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sync.local import Local


@lru_cache(maxsize=8)
def zone_of(name: str) -> tzinfo:
    """The time zone of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC  # a zone that this machine does not know: the day is that of UTC, as `at` is


def business_day(at: int, timezone: str) -> str:
    """The local date, YYYY-MM-DD, at `at` (UTC ms)."""
    return datetime.fromtimestamp(at // 1000, zone_of(timezone)).date().isoformat()


def day_now(local: Local, now: int, timezone: str) -> str:
    """The business day of what is recorded at `now`: a shift past midnight stays on the day it was opened."""
    row = local.raw.execute("SELECT business_day FROM shift WHERE closed_at = 0").fetchone()
    return str(row[0]) if row else business_day(now, timezone)
