"""The sale on the window: the last item, the others as rows, the totals, one primary action."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401
from pos.pictures import initials, path_of
from pos.sale.flow import SaleFlow, SaleState
from pos.ui.i18n import _, age, clock_time, language, money, ngettext, quantity
from pos.ui.kit.dialog import Dialog
from pos.ui.kit.frame import Panel
from pos.ui.kit.rows import CartRow
from pos.ui.kit.screens import only
from pos.ui.kit.window import ShopWindow
from pos.ui.theme import theme
from sync.actions.cart import CartLine
from sync.domain.catalogue import in_language
from sync.domain.pricing import PIECE, line_amount
from sync.domain.stock import Known

from kivy.factory import Factory  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class SaleRow(CartRow):
    """A cart line as a row of the list."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)

    def on_index(self, _row: Any, index: int) -> None:
        """A hairline above every row but the first."""
        self.rule = index > 0

    def on_item(self, _row: Any, row: "tuple[CartLine, str] | None") -> None:
        """Show another line."""
        if row is not None:
            self._show(*row)

    def _show(self, line: CartLine, currency: str) -> None:
        product, spoken = line.product, language()
        self.name = product.name(spoken)
        self.picture, self.tint = path_of(product.picture), product.tint
        self.initials = initials(self.name)
        self.many = product.unit == "kg" or line.quantity > PIECE
        self.count = f"{quantity(line.quantity)} {_('kg')}" if product.unit == "kg" else f"× {quantity(line.quantity)}"
        self.line, self.line_icon, self.line_tone = under(line, currency)
        self.amount = money(amount_of(line), currency)
        before = regular_of(line)
        self.old_amount = money(before, currency) if before else ""


def amount_of(line: CartLine) -> int:
    """What the line costs, in minor units."""
    return line_amount(line.quantity, line.product.price.unit) if line.product.price else 0


def regular_of(line: CartLine) -> int:
    """What it would cost at its struck price; 0 where there is none."""
    price = line.product.price
    return line_amount(line.quantity, price.regular) if price and price.regular else 0


def under(line: CartLine, currency: str) -> tuple[str, str, str]:
    """The grey line of a row, its icon and tone: why it is cheaper, what one costs, or which one it is."""
    product, spoken = line.product, language()
    label = in_language(product.price_label, spoken)
    if label and regular_of(line):
        return label, "tag", "good"
    if product.price and (product.unit == "kg" or line.quantity > PIECE):
        return each(product.price.unit, product.unit, currency), "", ""
    return in_language(product.details, spoken), "", ""


def each(unit: int, what: str, currency: str) -> str:
    """The price of one piece or kilogram, in words."""
    text = _("{price} a kilogram") if what == "kg" else _("{price} each")
    return text.format(price=money(unit, currency))


class Hero(ShopWindow):
    """The line in the window: what it is, what it costs, how many, and how many are left here."""

    name, details, letters, time, currency, line_id = (StringProperty("") for _n in range(6))
    amount = NumericProperty(0)
    scanned = BooleanProperty(False)
    screen = ObjectProperty(None)

    def show(self, line: CartLine, state: SaleState) -> None:
        """Show a line of the cart."""
        product = line.product
        self.line_id, self.name, self.tint = line.line_id, product.name(language()), product.tint
        self.picture = path_of(product.picture)
        self.letters = "" if self.picture else initials(self.name)
        self.details = hero_details(line, state.settings.currency)
        self.amount, self.currency = amount_of(line), state.settings.currency
        self.time, self.scanned = clock_time(line.at, state.settings.timezone), bool(line.scanned)
        self.foot = stock_words(line, state)
        self._control(line)

    def _control(self, line: CartLine) -> None:
        """A stepper for pieces, the weight for weighed goods; built once for each."""
        kind = Factory.HeroWeight if line.product.unit == "kg" else Factory.HeroStepper
        controls = self.ids.controls
        now = controls.children[0]
        if not isinstance(now, kind):
            if len(controls.children) > 1:
                controls.remove_widget(now)
            now = kind()
            if kind is Factory.HeroStepper:
                now.bind(on_change=lambda _s, n: self.screen.flow.set_quantity(self.line_id, n * PIECE))
            else:
                now.bind(on_tap=lambda _b: self.screen.flow.weigh(self.line_id))
            controls.add_widget(now)
        if line.product.unit == "kg":
            now.text = f"{quantity(line.quantity)} {_('kg')}"
        else:
            now.value = line.quantity // PIECE


class EmptyWindow(ShopWindow):
    """Nothing is in the cart yet."""


class SumRow(BoxLayout):
    """One small row above the total."""

    words, amount, tone = StringProperty(""), StringProperty(""), StringProperty("ink_2")


class Totals(BoxLayout):
    """The right column: small rows, the total, the tiles."""

    state = ObjectProperty(SaleState(), rebind=True)
    screen = ObjectProperty(None)

    def show(self, state: SaleState) -> None:
        """Show what the cart costs."""
        self.state = state
        rows = sums(state)
        box = self.ids.sums
        while len(box.children) < len(rows):
            box.add_widget(SumRow())
        while len(box.children) > len(rows):
            box.remove_widget(box.children[0])
        for widget, (words, amount, tone) in zip(reversed(box.children), rows, strict=True):
            widget.words, widget.amount, widget.tone = words, amount, tone


