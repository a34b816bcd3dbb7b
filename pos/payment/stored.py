"""Paying with a gift card or store credit. The hub says what it is worth and holds what is taken until the sale is
recorded (F38); without its answer nothing is taken, and cash and card go on. Codes are never kept, their digests are.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace

from pos.flow import Flow, Say
from pos.payment import words
from pos.payment.state import PayState, Phase, Stored
from pos.terminal import Terminal
from sync.actions.cart import Cart
from sync.actions.hold import drop_held, keep_held
from sync.domain.value import DIGITS, HeldTender, ValueState, account_of, masked, parse
from sync.link.questions import Answered, Said, Unanswered
from sync.protocol.messages import AskValue, HeldValue, HoldValue, ValueAnswer

ASK, HOLD = "ask/value", "claims/value"
PATIENCE_S = 3.0
"""How long a person waits for the hub before the other ways to pay go on."""
TROUBLE = {"value_unknown": "unknown", "value_short": "held", "value_closed": "blocked"}
"""What the pane says, by the hub's own word."""
Then = Callable[[], None]


def looks_stored(text: str) -> bool:
    """Whether scanned text can be the code of a gift card or store credit, perhaps a misread one."""
    digits = "".join(text.split())
    return len(digits) == DIGITS and digits.isascii() and digits.isdigit()


