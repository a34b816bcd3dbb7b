"""Taking payment. Cash is counted here; a card is asked for by its own terminal, journaled before it is asked (F30).

An attempt whose answer is lost is asked about again and never charged again (F29, F31). The open cart and its
attempts lie in the journal, so a till that was killed goes on exactly where it stood.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from pos.devices.base import CardAnswer, DeviceEvent, StatusUpdate
from pos.flow import Flow
from pos.payment import words
from pos.payment.state import CardSteps, PayState, Phase
from pos.terminal import Terminal
from pos.ui.i18n import language
from sync.actions.cart import Cart, open_cart
from sync.actions.clock import now_ms
from sync.actions.pay import Attempt, PaymentOpen, attempts_of, begin_attempt, resolve_attempt
from sync.actions.sell import sell
from sync.domain.payments import AttemptState
from sync.domain.sales import Refused
from sync.local import Local, RecordedSale, Settings, Staff, settings

ASK_AGAIN_MS = 4_000
"""How often a lost answer is asked for again by itself."""


@dataclass(frozen=True, slots=True)
class _Kept:
    cart: Cart
    settings: Settings


class PaymentFlow(Flow[PayState]):
    """Verbs of the payment screen. `on_sold` gets the recorded sale, `on_back` returns to the cart."""

    def __init__(
        self,
        terminal: Terminal,
        on_sold: Callable[[RecordedSale], None],
        on_back: Callable[[], None],
        clock: Callable[[], int] = now_ms,
    ) -> None:
        super().__init__(PayState())
        self._terminal = terminal
        self._on_sold = on_sold
        self._on_back = on_back
        self._clock = clock
        self._actor: Staff | None = None
        self._asked_at = 0
        self._again: Callable[[], None] = _nothing_waits
        terminal.on_device(self._heard)

    # ------------------------------------------------------------------------------------- coming and going

    def start(self, actor: Staff) -> None:
        """Take payment for the cart that is kept. A payment that stood open goes on from where it stood.

        One that is under way goes on as it is: to begin anew could charge a card twice.
        """
        self._actor = actor
        if self.state.ready and not self.state.can_leave and self.state.phase is not Phase.DONE:
            return
        self.state = PayState(has_card=self._terminal.devices.card is not None, card_fault=self.state.card_fault)
        self.on_state(self.state)
        self._terminal.run(self._kept, self._started)

    def _kept(self, local: Local) -> _Kept:
        return _Kept(open_cart(local, self._clock()), settings(local))

    def _started(self, kept: _Kept) -> None:
        if self.state.ready:
            return  # it was asked for twice, and the first answer is at work
        totals = kept.cart.totals(kept.settings.policy)
        self._to(ready=True, cart=kept.cart, totals=totals, settings=kept.settings, phase=Phase.CHOOSING)
        open_ones = [a for a in kept.cart.attempts if a.state in (AttemptState.PENDING, AttemptState.UNKNOWN)]
        if open_ones:
            self._resume(open_ones[-1])
        elif kept.cart.paid_by_card and self.state.rest == 0:
            self._sell(0)
        elif kept.cart.paid_by_card:
            self._say(lambda: words.partly_paid(self.state))
        else:
            self._say(lambda: words.due(self.state))

    def _resume(self, attempt: Attempt) -> None:
        steps = CardSteps(attempt=attempt.id, amount=attempt.amount, recorded_at=attempt.at, asked_at=self._clock())
        self._to(tender="card", card=steps, phase=Phase.UNKNOWN)
        self._say(words.asking_again)
        self._ask()

    def back(self) -> None:
        """Back to the cart, unless a card may be charged right now."""
        if self.state.can_leave:
            self._on_back()

    def scanned(self, text: str) -> None:
        """A scan here is never lost in silence: it says where scans go."""
        self._say(words.finish_first)

    def changed(self, topics: frozenset[str]) -> None:
        """Nothing that the hub says changes a payment under way."""

    # ------------------------------------------------------------------------------------------------ cash

    def choose(self, tender: str) -> None:
        """Cash or card; not while a card is being asked."""
        if not self.state.can_leave or (tender == "card" and not self.state.has_card):
            return
        self._to(tender=tender, phase=Phase.CHOOSING, card=None)
        self._say(lambda: words.due(self.state))

    def key(self, key: str) -> None:
        """A digit, "000" or `delete` of the amount that was handed over, in whole units of the currency."""
        if self.state.tender != "cash" or self.state.phase is not Phase.CHOOSING:
            return
        self._to(given=self.state.typed(key), chosen=0)
        self._given()

    def quick(self, amount: int) -> None:
        """One of the likely amounts."""
        if self.state.phase is Phase.CHOOSING:
            self._to(given=amount, chosen=amount)
            self._given()

    def _given(self) -> None:
        at = self._clock()
        given, currency, zone = self.state.given, self.state.settings.currency, self.state.settings.timezone
        self._say(lambda: words.given(given, currency, at, zone) if given else words.due(self.state))

    def clear(self) -> None:
        """Nothing was given after all."""
        self._to(given=0, chosen=0)
        self._say(lambda: words.due(self.state))

    def act(self) -> None:
        """The action beside what just happened: stop a payment whose answer is missing, else clear what was given."""
        if self.state.phase is Phase.UNKNOWN:
            self.stop()
        elif self.state.phase is Phase.CHOOSING:
            self.clear()

    def cash_received(self) -> None:
        """The cash is in the hand: record the sale."""
        if self.state.phase is Phase.CHOOSING and self.state.covered:
            self._sell(self.state.given)

    # ------------------------------------------------------------------------------------------------ card

    def charge(self) -> None:
        """Ask for the card: all that is due, or what the cash in hand leaves open."""
        amount, card = self.state.by_card, self._terminal.devices.card
        if self.state.phase not in (Phase.CHOOSING, Phase.DECLINED) or amount <= 0 or card is None:
            return
        cart, actor, now = self.state.cart, self._actor, self._clock()
        if actor is None:
            return
        self._to(tender="card", phase=Phase.RECORDING, card=None)
        self._terminal.run(lambda local: begin_attempt(local, cart, amount, actor, now), self._begun, self._not_begun)

    def _not_begun(self, error: Exception) -> None:
        """The attempt is not in the journal, so nobody is asked for a card (F30)."""
        self._to(phase=Phase.CHOOSING, card=None)
        if isinstance(error, PaymentOpen) and self._actor is not None:
            self.start(self._actor)
            return
        reason = self._terminal.reason_of(error)
        self._say(lambda: words.not_asked(reason))

    def _begun(self, attempt: Attempt) -> None:
        card = self._terminal.devices.card
        if card is None:
            return
        now = self._clock()
        tries = len(self.state.cart.attempts) + 1
        cart = replace(self.state.cart, attempts=(*self.state.cart.attempts, attempt))
        steps = CardSteps(attempt.id, attempt.amount, attempt.at, asked_at=now, number=tries)
        self._to(cart=cart, card=steps, phase=Phase.WAITING)
        self._say(lambda: words.sent(attempt.amount, attempt.currency, now, self.state.settings.timezone))
        card.start(attempt.id, attempt.amount, attempt.currency)

    def stop(self) -> None:
        """Ask the card terminal to stop. One that was approved meanwhile stays approved."""
        card, steps = self._terminal.devices.card, self.state.card
        if card is not None and steps is not None and self.state.phase in (Phase.WAITING, Phase.UNKNOWN):
            self._to(phase=Phase.STOPPING)
            self._say(words.stopping)
            card.cancel(steps.attempt)

    def ask_again(self) -> None:
        """Ask how the attempt stands. Charges nothing."""
        if self.state.phase is Phase.UNKNOWN:
            self._say(words.asking_again)
            self._ask()

    def _ask(self) -> None:
        card, steps = self._terminal.devices.card, self.state.card
        if card is not None and steps is not None:
            self._asked_at = self._clock()
            self._to(card=replace(steps, asks=steps.asks + 1, chased=True))
            card.status(steps.attempt)

    def tick(self) -> None:
        """A second passed: the waiting time is shown; a lost answer, or a disk that was full, is tried again."""
        if self.state.phase is Phase.HELD and self.state.card and self._clock() - self._asked_at >= ASK_AGAIN_MS:
            self.record_again()
        steps = self.state.card
        if steps is None or self.state.phase not in (Phase.WAITING, Phase.UNKNOWN, Phase.STOPPING):
            return
        now = self._clock()
        self._to(card=replace(steps, waited_s=max(0, (now - steps.asked_at) // 1000)))
        chase = self.state.phase is Phase.UNKNOWN or steps.chased
        if chase and now - self._asked_at >= ASK_AGAIN_MS:
            self._ask()

    def settle_by_hand(self, paid: bool) -> None:
        """The card terminal is gone for good and its own slip says how it ended."""
        steps = self.state.card
        if steps is not None and self.state.by_hand:
            state = AttemptState.APPROVED if paid else AttemptState.DECLINED
            self._resolve(steps.attempt, state, "", "", "by_hand")

    def _heard(self, event: DeviceEvent) -> None:
        card = self._terminal.devices.card
        if card is None or event.device != card.name:
            return
        if isinstance(event, StatusUpdate):
            self._to(card_fault=event.fault)
        elif isinstance(event, CardAnswer):
            self._answered(event)

    def _answered(self, answer: CardAnswer) -> None:
        steps = self.state.card
        if steps is None or answer.attempt_id != steps.attempt:
            return
        if answer.state is AttemptState.PENDING:
            self._pending()
        elif answer.state is AttemptState.UNKNOWN and self.state.phase is Phase.UNKNOWN:
            self._say(words.lost)
        else:
            reason = answer.reason or (answer.fault.kind if answer.fault else "")
            self._resolve(steps.attempt, answer.state, answer.auth_code, answer.masked_pan, reason, answer)

    def _pending(self) -> None:
        if self.state.phase is Phase.UNKNOWN:
            self._to(phase=Phase.WAITING)
            self._say(words.still_waiting)

    def _resolve(
        self,
        attempt: str,
        state: AttemptState,
        reference: str,
        masked: str,
        reason: str,
        answer: CardAnswer | None = None,
    ) -> None:
        now, sale = self._clock(), self.state.cart.sale_id
        again = partial(self._resolve, attempt, state, reference, masked, reason, answer)
        held = self._held(again, state is AttemptState.APPROVED)

        def job(local: Local) -> tuple[Attempt, ...]:
            resolve_attempt(local, attempt, state, reference, masked, reason, now)
            return attempts_of(local, sale)

        self._terminal.run(job, lambda attempts: self._resolved(state, attempts, answer), held)

    def _resolved(self, state: AttemptState, attempts: tuple[Attempt, ...], answer: CardAnswer | None) -> None:
        steps, now = self.state.card, self._clock()
        cart = replace(self.state.cart, attempts=attempts)
        self._to(cart=cart, card=replace(steps, answered_at=now) if steps else None)
        if state is AttemptState.APPROVED:
            self._approved()
        elif state is AttemptState.UNKNOWN:
            self._to(phase=Phase.UNKNOWN)
            self._say(words.lost)
            self._asked_at = now
        else:
            self._to(phase=Phase.DECLINED)
            self._say(lambda: words.declined(answer))

    def _approved(self) -> None:
        """The card paid its part; with the cash in hand, if that is all, the sale is done."""
        if self.state.rest == 0 or (self.state.given and self.state.covered):
            self._sell(self.state.given if self.state.rest else 0)
        else:
            self._to(phase=Phase.CHOOSING, tender="cash", card=None)
            self._say(lambda: words.partly_paid(self.state))

    # ---------------------------------------------------------------------------------------------- selling

    def _sell(self, cash: int) -> None:
        cart, actor, now = self.state.cart, self._actor, self._clock()
        if actor is None:
            return
        self._to(phase=Phase.SELLING)
        spoken, held = language(), self._held(partial(self._sell, cash), cart.paid_by_card > 0)
        self._terminal.run(lambda local: sell(local, cart, cash, actor, spoken, now), self._sold, held)

    def _sold(self, answer: RecordedSale | Refused) -> None:
        if isinstance(answer, Refused):
            self._to(phase=Phase.CHOOSING, card=None)
            self._say(lambda: words.not_closed(answer, self.state.settings.currency))
            return
        self._to(phase=Phase.DONE)
        self._on_sold(answer)

    # ------------------------------------------------------------------------------------ a disk that refuses

    def _held(self, again: Callable[[], None], charged: bool) -> Callable[[Exception], None]:
        """What follows when the journal could not be written: nothing is told as done, and `again` is at hand."""

        def held(error: Exception) -> None:
            self._again, self._asked_at = again, self._clock()
            reason = self._terminal.reason_of(error)
            unclear = Phase.UNKNOWN if self.state.card else Phase.CHOOSING
            self._to(phase=Phase.HELD if reason else unclear, reason=reason, charged=charged)
            self._say(lambda: words.not_recorded(self.state))

        return held

    def record_again(self) -> None:
        """Write what the disk refused. It is the same sale and the same attempt: nothing happens twice."""
        if self.state.phase is Phase.HELD:
            self._asked_at = self._clock()
            self._again()


def _nothing_waits() -> None:
    """Nothing was refused yet."""
