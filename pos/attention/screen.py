"""Attention on the window: the cases at the left, the open one with both its sides and the ways to settle it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401  the names that the rules use
from pos.attention.flow import AttentionFlow
from pos.attention.state import AttentionState, Phase
from pos.attention.view import Row as CaseSaid
from pos.attention.view import Window, count, foot, head, primary, question, rows, ways, windows
from pos.attention.words import Way, way
from pos.ui.approval import ApprovalPane, ApprovalSide
from pos.ui.i18n import _
from pos.ui.kit.buttons import PrimaryButton, SecondaryButton
from pos.ui.kit.frame import Panel
from pos.ui.kit.rows import Row
from pos.ui.kit.screens import only
from pos.ui.kit.shape import Boxed
from pos.ui.theme import theme

from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip
from kivy.uix.floatlayout import FloatLayout  # isort: skip

for rules in ("case", "screen"):
    Builder.load_file(str(Path(__file__).with_name(f"{rules}.kv")))


class CaseRow(Row):
    """A case in the list."""

    item = ObjectProperty(None, allownone=True)
    index = ObjectProperty(-1)
    icon, title, line, age = (StringProperty("") for _n in range(4))

    def on_item(self, _row: Any, said: CaseSaid | None) -> None:
        """Show another case."""
        if said is not None:
            self.icon, self.title, self.line, self.age = said.icon, said.title, said.line, said.age
            self.chosen = said.chosen


class CasesPane(BoxLayout):
    """Left: the cases, the oldest first."""

    screen = ObjectProperty(None)
    title, order, foot = (StringProperty("") for _n in range(3))

    def show(self, state: AttentionState) -> None:
        """Show the list."""
        self.title, self.foot = count(state), foot(state)
        self.order = _("oldest first") if len(state.read.matters) > 1 else ""
        self.ids.cases.rows = rows(state)

    def tapped(self, index: int) -> None:
        """A case was touched."""
        found = self.screen.state.read.matters
        if 0 <= index < len(found):
            self.screen.flow.choose(found[index].id)


class SideWindow(Panel):
    """One side as a window: who, when as the hero, what, by whom."""

    icon, who, when, what, line = (StringProperty("") for _n in range(5))

    def show(self, said: Window) -> None:
        """Show a side."""
        self.icon, self.who, self.when, self.what, self.line = said.icon, said.who, said.when, said.what, said.line
        self.tone = said.tint


class Noted(Boxed, BoxLayout):
    """What was noted of a matter that has one side only, in the words of whoever noted it."""

    text = StringProperty("")


class GoodsTile(Boxed, FloatLayout):
    """The goods it is about, or what kind of case it is."""

    picture, icon = StringProperty(""), StringProperty("")
    tint = StringProperty("sand")


class WayRow(Row):
    """One way to settle a case."""

    icon, title, line = (StringProperty("") for _n in range(3))
    way = ObjectProperty(None, allownone=True)

    def show(self, way: Way, chosen: bool) -> None:
        """Show a way."""
        self.way, self.chosen = way, chosen
        self.icon, self.title, self.line = way.icon, way.title, way.line


class CaseSide(BoxLayout):
    """Right: the open case."""

    screen = ObjectProperty(None)
    title, line, icon, picture, question = (StringProperty("") for _n in range(5))
    tint = StringProperty("sand")

    def __init__(self, **kwargs: Any) -> None:
        self._noted = Noted()
        super().__init__(**kwargs)

    def show(self, state: AttentionState) -> None:
        """Show the open case."""
        matter = state.matter
        if matter is None:
            return
        said = head(state, matter)
        self.title, self.line, self.icon = said.title, said.line, said.icon
        self.picture, self.tint, self.question = said.picture, said.tint, question(matter)
        self._sides(windows(state, matter), matter.facts.detail)
        self._ways(state, ways(matter))

    def _sides(self, sides: list[Window], detail: str) -> None:
        place = self.ids.sides
        place.remove_widget(self._noted)
        self._fill(place, SideWindow, len(sides))
        for window, side in zip(reversed(place.children), sides, strict=True):
            window.show(side)
        self._noted.text = detail
        if len(sides) == 1:
            place.add_widget(self._noted)

    def _ways(self, state: AttentionState, found: list[Way]) -> None:
        place = self.ids.ways
        for row in self._fill(place, WayRow, len(found)):
            row.bind(on_tap=lambda touched: self.screen.flow.pick(touched.way.choice))
        for row, one in zip(reversed(place.children), found, strict=True):
            row.show(one, one.choice == state.choice)

    @staticmethod
    def _fill(place: Any, kind: type, wanted: int) -> list[Any]:
        """As many children as wanted; answers those that are new."""
        while len(place.children) > wanted:
            place.remove_widget(place.children[0])
        made = [kind() for _n in range(wanted - len(place.children))]
        for child in made:
            place.add_widget(child)
        return made


class NothingOpen(BoxLayout):
    """Right, while nothing needs anybody: a shelf with nothing on it."""

    screen = ObjectProperty(None)
    waiting = StringProperty("")

    def show(self, state: AttentionState) -> None:
        """Say what of it still waits for the network."""
        self.waiting = foot(state)


class BackToCase(SecondaryButton):
    """Back to the case, without an approval."""

    screen = ObjectProperty(None)


class SettleButton(PrimaryButton):
    """The primary action."""

    screen = ObjectProperty(None)


class AttentionScreen(Panel):
    """Reads the flow's state; touches call its verbs."""

    state = ObjectProperty(AttentionState(), rebind=True)
    flow = ObjectProperty(None)
    approving, open = BooleanProperty(False), BooleanProperty(False)

    def __init__(self, flow: AttentionFlow, on_history: Callable[[], None]) -> None:
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

    def _look(self, state: AttentionState) -> None:
        self.state, self.approving, self.open = state, state.phase is Phase.APPROVAL, state.matter is not None
        for place, kind in zip(("pane", "side"), panes(state), strict=True):
            part = self._part(kind)
            if kind is ApprovalPane:
                part.title, part.why = _("Who settles this?"), question_of(state)
            part.show(state)
            only(self.ids[place], part)
        self._widths()
        self._action(state)

    def _widths(self) -> None:
        """Cases are narrow and the open one is wide; while somebody approves it is the other way round."""
        left, right = self.ids.pane, self.ids.side
        cases = self.width * 440 / 1280 if self.open else 0
        left.size_hint_x, left.width = (1, left.width) if self.approving else (None, cases)
        left.opacity = 1 if self.open else 0
        right.size_hint_x, right.width = (None, dp(420)) if self.approving else (1, right.width)
        right.padding = [dp(24), dp(20)] if self.approving else [dp(32), dp(20), dp(32), dp(16)]

    def _action(self, state: AttentionState) -> None:
        button = self._part(BackToCase if self.approving else SettleButton)
        if not self.approving:
            said = primary(state)
            button.text, button.line, button.off, button.busy = said.text, said.line, said.off, said.busy
        if self.approving or self.open:
            only(self.ids.right, button)
        else:
            self.ids.right.clear_widgets()


def question_of(state: AttentionState) -> str:
    """What somebody approves."""
    matter, choice = state.matter, state.choice
    return way(choice, matter.facts, matter.code).title if matter is not None and choice is not None else ""


def panes(state: AttentionState) -> tuple[type, type]:
    """What stands left and right."""
    if state.phase is Phase.APPROVAL:
        return ApprovalPane, ApprovalSide
    return CasesPane, (CaseSide if state.matter is not None else NothingOpen)
