"""Collecting an order: how to show its code or type its number, then the ticket, and how far it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kiosk.collect.flow import CollectState, Other, Step
from kiosk.collect.words import beside, happened, minutes, refusal, stages
from kiosk.frame.screen import KioskScreen, picture_file
from kiosk.ticket.screen import TicketPage
from pos.ui.i18n import _
from pos.ui.theme import theme
from sync.domain.arrivals import ArrivalRefusal

from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.floatlayout import FloatLayout  # isort: skip

MENDED = (ArrivalRefusal.UNKNOWN, *(other for other in Other if other not in (Other.AT_TILL, Other.WITHDRAWN)))
"""Answers after which another code or number may help."""


class AskPage(FloatLayout):
    """How to show the code; the number by hand; why nobody is called."""

    screen = ObjectProperty(None, rebind=True)
    title = StringProperty("")
    line = StringProperty("")
    picture = StringProperty("")
    tint = StringProperty("mint")
    wide = BooleanProperty(False)
    base = NumericProperty(0)


class MyOrderScreen(KioskScreen):
    """Reads `state` of the collecting's flow. `camera`: the kiosk's, or None; on only while a code is asked for."""

    state = ObjectProperty(CollectState(), rebind=True)
    happened = ObjectProperty(None, allownone=True)
    act = StringProperty("")
    act_line = StringProperty("")
    act_icon = StringProperty("arrow-right")

    def __init__(self, flow: Any, visit: Any, camera: Any = None, **kwargs: Any) -> None:
        super().__init__(flow=flow, visit=visit, **kwargs)
        self.camera, self.sight, self._up = camera, None, False
        self.ask_page, self.ticket_page = AskPage(screen=self), TicketPage(screen=self)
        if camera is not None:
            self._give_sight(camera)
        self.ask_page.ids.field.fbind("text", lambda _field, text: flow.type(text))
        flow.on_state = self._show
        theme.follow(language=self._spoken)
        self._show(flow.state)

    def _give_sight(self, camera: Any) -> None:
        """The camera's picture stands on the window's line, in place of the bag, as soon as there is one."""
        from pos.ui.viewfinder import Viewfinder

        window = self.ask_page.ids.window
        self.sight = Viewfinder(camera=camera, size_hint=(None, None), opacity=0)
        window.add_widget(self.sight)
        self.sight.fbind("trouble", self._spoken)
        self.sight.fbind("seeing", lambda _sight, seeing: setattr(self.sight, "opacity", int(seeing)))
        for part, name in ((window, "pos"), (window, "size"), (self, "head"), (self, "wide")):
            part.fbind(name, self._fit)
        self._fit()

    def _fit(self, *_args: Any) -> None:
        window, line = self.ask_page.ids.window, round(theme.size["window_line"])
        low = window.line_height + line
        self.sight.pos = window.x, round(window.y + low)
        high = min(window.height - low - self.head, window.width * 0.8) if self.wide else window.height - low
        self.sight.size = window.width, max(1, high)

    def shown(self) -> None:
        """Somebody comes to collect: the camera goes on as long as a code is asked for."""
        self._up = True
        self._look()

    def hidden(self) -> None:
        """She is gone: it goes off, and what it saw is gone."""
        self._up = False
        self._look()

    def _look(self) -> None:
        if self.sight is None:
            return
        wanted = self._up and self.state.step is not Step.TICKET
        (self.sight.start if wanted else self.sight.stop)()

    def typed(self, words: str) -> None:
        """Keys of a keyboard that is plugged in."""
        self.ask_page.ids.field.insert(words)

    def erase(self) -> None:
        """One letter is taken back."""
        self.ask_page.ids.field.backspace()

    def do(self) -> None:
        """The primary action: the one that `act` names."""
        state = self.state
        if state.step is Step.TICKET or (state.no is not None and state.no.why not in MENDED):
            self.visit.done()
        elif state.step is Step.NO:
            self.flow.again()
        else:
            self.flow.look_up()

    # --- what stands there -------------------------------------------------------------------------------------------

    def _spoken(self, *_args: Any) -> None:
        self._show(self.state)

    def _show(self, state: CollectState) -> None:
        before, self.state = self.state, state
        page = self.ticket_page if state.step is Step.TICKET else self.ask_page
        if page.parent is None:
            self.ids.page.clear_widgets()
            self.ids.page.add_widget(page)
        blind = self.sight is None or bool(self.sight.trouble)
        self.happened = happened(state)
        self._name_act(state)
        if state.ticket is not None:
            self._show_ticket(state)
        else:
            self._show_question(state, not blind)
        if (before.step is Step.TICKET) != (state.step is Step.TICKET):
            self._look()

    def _show_ticket(self, state: CollectState) -> None:
        page, ticket = self.ticket_page, state.ticket
        assert ticket is not None  # asked before
        page.number, page.says = ticket.arrival.ticket, beside(ticket)
        page.wait = minutes(ticket, state.now)
        page.steps = list(stages(ticket))

    def _show_question(self, state: CollectState, camera: bool) -> None:
        page = self.ask_page
        if page.ids.field.text != state.typed:
            page.ids.field.text = state.typed
        title = _("Collect an order")
        line = _("Hold the code from your message to the camera.") if camera else _("Scan the code from your message.")
        page.title, page.line = refusal(state.no) if state.no is not None else (title, line)
        page.picture = picture_file("bag-ink" if state.no is not None else "parcel")
        page.tint = "mint" if state.no is None else "blush"

    def _name_act(self, state: CollectState) -> None:
        ended = state.no is not None and state.no.why not in MENDED
        if state.step is Step.TICKET or ended:
            self.act, self.act_line, self.act_icon = _("Done"), _("this screen forgets you"), "check"
        elif state.step is Step.NO:
            self.act, self.act_line, self.act_icon = _("Try again"), "", "undo-2"
        else:
            self.act, self.act_line, self.act_icon = _("Find the order"), "", "arrow-right"


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
