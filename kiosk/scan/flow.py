"""How to scan, the number under the bars by hand, and the answer to a code that is no product of ours. No Kivy."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from kiosk.facts import Answer

LONGEST = 20
"""Digits that can be typed; no number under a barcode is longer."""


@dataclass(frozen=True, slots=True)
class ScanState:
    """`answer` None: waiting for a code. `code` is what was read, `digits` what was typed."""

    answer: Answer | None = None
    code: str = ""
    digits: str = ""

    @property
    def spaced(self) -> str:
        """What was typed, in groups that the eye can compare with the label."""
        digits = self.digits
        if len(digits) <= 4:
            return digits
        return " ".join([digits[0], *(digits[i : i + 6] for i in range(1, len(digits), 6))])


class ScanFlow:
    """The verbs of the scan screen; looking codes up is the visit's."""

    def __init__(self) -> None:
        self.state = ScanState()
        self.on_state: Callable[[ScanState], None] = lambda state: None

    def wait(self) -> None:
        """Ask for a code."""
        self._set(ScanState())

    def key(self, key: str) -> None:
        """A key of the keypad: digits, "00", "000" or "delete"."""
        if key == "delete":
            digits = self.state.digits[:-1]
        else:
            digits = (self.state.digits + key)[:LONGEST] if key.isdigit() else self.state.digits
        self._set(replace(self.state, answer=None, code="", digits=digits))

    def answer(self, answer: Answer, code: str) -> None:
        """Say what was wrong with a code. What was typed stays, so that one digit can be mended."""
        self._set(replace(self.state, answer=answer, code=shown(code)))

    def wipe(self) -> None:
        """Forget all of it."""
        self._set(ScanState())

    def _set(self, state: ScanState) -> None:
        if state != self.state:
            self.state = state
            self.on_state(state)


def shown(code: str) -> str:
    """A code as it stands on the label, so that both can be compared: "4870 … 112"; short ones whole."""
    printable = "".join(c for c in code if c.isprintable())
    return printable if len(printable) <= 9 else f"{printable[:4]} … {printable[-3:]}"
