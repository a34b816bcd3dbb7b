"""Goods that come back pay for goods in the cart. The right to them is the hub's word, renewed before anything is
recorded; without an answer the offline rule holds and takes a second press (F33). Leaving it keeps the cart."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pos.rights import Claimed, Rights
from pos.sale import words
from pos.sale.stock import StockFlow
from pos.terminal import Terminal
from pos.ui.i18n import spoken_to
from sync.actions.cart import Cart
from sync.actions.exchange import Exchanged, NotSold, NotTakenBack, exchange
from sync.domain.exchange import GoodsBack
from sync.domain.returns import Basis, basis_offline
from sync.link.questions import Answered, Unanswered
from sync.local import Local, Staff, return_rules

ENOUGH_MS = 90_000
"""A right that is ours for so long needs no longer lease before it is used."""


class ExchangeFlow(StockFlow):
    """Verbs of an exchange. `on_exchanged` gets what was recorded."""

    def __init__(
        self, terminal: Terminal, clock: Callable[[], int], on_exchanged: Callable[[Exchanged], None] | None
    ) -> None:
        super().__init__(terminal, clock)
        self._rights = Rights(terminal, clock)
        self._on_exchanged = on_exchanged
        self._actor: Staff | None = None
        self._before: Cart | None = None
        self.card_gives_back: Callable[[], bool] = lambda: False

    @property
    def may_exchange(self) -> bool:
        """Whether goods that come back may be taken into this sale."""
        return self.state.ready and self.state.cart.back is None and not self.state.locked and not self.state.asking

    def wait(self) -> None:
        """Somebody wants something else while the hub is asked, or the exchange is being recorded."""
        self._tell(words.wait_first)

    def _busy(self) -> bool:
        """Whether the cart must stay as it is for a moment; it is said then."""
        if self.state.asking:
            self.wait()
        return self.state.asking

    def begin_exchange(self, back: GoodsBack) -> None:
        """Goods lie on the counter, and what they are worth pays for what is in the cart. Nothing is recorded yet."""
        self._adopt(back)
        self._with_back(back, lambda: words.exchange_begun(back, self.state.settings.currency))

    def leave_exchange(self) -> None:
        """The customer keeps the goods: the right is given back, the cart stays."""
        if self.state.cart.back is None or self.state.asking:
            return
        if self.state.locked:
            self._tell(words.locked)
            return
        self._rights.release()
        self._with_back(None, words.exchange_left)

    def _adopt(self, back: GoodsBack | None) -> None:
        """Go on with the right of goods that are in the cart."""
        if back is not None and back.claim:
            self._rights.adopt(back.claim, back.purchase.id, back.right)

    def _with_back(self, back: GoodsBack | None, say: Callable[[], Any] | None) -> None:
        cart = replace(self.state.cart, back=back)
        self._before = None
        self._keep(cart)
        self._to(**self._shown(cart, self.state.hero))
        if say is not None:
            self._tell(say)

    # ------------------------------------------------------------------------------------ before anything moves

    def _sure(self, then: Callable[[], None]) -> None:
        """See that the right is ours for a while, then go on."""
        back = self.state.cart.back
        if back is None or back.basis is not Basis.CLAIM or back.until - self._clock() > ENOUGH_MS:
            then()
            return
        self._to(asking=True)
        self._tell(words.claiming)
        self._rights.claim(back.purchase.id, back.right, lambda answer: self._heard_of(back, answer, then))

    def _heard_of(self, back: GoodsBack, answer: Claimed, then: Callable[[], None]) -> None:
        self._to(asking=False)
        if self.state.cart.back != back:
            return
        if isinstance(answer, Answered):
            right = answer.value
            until = self._clock() + max(0, right.expires - right.now)
            self._with_back(replace(back, claim=right.claim, until=until), None)
            then()
        elif isinstance(answer, Unanswered):
            self._terminal.run(
                lambda local: _offline(local, back, self._clock()), lambda b: self._offline_rule(back, b)
            )
        else:
            message = answer.fault.message
            self._tell(lambda: words.exchange_gone(message))

    def _offline_rule(self, back: GoodsBack, basis: Basis) -> None:
        """No answer came. The store's own right, or the till's allowance, takes a second press; else it waits."""
        if self.state.cart.back == back and basis is Basis.PROMISE:
            self._tell(words.exchange_waits)
        elif self.state.cart.back == back:
            self._with_back(replace(back, basis=basis, claim="", until=0), words.exchange_offline)

    # ---------------------------------------------------------------------------------------------- with one press

    def _close_even(self) -> None:
        """Nothing is to be paid: both are recorded now, and what is left over goes back."""
        cart, actor, now = self.state.cart, self._actor, self._clock()
        if actor is None or cart.back is None or self.state.asking:
            return
        spoken, by_card = spoken_to(cart.back.purchase.language), self.card_gives_back()
        self._to(asking=True)

        def job(local: Local) -> Exchanged | NotTakenBack | NotSold:
            return exchange(local, cart, 0, actor, spoken, now, by_card=by_card)

        self._terminal.run(job, self._closed, self._not_closed)

    def _closed(self, answer: Exchanged | NotTakenBack | NotSold) -> None:
        self._to(asking=False)
        if isinstance(answer, Exchanged):
            self._rights.forget()  # it is used
            if self._on_exchanged is not None:
                self._on_exchanged(answer)
        elif isinstance(answer, NotTakenBack):
            self._tell(lambda: words.not_taken_back(answer.why))
        else:
            self._tell(words.not_exchanged)

    def _not_closed(self, error: Exception) -> None:
        """Nothing is recorded; the next press writes the same."""
        reason = self._terminal.reason_of(error)
        self._to(asking=False)
        self._tell(lambda: words.exchange_not_recorded(reason))

    # ---------------------------------------------------------------------------------------- what the cart does

    @abstractmethod
    def _keep(self, cart: Cart, then: Callable[[], None] | None = None) -> None: ...

    @abstractmethod
    def _shown(self, cart: Cart, hero: str) -> dict[str, Any]: ...


def _offline(local: Local, back: GoodsBack, now: int) -> Basis:
    """What this till may do when the hub gives no answer."""
    return basis_offline(back.purchase, local.me.location, back.worth, return_rules(local, now))
