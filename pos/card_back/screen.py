"""Money back to a card on the window: the card terminal and what the customer does, what is recorded at the right."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pos.ui.machine
import pos.ui.steps  # noqa: F401
from pos.card_back.flow import CardBackFlow
from pos.card_back.state import BackState, Phase
from pos.card_back.view import action, amount, caption, going_back, headline, rows, steps
from pos.ui.kit.buttons import PrimaryButton, SecondaryButton
from pos.ui.kit.frame import Panel
from pos.ui.kit.screens import only
from pos.ui.theme import theme

from kivy.lang import Builder  # isort: skip
from kivy.properties import NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class GivenRow(BoxLayout):
    """One way that money of the return goes back."""

    words, amount = StringProperty(""), StringProperty("")


class GoOnBack(PrimaryButton):
    """The one action, where there is one."""

    screen = ObjectProperty(None)


class NotByCard(SecondaryButton):
    """The way out while the next move is the customer's: no yellow then."""

    screen = ObjectProperty(None)


class CardBackScreen(Panel):
    """Reads the flow's state; touches call its verbs."""

    state = ObjectProperty(BackState(), rebind=True)
    flow = ObjectProperty(None)
    title, words, amount, caption = (StringProperty("") for _n in range(4))
    currency = StringProperty("KZT")
    tint = StringProperty("sky")
    minor = NumericProperty(0)

    def __init__(self, flow: CardBackFlow, on_history: Callable[[], None]) -> None:
        self.history = on_history
        super().__init__(flow=flow, state=flow.state)
        self._buttons: dict[bool, Any] = {False: GoOnBack(screen=self), True: NotByCard(screen=self)}
        flow.on_state = self._look
        theme.follow(language=self._spoken)
        self._look(flow.state)

    def shown(self) -> None:
        """The screen came."""
        self._look(self.flow.state)

    def _spoken(self, *_args: Any) -> None:
        """The language changed."""
        self._look(self.flow.state)

    def _look(self, state: BackState) -> None:
        if state.phase is Phase.IDLE:
            return  # another screen is coming, and this one stays as it was until then
        self.state = state
        (self.title, self.words), self.amount, self.caption = headline(state), amount(state), caption(state)
        self.tint = "blush" if state.phase in (Phase.UNKNOWN, Phase.HELD) else "sky"
        self.minor, currency, _card = going_back(state)
        self.currency = currency or self.currency
        self.ids.steps.steps = steps(state)
        self.ids.rows.clear_widgets()
        for words, amount_said in rows(state):
            self.ids.rows.add_widget(GivenRow(words=words, amount=amount_said))
        self._action(state)

    def _action(self, state: BackState) -> None:
        said = action(state)
        button = self._buttons[said.quiet]
        button.text, button.icon, button.off = said.text, said.icon, said.off
        if not said.quiet:
            button.line = said.line
        only(self.ids.right, button)

    def act(self) -> None:
        """What the person at the till can do now."""
        verb = action(self.state).verb
        getattr(self.flow, verb)()
