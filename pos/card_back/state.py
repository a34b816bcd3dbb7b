"""Money on its way back to a card, as it stands on the screen. No window, no work. Amounts in minor units."""

from dataclasses import dataclass
from enum import StrEnum

from pos.ui.happened import Happened
from sync.domain.payments import AttemptState, settled
from sync.local import Reason, RecordedReturn, Settings
from sync.local.card_back import CardRefund

USUAL = Settings()


class Phase(StrEnum):
    """Whose move it is: the customer's while WAITING, the card terminal's while STOPPING, nobody's once it is UNKNOWN.

    HELD: the journal could not be written, and the card terminal's answer waits for it; or, with no parts yet, it could
    not be read.
    """

    IDLE = "idle"
    READING = "reading"
    WAITING = "waiting"
    STOPPING = "stopping"
    UNKNOWN = "unknown"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class BackState:
    """`parts`: what of the return goes back by card, in this order; `at`: which of them is under way. `asked_at`: when
    the card terminal was asked for it, UTC ms; `asks`: how often a lost answer was asked for."""

    phase: Phase = Phase.IDLE
    done: RecordedReturn | None = None
    parts: tuple[CardRefund, ...] = ()
    at: int = 0
    asked_at: int = 0
    waited_s: int = 0
    asks: int = 0
    reason: Reason | None = None
    settings: Settings = USUAL
    happened: Happened | None = None

    @property
    def part(self) -> CardRefund | None:
        """The one under way."""
        return self.parts[self.at] if self.at < len(self.parts) else None

    @property
    def can_leave(self) -> bool:
        """Whether nothing of it needs this screen."""
        return self.phase is Phase.IDLE

    @property
    def known(self) -> bool:
        """Whether the end of every part is known."""
        return all(settled(part.state) for part in self.parts)


def lost(part: CardRefund) -> bool:
    """Whether its answer is missing."""
    return part.state is AttemptState.UNKNOWN
