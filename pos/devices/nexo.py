"""Card terminals that speak nexo Sale to POI: JSON over HTTPS in the store's own network.

A payment is one long HTTP exchange in a thread of its own; one owner thread keeps what is known of each attempt. The
ServiceID is made from the attempt's id, so a till that lost the answer, or was killed, asks TransactionStatus about
that very message and charges nothing (F29–F31). What is not a whole, fitting answer leaves the attempt unknown.
"""

import logging
import queue
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from threading import Event, Thread

from pos.devices import nexo_messages as wire
from pos.devices.base import N_, CardAnswer, CardTerminal, DeviceFault, DeviceState, Inbox
from pos.devices.card import CARD_BABBLE, CARD_LOST, CARD_NOT_BACK, CARD_OFF, LONGEST_WAIT_S
from pos.devices.nexo_judge import Asked, Told
from pos.devices.nexo_line import Lost, NotSent
from pos.devices.nexo_messages import PAYMENT, REVERSAL, Unfit
from pos.devices.nexo_talk import NexoSettings, NexoTalk
from sync.actions.clock import now_ms
from sync.domain.payments import AttemptState

log = logging.getLogger(__name__)

CARD_FORGOT = DeviceFault(
    "card_forgot",
    N_("The card terminal remembers no payment that long ago. The attempt is kept. Look at the terminal's own slips."),
)
CARD_ELSEWHERE = DeviceFault(
    "card_elsewhere", N_("That payment was made at another kind of card terminal. Nothing went back to the card by it.")
)

_REMEMBERED_MS = 24 * 3_600_000
"""Terminals keep what they did for 48 hours; half of it is trusted, for clocks may differ."""
_VERSION_7 = 7
Order = Callable[[], None]


@dataclass(slots=True)
class _Open:
    """An attempt that is not settled. `busy`: a thread is asking; `due`: when it is asked about next; `missed`: since
    when nobody knows of it, None: somebody may; `refused`: a refusal that is being made sure of."""

    asked: Asked
    busy: bool = False
    due: float = 0.0
    unknown: bool = False
    missed: float | None = None
    refused: Told | None = None
    taking_back: bool = False


