"""Cash that is owed to whoever has a slip: found by its number, kept for this till by the hub, recorded, then paid.

Without the hub nothing is paid: nobody here can know that no other till did.
"""

from collections.abc import Callable
from dataclasses import replace

import msgspec

from pos.printing import DrawerSaid, Paper, PaperState, Printing
from pos.returns.finding import Query
from pos.returns.local import SlipKnown, maybe_unpaid, payout_page, slip_of
from pos.returns.owed import words
from pos.returns.search import SearchFlow
from pos.returns.state import Phase, ReturnState, Slip
from pos.rights import PATIENCE_S
from pos.terminal import Terminal
from pos.ui.i18n import language
from pos.weighing import Weigher
from sync.actions.clock import new_id
from sync.actions.pay_out import PAYOUT, NotPaid, pay_out
from sync.domain.owed import slip_number
from sync.link.questions import Answered, Said, Unanswered
from sync.local import Local, Staff
from sync.local.owed import RecordedPayOut
from sync.protocol.messages import AskOwed, ClaimedOwed, ClaimOwed, Owed, OwedAnswer, ReleaseOwed

ASK, CLAIM, RELEASE = "ask/owed", "claims/owed", "claims/owed/release"
Claimed = Answered[ClaimedOwed] | Unanswered | Said


