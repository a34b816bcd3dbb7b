"""The list of what is to be picked: the most urgent first, and quiet while somebody looks at it."""

from collections.abc import Callable

import msgspec

from pos.flow import Flow, Say
from pos.picking import words
from pos.picking.claim import PickClaim
from pos.picking.state import InHand, Phase, PickingState, Read, fitting
from pos.printing import PaperState, Printing
from pos.terminal import Terminal
from pos.ui.i18n import clock_time
from sync.domain.orders import number_key
from sync.link.questions import Said
from sync.local import Local, Staff, link_status, locations, settings
from sync.local.picking import OrderToPick, to_pick
from sync.protocol.pickups import PickedBy

TOPICS = frozenset({"stock", "orders", "link", "verdicts", "config", "catalogue"})


class ListFlow(Flow[PickingState]):
    """Verbs of the list. Orders that come while it is shown stand behind the others, and are told: nothing moves under
    a finger."""

    def __init__(self, terminal: Terminal, printing: Printing, clock: Callable[[], int]) -> None:
        super().__init__(PickingState())
        self._terminal = terminal
        self._printing = printing
        self._clock = clock
        self._claim = PickClaim(terminal, clock)
        self._actor: Staff | None = None
        self._action: Callable[[], None] | None = None
        self._last: list[InHand] = []
        self._renewing = False
        self._list_paper = ""

    @property
    def waiting(self) -> int:
        """How many orders are to be picked, for the tab; known from the first look on."""
        return len(self.state.read.orders)

    def start(self, actor: Staff) -> None:
        """Show the list; an order that is being picked goes on."""
        self._actor = actor
        if self.state.phase in (Phase.LIST, Phase.DONE):
            self._to_list()
            self._saying = None
        self._look()

    def changed(self, topics: frozenset[str]) -> None:
        """Orders came or went, here or elsewhere; the tab's count follows it, whichever screen is up."""
        if topics & TOPICS:
            self._look()

    def _look(self) -> None:
        now = self._clock()
        self._terminal.run(lambda local: _read(local, now), lambda read: self._seen(read, now))

    def _seen(self, read: Read, now: int) -> None:
        before = self.state
        keys = tuple(one.key for one in read.orders)
        new = frozenset(keys) - frozenset(before.shown)
        looking = before.ready and before.phase is Phase.LIST and self._actor is not None
        if looking and before.shown:
            shown = (*(key for key in before.shown if key in keys), *(key for key in keys if key in new))
            fresh = frozenset(key for key in before.fresh | new if key in keys)
        else:
            shown, fresh = keys, frozenset()
        chosen = before.open if before.open in keys else (shown[0] if shown else "")
        self._to(ready=True, read=read, shown=shown, fresh=fresh, open=chosen, now=now)
        if before.phase is Phase.PICK:
            self._follow(read)
        elif new and looking:
            self._tell_new([one for one in read.orders if one.key in new])
        elif self._saying is None and self._actor is not None:
            self._greet()

    def _greet(self) -> None:
        self._say(words.hint if self.state.read.orders else words.nothing)

    def _tell_new(self, orders: list[OrderToPick]) -> None:
        first, zone = orders[0], self.state.read.settings.timezone
        ready = clock_time(first.ready_by, zone) if first.ready_by is not None else ""
        self._tell(lambda: words.came(first.number, ready, len(orders)), lambda: self._show_new(first.key))

    def _show_new(self, key: str) -> None:
        if self.state.phase is Phase.LIST:
            self._to(shown=tuple(one.key for one in self.state.read.orders), fresh=frozenset(), open=key)

    def _follow(self, read: Read) -> None:
        """The order that is being picked, as it is by now."""
        order = self.state.order
        if order is None or self.state.phase is not Phase.PICK:
            return
        now = next((one for one in read.orders if one.key == order.key), None)
        if now is None:
            self._claim.release()
            self._to_list()
            self._tell(lambda: words.done_elsewhere(order.number))
        elif now != order:
            had = [(x.id, x.quantity) for x in order.lines]
            most = {x.id: x.quantity for x in now.lines}
            picked, put = fitting(self.state, most)
            reasons = {id: why for id, why in self.state.reasons.items() if id in most}
            self._to(order=now, picked=picked, put=put, reasons=reasons)
            if had != [(x.id, x.quantity) for x in now.lines]:
                self._tell(lambda: words.changed(order.number))

    def choose(self, key: str) -> None:
        """An order was touched."""
        if self.state.phase is Phase.LIST and key in self.state.shown:
            self._to(open=key, fresh=self.state.fresh - {key})

    def _number_scanned(self, text: str) -> bool:
        """Whether it was an order's number: that one is chosen."""
        wanted = number_key(text)
        found = next((one for one in self.state.orders if wanted and number_key(one.number) == wanted), None)
        if found is not None:
            self.choose(found.key)
        return found is not None

    def print_list(self) -> None:
        """All orders on paper, by department and shelf."""
        orders = self.state.orders
        if self.state.phase is Phase.LIST and orders and not self._printing.busy:
            paper = self._printing.pick_list(orders)
            self._list_paper = paper.receipt
            self._tell(words.list_failed if paper.state is PaperState.ABSENT else words.list_printing)

    @property
    def prints(self) -> bool:
        """Whether there is a printer for the list."""
        return self._terminal.devices.printer is not None

    def act(self) -> None:
        """The action beside what just happened."""
        if self._action is not None:
            self._action()

    # ------------------------------------------------------------------------------------------------ inside

    def _begin(self, order: OrderToPick) -> None:
        taken = {key: by for key, by in self.state.taken.items() if key != order.key}
        self._to(
            phase=Phase.PICK, order=order, picked={}, put=(), numbering=None, reasons={}, line="", made=(),
            given_back=0, taken=taken,
        )  # fmt: skip

    def _refused(self, order: OrderToPick, answer: Said) -> None:
        """The hub says no: somebody else has it, or nothing of it is left."""
        fault = answer.fault
        self._to(phase=Phase.LIST)
        if fault.code == "pick_claimed":
            by = self._by(fault.have)
            self._to(taken={**self.state.taken, order.key: by})
            self._tell(lambda: words.taken(order.number, by))
        elif fault.code == "pick_done":
            self._tell(lambda: words.done_elsewhere(order.number))
        else:
            self._tell(lambda: words.hub_said(fault.message))

    def _by(self, have: str) -> PickedBy:
        """Who picks an order, as the hub says."""
        try:
            return msgspec.json.decode(have, type=PickedBy)
        except msgspec.MsgspecError:
            return PickedBy(have)  # an older hub names the terminal alone

    def _to_list(self) -> None:
        """The list anew, in its own order."""
        keys = tuple(one.key for one in self.state.read.orders)
        chosen = self.state.open if self.state.open in keys else (keys[0] if keys else "")
        self._to(
            phase=Phase.LIST, order=None, picked={}, put=(), numbering=None, reasons={}, line="", made=(), given_back=0,
            kept_until=0, shown=keys, fresh=frozenset(), open=chosen,
        )  # fmt: skip

    def _tell(self, say: Say, action: Callable[[], None] | None = None) -> None:
        self._action = action
        self._say(say)


def _read(local: Local, now: int) -> Read:
    return Read(
        here=local.me.location,
        orders=tuple(to_pick(local)),
        places={place.id: place for place in locations(local)},
        settings=settings(local),
        online=link_status(local, now).online,
    )
