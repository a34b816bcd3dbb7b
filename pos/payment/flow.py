"""Taking payment. Cash is counted here; a card is asked for by its own terminal, journaled before it is asked (F30).

An attempt whose answer is lost is asked about again and never charged again (F29, F31). The open cart and its
attempts lie in the journal, so a till that was killed goes on exactly where it stood.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from pos.devices.base import CardAnswer, DeviceEvent, StatusUpdate
from pos.payment import words
from pos.payment.local import Kept, kept
from pos.payment.state import OTHER_AMOUNT, CardSteps, PayState, Phase, Stored
from pos.payment.take_back import TakeBackFlow
from pos.terminal import Terminal
from pos.ui.i18n import spoken_to
from sync.actions.clock import now_ms
from sync.actions.exchange import Exchanged, NotSold, NotTakenBack, exchange
from sync.actions.pay import Attempt, PaymentOpen, attempts_of, begin_attempt, note_reversed, resolve_attempt
from sync.actions.pay_order import pay_order
from sync.actions.sell import sell
from sync.domain.card_slips import papers
from sync.domain.orders import Purchase
from sync.domain.payments import AttemptState, fits
from sync.domain.sales import Refused, SaleRefusal
from sync.local import Local, RecordedSale, Staff
from sync.local.order_payments import RecordedOrderPaid

ASK_AGAIN_MS = 4_000
"""How often a lost answer is asked for again by itself."""


class PaymentFlow(TakeBackFlow):
    """Verbs of the payment screen. `on_sold` gets the recorded sale, `on_back` returns to the cart. Of an order that is
    paid here `on_paid` gets the recorded payment, and `on_unpaid` returns to where it was opened."""

    def __init__(
        self,
        terminal: Terminal,
        on_sold: Callable[[RecordedSale | Exchanged], None],
        on_back: Callable[[], None],
        clock: Callable[[], int] = now_ms,
    ) -> None:
        super().__init__(terminal, clock)
        self._on_sold = on_sold
        self._on_back = on_back
        self._actor: Staff | None = None
        self._again: Callable[[], None] = _nothing_waits
        self._order: Purchase | None = None
        self.on_paid: Callable[[RecordedOrderPaid], None] = lambda _paid: None
        self.on_unpaid: Callable[[], None] = _nothing_waits
        self.card_gives_back: Callable[[], bool] = lambda: False
        terminal.on_device(self._heard)

    # ------------------------------------------------------------------------------------- coming and going

    def start(self, actor: Staff, drawer: bool | None = None, order: Purchase | None = None) -> None:
        """Take payment for the cart that is kept, or for what is due of an order. A payment that stood open goes on
        from where it stood.

        One that is under way goes on as it is: to begin anew could charge a card twice. `drawer`: whether cash is taken
        here; None: as before.
        """
        self._actor = actor
        if self.state.ready and not self.state.can_leave and self.state.phase is not Phase.DONE:
            return
        self._order = order
        drawer = self.state.drawer if drawer is None else drawer
        has_card, fault = self._terminal.devices.card is not None, self.state.card_fault
        fresh = PayState(drawer=drawer, has_card=has_card, card_fault=fault)
        self.state = replace(fresh, tender=fresh.usual)
        self.on_state(self.state)
        now, order = self._clock(), self._order
        self._terminal.run(lambda local: kept(local, order, now), self._started)

    def _started(self, kept: Kept) -> None:
        if self.state.ready:
            return  # it was asked for twice, and the first answer is at work
        cart = kept.cart
        if kept.nothing:
            self._leave()  # it was sold as the power went, which the disk shows only now: nothing is to be paid
            return
        totals = cart.totals(kept.settings.policy)
        self._to(ready=True, cart=cart, totals=totals, settings=kept.settings, pictures=kept.pictures)
        self._to(phase=Phase.CHOOSING)
        unclear = (AttemptState.PENDING, AttemptState.UNKNOWN)
        open_ones = [a for a in cart.attempts if a.state in unclear or a.going_back]
        if open_ones:
            self._resume(open_ones[-1])
        elif cart.held:
            self._say(words.keeping)
            self._renew(self._stands)
        else:
            self._stands()

    def _stands(self) -> None:
        """Say what is paid and what is not; a cart that is paid is sold."""
        if self.state.taken and self.state.rest == 0:
            self._sell(0)
        elif self.state.taken:
            self._say(lambda: words.partly_paid(self.state))
        else:
            self._say(lambda: words.due(self.state))

    def _part_paid(self) -> None:
        if self.state.rest:
            self._to(tender=self.state.usual)
        self._stands()

    def _resume(self, attempt: Attempt) -> None:
        now, back = self._clock(), attempt.going_back
        steps = CardSteps(attempt.id, attempt.amount, recorded_at=attempt.at, asked_at=now, back=back)
        self._to(tender="card", card=steps, phase=Phase.UNKNOWN)
        self._say(lambda: words.asking_again(self.state))
        self._ask()

    def back(self) -> None:
        """Back to the cart or the order, unless a card may be charged right now."""
        if self.state.can_leave:
            self._leave()

    def _leave(self) -> None:
        (self._on_back if self._order is None else self.on_unpaid)()

    def scanned(self, text: str) -> None:
        """A scan here is never lost in silence: a gift card is looked at, for all else it says where scans go."""
        if self.takes(text) and self.state.can_leave:
            self._scanned_code(text)
        else:
            self._say(words.finish_first if self._order is None else words.order_first)

    def changed(self, topics: frozenset[str]) -> None:
        """Nothing that the hub says changes a payment under way."""

    # ------------------------------------------------------------------------------------------------ cash

    def choose(self, tender: str) -> None:
        """Cash, card, or a gift card or store credit; not while a card is being asked."""
        closed = {"card": not self.state.has_card, "cash": not self.state.drawer}
        if not self.state.can_leave or closed.get(tender, False):
            return
        self._to(tender=tender, phase=Phase.CHOOSING, card=None, stored=Stored())
        self._say(self._how_it_stands if tender == "value" else lambda: words.due(self.state))

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
            self.start(self._actor, order=self._order)
            return
        reason = self._terminal.reason_of(error)
        self._say(lambda: words.not_asked(self.state, reason))

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
        stoppable = steps is not None and not steps.back and self.state.phase in (Phase.WAITING, Phase.UNKNOWN)
        if card is not None and steps is not None and stoppable:
            self._to(phase=Phase.STOPPING)
            self._say(words.stopping)
            card.cancel(steps.attempt)

    def ask_again(self) -> None:
        """Ask how the attempt stands. Charges nothing."""
        if self.state.phase is Phase.UNKNOWN:
            self._say(lambda: words.asking_again(self.state))
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
            gone = AttemptState.REVERSED if steps.back else AttemptState.DECLINED
            state = AttemptState.APPROVED if paid else gone
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
        sold = self.state.phase in (Phase.SELLING, Phase.DONE)
        if steps is None or answer.attempt_id != steps.attempt or sold:
            self._late(answer)
            return
        said = answer.amount_minor, answer.currency
        if answer.state is AttemptState.APPROVED and not fits(steps.amount, self.state.settings.currency, *said):
            answer = replace(answer, state=AttemptState.UNKNOWN, reason=OTHER_AMOUNT)
        if steps.back and answer.state not in (AttemptState.APPROVED, AttemptState.REVERSED):
            self._not_back_yet(answer)
        elif answer.state is AttemptState.PENDING:
            self._pending()
        elif answer.state is AttemptState.UNKNOWN and self.state.phase is Phase.UNKNOWN:
            self._say(lambda: words.lost(answer))
        else:
            reason = answer.reason or (answer.fault.kind if answer.fault else "")
            self._resolve(steps.attempt, answer.state, answer.auth_code, answer.masked_pan, reason, answer)

    def _late(self, answer: CardAnswer) -> None:
        """An answer that no payment waits for. Money that a bank took back of one that is done is written down: the
        hub puts it before a person."""
        if answer.state is AttemptState.REVERSED:
            now = self._clock()
            self._terminal.run(lambda local: note_reversed(local, answer.attempt_id, answer.reason, now))

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
        part = answer.amount_minor if answer and state is AttemptState.APPROVED else None
        again = partial(self._resolve, attempt, state, reference, masked, reason, answer)
        held = self._held(again, state is AttemptState.APPROVED)
        slips = answer.slips if answer else ()

        def job(local: Local) -> tuple[Attempt, ...]:
            resolve_attempt(local, attempt, state, reference, masked, reason, now, part, slips)
            return attempts_of(local, sale)

        self._terminal.run(job, lambda attempts: self._resolved(state, attempts, answer), held)

    def _resolved(self, state: AttemptState, attempts: tuple[Attempt, ...], answer: CardAnswer | None) -> None:
        steps, now = self.state.card, self._clock()
        before = {it.id: it.state for it in self.state.cart.attempts}
        cart = replace(self.state.cart, attempts=attempts)
        if answer is not None and before.get(answer.attempt_id) is not state:
            self._papers(answer)
        self._to(cart=cart, card=replace(steps, answered_at=now) if steps else None)
        if steps is not None and steps.back:
            self._back_ended(state)
        elif state is AttemptState.APPROVED:
            self._approved(steps, answer)
        elif state is AttemptState.UNKNOWN:
            self._to(phase=Phase.UNKNOWN)
            self._say(lambda: words.lost(answer))
            self._asked_at = now
        else:
            self._to(phase=Phase.DECLINED)
            self._say(lambda: words.declined(self.state, answer))

    def _papers(self, answer: CardAnswer) -> None:
        """What the card terminal wants on papers of their own, which are queued with how it ended."""
        for what in papers(answer.state, answer.slips):
            self._terminal.card_paper(what, answer.attempt_id)

    def _approved(self, steps: CardSteps | None, answer: CardAnswer | None) -> None:
        """The card paid its part; with the cash in hand, if that is all, the sale is done."""
        if self.state.rest == 0 or (self.state.given and self.state.covered):
            self._sell(self.state.given if self.state.rest else 0)
        else:
            less = steps is not None and answer is not None and answer.amount_minor < steps.amount
            self._to(phase=Phase.CHOOSING, tender=self.state.usual, card=None)
            self._say(lambda: words.less_paid(self.state) if less else words.partly_paid(self.state))

    # ---------------------------------------------------------------------------------------------- selling

    def _sell(self, cash: int) -> None:
        cart, actor, now = self.state.cart, self._actor, self._clock()
        if actor is None:
            return
        self._to(phase=Phase.SELLING)
        told = cart.back or cart.order
        spoken = spoken_to(told.purchase.language if told else "")
        held = self._held(partial(self._sell, cash), cart.paid_by_card > 0)
        record = sell if cart.back is None else partial(exchange, by_card=self.card_gives_back())
        if cart.order is not None:
            self._terminal.run(lambda local: pay_order(local, cart, cash, actor, spoken, now), self._paid, held)
        else:
            self._terminal.run(lambda local: record(local, cart, cash, actor, spoken, now), self._sold, held)

    def _paid(self, answer: RecordedOrderPaid | Refused) -> None:
        if isinstance(answer, RecordedOrderPaid):
            self._to(phase=Phase.DONE)
            self.on_paid(answer)
        elif answer.reason is SaleRefusal.DUE_CHANGED and self._actor is not None:
            self._to(phase=Phase.CHOOSING)
            self.start(self._actor, order=self._order)
        else:
            self._sold(answer)

    def _sold(self, answer: RecordedSale | Refused | Exchanged | NotTakenBack | NotSold) -> None:
        if isinstance(answer, NotTakenBack):
            why = answer.why
            self._to(phase=Phase.CHOOSING, card=None)
            self._say(lambda: words.not_taken_back(why))
            return
        answer = answer.why if isinstance(answer, NotSold) else answer
        if isinstance(answer, Refused) and answer.reason is SaleRefusal.VALUE_ENDED:
            self._renew(self._stands, over=True)
            return
        if isinstance(answer, Refused):
            self._to(phase=Phase.CHOOSING, card=None)
            self._say(lambda: words.not_closed(answer, self.state))
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
