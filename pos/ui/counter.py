"""What stands on a counter, as it stands in a window: a printer, the drawer below it, a card terminal.

All of it is drawn in units of `u` pixels, so that it grows with its window, in the same colours by day and night.
"""

from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401  the names that the rules use
from pos.ui.kit.shape import Boxed
from pos.ui.kit.touch import Pressable

from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, StringProperty  # isort: skip
from kivy.uix.relativelayout import RelativeLayout  # isort: skip
from kivy.uix.widget import Widget  # isort: skip

for _part in ("counter", "counter_scale"):
    Builder.load_file(str(Path(__file__).with_name(f"{_part}.kv")))


class PrinterBody(RelativeLayout):
    """A printer; its paper comes out of the slot at its top. `well`: its lamp; `lid`: its cover stands open."""

    u = NumericProperty(1)
    well = BooleanProperty(True)
    lit = BooleanProperty(True)
    lid = BooleanProperty(False)


class DrawerBody(Pressable, RelativeLayout):
    """A drawer, shut or pulled out towards whoever looks."""

    u = NumericProperty(1)
    drawn = BooleanProperty(False)


class CardBody(Pressable, RelativeLayout):
    """A card terminal: `amount` and `line` on its display, which is dark where it is not `lit`."""

    u = NumericProperty(1)
    amount = StringProperty("")
    line = StringProperty("")
    icon = StringProperty("nfc")
    lit = BooleanProperty(True)


class ScaleBody(RelativeLayout):
    """A scale: `weight` on its display, which is dark where there is none; `load` grams lie on it."""

    u = NumericProperty(1)
    weight = StringProperty("")
    unit = StringProperty("kg")
    load = NumericProperty(0)


class DisplayBody(RelativeLayout):
    """A customer display of two lines."""

    u = NumericProperty(1)
    first, second = StringProperty(""), StringProperty("")
    lit = BooleanProperty(True)


class Slide(Widget):
    """A knob on a bar: `value` from 0 to `most`, in steps of `step`. `on_slide(value)` while a finger moves it."""

    value, most, step = NumericProperty(0), NumericProperty(5000), NumericProperty(5)

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_slide")
        super().__init__(**kwargs)

    def on_slide(self, value: int) -> None:
        """It was moved."""

    def on_touch_down(self, touch: Any) -> bool:
        if not self.collide_point(*touch.pos) or getattr(touch, "button", "left") not in ("left", None):
            return False
        touch.grab(self)
        self._move(touch)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        self._move(touch)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        return True

    def _move(self, touch: Any) -> None:
        edge = self.height / 2
        share = min(1.0, max(0.0, (touch.x - self.x - edge) / max(1.0, self.width - 2 * edge)))
        value = round(share * self.most / self.step) * int(self.step)
        if value != self.value:
            self.value = value
            self.dispatch("on_slide", value)


class Part(Boxed):
    """One piece of hardware."""
