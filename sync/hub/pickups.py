"""Orders that are picked up, as channels tell them: promised at their source at once (F44), not brokered to a store
that refused them (F45), cancelled as long as nobody has them."""

from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, select

from sync.domain.orders import BoughtLine, Fulfilment, Purchase, Substitutes
from sync.domain.pickups import (
    Custody,
    Parcel,
    ParcelLine,
    ParcelState,
    cancelled,
    ended_of,
    handed_of,
    refused_by,
)
from sync.domain.verdicts import Code
from sync.hub import attention, database, movements, purchases
from sync.hub.attention import Note
from sync.hub.events import Event
from sync.hub.faults import Refusal
from sync.hub.feed import Recorder
from sync.hub.parcels import NO_STOCK, Shelf, Word
from sync.hub.promised import Promises, refusals
from sync.hub.returned import Book
from sync.hub.said import pieces
from sync.hub.substituted import told_late
from sync.hub.tables import hand_out, purchase
from sync.protocol.matters import Facts, Side
from sync.protocol.messages import ChannelReceived, ReceivedLine
from sync.protocol.pickups import ChannelCancelled

MOST_SUBSTITUTES = 50
"""Articles that an order's line lists as what may stand in for it."""


def check_line(line: ReceivedLine) -> str:
    """What is wrong with how a line reaches the shopper, "" if nothing is."""
    if line.fulfilment not in list(Fulfilment):
        return f"Line {line.id}: {', '.join(Fulfilment)} are the ways."
    picked = line.fulfilment == Fulfilment.PICKUP
    if picked and not (line.product and line.pickup_at):
        return f"Line {line.id}: what is picked up is goods, with the store where that is as pickup_at."
    if not picked and (line.pickup_at or line.source or line.substitutes):
        return f"Line {line.id}: only what is picked up has a pickup_at, a source and substitutes."
    return _wrong_substitutes(line)


def _wrong_substitutes(line: ReceivedLine) -> str:
    if line.substitutes not in list(Substitutes):
        return f"Line {line.id}: substitutes are 'listed', 'similar', or none."
    ids, listed = line.substitute_ids, line.substitutes == Substitutes.LISTED
    if bool(ids) is not listed or len(ids) > MOST_SUBSTITUTES or len(set(ids)) < len(ids) or line.product in ids:
        return f"Line {line.id}: 'listed' names 1 to {MOST_SUBSTITUTES} other articles in substitute_ids, each once."
    return ""


def places_of(order: ChannelReceived) -> set[str]:
    """The locations that an order's lines name."""
    return {place for line in order.lines for place in (line.pickup_at, line.source) if place}


def of_line(line: ReceivedLine) -> dict[str, Any]:
    """The fields of a bought line that say how it reaches the shopper."""
    way = {"fulfilment": Fulfilment(line.fulfilment), "pickup_at": line.pickup_at}
    return way | {"substitutes": Substitutes(line.substitutes), "substitute_ids": line.substitute_ids}


class Told:
    """An order that a channel tells, with what the hub knows of its lines already. Its row is held."""

    def __init__(self, conn: Connection, order: str) -> None:
        self._conn = conn
        self._shelf = Shelf(conn)
        self._shelf.hold_of([order])
        self._promises = Promises(conn)
        self._promises.hold([order])
        self._refused = refusals(conn, order)

    def arrived(self, bought: Purchase) -> Purchase:
        """An order that is new to the hub, with what was refused, handed out and sent back of it before."""
        for line, location in self._refused:
            bought = refused_by(bought, line, location)
        parcels = self._shelf.of_order(bought.id)
        handed = [it for it in parcels if it.state is ParcelState.HANDED_OUT]
        first = min((it.last.at for it in handed if it.last is not None), default=0)
        bought = handed_of(bought, [x for it in handed for x in it.lines], first)
        return ended_of(bought, [x for it in parcels if it.state in NO_STOCK for x in it.lines])

    def substituted(self, bought: Purchase, recorder: Recorder) -> tuple[list[Event], list[Note]]:
        """What is told, and put before a person, of what was packed in place of something else before it arrived."""
        return told_late(self._conn, bought, self._shelf, recorder)

    def promise(self, bought: Purchase, sources: dict[str, str], recorder: Recorder) -> list[Note]:
        """Reserve what it waits for, let go of the rest; parcels know what is due. Answers what is promised twice."""
        deltas = self._promises.settle(bought, self._shelf.packed_of(bought.id), sources, recorder)
        for parcel in self._shelf.of_order(bought.id):
            if (parcel.due, parcel.currency) != (bought.due, bought.currency):
                self._shelf.put(_due(parcel, bought), recorder)
        self._shelf.write()
        self._promises.write()
        levels = movements.change_levels(self._conn, recorder, {place: (0, more) for place, more in deltas.items()})
        more = {place for place, delta in deltas.items() if delta > 0}
        short = [level for place, level in levels.items() if place in more and level["reserved"] > level["on_hand"]]
        return [_short(bought, level, recorder) for level in short]

    def cancel(
        self, bought: Purchase, lines: list[BoughtLine], by: Custody, recorder: Recorder
    ) -> tuple[Purchase, list[Note]]:
        """The order without what of these lines nobody has yet. Parcels of which nothing is wanted any more are to be
        put back; a parcel that is wanted in part is somebody's matter, who takes out what is not."""
        after = ended_of(bought, [ParcelLine(x.id, x.product, x.sku, x.name, x.awaited, x.unit) for x in lines])
        gone, wanted = {line.id for line in lines}, {line.id for line in after.lines if line.awaited}
        notes = []
        for parcel in self._shelf.of_order(bought.id):
            over, held = cancelled(parcel, by), {line.line for line in parcel.lines}
            if over == parcel or not held & gone:
                continue
            if held & wanted:
                notes.append(_unwanted(parcel, gone, by, recorder))
            else:
                self._shelf.put(over, recorder)
                self._shelf.note(over, by, Word("", "", recorder.at))
        return after, notes


