"""Money back to a card. The attempt is in the journal with its return before the card terminal is asked (F29, F30).

An attempt whose answer is lost is asked about again, by whatever screen is up, and never made again (F31). A till that
was killed asks about what was open. What did not go back by it, the hub asks the payment side for.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from pos.back_by_card import with_newest
from pos.card_back import words
from pos.card_back.state import BackState, Phase, lost
from pos.devices.base import CardAnswer, DeviceEvent, DeviceState
from pos.flow import Flow, Say
from pos.terminal import Terminal
from pos.ui.happened import Happened
from sync.actions.clock import now_ms
from sync.actions.give_back import card_refunds_of, open_card_refunds, resolve_refund
from sync.actions.printing import unprinted
from sync.domain.card_slips import CardSlip, papers
from sync.domain.payments import NEXT, AttemptState, settled
from sync.local import Local, RecordedReturn, Settings, return_by_id, settings
from sync.local.card_back import CardRefund

log = logging.getLogger(__name__)

ASK_AGAIN_MS = 4_000
"""How often a lost answer is asked for, and what the disk refused is tried again, by itself."""
OTHER_AMOUNT = "other_amount"
"""Why an approval does not count: it is not of what was to go back."""
NOT_SAID = (0, "")
"""The amount of an answer that names none: it is of what was asked for."""
NOT_ASKED = "not_asked"
"""Why an attempt ended that the card terminal was never asked for."""
Ended = Callable[[tuple[CardRefund, ...]], None]


@dataclass(frozen=True, slots=True)
class _Open:
    """What was open when the till started; `unfinished`: a return whose slip nobody has yet."""

    refunds: tuple[CardRefund, ...]
    settings: Settings
    unfinished: RecordedReturn | None = None


class CardBackFlow(Flow[BackState]):
    """Verbs of the screen. `on_changed` hears of every attempt that went on, also when another screen is up."""

    def __init__(
        self, terminal: Terminal, on_changed: Callable[[CardRefund], None], clock: Callable[[], int] = now_ms
    ) -> None:
        super().__init__(BackState())
        self._terminal = terminal
        self._on_changed = on_changed
        self._clock = clock
        self._ended: Ended = _nobody
        self._known: dict[str, CardRefund] = {}
        self._sent: set[str] = set()
        self._unwritten: dict[str, Callable[[], None]] = {}
        self._asked_at = 0
        self._then: Callable[[RecordedReturn | None], None] = _no_return
        self._unread = False
        terminal.on_device(self._heard)

    @property
    def at_hand(self) -> bool:
        """Whether there is a card terminal, and it is not off."""
        card = self._terminal.devices.card
        return card is not None and card.state not in (DeviceState.OFF, DeviceState.CLOSED)

    # ------------------------------------------------------------------------------------- coming and going

    def resume(self, then: Callable[[RecordedReturn | None], None]) -> None:
        """Ask about everything that was open when the till stopped. `then` gets the return that nobody finished."""
        self._then = then
        self._terminal.run(_left_open, self._resumed, self._not_resumed)

    def _not_resumed(self, error: Exception) -> None:
        """The files can't be worked on, as the sign-in says; they are tried again by themselves."""
        log.warning("what is open of cards can't be read yet: %s", error)
        self._unread = True

    def _resumed(self, found: _Open) -> None:
        self._to(settings=found.settings)
        for refund in found.refunds:
            self._known.setdefault(refund.id, refund)
            self._sent.add(refund.id)  # it may have been: it is asked about, and never made again
        self._ask([refund.id for refund in found.refunds])
        self._then(found.unfinished)

    def start(self, done: RecordedReturn, ended: Ended) -> None:
        """A return was recorded, and money of it goes back by card. `ended` gets how each part stands at the end."""
        self._ended = ended
        self._to(phase=Phase.READING, done=done, parts=(), at=0, asks=0, reason=None)
        self._look(done.body.return_id)

    def _look(self, return_id: str) -> None:
        self._terminal.run(
            lambda local: (card_refunds_of(local, return_id), settings(local)),
            self._read,
            lambda error: self._not_read(return_id, error),
        )

    def _not_read(self, return_id: str, error: Exception) -> None:
        """It stands in the journal: it is read again by itself, and by a touch. Nobody was asked for money yet."""
        why = self._terminal.reason_of(error)
        self._unwritten[return_id] = partial(self._look, return_id)
        self._to(phase=Phase.HELD, reason=why)
        self._say(lambda: words.not_read(why))

    def _read(self, found: tuple[tuple[CardRefund, ...], Settings]) -> None:
        parts, known = found
        self._known |= {part.id: part for part in parts}
        self._to(parts=parts, settings=known, reason=None)
        self._next()

    def _next(self) -> None:
        """The next part whose end is not known; with none, all of it is done."""
        at = next((n for n, part in enumerate(self.state.parts) if not settled(part.state)), None)
        if at is None:
            self._end()
            return
        part = self.state.parts[at]
        self._to(at=at, asked_at=self._clock(), waited_s=0, asks=0)
        if part.id in self._sent:
            self._to(phase=Phase.UNKNOWN)
            self._say(words.asking_again)
        else:
            self._send(part)

    def _send(self, part: CardRefund) -> None:
        card = self._terminal.devices.card
        if card is None:
            self._resolve(part, AttemptState.DECLINED, "", NOT_ASKED)
            return
        self._sent.add(part.id)
        self._to(phase=Phase.WAITING)
        self._say(lambda: words.sent(part))
        card.refund(part.id, part.amount, part.currency, part.original)

    def _end(self) -> None:
        parts, ended = self.state.parts, self._ended
        self._ended = _nobody
        self._to(phase=Phase.IDLE)
        ended(parts)

    def wait(self) -> None:
        """Somebody wants something else meanwhile."""
        self._say(words.finish_first)

    def scanned(self, text: str) -> None:
        """A scan here always answers."""
        self.wait()

    # ------------------------------------------------------------------------------------------------ verbs

    def stop(self) -> None:
        """The customer's card is not here: the payment side gives it back. One that was approved stays approved."""
        card, part = self._terminal.devices.card, self.state.part
        if card is not None and part is not None and self.state.phase is Phase.WAITING:
            self._to(phase=Phase.STOPPING)
            self._say(words.stopping)
            card.cancel(part.id)

    def go_on(self) -> None:
        """Its end is not known, and the customer does not wait for it: it is asked about from any screen."""
        if self.state.phase is not Phase.UNKNOWN:
            return
        never = [part for part in self.state.parts if part.id not in self._sent]
        parts, ended = self.state.parts, self._ended
        self._ended = _nobody
        self._to(phase=Phase.IDLE)
        for part in never:
            self._resolve(part, AttemptState.DECLINED, "", NOT_ASKED)
        ended(parts)

    def record_again(self) -> None:
        """Write what the disk refused: the same answer, and nothing is given back again."""
        waiting, self._unwritten = self._unwritten, {}
        for again in waiting.values():
            again()

    def act(self) -> None:
        """Nothing beside what just happened can be touched."""

    def changed(self, topics: frozenset[str]) -> None:
        """Nothing that the hub says changes money on its way."""

    def tick(self) -> None:
        """A second passed: the waiting time is shown, lost answers are asked for, refused ones are written."""
        now = self._clock()
        if self.state.phase in (Phase.WAITING, Phase.UNKNOWN, Phase.STOPPING):
            self._to(waited_s=max(0, (now - self.state.asked_at) // 1000))
        if now - self._asked_at < ASK_AGAIN_MS:
            return
        self._asked_at = now
        if self._unread:
            self._unread = False
            self.resume(self._then)
        if self._unwritten:
            self.record_again()
        self._ask([refund.id for refund in self._known.values() if lost(refund)])

    def _ask(self, attempts: list[str]) -> None:
        card = self._terminal.devices.card
        for attempt in attempts if card is not None else []:
            assert card is not None
            card.status(attempt)
        part = self.state.part
        if part is not None and part.id in attempts:
            self._to(asks=self.state.asks + 1)

    # ----------------------------------------------------------------------------------------------- answers

    def _heard(self, event: DeviceEvent) -> None:
        card = self._terminal.devices.card
        if card is None or event.device != card.name or not isinstance(event, CardAnswer):
            return
        refund = self._known.get(event.attempt_id)
        if refund is None or refund.id in self._unwritten:
            return
        said = event.amount_minor, event.currency
        if event.state is AttemptState.APPROVED and said not in ((refund.amount, refund.currency), NOT_SAID):
            event = replace(event, state=AttemptState.UNKNOWN, reason=OTHER_AMOUNT)
        if event.state is AttemptState.PENDING:
            self._pending(refund)
        elif event.state in NEXT[refund.state]:
            reason = event.reason or (event.fault.kind if event.fault else "")
            self._resolve(refund, event.state, event.auth_code, reason, event.slips)

    def _pending(self, refund: CardRefund) -> None:
        """The card terminal knows it, and waits for the card."""
        if self._shows(refund) and self.state.phase is Phase.UNKNOWN:
            self._to(phase=Phase.WAITING)
            self._say(lambda: words.sent(refund))

    def _shows(self, refund: CardRefund) -> bool:
        part = self.state.part
        return part is not None and part.id == refund.id and self.state.phase is not Phase.IDLE

    def _resolve(
        self, refund: CardRefund, state: AttemptState, reference: str, reason: str, slips: tuple[CardSlip, ...] = ()
    ) -> None:
        now = self._clock()
        again = partial(self._resolve, refund, state, reference, reason, slips)
        self._terminal.run(
            lambda local: resolve_refund(local, refund.id, state, reference, reason, now, slips),
            lambda new: self._resolved(new, slips),
            lambda error: self._refused(refund, again, error),
        )

    def _refused(self, refund: CardRefund, again: Callable[[], None], error: Exception) -> None:
        """The disk did not take it: the answer is kept here, and written when there is room."""
        why = self._terminal.reason_of(error)
        self._unwritten[refund.id] = again
        if self._shows(refund):
            self._to(phase=Phase.HELD, reason=why)
            self._say(lambda: words.not_recorded(why))

    def _resolved(self, new: CardRefund, slips: tuple[CardSlip, ...]) -> None:
        if self._known[new.id].state is not new.state:
            for what in papers(new.state, slips):
                self._terminal.card_paper(what, new.id)
        self._known[new.id] = new
        shows = self._shows(new)
        self._to(parts=with_newest(self.state.parts, new), reason=None)
        self._on_changed(new)
        if not shows:
            return
        if lost(new):
            self._asked_at = self._clock()
            self._to(phase=Phase.UNKNOWN)
            self._say(words.lost)
        else:
            self._say(self._how(new))
            self._next()

    def _how(self, new: CardRefund) -> Say:
        days = self.state.settings.refund_days

        def say() -> Happened:
            return words.ended(new, days)

        return say


def _left_open(local: Local) -> _Open:
    found = open_card_refunds(local)
    waiting = {job.ref for job in unprinted(local) if job.what == "return"}
    refund = next((it for it in found if it.receipt in waiting), None)
    back = return_by_id(local, refund.return_id) if refund is not None else None
    return _Open(found, settings(local), back)


def _nobody(parts: tuple[CardRefund, ...]) -> None:
    """Nobody waits for the end."""


def _no_return(done: RecordedReturn | None) -> None:
    """Nobody asked what was left unfinished."""
