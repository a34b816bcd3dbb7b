"""Taking goods back on the window: find the order, its lines, the money at the right, an approval, the end."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pos.ui.kit
import pos.ui.steps
import pos.ui.tray  # noqa: F401
from pos.pictures import path_of
from pos.returns.cards.screen import Because, ChipRow, LineCard, NumberColumn  # noqa: F401  names of the rules
from pos.returns.done.screen import BackDone, BackSide
from pos.returns.flow import ReturnsFlow
from pos.returns.owed.said import primary
from pos.returns.owed.screen import OwedPane, OwedSide
from pos.returns.plan import box, due, goods, needs, tenders
from pos.returns.state import Phase, ReturnState
from pos.returns.view import as_of, badge, dates, lines, title
from pos.returns.ways import headline, instead, ways_to_go
from pos.returns.weight.screen import TakeByHand, TakeOnScale
from pos.ui.approval import ApprovalPane, ApprovalSide
from pos.ui.i18n import _, day, money
from pos.ui.kit.buttons import PrimaryButton, SecondaryButton
from pos.ui.kit.frame import Panel
from pos.ui.kit.lists import VirtualList
from pos.ui.kit.rows import ListRow
from pos.ui.kit.screens import only
from pos.ui.kit.shape import Boxed
from pos.ui.kit.touch import Pressable
from pos.ui.kit.window import ShopWindow
from pos.ui.said import StepSaid
from pos.ui.theme import theme
from sync.domain.orders import Purchase

from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

for rules in ("order", "side", "done", "owed", "screen"):
    Builder.load_file(str(Path(__file__).with_name(f"{rules}.kv")))


class OrderRow(ListRow):
    """One of several orders."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)

    def on_index(self, _row: Any, index: int) -> None:
        """A hairline above every row but the first."""
        self.rule = index > 0

    def on_item(self, _row: Any, shown: "tuple[Purchase, str] | None") -> None:
        """Show another order."""
        if shown is None:
            return
        purchase, zone = shown
        self.icon = "globe" if purchase.channel else "store"
        self.name = title(purchase)
        bought = _("bought {day}").format(day=day(purchase.at, zone))
        self.line = " · ".join(x for x in (purchase.customer, bought) if x)
        self.value = money(sum(paid.amount for paid in purchase.paid), purchase.currency)


class FoundOrders(VirtualList):
    """Several orders, to choose one."""


class ReceiptWindow(ShopWindow):
    """Nothing was looked for yet."""


class FindPane(BoxLayout):
    """Left, while no order is open: the field, what was found, the keyboard."""

    screen = ObjectProperty(None)
    caption = StringProperty("")
    typing = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._window, self._orders = ReceiptWindow(picture=path_of("bag-pine")), FoundOrders()
        self._orders.bind(on_row=lambda _list, index: self.tapped(index))

    def show(self, state: ReturnState) -> None:
        """Show what was typed and found."""
        if self.ids.field.text != state.query:
            self.ids.field.text = state.query
        found = state.happened.title if state.found and state.happened else ""
        self.caption = found or _("The number stands on the receipt and in the e-mail about the order.")
        self._orders.rows = [(p, state.settings.timezone) for p in state.found]
        only(self.ids.results, self._orders if state.found else self._window)

    def tapped(self, index: int) -> None:
        """An order was touched."""
        found = self.screen.state.found
        if 0 <= index < len(found):
            self.screen.flow.choose(found[index].id)


class FindSide(BoxLayout):
    """Right, while no order is open: how it is found, and who will answer."""

    screen = ObjectProperty(None)
    online = BooleanProperty(True)
    blind = BooleanProperty(False)
    copied = StringProperty("")

    def show(self, state: ReturnState) -> None:
        """Show who will answer."""
        self.online, self.blind = state.copied.link.online, state.copied.blind
        self.ids.ways.steps = ways_to_find(self.online)
        seen = as_of(state.copied.as_of, state.now, state.settings.timezone)
        self.copied = _("Orders are found by their number in this till's own copy. {seen}.").format(seen=seen)


