"""The weight of weighed goods, from the scale or typed: nothing is added before it is known.

A scale that dies leaves the keypad, and comes back by itself. Between two items the scale must have been empty, so that
nothing is sold twice because it was left lying there.
"""

from collections.abc import Callable
from dataclasses import replace

from pos.devices.base import DeviceEvent, ScaleAnswer, ScaleAsk
from pos.sale import weight_words, words
from pos.sale.exchange import ExchangeFlow
from pos.sale.stock import Looked
from pos.sale.weighing import OnScale, Weighing
from pos.terminal import Terminal
from sync.actions.cart import PLAIN, CartLine, OnLabel
from sync.actions.exchange import Exchanged
from sync.domain.catalogue import Product


class WeighFlow(ExchangeFlow):
    """Verbs of weighed goods."""

    def __init__(
        self, terminal: Terminal, clock: Callable[[], int], on_exchanged: Callable[[Exchanged], None] | None
    ) -> None:
        super().__init__(terminal, clock, on_exchanged)
        self._scale = terminal.devices.scale
        self._on_scale = OnScale(fault=self._scale.fault) if self._scale else None
        if self._scale is not None:
            terminal.on_device(self._scale_heard)

    def weigh(self, line_id: str) -> None:
        """Weigh a line again."""
        line = self._line(line_id)
        if line is not None and not self.state.locked:
            self._weigh(line.product, line.scanned, line_id)

    def weigh_key(self, key: str) -> None:
        """A digit or `delete`: grams from the right, where the weight is entered by hand."""
        if self.state.weighing is not None and self.state.weighing.by_hand:
            self._to(weighing=self.state.weighing.typed(key))

    def weigh_by_hand(self) -> None:
        """Type the weight, whatever the scale says."""
        if self.state.weighing is not None:
            self._to(weighing=replace(self.state.weighing, by_hand=True))

    def weigh_on_scale(self) -> None:
        """Take the weight from the scale again; what was typed is forgotten."""
        weighing = self.state.weighing
        if weighing is not None and weighing.scale is not None and weighing.scale.fault is None:
            self._to(weighing=replace(weighing, by_hand=False, grams=0))

    def weigh_tare(self) -> None:
        """What lies on the scale is an empty container: it counts no more until this weighing is over."""
        self._ask_scale(ScaleAsk.TARE)

    def weigh_zero(self) -> None:
        """What the empty scale shows is nothing."""
        self._ask_scale(ScaleAsk.ZERO)

    def weigh_done(self) -> None:
        """Take the weight."""
        weighing = self.state.weighing
        if weighing is None or not weighing.weight:
            return
        self._to(weighing=None)
        if weighing.line_id:
            self.set_quantity(weighing.line_id, weighing.weight)
        else:
            at, labelled = self._clock(), weighing.labelled
            self._put(weighing.product, weighing.weight, weighing.scanned, at, labelled=labelled)
        if self._on_scale is not None and not weighing.by_hand:
            self._on_scale = replace(self._on_scale, sold=weighing.line_id or self.state.hero)
        self._weighed()

    def weigh_cancel(self) -> None:
        """Leave the weight; nothing is added."""
        weighing = self.state.weighing
        if weighing is not None:
            self._to(weighing=None)
            self._tell(lambda: words.not_weighed(weighing.product))
            self._weighed()

    # ------------------------------------------------------------------------------------------------- the scale

    def _weigh(self, product: Product, scanned: str, line_id: str = "", labelled: OnLabel = PLAIN) -> None:
        on = self._on_scale
        by_hand = on is None or on.fault is not None
        self._to(weighing=Weighing(product, scanned, line_id, scale=on, by_hand=by_hand, labelled=labelled))
        self._tell(lambda: weight_words.wanted(product, on))
        if self._scale is not None:
            self._scale.watch(True)

    def _weighed(self) -> None:
        """No weight is asked for any more: the tare is over, and what was sold is looked after until it is off."""
        if self._scale is not None and self._on_scale is not None:
            self._scale.clear()
            self._scale.watch(bool(self._on_scale.sold))

    def _ask_scale(self, ask: ScaleAsk) -> None:
        if self._scale is not None and self.state.weighing is not None:
            self._scale.ask(ask)

    def _scale_heard(self, event: DeviceEvent) -> None:
        scale, before, weighing = self._scale, self._on_scale, self.state.weighing
        if scale is None or before is None or event.device != scale.name:
            return
        if isinstance(event, ScaleAnswer):
            self._scale_did(event)
            return
        self._on_scale = on = before.heard(event)
        if weighing is None:
            scale.watch(bool(on.sold))
            return
        self._to(weighing=replace(weighing, scale=on))
        if on.fault is not None and on.fault != before.fault:
            self._tell(lambda: weight_words.scale_gone(on))
        elif before.fault is not None and on.fault is None:
            self._tell(weight_words.scale_back)

    def _scale_did(self, answer: ScaleAnswer) -> None:
        """The scale did what it was asked, or says why not."""
        if self.state.weighing is not None:
            self._tell(lambda: weight_words.did(answer.ask, answer.done))

    # ---------------------------------------------------------------------------------------------- what the cart does

    def set_quantity(self, line_id: str, quantity: int) -> None:
        """Another quantity, in thousandths."""
        raise NotImplementedError

    def _line(self, line_id: str) -> CartLine | None:
        raise NotImplementedError

    def _put(
        self,
        product: Product,
        quantity: int,
        scanned: str,
        at: int,
        looked: Looked = (),
        serial: str = "",
        labelled: OnLabel = PLAIN,
    ) -> None:
        raise NotImplementedError
