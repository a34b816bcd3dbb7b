"""The panel on the window: the printer on its drawer, the card terminal, and at the right what else there is."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pos.ui.counter
import pos.ui.kit  # noqa: F401  the names that the rules use
from pos.panel import words
from pos.panel.flow import PanelFlow
from pos.panel.samples import Sample, samples
from pos.panel.state import PanelState, Seen
from pos.pictures import initials
from pos.ui.i18n import LANGUAGES, _, language, set_language
from pos.ui.kit.buttons import Chip
from pos.ui.kit.dialog import Dialog
from pos.ui.kit.frame import Panel
from pos.ui.kit.rows import ListRow
from pos.ui.kit.topbar import TabButton
from pos.ui.roll import Roll
from pos.ui.theme import theme

from kivy.core.window import Window  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import (  # isort: skip
    BooleanProperty,
    ListProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)
from kivy.uix.boxlayout import BoxLayout  # isort: skip
from kivy.uix.stacklayout import StackLayout  # isort: skip

for rules in ("devices", "screen"):
    Builder.load_file(str(Path(__file__).with_name(f"{rules}.kv")))


class FaultChip(Chip):
    """One fault."""


class FaultChips(StackLayout):
    """A device's faults; a touch sets one, or ends it."""

    flow = ObjectProperty(None)

    def show(self, seen: Seen) -> None:
        """As many chips as faults it knows; none while nothing is known of it."""
        said = words.chips(seen)
        if len(self.children) != len(said):
            self.clear_widgets()
            for fault, text, _on in said:
                chip = FaultChip(text=text, tag=fault)
                chip.bind(on_tap=partial(self._touched, seen.kind))
                self.add_widget(chip)
        for chip, (_fault, text, on) in zip(reversed(self.children), said, strict=True):
            chip.text, chip.on, chip.off = text, on, not seen.alive

    def _touched(self, kind: str, chip: FaultChip) -> None:
        self.flow.fault(kind, chip.tag.name, chip.tag.value)


class StandHead(BoxLayout):
    """A device's name, and how it is."""

    pane = ObjectProperty(None, rebind=True, allownone=True)


class DeviceStand(BoxLayout):
    """A device in its window: its name and how it is above, its faults below."""

    title, said, foot, icon = (StringProperty("") for _n in range(4))
    well, lit = BooleanProperty(False), BooleanProperty(False)

    def __init__(self, screen: "PanelScreen", **kwargs: Any) -> None:
        self.screen = screen
        super().__init__(**kwargs)

    def show(self, seen: Seen) -> None:
        """What it shows now."""
        self.title, self.icon = words.name(seen.kind), words.icon(seen.kind)
        self.said, self.well = words.standing(seen)
        self.lit = seen.alive and not seen.on("off")
        self.ids.chips.flow = self.screen.flow
        self.ids.chips.show(seen)


class PaperStand(DeviceStand):
    """A printer with the paper that came out of it; a touch shows it large."""

    lid = BooleanProperty(False)
    papers = ListProperty([])

    def large(self) -> None:
        """The paper, large enough to be read."""
        shown = Dialog(title=self.title, act_text=_("Close"))
        shown.ids.card.width = dp(560)
        roll = Roll(size_hint_y=None, height=max(dp(240), Window.height - dp(290)))
        shown.add_widget(roll)
        shown.open()
        roll.pictures = list(self.papers)


class PrinterStand(PaperStand):
    """The receipt printer on its drawer."""

    drawn = BooleanProperty(False)

    def show(self, seen: Seen) -> None:
        """What it shows now."""
        super().show(seen)
        self.lid, self.drawn = seen.on("cover_open"), bool(seen.shows.get("drawer_open"))
        self.papers, self.foot = list(seen.papers), words.held(seen)

    def shut(self) -> None:
        """The drawer was touched."""
        if self.drawn:
            self.screen.flow.press("printer", "shut")


class LabelStand(PaperStand):
    """The label printer."""

    def show(self, seen: Seen) -> None:
        """What it shows now."""
        super().show(seen)
        self.lid, self.papers, self.foot = seen.on("head_open"), list(seen.papers), words.held(seen)


class CardStand(DeviceStand):
    """The card terminal; a touch holds a card to it."""

    amount, line, mark = StringProperty(""), StringProperty(""), StringProperty("nfc")

    def show(self, seen: Seen) -> None:
        """What it shows now."""
        super().show(seen)
        self.amount, self.line = words.asked(seen)
        self.mark = words.card_mark(seen)
        self.foot = words.waits(seen)


