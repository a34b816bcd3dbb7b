"""Goods past their expiry: refused, and sold all the same where somebody who may approves it, with a reason.

The store's setting `sell_expired` may forbid that. Who approved and why stands in the sale's line, and on no paper.
"""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from pos.approval import ApprovalPad
from pos.sale import label_words, words
from pos.sale.expired_goods import Expiring
from pos.sale.stock import Looked
from pos.sale.units import UnitFlow
from pos.terminal import Terminal
from sync.actions.cart import Allowed
from sync.actions.exchange import Exchanged
from sync.domain.expired import ExpiredReason
from sync.local import Found, Staff


class ExpiredFlow(UnitFlow):
    """Verbs of goods that expired."""

    def __init__(
        self, terminal: Terminal, clock: Callable[[], int], on_exchanged: Callable[[Exchanged], None] | None
    ) -> None:
        super().__init__(terminal, clock, on_exchanged)
        self._pad = ApprovalPad(terminal, self._approving, self._approved, clock)

    def _refuse_expired(self, found: Found, over: datetime) -> None:
        """It is not added; where the store allows it, somebody may be asked."""
        product, last = found.product, last_day(over)
        if self.state.settings.sell_expired and product.price is not None:
            self._tell(lambda: label_words.expired(product, last, True), lambda: self.sell_expired(found, over))
        else:
            self._tell(lambda: label_words.expired(product, last, False))

    def sell_expired(self, found: Found, over: datetime) -> None:
        """Ask who may approve it."""
        if not self.state.asks_digits and self.state.numbering is None and not self._busy():
            self._to(expiring=Expiring(found, over))
            self._pad.open()

    def expired_reason(self, reason: ExpiredReason) -> None:
        """Why it is sold all the same."""
        if self.state.expiring is not None:
            self._to(expiring=replace(self.state.expiring, reason=reason))

    def approver(self, staff_id: str) -> None:
        """Somebody says that they approve."""
        if self.state.expiring is not None:
            self._pad.choose(staff_id)

    def key(self, key: str) -> None:
        """A digit or `delete`: of a PIN, or of a weight."""
        if self.state.expiring is not None:
            self._pad.key(key)
        else:
            self.weigh_key(key)

    def keep_out(self) -> None:
        """Nobody approves: it is not added."""
        asked = self.state.expiring
        if asked is not None:
            self._forget_expired()
            self._tell(lambda: label_words.not_approved(asked.found.product))

    def spoken(self) -> None:
        """The language changed."""
        self._pad.spoken()
        super().spoken()

    def _forget_expired(self) -> None:
        """Nobody is asked any more, and no digit is kept."""
        self._pad.clear()
        self._to(expiring=None, approval=self._pad.state)

    def _approving(self) -> None:
        asked = self.state.expiring
        if asked is None:
            return
        first = not self.state.approval.people and bool(self._pad.state.people)
        self._to(approval=self._pad.state)
        if first:
            self._tell(lambda: label_words.ask_somebody(asked.found.product))

    def _approved(self, person: Staff) -> None:
        asked, before = self.state.expiring, self.state.cart
        if asked is None:
            return
        self._forget_expired()
        found = asked.found
        allowed = Allowed(asked.over.isoformat(timespec="minutes"), asked.reason, person.id)
        self._labelled(found, (), self._clock(), allowed)
        if self.state.cart != before:
            self._tell(lambda: label_words.approved(found.product, person.name), self.undo)

    def _approval_first(self) -> None:
        """Something is scanned, or wanted, while a PIN is asked for."""
        self._tell(words.sign_first)

    # ---------------------------------------------------------------------------------------------- what the cart does

    @abstractmethod
    def _labelled(self, found: Found, level: Looked, at: int, allowed: Allowed | None = None) -> None: ...


def last_day(over: datetime) -> date:
    """The last day on which it was good."""
    return (over - timedelta(microseconds=1)).date()
