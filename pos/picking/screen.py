"""Picking on the window: the orders by when they are to be ready, an order as a walk along its shelves, its parcels."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pos.ui.kit
import pos.ui.kit.keyboard
import pos.ui.steps  # noqa: F401  the names that the rules use
from pos.picking.flow import PickingFlow
from pos.picking.state import Phase, PickingState
from pos.picking.view import (
    LineSaid,
    OrderSaid,
    WindowSaid,
    chosen_window,
    contents,
    count,
    ended,
    facts,
    head,
    lines,
    next_window,
    primary,
    rows,
    steps,
)
from pos.picking.words import reasons
from pos.printing import PaperState
from pos.ui.chips import ChipRow  # noqa: F401  a name of the rules
from pos.ui.i18n import _, ngettext
from pos.ui.kit.buttons import PrimaryButton
from pos.ui.kit.frame import Panel
from pos.ui.kit.rows import Row
from pos.ui.kit.screens import only
from pos.ui.kit.window import ShopWindow
from pos.ui.theme import theme
from pos.ui.unfolding import Unfolding

from kivy.clock import Clock  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

for part in ("list", "order", "screen"):
    Builder.load_file(str(Path(__file__).with_name(f"{part}.kv")))


class PickOrderRow(Row):
    """An order in the list: by when, which, from where, how long that is."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)
    time, title, pill, pill_icon, line, left, tone, icon = (StringProperty("") for _n in range(8))

    def on_index(self, _row: Any, index: int) -> None:
        """A hairline above every row but the first."""
        self.rule = index > 0

    def on_item(self, _row: Any, said: OrderSaid | None) -> None:
        """Show another order."""
        if said is not None:
            for name in ("time", "title", "pill", "pill_icon", "line", "left", "tone", "icon", "chosen"):
                setattr(self, name, getattr(said, name))


class PickContentRow(BoxLayout):
    """A line of the order at the right: where it lies, what it is, how many."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)
    shelf, name, number = (StringProperty("") for _n in range(3))

    def on_item(self, _row: Any, said: LineSaid | None) -> None:
        """Show another line."""
        if said is not None:
            self.shelf, self.name, self.number = said.shelf, said.name, said.number


class PickWhy(BoxLayout):
    """Why the rest of a line can't be given, and what may be given instead."""

    may = StringProperty("")

    def show(self, said: LineSaid, flow: PickingFlow) -> None:
        """Show what was said of a line."""
        row = self.ids.why
        row.tell = lambda key: flow.cant(said.id, key)
        row.question, row.answers, row.chosen = _("Can't give"), reasons(), said.reason
        self.may = said.may


class PickCard(Unfolding):
    """A line of the order that is picked; a row of the list, used again for others."""

    below = PickWhy
    shelf, name, info, picture, letters, number, words, tone, icon = (StringProperty("") for _n in range(9))
    tint = StringProperty("sand")
    open, next = BooleanProperty(False), BooleanProperty(False)

    def on_item(self, _card: Any, item: Any) -> None:
        """Show another line, or the same one anew."""
        if item is None:
            return
        said: LineSaid = item[0]
        for name in ("shelf", "name", "info", "picture", "letters", "number", "words", "tone", "icon", "tint"):
            setattr(self, name, getattr(said, name))
        self.open, self.next = said.open, said.next
        self.unfold(said, item[1])


class PickWindow(ShopWindow):
    """The window: a time, a shelf, or what became of an order; goods on the line."""

    over, hero, name, letters = (StringProperty("") for _n in range(4))
    style = StringProperty("hero_shelf")
    share = NumericProperty(0.52)

    def show(self, said: WindowSaid) -> None:
        """Show another one."""
        self.style = "hero_shelf" if len(said.hero) <= 5 else "hero_item" if len(said.hero) <= 9 else "headline"
        self.over, self.hero, self.name, self.letters = said.over, said.hero, said.name, said.letters
        self.picture, self.tint, self.foot, self.foot_icon = said.picture, said.tint, said.foot, said.foot_icon


class OrdersPane(BoxLayout):
    """Left: the orders, the most urgent first."""

    screen = ObjectProperty(None)
    title = StringProperty("")
    prints, leads = BooleanProperty(False), BooleanProperty(False)

    def show(self, state: PickingState) -> None:
        """Show the list."""
        flow = self.screen.flow
        self.title, self.prints, self.leads = count(state), flow.prints, flow.on_left is not None
        self.ids.orders.rows = rows(state)

    def tapped(self, index: int) -> None:
        """An order was touched."""
        found = self.screen.state.shown
        if 0 <= index < len(found):
            self.screen.flow.choose(found[index])


class PickChosenSide(BoxLayout):
    """Right of the list: the chosen order."""

    screen = ObjectProperty(None)

    def show(self, state: PickingState) -> None:
        """Show another order."""
        one = state.chosen
        if one is not None:
            self.ids.window.show(chosen_window(state, one))
            self.ids.lines.rows = contents(one)


class NothingToPick(BoxLayout):
    """Right, while nothing is to be picked."""

    screen = ObjectProperty(None)

    def show(self, _state: PickingState) -> None:
        """It says the same at any time."""


class WalkPane(BoxLayout):
    """Left: the lines of an order, in the order of the walk."""

    screen = ObjectProperty(None)
    title, line = StringProperty(""), StringProperty("")
    busy = BooleanProperty(False)

    def show(self, state: PickingState) -> None:
        """Show the lines."""
        self.title, self.line = head(state)
        self.busy = state.busy
        place, said = self.ids.lines, lines(state)
        at = next((n for n, each in enumerate(said) if each.open), -1)
        moved, place.tall = at != place.tall, at
        place.rows = [(each, self.screen.flow) for each in said]
        if moved and at >= 0:
            place.scroll_to(at)

    def tapped(self, index: int) -> None:
        """A line was touched: it opens or closes."""
        found = self.screen.state.lines
        if 0 <= index < len(found):
            self.screen.flow.open_line(found[index].id)


