"""A hand-out on the window: parcels, person and signature side by side, and one button that gives them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pos.ui.kit
import pos.ui.steps  # noqa: F401  the names that the rules use
from pos.hand_out import view
from pos.hand_out.flow import HandOutFlow
from pos.hand_out.state import HandOutState, Phase, Way
from pos.hand_out.view import CardSaid, ChoiceSaid, GoodsSaid, HeadSaid, ParcelSaid
from pos.pictures import path_of
from pos.ui.kit.buttons import QuietButton, SecondaryButton
from pos.ui.kit.frame import Panel
from pos.ui.kit.keypad import Keypad
from pos.ui.kit.screens import only
from pos.ui.kit.shape import Boxed
from pos.ui.kit.touch import Pressable
from pos.ui.kit.window import ShopWindow
from pos.ui.theme import theme
from sync.domain.pickups import Document

from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.anchorlayout import AnchorLayout  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

for rules in ("parts", "person", "screen"):
    Builder.load_file(str(Path(__file__).with_name(f"{rules}.kv")))

ART = ("parcel", "bag-pine", "parcel")
"""What stands in the window: one for each of the first parcels."""


class StepHead(BoxLayout):
    """Number or check mark of a step, its name and how far it is."""

    mark, title, line = (StringProperty("") for _n in range(3))
    done, now = BooleanProperty(False), BooleanProperty(False)

    def show(self, said: HeadSaid) -> None:
        """Show how far it is."""
        self.mark, self.title, self.line = said.mark, said.title, said.line
        self.done, self.now = said.done, said.now


class ParcelRow(Pressable, BoxLayout):
    """A parcel in the list; a touch is for a label that can't be read."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)
    title, line, time = (StringProperty("") for _n in range(3))
    done, hand = BooleanProperty(False), BooleanProperty(False)

    def on_item(self, _row: Any, said: ParcelSaid | None) -> None:
        """Show another parcel."""
        if said is not None:
            self.title, self.line, self.time = said.title, said.line, said.time
            self.done, self.hand = said.done, said.hand


class InsideRow(BoxLayout):
    """An article in the parcels."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)
    name, count, instead = StringProperty(""), StringProperty(""), StringProperty("")

    def on_item(self, _row: Any, said: GoodsSaid | None) -> None:
        """Show another article."""
        if said is not None:
            self.name, self.count, self.instead = said.name, said.count, said.instead


class WayButton(Pressable, AnchorLayout):
    """One way to make sure of the person; inverse while it is chosen."""

    text, icon = StringProperty(""), StringProperty("")
    on = BooleanProperty(False)


class ChoiceRow(Pressable, BoxLayout):
    """One answer: a document, a proxy."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)
    text, icon = StringProperty(""), StringProperty("")
    on = BooleanProperty(False)

    def on_item(self, _row: Any, said: ChoiceSaid | None) -> None:
        """Show another answer."""
        if said is not None:
            self.text, self.icon, self.on = said.text, said.icon, said.on


class Digit(Boxed, AnchorLayout):
    """One digit of a code."""

    text = StringProperty("")
    right, wrong, here = BooleanProperty(False), BooleanProperty(False), BooleanProperty(False)


class Digits(BoxLayout):
    """The digits of a code as they are typed."""

    count = NumericProperty(0)

    def show(self, state: HandOutState) -> None:
        """As many boxes as the code has digits."""
        self.count = state.digits
        while len(self.children) < state.digits:
            self.add_widget(Digit())
        while len(self.children) > state.digits:
            self.remove_widget(self.children[0])
        for at, box in enumerate(reversed(self.children)):
            box.text = state.typed[at : at + 1]
            box.right, box.wrong = view.sure(state), state.wrong
            box.here = at == len(state.typed) and state.verified is None


class CodePad(Keypad):
    """Keys for the code, as high as there is room."""


