"""Orders that are collected, at a till: the list, the hand-out, picking; and what leads from one to the next."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pos.bell import Bell
from pos.made import MadeFlows
from pos.payment.flow import PaymentFlow
from pos.printing import Printing
from pos.terminal import Terminal
from sync.domain.orders import Purchase
from sync.local import Staff
from sync.local.order_payments import RecordedOrderPaid

if TYPE_CHECKING:
    from pos.collect.flow import CollectFlow
    from pos.day.flow import DayFlow
    from pos.day.state import Way
    from pos.hand_out.flow import HandOutFlow
    from pos.picking.flow import PickingFlow
    from pos.returns.flow import ReturnsFlow
_LEAVES = ("sale", "lookup", "attention", "returns", "done")
"""From there a scanned label leads back to the hand-out that it belongs to."""


class ParcelTasks(MadeFlows, ABC):
    """A part of the till. Its flows are made when they are first wanted."""

    actor: Staff | None
    place: Any
    payment: PaymentFlow
    printing: Printing
    terminal: Terminal

    def _make_parcel_tasks(self, terminal: Terminal, clock: Callable[[], int]) -> None:
        self.bell = Bell(terminal, clock, lambda: self.collecting)
        self.bell_always = False
        self._opened_collect = False
        self._paying = "", ""
        self.payment.on_paid = self._order_paid
        self.payment.on_unpaid = self._order_unpaid

    @cached_property
    @abstractmethod
    def returns(self) -> "ReturnsFlow":
        """Goods that come back."""

    @cached_property
    def collect(self) -> "CollectFlow":
        """The list of what is collected here."""
        from pos.collect.flow import CollectFlow

        flow = self._made(CollectFlow(self.terminal, self._clock))
        flow.on_hand_out = self.hand_out_order
        flow.on_picking = self.pick
        flow.on_day = self.see_day
        return flow

    @cached_property
    def hand_out(self) -> "HandOutFlow":
        """The parcels of an order, and who takes them."""
        from pos.hand_out.flow import HandOutFlow

        flow = self._made(HandOutFlow(self.terminal, self.printing, self._clock))
        flow.on_left = self._to_collect
        flow.on_return = self._comes_back
        flow.on_pay = self.pay_order
        return flow

    @cached_property
    def picking(self) -> "PickingFlow":
        """What is brought from the shelves."""
        from pos.picking.flow import PickingFlow

        flow = self._made(PickingFlow(self.terminal, self.printing, self._clock))
        flow.on_left = self._to_collect
        flow.on_shelve = self._shelve
        return flow

    @cached_property
    def day(self) -> "DayFlow":
        """The store's day in figures."""
        from pos.day.flow import DayFlow

        flow = self._made(DayFlow(self.terminal, self._clock))
        flow.on_left = self._to_collect
        flow.on_way = self._from_day
        flow.on_scan = self._scanned_at_the_day
        return flow

    def _parcels_changed(self, topics: frozenset[str]) -> None:
        if self.has_made("collect"):
            self.collect.changed(topics)
        self.bell.changed(topics)
        if self.has_made("picking"):
            # The link is told every few seconds: whoever sells does not wait behind a list that nobody looks at.
            self.picking.changed(topics if self.place == "picking" else topics - {"link"})

    def _parcels_tick(self) -> None:
        if self.has_made("picking"):
            self.picking.tick()
        self.bell.tick()

    @property
    def collecting(self) -> bool:
        """Whether somebody here wants to hear of orders and shoppers that come: who has opened Collect since signing
        in, or everybody where the settings say so."""
        return self.bell_always or (self.actor is not None and self._opened_collect)

    @property
    def to_collect(self) -> int:
        """What waits for somebody at the tab Collect: shoppers whom nobody serves yet, and orders to be picked."""
        if self.actor is None:
            return 0
        return self.collect.state.waiting + self.picking.waiting

    def _count_parcels(self) -> None:
        """Somebody signed in: the count at the tab is right from the first look on."""
        self.collect.changed(frozenset({"stock"}))
        self.picking.changed(frozenset({"stock"}))

    @property
    @abstractmethod
    def has_drawer(self) -> bool:
        """Whether this terminal takes and gives cash."""

    @abstractmethod
    def _show(self, place: Any, back: bool = False) -> None: ...

    @abstractmethod
    def _to_returns(self) -> None: ...

    def _leave_parcels(self, place: str) -> None:
        """Another place comes. A hand-out that somebody began waits for them; it ends with the list and with them."""
        if self.place == "hand_out" and place != "hand_out":
            (self.hand_out.leave if place in ("collect", "signin") else self.hand_out.step_aside)()
        if self.place == "collect" and place != "collect":
            self.collect.away()

    def _collect_tab(self) -> None:
        """The tab was touched: on with what somebody began, else the list."""
        if self.has_made("hand_out") and self.hand_out.aside:
            self._back_to_hand_out()
        else:
            self._to_collect()

    def _back_to_hand_out(self) -> None:
        self.returns.away()
        self._show("hand_out")
        self.hand_out.come_back()

    def _leads_back(self, text: str) -> bool:
        """Whether a scan belongs to the hand-out that somebody began, and leads back to it from here."""
        if self.place not in _LEAVES or not self.has_made("hand_out") or not self.hand_out.belongs(text):
            return False
        if not self._kept_here():
            self._back_to_hand_out()
            self.hand_out.scanned(text)
        return True

    @abstractmethod
    def _kept_here(self) -> bool: ...

    def _to_collect(self) -> None:
        """What is collected here, and who waits for it."""
        if self.actor is not None:
            self._opened_collect = True
            self.returns.away()
            self.collect.start(self.actor)
            self._show("collect")

    def hand_out_order(self, order_id: str, scanned: str = "") -> None:
        """Hand out the parcels of an order. `scanned`: its pass, or the label of one of them."""
        if self.actor is not None:
            self.hand_out.start(order_id, scanned, actor=self.actor)
            self._show("hand_out")

    def pay_order(self, order: Purchase, scanned: str = "") -> None:
        """Take what is due of an order. `scanned`: what opened it, and opens it again afterwards."""
        if self.actor is not None:
            self._paying = order.id, scanned
            self._show("payment")
            self.payment.start(self.actor, self.has_drawer, order)

    @property
    def paying_order(self) -> bool:
        """Whether the payment is that of an order, and no sale's."""
        return self.place == "payment" and bool(self._paying[0])

    def _order_paid(self, paid: RecordedOrderPaid) -> None:
        """The hand-out goes on where it was."""
        if self.actor is not None:
            self.hand_out.start(*self._paying, actor=self.actor, paid=paid)
            self._show("hand_out")

    def _order_unpaid(self) -> None:
        """Back to the order, as it stands by now."""
        self.hand_out_order(*self._paying)

    def pick(self) -> None:
        """What is to be picked here."""
        if self.actor is not None:
            self.picking.start(self.actor)
            self._show("picking")

    def see_day(self) -> None:
        """The store's day in figures."""
        if self.actor is not None and self.collect.sees_day:
            self.day.start()
            self._show("day")

    def _from_day(self, way: "Way") -> None:
        """From a figure to where something can be done about it."""
        from pos.collect.listing import Filter
        from pos.day.state import Way

        if way is Way.PICKING:
            self.pick()
        else:
            listed = {Way.WAITING: Filter.BRING, Way.READY: Filter.READY, Way.LATE: Filter.LATE}
            self._to_collect()
            self.collect.choose_filter(listed[way])

    def _scanned_at_the_day(self, text: str) -> None:
        self._to_collect()
        self.collect.scanned(text)

    def _shelve(self, parcel_id: str) -> None:
        """A parcel was packed: on which shelf does it lie?"""
        self._to_collect()
        self.collect.shelve(parcel_id)

    def _comes_back(self, number: str) -> None:
        """Something of what was handed out is not wanted: its order is opened for a return, in the same visit."""
        self._to_returns()
        self.returns.find(number)