class SampleRow(ListRow):
    """A code that may be scanned."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)

    def on_item(self, _row: Any, sample: Sample | None) -> None:
        """Show another one."""
        if sample is not None:
            self.name, self.line, self.picture, self.tint = sample.name, sample.code, sample.picture, sample.tint
            self.initials = "" if sample.picture else initials(sample.name)
            self.rule, self.chosen = True, sample.chosen


class ScannerStand(DeviceStand):
    """Codes to hold to the scanner: one of the list, or one that is typed."""

    def show(self, seen: Seen) -> None:
        """What it shows now."""
        super().show(seen)
        if self.ids.codes.rows != (found := samples()):
            self.ids.codes.rows = found

    def scan(self, index: int) -> None:
        """One of the list was touched."""
        self.screen.flow.scan(self.ids.codes.rows[index].code)

    def typed(self, text: str) -> None:
        """A code was typed."""
        self.screen.flow.scan(text.strip())
        self.ids.field.text = ""


class CameraStand(DeviceStand):
    """Labels to hold to the camera, one at a time."""

    held = BooleanProperty(False)

    def show(self, seen: Seen) -> None:
        """What it shows now."""
        super().show(seen)
        code = seen.shows.get("held", "")
        self.held = bool(code)
        found = tuple(replace(sample, chosen=sample.code == code) for sample in samples())
        if self.ids.codes.rows != found:
            self.ids.codes.rows = found

    def hold(self, index: int) -> None:
        """One of the list was touched."""
        self.screen.flow.hold(self.ids.codes.rows[index].code)

    def away(self) -> None:
        """Nothing is held to it any more."""
        self.screen.flow.press("camera", "away")


class ScaleStand(DeviceStand):
    """The scale; the knob above it says what lies on it."""

    weight = StringProperty("")
    load = NumericProperty(0)

    def show(self, seen: Seen) -> None:
        """What it shows now."""
        super().show(seen)
        self.weight, self.load = words.weight(seen), words.grams(seen)
        self.foot = _("The knob puts goods on it")


class DisplayStand(DeviceStand):
    """The customer display, with its two lines."""

    first, second = StringProperty(""), StringProperty("")

    def show(self, seen: Seen) -> None:
        """What it shows now."""
        super().show(seen)
        self.lit = self.lit and not seen.on("dark")
        self.first, self.second = [*(str(line) for line in seen.shows.get("lines", ())), "", ""][:2]
        self.foot = _("What the shopper reads")


class FiscalStand(DeviceStand):
    """The fiscal printer; its shift may be closed at it."""

    def show(self, seen: Seen) -> None:
        """What it shows now."""
        super().show(seen)
        self.foot = words.documents(seen)


PANES = {
    "printer": PrinterStand,
    "card": CardStand,
    "scanner": ScannerStand,
    "camera": CameraStand,
    "scale": ScaleStand,
    "label": LabelStand,
    "display": DisplayStand,
    "fiscal": FiscalStand,
}


class PanelHead(Panel):
    """The panel's name, its pages where there is more than one, its language and its shade."""

    spoken = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        for name in ("on_page", "on_speak", "on_shade"):
            self.register_event_type(name)
        super().__init__(**kwargs)

    def on_page(self, kind: str) -> None:
        """A page was touched."""

    def on_speak(self) -> None:
        """The language was touched."""

    def on_shade(self) -> None:
        """Light or dark was touched."""

    def show(self, kinds: list[str], page: str) -> None:
        """The choice of pages."""
        box = self.ids.pages
        kinds = kinds if len(kinds) > 1 else []
        if len(box.children) != len(kinds):
            box.clear_widgets()
            for kind in kinds:
                tab = TabButton(key=kind, icon=words.icon(kind))
                tab.bind(on_tap=lambda touched: self.dispatch("on_page", touched.key))
                box.add_widget(tab)
        for tab in box.children:
            tab.text, tab.on = words.short(tab.key), tab.key == page


class PanelScreen(Panel):
    """Reads the flow's state; touches call its verbs."""

    state = ObjectProperty(PanelState(), rebind=True)
    asks, amount = BooleanProperty(False), StringProperty("")
    spoken = StringProperty("")

    def __init__(self, flow: PanelFlow, **kwargs: Any) -> None:
        self.flow = flow
        self._panes: dict[str, DeviceStand] = {}
        super().__init__(**kwargs)
        flow.on_state = self._look
        theme.follow(language=self._said)
        self._look(flow.state)

    def _said(self, *_args: Any) -> None:
        self.flow.spoken()
        self._look(self.flow.state)

    def _look(self, state: PanelState) -> None:
        self.state, self.spoken = state, language().upper()
        for kind, box in (("printer", "left"), ("card", "middle"), (state.page, "right")):
            if kind in state.devices:
                self._stand(kind, box)
                self._panes[kind].show(state.devices[kind])
        self.ids.head.show(words.pages(state.devices), state.page)
        card = state.devices.get("card")
        self.asks = card is not None and card.alive and card.shows.get("asks") is not None
        self.amount = words.asked(card)[0] if card is not None and self.asks else ""

    def _stand(self, kind: str, box: str) -> None:
        if kind not in self._panes:
            self._panes[kind] = PANES[kind](self)
        pane, place = self._panes[kind], self.ids[box]
        if pane.parent is not place:
            place.clear_widgets()
            place.add_widget(pane)

    def tap(self) -> None:
        """Hold a card to the terminal."""
        if self.asks:
            self.flow.press("card", "tap")

    def refuse(self) -> None:
        """Stop at the terminal, as a shopper does."""
        if self.asks:
            self.flow.press("card", "refuse")

    def speak(self) -> None:
        """The next language."""
        codes = list(LANGUAGES)
        set_language(codes[(codes.index(language()) + 1) % len(codes)])

    def shade(self) -> None:
        """Light or dark."""
        theme.dark = not theme.dark
