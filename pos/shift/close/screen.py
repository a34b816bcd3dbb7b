"""What a count came to, said plainly, and the end of the shift."""

from pathlib import Path
from typing import Any

import pos.ui.steps  # noqa: F401
from pos.pictures import path_of
from pos.shift.figures import closed_foot, compared_rows, difference_line, figures, move_rows, report_rows
from pos.shift.move.screen import WhyBox
from pos.shift.page.screen import FigureItem, FigureList, NoteBox  # noqa: F401  names of the rules
from pos.shift.state import ShiftState
from pos.shift.view import closing_steps, verdict, waiting
from pos.ui.i18n import _
from pos.ui.kit.screens import only
from pos.ui.kit.window import ShopWindow

from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_name("screen.kv")))


class VerdictWindow(ShopWindow):
    """How far the count is off, as a hero."""

    title, words, currency = StringProperty(""), StringProperty(""), StringProperty("KZT")
    minor = NumericProperty(0)


class ComparePane(BoxLayout):
    """Left: the difference, and where there is one, why."""

    screen = ObjectProperty(None)
    noting = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._window, self._why = VerdictWindow(), WhyBox(screen=self.screen)

    def show(self, state: ShiftState) -> None:
        """Show the difference."""
        window = self._window
        window.title, window.words = verdict(state)
        window.minor, window.currency = abs(state.difference), state.currency
        window.tint = "sand" if state.difference else "mint"
        window.picture = path_of("bag-pine" if not state.difference else "bag-ink")
        self.noting = state.noting
        if state.noting:
            self.ids.window.clear_widgets()
        else:
            only(self.ids.window, window)
        self._explain(state)

    def _explain(self, state: ShiftState) -> None:
        if state.difference:
            self._why.show(state)
            only(self.ids.why, self._why)
        else:
            self.ids.why.clear_widgets()


class CompareSide(BoxLayout):
    """Right: how the cash came to be what it should be, and what waits for the hub."""

    screen = ObjectProperty(None)

    def show(self, state: ShiftState) -> None:
        """Show the sums."""
        self.ids.cash.show(compared_rows(state))
        self.ids.box.show(waiting(state))


class ClosedWindow(ShopWindow):
    """The shift is over."""

    title, words, currency = StringProperty(""), StringProperty(""), StringProperty("KZT")
    minor = NumericProperty(0)


class ClosedPane(BoxLayout):
    """Left: the shift is closed."""

    screen = ObjectProperty(None)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._window = ClosedWindow(picture=path_of("lamp-sun"))
        self.add_widget(self._window)

    def show(self, state: ShiftState) -> None:
        """Show what was counted."""
        report = state.shown
        if report is None or report.cash is None:
            return
        self._window.title, self._window.foot = _("Counted"), ""
        self._window.words = difference_line(report)
        self._window.minor, self._window.currency = report.cash.counted or 0, report.currency
        self._window.foot, self._window.foot_icon = closed_foot(report), "receipt"


class ClosedSide(BoxLayout):
    """Right: the Z report, and how its paper stands."""

    screen = ObjectProperty(None)
    paper = StringProperty("absent")

    def show(self, state: ShiftState) -> None:
        """Show the figures."""
        report = state.shown
        if report is None:
            return
        self.paper = state.slip.paper.value
        self.ids.figures.rows = [*figures(report), *move_rows(report), *report_rows(report)]
        self.ids.steps.steps = closing_steps(state)
