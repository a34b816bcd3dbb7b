"""Picking orders: one at a time, each unit confirmed by a scan, packed into parcels with a label.

What is packed or goes back is recorded first; the label follows it (I-1). Scans that are not packed yet are in
somebody's hand, and in no record.
"""

from collections.abc import Callable

from pos.collect_pages import unprinted_labels
from pos.picking import words
from pos.picking.claim import Claimed
from pos.picking.hands import HandFlow
from pos.picking.packing import Packed, pack_it
from pos.picking.state import Made, Phase, PickingState, puts
from pos.printing import DrawerSaid, Paper, PaperState, Printing
from pos.terminal import Terminal
from sync.actions.clock import new_id, now_ms
from sync.domain.packing import PackRefusal, PackRefused
from sync.domain.pickups import Parcel
from sync.link.questions import Answered, Said
from sync.local import Staff

RENEW_MS = 5 * 60_000
"""With so much of the lease left it is asked for again."""


class PickingFlow(HandFlow):
    """Verbs of the screen. `on_left` leads back to what is collected, `on_shelve` puts a packed parcel on a shelf."""

    def __init__(self, terminal: Terminal, printing: Printing, clock: Callable[[], int] = now_ms) -> None:
        super().__init__(terminal, printing, clock)
        self.on_left: Callable[[], None] | None = None
        self.on_shelve: Callable[[str], None] | None = None
        self._parcel_id = ""
        self._labels: set[str] = set()
        printing.listen(self._heard)

    def start(self, actor: Staff) -> None:
        """As of the list. A parcel whose label a power cut may have taken is named (I-1)."""
        super().start(actor)
        if self._printing.has_labels:
            self._terminal.run(unprinted_labels, self._unlabelled)

    def _unlabelled(self, parcels: list[Parcel]) -> None:
        left = [parcel for parcel in parcels if parcel.id not in self._labels]
        if left and self.state.phase is Phase.LIST and not self._printing.busy:
            self._tell(lambda: words.label_missing(left[-1].number), lambda: self._print_missing(left[-1]))

    def _print_missing(self, parcel: Parcel) -> None:
        self._print(parcel, PaperState.DOUBTFUL)
        self._tell(lambda: words.label_printing(parcel.number))

    @property
    def can_leave(self) -> bool:
        """Whether nothing is asked or recorded, and nothing is in the hand."""
        return not self.state.busy and not (self.state.phase is Phase.PICK and self.state.in_hand)

    def wait(self) -> None:
        """Somebody wants to go elsewhere, and may not now."""
        self._tell(words.wait if self.state.busy else words.finish_first)

    def leave(self) -> None:
        """The person signs out: the order that was accepted is free again."""
        self._claim.release()
        self._actor, self._saying, self._last = None, None, []
        self.state = PickingState(read=self.state.read)

    def left(self) -> None:
        """Back to what is collected."""
        if self.on_left is not None and self.can_leave:
            self.on_left()

    # -------------------------------------------------------------------------------------------- accepting

    def accept(self) -> None:
        """The primary action of the list: this order is picked here, by who is at the terminal."""
        chosen, actor = self.state.chosen, self._actor
        if self.state.phase is not Phase.LIST or chosen is None or actor is None:
            return
        self._to(phase=Phase.CLAIMING)
        self._tell(lambda: words.asking(chosen.number))
        self._claim.claim(chosen.order, actor.id, lambda answer: self._claimed(chosen.key, answer))

    def _claimed(self, key: str, answer: Claimed) -> None:
        chosen = next((one for one in self.state.read.orders if one.key == key), None)
        if self.state.phase is not Phase.CLAIMING or self._actor is None:
            return
        if chosen is None:
            self._claim.release()
            self._to(phase=Phase.LIST)
            self._say(words.nothing if not self.state.read.orders else words.hint)
            return
        if isinstance(answer, Said):
            self._refused(chosen, answer)
            return
        zone, until = self.state.read.settings.timezone, 0
        if isinstance(answer, Answered):
            until = self._clock() + max(0, answer.value.expires - answer.value.now)
        self._begin(chosen)
        self._to(kept_until=until)
        self._tell(lambda: words.kept(chosen.number, until, zone) if until else words.not_asked(chosen.number))

    # ----------------------------------------------------------------------------------------------- packing

    def pack(self) -> None:
        """The primary action of an order: what is in the hand becomes a parcel. Once nothing else is to be fetched,
        what can't be given goes back to the hub."""
        state, order, actor, now = self.state, self.state.order, self._actor, self._clock()
        if state.phase is not Phase.PICK or order is None or actor is None or state.numbering is not None:
            return
        if not state.in_hand and not state.settled:
            self._tell(lambda: words.not_packed(PackRefusal.NOTHING))
            return
        self._parcel_id = self._parcel_id or new_id(now)
        wanted = {id: count for id, count in state.picked.items() if count}
        missing = {x.id: state.reasons[x.id] for x in state.missing} if state.settled else {}
        self._to(phase=Phase.PACKING)
        job = pack_it(self._parcel_id, order, wanted, puts(state), missing, actor, now)
        self._terminal.run(job, self._packed, self._not_packed)

    def _packed(self, done: Packed) -> None:
        before, order = self.state, self.state.order
        if isinstance(done.parcel, PackRefused):
            reason = done.parcel.reason
            self._to(phase=Phase.PICK, picked={}, put=(), order=done.rest or order)
            self._tell(lambda: words.not_packed(reason))
            return
        self._parcel_id, self._last = "", []
        made = before.made
        if done.parcel is not None:
            made = (*made, Made(done.parcel, self._print(done.parcel)))
        number, count = before.order.number if before.order else "", len(made)
        back = before.given_back + done.given_back
        over = done.rest is None or before.settled
        self._to(
            phase=Phase.DONE if over else Phase.PICK, order=order if over else done.rest, made=made, given_back=back,
            picked={}, put=(), reasons={}, line="",
        )  # fmt: skip
        left, printed = 0 if over else self.state.wanted, bool(made) and made[-1].label is not PaperState.ABSENT
        self._tell(lambda: words.packed(number, count, left, printed) if done.parcel else words.all_back(number))
        if over:
            self._claim.release()
        self._look()
        self._terminal.notice(frozenset({"link", "stock"}))

    def _not_packed(self, error: Exception) -> None:
        reason = self._terminal.reason_of(error)
        self._to(phase=Phase.PICK)
        self._tell(lambda: words.not_recorded(reason))

    def give_back(self) -> None:
        """The order is not picked on: whoever comes may take it."""
        order, made = self.state.order, self.state.made
        if self.state.phase is not Phase.PICK or order is None:
            return
        self._claim.release()
        self._to_list()
        self._tell(lambda: words.let_go(order.number) if made else words.given_back(order.number))

    # ------------------------------------------------------------------------------------------- when packed

    def shelve(self, parcel_id: str) -> None:
        """On to the shelf with a parcel that was packed here."""
        here = any(it.parcel.id == parcel_id and it.parcel.here for it in self.state.made)
        if self.state.phase is Phase.DONE and here and self.on_shelve is not None:
            self._to_list()
            self.on_shelve(parcel_id)

    def shelve_first(self) -> None:
        """The primary action of a packed order: on with the first parcel that is collected here."""
        here = next((it.parcel.id for it in self.state.made if it.parcel.here), "")
        self.shelve(here)

    def next(self) -> None:
        """The next order."""
        if self.state.phase is Phase.DONE:
            self._to_list()
            self._greet()

    def label_again(self, parcel_id: str) -> None:
        """The label of a parcel once more."""
        it = next((it for it in self.state.made if it.parcel.id == parcel_id), None)
        if it is None or it.label is PaperState.PRINTING:
            return
        self._label(parcel_id, self._print(it.parcel, it.label))

    def _print(self, parcel: Parcel, before: PaperState = PaperState.ABSENT) -> PaperState:
        """Print a label; `before`: how the last one stands."""
        self._labels.add(parcel.id)
        said = {"copy": before is PaperState.PRINTED, "doubtful": before is PaperState.DOUBTFUL}
        return self._printing.label(parcel, **said).state

    def _label(self, parcel_id: str, stands: PaperState) -> None:
        made = (Made(x.parcel, stands) if x.parcel.id == parcel_id else x for x in self.state.made)
        self._to(made=tuple(made))

    def _heard(self, said: Paper | DrawerSaid) -> None:
        if not isinstance(said, Paper):
            return
        failed = said.state is not PaperState.PRINTED
        if said.what == "pick" and said.receipt == self._list_paper and failed:
            self._tell(words.list_failed)
        elif said.what == "label" and said.receipt in self._labels:
            self._label(said.receipt, said.state)
            if failed:
                self._tell(words.label_doubtful if said.state is PaperState.DOUBTFUL else words.label_failed)

    # ----------------------------------------------------------------------------------------------- the lease

    def tick(self) -> None:
        """A second passed: a lease that ends soon is asked for again."""
        state = self.state
        if state.phase is not Phase.PICK or state.order is None or self._actor is None or not self._claim.held:
            return
        if not self._renewing and state.kept_until - self._clock() < RENEW_MS:
            self._renewing = True
            self._claim.claim(state.order.order, self._actor.id, self._renewed)

    def _renewed(self, answer: Claimed) -> None:
        self._renewing = False
        if self.state.phase is not Phase.PICK:
            return
        if isinstance(answer, Answered):
            self._to(kept_until=self._clock() + max(0, answer.value.expires - answer.value.now))
        elif isinstance(answer, Said) and answer.fault.code == "pick_claimed":
            by = self._by(answer.fault.have)
            self._to(kept_until=0)
            self._tell(lambda: words.still_kept(by))
        else:
            self._to(kept_until=0)