class NexoTerminal(CardTerminal):
    """The client. Every call returns at once; answers come as CardAnswers."""

    def __init__(self, settings: NexoSettings, inbox: Inbox) -> None:
        super().__init__(settings.name, inbox)
        self.settings = settings
        self._orders: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        self._open: dict[str, _Open] = {}
        self._sent: dict[str, Asked] = {}
        self._stop = Event()
        self._talk = NexoTalk(settings, self._stop)
        self._thread: Thread | None = None
        self._look_at = 0.0
        self._looking = False

    def open(self) -> None:
        """Start the owner thread. It looks for the card terminal and says how it is."""
        if self._thread is None:
            self._thread = Thread(target=self._run, name=f"card {self.name}", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the threads. Attempts that are open stay as the journal has them: ask `status` after the next start."""
        self._stop.set()
        self._orders.put(None)

    def join(self, timeout_s: float) -> bool:
        """Wait for the owner thread to end. True when it ended."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def start(self, attempt_id: str, amount_minor: int, currency: str) -> None:
        """Charge. An attempt that was sent before is only asked about (F29)."""
        if amount_minor <= 0:
            raise ValueError("a card is charged a positive amount")
        self._orders.put(partial(self._move, Asked(attempt_id, PAYMENT, amount_minor, currency, at=now_ms())))

    def refund(self, attempt_id: str, amount_minor: int, currency: str, original: str) -> None:
        """Give back of an earlier payment. An attempt that was sent before is only asked about."""
        if amount_minor <= 0 or not original:
            raise ValueError("a positive amount goes back, of a payment that is named")
        of = wire.transaction_of(original)
        self._orders.put(partial(self._move, Asked(attempt_id, REVERSAL, amount_minor, currency, of, now_ms())))

    def status(self, attempt_id: str) -> None:
        """Ask how an attempt stands, until it is settled."""
        self._orders.put(partial(self._ask, attempt_id))

    def reverse(self, attempt_id: str) -> None:
        """Give the money of an approved attempt back."""
        self._orders.put(partial(self._take_back, attempt_id))

    def cancel(self, attempt_id: str) -> None:
        """Stop a pending attempt."""
        self._orders.put(partial(self._cancel, attempt_id))

    # The owner thread, which alone changes what is known.

    def _run(self) -> None:
        while (order := self._next()) is not None:
            order()
            self._chase()
        self._become(DeviceState.CLOSED)

    def _next(self) -> Order | None:
        dues = [it.due for it in self._open.values() if not it.busy]
        dues += [] if self._looking else [self._look_at]
        wait = min([LONGEST_WAIT_S, *(due - time.monotonic() for due in dues)])
        try:
            return self._orders.get(timeout=max(0.0, wait))
        except queue.Empty:
            return _nothing

    def _move(self, asked: Asked) -> None:
        """Money moves, once: an attempt that is known here is only asked about."""
        if asked.attempt in self._sent or asked.attempt in self._open:
            self._ask(asked.attempt)
            return
        self._open[asked.attempt] = _Open(asked, busy=True)
        if asked.category == REVERSAL and asked.original is None:
            self._unsent(asked, CARD_ELSEWHERE)
            return
        self._sent[asked.attempt] = asked
        self._spawn(partial(self._moving, asked), partial(self._lost, asked.attempt, CARD_LOST))

    def _ask(self, attempt_id: str) -> None:
        known = self._known(attempt_id)
        if not known.busy:
            known.busy = True
            work = self._taking_back if known.taking_back else self._inquiring
            self._spawn(partial(work, known.asked), partial(self._lost, attempt_id, CARD_LOST))

    def _known(self, attempt_id: str) -> _Open:
        """An attempt that is asked about: what this process knows of it, and from now on it is open."""
        asked = self._sent.get(attempt_id, Asked(attempt_id))
        return self._open.setdefault(attempt_id, _Open(asked))

    def _take_back(self, attempt_id: str) -> None:
        self._known(attempt_id).taking_back = True
        self._ask(attempt_id)

    def _cancel(self, attempt_id: str) -> None:
        """Stop it. A payment in the making answers that by itself; any other is asked about."""
        known = self._known(attempt_id)
        known.unknown = False  # who stops it waits for a word
        self._spawn(partial(self._aborting, known.asked), partial(self._stopped, attempt_id, False))

    def _chase(self) -> None:
        """Ask about what is overdue, and look how the terminal is. Asking is all: a charge is never repeated."""
        now = time.monotonic()
        for attempt_id in [name for name, it in self._open.items() if not it.busy and it.due <= now]:
            self._ask(attempt_id)
        if not self._looking and now >= self._look_at:
            self._looking = True
            self._spawn(self._look, partial(self._looked, DeviceState.TROUBLE, CARD_BABBLE))

    def _spawn(self, work: Callable[[], Order], broken: Order) -> None:
        """Do slow work beside, and what it comes to here; `broken` if it ends in a fault that nobody thought of."""

        def run() -> None:
            order = broken
            try:
                order = work()
            finally:
                self._orders.put(order)

        Thread(target=run, name=f"card {self.name} asks", daemon=True).start()

    def _told(self, attempt_id: str, told: Told) -> None:
        """An answer that fits."""
        known = self._open[attempt_id]
        known.busy = False
        known.due = time.monotonic() + self.settings.ask_again_s
        if told.missing:
            self._missing(known)
        elif known.taking_back and told.state is AttemptState.APPROVED:
            known.due = 0.0  # it was asked for while the payment was in the making
        elif told.state is AttemptState.PENDING:
            known.unknown, known.missed = False, None
            self._say(attempt_id, told)
        elif told.state is AttemptState.DECLINED and not told.sure:
            known.refused = told
            self._look_at = 0.0  # it may want a login
            self._ask(attempt_id)
        else:
            del self._open[attempt_id]
            self._say(attempt_id, told)

    def _taken_back(self, attempt_id: str, told: Told) -> None:
        self._open[attempt_id].taking_back = False
        self._told(attempt_id, told)

    def _missing(self, known: _Open) -> None:
        """The terminal knows of no such attempt. That ends it once nothing of it can be on its way any more."""
        now, attempt_id = time.monotonic(), known.asked.attempt
        known.missed = now if known.missed is None else known.missed
        if _older(attempt_id, _REMEMBERED_MS):
            self._doubt(attempt_id, CARD_FORGOT)
        elif known.refused is not None or now - known.missed >= self.settings.sure_s:
            del self._open[attempt_id]
            never = Told(AttemptState.DECLINED, reason="never received")
            self._say(attempt_id, known.refused or never)
        else:
            self._doubt(attempt_id, CARD_LOST)

    def _unsent(self, asked: Asked, fault: DeviceFault) -> None:
        """Nothing left this machine, so no money moved."""
        self._open.pop(asked.attempt, None)
        self._sent.pop(asked.attempt, None)
        off = asked.category == REVERSAL and fault == CARD_OFF
        self._say(asked.attempt, Told(AttemptState.DECLINED, fault=CARD_NOT_BACK if off else fault))
        self._look_at = 0.0

    def _lost(self, attempt_id: str, fault: DeviceFault) -> None:
        self._open[attempt_id].busy = False
        self._doubt(attempt_id, fault)

    def _doubt(self, attempt_id: str, fault: DeviceFault) -> None:
        """Say UNKNOWN once, and ask again later."""
        known = self._open[attempt_id]
        known.due = time.monotonic() + self.settings.ask_again_s
        if not known.unknown:
            known.unknown = True
            self._say(attempt_id, Told(AttemptState.UNKNOWN, fault=fault))

    def _stopped(self, attempt_id: str, heard: bool) -> None:
        """The terminal was asked to stop it."""
        known = self._open.get(attempt_id)
        if known is not None and not known.busy:
            self._ask(attempt_id)
        elif known is not None and not heard:
            self._doubt(attempt_id, CARD_LOST)

    def _looked(self, state: DeviceState, fault: DeviceFault | None) -> None:
        self._looking = False
        away = self.settings.look_s if state is DeviceState.READY else self.settings.retry_s
        self._look_at = time.monotonic() + away
        self._become(state, fault)

    def _say(self, attempt_id: str, told: Told) -> None:
        said = CardAnswer(
            device=self.name,
            attempt_id=attempt_id,
            state=told.state,
            amount_minor=told.amount,
            currency=told.currency,
            auth_code=told.reference,
            masked_pan=told.masked,
            scheme=told.scheme,
            reason=told.reason,
            fault=told.fault,
            slips=told.slips,
        )
        self.inbox.put(said)

    # Threads that ask. They change nothing here; each ends in an order for the owner.

    def _moving(self, asked: Asked) -> Order:
        """Charge, or give back: to a terminal that has said that it is well."""
        state, fault = self._talk.health() if self.state is not DeviceState.READY else (DeviceState.READY, None)
        if fault is not None:
            self._orders.put(partial(self._looked, state, fault))
            return partial(self._unsent, asked, fault)
        try:
            return partial(self._told, asked.attempt, self._talk.move(asked))
        except NotSent as no:
            return partial(self._unsent, asked, no.fault)
        except (Lost, Unfit) as why:
            return self._no_answer(asked, why)

    def _inquiring(self, asked: Asked) -> Order:
        try:
            return partial(self._told, asked.attempt, self._talk.how(asked))
        except (NotSent, Lost, Unfit) as why:
            return self._no_answer(asked, why)

    def _taking_back(self, asked: Asked) -> Order:
        try:
            return partial(self._taken_back, asked.attempt, self._talk.take_back(asked))
        except (NotSent, Lost, Unfit) as why:
            return self._no_answer(asked, why)

    def _aborting(self, asked: Asked) -> Order:
        try:
            self._talk.abort(asked)
        except (NotSent, Lost) as why:
            log.warning("card terminal %s could not be told to stop: %s", self.name, why)
            return partial(self._stopped, asked.attempt, False)
        return partial(self._stopped, asked.attempt, True)

    def _look(self) -> Order:
        return partial(self._looked, *self._talk.health())

    def _no_answer(self, asked: Asked, why: Exception) -> Order:
        log.warning("card terminal %s left an attempt open: %s", self.name, why)
        return partial(self._lost, asked.attempt, CARD_BABBLE if isinstance(why, Unfit) else CARD_LOST)


def _older(attempt_id: str, ms: int) -> bool:
    """Whether an attempt is that old, by the time in its id; one that names no time is young."""
    try:
        value = int(attempt_id, 16)
    except ValueError:
        return False
    dated = len(attempt_id) == 32 and value >> 76 & 0xF == _VERSION_7
    return dated and now_ms() - (value >> 80) > ms


def _nothing() -> None:
    """Nobody gave an order in time."""
