"""Custody of parcels, claimed at the hub while they are handed out, and given back if they are not (I-9)."""

from collections.abc import Callable

import msgspec

from pos.terminal import Terminal
from sync.actions.clock import new_id
from sync.link.questions import Answered, Said, Unanswered
from sync.protocol.pickups import ClaimedParcels, ClaimParcels, ReleaseParcels

CLAIM, RELEASE = "claims/parcel", "claims/parcel/release"
PATIENCE_S = 3.0
"""How long a person waits for the hub before it is decided here."""
Claimed = Answered[ClaimedParcels] | Unanswered | Said


class Custody:
    """One claim at a time. What was not answered is given back by the terminal's agent, so its id is not used again."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int]) -> None:
        self._terminal = terminal
        self._clock = clock
        self._held = ""

    @property
    def held(self) -> str:
        """The claim that the hub gave; "" without one."""
        return self._held

    def claim(self, parcels: tuple[str, ...], then: Callable[[Claimed], None]) -> None:
        """Ask for them. A claim that is held is asked for again under its id, and so gets longer."""
        claim = self._held or new_id(self._clock())

        def heard(answer: Claimed) -> None:
            self._held = claim if isinstance(answer, Answered) else ""
            then(answer)

        self._terminal.ask(CLAIM, ClaimParcels(claim, list(parcels)), ClaimedParcels, heard, PATIENCE_S)

    def release(self) -> None:
        """Give them back; a lease that nobody gives back ends by itself after two minutes."""
        held, self._held = self._held, ""
        if held:
            self._terminal.ask(RELEASE, ReleaseParcels(held), msgspec.Raw, _given_back, PATIENCE_S)


def _given_back(answer: object) -> None:
    """Whatever the hub says: a lease ends by itself."""
