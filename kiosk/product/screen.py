"""The product card: the goods in the lit window, the price, and every place that has them, each with its age."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kiosk.frame.screen import KioskScreen, picture_file
from kiosk.product.flow import ProductState
from pos.ui.kit import StockRow

from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import NumericProperty, ObjectProperty, StringProperty  # isort: skip


class PlaceChoice(StockRow):
    """One place as a row of the list."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fbind("chosen", self._align)
        self._align()

    def _align(self, *_args: Any) -> None:
        """Numbers stand on one edge, whichever row is chosen."""
        self.padding = (dp(24), 0)
        self.children[-1].width = dp(156)

    def on_item(self, _row: Any, item: Any) -> None:
        """Show another place."""
        place, chosen = item
        for name in ("number", "none", "icon", "place", "line", "mark", "age"):
            setattr(self, name, getattr(place, name))
        self.words = len(place.number) > 4
        self.chosen = chosen


class ProductScreen(KioskScreen):
    """Reads `state` of the product's flow."""

    state = ObjectProperty(ProductState(), rebind=True)
    row_most = NumericProperty(0)
    picture = StringProperty("")

    def __init__(self, flow: Any, visit: Any, **kwargs: Any) -> None:
        super().__init__(flow=flow, visit=visit, **kwargs)
        flow.on_state = self._show
        self._show(flow.state)

    def _show(self, state: ProductState) -> None:
        other = state.product != self.state.product
        self.state = state
        self.picture = picture_file(state.picture) if state.name else ""
        rows = self.ids.rows
        rows.rows = [(place, place.location == state.chosen) for place in state.places]
        if other:
            rows.offset = 0
            self.ids.price.settle()

    def ahead(self) -> None:
        """The rows of as many places as most retailers have near."""
        self.ids.rows.build_ahead(6)

    def choose(self, index: int) -> None:
        """A place was touched."""
        self.flow.choose_place(self.state.places[index].location)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
