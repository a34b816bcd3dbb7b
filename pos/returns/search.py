"""Finding the order: at the hub while it answers, else in this terminal's own copy; the screen says which."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from pos import code_words
from pos.flow import Say
from pos.returns import passes, words
from pos.returns.card_slip import read_slip
from pos.returns.counter import CounterFlow
from pos.returns.finding import Query, Scan, is_no_number, kind_of, read_query
from pos.returns.local import find_own, of_code, standing
from pos.returns.state import Copied, Phase, ReturnState, still, units_still
from pos.returns.ways import usual_way
from pos.rights import PATIENCE_S
from pos.runner import Job
from pos.terminal import Terminal
from pos.ui.i18n import _, language
from pos.weighing import Weigher
from sync.actions.clock import new_id
from sync.actions.day import business_day
from sync.domain import codes
from sync.domain.orders import Purchase
from sync.domain.phones import country_of
from sync.domain.special import as_given
from sync.link.questions import Answered, Said, Unanswered
from sync.local import Found
from sync.protocol.messages import FindOrders, FoundOrders

if TYPE_CHECKING:
    from sync.local.passes import ShownPass

T = TypeVar("T")
ASK_ORDERS = "ask/orders"
Answer = Answered[FoundOrders] | Unanswered | Said


class SearchFlow(CounterFlow):
    """Verbs of finding an order. `_forget` lets go of the one that was open."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int], weigher: Weigher | None = None) -> None:
        super().__init__(terminal, clock, weigher)
        self._asked = 0

    def typed(self, text: str) -> None:
        """The text in the field is another."""
        if text != self.state.query:
            self._to(query=text)

    def find(self, text: str = "") -> None:
        """Look for what was typed or scanned: at the hub, and without it in this terminal's own copy."""
        if self.state.busy:
            return
        query = self._read(text or self.state.query)
        if query is None:
            self._tell(words.too_little)
        else:
            self._look_for(query)

    def _read(self, text: str) -> Query | None:
        now, own = self._clock(), self.state.settings
        slip = read_slip(text, own.currency, date.fromisoformat(business_day(now, own.timezone)))
        home = country_of(own.country, own.currency)
        return read_query(text, home) if slip is None else Query(" ".join(text.split()), FindOrders(card=slip))

    def _look_for(self, query: Query) -> None:
        self._asked += 1
        self._to(phase=Phase.ASKING, found=())
        self._tell(lambda: words.asking(query.text))
        if self.state.copied.link.online:
            self._ask(query, self._asked)
        else:
            self._own(query, self._asked)

    def _ask(self, query: Query, asked: int) -> None:
        self._terminal.ask(ASK_ORDERS, query.first, FoundOrders, lambda a: self._answered(query, asked, a), PATIENCE_S)

    def _answered(self, query: Query, asked: int, answer: Answer) -> None:
        if asked != self._asked:
            return
        if isinstance(answer, Unanswered):
            self._own(query, asked)
        elif isinstance(answer, Said):
            message = answer.fault.message
            self._not_opened(lambda: words.hub_said(message))
        elif not answer.value.purchases and query.then is not None:
            self._ask(Query(query.text, query.then), asked)
        else:
            self._found_there(query, asked, answer.value)

    def _found_there(self, query: Query, asked: int, answer: FoundOrders) -> None:
        wanted = query.proved
        if wanted is None and not answer.purchases and query.number:
            job = find_own(query.number)  # sold here, and not heard of at the hub yet
            self._look(job, lambda own: self._found(query, asked, own.purchases, not own.purchases, own.seen))
        elif wanted is None:
            self._found(query, asked, answer.purchases, True, answer.now)
        elif same := [as_given(p, wanted) for p in answer.purchases if p.id == wanted.id]:
            self._found(query, asked, same, True, answer.now)
        else:  # a hub that came back from a backup may have forgotten what it signed
            self._own(query, asked)

    def _own(self, query: Query, asked: int) -> None:
        if query.proved is not None:
            zone = self.state.settings.timezone
            self._open(query.proved, False, query.seen, lambda: passes.proved(query, zone))
        elif query.number:
            self._look(find_own(query.number), lambda own: self._found(query, asked, own.purchases, False, own.seen))
        else:
            self._not_opened(lambda: words.needs_network(query.text))

    def _look(self, job: Job[T], then: Callable[[T], None]) -> None:
        """Read the local files; where they can't be read, that is said, and nobody waits for it any more."""
        asked = self._asked
        self._terminal.run(job, then, lambda error: self._unread(asked, error))

    def _unread(self, asked: int, error: Exception) -> None:
        reason = self._terminal.reason_of(error)
        if asked == self._asked:
            self._not_opened(lambda: words.unread(reason))

    def _found(self, query: Query, asked: int, purchases: list[Purchase], live: bool, seen: int) -> None:
        if asked != self._asked:
            return
        count = len(purchases)
        if count == 1:
            self._open(purchases[0], live, seen)
        elif not count:
            self._none(query, asked, live)
        else:
            self._to(phase=Phase.FIND, found=tuple(purchases), purchase=None, debts=(), live=live, seen=seen)
            self._tell(lambda: words.several(count))

    def _none(self, query: Query, asked: int, live: bool) -> None:
        """Nobody knows such an order."""
        self._not_opened(lambda: words.not_found(query.text, live))

    def _not_opened(self, say: Say, action: Callable[[], None] | None = None) -> None:
        """Nothing was found: an order that was open stays open, and so does a slip."""
        self._to(phase=Phase.ORDER if self.state.purchase else Phase.OWED if self.state.debts else Phase.FIND)
        self._tell(say, action)

    def choose(self, purchase_id: str) -> None:
        """One of several orders."""
        one = next((p for p in self.state.found if p.id == purchase_id), None)
        if one is not None and not self.state.busy:
            self._open(one, self.state.live, self.state.seen)

    def _open(self, purchase: Purchase, live: bool, seen: int, say: Say | None = None) -> None:
        asked = self._asked
        self._look(standing(purchase, self._clock()), lambda it: self._opened(asked, *it, live, seen, say))

    def _opened(self, asked: int, purchase: Purchase, own: Copied, live: bool, seen: int, say: Say | None) -> None:
        if asked != self._asked:
            return
        before = self.state
        purchase = as_given(purchase, before.purchase)
        self._forget()
        self._return_id = new_id(self._clock())
        self.state = ReturnState(True, Phase.ORDER, purchase=purchase, copied=own, live=live, by_hub=live, seen=seen)
        self.state = replace(self.state, to=usual_way(purchase, own.rules))
        if before.purchase is not None and before.purchase.id == purchase.id:
            taken, units = still(before, purchase), units_still(before, purchase)
            self.state = replace(self.state, taken=taken, serials=units, why=before.why, line=before.line)
        self._plan(say or (lambda: words.opened(purchase, live, seen, own.settings.timezone)))

    def ask_again(self) -> None:
        """The network is back: ask the hub about this order anew, and look at it again."""
        purchase = self.state.purchase
        if purchase is not None and self.state.phase is Phase.ORDER and not self.state.by_hub:
            self.find(purchase.number)

    # ------------------------------------------------------------------------------------------------ by scan

    def _scanned_order(self, code: codes.Code) -> None:
        kind = kind_of(code)
        if is_no_number(code):
            self._tell(lambda: code_words.what(code, _("Nothing was changed.")) or words.strange())
        elif kind is Scan.ARTICLE:
            self._terminal.run(of_code(code, self._clock()), lambda found: self._no_order(code, found))
        elif kind is Scan.PASS:
            self._scanned_pass(code.key)
        elif code.sealed and kind is Scan.RECEIPT:
            self._scanned_pass(code.sealed, code.key)
        elif kind in (Scan.ORDER, Scan.RECEIPT):
            self.find(code.key)
        else:
            self._tell(words.half_read if kind is Scan.HALF_READ else words.strange)

    def _scanned_pass(self, text: str, receipt: str = "") -> None:
        """A pass is checked here, with or without the network; what became of its order since, the hub knows best.
        `receipt`: the number of the receipt that it stands on."""
        self._asked += 1
        asked = self._asked
        self._to(phase=Phase.ASKING, found=())
        self._look(passes.check(text, self._clock()), lambda found: self._checked(asked, receipt, *found))

    def _checked(self, asked: int, receipt: str, shown: "ShownPass", seen: int) -> None:
        if asked != self._asked:
            return
        query, zone = passes.query_of(shown, seen), self.state.settings.timezone
        if query is not None:
            self._look_for(query)
        elif receipt:
            self._not_opened(lambda: passes.refused_receipt(shown, receipt, zone), lambda: self.find(receipt))
        else:
            self._not_opened(lambda: passes.refused(shown, zone))

    def _no_order(self, code: codes.Code, found: Found | None) -> None:
        if found is None:
            self.find(code.raw.strip())  # an order number whose last digit is a check digit by chance
        else:
            self._tell(lambda: words.order_first(found.product.name(language())))

    # ------------------------------------------------------------------------------------------------- inside

    def _forget(self) -> None:
        """Nothing of the order that was open is wanted any more; answers to what was asked before mean nothing."""
        self._weighing_over()
        self._asked += 1
        self._before = None
        self._return_id = ""

    def _clear(self, say: Say) -> None:
        self._forget()
        self.state = ReturnState(ready=True, copied=self._around(), now=self._clock())
        self._tell(say)

    def _around(self) -> Copied:
        """What is known besides the order."""
        own = self.state.copied
        return Copied(settings=own.settings, link=own.link, as_of=own.as_of, blind=own.blind, drawer=own.drawer)
