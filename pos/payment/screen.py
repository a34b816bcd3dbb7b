"""Payment on the window: cash with its keypad, or the card terminal; what is due and what goes back at the right."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pos.ui.machine
import pos.ui.steps
import pos.ui.tray  # noqa: F401
from pos.payment.flow import PaymentFlow
from pos.payment.state import PayState, Phase
from pos.payment.view import (
    Primary,
    alone,
    back_text,
    by_hand_words,
    cash_note,
    change_pieces,
    code_cells,
    headline,
    parts,
    primary,
    steps,
    stored_said,
    tabs_note,
    what,
)
from pos.pictures import path_of
from pos.ui.i18n import _, money
from pos.ui.kit.buttons import PrimaryButton, SecondaryButton
from pos.ui.kit.dialog import Dialog
from pos.ui.kit.frame import Panel
from pos.ui.kit.picture import Picture
from pos.ui.kit.screens import only
from pos.ui.kit.shape import Boxed
from pos.ui.kit.states import ErrorState
from pos.ui.kit.touch import Pressable
from pos.ui.theme import theme

from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip
from kivy.uix.relativelayout import RelativeLayout  # isort: skip
from kivy.uix.widget import Widget  # isort: skip

for rules in ("value", "cash", "card", "screen"):
    Builder.load_file(str(Path(__file__).with_name(f"{rules}.kv")))

STANDING = 6
"""So many goods stand on the shelf at the right."""


class TenderTab(Pressable, BoxLayout):
    """One way to pay. `on`: chosen; `closed`: outlined, not for now."""

    text, icon = StringProperty(""), StringProperty("")
    on, closed = BooleanProperty(False), BooleanProperty(False)


class QuickAmount(Pressable, BoxLayout):
    """One likely amount and what goes back for it."""

    amount = NumericProperty(0)
    words, line = StringProperty(""), StringProperty("")
    on = BooleanProperty(False)


class GoodsShelf(RelativeLayout):
    """The goods of the sale, standing on a line. `pictures` are files."""

    pictures = ListProperty([])

    def on_pictures(self, _shelf: Any, pictures: list[str]) -> None:
        """Stand others on it."""
        self.ids.goods.clear_widgets()
        for picture in pictures[:STANDING]:
            self.ids.goods.add_widget(Standing(source=picture))


class Standing(Picture):
    """One thing on the shelf."""


class CodeCell(Boxed):
    """Four digits of a code; `on`: the next digit goes here."""

    text = StringProperty("")
    on = BooleanProperty(False)


class ValueRow(BoxLayout):
    """Words and an amount of a gift card."""

    words, amount = StringProperty(""), StringProperty("")


class PartRow(BoxLayout):
    """A part that is paid; `hold`: it can be taken off."""

    screen = ObjectProperty(None)
    icon, words, amount, hold = (StringProperty("") for _n in range(4))
    closed = BooleanProperty(False)


class Parts(BoxLayout):
    """What is paid already, part by part."""

    screen = ObjectProperty(None)

    def show(self, state: PayState) -> None:
        """Show the parts there are."""
        said = parts(state)
        if len(self.children) != len(said):
            self.clear_widgets()
            for _n in said:
                self.add_widget(PartRow(screen=self.screen))
        for row, one in zip(reversed(self.children), said, strict=True):
            row.icon, row.words, row.amount, row.hold = one.icon, one.name, one.amount, one.hold
            row.closed = not state.can_leave


class ValuePane(BoxLayout):
    """Left, for gift cards and store credit: the code, the keys, what is on it."""

    screen = ObjectProperty(None)
    icon, title, line = (StringProperty("") for _n in range(3))
    bad = BooleanProperty(False)

    def show(self, state: PayState) -> None:
        """Show the code as far as it is known, and what the hub said of it."""
        cells, place, said = code_cells(state), self.ids.cells, stored_said(state)
        while len(place.children) < len(cells):
            place.add_widget(CodeCell())
        typed = len(state.stored.digits) // 4 if not state.stored.masked else -1
        for n, (cell, digits) in enumerate(zip(reversed(place.children), cells, strict=True)):
            cell.text, cell.on = digits, n == typed
        self.icon, self.title, self.line, self.bad = said.icon, said.title, said.line, said.bad
        self.ids.rows.clear_widgets()
        for words, amount in said.rows:
            self.ids.rows.add_widget(ValueRow(words=words, amount=amount))


class ValueSide(BoxLayout):
    """Right, for gift cards and store credit: what is paid, and what is left to pay."""

    screen = ObjectProperty(None)
    state = ObjectProperty(PayState(), rebind=True)

    def show(self, state: PayState) -> None:
        """Show what is due."""
        self.state = state
        self.ids.parts.show(state)
        self.ids.goods.pictures = goods(state)


class CashPane(BoxLayout):
    """Left, for cash: quick amounts, keypad, what was given."""

    screen = ObjectProperty(None)
    state = ObjectProperty(PayState(), rebind=True)
    note = StringProperty("")

    def show(self, state: PayState) -> None:
        """Show what was given."""
        self.state, self.note = state, cash_note(state)
        box, amounts = self.ids.quick, state.quick
        if len(box.children) != len(amounts):
            box.clear_widgets()
            for _n in amounts:
                button = QuickAmount()
                button.bind(on_tap=lambda b: self.screen.flow.quick(b.amount))
                box.add_widget(button)
        for button, amount in zip(reversed(box.children), amounts, strict=True):
            change, currency = amount - state.cash_due, state.settings.currency
            button.amount, button.on = amount, amount == state.chosen
            button.words = money(amount, currency)
            button.line = _("change {amount}").format(amount=money(change, currency)) if change else _("exact")


class CardPane(BoxLayout):
    """Left, for a card: the card terminal in its window, and in words whose move it is."""

    screen = ObjectProperty(None)
    title, words, amount = (StringProperty("") for _n in range(3))
    tint = StringProperty("sky")
    by_hand, back = BooleanProperty(False), BooleanProperty(False)

    def show(self, state: PayState) -> None:
        """Show how the card stands."""
        self.title, self.words = headline(state)
        self.amount = money(state.card.amount if state.card else state.by_card, state.settings.currency)
        self.tint = "blush" if state.phase in (Phase.DECLINED, Phase.UNKNOWN) else "sky"
        self.by_hand, self.back = state.by_hand, state.card is not None and state.card.back


class HeldPane(BoxLayout):
    """Left, while the journal can't be written: why, what is kept, what to do."""

    screen = ObjectProperty(None)

    def __init__(self, **properties: Any) -> None:
        super().__init__(orientation="vertical", **properties)
        self.said = ErrorState(picture=path_of("bag-ink"), shelf_height=dp(220))
        self.add_widget(self.said)
        self.add_widget(Widget())

    def show(self, state: PayState) -> None:
        """Say it."""
        self.said.title, self.said.line = headline(state)


