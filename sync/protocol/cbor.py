"""The part of CBOR (RFC 8949) that signed passes need, in its deterministic form (section 4.2) and in no other.

Integers of up to 64 bits, byte and text strings, arrays, maps with integers as keys. What strangers show to a till is
read by as little as will do: no tags, no floats, no indefinite lengths, no depth. Whatever is read would be written
with the same bytes.
"""

from typing import TypeAlias

Item: TypeAlias = "int | bytes | str | list[Item] | dict[int, Item]"

DEEPEST = 6
"""Arrays and maps within each other at most."""
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP = range(6)
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}


class BadCbor(ValueError):
    """These bytes are no CBOR that is read here."""


def dumps(item: Item) -> bytes:
    """The one way to write an item. Raises OverflowError for integers of more than 64 bits."""
    if isinstance(item, int):
        return _head(_UNSIGNED, item) if item >= 0 else _head(_NEGATIVE, -1 - item)
    if isinstance(item, bytes):
        return _head(_BYTES, len(item)) + item
    if isinstance(item, str):
        raw = item.encode()
        return _head(_TEXT, len(raw)) + raw
    if isinstance(item, list):
        return _head(_ARRAY, len(item)) + b"".join(map(dumps, item))
    pairs = sorted((dumps(key), dumps(value)) for key, value in item.items())
    return _head(_MAP, len(pairs)) + b"".join(key + value for key, value in pairs)


def _head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    for mark, width in _WIDTHS.items():
        if number < 256**width:
            return bytes([kind << 5 | mark]) + number.to_bytes(width, "big")
    raise OverflowError("an integer of more than 64 bits")


def loads(raw: bytes) -> Item:
    """The item that all of these bytes are. Raises BadCbor."""
    item, end = _read(raw, 0, 0)
    if end != len(raw):
        raise BadCbor("there is more than one item")
    return item


def _read(raw: bytes, at: int, depth: int) -> tuple[Item, int]:
    if at >= len(raw):
        raise BadCbor("cut off")
    kind, number = raw[at] >> 5, raw[at] & 31
    at += 1
    if number >= 24:
        number, at = _read_number(raw, at, number)
    if kind == _UNSIGNED:
        return number, at
    if kind == _NEGATIVE:
        return -1 - number, at
    if number > len(raw) - at:  # each byte, character or item takes one at least
        raise BadCbor("cut off")
    if kind in (_BYTES, _TEXT):
        return _string(raw[at : at + number], kind), at + number
    if depth == DEEPEST or kind > _MAP:
        raise BadCbor("too deep" if kind <= _MAP else "tags, floats and simple values are not read")
    return _read_array(raw, at, number, depth + 1) if kind == _ARRAY else _read_map(raw, at, number, depth + 1)


def _read_number(raw: bytes, at: int, mark: int) -> tuple[int, int]:
    """A number that has bytes of its own: as few as it can."""
    width = _WIDTHS.get(mark)
    if width is None or at + width > len(raw):
        raise BadCbor("cut off, or of indefinite length")
    value = int.from_bytes(raw[at : at + width], "big")
    if value < (24 if width == 1 else 256 ** (width // 2)):
        raise BadCbor("a number is longer than it need be")
    return value, at + width


def _string(raw: bytes, kind: int) -> bytes | str:
    try:
        return raw if kind == _BYTES else raw.decode()
    except UnicodeDecodeError:
        raise BadCbor("a text is not UTF-8") from None


def _read_array(raw: bytes, at: int, count: int, depth: int) -> tuple[Item, int]:
    items: list[Item] = []
    for _ in range(count):
        item, at = _read(raw, at, depth)
        items.append(item)
    return items, at


def _read_map(raw: bytes, at: int, count: int, depth: int) -> tuple[Item, int]:
    found: dict[int, Item] = {}
    before = b""
    for _ in range(count):
        key, end = _read(raw, at, depth)
        if not isinstance(key, int) or raw[at:end] <= before:
            raise BadCbor("keys must be integers in order, each once")
        before = raw[at:end]
        found[key], at = _read(raw, end, depth)
    return found, at
