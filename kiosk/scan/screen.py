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


def words(answer: Answer | None) -> tuple[str, str]:
    """Title and line for what a code turned out to be."""
    return {
        Answer.NOT_OURS: (_("This code is not ours"), _("Scan another label of it, or find it by its name.")),
        Answer.MISREAD: (_("The code was not read whole"), _("Hold the label flat and scan it once more.")),
        Answer.RECEIPT: (_("This is a receipt"), _("Our staff can look it up at the till.")),
    }.get(
        answer,  # type: ignore[arg-type]
        (_("Hold the code to the reader"), _("You see its price and every place that has it.")),
    )


class ScanScreen(KioskScreen):
    """Reads `state` of the scan's flow."""

    state = ObjectProperty(ScanState(), rebind=True)
    title = StringProperty("")
    line = StringProperty("")
    picture = StringProperty("")
    happened = ObjectProperty(None, allownone=True)

    def __init__(self, flow: Any, visit: Any, **kwargs: Any) -> None:
        super().__init__(flow=flow, visit=visit, **kwargs)
        flow.on_state = self._show
        theme.bind(language=self._spoken)  # weak: the theme outlives every screen
        self._show(flow.state)

    def _spoken(self, *_args: Any) -> None:
        self._show(self.state)

    def typed(self, text: str) -> None:
        """The field was emptied by its cross."""
        if not text and self.state.digits:
            self.flow.wait()

    def _show(self, state: ScanState) -> None:
        self.state = state
        self.title, self.line = words(state.answer)
        self.picture = picture_file("bag-ink" if state.answer else "bag-pine")
        self.happened = _happened(state)


def _happened(state: ScanState) -> Happened | None:
    if state.answer is None:
        return Happened("working", _("Scan or type"), _("The number is under the bars"), icon="scan-barcode")
    return Happened("refused", _("Code {code}").format(code=state.code), _("Nothing was kept of it"))


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
