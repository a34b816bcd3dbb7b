"""What goods weigh, on the window: what lies on the scale, or the keypad where it is typed. `pos.weighing` decides.

The screen's flow has `weigh_key`, `weigh_by_hand`, `weigh_on_scale`, `weigh_tare`, `weigh_zero` and `weigh_cancel`.
"""

from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401
from pos.devices.base import Load
from pos.ui.i18n import kilograms
from pos.ui.kit.screens import only
from pos.ui.kit.window import ShopWindow
from pos.weighing import WeightSaid

from kivy.factory import Factory  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

HEAVY = 10_000
"""Grams from which the number takes a smaller step of type: it never jumps and is never cut."""


class Plate(ShopWindow):
    """The plate of the scale: the goods stand on the line, their weight beside them, how it stands below."""

    weight, letters = StringProperty(""), StringProperty("")
    heavy = BooleanProperty(False)

    def show(self, said: WeightSaid) -> None:
        """Show what the scale says."""
        grams = said.weight.weight
        self.picture, self.tint, self.letters = said.picture, said.tint, said.letters
        self.weight, self.heavy = kilograms(grams) if grams else "—", grams >= HEAVY
        self.foot_icon, self.foot = said.foot


class Weigh(BoxLayout):
    """What both ways to weigh show: the goods, and what the weight costs or how much of it may be taken."""

    name, line, currency, limit = (StringProperty("") for _n in range(4))
    amount = NumericProperty(0)
    known, sells = BooleanProperty(False), BooleanProperty(True)
    screen = ObjectProperty(None)

    def show_weight(self, said: WeightSaid | None) -> None:
        """Show the weight as far as it is known."""
        if said is None:
            return
        self.name, self.line, self.currency, self.limit = said.name, said.line, said.currency, said.limit
        self.sells, self.amount, self.known = said.amount is not None, said.amount or 0, said.weight.weight > 0
        self._more(said)

    def _more(self, said: WeightSaid) -> None:
        """What one of them shows besides."""


class WeighByHand(Weigh):
    """The keypad. `has_scale`: the till has one; `alive`: it can be weighed on again."""

    weight = StringProperty("")
    has_scale, alive = BooleanProperty(False), BooleanProperty(False)

    def _more(self, said: WeightSaid) -> None:
        scale = said.weight.scale
        self.weight = kilograms(said.weight.grams)
        self.has_scale, self.alive = scale is not None, scale is not None and scale.fault is None


class WeighOnScale(Weigh):
    """The scale, live. `may_tare`, `may_zero`: whether asking for it makes sense now."""

    may_tare, may_zero = BooleanProperty(False), BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._cost, self._limit = Factory.WeighCost(), Factory.WeighLimit()

    def _more(self, said: WeightSaid) -> None:
        on = said.weight.scale
        if said.amount is None:
            self._limit.text = said.limit
        else:
            self._cost.minor, self._cost.currency, self._cost.unknown = self.amount, self.currency, not self.known
        only(self.ids.worth, self._limit if said.amount is None else self._cost)
        self.ids.plate.show(said)
        steady, gross = on is not None and on.load is Load.STEADY, on is not None and not on.net
        self.may_tare = steady and gross and not said.weight.blocked
        self.may_zero = gross and (steady or (on is not None and on.load is Load.BELOW))
