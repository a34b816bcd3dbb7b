"""The list of prints: what came out of the printer here, what did not and why, and each of it once more."""

from collections.abc import Callable
from dataclasses import replace

from pos.flow import Flow
from pos.printing import DrawerSaid, Paper, PaperState, Printing
from pos.prints import words
from pos.prints.local import PaperOf, in_hand, read_prints, read_sheet
from pos.prints.state import How, Printed, PrintsState, Sheet
from pos.receipt.document import Document
from pos.terminal import Terminal
from sync.actions.printing import LABEL
from sync.local import Local, Settings


class PrintsFlow(Flow[PrintsState]):
    """Verbs of the list. `paper_of` writes a page anew, `base` and `copy_of` know what a copy is called; so this knows
    no task that prints."""

    def __init__(
        self,
        terminal: Terminal,
        printing: Printing,
        paper_of: PaperOf,
        base: Callable[[str], str],
        copy_of: Callable[[str], str],
    ) -> None:
        super().__init__(PrintsState())
        self._terminal, self._printing = terminal, printing
        self._paper_of, self._base, self._copy_of = paper_of, base, copy_of
        self._up = False
        self._sent = ("", "")
        printing.listen(self._heard)

    def start(self) -> None:
        """Somebody wants to see what was printed: the newest is open."""
        self._up, self._sent = True, ("", "")
        devices = self._terminal.devices
        printer = bool(devices.printer or devices.label)
        self._say(words.hint, ready=False, chosen=0, sheet=None, sheet_ready=False, printer=printer)
        self._look()

    def away(self) -> None:
        """Another screen is up: what is printed meanwhile is read when somebody comes back."""
        self._up = False

    def leave(self) -> None:
        """The person signs out."""
        self._up, self._saying = False, None
        self.state = PrintsState()

    def changed(self, topics: frozenset[str]) -> None:
        """Something changed underneath: nothing of it changes what was printed."""

    def choose(self, job: int) -> None:
        """A print was touched."""
        if self.state.ready and job != self.state.chosen:
            self._to(chosen=job, sheet=None, sheet_ready=False)
            self._read_sheet()

    def print_again(self) -> None:
        """The open one once more: after a fault the same job, else a copy."""
        one = self.state.open
        if one is None or not self.state.can_print:
            return
        what = self._copy_of(one.kind) if one.how is How.PRINTED and one.kind != "gift" else one.job.what
        self._print(one, what, one.kind, what != one.kind, one.how is How.DOUBTFUL)

    def print_gift(self) -> None:
        """The gift receipt of the open receipt's sale: as many as somebody wants, and no price on it."""
        one = self.state.open
        if one is not None and self.state.can_gift:
            self._print(replace(one, kind="gift"), "gift", "gift", False, False)

    def _print(self, one: Printed, what: str, kind: str, copy: bool, duplicate: bool) -> None:
        """`what` the journal calls it, `kind` what it is."""

        def write(local: Local) -> Document:
            page = self._paper_of(local, kind, one.job.ref, copy, duplicate)
            if page is None:
                raise LookupError(one.job.ref)
            return page

        self._sent = one.job.ref, what
        paper = self._printing.sheet(one.job.ref, what, write, label=kind == LABEL)
        if paper.state is PaperState.ABSENT:
            self._to(printer=False)
            return
        self._say(lambda: words.sent(one))
        self._look()

    def _heard(self, said: Paper | DrawerSaid) -> None:
        if self._up and isinstance(said, Paper):
            self._look(said.receipt == self._sent[0])

    def _look(self, tell: bool = False) -> None:
        self._terminal.run(read_prints(self._base), lambda read: self._seen(read, tell))

    def _seen(self, read: tuple[Settings, tuple[Printed, ...]], tell: bool) -> None:
        if not self._up:
            return
        settings, prints = read[0], in_hand(read[1], self._printing.under_way)
        before, newest = self.state.open, prints[0].job.id if prints else 0
        mine = next((it for it in prints if (it.job.ref, it.job.what) == self._sent), None)
        chosen = mine.job.id if mine is not None else self.state.chosen or newest
        known = self.state.sheet_ready and before is not None and before.job.id == chosen
        news = {"ready": True, "settings": settings, "prints": prints, "chosen": chosen, "sheet_ready": known}
        if tell and mine is not None:
            self._say(lambda: words.came_out(mine), **news)
        else:
            self._to(**news)
        if not known:
            self._read_sheet()

    def _read_sheet(self) -> None:
        one = self.state.open
        if one is None:
            self._to(sheet=None, sheet_ready=True)
            return
        paper = getattr(getattr(self._terminal.devices.printer, "settings", None), "paper", None)
        columns = getattr(paper, "columns", 42)
        job = read_sheet(one, self._paper_of, columns)
        self._terminal.run(job, lambda sheet: self._sheet(one.job.id, sheet))

    def _sheet(self, job: int, sheet: Sheet | None) -> None:
        if self._up and job == self.state.chosen:
            self._to(sheet=sheet, sheet_ready=True)

    def spoken(self) -> None:
        """The language changed: what just happened is said again, and what is printed in its words."""
        super().spoken()
        self.state = replace(self.state, sheet_ready=False)
        if self._up:
            self._read_sheet()
