"""The end of a return on the window: what to give or what was promised, and how drawer and slip stand."""

import pos.ui.steps
import pos.ui.tray  # noqa: F401
from pos.pictures import path_of
from pos.printing import PaperState
from pos.returns.done import cards
from pos.returns.done.said import headline, hero, next_words, pieces, rows, steps
from pos.returns.state import ReturnState
from pos.ui.i18n import _
from sync.domain.returns import Basis

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip


class BackRow(BoxLayout):
    """One row of how the money goes back."""

    words, amount = StringProperty(""), StringProperty("")


class BackDone(BoxLayout):
    """Left: what to give, or what was promised."""

    screen = ObjectProperty(None)
    headline, words, foot, art = (StringProperty("") for _n in range(4))
    currency = StringProperty("KZT")
    hero = NumericProperty(0)
    promised = BooleanProperty(False)

    def show(self, state: ReturnState) -> None:
        """Show a recorded return."""
        if state.recorded is None:
            return
        body = state.recorded.body
        self.promised = body.basis == Basis.PROMISE
        self.currency, self.art = body.currency, path_of("bag-pine")
        self.hero = hero(body)
        self.headline = cards.headline(state, headline(body))
        self.words = cards.said(state, next_words(body, state.slip.paper is not PaperState.ABSENT))
        self.foot = _("Receipt {number}").format(number=body.receipt)
        self.ids.tray.pieces = pieces(body)


class BackSide(BoxLayout):
    """Right: the money by tender, and the steps."""

    screen = ObjectProperty(None)
    paper = StringProperty("absent")

    def show(self, state: ReturnState) -> None:
        """Show how the money goes and how the devices stand."""
        if state.recorded is None:
            return
        body = state.recorded.body
        self.paper = state.slip.paper.value
        box = self.ids.rows
        box.clear_widgets()
        for named, amount in rows(body):
            box.add_widget(BackRow(words=named, amount=amount))
        self.ids.steps.steps = steps(state)
