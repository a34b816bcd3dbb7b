"""A blind return on the window: the goods at the left, the credit and every rule at the right, an approval, the end."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pos.ui.kit
import pos.ui.steps  # noqa: F401
from pos.blind.flow import BlindFlow
from pos.blind.state import BlindState, Phase
from pos.blind.view import CardSaid, RuleSaid, cards, primary, rules, steps
from pos.goods_back import conditions, reasons
from pos.pictures import path_of
from pos.ui.approval import ApprovalPane, ApprovalSide
from pos.ui.chips import ChipRow  # noqa: F401  a name of the rules
from pos.ui.i18n import _, money_parts, ngettext
from pos.ui.kit.buttons import PrimaryButton, SecondaryButton
from pos.ui.kit.frame import Panel
from pos.ui.kit.screens import only
from pos.ui.kit.touch import Pressable
from pos.ui.kit.window import ShopWindow
from pos.ui.theme import theme
from pos.ui.unfolding import Unfolding
from sync.domain.returns import Condition, Reason

from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

for part in ("goods", "screen"):
    Builder.load_file(str(Path(__file__).with_name(f"{part}.kv")))

RULE_ICONS = {"holds": "check", "missing": "circle", "fails": "x"}


class PriceColumn(BoxLayout):
    """A price and which one it is."""

    number, words = StringProperty(""), StringProperty("")
    quiet = BooleanProperty(False)


class BlindWhy(BoxLayout):
    """Why and how an article came back, and where it goes."""

    where = StringProperty("")

    def show(self, said: CardSaid, flow: BlindFlow) -> None:
        """Show what was said of an article."""
        why, how = self.ids.why, self.ids.how
        why.tell = lambda key: flow.reason(said.id, Reason(key))
        how.tell = lambda key: flow.condition(said.id, Condition(key))
        why.question, how.question = _("Reason"), _("Condition")
        why.answers, how.answers = reasons(), conditions()
        why.chosen, how.chosen = said.reason, said.condition
        self.where = said.where


class BlindCard(Unfolding):
    """One article; a row of the list, used again for others."""

    below = BlindWhy
    name, info, picture, letters, today, lowest = (StringProperty("") for _n in range(6))
    tint = StringProperty("sand")
    value = NumericProperty(0)
    open, gone, locked = (BooleanProperty(False) for _n in range(3))

    def on_item(self, _card: Any, item: Any) -> None:
        """Show another article, or the same one anew."""
        if item is None:
            return
        said: CardSaid = item[0]
        for name in ("name", "info", "picture", "letters", "tint", "today", "lowest", "value", "open", "locked"):
            setattr(self, name, getattr(said, name))
        self.gone = said.off
        self.ids.stepper.value = said.value
        self.unfold(said, item[1])

    def step(self, value: int) -> None:
        """The stepper asks for so many."""
        said, flow = self.item
        flow.set_quantity(said.id, value)


class BareWindow(ShopWindow):
    """Nothing is on the counter yet."""


class BlindPane(BoxLayout):
    """Left: what lies on the counter."""

    screen = ObjectProperty(None)
    line = StringProperty("")
    locked = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._window = BareWindow(picture=path_of("bag-pine"))
        self._list = self.ids.lines.__self__

    def show(self, state: BlindState) -> None:
        """Show the goods."""
        weeks = state.known.rules.weeks
        line = ngettext(
            "Store credit, at the lowest price of {n} week", "Store credit, at the lowest price of {n} weeks", weeks
        )
        self.line = line.format(n=weeks)
        self.locked = state.phase not in (Phase.GOODS, Phase.PHONE)
        listed = cards(state)
        at = next((n for n, card in enumerate(listed) if card.open), -1)
        moved = at != self._list.tall
        self._list.tall = at
        self._list.rows = [(card, self.screen.flow) for card in listed]
        only(self.ids.place, self._list if listed else self._window)
        if moved and at >= 0:
            self._list.scroll_to(at)

    def tapped(self, index: int) -> None:
        """A card was touched: it opens or closes."""
        rows = self._list.rows
        if 0 <= index < len(rows):
            self.screen.flow.open_line(rows[index][0].id)


class RuleRow(Pressable, BoxLayout):
    """One rule: a mark, its words, its number."""

    words, value, outcome, icon, verb = (StringProperty("") for _n in range(5))
    screen = ObjectProperty(None, allownone=True)

    def show(self, said: RuleSaid) -> None:
        """Show another one."""
        self.words, self.value, self.outcome = said.words, said.value, said.outcome
        self.icon, self.verb, self.off = RULE_ICONS[said.outcome], said.verb, not said.verb

    def on_tap(self, *_args: Any) -> None:
        """What a touch of it does."""
        if self.verb:
            getattr(self.screen.flow, self.verb)()


class RulesSide(BoxLayout):
    """Right: the credit, and every rule that leads to it."""

    screen = ObjectProperty(None)
    currency = StringProperty("KZT")
    total = NumericProperty(0)

    def show(self, state: BlindState) -> None:
        """Show the credit and the rules."""
        self.currency, self.total = state.settings.currency, state.plan.total if state.plan else 0
        said, place = rules(state), self.ids.rules
        while len(place.children) < len(said):
            place.add_widget(RuleRow(screen=self.screen))
        while len(place.children) > len(said):
            place.remove_widget(place.children[0])
        for row, one in zip(reversed(place.children), said, strict=True):
            row.show(one)


class PhoneSide(BoxLayout):
    """Right, while the shopper's number is asked for."""

    screen = ObjectProperty(None)
    typed = StringProperty("")

    def show(self, state: BlindState) -> None:
        """Show what was typed."""
        self.typed = grouped(state.typed)


