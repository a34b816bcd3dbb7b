"""The right column while goods are weighed: what lies on the scale, or the keypad where the weight is typed."""

from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401
from pos.devices.base import Load
from pos.pictures import initials, path_of
from pos.sale.state import SaleState
from pos.sale.weighing import Weighing
from pos.sale.weight_words import state_of
from pos.ui.i18n import _, kilograms, language, money
from pos.ui.kit.window import ShopWindow

from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).parents[1] / "weight.kv"))

HEAVY = 10_000
"""Grams from which the number takes a smaller step of type: it never jumps and is never cut."""


class Plate(ShopWindow):
    """The plate of the scale: the goods stand on the line, their weight beside them, how it stands below."""

    weight, letters = StringProperty(""), StringProperty("")
    heavy = BooleanProperty(False)

    def show(self, weighing: Weighing) -> None:
        """Show what the scale says."""
        product, grams = weighing.product, weighing.weight
        self.picture, self.tint = path_of(product.picture), product.tint
        self.letters = "" if self.picture else initials(product.name(language()))
        self.weight, self.heavy = kilograms(grams) if grams else "—", grams >= HEAVY
        self.foot_icon, self.foot = state_of(weighing)


class Weigh(BoxLayout):
    """What both ways to weigh show: the article, its price by the kilogram, what the weight costs."""

    name, price, currency = (StringProperty("") for _n in range(3))
    amount = NumericProperty(0)
    known = BooleanProperty(False)
    screen = ObjectProperty(None)

    def show(self, state: SaleState) -> None:
        """Show the weight as far as it is known."""
        weighing = state.weighing
        if weighing is None or weighing.product.price is None:
            return
        self.name = weighing.product.name(language())
        self.currency = state.settings.currency
        price = money(weighing.product.price.unit, self.currency)
        self.price = _("{price} a kilogram").format(price=price)
        self.amount, self.known = weighing.amount, weighing.weight > 0
        self._more(weighing)

    def _more(self, weighing: Weighing) -> None:
        """What one of them shows besides."""
        raise NotImplementedError


class WeighByHand(Weigh):
    """The keypad. `has_scale`: the till has one; `alive`: it can be weighed on again."""

    weight = StringProperty("")
    has_scale, alive = BooleanProperty(False), BooleanProperty(False)

    def _more(self, weighing: Weighing) -> None:
        self.weight = kilograms(weighing.grams)
        self.has_scale = weighing.scale is not None
        self.alive = weighing.scale is not None and weighing.scale.fault is None


class WeighOnScale(Weigh):
    """The scale, live. `may_tare`, `may_zero`: whether asking for it makes sense now."""

    may_tare, may_zero = BooleanProperty(False), BooleanProperty(False)

    def _more(self, weighing: Weighing) -> None:
        on = weighing.scale
        self.ids.plate.show(weighing)
        steady, gross = on is not None and on.load is Load.STEADY, on is not None and not on.net
        self.may_tare = steady and gross and not weighing.blocked
        self.may_zero = gross and (steady or (on is not None and on.load is Load.BELOW))


def side_for(screen: Any, by_hand: bool) -> Weigh:
    """The side for one of the two ways."""
    return WeighByHand(screen=screen) if by_hand else WeighOnScale(screen=screen)