class SureCard(Boxed, BoxLayout):
    """What is known of the person."""

    title, line, icon = (StringProperty("") for _n in range(3))
    good = BooleanProperty(True)

    def show(self, said: CardSaid) -> None:
        """Show what is known."""
        self.title, self.line, self.icon, self.good = said.title, said.line, said.icon, said.good


class ParcelsWindow(ShopWindow):
    """The parcels on their shelf, whose name stands large above them."""

    shelf = StringProperty("")
    seen = ListProperty([0.0, 0.0, 0.0])  # how strongly each of the first three is drawn
    art = tuple(path_of(name) for name in ART)


class PersonPane(BoxLayout):
    """The middle: how the person is made sure of."""

    screen = ObjectProperty(None)
    question = StringProperty("")
    answers = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._pad, self._digits, self._card = CodePad(), Digits(), SureCard()
        self._pad.bind(on_key=lambda _pad, key: self.screen.flow.key(key))
        self._ways = [WayButton() for _way in Way]
        for button in self._ways:
            button.bind(on_tap=lambda touched: self.screen.flow.way(Way(touched.tag)))

    def show(self, state: HandOutState) -> None:
        """Show what is asked and what is known."""
        self.ids.head.show(view.heads(state)[1])
        self.question = view.question(state)
        if not self.ids.ways.children:
            for button in self._ways:
                self.ids.ways.add_widget(button)
        for button, said in zip(self._ways, view.ways(state), strict=True):
            button.tag, button.text, button.icon, button.on = said.key, said.text, said.icon, said.on
            button.off = said.key == Way.CODE and not state.code_on and not said.on
        _stands(self.ids.digits, self._digits if state.way is Way.CODE and not state.by_pass else None)
        self._digits.show(state)
        answers = view.choices(state)
        self.answers, self.ids.choices.rows = len(answers), answers
        self._foot(state)

    def chosen(self, index: int) -> None:
        """An answer was touched."""
        flow, said = self.screen.flow, self.ids.choices.rows[index]
        if flow.state.way is Way.DOCUMENT:
            flow.document(Document(said.key))
        else:
            flow.proxy(said.key)

    def _foot(self, state: HandOutState) -> None:
        said = view.card(state)
        _stands(self.ids.card, self._card if said is not None else None)
        _stands(self.ids.pad, self._pad if said is None else None)
        if said is not None:
            self._card.show(said)


class SignPane(BoxLayout):
    """The right, where a signature is asked for."""

    screen = ObjectProperty(None)
    received, when, name = (StringProperty("") for _n in range(3))
    signed = BooleanProperty(False)

    def show(self, state: HandOutState) -> None:
        """Show for what is signed. The glass is wiped once the signature counts no more."""
        self.ids.head.show(view.heads(state)[2])
        self.received, self.when, self.name = view.received(state), view.when(state), state.person
        if self.signed and not state.signature:
            self.ids.pad.clear()
        self.signed = bool(state.signature)

    def wiped(self) -> None:
        """Somebody signs again."""
        self.ids.pad.clear()
        self.screen.flow.sign_again()


class InsidePane(BoxLayout):
    """The right, where nobody signs: what is in the parcels."""

    screen = ObjectProperty(None)

    def show(self, state: HandOutState) -> None:
        """Show the articles."""
        self.ids.head.show(view.heads(state)[2])
        self.ids.goods.rows = view.goods(state)