def grouped(digits: str) -> str:
    """A phone number while it is typed, in groups that can be read: 8 701 555 01 23."""
    if len(digits) < 4:
        return digits
    head, rest = (digits[:-10], digits[-10:]) if len(digits) > 10 else ("", digits)
    parts = [head, rest[:3], rest[3:6], rest[6:8], rest[8:]]
    return "\u00a0".join(part for part in parts if part)


class BlindWho(ApprovalPane):
    """Left, while somebody must approve."""

    def show(self, state: BlindState) -> None:
        """Show what for."""
        super().show(state)
        amount, sign = money_parts(state.plan.total if state.plan else 0, state.settings.currency)
        self.title = _("Who approves this credit?")
        self.why = _("Nothing proves the purchase. {amount} becomes store credit, within all limits.").format(
            amount=f"{amount}\u00a0{sign}"
        )


class BlindDone(BoxLayout):
    """Left: what was given."""

    screen = ObjectProperty(None)
    words, foot, art, code = (StringProperty("") for _n in range(4))
    currency = StringProperty("KZT")
    hero = NumericProperty(0)

    def show(self, state: BlindState) -> None:
        """Show a recorded return."""
        if state.recorded is None:
            return
        body = state.recorded.body
        self.hero, self.currency, self.code = body.total, body.currency, state.slip.code
        self.foot, self.art = _("Receipt {number}").format(number=body.receipt), path_of("bag-pine")
        self.words = _("The code on the slip pays at any of our tills. It may take a minute until it does.")


class BlindEnd(BoxLayout):
    """Right: the steps, and the slip once more."""

    screen = ObjectProperty(None)
    paper = StringProperty("absent")

    def show(self, state: BlindState) -> None:
        """Show how it stands."""
        self.paper = state.slip.paper.value
        self.ids.steps.steps = steps(state)


class KeepGoods(SecondaryButton):
    """Back to the goods, without an approval."""

    screen = ObjectProperty(None)


class BlindGoOn(PrimaryButton):
    """The primary action."""

    screen = ObjectProperty(None)


class BlindScreen(Panel):
    """Reads the flow's state; touches call its verbs."""

    state = ObjectProperty(BlindState(), rebind=True)
    flow = ObjectProperty(None)

    def __init__(self, flow: BlindFlow, on_next: Callable[[], None], on_history: Callable[[], None]) -> None:
        self.next, self.history = on_next, on_history
        self._parts: dict[type, Any] = {}
        super().__init__(flow=flow, state=flow.state)
        flow.on_state = self._look
        theme.follow(language=self._spoken)
        self._look(flow.state)

    def shown(self) -> None:
        """The screen came."""
        self._look(self.flow.state)

    def _part(self, kind: type) -> Any:
        if kind not in self._parts:
            self._parts[kind] = kind(screen=self)
        return self._parts[kind]

    def _spoken(self, *_args: Any) -> None:
        """The language changed."""
        self._look(self.flow.state)

    def _look(self, state: BlindState) -> None:
        self.state = state
        left, right = panes(state)
        for place, kind in (("pane", left), ("side", right)):
            part = self._part(kind)
            part.show(state)
            only(self.ids[place], part)
        self._action(state)

    def _action(self, state: BlindState) -> None:
        button = self._part(KeepGoods if state.phase is Phase.APPROVAL else BlindGoOn)
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


def panes(state: BlindState) -> tuple[type, type]:
    """What stands left and right."""
    if state.phase is Phase.DONE:
        return BlindDone, BlindEnd
    if state.phase is Phase.APPROVAL:
        return BlindWho, ApprovalSide
    return BlindPane, PhoneSide if state.phase is Phase.PHONE else RulesSide