class CashSide(BoxLayout):
    """Right, for cash: what is due, the goods, the change."""

    screen = ObjectProperty(None)
    state = ObjectProperty(PayState(), rebind=True)

    def show(self, state: PayState) -> None:
        """Show the change."""
        self.state = state
        self.ids.tray.pieces = change_pieces(state)
        self.ids.parts.show(state)
        self.ids.goods.pictures = goods(state)


class CardSide(BoxLayout):
    """Right, for a card: what is charged, and the three steps."""

    screen = ObjectProperty(None)
    state = ObjectProperty(PayState(), rebind=True)

    def show(self, state: PayState) -> None:
        """Show the steps."""
        self.state = state
        self.ids.steps.steps = steps(state)
        self.ids.parts.show(state)
        self.ids.goods.pictures = goods(state)


class GoOn(PrimaryButton):
    """The one action, while the next move is the cashier's."""

    screen = ObjectProperty(None)

    def show(self, said: Primary) -> None:
        """Say another action."""
        self.text, self.line, self.icon = said.text, said.line, said.icon
        self.off, self.busy = said.off, said.busy


class StopPayment(SecondaryButton):
    """The way out while the next move is the customer's: no yellow then."""

    screen = ObjectProperty(None)


class PaymentScreen(Panel):
    """Reads the flow's state; touches call its verbs."""

    state = ObjectProperty(PayState(), rebind=True)
    flow = ObjectProperty(None)

    def __init__(self, flow: PaymentFlow, on_history: Callable[[], None]) -> None:
        self.history = on_history
        self._panes: dict[str, Any] = {}
        super().__init__(flow=flow, state=flow.state)
        self._cash_tab = self.ids.cash.__self__
        flow.on_state = self._look
        theme.follow(language=self._spoken)
        self._look(flow.state)

    def shown(self) -> None:
        """The screen came."""
        self._look(self.flow.state)

    def _spoken(self, *_args: Any) -> None:
        """The language changed."""
        self._look(self.flow.state)

    def _look(self, state: PayState) -> None:
        self.state = state
        self._tabs(state.drawer)
        cash = state.tender == "cash"
        pane, side = (CashPane, CashSide) if cash else (CardPane, CardSide)
        if state.tender == "value":
            pane, side = ValuePane, ValueSide
        if state.phase is Phase.HELD:
            pane = HeldPane
        for place, kind in (("pane", pane), ("side", side)):
            widget = self._panes.get(kind.__name__) or self._panes.setdefault(kind.__name__, kind(screen=self))
            widget.show(state)
            only(self.ids[place], widget)
        self._right(state)

    def _tabs(self, drawer: bool) -> None:
        """Cash stands first, where it is taken."""
        tab, tabs = self._cash_tab, self.ids.tabs
        if drawer and tab.parent is None:
            tabs.add_widget(tab, len(tabs.children))
        elif not drawer and tab.parent is not None:
            tabs.remove_widget(tab)

    def note(self, state: PayState, _language: str) -> str:
        """What stands beside the tabs."""
        return tabs_note(state)

    def _right(self, state: PayState) -> None:
        """The primary action, or the way to stop while the customer or the card terminal is at work."""
        theirs = state.phase in (Phase.RECORDING, Phase.WAITING, Phase.STOPPING)
        theirs = theirs and not (state.card is not None and state.card.back)  # nobody stops money on its way back
        kind = StopPayment if theirs else GoOn
        button = self._panes.get(kind.__name__) or self._panes.setdefault(kind.__name__, kind(screen=self))
        if theirs:
            button.off = state.phase is not Phase.WAITING
        else:
            button.show(primary(state))
        only(self.ids.right, button)

    def go_on(self) -> None:
        """The primary action."""
        verb = primary(self.state).verb
        if verb:
            getattr(self.flow, verb)()

    def items(self, state: PayState, _language: str) -> str:
        """What is paid for."""
        return what(state)

    def way_back(self, state: PayState, _language: str) -> str:
        """What stands on the way back."""
        return back_text(state)

    def kept_for(self, state: PayState, _language: str) -> str:
        """For what stored value is kept."""
        return alone(state)

    def ask_by_hand(self, paid: bool) -> None:
        """A person says how the attempt ended: asked once more, as nothing else can know."""
        title, act_text = by_hand_words(self.state, paid)
        dialog = Dialog(
            title=title,
            text=_("Look at the card terminal's own slip. What you say here is recorded with your name."),
            keep_text=_("Ask again"),
            act_text=act_text,
        )
        dialog.bind(on_act=lambda _d: self.flow.settle_by_hand(paid))
        dialog.open()


def goods(state: PayState) -> list[str]:
    """Pictures of what is paid for, each article once."""
    if len(parts(state)) > 1:
        return []  # their room is needed
    names = state.pictures or tuple(x.product.picture for x in state.cart.lines)
    files = (path_of(name) for name in names)
    return list(dict.fromkeys(f for f in files if f))
