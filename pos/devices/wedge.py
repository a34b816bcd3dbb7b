"""Keyboard-wedge scanners: from key events to scans, exact under any layout. Pure; knows no window.

For the UI: call `key` for every key-down and `text` for every text input, in the order in which they come, and give
both the same clock. When `key` returns a Scan, swallow that Enter or Tab, take `scan.typed` back out of a field that
had the focus, and pass `scan.text` to the flow. When it returns None, nothing was decided: treat the key as usual.

Timing alone proves nothing, for after a stall of the UI queued keys arrive together. So a burst must end on Enter or
Tab, be long enough and have no long gap; then a valid check digit, a known head or the setting's prefix make it a scan
at any scanner's speed, and without those only a burst at machine speed that nobody's typing preceded does. A stall may
also break one scan in heaps: those are put together again where a known head, a separator or a check digit prove it.
"""

from dataclasses import dataclass
from itertools import chain

from pos.devices.layouts import CONTROLS, ENDS, KEYPAD, US, Layout, fitting, is_shifted, sign_of
from pos.devices.scanner_profile import GS, Press, Profile
from sync.domain.codes import gtin14

ENTER, TAB, KEYPAD_ENTER = 40, 43, 88
_SHIFTS = frozenset({225, 229})
_CONTROLS = frozenset({224, 228})
_ALTS = frozenset({226, 230})
_MODIFIERS = frozenset(range(224, 232)) | {57}
_LONG = 12
"""Digits from which a right check digit is proof even across a stall: nobody types an amount that long."""
_OURS = ("STF1:", "STF2:", "STF3:", "STP1:", "STS1:")
_HEADS = (*_OURS, "]")
"""Our own receipts, passes and labels, and the AIM identifiers that scanners may put first: nobody types those."""


@dataclass(frozen=True, slots=True)
class WedgeSettings:
    """`longest_gap_ms` between two keys of one scan (slow scanners need 80-100); `machine_gap_ms` is the mean gap
    that no person types at; `typing_ms` is how long a typed key makes the next keys look typed too. `stall_ms`: a busy
    screen reads the keys of one scan in two heaps this far apart; a code long enough to be no amount is put together.
    """

    longest_gap_ms: int = 120
    machine_gap_ms: int = 35
    typing_ms: int = 1500
    stall_ms: int = 1000
    shortest: int = 3
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
    caps: bool = False
    number: str = ""
    typed: str = ""

    def press(self, layouts: tuple[Layout, ...], caps: bool) -> Press:
        """The key: what it means by its position, its Shift by what was typed, else by the Shift just before."""
        if self.number:
            return Press(chr(int(self.number)))
        if self.position not in US and self.position not in KEYPAD and not self.control:
            return Press(ENDS.get(self.position) or self.typed or self.codepoint, self.position)
        # Shift's key-up and repeated key-downs get lost; what was typed does not.
        told = is_shifted(self.position, self.typed, caps, layouts) if self.typed else None
        shifted = self.shift if told is None else told
        return Press(sign_of(self.position, shifted, self.control), self.position, shifted, self.typed)


