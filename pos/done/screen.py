"""The end of a sale on the window: the change to give, how receipt and drawer stand, the next customer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pos.ui.steps
import pos.ui.tray  # noqa: F401
from pos.cash import count_out
from pos.done.flow import DoneFlow, DoneState
from pos.pictures import path_of
from pos.printing import PaperState
from pos.ui.i18n import _, clock_time, money, ngettext
from pos.ui.kit.frame import Panel
from pos.ui.said import PieceSaid, StepSaid, pieces_said
from pos.ui.theme import theme
from sync.protocol.operations import Sale

from kivy.lang import Builder  # isort: skip
from kivy.properties import ListProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class PaidRow(BoxLayout):
    """One row of what was paid."""

    words, amount = StringProperty(""), StringProperty("")


class PaidRows(BoxLayout):
    """`pieces`: pairs of words and amount."""

    pieces = ListProperty([])

    def on_pieces(self, _rows: Any, pieces: list[tuple[str, str]]) -> None:
        """As many rows as there is to say."""
        self.clear_widgets()
        for words, amount in pieces:
            self.add_widget(PaidRow(words=words, amount=amount))


class DoneScreen(Panel):
    """Reads the flow's state; touches call its verbs."""

    state = ObjectProperty(DoneState(), rebind=True)
    flow = ObjectProperty(None)

    def __init__(self, flow: DoneFlow, on_next: Callable[[], None], on_history: Callable[[], None]) -> None:
        self.next, self.history = on_next, on_history
        self.art = path_of("bag-pine")
        super().__init__(flow=flow, state=flow.state)
        flow.on_state = self._look
        theme.fbind("language", lambda *_args: self._look(flow.state))
        self._look(flow.state)

    def shown(self) -> None:
        """The screen came."""
        self._look(self.flow.state)

    def _look(self, state: DoneState) -> None:
        self.state = state
        if state.sale is not None:
            self.ids.steps.steps = steps(state)
            self.ids.tray.pieces = change_pieces(state.sale.body)
            self.ids.rows.pieces = rows(state.sale.body)

    def headline(self, state: DoneState, _language: str) -> str:
        """What the hero number is."""
        if state.sale is None:
            return ""
        if state.sale.body.change:
            return _("Change to give")
        return _("Paid exactly, no change") if state.cash else _("Paid by card")

    def hero(self, state: DoneState) -> int:
        """The hero number, in minor units: the change, or what was paid."""
        body = state.sale.body if state.sale else None
        return (body.change or body.due) if body else 0

    def currency(self, state: DoneState) -> str:
        """The sale's currency."""
        return state.sale.body.currency if state.sale else "KZT"


def change_pieces(body: Sale) -> list[PieceSaid]:
    """The change in notes and coins."""
    return pieces_said(count_out(body.change, body.currency), body.currency)


def rows(body: Sale) -> list[tuple[str, str]]:
    """What was paid, and how."""
    said = [(_("Total"), money(body.total, body.currency))]
    if body.rounding:
        said.append((_("Rounding"), money(body.rounding, body.currency)))
    for tender in body.tenders:
        if tender.kind == "card":
            said.append((" ".join(x for x in (_("Card"), tender.masked) if x), money(tender.amount, body.currency)))
        else:
            said.append((_("Cash given"), money(tender.amount, body.currency)))
    return said


def steps(state: DoneState) -> list[StepSaid]:
    """The sale, the drawer, the receipt: each stands by itself (F49)."""
    assert state.sale is not None
    body, n = state.sale.body, len(state.sale.body.lines)
    kept = ngettext("{n} line, receipt {number}", "{n} lines, receipt {number}", n)
    done = StepSaid("done", _("Sale recorded"), kept.format(n=n, number=body.receipt), _time(state))
    return [done, *([_drawer(state)] if state.cash else []), _receipt(state)]


def _time(state: DoneState) -> str:
    assert state.sale is not None
    return clock_time(state.sale.envelope.at, state.zone)


def _drawer(state: DoneState) -> StepSaid:
    if state.drawer_fault is not None:
        return StepSaid("fault", _("Drawer did not open"), _("Open it by its key."), icon="lock")
    if not state.drawer:
        return StepSaid("next", _("No drawer here"), _("Put the cash where you keep it."), icon="lock")
    return StepSaid("done", _("Drawer opened"), _("Close it before the next sale."))


def _receipt(state: DoneState) -> StepSaid:
    if state.paper is PaperState.PRINTED:
        return StepSaid("done", _("Receipt printed"), _("Tear it off and hand it over."))
    if state.paper is PaperState.PRINTING:
        return StepSaid("now", _("Receipt is printing"), _("It does not hold up the next sale."))
    if state.paper is PaperState.ABSENT:
        return StepSaid("next", _("No printer here"), _("The sale is kept. Print it at another till."), icon="printer")
    title = _("Receipt may be on paper") if state.paper is PaperState.DOUBTFUL else _("Receipt not printed")
    return StepSaid("fault", title, _("See below what to do."), icon="printer")