def _unwanted(parcel: Parcel, gone: set[str], by: Custody, recorder: Recorder) -> Note:
    """A parcel holds what was called off beside what is wanted."""
    out = [line for line in parcel.lines if line.line in gone]
    named = ", ".join(f"{line.sku or line.product} {pieces(line.quantity)}" for line in out)
    text = f"order {parcel.number}, parcel {parcel.id}: called off, to be taken out of it: {named}"
    quantity = sum(line.quantity for line in out)
    sides = [Side("cancelled", by.at, name=by.terminal, location=parcel.location, quantity=quantity)]
    if parcel.last is not None:
        was = parcel.last
        sides.insert(0, Side(was.state.value, was.at, was.terminal, location=was.location, actor=was.actor))
    first = out[0]
    facts = Facts(sides=sides, purchase=parcel.order, number=parcel.number, line=first.line)
    facts = msgspec.structs.replace(facts, sku=first.sku, product=first.product, words=first.name)
    return Note(Code.PARCEL_DIFFERS, text, parcel.location, by.terminal, "", 0, parcel.id, recorder.at, recorder, facts)


def _due(parcel: Parcel, bought: Purchase) -> Parcel:
    return replace(parcel, due=bought.due, currency=bought.currency)


def _short(bought: Purchase, level: dict[str, Any], recorder: Recorder) -> Note:
    """More is promised than is there."""
    product, where = level["product"], level["location"]
    text = f"{product}: {level['reserved']} promised of {level['on_hand']} on hand"
    wanted = sum(line.quantity for line in bought.lines if line.product == product)
    shelf = Side("stock", recorder.at, location=where, quantity=level["on_hand"])
    order = Side("order", bought.at, name=bought.channel, location=where, receipt=bought.number, quantity=wanted)
    facts = Facts(sides=[shelf, order], product=product, left=level["on_hand"] - level["reserved"])
    return Note(Code.OVERSOLD, text, where, bought.channel, "", 0, product, recorder.at, recorder, facts)


def waiting(conn: Connection, id: str) -> list[str]:
    """The lines of an order that nobody gives: the store refused them, and another source is to be named."""
    query = select(purchase.c.body).where(purchase.c.id == id)
    bought = purchases.read(conn.execute(query).scalar_one())
    return [line.id for line in bought.lines if line.awaited and not line.pickup_at]


def cancel(engine: Engine, name: str, order: str, body: ChannelCancelled, now: int) -> dict[str, int]:
    """What of an order is not handed out yet is not wanted any more; `order` is the purchase's id. Answers moved heads.

    Raises Refusal: 409 `order_collected` if the shopper has it all, 422 `order_unknown`, `bad_order`."""
    return database.retrying(engine, lambda conn: _cancel(conn, name, order, body, now))


def _cancel(conn: Connection, name: str, order: str, body: ChannelCancelled, now: int) -> dict[str, int]:
    recorder = Recorder(now)
    book = Book(conn, [], [])
    book.hold({order: recorder})
    bought = book.held.get(order)
    if bought is None:
        raise Refusal(422, "order_unknown", f"There is no order {body.order[:64]!r} of this channel.")
    wanted = set(body.lines) or {line.id for line in bought.lines}
    if not wanted <= {line.id for line in bought.lines}:
        raise Refusal(422, "bad_order", f"Order {bought.number} has no such lines.")
    lines = [line for line in bought.lines if line.id in wanted and line.awaited]
    if not lines:
        _refuse_collected(conn, bought, wanted)
        return {}
    told = Told(conn, order)
    after, unwanted = told.cancel(bought, lines, Custody(ParcelState.CANCELLED, name, "", "", body.at), recorder)
    book.put(after, recorder)
    attention.add(conn, [*book.notes, *unwanted])
    book.write()
    told.promise(after, {}, recorder)
    return recorder.commit(conn)


def _refuse_collected(conn: Connection, bought: Purchase, wanted: set[str]) -> None:
    """Nothing waits: cancelled before, which is fine, or the shopper has it."""
    if not any(line.handed for line in bought.lines if line.id in wanted):
        return
    mine = hand_out.c.order == bought.id
    row = conn.execute(select(hand_out).where(mine).order_by(hand_out.c.at.desc()).limit(1)).first()
    where = f": {row.receipt} at {row.terminal} ({row.location})" if row is not None else ""
    raise Refusal(409, "order_collected", f"Order {bought.number} was handed out{where}. What came of it is a return.")
