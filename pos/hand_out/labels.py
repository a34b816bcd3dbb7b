"""Which parcels are there: each by the scan of its label, or, where that can't be read, by who has it in the hand."""

from collections.abc import Callable

from pos import code_words
from pos.collect_pages import part_of
from pos.flow import Say
from pos.hand_out import words
from pos.hand_out.local import label_of, stopped_by
from pos.hand_out.person import PersonFlow
from pos.hand_out.state import Phase
from pos.terminal import Terminal
from pos.ui.i18n import _
from sync.domain import codes
from sync.domain.pickups import Parcel


class LabelFlow(PersonFlow):
    """Verbs of the parcels on the counter."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int]) -> None:
        super().__init__(terminal, clock)
        self._action: Callable[[], None] | None = None

    def act(self) -> None:
        """The action beside what just happened."""
        if self._action is not None:
            self._action()

    def _tell(self, say: Say, action: Callable[[], None] | None = None) -> None:
        self._action = action
        super()._tell(say)

    def _next_label(self, code: codes.Code) -> None:
        """This one is over, and somebody has the next one's parcel in the hand."""
        asked = self._asked

        def found(parcel: Parcel | None) -> None:
            if asked == self._asked and parcel is None:
                self._tell(words.unknown_label, self._action)
            elif asked == self._asked and parcel is not None:
                self._open(parcel.order, code.raw)

        self._terminal.run(label_of(code.key), found)

    def _no_label(self, code: codes.Code) -> None:
        """A code that is neither a parcel's label nor a pass: what it is, where anybody knows."""
        known = codes.read(code.raw, self.state.around.settings.codes)
        self._tell(lambda: code_words.what(known, _("Nothing was added.")) or words.no_label())

    def _scanned_label(self, id: str) -> None:
        found = next((x for x in self.state.ready if x.id == id), None)
        if found is None:
            asked = self._asked
            self._terminal.run(label_of(id), lambda parcel: self._not_ready(asked, id, parcel))
        elif id in self.state.by_hand:
            self._to(by_hand=self.state.by_hand - {id})  # it can be read after all
            self._tell(lambda: words.next_step(self.state))
        elif id in self.state.scanned:
            self._tell(lambda: words.twice(found))
        else:
            self._to(scanned={**self.state.scanned, id: self._clock()})
            self._tell(lambda: words.next_step(self.state))

    def _not_ready(self, asked: int, id: str, parcel: Parcel | None) -> None:
        """A label that is not among those that can be given: another order's, or one of this that can't be."""
        if asked != self._asked:
            return
        if parcel is None:
            self._tell(words.unknown_label)
        elif parcel.order != self.state.order:
            self._tell(lambda: words.other_order(parcel))
        else:
            why = stopped_by((parcel,), self.state.purchase, self.state.around.here, self._clock())
            self._tell((lambda: words.gone(self.state, why)) if why else words.unknown_label)

    # ------------------------------------------------------------------------------------------- without a label

    def touch_parcel(self, id: str) -> None:
        """A parcel's row was touched: its label can't be read. What it says is compared before it counts."""
        found = next((x for x in self.state.ready if x.id == id), None)
        if found is None or self.state.phase is not Phase.OPEN:
            return
        if id in self.state.by_hand:
            self._tell(lambda: words.by_hand(found), lambda: self.put_down(id))
        elif id in self.state.scanned:
            self._tell(lambda: words.twice(found))
        else:
            part = part_of(found, self.state.parcels, self.state.purchase)
            self._tell(lambda: words.unreadable(found, part), lambda: self._by_hand(id))

    def _by_hand(self, id: str) -> None:
        found = next((x for x in self.state.ready if x.id == id), None)
        if found is not None and self.state.phase is Phase.OPEN and id not in self.state.scanned:
            self._to(scanned={**self.state.scanned, id: self._clock()}, by_hand=self.state.by_hand | {id})
            self._tell(lambda: words.by_hand(found), lambda: self.put_down(id))

    def put_down(self, id: str) -> None:
        """It was another parcel after all."""
        if self.state.phase is Phase.OPEN and id in self.state.by_hand:
            scanned = {key: at for key, at in self.state.scanned.items() if key != id}
            self._to(scanned=scanned, by_hand=self.state.by_hand - {id})
            self._tell(lambda: words.next_step(self.state))