class Weigh(BoxLayout):
    """The right column while a weight is entered."""

    name, price, weight, currency = (StringProperty("") for _n in range(4))
    amount = NumericProperty(0)
    screen = ObjectProperty(None)

    def show(self, state: SaleState) -> None:
        """Show the weight as far as it is typed."""
        weighing = state.weighing
        assert weighing is not None and weighing.product.price is not None
        self.name = weighing.product.name(language())
        self.currency = state.settings.currency
        self.price = each(weighing.product.price.unit, "kg", self.currency)
        self.weight, self.amount = kilograms(weighing.grams), weighing.amount


class SaleScreen(Panel):
    """Reads the flow's state; touches call its verbs."""

    state = ObjectProperty(SaleState(), rebind=True)
    flow = ObjectProperty(None)

    def __init__(self, flow: SaleFlow, on_sign_out: Callable[[], None], on_history: Callable[[], None]) -> None:
        self.sign_out, self.history = on_sign_out, on_history
        self._hero, self._empty = Hero(screen=self), EmptyWindow(picture=path_of("bag-pine"))
        self._totals, self._weigh = Totals(screen=self), Weigh(screen=self)
        self._lines: tuple[CartLine, ...] = ()
        super().__init__(flow=flow, state=flow.state)
        flow.on_state = self._look
        theme.fbind("language", lambda *_args: self._look(flow.state))
        self._look(flow.state)

    def ahead(self) -> None:
        """The rows that will be in view."""
        self.ids.rows.build_ahead(6)

    def _look(self, state: SaleState) -> None:
        self.state = state
        line = state.hero_line
        if line is not None:
            self._hero.show(line, state)
        only(self.ids.window, self._hero if line is not None else self._empty)
        (self._weigh if state.weighing else self._totals).show(state)
        only(self.ids.side, self._weigh if state.weighing else self._totals)

    # What the rules read, beside the state; the language is named so that they follow it.

    def rows(self, state: SaleState, _language: str) -> list[tuple[CartLine, str]]:
        """The lines that are not in the window, the newest first."""
        others = [x for x in state.cart.lines if x.line_id != state.hero]
        return [(x, state.settings.currency) for x in reversed(others)]

    def tapped(self, index: int) -> None:
        """A row was touched: its line comes into the window."""
        rows = self.rows(self.state, language())
        if 0 <= index < len(rows):
            self.flow.choose(rows[index][0].line_id)

    def primary(self, state: SaleState, _language: str) -> str:
        """The primary action's words."""
        if state.weighing is None:
            return _("Take payment")
        return _("Add {weight} kg").format(weight=kilograms(state.weighing.grams))

    def go_on(self) -> None:
        """The primary action."""
        if self.state.weighing is not None:
            self.flow.weigh_done()
        else:
            self.flow.pay()

    def ask_void(self) -> None:
        """Voiding is asked about first: it is the one thing here that a slip of a finger should not do."""
        n = self.state.pieces
        text = ngettext(
            "{n} item goes back to its shelf. No money has moved.",
            "{n} items go back to their shelves. No money has moved.",
            n,
        )
        dialog = Dialog(
            title=_("Void this sale?"),
            text=text.format(n=n),
            keep_text=_("Keep it"),
            act_text=_("Void the sale"),
            act_icon="trash-2",
            danger=True,
        )
        dialog.bind(on_act=lambda _d: self.flow.void())
        dialog.open()


def hero_details(line: CartLine, currency: str) -> str:
    """What one costs, if there are more, and which one it is."""
    details, price = in_language(line.product.details, language()), line.product.price
    if price and (line.product.unit == "kg" or line.quantity > PIECE):
        one = each(price.unit, line.product.unit, currency)
        return f"{one} · {details}" if details else one
    return details


def stock_words(line: CartLine, state: SaleState) -> str:
    """How many are left here, on which shelf, and how old that number is."""
    level = state.level
    if level is None:
        return _("Stock here is not known now")
    unit = f" {_('kg')}" if line.product.unit == "kg" else ""
    left = _("{count} left here").format(count=quantity(level.available) + unit)
    shelf = _("shelf {shelf}").format(shelf=level.shelf) if level.shelf else ""
    seen = age(max(0, state.looked_at - level.seen_at) // 1000, level.seen_at, state.settings.timezone)
    if state.known is Known.CONFIRMED:
        seen = _("seen {age}").format(age=seen)
    return " · ".join(x for x in (left, shelf, seen) if x)


def sums(state: SaleState) -> list[tuple[str, str, str]]:
    """The small rows above the total: words, amount, tone."""
    if not state.cart.lines:
        return []
    currency, totals = state.settings.currency, state.totals
    before = totals.saved + sum(p.amount for p in totals.lines)
    items = ngettext("{n} item", "{n} items", state.pieces).format(n=state.pieces)
    rows = [(items, money(before, currency), "ink_2")]
    if totals.saved:
        rows.append((_("Discounts"), money(-totals.saved, currency), "good"))
    text = _("VAT {rate} included") if state.settings.policy.vat_included else _("VAT {rate} added")
    rows += [(text.format(rate=percent(v.rate)), money(v.vat, currency), "ink_3") for v in totals.by_rate]
    if state.paid:
        rows.append((_("Paid by card"), money(-state.paid, currency), "good"))
    return rows


def percent(rate: int) -> str:
    """Basis points as people read them: 1200 is "12 %"."""
    return f"{quantity(rate * 10)} %"


def kilograms(grams: int) -> str:
    """Grams as a scale shows kilograms, with all three decimals."""
    whole, part = divmod(grams, 1000)
    point = quantity(500).strip("05")
    return f"{whole}{point}{part:03d}"
