"""The end of a sale on the window: the change to give, how receipt and drawer stand, the next customer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pos.ui.steps
import pos.ui.tray  # noqa: F401
from pos.back_by_card import step
from pos.cash import count_out
from pos.devices.drawer import DRAWER_SHUT
from pos.done.flow import DoneFlow, DoneState
from pos.fiscal_words import step_of
from pos.pictures import path_of
from pos.printing import PaperState
from pos.receipt.returned import TENDERS
from pos.ui.i18n import _, clock_time, money, ngettext
from pos.ui.kit.frame import Panel
from pos.ui.said import PieceSaid, StepSaid, pieces_said
from pos.ui.theme import theme
from sync.domain.sales import STORED
from sync.protocol.operations import ReturnRefund, Sale, SaleTender, credit_of, owed_of

from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


ROOM = 11
"""Rows that fit above the buttons with room between them."""


class PaidRow(BoxLayout):
    """One row of what was paid."""

    words, amount = StringProperty(""), StringProperty("")


class PaidRows(BoxLayout):
    """`pieces`: pairs of words and amount. `close`: the rows stand closer, where there are many."""

    pieces = ListProperty([])
    close = BooleanProperty(False)

    def on_pieces(self, _rows: Any, pieces: list[tuple[str, str]]) -> None:
        """As many rows as there is to say."""
        self.clear_widgets()
        for words, amount in pieces:
            row = PaidRow(words=words, amount=amount)
            row.height = dp(30) if self.close else dp(36)
            self.add_widget(row)


class DoneScreen(Panel):
    """Reads the flow's state; touches call its verbs."""

    state = ObjectProperty(DoneState(), rebind=True)
    flow = ObjectProperty(None)
    many = BooleanProperty(False)

    def __init__(self, flow: DoneFlow, on_next: Callable[[], None], on_history: Callable[[], None]) -> None:
        self.next, self.history = on_next, on_history
        self.art = path_of("bag-pine")
        super().__init__(flow=flow, state=flow.state)
        flow.on_state = self._look
        theme.follow(language=self._spoken)
        self._look(flow.state)

    def shown(self) -> None:
        """The screen came."""
        self._look(self.flow.state)

    def _spoken(self, *_args: Any) -> None:
        """The language changed."""
        self._look(self.flow.state)

    def _look(self, state: DoneState) -> None:
        self.state = state
        if state.sale is not None:
            stood, paid = steps(state), rows(state.sale.body) + back_rows(state)
            self.many = len(paid) + 2 * len(stood) > ROOM  # a step is as high as two rows
            self.ids.steps.steps = stood
            self.ids.tray.pieces = change_pieces(state)
            self.ids.rows.close, self.ids.rows.pieces = self.many, paid

    def headline(self, state: DoneState, _language: str) -> str:
        """What the hero number is."""
        if state.sale is None:
            return ""
        if state.given_back:
            return _("Cash to give back")
        if state.sale.body.change:
            return _("Change to give")
        if state.back is not None and not state.cash:
            return _("Exchanged")
        if state.cash:
            return _("Paid exactly, no change")
        return _("Paid") if any(t.kind != "card" for t in state.sale.body.tenders) else _("Paid by card")

    def hero(self, state: DoneState) -> int:
        """The hero number, in minor units: the change, or what was paid."""
        body = state.sale.body if state.sale else None
        return (state.given_back or body.change or body.due) if body else 0

    def gift(self, state: DoneState, _language: str) -> str:
        """What the paper without prices is called, or how it stands."""
        if state.gift is PaperState.PRINTING:
            return _("Gift receipt is printing")
        return _("Gift receipt printed") if state.gift is PaperState.PRINTED else _("Gift receipt, without prices")

    def currency(self, state: DoneState) -> str:
        """The sale's currency."""
        return state.sale.body.currency if state.sale else "KZT"


def change_pieces(state: DoneState) -> list[PieceSaid]:
    """What goes back from the drawer, in notes and coins."""
    if state.sale is None:
        return []
    body = state.sale.body
    return pieces_said(count_out(state.given_back or body.change, body.currency), body.currency)