class PickNumberPane(BoxLayout):
    """Left, while the number of a unit is asked for."""

    screen = ObjectProperty(None)

    def on_kv_post(self, base_widget: Any) -> None:
        """The rule's own children exist now."""
        # With the next frame: letters of a scanner come fast, and what they cost must not tear the scan.
        self._soon = Clock.create_trigger(lambda _dt: self.typed(), 0)
        self.ids.field.bind(text=lambda *_args: self._soon())

    def show(self, state: PickingState) -> None:
        """Ask it."""
        asked = state.numbering
        if asked is not None and self.ids.field.text != asked.typed and not self._soon.is_triggered:
            self.ids.field.text = asked.typed

    def typed(self) -> None:
        """What stands in the field is the number."""
        self._soon.cancel()
        self.screen.flow.number_typed(self.ids.field.text)

    def take(self) -> None:
        """Enter."""
        self.typed()
        self.screen.flow.number_done()


class PickNextSide(BoxLayout):
    """Right: what is fetched next, and what is to be known."""

    screen = ObjectProperty(None)

    def show(self, state: PickingState) -> None:
        """Show what is next."""
        self.ids.window.show(next_window(state))
        self.ids.facts.steps = facts(state)


class PickedPane(BoxLayout):
    """Left: what became of the order."""

    screen = ObjectProperty(None)

    def show(self, state: PickingState) -> None:
        """Show a packed order."""
        self.ids.window.show(ended(state))


class PickedSide(BoxLayout):
    """Right: the parcels and their labels."""

    screen = ObjectProperty(None)
    again = StringProperty("")
    printing, goes_on = BooleanProperty(False), BooleanProperty(False)

    def show(self, state: PickingState) -> None:
        """Show how they stand."""
        self.ids.steps.steps = steps(state)
        labels = [it.label for it in state.made if it.label is not PaperState.ABSENT]
        words = ngettext("Print the label again", "Print the labels again", len(labels))
        self.again = words if labels else ""
        self.printing = PaperState.PRINTING in labels
        self.goes_on = primary(state, self.screen.flow.on_shelve is not None).verb != "next"


class PickGoOn(PrimaryButton):
    """The primary action."""

    screen = ObjectProperty(None)


class PickingScreen(Panel):
    """Reads the flow's state; touches call its verbs."""

    state = ObjectProperty(PickingState(), rebind=True)
    flow = ObjectProperty(None)
    open = BooleanProperty(False)

    def __init__(self, flow: PickingFlow, on_history: Callable[[], None]) -> None:
        self.history = on_history
        self._parts: dict[type, Any] = {}
        super().__init__(flow=flow, state=flow.state)
        self.fbind("width", lambda *_args: self._widths())
        flow.on_state = self._look
        theme.follow(language=self._spoken)
        self._look(flow.state)

    def shown(self) -> None:
        """The screen came."""
        self._look(self.flow.state)

    def _spoken(self, *_args: Any) -> None:
        """The language changed."""
        self._look(self.flow.state)

    def _part(self, kind: type) -> Any:
        if kind not in self._parts:
            self._parts[kind] = kind(screen=self)
        return self._parts[kind]

    def _look(self, state: PickingState) -> None:
        self.state, self.open = state, bool(state.phase is not Phase.LIST or state.read.orders)
        for place, kind in zip(("pane", "side"), panes(state), strict=True):
            part = self._part(kind)
            part.show(state)
            only(self.ids[place], part)
        self._widths()
        self._action(state)

    def _widths(self) -> None:
        """The right column keeps its width; where nothing is to be picked it has all of it."""
        left, right = self.ids.pane, self.ids.side
        left.size_hint_x, left.width = (1, left.width) if self.open else (None, 0)
        left.opacity = 1 if self.open else 0
        right.size_hint_x, right.width = (None, self.width * 440 / 1280) if self.open else (1, right.width)

    def _action(self, state: PickingState) -> None:
        if not self.open:
            self.ids.right.clear_widgets()
            return
        button, said = self._part(PickGoOn), primary(state, self.flow.on_shelve is not None)
        button.text, button.line, button.icon = said.text, said.line, said.icon
        button.off, button.busy = said.off, said.busy
        only(self.ids.right, button)

    def insert(self, text: str) -> None:
        """Letters from a real keyboard: the number of a unit."""
        self._part(PickNumberPane).ids.field.insert(text)

    def erase(self) -> None:
        """One letter less."""
        self._part(PickNumberPane).ids.field.backspace()

    def enter(self) -> None:
        """Enter takes the number that was typed."""
        self._part(PickNumberPane).take()

    def go_on(self) -> None:
        """The primary action."""
        verb = primary(self.state, self.flow.on_shelve is not None).verb
        if verb:
            getattr(self.flow, verb)()

    def labels_again(self) -> None:
        """Every label once more."""
        for made in self.state.made:
            self.flow.label_again(made.parcel.id)


def panes(state: PickingState) -> tuple[type, type]:
    """What stands left and right."""
    if state.phase is Phase.DONE:
        return PickedPane, PickedSide
    if state.phase is Phase.PICK and state.numbering is not None:
        return PickNumberPane, PickNextSide
    if state.phase in (Phase.PICK, Phase.PACKING):
        return WalkPane, PickNextSide
    return OrdersPane, (PickChosenSide if state.chosen is not None else NothingToPick)
