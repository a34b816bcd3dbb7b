"""Arrivals as the hub has them in one transaction, and those that a channel tells of: a shopper before the door."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Engine, select

from sync.domain.arrivals import Arrival, ArrivalRefusal, ArrivalState, NotNow, decide_arrival, moved_to, web_ticket
from sync.domain.orders import Purchase
from sync.domain.pickups import Parcel
from sync.hub import database, given
from sync.hub.faults import Refusal
from sync.hub.feed import Recorder
from sync.hub.parcels import Shelf
from sync.hub.returned import Book
from sync.hub.tables import arrival, hand_out, location
from sync.protocol.arrivals import ArrivedAnswer, ChannelArrived, read, row_of


@dataclass
class Queue:
    """The arrivals that a transaction holds; `write` puts down what it did to them. Locked behind parcels."""

    conn: Connection
    held: dict[str, Arrival] = field(default_factory=dict)
    _rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)

    def hold_of(self, orders: Iterable[str], ids: Iterable[str] = ()) -> None:
        """Lock all arrivals of those orders, and those of that name."""
        wanted = arrival.c.order.in_(sorted(set(orders))) | arrival.c.id.in_(sorted(set(ids)))
        for row in self.conn.execute(select(arrival).where(wanted).order_by(arrival.c.id).with_for_update()):
            self.held[row.id] = read(row.body)
            self._known.add(row.id)

    def of_order(self, order: str, place: str = "") -> list[Arrival]:
        """The open arrivals of an order, at one store or at any, by when they came."""
        mine = (x for x in self.held.values() if x.order == order and x.state.open and place in ("", x.location))
        return sorted(mine, key=lambda x: (x.at, x.id))

    def said_at(self, order: str, place: str, at: int) -> list[Arrival]:
        """The arrivals of an order at a store that began at that moment, ended or not."""
        return [x for x in self.held.values() if (x.order, x.location, x.at) == (order, place, at)]

    def put(self, after: Arrival, recorder: Recorder) -> None:
        """How it stands from now on."""
        if self.held.get(after.id) == after:
            return
        self.held[after.id] = after
        row = row_of(after)
        self._rows[after.id] = row | {"changed_at": recorder.at}
        recorder.put(f"location:{after.location}", "arrival", row)

    def hand_outs(self, orders: Iterable[str]) -> dict[str, int]:
        """When each order was handed out last, as far as the hub knows; no later than the hub heard of it, whatever the
        terminal's clock said."""
        of = hand_out.c
        found: dict[str, int] = {}
        for row in self.conn.execute(select(of.order, of.at, of.received_at).where(of.order.in_(sorted(set(orders))))):
            found[row.order] = max(min(row.at, row.received_at), found.get(row.order, 0))
        return found

    def write(self) -> None:
        """Write down how they stand."""
        given.append(self.conn, arrival, [row for id, row in sorted(self._rows.items()) if id not in self._known])
        given.update(self.conn, arrival, [row for id, row in sorted(self._rows.items()) if id in self._known])
        self._known |= set(self._rows)
        self._rows = {}


def done(before: Arrival, by: str, at: int) -> Arrival:
    """Its order was handed out."""
    return moved_to(before, ArrivalState.DONE, by=by, at=at)


# --- told by a channel -----------------------------------------------------------------------------------------------


def arrive(engine: Engine, order: str, body: ChannelArrived, now: int) -> tuple[ArrivedAnswer, dict[str, int]]:
    """Somebody opened the link in her message; `order` is the purchase's id. Who says so again keeps her ticket.
    Answers moved heads besides. Raises Refusal: 422 `order_unknown`, `location_unknown`, 409 `not_now`."""
    id = uuid.uuid4().hex
    return database.retrying(engine, lambda conn: _arrive(conn, order, body, id, now))


Told = tuple[ArrivedAnswer, dict[str, int]]


def _arrive(conn: Connection, order: str, body: ChannelArrived, id: str, now: int) -> Told:
    recorder = Recorder(now)
    book = Book(conn, [], [])
    book.hold({order: recorder})
    bought = book.held.get(order)
    if bought is None:
        raise Refusal(422, "order_unknown", f"There is no order {body.order[:64]!r} of this channel.")
    shelf = Shelf(conn)
    shelf.hold_of([order])
    _hold_store(conn, body.location)
    queue = Queue(conn)
    queue.hold_of([order])
    at = min(body.at, now)
    before = queue.of_order(order, body.location) or queue.said_at(order, body.location, at)
    if before:
        return _answer(body, before[0], new=False), {}
    if queue.hand_outs([order]).get(order, -1) >= at:  # said before she had it, and heard of only now
        raise _not_now(bought, body.location, NotNow(ArrivalRefusal.ALREADY_TAKEN, body.location))
    _check(shelf.of_order(order), bought, body.location, now)
    made = Arrival(id, order, bought.number, body.location, _ticket(conn, body.location), ArrivalState.WAITING, at)
    made = replace(made, language=body.language)
    queue.put(made, recorder)
    queue.write()
    return _answer(body, made, new=True), recorder.commit(conn)


def _hold_store(conn: Connection, place: str) -> None:
    """Two who come at once get two tickets."""
    query = select(location.c.id).where(location.c.id == place).with_for_update()
    if conn.execute(query).first() is None:
        raise Refusal(422, "location_unknown", f"There is no location {place[:64]!r}.")


def _check(parcels: list[Parcel], bought: Purchase, place: str, now: int) -> None:
    decided = decide_arrival(parcels, place, now, bought)
    if isinstance(decided, NotNow):
        raise _not_now(bought, place, decided)


def _not_now(bought: Purchase, place: str, why: NotNow) -> Refusal:
    detail = f" It waits at {why.location}." if why.location not in ("", place) else ""
    text = f"Nobody can be called for order {bought.number} at {place}: {why.reason}.{detail}"
    return Refusal(409, "not_now", text)


def _ticket(conn: Connection, place: str) -> str:
    return web_ticket(conn.execute(select(arrival.c.ticket).where(arrival.c.location == place)).scalars())


def _answer(body: ChannelArrived, made: Arrival, *, new: bool) -> ArrivedAnswer:
    return ArrivedAnswer(body.order, made.ticket, made.state.value, new)
