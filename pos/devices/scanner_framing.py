"""From what a scanner sends to codes: where one ends, and whether it is whole. Pure."""

from collections.abc import Callable, Sequence

from pos.devices.scanner import Heard
from pos.devices.scanner_profile import ENDS, Press, Profile

QUIET_MS = 150
"""After so long a silence a code is over, whether or not an end came. No code has such a gap inside."""
LEARN_QUIET_MS = 300
MOST = 4096
"""Presses of one code; what is longer is noise."""


class Framer:
    """Until a scanner was learned, Enter, Tab or a silence ends a code; then only its own suffix does; what lacks
    it broke off (F52: that is named, and nothing of it taken). `text` makes a text of presses."""

    def __init__(self, profile: Profile | None = None, text: Callable[[Sequence[Press]], str] | None = None) -> None:
        self.profile = profile or Profile()
        self.learning = False
        self._text = text or (lambda presses: self.profile.signs(presses))
        self._held: list[Press] = []
        self._at_ms = 0
        self._lost = False

    def feed(self, presses: list[Press], now_ms: int) -> list[Heard]:
        """What is whole now. Call it with nothing too, as time goes by."""
        heard = self._after_silence(now_ms) if self._held else []
        if presses:
            self._held, self._at_ms = [*self._held, *presses][-MOST:], now_ms
        return heard if self.learning else heard + self._ended()

    def forget(self) -> None:
        """The line broke: what was begun is no code."""
        self._held, self._lost = [], False

    def lost(self) -> None:
        """Something in the midst got lost: the code in hand is not whole."""
        self._lost = True

    def _ended(self) -> list[Heard]:
        heard = []
        while (end := self._next_end()) is not None:
            code, self._held = self._held[: end[0]], self._held[end[1] :]
            heard += self._code(code, True)
        return heard

    def _next_end(self) -> tuple[int, int] | None:
        """Where the first code ends, and where the next begins."""
        signs = "".join(press.sign or "\0" for press in self._held)
        if self.profile.learned:
            suffix = self.profile.suffix
            at = signs.find(suffix) if suffix else -1
            return (at, at + len(suffix)) if at >= 0 else None
        at = next((i for i, sign in enumerate(signs) if sign in ENDS), -1)
        return (at, at + 1) if at >= 0 else None

    def _after_silence(self, now_ms: int) -> list[Heard]:
        if now_ms - self._at_ms < (LEARN_QUIET_MS if self.learning else QUIET_MS):
            return []
        held, self._held = self._held, []
        if self.learning:
            return [Heard("", presses=tuple(held))]
        return self._code(held, not self.profile.learned or self.profile.ends_by_itself)

    def _code(self, presses: list[Press], whole: bool) -> list[Heard]:
        """LF behind CR leaves nothing, and nothing is no code."""
        whole, self._lost = whole and not self._lost, False
        text = self.profile.meant(self._text(presses))
        return [Heard(text, whole)] if text.strip(ENDS) else []


class Framed:
    """A part of a scanner's line: what its framer knows."""

    _framer: Framer

    @property
    def profile(self) -> Profile:
        """How the scanner sends."""
        return self._framer.profile

    @profile.setter
    def profile(self, profile: Profile) -> None:
        self._framer.profile = profile

    @property
    def learning(self) -> bool:
        """Whether bursts come as they are."""
        return self._framer.learning

    @learning.setter
    def learning(self, learning: bool) -> None:
        self._framer.learning = learning
