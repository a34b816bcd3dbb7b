"""The weight of weighed goods, from the scale or typed: nothing is added before it is known."""

from abc import abstractmethod
from collections.abc import Callable

from pos.sale import weight_words, words
from pos.sale.exchange import ExchangeFlow
from pos.sale.stock import Looked
from pos.sale.weighing import Weighing
from pos.terminal import Terminal
from pos.weighing import Weigher, WeighPad, Weighs
from sync.actions.cart import PLAIN, CartLine, OnLabel
from sync.actions.exchange import Exchanged
from sync.domain.catalogue import Product


class WeighFlow(Weighs, ExchangeFlow):
    """Verbs of weighed goods."""

    def __init__(
        self, terminal: Terminal, clock: Callable[[], int], on_exchanged: Callable[[Exchanged], None] | None
    ) -> None:
        super().__init__(terminal, clock, on_exchanged)
        self.weigher = Weigher(terminal)
        self._weight: WeighPad[Weighing] = WeighPad(
            self.weigher, lambda: self.state.weighing, lambda weight: self._to(weighing=weight), self._tell
        )

    def weigh(self, line_id: str) -> None:
        """Weigh a line again."""
        line = self._line(line_id)
        if line is not None and not self.state.locked:
            self._weigh(line.product, line.scanned, line_id)

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
        self._weight.taken(weighing, weighing.line_id or self.state.hero)
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
        weighing = self._weight.begin(Weighing(product, scanned, labelled, line_id=line_id))
        self._to(weighing=weighing)
        self._tell(lambda: weight_words.wanted(product, weighing.scale))

    def _weighed(self) -> None:
        """No weight is asked for any more."""
        self._weight.over()

    # ---------------------------------------------------------------------------------------------- what the cart does

    @abstractmethod
    def set_quantity(self, line_id: str, quantity: int) -> None:
        """Another quantity, in thousandths."""

    @abstractmethod
    def _line(self, line_id: str) -> CartLine | None: ...

    @abstractmethod
    def _put(
        self,
        product: Product,
        quantity: int,
        scanned: str,
        at: int,
        looked: Looked = (),
        serial: str = "",
        labelled: OnLabel = PLAIN,
    ) -> None: ...
