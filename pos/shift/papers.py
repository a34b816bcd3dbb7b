"""Papers of the shift, and the shifts that were closed: printed from what is recorded, marked when printed again."""

from collections.abc import Callable
from dataclasses import replace

from pos.printing import DrawerSaid, Paper, PaperState, Printing
from pos.receipt.shift import ShiftReport
from pos.shift import local as files
from pos.shift import words
from pos.shift.counter import CounterFlow
from pos.shift.state import Phase, Slip
from pos.terminal import Terminal
from pos.ui.happened import Happened
from pos.ui.i18n import language
from sync.actions.shifts import Z_REPORT
from sync.local import RecordedMove

MOVE, X_REPORT = "move", "x"
"""What is printed besides a Z report: the print jobs' `what`."""


class PaperFlow(CounterFlow):
    """Verbs of printing and of the list of closed shifts."""

    def __init__(self, terminal: Terminal, printing: Printing, clock: Callable[[], int]) -> None:
        super().__init__(terminal, clock)
        self._printing = printing
        self._before = Phase.PAGE
        self._done: RecordedMove | None = None
        self._how: Callable[[Slip], Happened] = words.counting
        printing.listen(self._heard)

    def act(self) -> None:
        """The action beside what just happened."""
        if self._act is not None:
            self._act()

    # ------------------------------------------------------------------------------------------------- printing

    def print_x(self) -> None:
        """The X report on paper."""
        if self.state.phase is Phase.PAGE and self.state.slip.paper is not PaperState.PRINTING:
            now = self._clock()
            self._how = words.x_printed
            self._paper(X_REPORT, f"{self.state.around.shift}-{now}", files.x_page(now, self.state.may_see, language()))

    def print_again(self) -> None:
        """Print a Z report once more: after a fault the same job, else a copy."""
        slip = self.state.slip
        if self.state.phase in (Phase.PAST, Phase.CLOSED) and slip.paper is not PaperState.PRINTING:
            self._print_z(slip.ref, slip.paper)

    def _print_z(self, number: str, before: PaperState) -> None:
        copy = before is PaperState.PRINTED
        write = files.z_page(number, copy=copy, duplicate=before is PaperState.DOUBTFUL)
        if self.state.phase is not Phase.CLOSED:
            self._how = lambda slip: words.z_printed(number.rpartition("-Z")[2], slip)
        self._paper(Z_REPORT, number, write, job=f"{Z_REPORT}-copy" if copy else Z_REPORT)

    def _print_slip(self, done: RecordedMove, doubtful: bool = False, drawer: bool = False) -> None:
        self._done = done
        self._paper(MOVE, done.body.move, files.move_page(done, language(), duplicate=doubtful), drawer=drawer)

    def _paper(self, what: str, ref: str, write: files.Write, *, drawer: bool = False, job: str = "") -> None:
        paper = self._printing.sheet(ref, job or what, write)
        self._to(slip=Slip(what, ref, paper.state, drawer=drawer))
        self._tell_paper()

    def _drawer_for_count(self) -> None:
        """The count is begun: the drawer opens, and says so if it does not."""
        shift = self.state.around.shift
        self._how = words.counting
        self._to(slip=Slip("drawer", shift, drawer=self._printing.open_drawer(shift)))
        self._tell_paper()

    def _heard(self, said: Paper | DrawerSaid) -> None:
        ref = said.ref if isinstance(said, DrawerSaid) else said.receipt
        if not ref or ref != self.state.slip.ref:
            return
        if isinstance(said, DrawerSaid):
            self._to(slip=replace(self.state.slip, drawer_fault=None if said.opened else said.fault))
            news = not said.opened
        else:
            self._to(slip=replace(self.state.slip, paper=said.state, fault=said.fault))
            news = True
        if news:
            self._tell_paper()

    def _tell_paper(self) -> None:
        failed = self.state.slip.paper in (PaperState.FAILED, PaperState.DOUBTFUL)
        how = self._how
        self._tell(lambda: how(self.state.slip), self._again if failed else None)

    def _again(self) -> None:
        """Print once more what did not come out for certain."""
        slip, done = self.state.slip, self._done
        if slip.what == MOVE and done is not None:
            self._print_slip(done, slip.paper is PaperState.DOUBTFUL)
        elif slip.what == X_REPORT:
            self.print_x()
        elif slip.what == Z_REPORT:
            self._print_z(slip.ref, slip.paper)

    def _maybe_unprinted(self, number: str) -> None:
        """The till stopped before a Z report was certainly on paper (F48)."""
        self._to(slip=Slip(Z_REPORT, number, PaperState.DOUBTFUL))
        self._tell(lambda: words.maybe_unprinted(number.rpartition("-Z")[2]), self._again)

    # ------------------------------------------------------------------------------------------ closed shifts

    def past(self) -> None:
        """The list of closed shifts."""
        if self.state.phase in (Phase.PAGE, Phase.OPENING) and self.state.around.past:
            self._before = self.state.phase
            self._to(phase=Phase.PAST)
            self._tell(words.past)
            self.show(self.state.around.past[0].number)

    def show(self, number: str) -> None:
        """One closed shift."""
        if self.state.phase is Phase.PAST:
            printer = self._terminal.devices.printer is not None
            paper = PaperState.PRINTED if printer else PaperState.ABSENT
            self._to(chosen=number, slip=Slip(Z_REPORT, number, paper))
            self._terminal.run(files.z_of(number), self._shown)

    def _shown(self, report: ShiftReport) -> None:
        if self.state.phase is Phase.PAST:
            self._to(shown=report)
