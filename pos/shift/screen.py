"""A shift on the window: the float, the drawer's page, cash moved by hand, the count, the close. Touches call verbs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401  the names that the rules use
from pos.shift.close.screen import ClosedPane, ClosedSide, ComparePane, CompareSide
from pos.shift.count.screen import CountPane, OpeningPane, PadSide
from pos.shift.flow import ShiftFlow
from pos.shift.move.screen import MovePane, WhyBox
from pos.shift.page.screen import PagePane, PageSide, PastPane, PastSide
from pos.shift.state import Phase, ShiftState
from pos.shift.view import approval_words, primary
from pos.ui.approval import ApprovalPane, ApprovalSide
from pos.ui.i18n import _
from pos.ui.kit.buttons import PrimaryButton, SecondaryButton
from pos.ui.kit.dialog import Dialog
from pos.ui.kit.frame import Panel
from pos.ui.kit.screens import only
from pos.ui.theme import theme

from kivy.lang import Builder  # isort: skip
from kivy.properties import ObjectProperty  # isort: skip

Builder.load_file(str(Path(__file__).with_name("screen.kv")))


class WhoApprovesCash(ApprovalPane):
    """Left, while somebody must approve: what for."""

    def show(self, state: ShiftState) -> None:
        """Show what for, and who may."""
        self.title, self.why = approval_words(state)
        super().show(state)


class KeepShift(SecondaryButton):
    """Back, without an approval."""

    screen = ObjectProperty(None)


class ShiftGoOn(PrimaryButton):
    """The primary action."""

    screen = ObjectProperty(None)


PANES: dict[Phase, tuple[type, type]] = {
    Phase.OPENING: (OpeningPane, PadSide),
    Phase.PAGE: (PagePane, PageSide),
    Phase.MOVING: (MovePane, PadSide),
    Phase.APPROVAL: (WhoApprovesCash, ApprovalSide),
    Phase.COUNTING: (CountPane, PadSide),
    Phase.COMPARING: (ComparePane, CompareSide),
    Phase.CLOSED: (ClosedPane, ClosedSide),
    Phase.PAST: (PastPane, PastSide),
}
"""What stands left and right."""


class ShiftScreen(Panel):
    """Reads the flow's state; touches call its verbs."""

    state = ObjectProperty(ShiftState(), rebind=True)
    flow = ObjectProperty(None)

    def __init__(self, flow: ShiftFlow, on_history: Callable[[], None]) -> None:
        self.history = on_history
        self._parts: dict[type, Any] = {}
        super().__init__(flow=flow, state=flow.state)
        flow.on_state = self._look
        theme.follow(language=self._spoken)
        self._look(flow.state)

    def shown(self) -> None:
        """The screen came."""
        self._look(self.flow.state)

    def ahead(self) -> None:
        """What the next touch needs: the float, the page, the count."""
        for kind in (OpeningPane, PadSide, PagePane, PageSide, CountPane):
            self._part(kind)

    def _part(self, kind: type) -> Any:
        if kind not in self._parts:
            self._parts[kind] = kind(screen=self)
        return self._parts[kind]

    def _spoken(self, *_args: Any) -> None:
        """The language changed."""
        self._look(self.flow.state)

    def _look(self, state: ShiftState) -> None:
        self.state = state
        for place, kind in zip(("pane", "side"), PANES[state.phase], strict=True):
            part = self._part(kind)
            part.show(state)
            only(self.ids[place], part)
        self._action(state)

    def _action(self, state: ShiftState) -> None:
        button = self._part(KeepShift if state.phase is Phase.APPROVAL else ShiftGoOn)
        if state.phase is not Phase.APPROVAL:
            said = primary(state)
            button.text, button.line, button.icon = said.text, said.line, said.icon
            button.off, button.busy = said.off, said.busy
        only(self.ids.right, button)

    def go_on(self) -> None:
        """The primary action."""
        verb = primary(self.state).verb
        if verb:
            getattr(self.flow, verb)()

    def begin_anew(self) -> None:
        """All numbers are to be typed anew: asked once more, as nobody counts twice by mistake."""
        if not self.state.counts:
            return
        dialog = Dialog(
            title=_("Count everything anew?"),
            text=_("All numbers of this count are taken away."),
            keep_text=_("Keep the count"),
            act_text=_("Begin anew"),
        )
        dialog.bind(on_act=lambda _dialog: self.flow.clear_count())
        dialog.open()

    # What the keys of a till bring, while a note is written.

    @property
    def _note(self) -> Any:
        pane = self._part(MovePane if self.state.phase is Phase.MOVING else ComparePane)
        return next(part for part in pane.walk(restrict=True) if isinstance(part, WhyBox)).ids.note

    def insert(self, text: str) -> None:
        """Letters from a real keyboard."""
        self._note.insert(text)

    def erase(self) -> None:
        """One letter less."""
        self._note.backspace()

    def enter(self) -> None:
        """The note is written."""
        self.flow.take_note(False)
