"""What the operations of a transaction do to parcels, orders and stock, and what a person is told of it.

`judge_pickup` has the verbs; here is what they share.
"""

from dataclasses import dataclass, replace
from typing import Any

import msgspec

from sync.domain.codes import PARCEL_MARK
from sync.domain.orders import Purchase
from sync.domain.pickups import Custody, Moved, Parcel, ParcelLine, ParcelState, moved
from sync.domain.verdicts import Code
from sync.hub import attention, given, movements, proxies, sides
from sync.hub.cases import Case, Court
from sync.hub.events import Event
from sync.hub.feed import Recorder
from sync.hub.movements import Move, Post
from sync.hub.parcels import Word
from sync.hub.promised import Promises
from sync.hub.said import pieces
from sync.hub.tables import hand_out
from sync.protocol.matters import Facts, Side
from sync.protocol.pickups import HandedOut, HandedParcel, LineRefused, ParcelReceived, ParcelShelved, ParcelsMissing

_LOOKED_FOR = (Code.PARCEL_MISSING, Code.PARCEL_SURPLUS)


@dataclass(frozen=True, slots=True)
class Step:
    """One parcel in one operation."""

    case: Case
    parcel: str
    lines: tuple[ParcelLine, ...]
    fence: int
    n: str = "1"

    def by(self, state: ParcelState) -> Custody:
        """Who has it by this."""
        envelope = self.case.envelope
        assert envelope is not None  # a case with a body has one
        return Custody(state, self.case.who.terminal, self.case.body.location, envelope.actor, envelope.at)


