"""Judging what was done with parcels. The goods are where they are, so nothing is refused (I-3); a parcel that was
given away twice is put before a person with both sides (I-9); nothing but a hand-out completes an order (F45).

Terminals that were offline tell of one parcel in any order, and after a restore the hub hears of the end first: every
step comes to the same in whatever order the hub hears of them.
"""

from collections import Counter
from dataclasses import replace
from typing import Any

import msgspec

from sync.domain.orders import Purchase
from sync.domain.pickups import (
    Moved,
    Parcel,
    ParcelLine,
    ParcelState,
    SentBackFor,
    cancelled,
    ended_of,
    handed,
    handed_of,
    missed,
    received,
    refused_by,
    sent_back,
    shelved,
)
from sync.domain.verdicts import Code
from sync.hub import database, pickup_checks, reminders, sides
from sync.hub.cases import Case, Court
from sync.hub.parcels import NO_STOCK, Shelf
from sync.hub.pickup_desk import Desk, Step
from sync.hub.substituted import SUBSTITUTED, Substitutes, not_allowed, short
from sync.hub.tables import line_refusal, parcel_claim
from sync.protocol.matters import Facts
from sync.protocol.pickups import (
    BODIES,
    HandedOut,
    LineRefused,
    ParcelPacked,
    ParcelReceived,
    ParcelSentBack,
    ParcelShelved,
    ParcelsMissing,
    ParcelSurplus,
)

KINDS = tuple(BODIES)
check = pickup_checks.check


def orders_of(cases: list[Case]) -> dict[str, Any]:
    """The orders that operations concern, each with the recorder of the first of them."""
    return {case.body.order: case.recorder for case in reversed(cases)}


def lock(court: Court, cases: list[Case]) -> None:
    """Hold the parcels of operations, whose orders are held by now: before any stock."""
    if not cases:
        return
    court.shelf = Shelf(court.conn)
    bodies = [case.body for case in cases]
    named = [body.parcel for body in bodies if hasattr(body, "parcel")]
    given_out = [it.parcel for body in bodies if isinstance(body, HandedOut | ParcelsMissing) for it in body.parcels]
    court.shelf.hold([*named, *given_out])
    court.shelf.hold_of(body.order for body in bodies)


def judge(court: Court, cases: list[Case]) -> None:
    """Record what was done with parcels, in this order, across the pushes."""
    if not cases:
        return
    desk = _Verbs(court, cases)
    for case in cases:
        desk.take(case)
    desk.write()


