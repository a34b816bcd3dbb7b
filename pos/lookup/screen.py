"""Finding an article on the window: what is typed, what was found, and the article with its stock everywhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401
from pos.lookup.flow import LookupFlow, LookupState
from pos.pictures import initials, path_of
from pos.ui.i18n import _, age, language, money, ngettext, quantity
from pos.ui.kit.frame import Panel
from pos.ui.kit.rows import ListRow, StockRow
from pos.ui.kit.window import ShopWindow
from pos.ui.theme import theme
from sync.domain.catalogue import LocationKind, Product, in_language
from sync.domain.search import SHOWN
from sync.domain.stock import Known
from sync.local import StockRow as Stock

from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

MANY = 40
"""From here on the exact number says nothing more to a shopper."""
ICONS = {LocationKind.STORE: "store", LocationKind.WAREHOUSE: "warehouse", LocationKind.ONLINE: "truck"}


class FoundRow(ListRow):
    """One article that was found."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)

    def on_index(self, _row: Any, index: int) -> None:
        """A hairline above every row but the first."""
        self.rule = index > 0

    def on_item(self, _row: Any, found: Any) -> None:
        """Show another article."""
        if found is None:
            return
        product, currency, chosen = found
        self.name = product.name(language())
        details = in_language(product.details, language())
        self.line = " · ".join(x for x in (product.sku, details) if x)
        self.picture, self.tint = path_of(product.picture), product.tint
        self.initials = "" if self.picture else initials(self.name)
        self.value = money(product.price.unit, currency) if product.price else "—"
        self.chosen = product.id == chosen


class PlaceRow(StockRow):
    """Stock in one place."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)

    def on_index(self, _row: Any, index: int) -> None:
        """A hairline above every row but the first."""
        self.rule = index > 0

    def on_item(self, _row: Any, shown: Any) -> None:
        """Show another place."""
        if shown is None:
            return
        row, product, now, zone = shown
        self.ids.place.shrinks = True
        self.number, self.none = number(row, product)
        self.icon = "map-pin" if row.own else ICONS[row.location.kind]
        self.place = _("Here") if row.own else in_language(row.location.names, language())
        self.line = place_line(row)
        self.mark, self.age = how_known(row, now, zone)


class CardWindow(ShopWindow):
    """The article in its window."""

    name, details, currency = (StringProperty("") for _n in range(3))
    letters = StringProperty("")
    price = NumericProperty(0)
    priced = BooleanProperty(False)
    unit = StringProperty("")


class ArticleCard(BoxLayout):
    """The right column: the article, and where it lies."""

    screen = ObjectProperty(None)

    def show(self, state: LookupState) -> None:
        """Show another article, or its stock anew."""
        product, window = state.card, self.ids.window
        assert product is not None
        window.name, window.tint = product.name(language()), product.tint
        window.details = " · ".join(x for x in (product.sku, in_language(product.details, language())) if x)
        window.picture = path_of(product.picture)
        window.letters = "" if window.picture else initials(window.name)
        window.priced, window.currency = product.price is not None, state.settings.currency
        window.price = product.price.unit if product.price else 0
        window.unit = _("a kilogram") if product.unit == "kg" else ""
        zone = state.settings.timezone
        self.ids.places.rows = [(row, product, state.now, zone) for row in state.rows]


class NoCard(BoxLayout):
    """Nothing is chosen yet."""


class LookupScreen(Panel):
    """Reads the flow's state; touches call its verbs."""

    state = ObjectProperty(LookupState(), rebind=True)
    flow = ObjectProperty(None)
    typing = BooleanProperty(False)

    def __init__(self, flow: LookupFlow, on_history: Callable[[], None]) -> None:
        self.history = on_history
        self._card, self._none = ArticleCard(screen=self), NoCard()
        super().__init__(flow=flow, state=flow.state)
        flow.on_state = self._look
        self.ids.field.bind(text=lambda _field, text: flow.typed(text))
        theme.follow(language=self._spoken)
        self._look(flow.state)

    def shown(self) -> None:
        """The screen came: with an empty field, ready to type."""
        self.ids.field.text = self.flow.state.query
        self._keyboard(False)
        self._look(self.flow.state)

    def _spoken(self, *_args: Any) -> None:
        """The language changed."""
        self._look(self.flow.state)

    def _look(self, state: LookupState) -> None:
        self.state = state
        if state.card is not None:
            self._card.show(state)
        _only(self.ids.side, self._card if state.card is not None else self._none)

    def rows(self, state: LookupState, _language: str) -> list[Any]:
        """What was found."""
        chosen = state.card.id if state.card else ""
        return [(p, state.settings.currency, chosen) for p in state.results]

    def count(self, state: LookupState, _language: str) -> str:
        """How many were found."""
        n = len(state.results)
        if not state.answered.strip():
            return _("Often sold")
        if n >= SHOWN:
            return _("The first {n} · type more to narrow it down").format(n=n)
        if not n:
            return _("Nothing goes by that name")
        return ngettext("{n} article", "{n} articles", n).format(n=n)

    def name_of(self, state: LookupState, _language: str) -> str:
        """The name of the article that the primary action adds."""
        return state.card.name(language()) if state.card else ""

    def tapped(self, index: int) -> None:
        """An article was touched."""
        if 0 <= index < len(self.state.results):
            self.flow.choose(self.state.results[index].id)

    # The keyboard: real keys come through the app, touches through the keyboard on the screen.

    def insert(self, text: str) -> None:
        """Letters from a real keyboard."""
        self._keyboard(False)
        self.ids.field.insert(text)

    def erase(self) -> None:
        """One letter less."""
        self.ids.field.backspace()

    def enter(self) -> None:
        """The first of what was found."""
        self.tapped(0)

    def _keyboard(self, on: bool) -> None:
        box = self.ids.keyboard
        if on and not box.children:
            from pos.ui.kit.keyboard import OnScreenKeyboard

            board = OnScreenKeyboard(field=self.ids.field, language=language(), height=dp(330))
            board.padding = [0, dp(8), 0, dp(8)]
            box.add_widget(board)
        elif not on:
            box.clear_widgets()
        self.typing = on

    def toggle_keyboard(self) -> None:
        """Show or hide the keyboard on the screen."""
        self._keyboard(not self.typing)