class StoredFlow(Flow[PayState], ABC):
    """Verbs of the tab for gift cards and store credit, and what is held for the cart."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int]) -> None:
        super().__init__(PayState())
        self._terminal = terminal
        self._clock = clock
        self._question = 0
        self._lost: Say | None = None

    # ------------------------------------------------------------------------------------------ reading a code

    def takes(self, text: str) -> bool:
        """Whether a scan is for this tab."""
        return self.state.tender == "value" or looks_stored(text)

    def _scanned_code(self, text: str) -> None:
        if self.state.can_leave:
            self._to(tender="value", phase=Phase.CHOOSING, card=None, stored=Stored())
            self._look_at(text)

    def _stored_key(self, key: str) -> None:
        """A digit or `delete` of a code; the last digit asks the hub."""
        stored = self.state.stored
        if stored.waits or self.state.phase is not Phase.CHOOSING:
            return
        digits = stored.digits[:-1] if key == "delete" else stored.digits + "".join(c for c in key if c.isdigit())
        self._question += 1
        self._to(stored=Stored(digits=digits[:DIGITS]))
        if len(digits) >= DIGITS and key != "delete":
            self._look_at(digits[:DIGITS])

    def _look_at(self, text: str) -> None:
        code = parse(text)
        if code is None:
            whole = looks_stored(text)
            digits = "".join(text.split()) if whole else self.state.stored.digits
            self._stored(Stored(digits=digits, trouble="check" if whole else "half"))
            return
        account, end = account_of(code), masked(code)
        if any(held.account == account for held in self.state.cart.held):
            self._stored(Stored(masked=end, trouble="already"))
            return
        self._question += 1
        question = self._question
        self._stored(Stored(digits=code, account=account, masked=end, waits="asking"))
        self._terminal.ask(ASK, AskValue(account), ValueAnswer, lambda a: self._told(question, a), PATIENCE_S)

    def _told(self, question: int, answer: Answered[ValueAnswer] | Unanswered | Said) -> None:
        """What the hub says of it. From here on only the last four digits are on the screen."""
        if question != self._question or self.state.stored.waits != "asking":
            return  # another code was typed meanwhile, or another way to pay chosen
        known = replace(self.state.stored, waits="", digits="")
        if isinstance(answer, Unanswered):
            self._stored(replace(known, trouble="no_answer"))
        elif isinstance(answer, Said):
            self._stored(_refused(known, answer))
        else:
            self._stored(_found(known, answer.value, self.state.settings.currency))

    # ------------------------------------------------------------------------------------------ taking its money

    def take(self) -> None:
        """Take what is due, or all that is on it: the hub holds it for this sale from now on."""
        stored, amount = self.state.stored, self.state.by_value
        if self.state.phase is not Phase.CHOOSING or amount <= 0:
            return
        self._stored(replace(stored, waits="holding"), phase=Phase.HOLDING, given=0, chosen=0)
        self._hold(stored.account, amount, self._taken, lambda no: self._not_taken(stored, no))

    def _hold(
        self, account: str, amount: int, then: Callable[[Cart], None], no: Callable[[Said | Unanswered], None]
    ) -> None:
        """Ask for a hold, and keep it beside the cart before anything is said of it."""
        cart = self.state.cart

        def heard(answer: Answered[HeldValue] | Unanswered | Said) -> None:
            if not isinstance(answer, Answered):
                no(answer)
                return
            given, now = answer.value, self._clock()
            self._terminal.run(lambda local: keep_held(local, cart, account, given, now), then, self._not_kept)

        self._terminal.ask(HOLD, HoldValue(account, amount, cart.sale_id), HeldValue, heard, PATIENCE_S)

    def _not_kept(self, error: Exception) -> None:
        """The journal could not be written: nothing counts as taken, and the hub lets go of it by itself."""
        reason = self._terminal.reason_of(error)
        self._to(phase=Phase.CHOOSING, stored=Stored())
        self._say(lambda: words.not_taken(self.state, reason))

    def _not_taken(self, stored: Stored, no: Said | Unanswered) -> None:
        kept = replace(stored, waits="", answer=None)
        self._to(phase=Phase.CHOOSING)
        self._stored(replace(kept, trouble="no_answer") if isinstance(no, Unanswered) else _refused(kept, no))

    def _taken(self, cart: Cart) -> None:
        self._to(cart=cart, phase=Phase.CHOOSING, stored=Stored())
        self._part_paid()

    @abstractmethod
    def _part_paid(self) -> None:
        """A part is paid: what follows is the payment's."""

    def take_off(self, hold: str) -> None:
        """Not with this card after all: nothing of it was spent, and the hub lets go of it."""
        gone = next((held for held in self.state.cart.held if held.hold == hold), None)
        if gone is not None and self.state.can_leave:
            self._drop(gone, lambda: self._say(lambda: words.taken_off(gone, self.state.settings.currency)))

    def _drop(self, held: HeldTender, then: Then) -> None:
        cart = self.state.cart

        def dropped(now: Cart) -> None:
            self._to(cart=now)
            then()

        self._terminal.run(lambda local: drop_held(local, cart, held.hold), dropped, self._not_kept)

    # --------------------------------------------------------------------------------------------- longer leases

    def _renew(self, then: Then, *, over: bool = False) -> None:
        """Ask the hub to hold on, and for no more than is due by now. `over`: their time is over by our clock."""
        self._lost = None
        self._to(phase=Phase.HOLDING)
        self._renew_next(list(self.state.cart.held), then, over)

    def _renew_next(self, todo: list[HeldTender], then: Then, over: bool) -> None:
        if not todo:
            self._to(phase=Phase.CHOOSING)
            then()
            if self._lost is not None and self.state.phase is Phase.CHOOSING:
                self._say(self._lost)
            return
        held, rest = todo[0], todo[1:]
        amount = min(held.amount, self.state.totals.total - self.state.paid + held.amount)
        if amount <= 0:
            self._drop(held, lambda: self._renew_next(rest, then, over))
            return

        def kept(cart: Cart) -> None:
            self._to(cart=cart)
            self._renew_next(rest, then, over)

        self._hold(held.account, amount, kept, lambda no: self._not_renewed(held, no, rest, then, over))

    def _not_renewed(
        self, held: HeldTender, no: Said | Unanswered, rest: list[HeldTender], then: Then, over: bool
    ) -> None:
        """Without an answer it is held until its end; after that, or when the hub says no, it pays for nothing."""
        if isinstance(no, Unanswered) and not over:
            self._renew_next(rest, then, over)
            return
        said = no.fault.message if isinstance(no, Said) else ""
        self._lost = lambda: words.let_go(held, said)
        self._drop(held, lambda: self._renew_next(rest, then, over))

    # ---------------------------------------------------------------------------------------------------- inside

    def _stored(self, stored: Stored, **more: object) -> None:
        """Another state of the tab, and what is said of it."""
        self._to(stored=stored, **more)
        self._say(self._how_it_stands)

    @property
    def _how_it_stands(self) -> Say:
        state = self.state
        return lambda: words.stored(state)


def _found(known: Stored, answer: ValueAnswer, currency: str) -> Stored:
    """What of it can be paid with, or why nothing."""
    closed = {ValueState.BLOCKED: "blocked", ValueState.ENDED: "ended"}
    if answer.state != ValueState.OPEN:
        return replace(
            known, trouble=next((word for state, word in closed.items() if state == answer.state), "unknown")
        )
    if answer.currency != currency:
        return replace(known, trouble="currency")
    if answer.balance > 0:
        return replace(known, answer=answer)
    return replace(known, trouble="elsewhere" if answer.held > 0 else "empty")


def _refused(known: Stored, no: Said) -> Stored:
    return replace(known, trouble=TROUBLE.get(no.fault.code, "said"), said=no.fault.message)
