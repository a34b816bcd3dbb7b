"""The workbench on the window: F12 opens it in the demo."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pos.ui.i18n import _, language
from pos.ui.kit.buttons import Chip
from pos.ui.kit.dialog import Dialog
from pos.ui.menu import Chips, PastRow
from pos.workbench.flow import Bench, BenchState
from sync.domain.catalogue import in_language

from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

ODD_CODES = ("4006381333931", "4870000000001")
"""A code of nobody here, and one with a wrong check digit."""


class BenchHead(BoxLayout):
    """The words above a row of chips."""

    text = StringProperty("")


class Workbench(Dialog):
    """Reads the bench's state; chips call its verbs, scans go where a scanner's go."""

    def __init__(self, bench: Bench, scanned: Callable[[str], None]) -> None:
        self.bench, self.scanned = bench, scanned
        super().__init__(title=_("Workbench"), act_text=_("Close"))
        self.ids.card.width = dp(960)
        bench.on_state = self._look
        bench.open()
        self._look(bench.state)

    def _look(self, state: BenchState) -> None:
        self.ids.body.clear_widgets()
        self._row(_("Scan"), self._scans(state))
        self._row(_("Network"), [(_("Reachable"), state.online, lambda: self.bench.network(not state.online))])
        if state.panel:
            self._row(_("Devices"), [(_("Open the virtual store"), False, self._panel)])
        self._head(_("Journal, the newest first"))
        for entry in state.journal:
            self.add_widget(_entry(entry.seq, entry.kind, entry.detail, entry.verdict))

    def _scans(self, state: BenchState) -> list[tuple[str, bool, Callable[[], None]]]:
        goods = [(in_language(s.names, language()), s.code) for s in state.samples]
        odd = [(_("not ours"), ODD_CODES[0]), (_("misread"), ODD_CODES[1])]
        return [(text, False, lambda code=code: self._scan(code)) for text, code in goods + odd]

    def _scan(self, code: str) -> None:
        self.close()
        self.scanned(code)

    def _panel(self) -> None:
        self.close()
        self.bench.panel()

    def _head(self, text: str) -> None:
        self.add_widget(BenchHead(text=text))

    def _row(self, title: str, choices: list[tuple[str, bool, Callable[[], None]]]) -> None:
        self._head(title)
        row = Chips()
        for text, on, act in choices:
            chip = Chip(text=text, on=on)
            chip.bind(on_tap=lambda _chip, act=act: act())
            row.add_widget(chip)
        self.add_widget(row)


def _entry(seq: int, kind: str, detail: str, verdict: str) -> Any:
    said = verdict or _("waits")
    icon = "check" if verdict == "applied" else "triangle-alert" if verdict else "clock"
    tone = "good" if verdict == "applied" else "fault" if verdict else "working"
    return PastRow(time=said, title=f"{seq} · {kind} {detail}", icon=icon, kind=tone)
