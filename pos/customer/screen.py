"""What the shopper sees: the retailer's own while nothing is sold, each line, what is due, the change, thanks."""

from itertools import zip_longest
from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401
from pos.pictures import initials, path_of
from pos.shown import PIECE, Shown, ShownLine
from pos.ui.i18n import _, kilograms, language, money, ngettext, quantity, set_language
from pos.ui.kit.frame import Panel
from pos.ui.kit.screens import only
from pos.ui.kit.window import ShopWindow

from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip
from kivy.uix.floatlayout import FloatLayout  # isort: skip

for _part in ("screen", "idle"):
    Builder.load_file(str(Path(__file__).with_name(f"{_part}.kv")))

_THINGS = ("teapot-clay", "bag-pine", "mug-sky")
ROW = 72
"""Height of a row in dp."""


class ShopperRow(BoxLayout):
    """A line of the cart."""

    name, count, amount, picture, letters, tint = (StringProperty("") for _n in range(6))
    back = BooleanProperty(False)

    def show(self, line: ShownLine, currency: str) -> None:
        """Show another line."""
        self.name, self.count, self.back = line.name, counted(line), line.back
        self.amount = money(line.amount, currency)
        self.picture, self.tint = path_of(line.picture), line.tint
        self.letters = initials(line.name)


