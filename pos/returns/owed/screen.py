"""A slip for cash on the window: what is owed at the left, how it is paid at the right."""

from typing import Any

import pos.ui.steps
import pos.ui.tray  # noqa: F401
from pos.pictures import path_of
from pos.returns.owed.said import head, heading, pieces, slip, steps
from pos.returns.state import Phase, ReturnState
from pos.ui.kit.buttons import QuietButton, SecondaryButton
from pos.ui.kit.numbers import MoneyText
from pos.ui.kit.screens import only

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip


class SlipAmount(MoneyText):
    """How much it is, in the window."""


class LeaveSlip(QuietButton):
    """To another slip or order; nothing is paid."""

    screen = ObjectProperty(None)


class PrintPayOut(SecondaryButton):
    """Its paper once more."""

    screen = ObjectProperty(None)
    paper = StringProperty("absent")


class OwedPane(BoxLayout):
    """Left: how much, and whether it may be paid."""

    screen = ObjectProperty(None)
    title, line, headline, words, foot, art = (StringProperty("") for _n in range(6))
    lively, paid = BooleanProperty(False), BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._amount, self._leave = SlipAmount(), LeaveSlip(screen=self.screen)

    def show(self, state: ReturnState) -> None:
        """Show a slip."""
        said = slip(state)
        if said is None:
            return
        (self.title, self.line), self.art = head(state), path_of("bag-pine")
        self.headline, self.words, self.foot = said.headline, said.words, said.foot
        self.lively, self.paid = said.lively, said.paid
        self._amount.minor, self._amount.currency = said.amount or 0, said.currency or "KZT"
        _stands(self.ids.amount, self._amount if said.amount is not None else None)
        _stands(self.ids.leave, self._leave if state.payable and state.payout is None else None)
        self._leave.off = state.phase is not Phase.OWED
        self.ids.tray.pieces = pieces(state)


class OwedSide(BoxLayout):
    """Right: the steps, and the paper once it is paid."""

    screen = ObjectProperty(None)
    heading = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._again = PrintPayOut(screen=self.screen)

    def show(self, state: ReturnState) -> None:
        """Show how it is paid and how the devices stand."""
        self.heading, self.ids.steps.steps = heading(state), steps(state)
        self._again.paper = state.slip.paper.value
        _stands(self.ids.again, self._again if state.payout is not None else None)


def _stands(place: Any, part: Any) -> None:
    """This part stands there, or nothing."""
    if part is None:
        place.clear_widgets()
    else:
        only(place, part)
