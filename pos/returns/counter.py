"""The counter of a return: what of the order lies on it, why and how it came back, and the plan that follows."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pos import code_words
from pos.flow import Flow, Say
from pos.returns import words
from pos.returns.local import of_code, weight_of
from pos.returns.state import PIECE, Phase, ReturnState, WeighingBack, Why, plan_of
from pos.terminal import Terminal
from pos.ui.i18n import _, language
from pos.weighing import Weigher, WeighPad, Weighs
from sync.domain import codes
from sync.domain.catalogue import Product
from sync.domain.orders import BoughtLine, Purchase
from sync.domain.returns import Condition, Destination, Reason
from sync.domain.special import unit_of
from sync.local import Found


class CounterFlow(Weighs, Flow[ReturnState]):
    """Verbs of the open order: scans of its goods, quantities, reasons, undo."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int], weigher: Weigher | None = None) -> None:
        """`weigher`: the scale that the till's other tasks use as well; None: nobody else does."""
        super().__init__(ReturnState())
        self._terminal = terminal
        self._clock = clock
        self._before: ReturnState | None = None
        self._action: Callable[[], None] | None = None
        self._return_id = ""
        self._weight: WeighPad[WeighingBack] = WeighPad(
            weigher or Weigher(terminal),
            lambda: self.state.weighing,
            lambda weight: self._to(weighing=weight),
            lambda say: self._tell(say),
        )

    # ------------------------------------------------------------------------------------------------ by scan

    def _scanned_goods(self, code: codes.Code) -> None:
        if code.kind is codes.Kind.BAD_CHECK:
            self._tell(lambda: words.misread(code.label))
        elif code.fault is None and (not code.key or not code.key.isprintable()):
            self._tell(words.half_read)
        elif self.state.purchase is not None and (unit := _unit_of(self.state.purchase, code)) is not None:
            self._unit(*unit)
        else:
            self._terminal.run(of_code(code, self._clock()), lambda found: self._goods(code, found))

    def _unit(self, line: BoughtLine, serial: str) -> None:
        """A unit by its own number: it is taken back once, and no other in its place."""
        units = self.state.serials.get(line.id, ())
        if serial in line.serials_back:
            self._tell(lambda: words.unit_back(self._name(line), serial))
        elif serial in units:
            self._tell(lambda: words.unit_here(self._name(line), serial))
        else:
            more = (*units, serial)
            of = next((it.product for it in line.given if serial in it.serials), line.product)
            if units and self.state.article(line) != of:
                self._tell(lambda: words.one_article_first(self._name(line)))
                return
            self.state = replace(self.state, came={**self.state.came, line.id: of})
            self._put(line, len(more) * PIECE, lambda: words.unit(self._name(line), serial), line.id, more)

    def _goods(self, code: codes.Code, found: Found | None) -> None:
        """An article was scanned, perhaps with its weight on the label."""
        purchase, product = self.state.purchase, found.product if found else None
        if purchase is None or self.state.phase is not Phase.ORDER:
            return
        if product is None:
            numbered = any(line.serials_left for line in purchase.lines)
            say = words.strange_unit if numbered else words.unknown_goods
            self._tell(lambda: code_words.what(code, _("Nothing was changed.")) or say(code.label))
            return
        same = [x for x in purchase.lines if x.product == product.id or x.given_as(product.id) is not None]
        sold = weight_of(found, self.state.settings.currency) if found else None
        if same and sold and same[0].unit == "kg":
            self._weighed(same, product, sold.quantity)
        elif same:
            self._one_more(same, product)
        else:
            self._tell(lambda: words.not_in_order(product.name(language()), purchase.number))

    def _weighed(self, same: list[BoughtLine], product: Product, milli: int) -> None:
        """What a label says that it weighs comes back, beside what lies there: of the first line with so much room."""
        taken, name = self.state.taken, product.name(language())
        line = next((x for x in same if taken.get(x.id, 0) + milli <= x.left), None)
        if line is None:
            last = same[-1]
            self._tell(lambda: words.heavier(last, name, milli, taken.get(last.id, 0)))
            return
        more = taken.get(line.id, 0) + milli
        self._put(line, more, lambda: words.counted(line, name, more), line.id)

    def _one_more(self, same: list[BoughtLine], product: Product) -> None:
        """A piece more of the first line with room; what was weighed comes back as a whole, unless set by hand."""
        taken, now, zone = self.state.taken, self._clock(), self.state.settings.timezone
        numbered = next((x for x in same if x.serials_left), None)
        if numbered is not None:
            self._tell(lambda: words.number_first(product.name(language())))
            return
        other = next((x for x in same if taken.get(x.id) and self.state.article(x) != product.id), None)
        if other is not None:
            self._tell(lambda: words.one_article_first(self._name(other)))
            return
        line = next((x for x in same if taken.get(x.id, 0) < x.left_as(product.id)), None)
        if line is None:
            last, on_counter = same[-1], taken.get(same[-1].id, 0)
            self._tell(lambda: words.no_more(last, product.name(language()), on_counter))
            return
        most = line.left_as(product.id)
        more = most if line.unit == "kg" else min(most, taken.get(line.id, 0) + PIECE)
        self.state = replace(self.state, came={**self.state.came, line.id: product.id})
        self._put(line, more, lambda: words.scanned(line, product.name(language()), more, now, zone), line.id)

    # ------------------------------------------------------------------------------------------------ by hand

    def open_line(self, line_id: str) -> None:
        """Show or hide reason and condition of a line."""
        line = self._line(line_id)
        if self.state.phase is Phase.ORDER and line is not None and line.left:
            self._weighing_over()
            self._to(line="" if self.state.line == line_id else line_id, weighing=None)

    def set_quantity(self, line_id: str, quantity: int) -> None:
        """So many thousandths of a line come back."""
        line = self._line(line_id)
        if line is None or self.state.phase is not Phase.ORDER or quantity < 0 or not line.goods:
            return
        if quantity > line.left:
            name, there = self._name(line), self.state.taken.get(line_id, 0)
            self._tell(lambda: words.no_more(line, name, there))
            return
        if line.serials:
            self._fewer_units(line, quantity // PIECE)
            return
        self._put(line, quantity, lambda: words.counted(line, self._name(line), quantity), self.state.line or line_id)

    def weigh(self, line_id: str, whole: bool) -> None:
        """All of what was weighed comes back, or a part of it: by the scale, or typed where there is none."""
        line = self._line(line_id)
        if line is None or self.state.phase is not Phase.ORDER or line.unit != "kg" or not line.left:
            return
        if whole:
            self.set_quantity(line_id, line.left)
        else:
            self._weigh(line)

    def _weigh(self, line: BoughtLine) -> None:
        asked = WeighingBack(line_id=line.id, most=line.left, return_id=self._return_id)
        weighing = self._weight.begin(asked)
        self._to(weighing=weighing)
        self._tell(lambda: words.weigh(self._name(line), line, weighing.scale))

    def key(self, key: str) -> None:
        """A digit or `delete` of a keyboard: of the weight."""
        self.weigh_key(key)

    def weigh_done(self) -> None:
        """Take the weight; more than may come back says so, and is weighed or typed again."""
        weighing = self.state.weighing
        line = self._line(weighing.line_id) if weighing is not None else None
        if weighing is None or line is None or not weighing.weight:
            return
        grams, name, there = weighing.weight, self._name(line), self.state.taken.get(line.id, 0)
        if grams > line.left:
            self._tell(lambda: words.heavier(line, name, grams, there), weighing=replace(weighing, grams=0))
        else:
            self._weight.taken(weighing, weighing.key)
            self.set_quantity(line.id, grams)

    def weigh_cancel(self) -> None:
        """What lay on the counter stays as it was."""
        if self.state.weighing is not None:
            self._weighing_over()
            self._tell(words.not_weighed, weighing=None)

    def _weighing_over(self) -> None:
        """No weight is asked for any more."""
        if self.state.weighing is not None:
            self._weight.over()

    def _fewer_units(self, line: BoughtLine, count: int) -> None:
        """By hand the last units leave the counter again; which ones come back, their numbers say."""
        units, name = self.state.serials.get(line.id, ()), self._name(line)
        if count > len(units):
            self._tell(lambda: words.number_first(name))
        elif count < len(units):
            quantity = count * PIECE
            self._put(line, quantity, lambda: words.counted(line, name, quantity), line.id, units[:count])

    def _put(self, line: BoughtLine, quantity: int, say: Say, opened: str, units: tuple[str, ...] = ()) -> None:
        self._before = self.state
        serials = {**self.state.serials, line.id: units} if line.serials else self.state.serials
        taken = {**self.state.taken, line.id: quantity}
        why = {**self.state.why}
        before = self._last_said()
        if quantity and before is not None and not why.get(line.id, Why()).said:
            why[line.id] = before
        self._lay({id: n for id, n in taken.items() if n}, why, say, self.undo, line=opened, serials=serials)

    def _last_said(self) -> Why | None:
        """What was said of the line before: goods of one order often come back for one reason."""
        return next((w for w in reversed(list(self.state.why.values())) if w.said), None)

    def reason(self, line_id: str, reason: Reason) -> None:
        """Why it comes back."""
        self._because(line_id, reason=reason)

    def condition(self, line_id: str, condition: Condition) -> None:
        """How it comes back; this decides where it goes."""
        self._because(line_id, condition=condition)

    def _because(self, line_id: str, **said: Any) -> None:
        if self._line(line_id) is None or self.state.phase is not Phase.ORDER:
            return
        why = {**self.state.why}
        before = why.pop(line_id, Why())
        why[line_id] = replace(before, **said)  # the newest stands last
        self._lay(self.state.taken, why, self._saying, self._action)

    def send_to(self, to: Destination) -> None:
        """The shopper chooses where the money goes. The goods, and an approval of them, stay as they are."""
        if self.state.phase is Phase.ORDER and self.state.accepted is not None:
            self._plan(self._saying, self._action, to=to)

    def undo(self) -> None:
        """The counter as it was before the last change."""
        before, self._before = self._before, None
        if before is not None and self.state.phase is Phase.ORDER:
            self._lay(before.taken, before.why, words.undone, line=before.line, serials=before.serials)

    def act(self) -> None:
        """The action beside what just happened."""
        if self._action is not None:
            self._action()

    # ------------------------------------------------------------------------------------------------- inside

    def _lay(
        self,
        taken: Mapping[str, int],
        why: Mapping[str, Why],
        say: Say | None,
        action: Callable[[], None] | None = None,
        **more: Any,
    ) -> None:
        """Other goods lie on the counter: an approval was for those before, and so was a claimed right."""
        fresh = {"approver": None, "claimed": False, "weighing": None}
        self._weighing_over()
        self.state = replace(self.state, taken=taken, why=why, **fresh, **more)  # type: ignore[arg-type]
        self._plan(say, action)

    def _plan(self, say: Say | None, action: Callable[[], None] | None = None, **more: Any) -> None:
        self.state = replace(self.state, now=self._clock(), **more)
        self._tell(say, action, plan=plan_of(self.state, self.state.now))

    def _line(self, line_id: str) -> BoughtLine | None:
        return self.state.purchase.line(line_id) if self.state.purchase else None

    def _name(self, line: BoughtLine) -> str:
        product = self.state.product(line)
        return product.name(language()) if product else self.state.called(line)

    def _tell(self, say: Say | None, action: Callable[[], None] | None = None, **changes: Any) -> None:
        self._action = action
        self._say(say, undoable=action == self.undo, **changes)


def _unit_of(purchase: Purchase, code: codes.Code) -> tuple[BoughtLine, str] | None:
    """The unit of the purchase that a code names: by its own number, or by that on a label with the article's."""
    serial = code.said.serial
    return (unit_of(purchase, serial) if serial else None) or unit_of(purchase, code.label)