class Wedge:
    """Decodes one keyboard. Keep one for each window; it only remembers the burst in hand."""

    def __init__(self, settings: WedgeSettings | None = None, profile: Profile | None = None) -> None:
        """`profile`: what is known of the scanner; it may be set to another at any time."""
        self._settings = settings or WedgeSettings()
        self.profile = profile or Profile()
        self.learning = False
        self._scanned_ms: int | None = None
        self._second_end = False
        self._burst: list[_Stroke] = []
        self._before: list[list[_Stroke]] = []
        self._after_typing = False
        self._shift = self._control = self._alt = False

    def key(self, scancode: int, codepoint: str | None, now_ms: int, caps: bool = False) -> Scan | None:
        """A key went down: its position (SDL scancode = USB HID usage), Kivy's codepoint, whether Caps Lock is on. A
        Scan when one ends."""
        if scancode in _MODIFIERS:
            self._shift |= scancode in _SHIFTS
            self._control |= scancode in _CONTROLS
            self._alt |= scancode in _ALTS
            return None
        shift, control, alt = self._shift, self._control, self._alt
        self._shift = self._control = self._alt = False
        if not self.learning and self._ends(scancode, control):
            return self._end(now_ms)
        if not self.learning:
            self._pause(now_ms)
        if not self._numbered(scancode, alt):
            stroke = _Stroke(scancode, now_ms, shift, control, codepoint or "", caps)
            stroke.number = KEYPAD.get(scancode, "") if alt else ""
            self._burst.append(stroke)
        self._burst[-1].at_ms = now_ms
        return None

    def _ends(self, scancode: int, control: bool) -> bool:
        return scancode in self._settings.suffixes or (control and CONTROLS.get(scancode, "") in ENDS.values())

    def _numbered(self, scancode: int, alt: bool) -> bool:
        """Whether that is the next digit of a sign that is sent by its number: Alt, and up to four digits."""
        digit, last = KEYPAD.get(scancode, ""), self._burst[-1] if self._burst else None
        if alt or last is None or not last.number or not digit.isdigit():
            return False
        number = last.number + digit
        if len(number) > 4 or int(number) > 255:
            return False
        last.number = number
        return True

    def text(self, text: str, now_ms: int) -> None:
        """Text that the system made of the key before. It only tells the case; without it digits still decode."""
        if self._burst and not self._burst[-1].typed:
            self._burst[-1].typed = text

    def taken(self) -> tuple[Press, ...]:
        """Every press since the last call, with what ends a code; for who learns a scanner."""
        presses, self._burst, self._before = tuple(_presses(self._burst)), [], []
        return presses

    def was_typed(self) -> None:
        """The caller took the keys in hand for a person's: what comes next is not one code with them because of its
        speed alone. A clock that leaves stalls out can bring a person's digits close to a scan."""
        if self._burst:
            self._before, self._burst, self._after_typing = [*self._before, self._burst], [], True

    @property
    def belongs_to_scan(self) -> bool:
        """Whether the last Enter is the scanner's still: the second one of a scanner that ends on two keys."""
        return self._second_end

    def fell_silent(self, now_ms: int) -> Scan | None:
        """Nothing came for a while: the Scan of a scanner that was learned to send no end, if one is in hand."""
        return self._end(now_ms) if self.profile.types_no_end and self._burst else None

    def _pause(self, now_ms: int) -> None:
        """After a long gap a new burst begins; soon after typed keys it may be more typing."""
        if not self._burst:
            return
        gap = now_ms - self._burst[-1].at_ms
        if gap > self._settings.longest_gap_ms:
            self._after_typing = gap <= self._settings.typing_ms
            self._before = [*self._before, self._burst] if gap <= self._settings.stall_ms else []
            self._burst = []

    def _end(self, now_ms: int) -> Scan | None:
        self._pause(now_ms)
        burst, before, after_typing = self._burst, self._before, self._after_typing
        scanned, self._scanned_ms = self._scanned_ms, None
        self._second_end = not burst and scanned is not None and now_ms - scanned <= self._settings.longest_gap_ms
        self._burst, self._before = [], []
        self._after_typing = False
        heaps = [[*chain.from_iterable(before[first:]), *burst] for first in range(len(before))]
        burst = self._headed(heaps, burst)
        certain = self._is_code(self._signs(burst))
        if certain or (burst and not after_typing and self._at_machine_speed(burst, now_ms)):
            return self._scan(burst, now_ms, certain)
        numbers = (heap for heap in heaps if len(heap) >= _LONG and gtin14(self._text(self._signs(heap))) is not None)
        whole = next(numbers, None)
        return self._scan(whole, now_ms, True) if whole else None

    def _headed(self, heaps: list[list[_Stroke]], burst: list[_Stroke]) -> list[_Stroke]:
        """The code whose rest `burst` is: one heap before it has a head that nobody types, or the rest itself says
        that it has lost its own."""
        for heap in heaps:
            signs = self._signs(heap)
            if self._text(signs).startswith(_HEADS) or (self.profile.prefix and signs.startswith(self.profile.prefix)):
                return heap
        return heaps[0] if heaps and self._lost_its_head(burst) else self._from_head(burst)

    def _from_head(self, burst: list[_Stroke]) -> list[_Stroke]:
        """The burst from our own head on: what stands before that was typed."""
        if not any(head in self._text(self._signs(burst)) for head in _OURS):
            return burst
        tails = (burst[at:] for at in range(len(burst)))
        return next((tail for tail in tails if self._text(self._signs(tail)).startswith(_OURS)), burst)

    def _lost_its_head(self, burst: list[_Stroke]) -> bool:
        """Whether it is the rest of a longer code: separators stand inside of codes, and nobody types one."""
        text = self._text(self._signs(burst))
        return GS in text and not text.startswith(_HEADS)

    def _scan(self, burst: list[_Stroke], now_ms: int, certain: bool) -> Scan | None:
        text = self._text(self._signs(burst))
        if len(text) < self._settings.shortest:
            return None
        self._scanned_ms = now_ms
        return Scan(text, "".join(stroke.typed for stroke in burst), now_ms, certain)

    def _text(self, signs: str) -> str:
        return self.profile.meant(signs.removesuffix(self.profile.tail))

    def _signs(self, burst: list[_Stroke]) -> str:
        return self.profile.signs(_presses(burst))

    def _is_code(self, signs: str) -> bool:
        if self.profile.prefix:
            return signs.startswith(self.profile.prefix)
        text = self._text(signs)
        return gtin14(text) is not None or text.startswith(_HEADS) or GS in text

    def _at_machine_speed(self, burst: list[_Stroke], now_ms: int) -> bool:
        return now_ms - burst[0].at_ms <= self._settings.machine_gap_ms * len(burst)


def _presses(burst: list[_Stroke]) -> list[Press]:
    layouts = fitting((stroke.position, stroke.typed) for stroke in burst)
    caps = _caps(burst, layouts)
    return [stroke.press(layouts, stroke.caps if caps is None else caps) for stroke in burst]


def _caps(burst: list[_Stroke], layouts: tuple[Layout, ...]) -> bool | None:
    """Whether Caps Lock is on, by letters that typed small right behind a Shift; None where none followed one. The
    window's own word for it may be a start late."""
    seen: list[bool] = []
    for stroke in burst:
        plain, turned = (is_shifted(stroke.position, stroke.typed, caps, layouts) for caps in (False, True))
        if stroke.shift and plain is not turned:
            seen.append(not plain)
    return sum(seen) * 2 > len(seen) if seen else None