class StepsPane(BoxLayout):
    """Parcels, person and signature side by side."""

    screen = ObjectProperty(None)
    title, ticket, word, word_icon, paid_by, amount = (StringProperty("") for _n in range(6))
    held, asking = BooleanProperty(False), BooleanProperty(False)
    rows_high, room = NumericProperty(0), NumericProperty(2)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._sign, self._inside = SignPane(screen=self.screen), InsidePane(screen=self.screen)
        self._some = SomeButton(screen=self.screen)

    def touched(self, index: int) -> None:
        """A parcel was touched."""
        self.screen.flow.touch_parcel(self.ids.parcels.rows[index].id)

    def show(self, state: HandOutState) -> None:
        """Show how far it is."""
        self.title, self.ticket = view.title(state), state.around.ticket
        self.word_icon, self.word = view.custody(state)
        self.held, self.asking = self.word_icon == "shield-check", self.word_icon == "loader-circle"
        self._some.only = state.only_some
        _stands(self.ids.some, self._some if len(state.ready) > 1 else None)
        self.ids.head.show(view.heads(state)[0])
        self.paid_by, self.amount = view.paid(state)
        rows = view.parcels(state)
        self.rows_high, self.ids.parcels.rows = len(rows), rows
        window, seen = self.ids.window, [1.0 if row.done else 0.45 for row in rows]
        window.shelf, window.seen = view.shelf(state), [*seen, 0.0, 0.0, 0.0][:3]
        self.ids.person.show(state)
        pane = self._sign if state.signs else self._inside
        pane.show(state)
        only(self.ids.third, pane)


class SomeButton(QuietButton):
    """Not all of the parcels."""

    screen = ObjectProperty(None)
    only = BooleanProperty(False)


class PrintSlip(SecondaryButton):
    """The slip once more."""

    screen = ObjectProperty(None)
    paper = StringProperty("absent")


class ComesBack(QuietButton):
    """Something of it is not wanted."""

    screen = ObjectProperty(None)


class EndPane(BoxLayout):
    """The end: what was given and how it stands, or why nothing is given."""

    screen = ObjectProperty(None)
    title, headline, words, foot, art, heading = (StringProperty("") for _n in range(6))
    tint = StringProperty("sand")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._print, self._back = PrintSlip(screen=self.screen), ComesBack(screen=self.screen)

    def show(self, state: HandOutState) -> None:
        """Show the end."""
        done = state.phase is Phase.DONE
        self.title, (self.headline, self.words), self.foot = view.title(state), view.result(state), view.foot(state)
        self.tint, self.art = ("mint", path_of("bag-pine")) if done else ("sand", path_of("parcel"))
        self.heading = view.heading(state)
        self.ids.steps.steps = view.steps(state)
        self._print.paper = state.slip.paper.value
        _stands(self.ids.print, self._print if done else None)
        _stands(self.ids.back, self._back if done and state.returns else None)


class HandOutScreen(Panel):
    """Reads the flow's state; touches call its verbs."""

    state = ObjectProperty(HandOutState(), rebind=True)
    flow = ObjectProperty(None)
    text, icon = StringProperty(""), StringProperty("package-check")
    off, busy = BooleanProperty(True), BooleanProperty(False)

    def __init__(self, flow: HandOutFlow, on_history: Callable[[], None]) -> None:
        self.history = on_history
        super().__init__(flow=flow, state=flow.state)
        self._steps, self._end = StepsPane(screen=self), EndPane(screen=self)
        flow.on_state = self._look
        theme.follow(language=self._spoken)
        self._look(flow.state)

    def shown(self) -> None:
        """The screen came."""
        self._look(self.flow.state)

    def _spoken(self, *_args: Any) -> None:
        """The language changed."""
        self._look(self.flow.state)

    def _look(self, state: HandOutState) -> None:
        self.state = state
        said = view.action(state)
        self.text, self.icon, self.off, self.busy = said.text, said.icon, said.off, said.busy
        if state.phase is Phase.OPENING:
            self.ids.body.clear_widgets()
            return
        pane = self._end if state.phase in (Phase.DONE, Phase.STOPPED) else self._steps
        pane.show(state)
        only(self.ids.body, pane)

    def act(self) -> None:
        """The primary action."""
        getattr(self.flow, view.action(self.state).verb)()


def _stands(place: Any, part: Any) -> None:
    """This part stands there, or nothing."""
    if part is None:
        place.clear_widgets()
    else:
        only(place, part)