def ways_to_find(online: bool) -> list[StepSaid]:
    """How an order is found; what needs the network says so without it."""
    state, asked = ("now", "") if online else ("next", _("With the network only"))
    slip = _("Its number, or 4821 12990 9.11")
    return [
        StepSaid("now", _("Receipt or order code"), _("Scan it. So is a slip for cash found."), icon="scan-barcode"),
        StepSaid("now", _("Order number"), _("Type it as it is written."), icon="receipt"),
        StepSaid(state, _("E-mail or phone"), asked or _("The whole address, or all digits."), icon="smartphone"),
        StepSaid(state, _("Account, bonus card or slip"), asked or slip, icon="credit-card"),
    ]


class OrderHead(BoxLayout):
    """Which order it is, and how old what is known of it."""

    screen = ObjectProperty(None)
    title, badge, badge_icon, dates = (StringProperty("") for _n in range(4))
    live, locked = BooleanProperty(True), BooleanProperty(False)


class OrderPane(BoxLayout):
    """Left: the order and its lines."""

    screen = ObjectProperty(None)

    def show(self, state: ReturnState) -> None:
        """Show the order."""
        if state.purchase is None:
            return
        head, listed = self.ids.head, lines(state)
        head.title, head.dates = title(state.purchase), dates(state)
        head.badge_icon, head.badge = badge(state)
        head.live, head.locked = state.live, state.busy
        at = next((n for n, line in enumerate(listed) if line.open), -1)
        moved = at != self.ids.lines.tall
        self.ids.lines.tall = at
        self.ids.lines.rows = [(line, self.screen.flow) for line in listed]
        if moved and at >= 0:
            self.ids.lines.scroll_to(at)

    def tapped(self, index: int) -> None:
        """A card was touched: it opens or closes."""
        rows = self.ids.lines.rows
        if 0 <= index < len(rows):
            self.screen.flow.open_line(rows[index][0].id)


class TenderBar(BoxLayout):
    """One way that the money goes back, and how much of what it paid that is."""

    icon, name, amount, line = (StringProperty("") for _n in range(4))
    share = NumericProperty(0)


