"""The sale on the window: the last item, the others as rows, the totals, one primary action."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401
from pos.pictures import initials, path_of
from pos.sale.flow import SaleFlow, SaleState
from pos.sale.number.screen import AskedWindow, NumberSide
from pos.sale.unit_words import numbers
from pos.sale.view import counted, primary, total
from pos.ui.i18n import _, age, clock_time, language, money, ngettext, quantity
from pos.ui.kit.dialog import Dialog
from pos.ui.kit.frame import Panel
from pos.ui.kit.rows import CartRow
from pos.ui.kit.screens import only
from pos.ui.kit.window import ShopWindow
from pos.ui.theme import theme
from sync.actions.cart import CartLine
from sync.domain.catalogue import in_language
from sync.domain.exchange import ComingBack
from sync.domain.pricing import PIECE, line_amount
from sync.domain.stock import Known

from kivy.factory import Factory  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
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

    def on_item(self, _row: Any, row: "tuple[CartLine | ComingBack, str] | None") -> None:
        """Show another line."""
        if row is None:
            return
        line, currency = row
        if isinstance(line, ComingBack):
            self._show_back(line, currency)
        else:
            self._show(line, currency)

    def _show_back(self, line: ComingBack, currency: str) -> None:
        """Goods that come back: their amount is taken off."""
        product = line.product
        self.name = product.name(language()) if product else line.name
        self.picture, self.tint = (path_of(product.picture), product.tint) if product else ("", "sand")
        self.initials, self.old_amount = initials(self.name), ""
        self.many, self.count = line.unit == "kg" or line.quantity > PIECE, counted(line)
        self.line, self.line_icon, self.line_tone = _("Comes back"), "undo-2", "good"
        self.amount = money(-line.amount, currency)

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
    return line.amount


def regular_of(line: CartLine) -> int:
    """What it would cost at its struck price; 0 where there is none."""
    price = line.product.price
    return line_amount(line.quantity, price.regular) if price and price.regular else 0


def under(line: CartLine, currency: str) -> tuple[str, str, str]:
    """The grey line of a row, its icon and tone: why it is cheaper, what one costs, or which one it is."""
    product, spoken = line.product, language()
    label = in_language(product.price_label, spoken)
    if line.serials or line.labelled.unit:
        return numbers(line.serials or (line.labelled.unit,), 1), "", ""
    if label and regular_of(line):
        return label, "tag", "good"
    if product.price and (product.unit == "kg" or line.quantity > PIECE):
        one = each(product.price.unit, product.unit, currency)
        return one if line.labelled.amount is None else f"{one} · {_('Price on its label')}", "", ""
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

    title, words = StringProperty(""), StringProperty("")

    def show(self, state: SaleState) -> None:
        """Say what comes first."""
        self.title, self.words = _("Scan the first item"), _("Or find it by its name. The sale begins by itself.")
        if state.cart.back is not None:
            self.title = _("Scan what is taken instead")
            self.words = _("What comes back pays for it. Or find it by its name.")


class SumRow(BoxLayout):
    """One small row above the total."""

    words, amount, tone = StringProperty(""), StringProperty(""), StringProperty("ink_2")


class Totals(BoxLayout):
    """The right column: small rows, the total, the tiles."""

    state = ObjectProperty(SaleState(), rebind=True)
    screen = ObjectProperty(None)
    words = StringProperty("")
    due = NumericProperty(0)

    def show(self, state: SaleState) -> None:
        """Show what the cart costs."""
        self.state = state
        self.words, self.due = total(state)
        rows = sums(state)
        box = self.ids.sums
        while len(box.children) < len(rows):
            box.add_widget(SumRow())
        while len(box.children) > len(rows):
            box.remove_widget(box.children[0])
        for widget, (words, amount, tone) in zip(reversed(box.children), rows, strict=True):
            widget.words, widget.amount, widget.tone = words, amount, tone


class SaleScreen(Panel):
    """Reads the flow's state; touches call its verbs."""

    state = ObjectProperty(SaleState(), rebind=True)
    flow = ObjectProperty(None)
    typing = BooleanProperty(False)

    def __init__(self, flow: SaleFlow, on_sign_out: Callable[[], None], on_history: Callable[[], None]) -> None:
        self.sign_out, self.history = on_sign_out, on_history
        self._hero, self._empty = Hero(screen=self), EmptyWindow(picture=path_of("bag-pine"))
        self._totals = Totals(screen=self)
        self._sides: dict[bool, Any] = {}
        self._number: tuple[AskedWindow, NumberSide] | None = None
        self._expired: Any = None
        super().__init__(flow=flow, state=flow.state)
        self._cart, self._go_on = self.ids.cart.__self__, self.ids.go_on.__self__  # ids alone hold nothing
        flow.on_state = self._look
        theme.follow(language=self._spoken)
        self._look(flow.state)

    def _spoken(self, *_args: Any) -> None:
        self._look(self.flow.state)

    def ahead(self) -> None:
        """The rows that will be in view."""
        self.ids.rows.build_ahead(6)

    def _look(self, state: SaleState) -> None:
        self.state = state
        line = state.hero_line
        if line is not None:
            self._hero.show(line, state)
        else:
            self._empty.show(state)
        if state.numbering is None:
            self._keyboard(False)
            window, side = self._hero if line is not None else self._empty, self._totals
            side = self._scales(state.weighing.by_hand) if state.weighing else side
        else:
            window, side = self._asked()
            window.show(state)
        pane, side, button = self._approval() if state.expiring is not None else (self._cart, side, self._go_on)
        if state.expiring is not None:
            pane.show(state)
        side.show(state)
        self._action(state)
        for place, widget in (("window", window), ("pane", pane), ("side", side), ("right", button)):
            only(self.ids[place], widget)

    def _approval(self) -> Any:
        """What asks for an approval of goods past their expiry; built when the first ones are."""
        if self._expired is None:
            from pos.sale.expired.screen import parts

            self._expired = parts(self)
        return self._expired

    def _scales(self, by_hand: bool) -> Any:
        """What weighs, by the scale or by hand; built when it is first needed."""
        if by_hand not in self._sides:
            from pos.sale.weight.screen import side_for

            self._sides[by_hand] = side_for(self, by_hand)
        return self._sides[by_hand]

    def _asked(self) -> tuple[Any, Any]:
        """What asks for a number; built when the first one is asked for."""
        if self._number is None:
            self._number = AskedWindow(), NumberSide(screen=self)
        return self._number

    def _action(self, state: SaleState) -> None:
        said, button = primary(state), self._go_on
        button.text, button.line, button.icon = said.text, said.line, said.icon
        button.off, button.busy = said.off, said.busy

    # What the rules read, beside the state; the language is named so that they follow it.

    def rows(self, state: SaleState, _language: str) -> list[tuple[CartLine | ComingBack, str]]:
        """What comes back, then the lines that are not in the window, the newest first."""
        back = state.cart.back.lines if state.cart.back else ()
        hero = state.hero if state.numbering is None else ""
        others = [x for x in state.cart.lines if x.line_id != hero]
        return [(x, state.settings.currency) for x in (*back, *reversed(others))]

    def tapped(self, index: int) -> None:
        """A row was touched: its line comes into the window."""
        rows = self.rows(self.state, language())
        line = rows[index][0] if 0 <= index < len(rows) else None
        if isinstance(line, CartLine):
            self.flow.choose(line.line_id)

    def go_on(self) -> None:
        """The primary action."""
        if self.state.weighing is not None:
            self.flow.weigh_done()
        elif self.state.numbering is not None:
            self.flow.number_done()
        else:
            self.flow.pay()

    # What the keys of a till bring, while a number is asked for.

    def insert(self, text: str) -> None:
        """Letters from a real keyboard."""
        self._keyboard(False)
        self._asked()[1].ids.field.insert(text)

    def erase(self) -> None:
        """One letter less."""
        self._asked()[1].ids.field.backspace()

    def enter(self) -> None:
        """Take what was typed."""
        self.flow.number_done()

    def toggle_keyboard(self) -> None:
        """Show or hide the keyboard on the screen."""
        self._keyboard(not self.typing)

    def _keyboard(self, on: bool) -> None:
        place = self.ids.keyboard
        if on and not place.children:
            from pos.ui.kit.keyboard import OnScreenKeyboard

            board = OnScreenKeyboard(field=self._asked()[1].ids.field, codes=True)
            board.height, board.padding = dp(328), [0, dp(8), 0, dp(8)]
            place.add_widget(board)
        elif not on:
            place.clear_widgets()
        self.typing, self.ids.rows.opacity = on, 0 if on else 1

    def put_back(self) -> None:
        """The second tile: leave the exchange while there is one, else void the sale."""
        if self.state.cart.back is None:
            self.ask_void()
        else:
            self.flow.leave_exchange()

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
    if line.serials or line.labelled.unit:
        details = numbers(line.serials or (line.labelled.unit,))
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
    if not state.cart.lines and state.cart.back is None:
        return []
    currency, totals = state.settings.currency, state.totals
    before = totals.saved + sum(p.amount for p in totals.lines)
    items = ngettext("{n} item", "{n} items", state.pieces).format(n=state.pieces)
    rows = [(items, money(before, currency), "ink_2")] if state.cart.lines else []
    if totals.saved:
        rows.append((_("Discounts"), money(-totals.saved, currency), "good"))
    text = _("VAT {rate} included") if state.settings.policy.vat_included else _("VAT {rate} added")
    rows += [(text.format(rate=percent(v.rate)), money(v.vat, currency), "ink_3") for v in totals.by_rate]
    if state.cart.back is not None:
        rows.append((_("Goods that come back"), money(-state.cart.back.worth, currency), "good"))
    if state.cart.paid_by_card:
        rows.append((_("Paid by card"), money(-state.cart.paid_by_card, currency), "good"))
    if state.cart.paid_by_value:
        rows.append((_("Kept on gift cards"), money(-state.cart.paid_by_value, currency), "good"))
    return rows


def percent(rate: int) -> str:
    """Basis points as people read them: 1200 is "12 %"."""
    return f"{quantity(rate * 10)} %"
