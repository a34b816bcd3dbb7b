"""Keys of a till: a scanner's burst is a scan, a person's digits fill the pad that is up, letters go to the search.

Digits are held back for a moment, so that a barcode scanned at the PIN pad is never a wrong PIN, and one scanned while
cash is counted is never an amount. The search takes letters at once and gives them back when they were a scan.
"""

from collections.abc import Callable
from typing import Protocol

from pos.devices.scanner import scan_read
from pos.devices.scanner_framing import LEARN_QUIET_MS
from pos.devices.scanner_profile import Press, Profile
from pos.devices.wedge import Scan, Wedge

HOLD_S = 0.15
"""Longer than any pause inside a scan (`WedgeSettings.longest_gap_ms`)."""
BACKSPACE = 8
ENTERS = {13: 40, 271: 88, 9: 43}
"""Kivy's key codes of Enter, the keypad's Enter and Tab, and their positions."""
Learner = Callable[[tuple[Press, ...]], None]


class Hearer(Protocol):
    """The screen that is up. `at_once`: it takes letters as they come."""

    @property
    def at_once(self) -> bool:
        """Whether letters need not wait."""

    def scanned(self, text: str) -> None:
        """A code was read."""

    def typed(self, text: str) -> None:
        """A person typed."""

    def erase(self, count: int) -> None:
        """Take so many letters back."""

    def enter(self) -> None:
        """A person pressed Enter."""


class Keys:
    """Sorts keys for a hearer. `later(seconds, call)` schedules and returns how to cancel; `clock` in ms, steady."""

    def __init__(
        self,
        hearer: Hearer,
        later: Callable[[float, Callable[[], None]], Callable[[], None]],
        clock: Callable[[], int],
    ) -> None:
        self._hearer = hearer
        self._later = later
        self._clock = clock
        self._wedge = Wedge()
        self._learner: Learner | None = None
        self._held = ""
        self._cancel: Callable[[], None] | None = None

    def use(self, profile: Profile) -> None:
        """Read by that profile from the next key on."""
        self._wedge.profile = profile

    def learn(self, learner: Learner | None) -> None:
        """Give `learner` all that comes of one press of a trigger, as it came: nothing of it is a scan or is typed.
        None ends that."""
        self._stop()
        self._held, self._learner = "", learner
        self._wedge.learning = learner is not None
        self._wedge.taken()

    def down(self, key: int, scancode: int, codepoint: str | None, caps: bool = False) -> None:
        """A key went down: Kivy's code, its position, what it says, whether Caps Lock is on."""
        scan = self._wedge.key(scancode or ENTERS.get(key, 0), codepoint, self._clock(), caps)
        if self._learner is not None:
            self._wait(LEARN_QUIET_MS / 1000, self._learned)
        elif scan is not None:
            self._scanned(scan)
        elif key == BACKSPACE:
            self._release()
            self._hearer.erase(1)
        elif key in ENTERS and not self._wedge.belongs_to_scan:
            self._release()
            self._hearer.enter()
        elif self._wedge.profile.types_no_end:
            self._wait(HOLD_S, self._release_soon)

    def text(self, text: str) -> None:
        """The system made text of the key before."""
        self._wedge.text(text, self._clock())
        if self._learner is not None:
            return
        if self._hearer.at_once:
            self._hearer.typed(text)
            return
        self._held += text
        self._wait(HOLD_S, self._release_soon)

    def _wait(self, seconds: float, call: Callable[[], None]) -> None:
        self._stop()
        self._cancel = self._later(seconds, call)

    def _learned(self) -> None:
        self._cancel = None
        presses = self._wedge.taken()
        if self._learner is not None and presses:
            self._learner(presses)

    def _scanned(self, scan: Scan) -> None:
        self._forget(scan.typed)
        self._hearer.scanned(scan_read("wedge", scan.text).code)

    def _forget(self, typed: str) -> None:
        """What was a scan is not text any more; what a person typed right before it is."""
        if self._hearer.at_once and typed and not self._held:
            self._hearer.erase(len(typed))
        before = self._held.removesuffix(typed)
        if typed and before and before != self._held:
            self._hearer.typed(before)
        self._held = ""
        self._stop()

    def _release_soon(self) -> None:
        # After a stall this timer is late and more keys of the scan stand in the queue: the next frame reads them.
        self._cancel = self._later(0, self._release)

    def _release(self) -> None:
        scan = self._wedge.fell_silent(self._clock())
        if scan is not None:
            self._scanned(scan)
            return
        held, self._held = self._held, ""
        self._stop()
        if held:
            self._wedge.was_typed()
            self._hearer.typed(held)

    def _stop(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None
