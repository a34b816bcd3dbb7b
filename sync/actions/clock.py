"""The time and new ids, for those who call actions."""

import os
import time


def now_ms() -> int:
    """Now, UTC in ms."""
    return time.time_ns() // 1_000_000


def new_id(at: int | None = None) -> str:
    """A UUID of version 7 (RFC 9562, section 5.7) as 32 hex digits: `at` in its first 48 bits, the rest by chance."""
    stamp = (now_ms() if at is None else at) & ((1 << 48) - 1)
    chance = int.from_bytes(os.urandom(10), "big")
    value = stamp << 80 | 0x7 << 76 | (chance >> 62 & 0xFFF) << 64 | 0b10 << 62 | chance & ((1 << 62) - 1)
    return f"{value:032x}"
