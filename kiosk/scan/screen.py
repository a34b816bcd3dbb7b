"""How to hold a code to the reader, the number by hand, and the answer when a code is no product of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kiosk.facts import Answer
from kiosk.frame.screen import KioskScreen, picture_file
from kiosk.scan.flow import ScanState
from pos.ui.happened import Happened
from pos.ui.i18n import _
from pos.ui.theme import theme

from kivy.lang import Builder  # isort: skip
from kivy.properties import ObjectProperty, StringProperty  # isort: skip


def words(answer: Answer | None, camera: bool = False) -> tuple[str, str]:
    """Title and line for what a code turned out to be; for what to do while nothing was read."""
    hold = _("Hold the code to the camera") if camera else _("Hold the code to the reader")
    return {
        Answer.NOT_OURS: (_("This code is not ours"), _("Scan another label of it, or find it by its name.")),
        Answer.MISREAD: (_("The code was not read whole"), _("Hold the label flat and scan it once more.")),
        Answer.CARD: (_("This is a card, not a product"), _("Our staff can say at the till what it is for.")),
        Answer.RECEIPT: (_("This is a receipt"), _("Our staff can look it up at the till.")),
    }.get(
        answer,  # type: ignore[arg-type]
        (hold, _("You see its price and every place that has it.")),
    )


class ScanScreen(KioskScreen):
    """Reads `state` of the scan's flow. `camera`: the kiosk's, or None; it is on only while this screen is up."""

    state = ObjectProperty(ScanState(), rebind=True)
    title = StringProperty("")
    line = StringProperty("")
    picture = StringProperty("")
    happened = ObjectProperty(None, allownone=True)
    camera = ObjectProperty(None, allownone=True)
    sight = ObjectProperty(None, allownone=True)

    def __init__(self, flow: Any, visit: Any, camera: Any = None, **kwargs: Any) -> None:
        super().__init__(flow=flow, visit=visit, camera=camera, **kwargs)
        if camera is not None:
            self._give_sight(camera)
        flow.on_state = self._show
        theme.follow(language=self._spoken)
        self._show(flow.state)

    def _give_sight(self, camera: Any) -> None:
        """The camera's picture stands on the window's line, in place of the bag, as soon as there is one."""
        from pos.ui.viewfinder import Viewfinder

        window = self.ids.window
        self.sight = Viewfinder(camera=camera, size_hint=(None, None), opacity=0)
        window.add_widget(self.sight)
        self.sight.fbind("trouble", self._spoken)
        self.sight.fbind("seeing", lambda _sight, seeing: setattr(self.sight, "opacity", int(seeing)))
        for part, name in ((window, "pos"), (window, "size"), (window, "line_height"), (self, "head"), (self, "wide")):
            part.fbind(name, self._fit)
        self._fit()

    def _fit(self, *_args: Any) -> None:
        window, line = self.ids.window, round(theme.size["window_line"])
        low = self.ids.window.line_height + line
        self.sight.pos = window.x, round(window.y + low)
        # Beside the keys the window is narrow: no higher there, or the sides of the region would be cut off.
        high = min(window.height - low - self.head, window.width * 0.8) if self.wide else window.height - low
        self.sight.size = window.width, max(1, high)

    def shown(self) -> None:
        """Somebody wants to scan: the camera goes on."""
        if self.sight is not None:
            self.sight.start()

    def hidden(self) -> None:
        """Nobody does: it goes off, and what it saw is gone."""
        if self.sight is not None:
            self.sight.stop()

    def _spoken(self, *_args: Any) -> None:
        self._show(self.state)

    def typed(self, text: str) -> None:
        """The field was emptied by its cross."""
        if not text and self.state.digits:
            self.flow.wait()

    def _show(self, state: ScanState) -> None:
        self.state = state
        blind = self.sight is not None and bool(self.sight.trouble)
        self.title, self.line = words(state.answer, self.sight is not None and not blind)
        self.picture = picture_file("bag-ink" if state.answer else "bag-pine")
        self.happened = _happened(state, blind)


def _happened(state: ScanState, blind: bool = False) -> Happened | None:
    if state.answer is None and blind:
        return Happened("refused", _("The camera gives no picture"), _("Type the number, or find it by its name"))
    if state.answer is None:
        return Happened("working", _("Scan or type"), _("The number is under the bars"), icon="scan-barcode")
    return Happened("refused", _("Code {code}").format(code=state.code), _("Nothing was kept of it"))


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
