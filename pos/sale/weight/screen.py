"""The right column of the sale while goods are weighed: `pos.ui.weight` with what the weight costs."""

from typing import Any

from pos.pictures import initials, path_of
from pos.sale.state import SaleState
from pos.ui.i18n import _, language, money
from pos.ui.weight import Weigh, WeighByHand, WeighOnScale
from pos.weighing import WeightSaid
from pos.weight_words import state_of


def said(state: SaleState) -> WeightSaid | None:
    """What is shown of the weight that is asked for."""
    weighing = state.weighing
    if weighing is None or weighing.product.price is None:
        return None
    product, currency = weighing.product, state.settings.currency
    name, picture = product.name(language()), path_of(product.picture)
    line = _("{price} a kilogram").format(price=money(product.price.unit, currency))
    letters = "" if picture else initials(name)
    foot = state_of(weighing)
    return WeightSaid(weighing, name, line, foot, picture, product.tint, letters, weighing.amount, currency)


class SellByHand(WeighByHand):
    """The keypad of a sale."""

    def show(self, state: SaleState) -> None:
        """Show the weight as far as it is typed."""
        self.show_weight(said(state))


class SellOnScale(WeighOnScale):
    """The scale of a sale."""

    def show(self, state: SaleState) -> None:
        """Show what lies there."""
        self.show_weight(said(state))


def side_for(screen: Any, by_hand: bool) -> Weigh:
    """The side for one of the two ways."""
    return SellByHand(screen=screen) if by_hand else SellOnScale(screen=screen)
