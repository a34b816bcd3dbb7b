"""What hands do at the drawer: keys, pieces, reasons, notes. A count is on the disk before it is said to be."""

from collections.abc import Callable, Mapping

from pos.flow import Flow
from pos.shift import local as files
from pos.shift import words
from pos.shift.state import Phase, ShiftState
from pos.shift.view import why
from pos.terminal import Terminal
from pos.ui.happened import Happened
from pos.ui.i18n import clock_time
from sync.actions.clock import new_id
from sync.actions.counting import Count, drop_count, keep_count
from sync.domain.shifts import MoveReason

LONGEST_NOTE = 80


class CounterFlow(Flow[ShiftState]):
    """Verbs of keypad, pieces and reasons."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int]) -> None:
        super().__init__(ShiftState())
        self._terminal = terminal
        self._clock = clock
        self._id = new_id(clock())
        self._act: Callable[[], None] | None = None

    def _read(self, then: Callable[[files.Standing], None]) -> None:
        """How the drawer stands. What there should be is read once the count is given, or by who may see it."""
        seen = self.state.may_see or self.state.phase is Phase.COMPARING
        self._terminal.run(files.standing(self._clock(), seen), then)

    def _since(self) -> str:
        return clock_time(self.state.around.opened_at, self.state.zone)

    def _tell(self, say: Callable[[], Happened], act: Callable[[], None] | None = None) -> None:
        """What just happened, and what a touch on its action does."""
        self._act = act
        self._say(say)

    # --------------------------------------------------------------------------------------------------- keys

    def key(self, key: str) -> None:
        """A digit, zeros, `delete` or `next`."""
        if self.state.busy or not (key in ("delete", "next") or (key.isascii() and key.isdigit())):
            return
        if self.state.phase is Phase.APPROVAL:
            self._pin(key)
        elif self.state.counting:
            self.next() if key == "next" else self._piece(key)
        elif self.state.phase in (Phase.OPENING, Phase.MOVING) and key != "next":
            self._amount(key)

    def _pin(self, key: str) -> None:
        """A digit of somebody's PIN."""

    def _amount(self, key: str) -> None:
        amount = self.state.amount_after(key)
        self._to(amount=amount, typed=key != "delete" or amount > 0)
        self._say_amount()

    def _say_amount(self) -> None:
        state = self.state
        if state.phase is Phase.OPENING:
            total, currency = state.float_, state.currency
            self._tell(lambda: words.float_so_far(total, currency))
        elif state.amount:
            self._tell(lambda: words.amount_so_far(state.move, state.amount, state.currency))
        else:
            self._tell(lambda: words.moving(state.move))

    def _piece(self, key: str) -> None:
        counts, value = self.state.counts_after(key), self.state.value
        self._to(counts=counts, fresh=value not in counts)
        if self.state.phase is Phase.OPENING:
            self._say_amount()
        else:
            self._keep(counts, lambda: self._kept(value, counts.get(value)))

    def _keep(self, counts: Mapping[int, int], then: Callable[[], None] = lambda: None) -> None:
        now, kept = self._clock(), dict(counts)
        self._terminal.run(lambda local: keep_count(local, kept, now), lambda _none: then(), self._not_recorded)

    def _kept(self, value: int, count: int | None) -> None:
        if self.state.phase is Phase.COUNTING:
            at, zone, currency = self._clock(), self.state.zone, self.state.currency
            self._tell(lambda: words.one_counted(value, count, currency, at, zone))

    # ------------------------------------------------------------------------------------------------- pieces

    def choose(self, value: int) -> None:
        """The keypad fills this note or coin."""
        if self.state.counting and value in self.state.values:
            self._to(value=value, fresh=True)

    def next(self) -> None:
        """The next smaller one."""
        values = self.state.values
        if self.state.counting and self.state.value in values:
            at = values.index(self.state.value)
            self._to(value=values[min(at + 1, len(values) - 1)], fresh=True)

    def way(self, by_pieces: bool) -> None:
        """Say the float as an amount, or count it by pieces."""
        if self.state.phase is Phase.OPENING and not self.state.busy:
            self._to(by_pieces=by_pieces, value=self.state.values[0], fresh=True)

    def _begin_count(self) -> None:
        """The count is begun in the journal's file, then the drawer opens for it."""
        self._to(busy=True)
        self._keep({}, self._begun)

    def _begun(self) -> None:
        self._to(busy=False, phase=Phase.COUNTING, counts={}, value=self.state.values[0], fresh=True, expected=None)
        self._drawer_for_count()

    def _drawer_for_count(self) -> None:
        """The drawer opens."""

    def _resume(self, count: Count) -> None:
        """A count goes on where it stood; one that was given is compared again."""
        left = [value for value in self.state.values if value not in count.pieces]
        self._to(phase=Phase.COUNTING, counts=count.pieces, value=(left or self.state.values)[0], fresh=True)
        if count.given:
            self.give()
        else:
            self._tell(lambda: words.goes_on(len(count.pieces)))

    def give(self) -> None:
        """The count is all of it."""

    def clear_count(self) -> None:
        """Begin the count anew."""
        if self.state.phase is Phase.COUNTING and not self.state.busy:
            self._to(counts={}, value=self.state.values[0], fresh=True)
            self._terminal.run(drop_count, lambda _none: self._tell(words.counting), self._not_recorded)

    # ------------------------------------------------------------------------------------------ why, in words

    def because(self, reason: str) -> None:
        """A reason was chosen; something else is said in words."""
        known = dict(why(self.state))
        if reason in known and not self.state.busy:
            self._to(reason=reason, noting=reason == MoveReason.OTHER or self.state.noting)
            if self.state.phase is not Phase.MOVING:
                self._tell(lambda: words.because(dict(why(self.state)).get(reason, "")))

    def noted(self, text: str) -> None:
        """The note, as it is typed."""
        if self.state.phase in (Phase.MOVING, Phase.COMPARING):
            self._to(note=text[:LONGEST_NOTE])

    def take_note(self, on: bool) -> None:
        """Show or hide the keyboard on the screen."""
        if self.state.phase in (Phase.MOVING, Phase.COMPARING):
            self._to(noting=on)

    def _not_recorded(self, error: Exception) -> None:
        """The journal could not be written. What was typed stays on the screen, and the next press writes it."""
        reason = self._terminal.reason_of(error)
        self._to(busy=False)
        self._tell(lambda: words.not_recorded(reason))
