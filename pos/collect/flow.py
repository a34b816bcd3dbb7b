"""The collect tab: what is to be brought, handed out, received, put on a shelf, sent back.

Every step is recorded before the screen says so, with the network or without it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from pos import code_words
from pos.collect import words
from pos.collect.listing import Filter, Step, expired, on_shelf
from pos.collect.local import by_number
from pos.collect.receiving import ReceiveFlow
from pos.collect.state import CollectState, Phase
from pos.terminal import Terminal
from pos.ui.happened import Happened
from pos.ui.i18n import _
from sync.actions.approve import may_approve
from sync.actions.clock import now_ms
from sync.actions.move_arrival import move_arrival
from sync.actions.send_back_parcel import send_back_parcel
from sync.actions.shelve_parcel import shelve_parcel
from sync.domain import codes
from sync.domain.arrivals import Arrival, ArrivalState
from sync.domain.orders import Purchase, number_key
from sync.domain.passes import Answer, Purpose, purpose_of
from sync.domain.pickups import Parcel, ParcelState, SentBackFor, StepRefused
from sync.local import Local, Staff
from sync.local.collecting import ToCollect
from sync.local.pickups import parcel_by_id

if TYPE_CHECKING:
    from sync.local.passes import ShownPass

T = TypeVar("T")
HandOut = Callable[..., None]


class CollectFlow(ReceiveFlow):
    """Verbs of the collect tab, besides those of its list.

    `on_hand_out(order_id)` opens the hand-out of an order, `on_hand_out(order_id, text)` the one that a scanned pass
    asks for; `on_picking()` what is to be picked; `on_day()` the store's day. None: that is not there, and nothing is
    drawn that leads to it.
    """

    def __init__(self, terminal: Terminal, clock: Callable[[], int] = now_ms) -> None:
        super().__init__(terminal, clock)
        self.on_hand_out: HandOut | None = None
        self.on_picking: Callable[[], None] | None = None
        self.on_day: Callable[[], None] | None = None

    def start(self, actor: Staff) -> None:
        """The tab was touched: the list as it was left, read anew."""
        self._actor, self._here = actor, True
        if self.state.happened is None:
            self._say(words.hint)
        self._look()

    def away(self) -> None:
        """Another screen comes."""
        self._here = False
        self._to(phase=Phase.LIST, in_hand=None, shelf="")

    def leave(self) -> None:
        """The person signs out; nothing that was recorded is touched."""
        self._asked += 1
        self._actor, self._here, self._saying = None, False, None
        self.state = CollectState(waiting=self.state.waiting)

    @property
    def can_leave(self) -> bool:
        """Whether nothing is being recorded."""
        return not self.state.working

    def wait(self) -> None:
        """Somebody wants to go elsewhere while the disk works."""
        self._say(words.wait_first)

    # -------------------------------------------------------------------------------------- the primary action

    @property
    def step(self) -> Step:
        """What the primary action does here and now: nothing that leads where nothing is."""
        step = self.state.step
        if step is Step.HAND_OUT and self.on_hand_out is None:
            return Step.NOTHING
        return Step.NOTHING if step is Step.PICK and self.on_picking is None else step

    def go_on(self) -> None:
        """The primary action."""
        verbs = {
            Step.BRING: lambda: self._move(ArrivalState.BRINGING, self.state.counter if self._many else ""),
            Step.HAND_OUT: self._to_counter,
            Step.RECEIVE: self._receive,
            Step.SHELVE: lambda: self._ask_shelf(self.state.focus),
            Step.SEND_BACK: self._send_back,
            Step.PICK: self.pick,
        }
        if self.state.phase is Phase.SHELVING:
            self.put()
        elif self.step in verbs and not self.state.working:
            verbs[self.step]()

    def pick(self) -> None:
        """To what is to be picked."""
        if self.on_picking is not None:
            self.on_picking()

    @property
    def sees_day(self) -> bool:
        """Whether who is here may see the store's day in figures: leads and managers."""
        actor = self._actor
        return self.on_day is not None and actor is not None and may_approve(actor, self._clock())

    def see_day(self) -> None:
        """To the store's day."""
        if self.on_day is not None:
            self.on_day()

    @property
    def _many(self) -> bool:
        return self.state.read.counters > 1

    def choose_counter(self, counter: str) -> None:
        """Where it is brought to."""
        self._to(counter=counter)

    def choose_back(self, back: bool) -> None:
        """Back to where it was packed, or on sale here again."""
        self._to(back=back)

    # ------------------------------------------------------------------------------------------ who waits

    def _move(self, state: ArrivalState, counter: str = "", then: Callable[[], None] | None = None) -> None:
        chosen, actor, now = self.state.chosen, self._actor, self._clock()
        arrival = chosen.arrival if chosen is not None else None
        if chosen is None or arrival is None or actor is None:
            return

        def job(local: Local) -> Arrival | None:
            return move_arrival(local, arrival.id, state, actor=actor, now=now, counter=counter)

        self._record(job, lambda after: self._moved(chosen, after, then))

    def _moved(self, order: ToCollect, after: Arrival | None, then: Callable[[], None] | None) -> None:
        if after is None or not after.state.open:
            self._say(lambda: words.gone(order))
        elif after.state is ArrivalState.BRINGING:
            shelf = next((it.shelf for it in order.parcels if on_shelf(it, self.state.now)), "")
            self._say(lambda: words.bring(order, shelf, after.counter))
        self._look(then)

    def not_there(self) -> None:
        """Nobody is there any more: the ticket is closed, the parcels stay."""
        if not self.state.working:
            self._move(ArrivalState.LEFT)

    def _to_counter(self) -> None:
        """The parcels are at the counter, and are handed out there."""
        chosen = self.state.chosen
        if chosen is None or self.on_hand_out is None:
            return
        order, hand_out = chosen.order, self.on_hand_out
        if chosen.arrival is not None and chosen.arrival.state is ArrivalState.BRINGING:
            self._move(ArrivalState.AT_COUNTER, then=lambda: hand_out(order))
        else:
            hand_out(order)

    # ------------------------------------------------------------------------------------ receiving, shelving

    def shelve(self, parcel_id: str) -> None:
        """Ask on which shelf a parcel lies from now on; the tab is up, or comes up."""
        self._terminal.run(lambda local: parcel_by_id(local, parcel_id), self._ask_shelf)

    def _ask_shelf(self, parcel: Parcel | None, came: bool = False) -> None:
        if parcel is None:
            self._say(words.nobody_knows)
        elif parcel.state not in (ParcelState.RECEIVED, ParcelState.READY):
            self._say(lambda: words.as_it_is(parcel, self.state.read))
        else:
            say = words.came if came else words.which_shelf
            self._say(lambda: say(parcel), phase=Phase.SHELVING, in_hand=parcel, shelf="")

    def another_shelf(self) -> None:
        """The parcel that is open lies elsewhere from now on."""
        if self.state.phase is Phase.LIST and self.state.focus is not None:
            self._ask_shelf(self.state.focus)

    def shelf_typed(self, text: str) -> None:
        """The position in the field is another."""
        if self.state.phase is Phase.SHELVING and text != self.state.shelf:
            self._to(shelf=text)

    def put(self) -> None:
        """The parcel in the hand lies on the shelf that was typed."""
        position = codes.shelf_position(self.state.shelf)
        if position is None:
            self._say(words.no_position)
        elif self.state.in_hand is not None and not self.state.working:
            self._shelve(self.state.in_hand, position)

    def keep(self) -> None:
        """Back to the list; the parcel stays where it is, on no shelf."""
        if self.state.phase is Phase.SHELVING and not self.state.working:
            held = self.state.in_hand
            self._say(lambda: words.not_shelved(held), phase=Phase.LIST, in_hand=None, shelf="")
            self._look()

    def _shelve(self, parcel: Parcel, position: str) -> None:
        actor, now = self._actor, self._clock()
        if actor is None:
            return

        def job(local: Local) -> Parcel | StepRefused:
            return shelve_parcel(local, parcel.id, position, actor=actor, now=now)

        self._record(job, self._shelved)

    def _shelved(self, after: Parcel | StepRefused) -> None:
        read = self.state.read
        if isinstance(after, StepRefused):
            self._say(lambda: words.refused(after, read), phase=Phase.LIST, in_hand=None)
        else:
            self._say(lambda: words.shelved(after, read.settings.timezone), phase=Phase.LIST, in_hand=None, shelf="")
            self.state = replace(self.state, order=after.order)
        self._look()

    # ----------------------------------------------------------------------------------------------- sending back

    def _send_back(self) -> None:
        parcel, actor, now = self.state.focus, self._actor, self._clock()
        if parcel is None or actor is None:
            return
        reason = SentBackFor.CANCELLED if parcel.state is ParcelState.CANCELLED else SentBackFor.EXPIRED
        to = parcel.source if self.state.back and parcel.source != self.state.read.here else ""

        def job(local: Local) -> Parcel | StepRefused:
            return send_back_parcel(local, parcel.id, reason, to=to, actor=actor, now=now)

        self._record(job, lambda after: self._sent(after, to))

    def _sent(self, after: Parcel | StepRefused, to: str) -> None:
        read = self.state.read
        if isinstance(after, StepRefused):
            self._say(lambda: words.refused(after, read))
        else:
            self._say(lambda: words.sent_back(after, to, read))
        self._to(back=False)
        self._look()

    # ----------------------------------------------------------------------------------------------------- scans

    def scanned(self, text: str) -> None:
        """A code was read. It always answers."""
        code = codes.read(text, self.state.read.settings.codes)
        if code.kind is codes.Kind.PARCEL_LABEL:
            self._label(code.key)
        elif code.kind is codes.Kind.SSCC and not self._numbered(code.raw):
            self._unit(code.key)
        elif code.kind is codes.Kind.SHELF_LABEL:
            self._shelf_label(code.key)
        elif code.kind is codes.Kind.PASS:
            self._pass(text)
        elif code.kind is codes.Kind.GTIN and not self._numbered(code.raw):
            self._say(words.an_article)
        elif code.kind is codes.Kind.BAD_CHECK and not self._numbered(code.raw):
            self._say(words.misread)
        elif code.kind is codes.Kind.RECEIPT:
            self._say(words.a_receipt)
        else:
            self._number(code.raw)

    def _open(self, order: str, parcel: Parcel | None = None) -> None:
        """Open an order, in a filter that has it."""
        now = self.state.now
        which = Filter.READY
        if parcel is not None and (parcel.state is ParcelState.CANCELLED or expired(parcel, now)):
            which = Filter.LATE
        known = next((each for each in self.state.read.orders if each.order == order), None)
        if known is None:
            return
        if not any(on_shelf(it, now) for it in known.parcels) and which is Filter.READY:
            which = Filter.WAY if known.parcels else Filter.BRING
        same = known in self.state.listing.rows and not self.state.finding
        held: dict[str, Any] = {
            "phase": Phase.LIST,
            "in_hand": None,
            "finding": False,
            "query": "",
            "hits": None,
            "back": False,
        }
        self._list(**held, order=order, parcel=parcel.id if parcel else "", filter=self.state.filter if same else which)

    def _shelf_label(self, position: str) -> None:
        held = self.state.in_hand if self.state.phase is Phase.SHELVING else self._scanned_parcel
        if held is not None and not self.state.working:
            self._shelve(held, position)
            return
        here = [each for each in self.state.read.orders if any(it.shelf == position for it in each.parcels)]
        self._say(lambda: words.on_this_shelf(position, len(here)))
        if here:
            self._list(finding=True, query=position, hits=None, order="", parcel="")

    @property
    def _scanned_parcel(self) -> Parcel | None:
        """The parcel that was opened by its label and lies on no shelf, or on another one."""
        focus = self.state.focus
        movable = focus is not None and focus.state in (ParcelState.RECEIVED, ParcelState.READY)
        return focus if movable and focus is not None and focus.id == self.state.parcel else None

    def _pass(self, text: str) -> None:
        now = self._clock()

        def job(local: Local) -> "ShownPass":
            from sync.local.passes import verify_pass  # its library costs the start of the till, and a pass is rare

            return verify_pass(local, text, now)

        self._terminal.run(job, lambda shown: self._shown(text, shown))

    def _shown(self, text: str, shown: "ShownPass") -> None:
        bought, zone = shown.purchase, self.state.read.settings.timezone
        if shown.proxy is not None and shown.collects:
            self._hand_out(shown.collects, shown.number, text)
        elif bought is not None and shown.answer is Answer.OK and purpose_of(bought) is Purpose.COLLECT:
            self._hand_out(bought.id, bought.number, text)
        elif bought is not None:
            self._say(lambda: words.nothing_left(bought.number))
        else:
            self._say(lambda: words.bad_pass(shown, zone))

    def _hand_out(self, order: str, number: str, text: str = "") -> None:
        if self.on_hand_out is not None:
            self.on_hand_out(order, text) if text else self.on_hand_out(order)
        else:
            self._open(order)
            self._say(lambda: words.opened_order(number))

    def _numbered(self, text: str) -> ToCollect | None:
        key = number_key(text)
        return next((each for each in self.state.read.orders if number_key(each.number) == key), None)

    def _number(self, text: str) -> None:
        """An order's number: what lies here is handed out, else the list says where it is."""
        known = self._numbered(text)
        if known is None:
            self._terminal.run(by_number(text), lambda found: self._not_here(text, found))
        elif any(on_shelf(it, self.state.now) for it in known.parcels):
            self._hand_out(known.order, known.number)
        else:
            self._open(known.order)
            self._say(lambda: words.not_ready(known.number))

    def _not_here(self, text: str, found: list[Purchase]) -> None:
        code = codes.read(text, self.state.read.settings.codes)
        self._say(lambda: self._strange(code, found))

    def _strange(self, code: codes.Code, found: list[Purchase]) -> Happened:
        known = None if found else code_words.what(code, _("Nothing was changed."))
        return known or words.elsewhere(code.label, found, self.state.read)
