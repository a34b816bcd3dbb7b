"""The drawer's page: what can be done, what was done by hand, the X report; and the shifts that were closed."""

from pathlib import Path
from typing import Any

from pos.printing import PaperState
from pos.shift.figures import LineSaid, cash_rows, closed_head, figures, fiscal_rows, report_rows
from pos.shift.state import ShiftState
from pos.shift.view import BoxSaid, RowSaid, drawer_rows, hero, page_box, past_rows, subtitle, title
from pos.ui.kit.rows import ListRow
from pos.ui.kit.shape import Boxed

from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_name("screen.kv")))


class FigureRow(BoxLayout):
    """One figure: its name, the amount on the right edge."""

    name, value = StringProperty(""), StringProperty("")
    strong, quiet = BooleanProperty(False), BooleanProperty(False)


class FigureList(BoxLayout):
    """Figures, one below the other."""

    def show(self, said: list[LineSaid]) -> None:
        """As many rows as figures."""
        while len(self.children) < len(said):
            self.add_widget(FigureRow())
        while len(self.children) > len(said):
            self.remove_widget(self.children[0])
        for row, one in zip(reversed(self.children), said, strict=True):
            row.name, row.value, row.strong, row.quiet = one.name, one.value, one.strong, one.quiet


class FigureItem(FigureRow):
    """A figure of a list that may be longer than its room."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)

    def on_item(self, _row: Any, said: LineSaid | None) -> None:
        """Show another one."""
        if said is not None:
            self.name, self.value, self.strong, self.quiet = said.name, said.value, said.strong, said.quiet


class NoteBox(Boxed, BoxLayout):
    """A note in a box; without a title there is none."""

    icon, title, line = (StringProperty("") for _n in range(3))
    good = BooleanProperty(False)

    def show(self, said: BoxSaid) -> None:
        """Show another note."""
        self.icon, self.title, self.line, self.good = said.icon, said.title, said.line, said.good


class DrawerRow(ListRow):
    """One thing that was done to the drawer, or one shift that was closed."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)

    def on_index(self, _row: Any, index: int) -> None:
        """A hairline above every row but the first."""
        self.rule = index > 0

    def on_item(self, _row: Any, said: RowSaid | None) -> None:
        """Show another one."""
        if said is not None:
            self.icon, self.name, self.line = said.icon, said.name, said.line
            self.value, self.chosen = said.value, said.chosen


class PagePane(BoxLayout):
    """Left: what can be done with the drawer, and what was."""

    screen = ObjectProperty(None)
    title, line = StringProperty(""), StringProperty("")
    past, printing, printer = BooleanProperty(False), BooleanProperty(False), BooleanProperty(True)

    def show(self, state: ShiftState) -> None:
        """Show the open shift."""
        self.title, self.line, self.past = title(state), subtitle(state), bool(state.around.past)
        self.printing = state.slip.paper is PaperState.PRINTING
        self.ids.rows.rows = drawer_rows(state)


class PageSide(BoxLayout):
    """Right: the X report."""

    screen = ObjectProperty(None)
    words, currency = StringProperty(""), StringProperty("KZT")
    minor = NumericProperty(0)
    hidden = BooleanProperty(False)

    def show(self, state: ShiftState) -> None:
        """Show the figures until now."""
        self.words, minor = hero(state)
        self.currency, self.minor, self.hidden = state.currency, minor or 0, minor is None
        self.ids.figures.show(figures(state.around.report))
        self.ids.box.show(page_box(state))


class PastPane(BoxLayout):
    """Left: the shifts that were closed, the newest first."""

    screen = ObjectProperty(None)

    def show(self, state: ShiftState) -> None:
        """Show them."""
        self.ids.rows.rows = past_rows(state)

    def tapped(self, index: int) -> None:
        """A shift was touched."""
        past = self.screen.state.around.past
        if 0 <= index < len(past):
            self.screen.flow.show(past[index].number)


class PastSide(BoxLayout):
    """Right: the Z report of the chosen one."""

    screen = ObjectProperty(None)
    title, line = StringProperty(""), StringProperty("")

    def show(self, state: ShiftState) -> None:
        """Show its figures."""
        report = state.shown
        if report is None:
            return
        self.title, self.line = closed_head(report)
        self.ids.figures.show(figures(report))
        self.ids.cash.rows = [*cash_rows(report), *report_rows(report), *fiscal_rows(report)]
