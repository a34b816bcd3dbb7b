"""Giving parcels to who may have them (I-9). With a network they are claimed at the hub first, when the order is opened
and once more when they are given; without one it is decided on what is known here, and the screen says so. Only what is
recorded is given: the slip prints when the journal is on the disk.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from pos.flow import Say
from pos.hand_out import words
from pos.hand_out.claiming import Claimed, Custody
from pos.hand_out.local import Opened, again, look, stopped_by
from pos.hand_out.paying import PayingFlow
from pos.hand_out.state import Around, HandOutState, Phase, Slip, Way, Word, ready_of
from pos.printing import DrawerSaid, Paper, PaperState, Printing
from pos.terminal import Terminal
from pos.ui.i18n import spoken_to
from sync.actions.clock import new_id, now_ms
from sync.actions.hand_out import Said, hand_out
from sync.domain import codes
from sync.domain.pickups import Parcel, Refused, Verified
from sync.link.questions import Answered, Unanswered
from sync.local import Local, Staff
from sync.local.order_payments import RecordedOrderPaid
from sync.local.pickups import RecordedHandOut, parcels_of
from sync.protocol.pickups import read

Recorded = tuple[RecordedHandOut | Refused, tuple[Parcel, ...]]
ASIDE_MS = 10 * 60_000
"""So long a hand-out that was begun waits for who looked at something else; later it begins anew."""


class HandOutFlow(PayingFlow):
    """Verbs of the hand-out. `on_left` leads back to the list; `on_return` takes the number of an order of which
    something comes back at once (None: nothing leads there)."""

    def __init__(self, terminal: Terminal, printing: Printing, clock: Callable[[], int] = now_ms) -> None:
        super().__init__(terminal, printing, clock)
        self._custody = Custody(terminal, clock)
        self._told: tuple[Parcel, ...] = ()
        self._hand_out_id = ""
        self._actor: Staff | None = None
        self._pressed = False
        self._aside: int | None = None
        self._early: list[str] = []
        self.on_left: Callable[[], None] = lambda: None
        self.on_return: Callable[[str], None] | None = None
        printing.listen(self._heard)

    # ------------------------------------------------------------------------------------- coming and going

    def start(
        self,
        order_id: str,
        scanned: str = "",
        *,
        actor: Staff | None = None,
        paid: RecordedOrderPaid | None = None,
    ) -> None:
        """Open an order (a purchase's id). `scanned`: what led here: its pass, which makes sure of the person, or the
        label of a parcel of it. With a pass the id may be "". `paid`: its payment was taken a moment ago."""
        self._actor = actor or self._actor
        self._open(order_id, scanned, paid)

    def _open(self, order: str, text: str, paid: RecordedOrderPaid | None = None) -> None:
        self._forget()
        asked, now, code = self._asked, self._clock(), codes.read(text)
        self.state = HandOutState(order=order, around=self.state.around, now=now)
        self._saying, self._led_by = None, text
        self._to(happened=None)
        self._paid_now(paid)
        is_pass = code.kind is codes.Kind.PASS
        label = code.key if code.kind is codes.Kind.PARCEL_LABEL else ""
        shown = code.key if is_pass else ""
        then = partial(self._opened, asked, label=label, text=shown)
        self._terminal.run(look(order, shown, now), then, partial(self._unread, asked))

    def _unread(self, asked: int, error: Exception) -> None:
        """The files could not be read: that is said, and the list is behind it."""
        self._terminal.on_trouble(error)
        if asked == self._asked:
            self.leave()
            self.on_left()

    def _opened(self, asked: int, opened: Opened, label: str, text: str) -> None:
        if asked != self._asked:
            return
        self._hand_out_id = new_id(self._clock())
        self._pass = text if opened.proved else ""
        known = {"order": opened.order, "purchase": opened.purchase, "tried": opened.tried, "around": opened.around}
        leads = {"returns": self.on_return is not None, "pays": self.on_pay is not None}
        self._to(**known, parcels=opened.parcels, **leads)
        if opened.proved:
            self._to(by_pass=True, verified=Verified.CODE)
        elif opened.proxy is not None:
            self._led_by_proxy(text, opened.proxy)
        elif not self.state.code_on:
            self._to(way=Way.DOCUMENT)
        if not self._stands():
            self._tell_used_up(opened.shown)
            self._tell_paid()
            self._scan_early()
            return
        self._to(phase=Phase.OPEN)
        if label:
            self._scanned_label(label)
        else:
            self._tell(lambda: words.next_step(self.state))
        if not self._tell_paid():
            self._look_for_papers()
        self._hold()
        self._scan_early()

    def _scan_early(self) -> None:
        """What was scanned while the order was looked up counts now (F52)."""
        early, self._early = self._early, []
        for text in early:
            self.scanned(text)

    def _stands(self) -> bool:
        """Lay out what may be given of the parcels that are known now. False: nothing, and the screen says why."""
        state, now = self.state, self._clock()
        stopped = stopped_by(state.parcels, state.purchase, state.around.here, now)
        ready = () if stopped else ready_of(state.parcels, state.around.here, now)
        scanned = {id: at for id, at in state.scanned.items() if any(x.id == id for x in ready)}
        self._to(ready=ready, scanned=scanned, stopped=stopped, now=now)
        if stopped is None:
            return True
        self._custody.release()
        self._to(phase=Phase.STOPPED)
        self._tell(lambda: words.gone(self.state, stopped))
        return False

    def leave(self) -> None:
        """Another place comes, or the person signs out: the parcels are given back, nothing is recorded."""
        self._forget()
        self._saying = None
        self.state = HandOutState(around=self.state.around)

    def step_aside(self) -> None:
        """Another place comes. What was begun waits for who comes back soon; meanwhile others may have the parcels."""
        if self.state.phase is not Phase.OPEN or self.state.untouched:
            self.leave()
            return
        self._asked += 1
        self._custody.release()
        self._pressed, self._aside = False, self._clock()
        self._to(word=Word.OFFLINE, checking=False, typed="" if self.state.checking else self.state.typed)

    @property
    def aside(self) -> bool:
        """Whether somebody began it, and looks at something else."""
        return self._aside is not None and 0 <= self._clock() - self._aside < ASIDE_MS

    def belongs(self, text: str) -> bool:
        """Whether a scan is the label of a parcel of what was begun."""
        code = codes.read(text)
        mine = code.kind is codes.Kind.PARCEL_LABEL and any(x.id == code.key for x in self.state.parcels)
        return self.aside and mine

    def come_back(self) -> None:
        """On with what was begun, as it stands by now."""
        self._aside = None
        asked = self._asked

        def read(found: tuple[tuple[Parcel, ...], Around]) -> None:
            self._known(asked, *found)
            if asked == self._asked and self.state.phase is Phase.OPEN:
                self._hold()

        self._tell(lambda: words.next_step(self.state))
        self._terminal.run(again(self.state.order, self._clock()), read)

    def back(self) -> None:
        """To the list."""
        if self.can_leave:
            self.leave()
            self.on_left()
        else:
            self.wait()

    @property
    def can_leave(self) -> bool:
        """Whether nothing is being recorded."""
        return self.state.phase not in (Phase.CLAIMING, Phase.RECORDING)

    def wait(self) -> None:
        """Somebody wants to leave meanwhile."""
        self._tell(words.wait_first)

    def _forget(self) -> None:
        self._asked += 1
        self._custody.release()
        self._told, self._hand_out_id, self._pass, self._proxy_text, self._pressed = (), "", "", "", False
        self._aside, self._early = None, []

    def changed(self, topics: frozenset[str]) -> None:
        """Parcels, the order or the link changed: an order that was cancelled this minute is not given."""
        self._look_at_proxy_again(topics)
        if self.state.phase is Phase.OPEN and topics & {"stock", "orders", "link", "verdicts"}:
            asked = self._asked
            job = again(self.state.order, self._clock())
            self._terminal.run(job, lambda found: self._known(asked, *found))

    def _known(self, asked: int, parcels: tuple[Parcel, ...], around: Around) -> None:
        if asked != self._asked or self.state.phase is not Phase.OPEN:
            return
        before = self.state.around.link.online
        if parcels != self.state.parcels or around != self.state.around:
            told = {x.id: x for x in self._told}
            newest = tuple(it if (it := told.get(x.id)) is not None and it.fence > x.fence else x for x in parcels)
            self._to(parcels=newest, around=around)
            if self._stands() and around.link.online and not before and self.state.alone:
                self._hold()

    # -------------------------------------------------------------------------------------------------- scans

    def scanned(self, text: str) -> None:
        """A code was read. It always answers, and gives nothing."""
        code = codes.read(text)
        if self.state.phase is Phase.OPENING:
            self._early.append(text)
        elif self.state.busy:
            self.wait()
        elif code.kind is codes.Kind.PASS:
            self._scanned_pass(code.key)
        elif self.state.phase is not Phase.OPEN and code.kind is codes.Kind.PARCEL_LABEL:
            self._next_label(code)
        elif self.state.phase is not Phase.OPEN:
            self._tell(words.no_label, self._action)
        elif code.kind is codes.Kind.PARCEL_LABEL:
            self._scanned_label(code.key)
        elif code.kind is codes.Kind.SHELF_LABEL:
            self._tell(lambda: words.shelf_scanned(code.key))
        else:
            self._no_label(code)

    def some(self) -> None:
        """Only what is scanned is given, or all of it after all."""
        if self.state.phase is Phase.OPEN and len(self.state.ready) > 1:
            self._to(only_some=not self.state.only_some)
            self._tell(lambda: words.some(self.state))

    # ---------------------------------------------------------------------------------------- the hub's word

    def _hold(self) -> None:
        """Have the hub keep the parcels for this terminal while somebody stands at the counter."""
        if self.state.around.link.online:
            self._claim(tuple(x.id for x in self.state.ready))
        else:
            self._to(word=Word.OFFLINE)

    def _claim(self, parcels: tuple[str, ...]) -> None:
        if self.state.word is Word.ASKING:
            return  # its answer is the one that is waited for
        asked = self._asked
        self._to(word=Word.ASKING)
        self._custody.claim(parcels, lambda answer: self._claimed(asked, answer))

    def _claimed(self, asked: int, answer: Claimed) -> None:
        if asked != self._asked:
            self._custody.release()  # it came after the order was left
        elif isinstance(answer, Answered):
            self._told = tuple(answer.value.parcels)
            self._to(word=Word.HELD, said_at=self._clock(), held_by="")
            self._go_on()
        elif isinstance(answer, Unanswered):
            self._alone(Word.SILENT)
        elif answer.fault.code == "parcel_unknown":
            self._alone(Word.UNHEARD)
        elif answer.fault.code == "parcel_gone" and answer.fault.have:
            self._gone(read(answer.fault.have))
        elif answer.fault.code == "parcel_claimed":
            by = answer.fault.have
            self._not_ours(lambda: words.taken(words.named(self.state, by)), Word.TAKEN, by)
        else:
            message = answer.fault.message
            self._not_ours(lambda: words.hub_said(message), Word.TAKEN)

    def _alone(self, word: Word) -> None:
        """It is decided here. If somebody waits for the hub's word, that takes a press of its own."""
        pressed, self._pressed = self._pressed, False
        self._to(word=word, said_at=self._clock(), phase=Phase.OPEN)
        if pressed:
            self._tell(lambda: words.late(word))

    def _not_ours(self, say: Say, word: Word, by: str = "") -> None:
        self._pressed = False
        self._to(word=word, said_at=self._clock(), held_by=by, phase=Phase.OPEN)
        self._tell(say)

    def _gone(self, parcel: Parcel) -> None:
        """The hub knows better: this parcel can't be given any more."""
        self._pressed = False
        self._told = (*(x for x in self._told if x.id != parcel.id), parcel)
        parcels = tuple(parcel if x.id == parcel.id else x for x in self.state.parcels)
        self._to(parcels=parcels, phase=Phase.OPEN, word=Word.HELD, said_at=self._clock())
        if self._stands():
            why = stopped_by((parcel,), self.state.purchase, self.state.around.here, self._clock())
            if why is not None:
                self._tell(lambda: words.gone(self.state, why))
            self._hold()

    # ---------------------------------------------------------------------------------------------- giving it

    def hand_out(self) -> None:
        """The primary action: the hub's word once more, then the journal, then the slip."""
        if not self.state.may_go_on or self._actor is None:
            return
        if self.state.alone:
            self._record()
            return
        self._pressed = True
        self._to(phase=Phase.CLAIMING)
        self._tell(words.claiming)
        self._claim(tuple(x.id for x in self.state.chosen))

    def _go_on(self) -> None:
        """The parcels are ours: give them if that was asked for."""
        if self._pressed:
            self._pressed = False
            self._record()

    def _record(self) -> None:
        state, actor, bought, now, name = self.state, self._actor, self.state.purchase, self._clock(), self._hand_out_id
        if actor is None or bought is None or state.verified is None:
            return
        parcels, document = tuple(x.id for x in state.chosen), state.document.value if state.document else ""
        claim = self._custody.held if state.word is Word.HELD else ""
        who = document, state.proxy, state.by_hand.intersection(parcels), state.proxy_pass
        said = Said(state.verified, state.signature, claim, self._told, *who)
        spoken = spoken_to(bought.language)

        def job(local: Local) -> Recorded:
            done = hand_out(local, name, bought, parcels, said, actor=actor, language=spoken, now=now)
            return done, tuple(parcels_of(local, bought.id))

        self._to(phase=Phase.RECORDING)
        self._terminal.run(job, self._recorded, self._not_recorded)

    def _recorded(self, answer: Recorded) -> None:
        done, parcels = answer
        if isinstance(done, Refused):
            self._refused(done, parcels)
            return
        left = tuple(x for x in parcels if x.state.value in ("expected", "received", "ready"))
        self._custody.release()  # of what was given nothing is left to hold
        paper = self._printing.hand_out_slip(done, sealed=self._pass)
        ends = {"slip": Slip(paper.state), "typed": "", "returns": self.state.returns and not done.body.proxy_pass}
        self._to(phase=Phase.DONE, done=done, left=left, parcels=parcels, **ends)
        self._tell_done()

    def _refused(self, refused: Refused, parcels: tuple[Parcel, ...]) -> None:
        """It is not as the screen had it: the order as it stands now, with the reason."""
        known = {x.id: x for x in (*parcels, *self._told)} | (
            {refused.parcel.id: refused.parcel} if refused.parcel else {}
        )
        self._to(phase=Phase.OPEN, parcels=tuple(known.values()))
        if self._stands():
            self._tell(lambda: words.gone(self.state, refused))

    def _not_recorded(self, error: Exception) -> None:
        """Nothing is given; the next press writes the same hand-out."""
        reason = self._terminal.reason_of(error)
        self._to(phase=Phase.OPEN)
        self._tell(lambda: words.not_recorded(reason))

    # -------------------------------------------------------------------------------------------- afterwards

    def print_again(self) -> None:
        """Print its slip once more: after a fault the same job, else a copy."""
        done, slip = self.state.done, self.state.slip
        if done is not None and slip.paper is not PaperState.PRINTING:
            copy, doubtful = slip.paper is PaperState.PRINTED, slip.paper is PaperState.DOUBTFUL
            paper = self._printing.hand_out_slip(done, sealed=self._pass, copy=copy, doubtful=doubtful)
            self._to(slip=Slip(paper.state))
            self._tell_done()

    def comes_back(self) -> None:
        """The shopper does not want something of it: a return of the order, in the same visit."""
        done, lead = self.state.done, self.on_return
        if done is not None and lead is not None and self.state.returns:
            self.leave()
            lead(done.body.number)

    def _heard(self, said: Paper | DrawerSaid) -> None:
        if self._heard_of_payment(said):
            return
        done = self.state.done
        if done is None or isinstance(said, DrawerSaid) or said.receipt != done.body.receipt:
            return
        self._to(slip=replace(self.state.slip, paper=said.state, fault=said.fault))
        self._tell_done()

    def _tell_done(self) -> None:
        failed = self.state.slip.paper in (PaperState.FAILED, PaperState.DOUBTFUL)
        self._tell(lambda: words.ended(self.state), self.print_again if failed else None)