class GoodsRow(BoxLayout):
    """Where goods go."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)
    name, where, picture, letters = (StringProperty("") for _n in range(4))
    tint = StringProperty("sand")

    def on_item(self, _row: Any, said: Any) -> None:
        """Show others."""
        if said is not None:
            self.name, self.where, self.picture = said.name, said.where, said.picture
            self.tint, self.letters = said.tint, said.letters


class StateBox(Boxed, BoxLayout):
    """On what the refund stands."""

    screen = ObjectProperty(None)
    icon, title, line, action = (StringProperty("") for _n in range(4))
    good = BooleanProperty(False)


class WayTile(Pressable, BoxLayout):
    """One way that the money may go."""

    text = StringProperty("")
    on = BooleanProperty(False)


class Instead(BoxLayout):
    """What stands in place of the tenders, where the money does not go back by them."""

    icon, name, line = (StringProperty("") for _n in range(3))


class MoneySide(BoxLayout):
    """Right: how much goes back, by which ways, where the goods go, on what it stands."""

    screen = ObjectProperty(None)
    headline = StringProperty("")
    currency = StringProperty("KZT")
    due = NumericProperty(0)

    def show(self, state: ReturnState) -> None:
        """Show the plan."""
        self.headline, self.currency, self.due = headline(state), state.currency, due(state.accepted)
        self._ways(state)
        self._tenders(state)
        self.ids.goods.rows = goods(state)
        said, shown = box(state), self.ids.box
        shown.icon, shown.title, shown.line = said.icon, said.title, said.line
        shown.good, shown.action = said.good, said.action

    def _ways(self, state: ReturnState) -> None:
        said, place, other = ways_to_go(state), self.ids.ways, self.ids.instead
        if len(place.children) != len(said):
            place.clear_widgets()
            for _n in said:
                tile = WayTile()
                tile.bind(on_tap=lambda t: self.screen.flow.send_to(t.tag))
                place.add_widget(tile)
        for tile, one in zip(reversed(place.children), said, strict=True):
            tile.tag, tile.text, tile.on = one.to, one.text, one.on
            tile.off = one.off or state.phase is not Phase.ORDER
        other.icon, other.name, other.line = instead(state)

    def _tenders(self, state: ReturnState) -> None:
        said, place = tenders(state), self.ids.tenders
        while len(place.children) < len(said):
            place.add_widget(TenderBar())
        while len(place.children) > len(said):
            place.remove_widget(place.children[0])
        for bar, one in zip(reversed(place.children), said, strict=True):
            bar.icon, bar.name, bar.amount, bar.line, bar.share = one.icon, one.name, one.amount, one.line, one.share


class WhoApproves(ApprovalPane):
    """Left, while somebody must approve: why, and who may."""

    def show(self, state: ReturnState) -> None:
        """Show what for."""
        self.title, self.why = _("Who approves this return?"), " ".join(needs(state))
        super().show(state)


class KeepOrder(SecondaryButton):
    """Back to the order, without an approval."""

    screen = ObjectProperty(None)


class ReturnGoOn(PrimaryButton):
    """The primary action."""

    screen = ObjectProperty(None)


class ReturnsScreen(Panel):
    """Reads the flow's state; touches call its verbs."""

    state = ObjectProperty(ReturnState(), rebind=True)
    flow = ObjectProperty(None)

    def __init__(self, flow: ReturnsFlow, on_next: Callable[[], None], on_history: Callable[[], None]) -> None:
        self.next, self.history = on_next, on_history
        self._parts: dict[type, Any] = {}
        super().__init__(flow=flow, state=flow.state)
        flow.on_state = self._look
        theme.follow(language=self._spoken)
        self._look(flow.state)

    def shown(self) -> None:
        """The screen came."""
        self._keyboard(False)
        self._look(self.flow.state)

    def ahead(self) -> None:
        """What the next touch needs: the cards of an order, and the money beside them."""
        self._part(MoneySide)
        self._part(OrderPane).ids.lines.build_ahead(4)

    def _part(self, kind: type) -> Any:
        if kind not in self._parts:
            self._parts[kind] = kind(screen=self)
            if kind is FindPane:
                self._parts[kind].ids.field.bind(text=lambda _field, text: self.flow.typed(text))
        return self._parts[kind]

    def _spoken(self, *_args: Any) -> None:
        """The language changed."""
        self._look(self.flow.state)

    def _look(self, state: ReturnState) -> None:
        self.state = state
        left, right = panes(state)
        for place, kind in (("pane", left), ("side", right)):
            part = self._part(kind)
            part.show(state)
            only(self.ids[place], part)
        self._action(state)

    def _action(self, state: ReturnState) -> None:
        button = self._part(KeepOrder if state.phase is Phase.APPROVAL else ReturnGoOn)
        if state.phase is not Phase.APPROVAL:
            said = primary(state)
            button.text, button.line, button.icon = said.text, said.line, said.icon
            button.off, button.busy = said.off, said.busy
        only(self.ids.right, button)

    def go_on(self) -> None:
        """The primary action."""
        verb = primary(self.state).verb
        if verb == "next":
            self.next()
        elif verb:
            getattr(self.flow, verb)()

    # What the keys of a till bring, while no order is open.

    def insert(self, text: str) -> None:
        """Letters from a real keyboard."""
        self._keyboard(False)
        self._part(FindPane).ids.field.insert(text)

    def erase(self) -> None:
        """One letter less."""
        self._part(FindPane).ids.field.backspace()

    def enter(self) -> None:
        """Look for what was typed."""
        self.flow.find()

    def toggle_keyboard(self) -> None:
        """Show or hide the keyboard on the screen."""
        self._keyboard(not self._part(FindPane).typing)

    def _keyboard(self, on: bool) -> None:
        pane = self._part(FindPane)
        place = pane.ids.keyboard
        if on and not place.children:
            from pos.ui.kit.keyboard import OnScreenKeyboard

            board = OnScreenKeyboard(field=pane.ids.field, language="en", digits=True, height=dp(330))
            board.padding = [0, dp(8), 0, dp(8)]
            place.add_widget(board)
        elif not on:
            place.clear_widgets()
        pane.typing = on


def panes(state: ReturnState) -> tuple[type, type]:
    """What stands left and right."""
    if state.phase is Phase.DONE:
        return BackDone, BackSide
    if state.debts:
        return OwedPane, OwedSide
    if state.phase is Phase.APPROVAL:
        return WhoApproves, ApprovalSide
    if state.weighing is not None:
        return OrderPane, TakeByHand if state.weighing.by_hand else TakeOnScale
    return (FindPane, FindSide) if state.purchase is None else (OrderPane, MoneySide)
