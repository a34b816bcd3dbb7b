"""A cashier's shift. Nothing is told as done before it is in the journal; the drawer and the printer follow it (I-1).

The count is kept piece by piece, so whatever stops the till, it goes on where it stood; what there should be is read
only once the count is given.
"""

from collections.abc import Callable
from dataclasses import replace

from pos.approval import ApprovalPad
from pos.printing import Printing
from pos.receipt.shift import ShiftReport
from pos.shift import local as files
from pos.shift import words
from pos.shift.papers import PaperFlow
from pos.shift.state import NO_SLIP, Phase, ShiftState
from pos.terminal import Terminal
from pos.ui.happened import Happened
from pos.ui.i18n import language, money
from sync.actions.approve import may_approve
from sync.actions.clock import new_id, now_ms
from sync.actions.counting import Compared, drop_count, give_count
from sync.actions.shifts import Z_REPORT, Refused, close_shift, move_cash, open_shift
from sync.domain.shifts import DifferenceReason, MoveKind, MoveReason, ShiftRefusal
from sync.local import Local, RecordedClose, RecordedMove, RecordedShift, Staff


class ShiftFlow(PaperFlow):
    """Verbs of the drawer's page. `on_open` follows an opened shift, `on_over` a closed one."""

    def __init__(
        self,
        terminal: Terminal,
        printing: Printing,
        on_open: Callable[[], None],
        on_over: Callable[[], None],
        clock: Callable[[], int] = now_ms,
    ) -> None:
        super().__init__(terminal, printing, clock)
        self._on_open = on_open
        self._on_over = on_over
        self._pad = ApprovalPad(terminal, self._approving, self._approved, clock)

    # ------------------------------------------------------------------------------------- coming and going

    def start(self, actor: Staff) -> None:
        """Show how the drawer stands; a count that was begun goes on (F9)."""
        self.state = ShiftState(actor=actor, around=self.state.around)
        self._read(self._came)

    def _came(self, found: files.Standing) -> None:
        if not found.around.shift:
            self._id = new_id(self._clock())
            self._to(ready=True, around=found.around, phase=Phase.OPENING)
            self._tell(self._greeting(found))
        elif found.count is not None:
            self._to(ready=True, around=found.around)
            self._resume(found.count)
        else:
            self._to_page(found)
        if found.unprinted and self._terminal.devices.printer is not None and not self._printing.busy:
            self._maybe_unprinted(found.unprinted)

    def _greeting(self, found: files.Standing) -> Callable[[], Happened]:
        actor, needed = self.state.actor, found.around.settings.shift_required
        return lambda: words.begin(actor.name) if needed and actor is not None else words.no_shift()

    def _to_page(self, found: files.Standing) -> None:
        self._to(ready=True, around=found.around, phase=Phase.PAGE, counts={}, expected=None, note="", reason="")
        since = self._since()
        self._tell(lambda: words.page(since))

    def leave(self) -> None:
        """The person signs out. What was counted is kept."""
        self._pad.clear()
        self._act = None
        self._saying = None
        self.state = ShiftState(around=replace(self.state.around, report=None))

    @property
    def can_leave(self) -> bool:
        """Whether nothing is being recorded and nobody is in the middle of the close."""
        return not self.state.busy and self.state.phase not in (Phase.COUNTING, Phase.COMPARING)

    @property
    def must_open(self) -> bool:
        """Whether nobody may sell here yet."""
        return self.state.settings.shift_required and not self.state.around.shift

    def wait(self) -> None:
        """Somebody wants to go on selling, and may not now."""
        if self.state.phase is Phase.CLOSED:
            self._tell(words.sign_in_next)
        else:
            self._tell(words.first_open if self.must_open else words.finish_first)

    def scanned(self, text: str) -> None:
        """A scan here is answered, and never lost in silence."""
        self._tell(words.first_open if self.must_open else words.no_scan)

    def changed(self, topics: frozenset[str]) -> None:
        """The link or the figures changed underneath; nothing moves under a finger. A Z report that is fiscalised later
        has its number from then on."""
        if self.state.ready and self.state.phase is Phase.PAGE and topics & {"link", "verdicts", "config"}:
            self._read(lambda found: self._to(around=found.around))
        number = self.state.slip.ref
        if self.state.phase in (Phase.CLOSED, Phase.PAST) and self.state.shown is not None and "fiscal" in topics:
            self._terminal.run(files.z_of(number), lambda report: self._fiscalised(number, report))

    def _fiscalised(self, number: str, report: ShiftReport) -> None:
        if self.state.shown is not None and self.state.slip.ref == number:
            self._to(shown=report)

    # -------------------------------------------------------------------------------------------- the float

    def open_shift(self) -> None:
        """Record that the shift begins with what was said."""
        state, actor, id, now = self.state, self.state.actor, self._id, self._clock()
        if state.phase is not Phase.OPENING or not state.said or actor is None or state.busy:
            return
        self._to(busy=True)
        self._terminal.run(
            lambda local: open_shift(local, id, state.float_, actor, now), self._opened, self._not_recorded
        )

    def _opened(self, answer: RecordedShift | Refused) -> None:
        self._to(busy=False)
        if isinstance(answer, Refused):
            self._tell(lambda: words.refused(answer))
            self._read(self._to_page)
            return
        body = answer.body
        self._printing.open_drawer(body.shift)
        self._to(around=replace(self.state.around, shift=body.shift, opened_at=answer.envelope.at))
        number = body.number.rpartition("-Z")[2]
        self._tell(lambda: words.opened(number, money(body.float_, body.currency)))
        self._on_open()

    # ------------------------------------------------------------------------------------- cash moved by hand

    def move(self, kind: str) -> None:
        """Move cash: a drop, a pay-in, a pay-out."""
        if self.state.phase is Phase.PAGE and self.state.around.shift:
            self._id = new_id(self._clock())
            self._to(phase=Phase.MOVING, move=MoveKind(kind), amount=0, typed=False, reason="", note="", approver=None)
            self._tell(lambda: words.moving(MoveKind(kind)))

    def record(self) -> None:
        """The primary action of moving cash."""
        state, actor, id, now = self.state, self.state.actor, self._id, self._clock()
        if actor is None or state.busy or not state.amount or not state.reason:
            return
        reason = MoveReason(state.reason)

        def job(local: Local) -> RecordedMove | Refused:
            said = {"note": state.note, "approver": state.approver, "actor": actor, "now": now}
            return move_cash(local, id, state.move, state.amount, reason, **said)  # type: ignore[arg-type]

        self._to(busy=True)
        self._terminal.run(job, self._moved, self._not_recorded)

    def _moved(self, answer: RecordedMove | Refused) -> None:
        self._to(busy=False)
        if isinstance(answer, Refused):
            self._refused(answer)
            return
        kind, amount, currency = self.state.move, self.state.amount, self.state.currency
        self._how = lambda slip: words.moved(kind, amount, currency, slip)
        self._to(phase=Phase.PAGE, amount=0, reason="", note="", noting=False, approver=None)
        drawer = self._printing.open_drawer(answer.body.move)
        self._print_slip(answer, drawer=drawer)
        self._read(lambda found: self._to(around=found.around))

    def back(self) -> None:
        """Leave what is open; nothing of it is recorded."""
        if self.state.busy:
            return
        if self.state.phase in (Phase.PAST, Phase.MOVING, Phase.COUNTING):
            opening = self._before if self.state.phase is Phase.PAST else Phase.PAGE
            self._before = Phase.PAGE
            if self.state.phase is Phase.COUNTING and not self.state.counts:
                self._terminal.run(drop_count, failed=self._not_recorded)  # begun by mistake: nobody is led back to it
            self._to(phase=opening, shown=None, slip=NO_SLIP, noting=False, amount=0, typed=False)
            self._read(self._came_back)
        elif self.state.phase is Phase.APPROVAL:
            self.keep()

    def _came_back(self, found: files.Standing) -> None:
        if found.around.shift:
            self._to_page(found)
        else:
            self._to(around=found.around, phase=Phase.OPENING)
            self._tell(self._greeting(found))

    # ----------------------------------------------------------------------------------------------- the close

    def count(self) -> None:
        """Begin the count, or go on with it. What is open must be settled first."""
        if self.state.phase is Phase.PAGE and self.state.around.shift and not self.state.busy:
            self._read(self._may_count)

    def _may_count(self, found: files.Standing) -> None:
        self._to(around=found.around)
        if found.unsettled:
            self._tell(words.unsettled)
        elif found.in_cart:
            self._tell(words.open_sale)
        elif found.count is not None:
            self._resume(found.count)
        else:
            self._begin_count()

    def give(self) -> None:
        """The count is all of it: only now it is said what there should be."""
        counts, now = dict(self.state.counts), self._clock()
        if self.state.phase is Phase.COUNTING and counts and not self.state.busy:
            self._to(busy=True)
            self._terminal.run(lambda local: give_count(local, counts, now), self._given, self._not_recorded)

    def _given(self, said: Compared) -> None:
        self._to(busy=False, phase=Phase.COMPARING, expected=said.expected, waiting=said.waiting, approver=None)
        self._read(lambda found: self._to(around=found.around))
        self._tell(self._compared)

    def _compared(self) -> Happened:
        return words.differs(self.state) if self.state.difference else words.exact()

    def count_again(self) -> None:
        """Change the count. What was counted first stays known."""
        if self.state.phase is Phase.COMPARING and not self.state.busy:
            self._to(phase=Phase.COUNTING, expected=None, reason="", note="", noting=False)
            self._keep(self.state.counts)
            self._tell(words.again)

    def close(self) -> None:
        """The primary action of the close: what waits is handed over with it, as its words say (F9)."""
        state, actor = self.state, self.state.actor
        if state.phase is not Phase.COMPARING or actor is None or state.busy:
            return
        if state.difference and not state.reason:
            self._refused(Refused(ShiftRefusal.NEEDS_REASON))
        elif self._needs_approval():
            self._ask()
        else:
            self._close(actor)

    def _needs_approval(self) -> bool:
        """Whether the difference is more than this person may close on alone."""
        state, limit = self.state, self.state.settings.shift_limit
        alone = state.actor is not None and may_approve(state.actor, self._clock())
        return bool(limit) and abs(state.difference) > limit and state.approver is None and not alone

    def _close(self, actor: Staff) -> None:
        state, now = self.state, self._clock()
        reason = DifferenceReason(state.reason) if state.difference else None

        def job(local: Local) -> RecordedClose | Refused:
            said = {"note": state.note, "approver": state.approver, "actor": actor, "language": language(), "now": now}
            pieces, handed = list(state.counts.items()), state.waiting > 0
            return close_shift(local, state.around.shift, pieces, reason, hand_over=handed, **said)  # type: ignore[arg-type]

        self._to(busy=True)
        self._terminal.run(job, self._closed, self._not_recorded)

    def _closed(self, answer: RecordedClose | Refused) -> None:
        self._to(busy=False)
        if isinstance(answer, Refused):
            self._refused(answer)
            if answer.reason is ShiftRefusal.WAITING:
                self._to(waiting=answer.amount)
            return
        number = answer.body.number
        short = number.rpartition("-Z")[2]
        self._how = lambda slip: words.closed(short, slip)
        self._to(around=replace(self.state.around, shift="", kept=False))
        self._terminal.run(files.z_of(number), lambda report: self._show_z(number, report))

    def _show_z(self, number: str, report: ShiftReport) -> None:
        self._to(phase=Phase.CLOSED, shown=report, noting=False)
        self._paper(Z_REPORT, number, files.z_page(number))

    def finish(self) -> None:
        """The shift is over: the next person signs in."""
        if self.state.phase is Phase.CLOSED:
            self._on_over()

    # ------------------------------------------------------------------------------------------ what comes of it

    def _refused(self, answer: Refused) -> None:
        if answer.reason is ShiftRefusal.NEEDS_APPROVAL:
            self._ask()
        elif answer.reason is ShiftRefusal.NEEDS_NOTE:
            self._to(noting=True)
            self._tell(lambda: words.refused(answer))
        else:
            self._tell(lambda: words.refused(answer))

    # ----------------------------------------------------------------------------------------------- approval

    def approver(self, staff_id: str) -> None:
        """Somebody says that they approve."""
        if self.state.phase is Phase.APPROVAL:
            self._pad.choose(staff_id)

    def keep(self) -> None:
        """Back without an approval."""
        if self.state.phase is Phase.APPROVAL:
            self._pad.clear()
            self._to(phase=self._before, approval=self._pad.state)
            self._tell(words.not_approved)

    def _pin(self, key: str) -> None:
        self._pad.key(key)

    def _ask(self) -> None:
        self._before = self.state.phase
        self._pad.open()

    def _approving(self) -> None:
        if self.state.phase is Phase.APPROVAL:
            self._to(approval=self._pad.state)
        elif self.state.phase in (Phase.MOVING, Phase.COMPARING):
            self._to(phase=Phase.APPROVAL, approval=self._pad.state, noting=False)
            self._tell(words.ask_somebody)

    def _approved(self, person: Staff) -> None:
        phase, self._before = self._before, Phase.PAGE
        self._to(phase=phase, approver=person, approval=self._pad.state)
        self._tell(lambda: words.approved(person.name))
        self.record() if phase is Phase.MOVING else self.close()

    def spoken(self) -> None:
        """The language changed."""
        self._pad.spoken()
        super().spoken()
