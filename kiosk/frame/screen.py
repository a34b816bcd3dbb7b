"""What stands around every screen of the kiosk: the bar with its controls, the languages, and the warning before all is
forgotten. Screens of tasks are KioskScreens; the frame tells them how the window lies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401  first: it prepares Kivy
from kiosk.visit import Visit, VisitState
from pos.pictures import path_of
from pos.ui.i18n import LANGUAGES
from pos.ui.kit.touch import Pressable

from kivy.animation import Animation  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip
from kivy.uix.floatlayout import FloatLayout  # isort: skip
from kivy.uix.relativelayout import RelativeLayout  # isort: skip


def picture_file(name: str) -> str:
    """The file of a product's picture; a parcel for a product that has none."""
    return path_of(name) or path_of("parcel")


class KioskScreen(RelativeLayout):
    """A screen of a task. `wide`: the window lies; `low`: controls within reach of someone who sits.

    `bar` is the height of the top bar, `head` and `foot` what it takes above or, in low reach, above the shelf, whose
    height is `shelf`. `around` is the state of the visit.
    """

    visit = ObjectProperty(None)
    around = ObjectProperty(VisitState(), rebind=True)
    flow = ObjectProperty(None, allownone=True)
    wide = BooleanProperty(False)
    low = BooleanProperty(False)
    bar = NumericProperty(0)
    head = NumericProperty(0)
    foot = NumericProperty(0)
    shelf = NumericProperty(0)


class LanguagePill(Pressable, BoxLayout):
    """One language in its own name; `on`: it is the one spoken."""

    code = StringProperty("en")
    name = StringProperty("English")
    on = BooleanProperty(False)


class Languages(BoxLayout):
    """All languages of the retailer, one touch each."""

    codes = ListProperty([])
    spoken = StringProperty("en")

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_choose")
        super().__init__(**kwargs)
        self.fbind("codes", self._build)
        self.fbind("orientation", self._build)
        self.fbind("spoken", self._mark)
        self._build()

    def on_choose(self, code: str) -> None:
        """A language was touched."""

    def _build(self, *_args: Any) -> None:
        self.clear_widgets()
        for code in self.codes:
            pill = LanguagePill(code=code, name=LANGUAGES[code])
            pill.size_hint_x = 1 if self.orientation == "vertical" else None
            pill.bind(on_tap=lambda touched: self.dispatch("on_choose", touched.code))
            self.add_widget(pill)
        self._mark()

    def _mark(self, *_args: Any) -> None:
        for pill in self.children:
            pill.on = pill.code == self.spoken


class KioskBar(FloatLayout):
    """Back or the brand at the left; network, language and reach at the right."""

    frame = ObjectProperty(None)
    around = ObjectProperty(VisitState(), rebind=True)
    rest = BooleanProperty(True)
    wide = BooleanProperty(False)


class LanguageMenu(FloatLayout):
    """The languages over everything; a touch beside them closes."""

    frame = ObjectProperty(None)
    high = NumericProperty(0)

    def on_touch_down(self, touch: Any) -> bool:
        if not super().on_touch_down(touch):
            self.frame.close_menu()
        return True


class Forgetting(FloatLayout):
    """The warning. Any touch is an answer: she is still here; the shelf line says how long is left."""

    frame = ObjectProperty(None)
    left = NumericProperty(1)

    def begin(self, ms: int) -> None:
        """Shorten the line to nothing in `ms`."""
        Animation.cancel_all(self, "left")
        self.left = 1
        Animation(left=0, duration=ms / 1000).start(self)

    def on_touch_down(self, touch: Any) -> bool:
        if not super().on_touch_down(touch):
            self.frame.visit.touched()
        return True


class Illness(FloatLayout):
    """What stands over the screens while the local files can't be read: what happened, and whom to ask."""

    picture = StringProperty("")

    def on_touch_down(self, touch: Any) -> bool:
        super().on_touch_down(touch)
        return True


class Frame(FloatLayout):
    """The whole window of a kiosk. Give it the visit and the names of screens with how each is built."""

    visit = ObjectProperty(None)
    state = ObjectProperty(VisitState(), rebind=True)
    wide = BooleanProperty(False)
    bar_height = NumericProperty(0)
    bar_y = NumericProperty(0)
    bar_top = NumericProperty(0)

    def __init__(self, visit: Visit, builders: dict[str, Any], **kwargs: Any) -> None:
        self.menu: LanguageMenu | None = None
        self.warning: Forgetting | None = None
        self.illness: Illness | None = None
        super().__init__(visit=visit, **kwargs)
        for name, build in builders.items():
            self.ids.screens.add(name, build)
        for name in ("size", "state"):
            self.fbind(name, self._fit)
        visit.on_state = self.show
        self.show(visit.state)
        self.ids.screens.build_ahead()

    def show(self, state: VisitState) -> None:
        """Show a new state of the visit."""
        self.state = state
        self._fit()
        self.ids.screens.show(state.place, back=not state.forward)
        self._fit()
        self._warn(state.warning)
        self._say_ill(state.ill)

    def on_touch_down(self, touch: Any) -> bool:
        if self.warning is None:
            self.visit.touched()
        return super().on_touch_down(touch)

    def on_touch_move(self, touch: Any) -> bool:
        if self.warning is None:
            self.visit.touched()
        return super().on_touch_move(touch)

    def open_menu(self) -> None:
        """Offer the languages."""
        if self.menu is None:
            self.menu = LanguageMenu(frame=self)
            self.add_widget(self.menu)

    def close_menu(self) -> None:
        """Put the languages away."""
        if self.menu is not None:
            self.remove_widget(self.menu)
            self.menu = None

    def speak(self, code: str) -> None:
        """A language was chosen."""
        self.close_menu()
        self.visit.choose_language(code)

    def _warn(self, ms: int | None) -> None:
        if ms is None and self.warning is not None:
            Animation.cancel_all(self.warning)
            self.remove_widget(self.warning)
            self.warning = None
        if ms is not None and self.warning is None:
            self.close_menu()
            self.warning = Forgetting(frame=self)
            self.add_widget(self.warning)
            self.warning.begin(ms)

    def _say_ill(self, ill: bool) -> None:
        if ill and self.illness is None:
            self.close_menu()
            self.illness = Illness(picture=picture_file("bag-ink"))
            self.add_widget(self.illness)
        if not ill and self.illness is not None:
            self.remove_widget(self.illness)
            self.illness = None

    def _fit(self, *_args: Any) -> None:
        """Tell the screen how the window lies, and how much the bar takes of it."""
        self.wide = self.width > self.height
        self.bar_height = dp(108 if self.wide else 120)
        if self.state.place == "attract":
            self.bar_height = dp(140 if self.wide else 184)
        screen = self.ids.screens.screen
        if screen is None:
            return
        low = self.state.low_reach
        screen.around = self.state
        screen.wide, screen.low, screen.bar = self.wide, low, self.bar_height
        screen.head, screen.foot = (0, self.bar_height) if low else (self.bar_height, 0)
        self.bar_y = screen.shelf if low else self.height - self.bar_height
        self.bar_top = self.bar_y + self.bar_height


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