class _Verbs(Desk):
    """What each kind of operation does."""

    def take(self, case: Case) -> None:
        """One operation."""
        case.recorder.touch("orders")
        here = case.body.location
        case.recorder.touch(f"location:{here if here in self.places else case.who.location}")
        self.check_place(case)
        match case.body:
            case ParcelPacked():
                self._packed(case, case.body)
            case ParcelReceived():
                self._received(case, case.body)
            case ParcelShelved():
                self._shelved(case, case.body)
            case HandedOut():
                self._handed_out(case, case.body)
            case ParcelSentBack():
                self._sent_back(case, case.body)
            case LineRefused():
                self._refused(case, case.body)
            case ParcelSurplus():
                self._surplus(case, case.body)
            case ParcelsMissing():
                self._missing(case, case.body)

    # --- the steps ---------------------------------------------------------------------------------------------------

    def _packed(self, case: Case, body: ParcelPacked) -> None:
        step = Step(case, body.parcel, tuple(body.lines), 1)
        # It may have ended so long ago that its row is gone: who had it is still known.
        before = self.known(step) if self.shelf.history[body.parcel] else self.shelf.held.get(body.parcel)
        if before is not None:
            self._packed_late(step, before)
            self._substituted(step, before)
            return
        here = body.location == body.to
        state = ParcelState.RECEIVED if here else ParcelState.EXPECTED
        made = Parcel(body.parcel, body.order, body.number, body.to, body.location, state, 1, step.lines, here=here)
        made = replace(made, due=body.due, currency=body.currency, last=step.by(state))
        made = self.due(made)  # who packed it may not have heard of a payment
        self.promise(step, made)
        self.move_on(step, made, state)
        bought = self.order(case)
        if self.too_much(case, made) and bought is not None:
            self._called_off(case, made, bought)
        self._substituted(step, made)

    def _packed_late(self, step: Step, before: Parcel) -> None:
        """Others told of what became of it first: all that can be new is where its goods came from."""
        source = step.case.body.location
        if source == before.source:
            return
        for n, line in enumerate(step.lines, 1):
            there = Moved(before.source, line.product, line.quantity, 0)
            self.post(step, [Moved(source, line.product, -line.quantity, 0), there], n)
        self.shelf.put(replace(before, source=source), step.case.recorder)

    def _substituted(self, step: Step, after: Parcel) -> None:
        """What stands in for something else is told to the retailer; what its order does not allow, to a person."""
        instead = [line for line in step.lines if line.instead_of]
        bought = self.book.held.get(after.order) if instead else None
        if bought is None:
            return
        known, body = Substitutes(self.court.conn, instead), step.case.body
        said = [known.told(bought, line, body.location, step.by(after.state).at) for line in instead]
        told = {"parcel": after.id, "number": after.number, "location": after.location, "lines": said}
        self.tell(step.case, SUBSTITUTED, after.order, told)
        wrong = [line for line, each in zip(instead, said, strict=True) if not each["allowed"]]
        if wrong:
            facts, detail = self.facts(step.case, after), not_allowed(after, wrong)
            step.case.find(self.court, Code.SUBSTITUTE_DIFFERS, detail, after.id, body.location, facts)

    def _called_off(self, case: Case, after: Parcel, bought: Purchase) -> None:
        """A parcel of an order that was cancelled meanwhile: it is to be put back."""
        if not bought.awaited and not any(line.handed for line in bought.lines):
            step = Step(case, after.id, after.lines, after.fence)
            self.change(step, cancelled(after, step.by(ParcelState.CANCELLED)), ParcelState.CANCELLED)

    def _received(self, case: Case, body: ParcelReceived) -> None:
        step = Step(case, body.parcel, tuple(body.lines), body.fence)
        self.change(step, received(self.known(step), step.by(ParcelState.RECEIVED)), ParcelState.RECEIVED)
        self.came(case, self.shelf.held[body.parcel])

    def _shelved(self, case: Case, body: ParcelShelved) -> None:
        step = Step(case, body.parcel, tuple(body.lines), body.fence)
        before = self.known(step)
        after = shelved(before, body.shelf, body.expires)
        if after.state is ParcelState.READY and before.state is not ParcelState.READY:
            told = {"parcel": after.id, "number": after.number, "location": after.location, "shelf": after.shelf}
            instead = {"substituted": short(after.lines)} if after.substituted else {}
            self.tell(case, "parcel_ready", after.order, told | {"expires": after.expires} | instead)
            reminders.owe(self.court.conn, after)
        if after != before:
            self.shelf.put(after, case.recorder)
        if before.missing is not None:
            self.came(case, after)

    def _sent_back(self, case: Case, body: ParcelSentBack) -> None:
        step = Step(case, body.parcel, tuple(body.lines), body.fence)
        before = self.known(step)
        if before.state is ParcelState.HANDED_OUT:
            self.differs(step, before, "it was sent back, and it was handed out")
            return
        after = sent_back(before, step.by(ParcelState.SENT_BACK), body.to)
        self.change(step, after, ParcelState.SENT_BACK, body.to)
        bought = self.order(case)
        if after == before or bought is None or before.state is ParcelState.CANCELLED:
            return
        self.put_order(ended_of(bought, step.lines), case)
        if body.reason == SentBackFor.EXPIRED:
            told = {"parcel": after.id, "number": after.number, "location": after.location, "to": body.to}
            self.tell(case, "parcel_expired", after.order, told)

    def _surplus(self, case: Case, body: ParcelSurplus) -> None:
        """A parcel that nobody expects where it is. One that is expected there by now was told of too late: it is
        received by its next scan."""
        found = self.shelf.held.get(body.parcel)
        if found is not None and found.location == body.location and found.state not in NO_STOCK:
            return
        where = f", which goes to {found.location}" if found is not None and found.location != body.location else ""
        of = f"; it is a parcel of order {found.number}{where}" if found is not None else ""
        detail = f"{body.label} came to {body.location} at {case.who.terminal}, and nobody expects it there{of}"
        side = msgspec.structs.replace(sides.of_case(case), receipt=body.label)
        facts = Facts(sides=[side], words=body.label) if found is None else self.facts(case, found)
        case.find(self.court, Code.PARCEL_SURPLUS, detail, body.label, body.location, facts)
        if found is not None:
            told = {"parcel": found.id, "number": found.number, "location": body.location, "to": found.location}
            self.tell(case, "parcel_surplus", found.order, told)

    def _missing(self, case: Case, body: ParcelsMissing) -> None:
        """What did not come stays expected; a person asks where it was packed. What came meanwhile is not missing."""
        assert case.envelope is not None  # a case with a body has one
        for it in body.parcels:
            before = self.shelf.held.get(it.parcel)
            after = before and missed(before, case.envelope.at)
            if before is None or after is None or after == before:
                continue
            self.shelf.put(after, case.recorder)
            detail = f"order {body.number}: parcel {it.parcel} from {before.source} did not come to {body.location}"
            case.find(self.court, Code.PARCEL_MISSING, detail, it.parcel, body.location, self.facts(case, before))
            told = {"parcel": it.parcel, "number": body.number, "location": body.location, "source": before.source}
            self.tell(case, "parcel_missing", body.order, told)

    def _refused(self, case: Case, body: LineRefused) -> None:
        """It goes back once, whoever says it again; what is packed of it stays promised (F45)."""
        envelope = case.envelope
        assert envelope is not None  # a case with a body has one
        row = {name: getattr(body, name) for name in ("order", "line", "location", "reason")}
        row |= {"terminal": case.who.terminal, "actor": envelope.actor, "at": envelope.at}
        statement = database.insert(self.court.conn, line_refusal).values(row).on_conflict_do_nothing()
        if self.court.conn.execute(statement.returning(line_refusal.c.line)).first() is None:
            return
        bought = self.order(case)
        left = 0
        if bought is not None:
            self.put_order(refused_by(bought, body.line, body.location), case)
            left = self._let_go(case, body)
        told = {"line": body.line, "number": body.number, "location": body.location, "reason": body.reason}
        self.tell(case, "line_refused", body.order, told | {"quantity": left})

    def _let_go(self, case: Case, body: LineRefused) -> int:
        if body.location not in self.promises.made_at(body.order, body.line):
            return 0
        was = self.promises.let_go(body.order, body.line, case.recorder)
        if was is None:
            return 0
        (product, source), left = was
        step = Step(case, "", (), 0)
        self.post(step, [Moved(source, product, 0, -left)], 1)
        return left

    # --- handing out -------------------------------------------------------------------------------------------------

    def _handed_out(self, case: Case, body: HandedOut) -> None:
        if body.hand_out in self.done:
            detail = f"hand-out {body.receipt} is recorded already"
            case.find(self.court, Code.PARCEL_DIFFERS, detail, body.hand_out, body.location)
            return
        self.done.add(body.hand_out)
        self.rows.append(_row(case, body))
        steps = [Step(case, x.parcel, tuple(x.lines), x.fence, str(n)) for n, x in enumerate(body.parcels, 1)]
        ended = {step.parcel for step in steps if self.known(step).state in NO_STOCK}
        given_now = [step for step in steps if self._give(step)]
        bought = self.order(case)
        if bought is not None and given_now:
            assert case.envelope is not None  # a case with a body has one
            lines = [line for step in given_now for line in step.lines]
            bought = _waited_for(bought, [x for step in given_now if step.parcel in ended for x in step.lines])
            self.put_order(handed_of(bought, lines, case.envelope.at), case)
        if given_now:
            self._tell_handed(case, body, [step.parcel for step in given_now])
        claimed = parcel_claim.c.parcel.in_([step.parcel for step in steps])
        self.court.conn.execute(parcel_claim.delete().where(claimed))

    def _give(self, step: Step) -> bool:
        """Whether it is given away for the first time. Any other time a person has to see to it (I-9)."""
        before, earlier = self.known(step), self.shelf.hand_outs(step.parcel)
        by = step.by(ParcelState.HANDED_OUT)
        if earlier or before.state is ParcelState.HANDED_OUT:
            self._twice(step, before)
            again = replace(before, fence=before.fence + 1)
            self.shelf.put(again, step.case.recorder)
            self.shelf.note(again, by, self.word(step))
            return False
        wrong = _wrong(before, step)
        if wrong:
            self.differs(step, before, wrong)
        elif step.n == "1":  # once for all that was given
            self.check_proxy(step, before)
        self.change(step, handed(before, by), ParcelState.HANDED_OUT)
        return True

    def _twice(self, step: Step, before: Parcel) -> None:
        first = self.shelf.hand_outs(step.parcel)[0]
        body: HandedOut = step.case.body
        detail = (
            f"{body.receipt} at {step.case.who.terminal} ({body.location}), order {body.number}: parcel {step.parcel} "
            f"was handed out before, {first['receipt']} at {first['terminal']} ({first['location']})"
        )
        facts = self.facts(step.case, before, first)
        step.case.find(self.court, Code.HANDED_OUT_TWICE, detail, step.parcel, body.location, facts)

    def _tell_handed(self, case: Case, body: HandedOut, parcels: list[str]) -> None:
        bought = self.order(case)
        told: dict[str, Any] = {"hand_out": body.hand_out, "number": body.number, "receipt": body.receipt}
        told |= {"location": body.location, "parcels": parcels, "language": body.language}
        given = tuple(line for it in body.parcels if it.parcel in parcels for line in it.lines)
        told |= {"substituted": short(given)} if any(line.instead_of for line in given) else {}
        shown = self.proxies.get(body.proxy_pass)
        told |= {"proxy": shown.proxy, "proxy_pass": body.proxy_pass} if shown is not None else {}
        self.tell(case, "parcel_handed_out", body.order, told | {"complete": bool(bought and bought.complete)})