class ShownRows(BoxLayout):
    """As many lines as there is room for, the newest first; `more` says how many others there are."""

    lines, currency = ListProperty([]), StringProperty("KZT")
    more = StringProperty("")

    def lay(self, *_args: Any) -> None:
        """Put the lines into the rows that fit."""
        places = max(1, int(self.height // dp(ROW)))
        shown = self.lines[:places]
        hidden = len(self.lines) - len(shown)
        self.more = ngettext("and {n} more line", "and {n} more lines", hidden).format(n=hidden) if hidden else ""
        self.padding = [0, 0, 0, max(0, self.height - places * dp(ROW))]
        while len(self.children) > places:
            self.remove_widget(self.children[0])
        while len(self.children) < places:
            self.add_widget(ShopperRow())
        for row, line in zip_longest(reversed(self.children), shown):
            row.opacity = 0 if line is None else 1
            if line is not None:
                row.show(line, self.currency)


class LastLine(ShopWindow):
    """The line that was last added, or goods on the scale."""

    name, letters, currency, weight = (StringProperty("") for _n in range(4))
    amount = NumericProperty(0)
    known = BooleanProperty(True)

    def show(self, line: ShownLine, currency: str, weighed: bool) -> None:
        """Show another line. `weighed`: it lies on the scale, and is not added yet."""
        self.name, self.currency, self.amount = line.name, currency, line.amount
        self.picture, self.tint = path_of(line.picture), line.tint
        self.letters = "" if self.picture else initials(line.name)
        self.weight = f"{kilograms(line.count) if line.count else '—'} {_('kg')}" if weighed else ""
        self.known = bool(line.count)
        self.foot_icon, self.foot = below(line, currency, weighed)


class SumLine(BoxLayout):
    """A small row of the right column."""

    words, amount, tone = StringProperty(""), StringProperty(""), StringProperty("ink_2")


class Buying(BoxLayout):
    """A sale under way, until it is paid."""

    shown = ObjectProperty(Shown(), rebind=False)
    hint, hint_icon, words, items = (StringProperty("") for _n in range(4))
    due = NumericProperty(0)

    def show(self, shown: Shown) -> None:
        """Show another state of it."""
        self.shown = shown
        self.words, self.due = (_("You get back"), shown.back) if shown.back else (_("To pay"), shown.due)
        self.items = counted_all(shown)
        self.hint_icon, self.hint = hint(shown)
        last = shown.weighing or next((x for x in shown.lines if x.id == shown.hero), None)
        last = last or (shown.lines[-1] if shown.lines else None)
        if last is not None:
            self.ids.last.show(last, shown.currency, shown.weighing is not None)
        rows = self.ids.rows
        rows.currency = shown.currency
        rows.lines = [x for x in reversed(shown.lines) if x is not last]
        rows.lay()
        self._sums(sums(shown))

    def _sums(self, said: list[tuple[str, str, str]]) -> None:
        box = self.ids.sums
        while len(box.children) > len(said):
            box.remove_widget(box.children[0])
        while len(box.children) < len(said):
            box.add_widget(SumLine())
        for widget, (words, amount, tone) in zip(reversed(box.children), said, strict=True):
            widget.words, widget.amount, widget.tone = words, amount, tone


class Thanks(ShopWindow):
    """It is paid."""

    words, currency = StringProperty(""), StringProperty("KZT")
    amount = NumericProperty(0)

    def show(self, shown: Shown) -> None:
        """Show what goes back, or what was paid."""
        self.currency = shown.currency
        self.words, self.amount = _("Paid"), shown.due
        if shown.change:
            self.words, self.amount = _("Your change"), shown.change
        if shown.back:
            self.words, self.amount = _("You get back"), shown.back


class Idle(FloatLayout):
    """Nothing is sold: the retailer's own picture, or goods on the shelf."""

    art = StringProperty("")
    things = ListProperty(["", "", ""])

    def __init__(self, art: str = "") -> None:
        super().__init__(art=art, things=["", "", ""] if art else [path_of(name) for name in _THINGS])

    def show(self, _shown: Shown) -> None:
        """It is always the same."""


class CustomerScreen(Panel):
    """The whole window. `art`: the retailer's picture."""

    def __init__(self, art: str = "") -> None:
        super().__init__(tone="ground")
        self._idle, self._buying, self._thanks = Idle(art=art), Buying(), Thanks(picture=path_of("bag-pine"))
        self.shown = Shown()
        self.show(self.shown)

    def show(self, shown: Shown) -> None:
        """Show another state of the sale, in the shopper's language."""
        self.shown = shown
        if shown.language != language():
            set_language(shown.language)
        page = {"idle": self._idle, "done": self._thanks}.get(shown.phase, self._buying)
        only(self, page)
        page.show(shown)
        if shown.brand and page is not self._thanks:
            page.ids.brand.text = shown.brand

    def on_touch_down(self, _touch: Any) -> bool:
        """Nothing here is touched."""
        return True


def counted(line: ShownLine) -> str:
    """How many, or how much; nothing where it is one."""
    if line.unit == "kg":
        return f"{quantity(line.count)} {_('kg')}"
    return f"× {quantity(line.count)}" if line.many else ""


def below(line: ShownLine, currency: str, weighed: bool) -> tuple[str, str]:
    """Icon and words below the line in the window: how many, the price of one, what it cost before."""
    if line.back:
        return "undo-2", _("Comes back")
    text = _("{price} a kilogram") if line.unit == "kg" else _("{price} each")
    said = [counted(line)] if line.many and not weighed else []
    said += [text.format(price=money(line.each, currency))] if line.many or weighed else []
    if line.regular:
        said.append(_("instead of {price}").format(price=money(line.regular, currency)))
    return "tag" if line.regular else "", " · ".join(said)


def counted_all(shown: Shown) -> str:
    """How many things lie in the cart; a weighed one counts as one."""
    n = sum(1 if x.unit == "kg" else x.count // PIECE for x in shown.lines if not x.back)
    return ngettext("{n} item", "{n} items", n).format(n=n)


def sums(shown: Shown) -> list[tuple[str, str, str]]:
    """The small rows: words, amount and tone."""
    said = [(_("You save"), shown.saved, "good")] if shown.saved else []
    if shown.paid:
        said.append((_("Paid already"), shown.paid, "ink_2"))
    if shown.given:
        said.append((_("Given"), shown.given, "ink_2"))
    if shown.change:
        said.append((_("Change"), shown.change, "ink"))
    return [(words, money(amount, shown.currency), tone) for words, amount, tone in said]


def hint(shown: Shown) -> tuple[str, str]:
    """What the shopper is to do now: icon and words."""
    return {
        "wait": ("nfc", _("Hold your card to the reader")),
        "ask": ("hourglass", _("One moment")),
        "no": ("credit-card", _("The card was not accepted")),
    }.get(shown.card, ("", ""))
