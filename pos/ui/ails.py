"""Devices that can't work now: the top bar names them, and a dialog says what still works, for as long as it is so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pos.ailing import Ailing, Ailment, short
from pos.ailing_there import AilmentThere
from pos.ui.i18n import _


class Ails:
    """`tell` a top bar, `show` the dialog; both follow by themselves from then on."""

    def __init__(self, ailing: Ailing, has_drawer: Callable[[], bool]) -> None:
        self._ailing, self._has_drawer = ailing, has_drawer
        self._bar: Any = None
        self._dialog: Any = None
        ailing.changed = self._changed

    def tell(self, bar: Any) -> None:
        """Have the bar say what ails."""
        self._bar = bar
        self._changed()

    def show(self) -> None:
        """What doesn't work now, and what does."""
        found = self._ailing.now(self._has_drawer())
        if not found or (self._dialog is not None and self._dialog.parent is not None):
            return
        from pos.ui.kit.dialog import Dialog

        self._dialog = Dialog()
        self._fill(found)
        self._dialog.open()

    def _changed(self) -> None:
        found = self._ailing.now(self._has_drawer())
        if self._bar is not None:
            self._bar.ails = short(found)
            self._bar.ails_icon = found[0].icon if len(found) == 1 else "triangle-alert"
        if self._dialog is not None and self._dialog.parent is not None:
            (self._fill(found) if found else self._dialog.close())

    def _fill(self, found: tuple[Ailment | AilmentThere, ...]) -> None:
        from pos.ui.menu import AilRow

        said = [(one.icon, one.name, one.line) for one in found]
        if said == getattr(self._dialog, "said", None):
            return
        self._dialog.said = said
        self._dialog.title, self._dialog.act_text = _("What does not work now"), _("Close")
        self._dialog.ids.body.clear_widgets()
        for icon, name, line in said:
            self._dialog.add_widget(AilRow(icon=icon, title=name, line=line))