def _waited_for(bought: Purchase, lines: list[ParcelLine]) -> Purchase:
    """The order without the end of what was said to be sent back, or called off, and was there all the same."""
    again = Counter[str]()
    for line in lines:
        again[line.line] += line.quantity
    ended = (replace(x, cancelled=max(0, x.cancelled - again[x.id])) for x in bought.lines)
    return replace(bought, lines=tuple(ended))


def _wrong(before: Parcel, step: Step) -> str:
    """What a hand-out did not see, in words; "" if it saw all."""
    body: HandedOut = step.case.body
    if before.state is ParcelState.CANCELLED:
        return "its order was cancelled before"
    if before.state is ParcelState.SENT_BACK:
        return "it was sent back before"
    if before.location != body.location:
        return f"it waits at {before.location}"
    if step.fence < before.fence:
        return f"it changed hands since (fence {step.fence}, now {before.fence})"
    return ""


def _row(case: Case, body: HandedOut) -> dict[str, Any]:
    envelope = case.envelope
    assert envelope is not None  # a case with a body has one
    return {
        "hand_out": body.hand_out,
        "receipt": body.receipt,
        "order": body.order,
        "terminal": case.who.terminal,
        "incarnation": case.who.incarnation,
        "seq": case.seq,
        "location": body.location,
        "actor": envelope.actor,
        "at": envelope.at,
        "received_at": case.now,
        "verified": body.verified,
        "body": bytes(envelope.body).decode(),
    }
