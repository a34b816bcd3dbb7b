"""Keyboard-wedge scanners: from key events to scans, exact under any layout. Pure; knows no window.

For the UI: call `key` for every key-down and `text` for every text input, in the order in which they come, and give
both the same clock. When `key` returns a Scan, swallow that Enter or Tab, take `scan.typed` back out of a field that
had the focus, and pass `scan.text` to the flow. When it returns None, nothing was decided: treat the key as usual.

Timing alone proves nothing, for after a stall of the UI queued keys arrive together. So a burst must end on Enter or
Tab, be long enough and have no long gap; then a valid check digit, a known head or the setting's prefix make it a scan
at any scanner's speed, and without those only a burst at machine speed that nobody's typing preceded does.
"""

from dataclasses import dataclass

from pos.devices.layouts import KEYPAD, US, is_shifted
from sync.domain.codes import gtin14

ENTER, TAB, KEYPAD_ENTER = 40, 43, 88
_SHIFTS = frozenset({225, 229})
_CONTROLS = frozenset({224, 228})
_MODIFIERS = frozenset(range(224, 232)) | {57}
_RIGHT_BRACKET = 48
_GROUP_SEPARATOR = "\x1d"
_LONG = 12
"""Digits from which a right check digit is proof even across a stall: nobody types an amount that long."""
_HEADS = ("STF1:", "]")
"""Our own receipts, and the AIM identifiers that scanners may put first: nobody types those."""


@dataclass(frozen=True, slots=True)
class WedgeSettings:
    """`longest_gap_ms` between two keys of one scan (slow scanners need 80-100); `machine_gap_ms` is the mean gap
    that no person types at; `typing_ms` is how long a typed key makes the next keys look typed too. `stall_ms`: a busy
    screen reads the keys of one scan in two heaps this far apart; a code long enough to be no amount is put together.
    `prefix` is what the scanner was set to send first, if anything; it is left out of the scan.
    """

    longest_gap_ms: int = 120
    machine_gap_ms: int = 35
    typing_ms: int = 1500
    stall_ms: int = 1000
    shortest: int = 3
    prefix: str = ""
    suffixes: frozenset[int] = frozenset({ENTER, TAB, KEYPAD_ENTER})


@dataclass(frozen=True, slots=True)
class Scan:
    """A read code. `text` is what the label says; `typed` what the system made of it, for a field to forget.

    `certain` is False when only the speed spoke for a scanner: an unknown code may then be searched as words.
    """

    text: str
    typed: str
    at_ms: int
    certain: bool


@dataclass(slots=True)
class _Stroke:
    position: int
    at_ms: int
    shift: bool
    control: bool
    codepoint: str
    typed: str = ""

    @property
    def meant(self) -> str:
        """The sign on the label: by position, its case by what was typed, else by the Shift just before."""
        if self.control:
            return _GROUP_SEPARATOR if self.position == _RIGHT_BRACKET else ""
        if self.position in KEYPAD:
            return KEYPAD[self.position]
        if self.position not in US:
            return self.typed or self.codepoint
        shifted = is_shifted(self.position, self.typed) if self.typed else None
        return US[self.position][self.shift if shifted is None else shifted]


class Wedge:
    """Decodes one keyboard. Keep one for each window; it only remembers the burst in hand."""

    def __init__(self, settings: WedgeSettings | None = None) -> None:
        self._settings = settings or WedgeSettings()
        self._burst: list[_Stroke] = []
        self._before: list[_Stroke] = []
        self._after_typing = False
        self._shift = self._control = False

    def key(self, scancode: int, codepoint: str | None, now_ms: int) -> Scan | None:
        """A key went down: its position (SDL scancode = USB HID usage) and Kivy's codepoint. A Scan when one ends."""
        if scancode in _MODIFIERS:
            self._shift |= scancode in _SHIFTS
            self._control |= scancode in _CONTROLS
            return None
        if scancode in self._settings.suffixes:
            return self._end(now_ms)
        self._pause(now_ms)
        self._burst.append(_Stroke(scancode, now_ms, self._shift, self._control, codepoint or ""))
        self._shift = self._control = False
        return None

    def text(self, text: str, now_ms: int) -> None:
        """Text that the system made of the key before. It only tells the case; without it digits still decode."""
        if self._burst and not self._burst[-1].typed:
            self._burst[-1].typed = text

    def _pause(self, now_ms: int) -> None:
        """After a long gap a new burst begins; soon after typed keys it may be more typing."""
        if not self._burst:
            return
        gap = now_ms - self._burst[-1].at_ms
        if gap > self._settings.longest_gap_ms:
            self._after_typing = gap <= self._settings.typing_ms
            self._before = [*self._before, *self._burst] if gap <= self._settings.stall_ms else []
            self._burst = []

    def _end(self, now_ms: int) -> Scan | None:
        self._pause(now_ms)
        burst, before, after_typing = self._burst, self._before, self._after_typing
        self._burst, self._before = [], []
        self._after_typing = self._shift = self._control = False
        text = _meant(burst)
        certain = self._is_code(text)
        if certain or (burst and not after_typing and self._at_machine_speed(burst, now_ms)):
            return self._scan(burst, now_ms, certain)
        whole = [*before, *burst]
        if len(whole) >= _LONG and gtin14(_meant(whole)) is not None:
            return self._scan(whole, now_ms, True)
        return None

    def _scan(self, burst: list[_Stroke], now_ms: int, certain: bool) -> Scan | None:
        text = _meant(burst)
        if len(text) < self._settings.shortest:
            return None
        typed = "".join(stroke.typed for stroke in burst)
        return Scan(text.removeprefix(self._settings.prefix), typed, now_ms, certain)

    def _is_code(self, text: str) -> bool:
        prefix = self._settings.prefix
        if prefix:
            return text.startswith(prefix)
        return gtin14(text) is not None or text.startswith(_HEADS) or _GROUP_SEPARATOR in text

    def _at_machine_speed(self, burst: list[_Stroke], now_ms: int) -> bool:
        return now_ms - burst[0].at_ms <= self._settings.machine_gap_ms * len(burst)


def _meant(burst: list[_Stroke]) -> str:
    return "".join(stroke.meant for stroke in burst)