class PayOutFlow(SearchFlow):
    """Verbs of cash that is fetched with a slip, beside those of finding an order."""

    def __init__(
        self, terminal: Terminal, printing: Printing, clock: Callable[[], int], weigher: Weigher | None = None
    ) -> None:
        super().__init__(terminal, clock, weigher)
        self._printing = printing
        self._actor: Staff | None = None
        self._payout_id = ""
        printing.listen(self._heard_of_payout)

    # ---------------------------------------------------------------------------------------------- the slip

    def _none(self, query: Query, asked: int, live: bool) -> None:
        """No order has that number. A slip that owes cash may."""
        number = slip_number(query.number)
        if not number or query.proved is not None:
            super()._none(query, asked, live)
        elif live:
            self._ask_owed(number, asked, lambda: super(PayOutFlow, self)._none(query, asked, live))
        else:
            self._not_opened(lambda: words.needs_network(query.text))

    def _ask_owed(self, number: str, asked: int, nothing: Callable[[], None]) -> None:
        def then(answer: Answered[OwedAnswer] | Unanswered | Said) -> None:
            if asked != self._asked:
                return
            if isinstance(answer, Unanswered):
                self._not_opened(lambda: words.no_answer(number))
            elif isinstance(answer, Said):
                message = answer.fault.message
                self._not_opened(lambda: words.hub_said(message))
            elif answer.value.owed:
                self._show_slip(number, asked, tuple(answer.value.owed))
            else:
                nothing()

        self._terminal.ask(ASK, AskOwed(number), OwedAnswer, then, PATIENCE_S)

    def _show_slip(self, number: str, asked: int, debts: tuple[Owed, ...]) -> None:
        def then(known: SlipKnown) -> None:
            if asked != self._asked:
                return
            self._forget()
            self._payout_id = new_id(self._clock())
            told = {"copied": known.copied, "debts": known.debts, "places": known.places}
            self.state = ReturnState(True, Phase.OWED, now=self._clock(), **told)  # type: ignore[arg-type]
            self._tell(lambda: words.found(self.state))

        self._terminal.run(slip_of(debts, self._clock()), then)

    # ---------------------------------------------------------------------------------------------- paying it

    def pay_out(self) -> None:
        """The primary action: the hub keeps it for this till, then it is recorded, then the drawer opens."""
        state, debt = self.state, self.state.debt
        if state.phase is not Phase.OWED or debt is None or not state.payable or self._actor is None:
            return
        self._asked += 1
        asked, claim = self._asked, new_id(self._clock())
        self._to(phase=Phase.PAYING)
        self._tell(words.claiming)
        body = ClaimOwed(debt.key, claim)
        self._terminal.ask(CLAIM, body, ClaimedOwed, lambda answer: self._kept(asked, body, answer), PATIENCE_S)

    def _kept(self, asked: int, body: ClaimOwed, answer: Claimed) -> None:
        if asked != self._asked:
            if isinstance(answer, Answered):
                self._let_go(body)  # it came after the slip was left
        elif isinstance(answer, Answered):
            self._record_payout(body, answer.value)
        elif isinstance(answer, Unanswered):
            self._not_paid(words.no_answer_paying)
        else:
            self._refused(answer)

    def _refused(self, answer: Said) -> None:
        """Another till has it, or had it: the slip as it stands now says when and where."""
        fault, debt = answer.fault, self.state.debt
        said = words.taken(fault.code, fault.have)
        if debt is None or fault.code == "owed_claimed":
            self._not_paid(lambda: said)
            return
        self._asked += 1
        self._tell(lambda: said)
        self._ask_owed(debt.receipt, self._asked, lambda: self._not_paid(lambda: said))

    def _record_payout(self, body: ClaimOwed, kept: ClaimedOwed) -> None:
        actor, now, name, spoken = self._actor, self._clock(), self._payout_id, language()
        if actor is None:
            self._let_go(body)
            return
        until = now + max(0, kept.expires - kept.now)

        def job(local: Local) -> RecordedPayOut | NotPaid:
            return pay_out(local, name, kept, until=until, actor=actor, language=spoken, now=now)

        self._terminal.run(job, lambda done: self._payout_recorded(body, done), self._payout_not_recorded)

    def _payout_recorded(self, body: ClaimOwed, done: RecordedPayOut | NotPaid) -> None:
        if isinstance(done, NotPaid):
            self._let_go(body)
            self._not_paid(lambda: words.refused(done.reason))
            return
        drawer = self._printing.open_drawer(done.body.receipt)
        paper = self._print_payout(done, PaperState.PRINTING)
        self._to(phase=Phase.PAID, payout=done, slip=Slip(paper.state, drawer=drawer))
        self._tell_payout()

    def _payout_not_recorded(self, error: Exception) -> None:
        """Nothing is paid; the next press writes the same payment."""
        reason = self._terminal.reason_of(error)
        self._not_paid(lambda: words.not_recorded(reason))

    def _not_paid(self, say: Callable[[], words.Happened]) -> None:
        self._to(phase=Phase.OWED)
        self._tell(say)

    def _let_go(self, body: ClaimOwed) -> None:
        self._terminal.ask(RELEASE, ReleaseOwed(body.key, body.claim), msgspec.Raw, _let_go, PATIENCE_S)

    # -------------------------------------------------------------------------------------- drawer and paper

    def print_payout(self) -> None:
        """Print its slip once more: after a fault the same job, else a copy. It never pays again."""
        done, slip = self.state.payout, self.state.slip
        if done is not None and slip.paper is not PaperState.PRINTING:
            paper = self._print_payout(done, slip.paper)
            self._to(slip=replace(slip, paper=paper.state, fault=None))
            self._tell_payout()

    def _print_payout(self, done: RecordedPayOut, before: PaperState) -> Paper:
        copy, doubtful = before is PaperState.PRINTED, before is PaperState.DOUBTFUL
        write = payout_page(done, copy=copy, duplicate=doubtful)
        return self._printing.sheet(done.body.receipt, f"{PAYOUT}-copy" if copy else PAYOUT, write)

    def _heard_of_payout(self, said: Paper | DrawerSaid) -> None:
        done, slip = self.state.payout, self.state.slip
        if done is None or (said.ref if isinstance(said, DrawerSaid) else said.receipt) != done.body.receipt:
            return
        if isinstance(said, DrawerSaid):
            self._to(slip=replace(slip, drawer_fault=None if said.opened else said.fault))
        else:
            self._to(slip=replace(slip, paper=said.state, fault=said.fault))
        self._tell_payout()

    def _tell_payout(self) -> None:
        failed = self.state.slip.paper in (PaperState.FAILED, PaperState.DOUBTFUL)
        self._tell(lambda: words.ended(self.state), self.print_payout if failed else None)

    def _look_for_unpaid(self) -> None:
        """The till stopped after it recorded a payment and before its slip was out: was the cash given?"""
        self._terminal.run(maybe_unpaid, self._came_back_paying)

    def _came_back_paying(self, done: RecordedPayOut | None) -> None:
        if done is not None and self.state.phase is Phase.FIND and not self._printing.busy:
            self._tell(lambda: words.maybe_unpaid(done), lambda: self._print_old_payout(done))

    def _print_old_payout(self, done: RecordedPayOut) -> None:
        paper = self._print_payout(done, PaperState.DOUBTFUL)
        self._tell(lambda: words.printing(done, paper.state is PaperState.ABSENT))


def _let_go(answer: object) -> None:
    """Whatever the hub says: a claim that is not let go of ends by itself."""
