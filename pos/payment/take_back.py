"""A part that a card paid is given back before the sale: the goods are too dear after all, or another card pays.

It is in the journal before the card terminal is asked. From then on the part pays for nothing until the terminal says
how it ended; a till that was killed asks about it (F29, F31).
"""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace

from pos.devices.base import CardAnswer
from pos.payment import words
from pos.payment.cash import CashFlow
from pos.payment.state import CardSteps, Phase
from pos.terminal import Terminal
from sync.actions.attempts import Attempt
from sync.actions.pay import begin_back
from sync.domain.payments import AttemptState


class TakeBackFlow(CashFlow):
    """Taking parts off again."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int]) -> None:
        super().__init__(terminal, clock)
        self._asked_at = 0

    def take_off(self, hold: str) -> None:
        """Not with this one after all: a card is given its part back, of a gift card nothing was spent."""
        part = next(
            (it for it in self.state.cart.attempts if it.id == hold and it.state is AttemptState.APPROVED), None
        )
        if part is None:
            super().take_off(hold)
        elif self.state.can_leave and self._terminal.devices.card is not None:
            self._begin_back(part)

    def _begin_back(self, part: Attempt) -> None:
        now = self._clock()
        self._to(tender="card", phase=Phase.RECORDING, card=None, given=0, chosen=0)
        self._terminal.run(
            lambda local: begin_back(local, part.id, now), lambda now_so: self._backing(part, now_so), self._not_begun
        )

    def _backing(self, part: Attempt, attempts: tuple[Attempt, ...]) -> None:
        card, now = self._terminal.devices.card, self._clock()
        assert card is not None
        steps = CardSteps(part.id, part.amount, recorded_at=now, asked_at=now, back=True)
        self._to(cart=replace(self.state.cart, attempts=attempts), card=steps, phase=Phase.STOPPING)
        self._asked_at = now
        self._say(lambda: words.giving_back(self.state))
        card.reverse(part.id)

    def _not_back_yet(self, answer: CardAnswer) -> None:
        """The terminal is at work, or its answer is missing: it is asked about, and not given back again."""
        if answer.state is AttemptState.UNKNOWN and self.state.phase is not Phase.UNKNOWN:
            self._to(phase=Phase.UNKNOWN)
            self._say(lambda: words.lost(answer, self.state.card))

    def _back_ended(self, state: AttemptState) -> None:
        """It went back, or it stayed: either way the payment goes on with what is due."""
        self._to(phase=Phase.CHOOSING, tender=self.state.usual, card=None)
        gone = state is AttemptState.REVERSED
        self._say(lambda: words.given_back(self.state) if gone else words.not_given_back(self.state))

    @abstractmethod
    def _not_begun(self, error: Exception) -> None:
        """It is not in the journal, so the card terminal was not asked."""
