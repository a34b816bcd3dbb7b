"""Somebody approves on the window: who may, at the left, and their PIN at the right. `pos.approval` decides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401  the names that the rules use
from pos.approval import NOBODY_YET
from pos.pictures import initials
from pos.pins import PIN_LENGTH, role_words
from pos.ui.i18n import _
from pos.ui.kit.rows import ListRow

from kivy.lang import Builder  # isort: skip
from kivy.properties import NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class ApproverRow(ListRow):
    """Somebody who may approve."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)

    def on_item(self, _row: Any, shown: Any) -> None:
        """Show another person."""
        if shown is not None:
            person, chosen = shown
            self.name, self.line = person.name, role_words(person.role)
            self.initials, self.chosen = initials(person.name), person.id == chosen
            self.tint = "lemon"


class ApprovalPane(BoxLayout):
    """Left: `title` asks, `why` says what for, and who may. The screen's flow has `approver(staff_id)`, its state
    `approval`."""

    screen = ObjectProperty(None)
    title, why = StringProperty(""), StringProperty("")

    def show(self, state: Any) -> None:
        """Show who may."""
        chosen = state.approval.chosen
        self.ids.people.rows = [(p, chosen.id if chosen else "") for p in state.approval.people]

    def tapped(self, index: int) -> None:
        """Somebody says who they are."""
        people = self.screen.state.approval.people
        if 0 <= index < len(people):
            self.screen.flow.approver(people[index].id)


class ApprovalSide(BoxLayout):
    """Right: the PIN. The screen's flow has `key(key)`."""

    screen = ObjectProperty(None)
    approval = ObjectProperty(NOBODY_YET, rebind=True)
    whose, hint = StringProperty(""), StringProperty("")
    length = NumericProperty(PIN_LENGTH)

    def show(self, state: Any) -> None:
        """Show how far the PIN is typed."""
        self.approval, chosen = state.approval, state.approval.chosen
        self.whose = _("Your PIN, {name}").format(name=chosen.name.split()[0]) if chosen else _("Your PIN")
        self.hint = _("Checking the PIN") if state.approval.busy else _("The last digit approves it.")
