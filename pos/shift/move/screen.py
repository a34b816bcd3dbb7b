"""Cash that is moved by hand: why, in a chip and in words; the amount stands at the right."""

from pathlib import Path
from typing import Any

from pos.pictures import path_of
from pos.receipt.shift import MOVES
from pos.shift.state import ShiftState
from pos.shift.view import move_words, why
from pos.ui.i18n import _, language
from pos.ui.kit.buttons import Chip
from pos.ui.kit.screens import only
from pos.ui.kit.window import ShopWindow

from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip
from kivy.uix.widget import Widget  # isort: skip

Builder.load_file(str(Path(__file__).with_name("screen.kv")))


class WhyBox(BoxLayout):
    """Reasons as chips, a note below them, and the keyboard while it is written."""

    screen = ObjectProperty(None)
    typing = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._board: Any = None
        self._answers: list[tuple[str, str]] = []
        self.ids.note.bind(text=lambda _field, text: self.screen.flow.noted(text))

    def show(self, state: ShiftState) -> None:
        """Show the reasons, and what was written."""
        answers = why(state)
        if [key for key, _words in answers] != [key for key, _words in self._answers]:
            self._chips(answers)
        self._answers = answers
        for chip, (key, words) in zip(reversed(self.ids.chips.children), answers, strict=True):
            chip.tag, chip.text, chip.on = key, words, key == state.reason
        if self.ids.note.text != state.note:
            self.ids.note.text = state.note
        self.typing = state.noting
        only(self.ids.keyboard, self._keyboard()) if state.noting else self.ids.keyboard.clear_widgets()

    def _chips(self, answers: list[tuple[str, str]]) -> None:
        self.ids.chips.clear_widgets()
        for _answer in answers:
            chip = Chip()
            chip.bind(on_tap=lambda touched: self.screen.flow.because(touched.tag))
            self.ids.chips.add_widget(chip)

    def _keyboard(self) -> Any:
        if self._board is None:
            from pos.ui.kit.keyboard import OnScreenKeyboard

            self._board = OnScreenKeyboard(field=self.ids.note, language=language())
            self._board.size_hint_y, self._board.padding = 1, [0, dp(4), 0, dp(4)]
        self._board.enter_text = _("Done")
        return self._board


class MoveWindow(ShopWindow):
    """What becomes of the cash."""

    words = StringProperty("")


class MovePane(BoxLayout):
    """Left: what is done, why, and what becomes of the cash."""

    screen = ObjectProperty(None)
    title = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.why, self._rest = WhyBox(screen=self.screen), Widget()
        self._window = MoveWindow(picture=path_of("bag-pine"))
        self.ids.why.add_widget(self.why)

    def show(self, state: ShiftState) -> None:
        """Show why."""
        self.title, self._window.words = _(MOVES[state.move]), move_words(state.move)
        self.why.show(state)
        only(self.ids.rest, self._rest if state.noting else self._window)
