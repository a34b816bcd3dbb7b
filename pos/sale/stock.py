"""How many of the line in the window are left here, and how old that number is."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from pos.flow import Flow, Say
from pos.sale import words
from pos.sale.state import SaleState
from pos.terminal import Terminal
from sync.actions.cart import Cart
from sync.domain.stock import Level, known
from sync.local import stock_here

Looked = tuple[()] | tuple[Level | None]
"""Nothing, or what was read of the stock here."""


class StockFlow(Flow[SaleState], ABC):
    """What the sale knows of the line in its window, and the action beside what just happened."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int]) -> None:
        super().__init__(SaleState())
        self._terminal = terminal
        self._clock = clock
        self._action: Callable[[], None] | None = None

    @abstractmethod
    def undo(self) -> None:
        """The cart as it was before its last change."""

    def _read(self, *looked: Level | None) -> dict[str, Any]:
        """The state's changes with a level just read, if it was."""
        if not looked:
            return {}
        level, now = looked[0], self._clock()
        how = known(level.seen_at if level else None, now, self.state.link.online)
        return {"level": level, "known": how, "looked_at": now}

    def _look_up_level(self, warns: bool = False) -> None:
        """`warns`: the cart has just changed, and takes perhaps what is promised."""
        line = self.state.hero_line
        if line is None:
            return
        wanted = line.product.id
        self._terminal.run(
            lambda local: stock_here(local, [wanted]).get(wanted), lambda v: self._level(wanted, v, warns)
        )

    def _warned(self, cart: Cart, hero: str, say: Say, looked: Looked) -> Say:
        """What is said of a change: that the cart takes what is promised to orders here, before anything else."""
        line = next((x for x in cart.lines if x.line_id == hero), None)
        taken = promised(cart, line.product.id, looked[0]) if line is not None and looked else 0
        return say if line is None or not taken else lambda: words.promised(line, taken)

    def _level(self, product_id: str, level: Level | None, warns: bool = False) -> None:
        line = self.state.hero_line
        if line is not None and line.product.id == product_id:
            now = self._clock()
            how = known(level.seen_at if level else None, now, self.state.link.online)
            minute = now // 60_000 != self.state.looked_at // 60_000
            if minute or (level, how) != (self.state.level, self.state.known):
                self._to(level=level, known=how, looked_at=now)
            taken = promised(self.state.cart, product_id, level) if warns else 0
            if taken:
                self._tell(lambda: words.promised(line, taken), self.undo)

    def _tell(self, say: Say, action: Callable[[], None] | None = None, **changes: Any) -> None:
        self._action = action
        self._say(say, undoable=action == self.undo, **changes)


def promised(cart: Cart, product: str, level: Level | None) -> int:
    """Thousandths that a cart takes of what is promised to orders here; 0 where nobody knows."""
    if level is None or not level.reserved:
        return 0
    wanted = sum(x.quantity for x in cart.lines if x.product.id == product)
    return min(level.reserved, max(0, wanted - level.available))
