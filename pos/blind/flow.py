"""Taking goods back with nothing to prove their purchase. Every rule stands on the screen before anybody is asked to
approve; only what is recorded is worth anything: the slip with the code comes when the journal is on the disk."""

from collections.abc import Callable
from dataclasses import replace

from pos.approval import ApprovalPad
from pos.blind import words
from pos.blind.counter import CounterFlow
from pos.blind.local import before, known, maybe_unprinted
from pos.blind.slip import code_on_screen, slip_of
from pos.blind.state import LONGEST_PHONE, BlindState, Known, Phase, Slip, plan_of
from pos.printing import DrawerSaid, Paper, PaperState, Printing
from pos.terminal import Terminal
from pos.ui.happened import Happened
from pos.ui.i18n import language
from sync.actions.clock import new_id, now_ms
from sync.actions.take_back_blind import WHAT, Refused, Velocity, take_back_blind
from sync.domain.blind import Before, Rule, shopper_of
from sync.link.questions import Answered, Said, Unanswered
from sync.local import Local, RecordedBlind, Staff
from sync.protocol.blind import AskVelocity, VelocityAnswer

ASK = "ask/velocity"
PATIENCE_S = 3.0
"""How long a person waits for the hub before the till's own numbers hold."""
Answer = Answered[VelocityAnswer] | Unanswered | Said


