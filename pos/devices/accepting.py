"""Which of the codes that a camera sees is one that somebody holds to it. Pure: no camera, no clock, no thread.

A check digit does not prove a code: worn labels give others with a right one. So a code counts once it was read twice
alike, once more for each other code that was read at the same time, and only if a second look at the last frame finds
it again and nothing else. One thing at a time: while an accepted code is in the picture, nothing else is taken, and
itself only after it has left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pos.devices.decoding import Reading


@dataclass(frozen=True, slots=True)
class Patience:
    """`reads` alike within `within_ms`; a code has left when it was not read for `gone_ms`, and makes room for another
    one after `next_ms`. `weak_reads` for an EAN or UPC that zbar alone reads: its one check digit proves little, and
    zbar reads the same wrong one of a tilted, shaken label again, at other sizes too."""

    reads: int = 2
    weak_reads: int = 4
    within_ms: int = 1200
    gone_ms: int = 1000
    next_ms: int = 300


EAN = ("]E0", "]E4")
Look = Callable[[Reading], list[str]]
"""Texts that another look at the same place of the same frame finds."""


def same_again(reading: Reading) -> list[str]:
    """Where nothing can look again."""
    return [reading.text]


class Acceptor:
    """Give it the readings of each frame, those nearest to the middle first; it answers with what is accepted."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience or Patience()
        self._seen: list[tuple[str, int]] = []
        self._held: str = ""
        self._held_at = 0

    def see(self, readings: Sequence[Reading], now_ms: int, again: Look = same_again) -> Reading | None:
        """The reading that is accepted with this frame, or None. `now_ms` is steady; `again` takes the second look."""
        since = now_ms - self._held_at
        if self._held and any(reading.text == self._held for reading in readings) and since < self._patience.gone_ms:
            self._held_at = now_ms
            self._seen.clear()
            return None
        if self._held and since >= self._patience.gone_ms:
            self._held = ""
        if not readings or (self._held and since < self._patience.next_ms):
            return None
        return self._count(readings[0], now_ms, again)

    def _count(self, reading: Reading, now_ms: int, again: Look) -> Reading | None:
        self._seen = [(text, at) for text, at in self._seen if now_ms - at < self._patience.within_ms]
        self._seen.append((reading.text, now_ms))
        alike = sum(text == reading.text for text, _at in self._seen)
        others = len(self._seen) - alike
        weak = reading.by == "zbar" and reading.aim in EAN
        if alike < (self._patience.weak_reads if weak else self._patience.reads) + others:
            return None
        second = again(reading)
        if any(text != reading.text for text in second) or not second:
            self._seen += [(text, now_ms) for text in second if text != reading.text]
            return None
        self._seen.clear()
        self._held, self._held_at = reading.text, now_ms
        return reading