def back_rows(state: DoneState) -> list[tuple[str, str]]:
    """What goes back beyond an exchange, and by which way."""
    if state.back is None:
        return []
    body = state.back.body
    said = [(_back_by(refund), money(refund.amount, body.currency)) for refund in body.refunds if not refund.to]
    if owed_of(body):
        name = _("Back: {way}").format(way=_(TENDERS["counter"]))
        said.append((name, money(owed_of(body), body.currency)))
    if body.credit:
        name = _("Back: {way}").format(way=f"{_('Store credit')} •• {body.credit_masked}")
        said.append((name, money(credit_of(body), body.currency)))
    return said


def _back_by(refund: ReturnRefund) -> str:
    named = _(TENDERS.get(refund.kind, refund.kind))
    return _("Back: {way}").format(way=" ".join(x for x in (named, refund.masked) if x))


def rows(body: Sale) -> list[tuple[str, str]]:
    """What was paid, and how."""
    said = [(_("Total"), money(body.total, body.currency))]
    if body.rounding:
        said.append((_("Rounding"), money(body.rounding, body.currency)))
    for tender in body.tenders:
        said.append((_paid_with(tender), money(tender.amount, body.currency)))
    return said


def _paid_with(tender: SaleTender) -> str:
    """What a tender is called, by its last digits where it has any."""
    if tender.kind == "cash":
        return _("Cash given")
    if tender.kind == "exchange":
        return _("Goods that came back")
    named = {"gift_card": _("Gift card"), "store_credit": _("Store credit")}.get(tender.kind, _("Card"))
    digits = f"•• {tender.masked}" if tender.kind in STORED else tender.masked
    return " ".join(x for x in (named, digits) if x)


def steps(state: DoneState) -> list[StepSaid]:
    """The sale, the drawer, the receipt: each stands by itself (F49)."""
    assert state.sale is not None
    body, n = state.sale.body, len(state.sale.body.lines)
    kept = ngettext("{n} line, receipt {number}", "{n} lines, receipt {number}", n)
    name = _("Sale recorded") if state.back is None else _("Exchange recorded")
    done = StepSaid("done", name, kept.format(n=n, number=body.receipt), _time(state))
    cards = [step(part, state.zone) for part in state.cards]
    fiscal = [step_of(state.fiscal, state.hindered)] if state.fiscalises else []
    return [done, *cards, *([_drawer(state)] if state.cash else []), *fiscal, _receipt(state)]


def _time(state: DoneState) -> str:
    assert state.sale is not None
    return clock_time(state.sale.envelope.at, state.zone)


def _drawer(state: DoneState) -> StepSaid:
    if state.drawer_fault is not None:
        title = _("Drawer stayed shut") if state.drawer_fault == DRAWER_SHUT else _("Drawer did not open")
        return StepSaid("fault", title, _("Open it by its key."), icon="lock")
    if not state.drawer:
        return StepSaid("next", _("No drawer here"), _("Put the cash where you keep it."), icon="lock")
    if state.drawer_open is False:
        return StepSaid("done", _("Drawer is shut"), _("It was open, and was closed again."))
    line = _("Give the cash, then close it.") if state.given_back else _("Close it before the next sale.")
    return StepSaid("done", _("Drawer is open") if state.drawer_open else _("Drawer opened"), line)


def _receipt(state: DoneState) -> StepSaid:
    if state.paper is PaperState.PRINTED:
        return StepSaid("done", _("Receipt printed"), _("Tear it off and hand it over."))
    if state.paper is PaperState.PRINTING:
        return StepSaid("now", _("Receipt is printing"), _("It does not hold up the next sale."))
    if state.paper is PaperState.ABSENT:
        return StepSaid("next", _("No printer here"), _("The sale is kept. Print it at another till."), icon="printer")
    title = _("Receipt may be on paper") if state.paper is PaperState.DOUBTFUL else _("Receipt not printed")
    return StepSaid("fault", title, _("See below what to do."), icon="printer")