def number(row: Stock, product: Product) -> tuple[str, bool]:
    """How many, and whether that is none: an unknown number is "—", never 0."""
    if row.level is None or row.known is Known.UNKNOWN:
        return "—", False
    available = row.level.available
    if product.unit == "pcs" and available >= MANY * 1000:
        return f"{MANY}+", False
    return quantity(available), available == 0


def place_line(row: Stock) -> str:
    """Which shelf here, how far elsewhere, until when."""
    parts = []
    if row.own and row.level and row.level.shelf:
        parts.append(_("shelf {shelf}").format(shelf=row.level.shelf))
    if row.distance_m is not None:
        parts.append(distance(row.distance_m))
    if not row.own and row.location.kind is LocationKind.STORE and row.location.closes:
        parts.append(_("till {time}").format(time=row.location.closes))
    if row.own and row.level and row.level.reserved:
        parts.append(_("{n} promised").format(n=quantity(row.level.reserved)))
    return " · ".join(parts)


def distance(metres: int) -> str:
    """A distance as people say it: 350 m, 1.2 km, 14 km."""
    if metres < 950:
        return _("{n} m").format(n=max(10, round(metres, -1)))
    tenths = (metres + 50) // 100
    return _("{n} km").format(n=quantity(tenths * 100) if tenths < 100 else quantity((metres + 500) // 1000 * 1000))


def how_known(row: Stock, now: int, zone: str) -> tuple[str, str]:
    """The mark and the age of a number."""
    if row.level is None or row.known is Known.UNKNOWN:
        return "unknown", _("not now")
    said = age(max(0, now - row.level.seen_at) // 1000, row.level.seen_at, zone)
    return ("fresh" if row.known is Known.CONFIRMED else "copy"), said


def _only(box: Any, widget: Any) -> None:
    if box.children != [widget]:
        box.clear_widgets()
        box.add_widget(widget)
