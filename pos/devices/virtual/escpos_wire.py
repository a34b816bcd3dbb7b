"""Cutting a stream of ESC/POS bytes into commands. Written from the command reference, not from a driver."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name ("ESC !", "GS v 0", "text", "LF") and the bytes that follow the name."""

    name: str
    args: bytes = b""


_REAL_TIME = {0x04: 1, 0x05: 1, 0x14: 3}
# How many argument bytes follow ESC x and GS x, for the commands whose length never varies.
_ESC = {
    "@": 0, "2": 0, "<": 0, "!": 1, "E": 1, "G": 1, "-": 1, "M": 1, "a": 1, "t": 1, "R": 1, "d": 1, "J": 1, "3": 1,
    "{": 1, "V": 1, "r": 1, "=": 1, " ": 1, "A": 1, "+": 1, "p": 3, "c": 2, "$": 2, "\\": 2,
}  # fmt: skip
_GS = {"!": 1, "B": 1, "h": 1, "w": 1, "f": 1, "H": 1, "|": 1, "r": 1, "b": 1, "a": 1, "L": 2, "W": 2, "P": 2}


class Cutter:
    """Feed it bytes as they arrive; it yields whole commands and keeps an unfinished one for the next bytes."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Command]:
        """The commands that are complete with `data`."""
        self._rest += data
        while self._rest:
            cut = _cut(self._rest)
            if cut is None:
                return
            command, length = cut
            self._rest = self._rest[length:]
            yield command


def _cut(data: bytes) -> tuple[Command, int] | None:
    """The first command and its length, or None if more bytes are needed."""
    first = data[0]
    if first >= 0x20:
        end = next((i for i, byte in enumerate(data) if byte < 0x20), len(data))
        return Command("text", data[:end]), end
    if first == 0x10:
        return _fixed("DLE", data, _REAL_TIME.get(data[1], 0)) if len(data) > 1 else None
    if first == 0x1B:
        return _escape(data)
    if first == 0x1D:
        return _group(data)
    return Command({0x0A: "LF", 0x0D: "CR", 0x09: "HT", 0x0C: "FF"}.get(first, f"unknown {first:02x}")), 1


def _fixed(prefix: str, data: bytes, count: int, head: int = 2) -> tuple[Command, int] | None:
    if len(data) < head + count:
        return None
    letters = "".join(chr(b) if b >= 0x20 else f"{b:02x}" for b in data[1:2])
    rest = " 0" if head == 3 else ""
    return Command(f"{prefix} {letters}{rest}", data[head : head + count]), head + count


def _escape(data: bytes) -> tuple[Command, int] | None:
    if len(data) < 2:
        return None
    letter = chr(data[1])
    if letter != "*":
        return _fixed("ESC", data, _ESC[letter]) if letter in _ESC else (Command(f"unknown ESC {letter}"), 2)
    if len(data) < 5:
        return None
    return _fixed("ESC", data, 3 + (data[3] + data[4] * 256) * (3 if data[2] >= 32 else 1))


def _group(data: bytes) -> tuple[Command, int] | None:
    if len(data) < 3:
        return None
    letter = chr(data[1])
    if letter in _GS:
        return _fixed("GS", data, _GS[letter])
    if letter == "V":
        return _fixed("GS", data, 2 if data[2] in (65, 66) else 1)
    if letter == "v":
        return _raster(data)
    if letter == "(":
        return _fixed("GS", data, 3 + data[3] + data[4] * 256) if len(data) > 4 else None
    if letter == "k":
        return _barcode(data)
    return Command(f"unknown GS {letter}"), 2


def _raster(data: bytes) -> tuple[Command, int] | None:
    """GS v 0 m xL xH yL yH, then x bytes for each of y rows."""
    if len(data) < 8:
        return None
    return _fixed("GS", data, 5 + (data[4] + data[5] * 256) * (data[6] + data[7] * 256), head=3)


def _barcode(data: bytes) -> tuple[Command, int] | None:
    """GS k m data NUL for m up to 6, GS k m n data above."""
    if data[2] <= 6:
        end = data.find(b"\0", 3)
        return None if end < 0 else _fixed("GS", data, end - 1)
    return _fixed("GS", data, 2 + data[3]) if len(data) > 3 else None
