"""Bytes as the characters of a QR code's alphanumeric mode: Base45 (RFC 9285)."""

import struct
from itertools import pairwise

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {char: value for value, char in enumerate(ALPHABET)}


def encode(raw: bytes) -> str:
    """Two bytes are three characters, a last single one is two."""
    return "".join(_group(raw[n : n + 2]) for n in range(0, len(raw), 2))


def _group(part: bytes) -> str:
    value = int.from_bytes(part, "big")
    low, rest = ALPHABET[value % 45], value // 45
    return low + ALPHABET[rest] if len(part) == 1 else low + ALPHABET[rest % 45] + ALPHABET[rest // 45]


def decode(text: str) -> bytes:
    """The bytes; each text has one meaning and each meaning one text. Raises ValueError."""
    try:
        values = [_VALUES[char] for char in text]
    except KeyError as unknown:
        raise ValueError(f"{unknown.args[0]!r} is no character of base45") from None
    pairs = [low + 45 * middle + 2025 * high for low, middle, high in zip(*[iter(values)] * 3, strict=False)]
    rest = values[len(pairs) * 3 :]
    last = [low + 45 * high for low, high in pairwise(rest)]
    if len(rest) == 1 or max(pairs, default=0) > 0xFFFF or max(last, default=0) > 0xFF:
        raise ValueError("a group of base45 is not whole, or too large")
    return struct.pack(f">{len(pairs)}H", *pairs) + bytes(last)
