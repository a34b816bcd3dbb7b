"""Taking goods back. Online the hub grants the right before money moves; when it gives no answer, the offline rule is
shown and pressed once more (F32, F33). Only what is recorded is paid: the drawer opens when the journal is on the disk.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pos.approval import ApprovalPad
from pos.back_by_card import with_newest
from pos.flow import Say
from pos.printing import DrawerSaid, Paper, PaperState, Printing
from pos.returns import words
from pos.returns.finding import Scan, kind_of, read_query
from pos.returns.local import around, maybe_unprinted, standing
from pos.returns.payout import PayOutFlow
from pos.returns.search import ASK_ORDERS, Answer
from pos.returns.state import Copied, Phase, ReturnState, Slip, plan_of, still, units_still
from pos.returns.ways import goods_back, wish_of
from pos.rights import PATIENCE_S, Claimed, Rights
from pos.terminal import Terminal
from pos.ui.happened import Happened
from pos.weighing import Weigher
from sync.actions.clock import now_ms
from sync.actions.take_back import Needs, Ready, Wish, make_ready, take_back
from sync.domain import codes
from sync.domain.exchange import GoodsBack
from sync.domain.orders import Purchase
from sync.domain.returns import Accepted, Basis, Refused
from sync.domain.special import as_given
from sync.link.questions import Answered, Unanswered
from sync.local import RecordedReturn, Staff
from sync.local.card_back import CardRefund
from sync.protocol.messages import ClaimedRight, FoundOrders
from sync.protocol.operations import cash_of

log = logging.getLogger(__name__)


class ReturnsFlow(PayOutFlow):
    """Verbs of the returns screen, besides those of finding an order and of its counter."""

    def __init__(
        self,
        terminal: Terminal,
        printing: Printing,
        clock: Callable[[], int] = now_ms,
        on_exchange: Callable[[GoodsBack], None] | None = None,
        may_exchange: Callable[[], bool] = lambda: True,
        weigher: Weigher | None = None,
    ) -> None:
        """`on_exchange` takes goods that are to pay for others, if it may; their right is claimed, nothing recorded.
        `weigher`: the scale, which the sale uses as well."""
        super().__init__(terminal, printing, clock, weigher)
        self._on_exchange = on_exchange
        self._may_exchange = may_exchange
        self._ready: Ready | None = None
        self.on_blind: Callable[[], None] = lambda: None
        self.card_gives_back: Callable[[], bool] = lambda: False
        self.on_card: Callable[[RecordedReturn], None] = lambda done: self.finish(done)
        self._rights = Rights(terminal, clock)
        self._pad = ApprovalPad(terminal, self._approving, self._approved, clock)
        printing.listen(self._heard)

    # ------------------------------------------------------------------------------------- coming and going

    def start(self, actor: Staff) -> None:
        """The tab was touched. An order that is open stays open; a done return makes room for the next one."""
        self._actor = actor
        if self.state.ended or not self.state.ready:
            self._clear(words.hint)
            self._terminal.run(maybe_unprinted, self._came_back)
        self._read_link()

    def _came_back(self, done: RecordedReturn | None) -> None:
        if done is not None and self.state.phase is Phase.FIND and not self._printing.busy:
            self._tell(lambda: words.maybe_unprinted(done), lambda: self._print_old(done))
        elif done is None:
            self._look_for_unpaid()

    def _print_old(self, done: RecordedReturn) -> None:
        paper = self._print(done, PaperState.DOUBTFUL)
        receipt = done.body.receipt
        absent = paper.state is PaperState.ABSENT
        self._tell(lambda: words.no_printer() if absent else words.printing(receipt))

    def leave(self) -> None:
        """The person signs out: the right is given back, nothing is paid, what was recorded stays."""
        self._forget()
        self._actor = None
        self._saying = None
        self.state = ReturnState(copied=self._around())

    def another(self) -> None:
        """Leave this order for another one; its right is given back."""
        if not self.state.busy:
            opened = self.state.purchase is not None and self.state.phase is not Phase.DONE
            self._clear(words.released if opened else words.hint)

    @property
    def can_leave(self) -> bool:
        """Whether no right is being claimed and nothing is being recorded."""
        return self.state.phase not in (Phase.CLAIMING, Phase.RECORDING, Phase.PAYING)

    def blind(self) -> None:
        """There is no receipt, and no order is found."""
        if self.state.finding and not self.state.busy and self.state.copied.blind:
            self.on_blind()

    def away(self) -> None:
        """Another tab comes: the order stays open, its right is given back and claimed anew."""
        if self.state.claimed and self.state.phase is Phase.ORDER:
            self._rights.release()
            self._to(claimed=False)

    def wait(self) -> None:
        """Somebody wants to leave while the hub is asked for the right."""
        self._tell(words.wait_first, self._action)

    def _forget(self) -> None:
        super()._forget()
        self._ready = None
        self._rights.release()
        self._pad.clear()

    def changed(self, topics: frozenset[str]) -> None:
        """The link or the settings changed. What holds for an open order stays: it never changes under a finger."""
        if self.state.ready and topics & {"link", "verdicts", "config"}:
            self._read_link()

    def _read_link(self) -> None:
        self._terminal.run(around(self._clock()), self._linked)

    def _linked(self, own: Copied) -> None:
        order = self.state.copied
        new = replace(own, here=order.here, products=order.products, shelves=order.shelves, rules=order.rules)
        if new != self.state.copied:
            self._to(copied=new)

    def sells_next(self, text: str) -> bool:
        """Whether a scan begins the next sale: goods, after a return that is done."""
        return self.state.ended and kind_of(codes.read(text)) is Scan.ARTICLE

    def scanned(self, text: str) -> None:
        """A code was read. It always answers, and never pays."""
        code = codes.read(text, self.state.settings.codes)
        if self.state.phase is Phase.APPROVAL:
            self._tell(words.sign_first)
        elif self.state.busy:
            self.wait()
        elif self.state.phase is Phase.ORDER and kind_of(code) not in (Scan.RECEIPT, Scan.PASS):
            self._scanned_goods(code)
        elif self.state.phase is Phase.ORDER and self.state.taken and self.state.purchase is not None:
            number = self.state.purchase.number
            self._tell(lambda: words.finish_first(number))
        else:
            if self.state.ended:
                self._clear(words.hint)
            self._scanned_order(code)

    # ---------------------------------------------------------------------------------------------- refunding

    def refund(self) -> None:
        """The primary action: approval if it takes one, the right at the hub, then the journal, then the money."""
        plan, purchase = self.state.accepted, self.state.purchase
        if not self.state.may_go_on or plan is None or purchase is None or self._actor is None:
            return
        if self.state.exchanging and not self._may_exchange():
            self._tell(words.one_exchange)
        elif plan.needs and self.state.approver is None:
            self._pad.open()
        elif self.state.by_hub:
            self._claim(plan, purchase)
        elif self.state.exchanging:
            self._hand_over(plan.basis)
        else:
            self._record(plan.basis, "")

    def _claim(self, plan: Accepted, purchase: Purchase) -> None:
        self._asked += 1
        asked = self._asked
        self._to(phase=Phase.CLAIMING)
        self._tell(words.claiming)
        lines = [(line.item.line, line.item.quantity) for line in plan.lines]
        self._rights.claim(purchase.id, lines, lambda answer: self._claimed(asked, answer))

    def _claimed(self, asked: int, answer: Claimed) -> None:
        if asked != self._asked:
            return  # the order was left meanwhile, and its right given back
        if isinstance(answer, Answered):
            self._granted(asked, answer.value)
        elif isinstance(answer, Unanswered):
            self._offline_rule()
        else:
            self._not_granted(answer.fault.message)

    def _granted(self, asked: int, right: ClaimedRight) -> None:
        job = standing(right.purchase, self._clock())
        self._terminal.run(job, lambda found: self._ours(asked, right, found[0]), self._not_recorded)

    def _ours(self, asked: int, right: ClaimedRight, purchase: Purchase) -> None:
        """The right is ours. If the order is another by now, the new plan is looked at before anything is paid."""
        if asked != self._asked:
            return
        shown, purchase = self.state.accepted, as_given(purchase, self.state.purchase)
        self.state = replace(self.state, purchase=purchase, live=True, seen=right.now, claimed=True)
        plan = plan_of(self.state, self._clock())
        if isinstance(plan, Accepted) and shown is not None and plan.refunds == shown.refunds:
            self.state = replace(self.state, plan=plan)
            if self.state.exchanging:
                self._hand_over(Basis.CLAIM, right)
            else:
                self._record(Basis.CLAIM, right.claim)
        else:
            self._plan(words.changed_meanwhile, phase=Phase.ORDER)

    def _hand_over(self, basis: Basis, right: ClaimedRight | None = None) -> None:
        """The goods go into the sale, and their right with them. Nothing is recorded yet."""
        until = self._clock() + max(0, right.expires - right.now) if right else 0
        back = goods_back(self.state, self._return_id, basis, right.claim if right else "", until)
        self._rights.forget()
        self._clear(words.hint)
        if self._on_exchange is not None:
            self._on_exchange(back)

    def _offline_rule(self) -> None:
        """No answer came. What may be done without one is shown, and takes a second press (F33)."""
        self.state = replace(self.state, phase=Phase.ORDER, by_hub=False, late=True)
        plan = plan_of(self.state, self._clock())
        promise = isinstance(plan, Accepted) and plan.basis is Basis.PROMISE
        self._plan(lambda: words.late(promise))

    def _not_granted(self, message: str) -> None:
        """The hub's words, and the order as it stands now."""
        self._to(phase=Phase.ORDER)
        self._tell(lambda: words.gone(message))
        purchase = self.state.purchase
        query = read_query(purchase.number) if purchase else None
        if purchase is None or query is None:
            return
        self._asked += 1
        asked = self._asked

        def then(answer: Answer) -> None:
            if asked == self._asked and isinstance(answer, Answered):
                self._stands(asked, purchase, answer.value, message)

        self._terminal.ask(ASK_ORDERS, query.first, FoundOrders, then, PATIENCE_S)

    def _stands(self, asked: int, before: Purchase, found: FoundOrders, message: str) -> None:
        now = next((p for p in found.purchases if p.id == before.id), None)
        if now is not None:
            job = standing(now, self._clock())
            self._terminal.run(job, lambda new: self._shown_anew(asked, new[0], found.now, message))

    def _shown_anew(self, asked: int, purchase: Purchase, seen: int, message: str) -> None:
        """The order as it stands now; what may still come back of it stays on the counter."""
        if asked == self._asked and self.state.phase is Phase.ORDER:
            purchase = as_given(purchase, self.state.purchase)
            self.state = replace(self.state, purchase=purchase, seen=seen, live=True)
            self._before = None
            units = units_still(self.state, purchase)
            self._lay(still(self.state, purchase), self.state.why, lambda: words.gone(message), serials=units)

    def _record(self, basis: Basis, claim: str) -> None:
        wish, ready = self._wish(basis, claim), self._ready
        if wish is not None:
            self._to(phase=Phase.RECORDING)
            self._terminal.run(lambda local: take_back(local, wish, ready), self._recorded, self._not_recorded)

    def _wish(self, basis: Basis, claim: str) -> Wish | None:
        if self.state.purchase is None or self._actor is None:
            return None
        return wish_of(self.state, self._return_id, self._actor, basis, claim, self.card_gives_back(), self._clock())

    def _plan(self, say: Say | None, action: Callable[[], None] | None = None, **more: Any) -> None:
        super()._plan(say, action, **more)
        state, self._ready = self.state, None
        plan = state.accepted
        if plan is None or not state.may_go_on or plan.needs or state.by_hub or state.exchanging:
            return  # the next touch records nothing by itself
        wish = self._wish(plan.basis, "")
        if wish is not None:
            self._terminal.run_after_frame(lambda local: make_ready(local, wish), self._made_ready, self._not_ready)

    def _made_ready(self, ready: Ready | None) -> None:
        self._ready = ready if ready is not None and ready.wish.purchase is self.state.purchase else None

    def _not_ready(self, error: Exception) -> None:
        log.warning("a return can't be worked out yet: %s", error)  # the touch tries it again, and tells the person

    def _recorded(self, answer: RecordedReturn | Refused | Needs) -> None:
        purchase = self.state.purchase
        if isinstance(answer, RecordedReturn):
            self._rights.forget()  # it is used
            self._before = None
            self._to(recorded=answer)
            (self.on_card if any(r.attempt for r in answer.body.refunds) else self.finish)(answer)
        elif isinstance(answer, Needs):
            self._to(phase=Phase.ORDER, approver=None)
            self._pad.open()
        elif purchase is not None:
            self._plan(lambda: words.refused(answer, purchase), phase=Phase.ORDER)

    def _not_recorded(self, error: Exception) -> None:
        """Nothing is paid; the next press writes the same return."""
        reason = self._terminal.reason_of(error)
        self._to(phase=Phase.ORDER)
        self._tell(lambda: words.not_recorded(reason))

    # --------------------------------------------------------------------------------------------------- done

    def finish(self, done: RecordedReturn, cards: tuple[CardRefund, ...] = ()) -> None:
        """The card terminal was asked for its part: now the cash, then the slip, which says how each part goes back."""
        drawer = cash_of(done.body) > 0 and self._printing.open_drawer(done.body.receipt)
        paper = self._printing.slip(done)
        self._to(phase=Phase.DONE, recorded=done, cards=cards, slip=Slip(paper.state, drawer=drawer))
        self._tell_done()

    def card_told(self, new: CardRefund) -> None:
        """Money on its way back to a card went on; the slip that is out already said so."""
        if self.state.phase is Phase.DONE and any(part.id == new.id for part in self.state.cards):
            self._to(cards=with_newest(self.state.cards, new))
            self._tell_done()

    def print_again(self) -> None:
        """Print the slip once more: after a fault the same job, else a copy. It never pays again."""
        done, slip = self.state.recorded, self.state.slip
        if done is not None and slip.paper is not PaperState.PRINTING:
            paper = self._print(done, slip.paper)
            self._to(slip=replace(slip, paper=paper.state, fault=None))
            self._tell_done()

    def _print(self, done: RecordedReturn, before: PaperState) -> Paper:
        return self._printing.slip(done, copy=before is PaperState.PRINTED, doubtful=before is PaperState.DOUBTFUL)

    def _heard(self, said: Paper | DrawerSaid) -> None:
        done, slip = self.state.recorded, self.state.slip
        if done is None or (said.ref if isinstance(said, DrawerSaid) else said.receipt) != done.body.receipt:
            return  # of a sale, another return, or the drawer's own page
        if isinstance(said, DrawerSaid):
            self._to(slip=replace(slip, drawer_fault=None if said.opened else said.fault))
        else:
            self._to(slip=replace(slip, paper=said.state, fault=said.fault))
        self._tell_done()

    def _tell_done(self) -> None:
        slip = self.state.slip
        failed = slip.paper in (PaperState.FAILED, PaperState.DOUBTFUL)
        self._tell(self._how_it_ended, self.print_again if failed else None)

    def _how_it_ended(self) -> Happened:
        """The return is kept whatever the devices say; a device fault comes first, as it needs a hand."""
        done, slip = self.state.recorded, self.state.slip
        if done is None:
            return words.hint()
        if slip.paper in (PaperState.FAILED, PaperState.DOUBTFUL):
            sentence = slip.fault.sentence if slip.fault else ""
            return words.not_printed(done, slip.paper is PaperState.DOUBTFUL, sentence)
        return words.drawer_shut() if slip.drawer_fault is not None else words.recorded(done)

    # ----------------------------------------------------------------------------------------------- approval

    def key(self, key: str) -> None:
        """A digit or `delete` of a PIN, or of a weight."""
        if self.state.phase is Phase.APPROVAL:
            self._pad.key(key)
        else:
            super().key(key)

    def approver(self, staff_id: str) -> None:
        """Somebody says that they approve."""
        if self.state.phase is Phase.APPROVAL:
            self._pad.choose(staff_id)

    def keep_order(self) -> None:
        """Back to the order without an approval."""
        if self.state.phase is Phase.APPROVAL:
            self._pad.clear()
            self._to(phase=Phase.ORDER, approval=self._pad.state)
            self._tell(words.not_approved)

    def _approving(self) -> None:
        if self.state.phase is Phase.APPROVAL:
            self._to(approval=self._pad.state)
        elif self.state.phase is Phase.ORDER:
            self._to(phase=Phase.APPROVAL, approval=self._pad.state)
            self._tell(words.ask_somebody)

    def _approved(self, person: Staff) -> None:
        self._to(phase=Phase.ORDER, approver=person, approval=self._pad.state)
        self._tell(lambda: words.approved(person.name))
        self.refund()

    def spoken(self) -> None:
        """The language changed."""
        self._pad.spoken()
        super().spoken()
