"""An order is picked by one terminal at a time: asked of the hub, kept up, given back. Offline nobody is asked."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from pos.rights import PATIENCE_S
from pos.terminal import Terminal
from sync.actions.clock import new_id
from sync.link.questions import Answered, Said, Unanswered
from sync.protocol.pickups import ClaimedPick, ClaimPick, ReleasePick

CLAIM, RELEASE = "claims/pick", "claims/pick/release"
Claimed = Answered[ClaimedPick] | Unanswered | Said


@dataclass(frozen=True, slots=True)
class _Held:
    claim: str
    order: str
    actor: str


class PickClaim:
    """Claims one order at a time. What was not answered is given back by the terminal's agent."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int]) -> None:
        self._terminal = terminal
        self._clock = clock
        self._held: _Held | None = None

    @property
    def held(self) -> bool:
        """Whether the hub keeps an order for this terminal, as far as is known."""
        return self._held is not None

    def claim(self, order: str, actor: str, then: Callable[[Claimed], None]) -> None:
        """Ask for an order (a purchase's id). The same one again gets a longer lease, another one gives it back."""
        if self._held is not None and self._held.order != order:
            self.release()
        held = self._held or _Held(new_id(self._clock()), order, actor)
        self._held = held

        def heard(answer: Claimed) -> None:
            if not isinstance(answer, Answered) and self._held == held:
                self._held = None
            elif isinstance(answer, Answered) and self._held != held:
                self._give_back(held.claim)  # it came after the order was left
            then(answer)

        asked = ClaimPick(held.claim, order, actor)
        self._terminal.ask(CLAIM, asked, ClaimedPick, heard, PATIENCE_S)

    def release(self) -> None:
        """Give it back; a lease that nobody gives back ends by itself."""
        held, self._held = self._held, None
        if held is not None:
            self._give_back(held.claim)

    def _give_back(self, claim: str) -> None:
        self._terminal.ask(RELEASE, ReleasePick(claim), msgspec.Raw, _given_back, PATIENCE_S)


def _given_back(answer: object) -> None:
    """Whatever the hub says: a lease that is not given back ends after ten minutes."""
