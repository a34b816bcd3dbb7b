"""The question where a parcel lies, at the left: a field, shelves of the same order, keys on the screen."""

from pathlib import Path
from typing import Any

import pos.ui.kit
import pos.ui.kit.keyboard  # noqa: F401
from pos.collect import view
from pos.collect.state import CollectState
from pos.ui.chips import ChipRow  # noqa: F401  a name that the rules use
from pos.ui.i18n import _

from kivy.clock import Clock  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.properties import ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_name("screen.kv")))


class ShelfPane(BoxLayout):
    """Left, with a parcel in the hand."""

    screen = ObjectProperty(None)
    title = StringProperty("")

    def on_kv_post(self, base_widget: Any) -> None:
        """The rule's own children exist now."""
        # With the next frame: letters of a scanner come fast, and what they cost must not tear the scan.
        self._soon = Clock.create_trigger(lambda _dt: self.typed(), 0)
        self.ids.field.bind(text=lambda *_args: self._soon())
        self.ids.near.tell = self.near

    def show(self, state: CollectState) -> None:
        """Ask it."""
        held = state.in_hand
        self.title = _("Order {number}").format(number=held.number) if held is not None else ""
        if self.ids.field.text != state.shelf and not self._soon.is_triggered:
            self.ids.field.text = state.shelf
        near = self.ids.near
        near.answers = [(shelf, shelf) for shelf in view.suggested(state)]
        near.question = _("The rest lies on") if near.answers else ""

    def typed(self) -> None:
        """What stands in the field is the shelf."""
        self._soon.cancel()
        self.screen.flow.shelf_typed(self.ids.field.text)

    def put(self) -> None:
        """Enter."""
        self.typed()
        self.screen.flow.put()

    def near(self, shelf: str) -> None:
        """A shelf of the same order was touched."""
        self.ids.field.text = shelf

    def insert(self, text: str) -> None:
        """Letters from a real keyboard."""
        self.ids.field.insert(text.upper())

    def erase(self) -> None:
        """One letter less."""
        self.ids.field.backspace()
