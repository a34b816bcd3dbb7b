"""The counter of a blind return: what lies on it, why and how it came back, and the plan that follows."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pos import code_words
from pos.blind import words
from pos.blind.local import Looked, look
from pos.blind.state import PIECE, BlindState, OnCounter, Phase, plan_of
from pos.flow import Flow, Say
from pos.terminal import Terminal
from pos.ui.i18n import _, language
from sync.domain import codes
from sync.domain.catalogue import Product
from sync.domain.returns import Condition, Reason

MOST = 99_000
"""Thousandths of one article at most: more is no shopper's."""


class CounterFlow(Flow[BlindState]):
    """Verbs of the goods: scans, quantities, reasons, undo."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int]) -> None:
        super().__init__(BlindState())
        self._terminal = terminal
        self._clock = clock
        self._before: BlindState | None = None
        self._action: Callable[[], None] | None = None

    def scanned(self, text: str) -> None:
        """A code was read. It always answers, and never gives anything."""
        phase, code = self.state.phase, codes.read(text, self.state.settings.codes)
        if phase is Phase.APPROVAL:
            self._tell(words.sign_first)
        elif phase is Phase.PHONE:
            self._tell(words.phone_first)
        elif self.state.busy:
            self._tell(words.wait_first, self._action)
        elif phase is Phase.GOODS:
            self._scanned(code)

    def _scanned(self, code: codes.Code) -> None:
        if code.kind is codes.Kind.BAD_CHECK:
            self._tell(lambda: words.misread(code.label))
        elif code.kind in (codes.Kind.RECEIPT, codes.Kind.PASS):
            self._tell(words.proof)
        elif code.fault is None and (not code.key or not code.key.isprintable()):
            self._tell(words.half_read)
        else:
            there = [line.product.id for line in self.state.lines]
            self._terminal.run(look(code, there, self._clock()), lambda found: self._looked(code, found))

    def _looked(self, code: codes.Code, found: Looked) -> None:
        product = found.product
        if self.state.phase is not Phase.GOODS:
            return
        if product is None:
            self._tell(lambda: code_words.what(code, _("Nothing was changed.")) or words.unknown_goods(code.label))
        elif product.unit == "kg":
            self._tell(lambda: words.weighed(product.name(language())))
        else:
            self.state = replace(self.state, known=found.known)
            there = self.state.on_counter(product.id)
            count = min(MOST, (there.quantity if there else 0) + PIECE)
            self._put(product, count, lambda: words.scanned(product.name(language()), count))

    def set_quantity(self, product_id: str, pieces: int) -> None:
        """So many pieces of an article; none takes it off the counter."""
        there, quantity = self.state.on_counter(product_id), pieces * PIECE
        if there is None or self.state.phase is not Phase.GOODS or not 0 <= quantity <= MOST:
            return
        product = there.product
        self._put(product, quantity, lambda: words.counted(product.name(language()), quantity))

    def _put(self, product: Product, quantity: int, say: Say) -> None:
        self._before = self.state
        there = self.state.on_counter(product.id)
        line = replace(there, quantity=quantity) if there else self._new(product, quantity)
        others = tuple(x for x in self.state.lines if x.product.id != product.id)
        if there:
            lines = tuple(line if x is there else x for x in self.state.lines) if quantity else others
        else:
            lines = (*others, line)
        self._lay(lines, say, self.undo, line=product.id if quantity else "")

    def _new(self, product: Product, quantity: int) -> OnCounter:
        """Goods of one shopper often come back for one reason: what was said last is said of the next one too."""
        said = next((x for x in reversed(self.state.lines) if x.said), None)
        reason, condition = (said.reason, said.condition) if said else (None, None)
        return OnCounter(product, quantity, reason, condition)

    def open_line(self, product_id: str) -> None:
        """Show or hide reason and condition of an article."""
        if self.state.phase is Phase.GOODS and self.state.on_counter(product_id):
            self._to(line="" if self.state.line == product_id else product_id)

    def reason(self, product_id: str, reason: Reason) -> None:
        """Why it comes back."""
        self._because(product_id, reason=reason)

    def condition(self, product_id: str, condition: Condition) -> None:
        """How it comes back; this decides where it goes."""
        self._because(product_id, condition=condition)

    def _because(self, product_id: str, **said: Any) -> None:
        if self.state.on_counter(product_id) is None or self.state.phase is not Phase.GOODS:
            return
        lines = tuple(replace(x, **said) if x.product.id == product_id else x for x in self.state.lines)
        self._lay(lines, self._saying, self._action)

    def undo(self) -> None:
        """The counter as it was before the last change."""
        before, self._before = self._before, None
        if before is not None and self.state.phase is Phase.GOODS:
            self._lay(before.lines, words.undone, line=before.line)

    def act(self) -> None:
        """The action beside what just happened."""
        if self._action is not None:
            self._action()

    # ------------------------------------------------------------------------------------------------- inside

    def _lay(
        self, lines: tuple[OnCounter, ...], say: Say | None, action: Callable[[], None] | None = None, **more: Any
    ) -> None:
        """Other goods lie on the counter: an approval was for those before."""
        self.state = replace(self.state, lines=lines, approver=None, **more)
        self._plan(say, action)

    def _plan(self, say: Say | None, action: Callable[[], None] | None = None, **more: Any) -> None:
        self.state = replace(self.state, **more)
        self._tell(say, action, plan=plan_of(self.state))

    def _tell(self, say: Say | None, action: Callable[[], None] | None = None, **changes: Any) -> None:
        self._action = action
        self._say(say, undoable=action == self.undo, **changes)