class BlindFlow(CounterFlow):
    """Verbs of the screen, besides those of its counter. `leave_for_order` goes back to finding an order."""

    def __init__(
        self,
        terminal: Terminal,
        printing: Printing,
        leave_for_order: Callable[[], None],
        clock: Callable[[], int] = now_ms,
    ) -> None:
        super().__init__(terminal, clock)
        self._printing = printing
        self._leave_for_order = leave_for_order
        self._actor: Staff | None = None
        self._return_id = ""
        self._asked = 0
        self._pad = ApprovalPad(terminal, self._approving, self._approved, clock)
        printing.listen(self._heard)

    # ------------------------------------------------------------------------------------- coming and going

    def start(self, actor: Staff) -> None:
        """Nothing proves the purchase. What lies on the counter stays there; a done return makes room."""
        self._actor = actor
        if self.state.phase is Phase.DONE or not self.state.ready:
            self._clear()
            self._terminal.run(maybe_unprinted, self._came_back)
        self._read()

    def _clear(self) -> None:
        self._asked += 1
        self._before = None
        self._pad.clear()
        self._return_id = new_id(self._clock())
        self.state = BlindState(ready=True, known=self.state.known)
        self._tell(words.hint)

    def _came_back(self, done: RecordedBlind | None) -> None:
        if done is not None and self.state.phase is Phase.GOODS and not self._printing.busy:
            self._tell(lambda: words.maybe_unprinted(done), lambda: self._print_old(done))

    def _print_old(self, done: RecordedBlind) -> None:
        self._print(done, PaperState.DOUBTFUL)
        self._tell(lambda: words.printing(done.body.receipt))

    def leave(self) -> None:
        """The person signs out: what was not recorded is forgotten."""
        self._asked += 1
        self._pad.clear()
        self._actor, self._before, self._saying = None, None, None
        self.state = BlindState(known=self.state.known)

    def find_order(self) -> None:
        """There is a proof after all; what lies on the counter is forgotten."""
        if self.state.phase in (Phase.GOODS, Phase.PHONE):
            self._clear()
            self._leave_for_order()

    @property
    def can_leave(self) -> bool:
        """Whether nothing is being asked or recorded."""
        return not self.state.busy

    def wait(self) -> None:
        """Somebody wants to leave while the limits are looked at."""
        self._tell(words.wait_first, self._action)

    def changed(self, topics: frozenset[str]) -> None:
        """Prices, settings or the link changed. What somebody is about to approve never changes under a finger."""
        if self.state.ready and self.state.phase is Phase.GOODS and topics & {"link", "config", "pricelist"}:
            self._read()

    def _read(self) -> None:
        job = known([line.product.id for line in self.state.lines], self._clock())
        self._terminal.run(job, self._known)

    def _known(self, found: Known) -> None:
        missing = {line.product.id for line in self.state.lines} - set(found.goods)
        if not missing and found != self.state.known and self.state.phase is Phase.GOODS:
            self.state = replace(self.state, known=found)
            self._to(plan=plan_of(self.state))

    def sells_next(self) -> bool:
        """Whether a scan begins the next sale: after a return that is done."""
        return self.state.phase is Phase.DONE

    # -------------------------------------------------------------------------------------------- the shopper

    def ask_phone(self) -> None:
        """The shopper's number, please."""
        if self.state.phase is Phase.GOODS and self.state.lines:
            self._to(phase=Phase.PHONE, typed=self.state.phone)
            self._tell(words.ask_phone)

    def keep_goods(self) -> None:
        """Back to the goods, from the phone number or the approval."""
        if self.state.phase is Phase.PHONE:
            self._tell(words.hint, phase=Phase.GOODS, typed="")
        elif self.state.phase is Phase.APPROVAL:
            self._pad.clear()
            self._tell(words.not_approved, phase=Phase.GOODS, approval=self._pad.state)

    def key(self, key: str) -> None:
        """A digit or `delete`: of the phone number, or of a PIN."""
        if self.state.phase is Phase.APPROVAL:
            self._pad.key(key)
        elif self.state.phase is Phase.PHONE and key == "delete":
            self._to(typed=self.state.typed[:-1])
        elif self.state.phase is Phase.PHONE and key.isascii() and key.isdigit():
            self._to(typed=(self.state.typed + key)[:LONGEST_PHONE])

    def check(self) -> None:
        """Look at the limits of this shopper: at the hub while it answers, else by what this till knows."""
        state = self.state
        if state.phase is not Phase.PHONE:
            return
        if not state.phone_may_be:
            self._tell(words.no_phone)
        elif not state.known.salt:
            self._tell(words.no_salt)
        else:
            self._look(shopper_of(state.typed, state.known.salt))

    def _look(self, shopper: str) -> None:
        self._asked += 1
        asked = self._asked
        self._to(phase=Phase.ASKING, phone=self.state.typed, typed="")
        self._tell(words.asking)
        if self.state.known.link.online:
            body = AskVelocity(shopper)
            self._terminal.ask(ASK, body, VelocityAnswer, lambda a: self._answered(asked, shopper, a), PATIENCE_S)
        else:
            self._weigh(asked, Velocity(shopper, None))

    def _answered(self, asked: int, shopper: str, answer: Answer) -> None:
        if asked != self._asked:
            return
        if isinstance(answer, Said):
            message = answer.fault.message
            self._tell(lambda: words.not_asked(message), phase=Phase.GOODS)
            return
        self._weigh(asked, Velocity(shopper, answer.value if isinstance(answer, Answered) else None))

    def _weigh(self, asked: int, velocity: Velocity) -> None:
        job = before(velocity, self._clock())
        self._terminal.run(job, lambda found: self._weighed(asked, velocity, found), self._not_recorded)

    def _weighed(self, asked: int, velocity: Velocity, found: Before) -> None:
        if asked == self._asked:
            self.state = replace(self.state, velocity=velocity, before=found, approver=None, phase=Phase.GOODS)
            self.state = replace(self.state, plan=plan_of(self.state))
            fails = self.state.failing is not None
            self._tell(lambda: words.looked(found.by_hub, fails))

    # ------------------------------------------------------------------------------------------------ giving

    def give(self) -> None:
        """The primary action: approval, then the journal, then the slip."""
        state = self.state
        if state.phase is not Phase.GOODS or state.unsaid is not None or not state.only_approval:
            return
        if state.approver is None:
            self._pad.open()
        else:
            self._record()

    def _record(self) -> None:
        state, actor, now, return_id = self.state, self._actor, self._clock(), self._return_id
        velocity, approver, spoken = state.velocity, state.approver, language()
        if actor is None or velocity is None:
            return
        items = tuple(line.item for line in state.lines)

        def job(local: Local) -> RecordedBlind | Refused:
            said = {"approver": approver, "actor": actor, "language": spoken, "now": now}
            return take_back_blind(local, return_id, items, velocity, **said)  # type: ignore[arg-type]

        self._to(phase=Phase.RECORDING)
        self._terminal.run(job, self._recorded, self._not_recorded)

    def _recorded(self, answer: RecordedBlind | Refused) -> None:
        if isinstance(answer, RecordedBlind):
            self._done(answer)
            return
        keeps = None if answer.because.rule is Rule.APPROVAL else self.state.approver
        self._tell(words.changed_meanwhile, phase=Phase.GOODS, plan=answer, approver=keeps)
        self._read()

    def _not_recorded(self, error: Exception) -> None:
        """Nothing is given; the next press writes the same return."""
        reason = self._terminal.reason_of(error)
        self._tell(lambda: words.not_recorded(reason), phase=Phase.GOODS)

    # -------------------------------------------------------------------------------------------------- done

    def _done(self, done: RecordedBlind) -> None:
        self._before = None
        paper = self._print(done, PaperState.ABSENT)
        self._to(phase=Phase.DONE, recorded=done, slip=Slip(paper.state))
        self._tell_done()

    def print_again(self) -> None:
        """Print the slip once more: after a fault the same job, else a copy. It is worth no more."""
        done, slip = self.state.recorded, self.state.slip
        if done is not None and slip.paper is not PaperState.PRINTING:
            paper = self._print(done, slip.paper)
            self._to(slip=Slip(paper.state))
            self._tell_done()

    def _print(self, done: RecordedBlind, before_: PaperState) -> Paper:
        copy, doubtful = before_ is PaperState.PRINTED, before_ is PaperState.DOUBTFUL
        what = f"{WHAT}-copy" if copy else WHAT
        return self._printing.sheet(done.body.receipt, what, lambda local: slip_of(local, done, copy, doubtful))

    def _heard(self, said: Paper | DrawerSaid) -> None:
        done = self.state.recorded
        if done is not None and isinstance(said, Paper) and said.receipt == done.body.receipt:
            self._to(slip=Slip(said.state, said.fault))
            self._tell_done()

    def _tell_done(self) -> None:
        """Where no paper carries the code, the screen does, until the next customer."""
        done, slip = self.state.recorded, self.state.slip
        failed = slip.paper in (PaperState.FAILED, PaperState.DOUBTFUL)
        self._tell(self._how_it_ended, self.print_again if failed else None)
        if done is not None and (failed or slip.paper is PaperState.ABSENT):
            self._terminal.run(code_on_screen(done.body), lambda code: self._shown(done, code))

    def _shown(self, done: RecordedBlind, code: str) -> None:
        if self.state.recorded is done and self.state.slip.paper is not PaperState.PRINTED:
            self._to(slip=replace(self.state.slip, code=code))

    def _how_it_ended(self) -> Happened:
        done, slip = self.state.recorded, self.state.slip
        if done is None:
            return words.hint()
        if slip.paper in (PaperState.FAILED, PaperState.DOUBTFUL):
            sentence = slip.fault.sentence if slip.fault else ""
            return words.not_printed(done, slip.paper is PaperState.DOUBTFUL, sentence)
        return words.recorded(done)

    # ----------------------------------------------------------------------------------------------- approval

    def approver(self, staff_id: str) -> None:
        """Somebody says that they approve."""
        if self.state.phase is Phase.APPROVAL:
            self._pad.choose(staff_id)

    def _approving(self) -> None:
        if self.state.phase is Phase.APPROVAL:
            self._to(approval=self._pad.state)
        elif self.state.phase is Phase.GOODS:
            self._tell(words.ask_somebody, phase=Phase.APPROVAL, approval=self._pad.state)

    def _approved(self, person: Staff) -> None:
        self.state = replace(self.state, phase=Phase.GOODS, approver=person, approval=self._pad.state)
        self._plan(lambda: words.approved(person.name))
        self.give()

    def spoken(self) -> None:
        """The language changed."""
        self._pad.spoken()
        super().spoken()