class Desk:
    """What the operations of a transaction do to parcels, orders and stock."""

    def __init__(self, court: Court, cases: list[Case]) -> None:
        assert court.shelf is not None and court.book is not None  # made by lock
        self.court, self.shelf, self.book = court, court.shelf, court.book
        self.promises = Promises(court.conn)
        self.promises.hold([case.body.order for case in cases])
        places = {case.body.location for case in cases} | self.promises.places
        places |= {it.location for it in self.shelf.held.values()} | {it.source for it in self.shelf.held.values()}
        self.places = movements.known_locations(court.conn, places)
        goods = {x.product for case in cases for x in lines_in(case.body)} | self.promises.products
        self.goods = movements.known_products(court.conn, goods)
        outs = sorted({case.body.hand_out for case in cases if isinstance(case.body, HandedOut)})
        self.done = given.those_of(court.conn, "hand_out", "hand_out", outs)
        shown = {case.body.proxy_pass for case in cases if isinstance(case.body, HandedOut)} - {""}
        self.proxies = proxies.named_for(court.conn, shown)
        self.posts: list[Post] = []
        self.rows: list[dict[str, Any]] = []
        self._came: dict[int, tuple[Recorder, set[str]]] = {}

    def write(self) -> None:
        """Put it all down: orders, parcels, promises, then stock."""
        self.book.write()
        self.shelf.write()
        self.promises.write()
        self._settle()
        given.append(self.court.conn, hand_out, self.rows)
        for post, after in zip(self.posts, movements.post_all(self.court.conn, self.posts), strict=True):
            move = post.move
            if after < 0 and move.delta < 0:
                detail = f"{move.product} at {move.location}: {after} thousandths on hand"
                facts = sides.of_goods(self.court.conn, post.owner, move, after)
                post.owner.find(self.court, Code.STOCK_BELOW_ZERO, detail, move.product, move.location, facts)

    def promise(self, step: Step, made: Parcel) -> None:
        """What is packed was promised at its source, and is promised by its parcel from now on, where that is. Of what
        stands in for something else the promise of that ends."""
        from_here = made.source == made.location
        for n, line in enumerate(step.lines, 1):
            where, taken = self.promises.take(made.order, line, step.case.recorder)
            if from_here:
                moves = [Moved(made.source, line.product, 0, line.quantity)]
            else:
                moves = [Moved(made.source, line.product, -line.quantity, 0)]
                moves += [Moved(made.location, line.product, line.quantity, line.quantity)] if made.here else []
            of = self.promises.product_of(made.order, line.line)
            moves += [Moved(where, of, 0, -taken)] if taken else []
            self.post(step, moves, n)

    def known(self, step: Step) -> Parcel:
        """The parcel. Of one that the hub never heard of, its operation says what is in it; it was packed where its
        order's promise says, else here. Of one whose row is gone, who had it last says how it ended."""
        found = self.shelf.held.get(step.parcel)
        if found is not None:
            return found
        body, past = step.case.body, self.shelf.history[step.parcel]
        source = self.promises.source_of(body.order, step.lines[0].line) or body.location
        fence = max(1, step.fence, *(row["fence"] for row in past))
        here = not past and not (isinstance(body, ParcelReceived) and source != body.location)
        state = ParcelState(past[-1]["state"]) if past else ParcelState.RECEIVED if here else ParcelState.EXPECTED
        where = body.location
        made = Parcel(step.parcel, body.order, body.number, where, source, state, fence, step.lines, here=here)
        made = self.due(made)
        if not past:
            self.promise(replace(step, n=f"{step.n}.packed"), made)
        self.shelf.put(made, step.case.recorder)
        if not past:
            self.too_much(step.case, made)
        return made

    def too_much(self, case: Case, new: Parcel) -> bool:
        """Find a parcel, just heard of, that nobody waits for: of an order that was cancelled, or packed twice."""
        bought, packed = self.book.held.get(new.order), self.shelf.packed_of(new.order)
        over = [] if bought is None else [x for x in bought.lines if packed[x.id] > max(0, x.quantity - x.cancelled)]
        if bought is None or not over:
            return False
        said = ", ".join(f"{x.sku or x.id} {pieces(packed[x.id])} of {pieces(x.quantity - x.cancelled)}" for x in over)
        detail = f"order {bought.number}: more was packed than is waited for: {said}"
        case.find(self.court, Code.PARCEL_DIFFERS, detail, new.id, case.body.location, self.facts(case, new))
        return True

    def due(self, parcel: Parcel) -> Parcel:
        """The parcel with what is due of its order as the hub knows it."""
        bought = self.book.held.get(parcel.order)
        return parcel if bought is None else replace(parcel, due=bought.due, currency=bought.currency)

    def put_order(self, bought: Purchase, case: Case) -> None:
        """The state of an order from now on; its parcels that wait say what is due of it."""
        self.book.put(bought, case.recorder)
        for parcel in self.shelf.of_order(bought.id):
            after = self.due(parcel)
            if after != parcel and after.state not in (ParcelState.HANDED_OUT, ParcelState.SENT_BACK):
                self.shelf.put(after, case.recorder)

    def change(self, step: Step, after: Parcel, state: ParcelState, to: str = "") -> None:
        before = self.shelf.held[step.parcel]
        if after == before:
            return
        for n, each in enumerate(moved(before, after, to), 1):
            self.post(step, [each], n)
        self.move_on(step, after, state)

    def move_on(self, step: Step, after: Parcel, state: ParcelState) -> None:
        self.shelf.put(after, step.case.recorder)
        self.shelf.note(after, step.by(state), self.word(step))

    def post(self, step: Step, moves: list[Moved], n: int) -> None:
        """Movements of the `n`th line; a product or a place that the hub does not know has no stock."""
        case, envelope = step.case, step.case.envelope
        assert envelope is not None  # a case with a body has one
        for side, it in enumerate(moves):
            if it.product in self.goods and it.location in self.places:
                key = f"op:{case.op_id}:{step.n}.{n}{f'.{side}' if side else ''}"
                reason, who = envelope.kind, case.who.terminal
                move = Move(key, it.product, it.location, it.on_hand, reason, envelope.at, who, it.reserved)
                self.posts.append(Post(case.recorder, move, case))

    def word(self, step: Step) -> Word:
        return Word(step.case.op_id, getattr(step.case.body, "receipt", ""), step.case.now)

    def order(self, case: Case) -> Purchase | None:
        """The order; one that the hub does not know (yet) is put before a person, until it does."""
        found = self.book.held.get(case.body.order)
        if found is None and not isinstance(case.body, LineRefused | ParcelShelved | ParcelReceived):
            detail = f"there is no order {case.body.order} ({case.body.number}) here"
            case.find(self.court, Code.PURCHASE_UNKNOWN, detail, case.body.order, case.body.location)
        return found

    def check_place(self, case: Case) -> None:
        place = case.body.location
        if place not in self.places:
            case.find(self.court, Code.LOCATION_UNKNOWN, f"location {place} is not known", case.op_id)
        elif place != case.who.location:
            detail = f"done at {place} by a terminal of {case.who.location}"
            case.find(self.court, Code.NOT_ALLOWED, detail, case.op_id, place)
        for product in dict.fromkeys(x.product for x in lines_in(case.body) if x.product not in self.goods):
            case.find(self.court, Code.PRODUCT_UNKNOWN, f"product {product} is not known", product, place)

    def differs(self, step: Step, before: Parcel, said: str) -> None:
        body = step.case.body
        detail = f"order {body.number}, parcel {step.parcel}, at {step.case.who.terminal} ({body.location}): {said}"
        facts = self.facts(step.case, before)
        step.case.find(self.court, Code.PARCEL_DIFFERS, detail, step.parcel, body.location, facts)

    def facts(self, case: Case, before: Parcel, first: dict[str, Any] | None = None) -> Facts:
        """Both sides: the last change of custody before it, or the hand-out `first`, and this one."""
        rows = self.shelf.history[before.id]
        other = first or (rows[-1] if rows and rows[-1]["op"] != case.op_id else None)
        goods = before.lines[0] if before.lines else None
        quantity = sum(line.quantity for line in before.lines)
        both = [] if other is None else [_side(other, quantity)]
        mine = msgspec.structs.replace(sides.of_case(case), quantity=quantity)
        facts = Facts(sides=[*both, mine], purchase=before.order, number=before.number)
        if goods is None:
            return facts
        return msgspec.structs.replace(facts, line=goods.line, sku=goods.sku, words=goods.name, product=goods.product)

    def check_proxy(self, step: Step, before: Parcel) -> None:
        """A proxy's pass that was withdrawn before, or is another order's: it is given, and a person hears of it. One
        that the hub does not know it forgot, when it was restored."""
        row, envelope = self.proxies.get(step.case.body.proxy_pass), step.case.envelope
        if row is None or envelope is None:
            return
        if row.purchase != before.order:
            self._proxy(step, before, "showed a pass of their own, for another order")
        elif row.revoked_at is not None and row.revoked_at < envelope.at:
            side = {"state": proxies.WITHDRAWN, "at": row.revoked_at, "received_at": row.revoked_at, "op": ""}
            side |= {"terminal": before.order.partition(":")[0], "location": "", "receipt": "", "actor": ""}
            self._proxy(step, before, "collected it with a pass of their own, which was withdrawn before", side)

    def _proxy(self, step: Step, before: Parcel, said: str, first: dict[str, Any] | None = None) -> None:
        body: HandedOut = step.case.body
        at = f"{body.receipt} at {step.case.who.terminal} ({body.location})"
        detail = f"order {body.number}, {at}: {body.proxy} {said}"
        facts = self.facts(step.case, before, first)
        step.case.find(self.court, Code.PROXY_DIFFERS, detail, body.hand_out, body.location, facts)

    def came(self, case: Case, parcel: Parcel) -> None:
        """A parcel is where it is expected: nobody needs to look for it, or to wonder whose it is, any more."""
        known_by = {parcel.id, PARCEL_MARK + parcel.id, parcel.sscc} - {""}
        self._came.setdefault(id(case.recorder), (case.recorder, set()))[1].update(known_by)

    def _settle(self) -> None:
        for recorder, abouts in self._came.values():
            for code in _LOOKED_FOR:
                attention.settle(self.court.conn, code, sorted(abouts), "hub", recorder)
            # What this very transaction found is not written down yet, and nobody needs to settle it any more.
            notes = self.court.notes
            notes[:] = [n for n in notes if n.code not in _LOOKED_FOR or n.about not in abouts]

    def tell(self, case: Case, kind: str, order: str, told: dict[str, Any]) -> None:
        self.court.events.append(Event(kind, order, case.now, told))


def _side(row: dict[str, Any], quantity: int) -> Side:
    late = sides.late(row["at"], row["received_at"]) and bool(row["op"])
    who = {"terminal": row["terminal"]} if row["op"] else {"name": row["terminal"]}
    known = {"receipt": row["receipt"], "actor": row["actor"], "quantity": quantity, "late": late}
    return Side(row["state"], row["at"], location=row["location"], **who, **known)


def lines_in(body: Any) -> list[ParcelLine]:
    if isinstance(body, HandedOut | ParcelsMissing):
        parcels: list[HandedParcel] = body.parcels
        return [line for it in parcels for line in it.lines]
    return list(getattr(body, "lines", []))
