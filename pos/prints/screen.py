"""The list of prints on the window: at the left each job, at the right the open one's page, and how it stands."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401  the names that the rules use
from pos.prints import view, words
from pos.prints.flow import PrintsFlow
from pos.prints.state import How, PrintsState, Sheet
from pos.ui.kit.buttons import PrimaryButton, QuietButton
from pos.ui.kit.frame import Panel
from pos.ui.kit.rows import ListRow
from pos.ui.kit.screens import only
from pos.ui.theme import theme
from sync.actions.clock import now_ms

from kivy.graphics import Color, Rectangle  # isort: skip
from kivy.graphics.texture import Texture  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip
from kivy.uix.widget import Widget  # isort: skip

Builder.load_file(str(Path(__file__).with_name("screen.kv")))

_PAPER = 0.96
"""How light paper is on a dark screen: white would blind."""


class PrintRow(ListRow):
    """One job of the list."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)

    def on_index(self, _row: Any, index: int) -> None:
        """A hairline above every row but the first."""
        self.rule = index > 0

    def on_item(self, _row: Any, said: view.RowSaid | None) -> None:
        """Show another one."""
        if said is not None:
            self.icon, self.name, self.line, self.line_tone = said.icon, said.name, said.line, said.tone
            self.value, self.chosen = said.value, said.chosen


class PaperView(Widget):
    """A page, as wide as there is room and from its top on; a finger moves it up and down."""

    offset = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        self._sheet: Sheet | None = None
        super().__init__(**kwargs)
        with self.canvas:
            self._color = Color(_PAPER, _PAPER, _PAPER, 1)
            self._paper = Rectangle(size=(0, 0))
        self.bind(pos=self._place, size=self._place, offset=self._place)
        theme.follow(painted=self._place)

    def show(self, sheet: Sheet | None) -> None:
        """Show another page from its top."""
        if sheet is self._sheet:
            return
        self._sheet = sheet
        if sheet is not None:
            texture = Texture.create(size=(sheet.width, sheet.height), colorfmt="luminance")
            texture.blit_buffer(sheet.pixels, colorfmt="luminance", bufferfmt="ubyte")
            texture.min_filter = texture.mag_filter = "linear"
            self._paper.texture = texture
        self.offset = 0
        self._place()

    def _place(self, *_args: Any) -> None:
        light = _PAPER if theme.dark else 1.0
        self._color.rgb = (light, light, light)
        if self._sheet is None or not self.width:
            self._paper.size = (0, 0)
            return
        whole = self._whole()
        height = min(self.height, whole)
        top, bottom = self.offset / whole, (self.offset + height) / whole
        self._paper.tex_coords = (0, bottom, 1, bottom, 1, top, 0, top)
        self._paper.pos, self._paper.size = (self.x, self.top - height), (self.width, height)

    def _whole(self) -> float:
        """How high the page is at this width."""
        return self.width * self._sheet.height / self._sheet.width if self._sheet is not None else 0

    def on_touch_move(self, touch: Any) -> bool:
        """The page goes along with the finger."""
        if self._sheet is None or not self.collide_point(*touch.opos):
            return False
        self.offset = min(max(0, self.offset + touch.dy), max(0, self._whole() - self.height))
        return True


class PrintNote(BoxLayout):
    """How the open one stands, below its page."""

    icon, title, line, more = (StringProperty("") for _n in range(4))
    alert = BooleanProperty(False)

    def show(self, said: view.NoteSaid) -> None:
        """Show it."""
        self.icon, self.title, self.line, self.more, self.alert = (
            said.icon,
            said.title,
            said.line,
            said.more,
            said.alert,
        )


class NothingPrinted(BoxLayout):
    """In the place of the list while nothing was printed."""


class NoPage(BoxLayout):
    """In the place of a page that can't be written again: where a new one is made."""

    icon, text = StringProperty(""), StringProperty("")


class PrintAgain(PrimaryButton):
    """The primary action."""

    screen = ObjectProperty(None)


class GiftOfIt(QuietButton):
    """The gift receipt of the sale whose receipt is open."""

    screen = ObjectProperty(None)


class PrintsScreen(Panel):
    """Reads the flow's state; touches call its verbs."""

    state = ObjectProperty(PrintsState(), rebind=True)
    flow = ObjectProperty(None)
    line = StringProperty("")
    unsure = BooleanProperty(False)

    def __init__(self, flow: PrintsFlow, on_history: Callable[[], None], clock: Callable[[], int] = now_ms) -> None:
        self.history, self._clock = on_history, clock
        super().__init__(flow=flow, state=flow.state)
        self._list, self._none = self.ids.rows.__self__, NothingPrinted()
        self._paper, self._no_page = self.ids.paper.__self__, NoPage()
        self._button, self._gift = PrintAgain(screen=self), GiftOfIt(screen=self)
        flow.on_state = self._look
        theme.follow(language=self._spoken)
        self._look(flow.state)

    def shown(self) -> None:
        """The screen came."""
        self._list.offset = 0
        self._look(self.flow.state)

    def hidden(self) -> None:
        """Another screen came."""
        self.flow.away()

    def tapped(self, index: int) -> None:
        """A print was touched."""
        if 0 <= index < len(self.state.prints):
            self.flow.choose(self.state.prints[index].job.id)

    def _spoken(self, *_args: Any) -> None:
        self._look(self.flow.state)

    def _look(self, state: PrintsState) -> None:
        self.state, self.unsure = state, state.unsure > 0
        printing = any(it.how is How.PRINTING for it in state.prints)
        self.line = words.count(state.unsure, printing) if state.prints else ""
        self._list.rows = view.rows(state, self._clock())
        only(self.ids.place, self._none if state.ready and not state.prints else self._list)
        self._page(state)
        self.ids.note.show(view.note(state))
        self._action(state)

    def _page(self, state: PrintsState) -> None:
        one, known = state.open, state.sheet_ready or state.sheet is not None
        without = one is not None and known and state.sheet is None
        if without:
            self._no_page.icon, self._no_page.text = words.icon(one), words.anew(one)
        elif known or one is None:
            self._paper.show(state.sheet)
        only(self.ids.page, self._no_page if without else self._paper)

    def _action(self, state: PrintsState) -> None:
        text = view.primary(state)
        if state.open is not None and state.open.kind == "receipt" and text:
            self._gift.off = not state.can_gift
            only(self.ids.gift, self._gift)
        else:
            self.ids.gift.clear_widgets()
        if not text:
            self.ids.action.clear_widgets()
            return
        button, one = self._button, state.open
        button.text, button.off = text, not state.can_print
        button.busy = one is not None and one.how is How.PRINTING
        only(self.ids.action, button)
