"""The right to refund, claimed at the hub and given back if it is not used. One claim at a time (F32)."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from pos.terminal import Terminal
from sync.actions.clock import new_id
from sync.link.questions import Answered, Said, Unanswered
from sync.protocol.messages import ClaimedRight, ClaimRight, ReleaseRight

CLAIM, RELEASE = "claims/refund", "claims/release"
PATIENCE_S = 3.0
"""How long a person waits for the hub before the offline rule holds."""
Lines = list[tuple[str, int]]
Claimed = Answered[ClaimedRight] | Unanswered | Said


@dataclass(frozen=True, slots=True)
class _Held:
    claim: str
    purchase: str
    lines: tuple[tuple[str, int], ...]


class Rights:
    """Claims the right for one order at a time. What was not answered is given back by the terminal's agent."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int]) -> None:
        self._terminal = terminal
        self._clock = clock
        self._held: _Held | None = None

    def claim(self, purchase: str, lines: Lines, then: Callable[[Claimed], None]) -> None:
        """Ask for the right. The same lines again keep their claim and get a longer lease; others give it back."""
        wanted = (purchase, tuple(lines))
        if self._held is None or (self._held.purchase, self._held.lines) != wanted:
            self.release()
        held = self._held or _Held(new_id(self._clock()), *wanted)
        asked = ClaimRight(held.claim, purchase, lines)
        self._held = held

        def heard(answer: Claimed) -> None:
            if not isinstance(answer, Answered) and self._held == held:
                self._held = None
            elif isinstance(answer, Answered) and self._held != held:
                self._give_back(held.claim)  # it came after the order was left
            then(answer)

        self._terminal.ask(CLAIM, asked, ClaimedRight, heard, PATIENCE_S)

    def forget(self) -> None:
        """The right was used, or somebody else goes on with it."""
        self._held = None

    def adopt(self, claim: str, purchase: str, lines: Lines) -> None:
        """Go on with a right that was claimed elsewhere, or before the till stopped."""
        self._held = _Held(claim, purchase, tuple(lines))

    def release(self) -> None:
        """Give the right back; a lease that nobody gives back ends by itself."""
        held, self._held = self._held, None
        if held is not None:
            self._give_back(held.claim)

    def _give_back(self, claim: str) -> None:
        self._terminal.ask(RELEASE, ReleaseRight(claim), msgspec.Raw, _given_back, PATIENCE_S)


def _given_back(answer: object) -> None:
    """Whatever the hub says: a lease that is not given back ends after five minutes."""
