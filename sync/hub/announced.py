"""Parcels that a channel says are on their way to a store, with the transport unit they come in (SSCC)."""

from collections import Counter
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Engine

from sync.domain import codes
from sync.domain.orders import Fulfilment, Purchase
from sync.domain.pickups import Custody, Parcel, ParcelLine, ParcelState
from sync.domain.special import PIECE
from sync.hub import database, movements
from sync.hub.channels import check_ids
from sync.hub.faults import Refusal
from sync.hub.feed import Recorder
from sync.hub.movements import Move
from sync.hub.orders import purchase_id
from sync.hub.parcels import Shelf, Word
from sync.hub.pickup_checks import MOST_LINES, MOST_PARCELS
from sync.hub.promised import Promises
from sync.hub.returned import Book
from sync.protocol.pickups import AnnouncedParcel, ChannelParcels

TIME = 2**53


@dataclass(frozen=True, slots=True)
class _Told:
    """What one request holds."""

    name: str
    body: ChannelParcels
    book: Book
    shelf: Shelf
    promises: Promises
    recorder: Recorder


def announce(engine: Engine, name: str, body: ChannelParcels, now: int) -> dict[str, int]:
    """Expect parcels at a store; the same again changes nothing. Answers moved heads. Raises Refusal: 422 for what no
    parcel can be, `order_unknown`, `location_unknown`; 409 `parcel_differs` for one that is another order's, or that
    goes elsewhere."""
    _check(body)
    orders = {it.order: purchase_id(name, it.order) for it in body.parcels}
    return database.retrying(engine, lambda conn: _announce(conn, name, body, orders, now))


def _check(body: ChannelParcels) -> None:
    check_ids(body.source, body.to, *(it.parcel for it in body.parcels), *(it.order for it in body.parcels))
    check_ids(*(text for it in body.parcels for line in it.lines for text in (line.line, *line.serials)))
    if body.sscc and not codes.is_sscc(body.sscc):
        raise _wrong("An sscc has 18 digits, the last of which checks the others.")
    ids = [it.parcel for it in body.parcels]
    if not 1 <= len(ids) <= MOST_PARCELS or len(set(ids)) < len(ids):
        raise _wrong(f"Name 1 to {MOST_PARCELS} parcels, each once.")
    if not 0 <= body.at <= TIME:
        raise _wrong("Times are UTC in milliseconds since 1970.")
    for it in body.parcels:
        if codes.read(codes.PARCEL_MARK + it.parcel).kind is not codes.Kind.PARCEL_LABEL:
            raise _wrong(f"Parcel {it.parcel[:32]!r}: an id has 1 to 64 letters, digits, dots, dashes.")
        lines = [line.line for line in it.lines]
        if len(lines) > MOST_LINES or len(set(lines)) < len(lines) or any(line.quantity <= 0 for line in it.lines):
            raise _wrong(f"Parcel {it.parcel}: each line once, with a quantity above zero.")
        if any(line.serials and len(set(line.serials)) * PIECE != line.quantity for line in it.lines):
            raise _wrong(f"Parcel {it.parcel}: name the serial of each unit, once.")


def _wrong(message: str) -> Refusal:
    return Refusal(422, "bad_parcel", message)


def _announce(conn: Connection, name: str, body: ChannelParcels, orders: dict[str, str], now: int) -> dict[str, int]:
    unknown = {body.source, body.to} - movements.known_locations(conn, {body.source, body.to})
    if unknown:
        raise Refusal(422, "location_unknown", f"There is no location {min(unknown)!r}.")
    recorder = Recorder(now)
    book = Book(conn, [], [])
    book.hold({id: recorder for id in orders.values()})
    shelf, promises = Shelf(conn), Promises(conn)
    shelf.hold(it.parcel for it in body.parcels)
    shelf.hold_of(orders.values())
    promises.hold(list(orders.values()))
    told = _Told(name, body, book, shelf, promises, recorder)
    moves: list[Move] = []
    for it in body.parcels:
        bought = book.held.get(orders[it.order])
        if bought is None:
            raise Refusal(422, "order_unknown", f"There is no order {it.order[:64]!r} of this channel.")
        moves += _expect(told, it, bought)
    shelf.write()
    promises.write()
    movements.post(conn, recorder, moves)
    return recorder.commit(conn)


def _expect(told: _Told, it: AnnouncedParcel, bought: Purchase) -> list[Move]:
    """Expect one parcel; answers what leaves its source."""
    before, body = told.shelf.held.get(it.parcel), told.body
    if before is None:
        return _packed(told, it, bought)
    if before.order != bought.id or before.location != body.to:
        text = f"Parcel {it.parcel} is of order {before.number} and goes to {before.location}."
        raise Refusal(409, "parcel_differs", text)
    if body.sscc and before.sscc != body.sscc and not before.here:
        told.shelf.put(replace(before, sscc=body.sscc), told.recorder)
    return []


def _packed(told: _Told, it: AnnouncedParcel, bought: Purchase) -> list[Move]:
    body = told.body
    lines = _lines(told, it, bought)
    state = ParcelState.EXPECTED if body.source != body.to else ParcelState.RECEIVED
    by = Custody(state, told.name, body.source, "", body.at)
    made = Parcel(it.parcel, bought.id, bought.number, body.to, body.source, state, 1, lines)
    made = replace(made, due=bought.due, currency=bought.currency, last=by, sscc=body.sscc, here=body.source == body.to)
    told.shelf.put(made, told.recorder)
    told.shelf.note(made, by, Word("", "", told.recorder.at))
    moves: list[Move] = []
    for n, line in enumerate(lines, 1):
        key = f"parcel:{told.name}:{it.parcel}:{n}"
        where, taken = told.promises.take(bought.id, line, told.recorder)
        away = 0 if made.here else -line.quantity
        kept = line.quantity if made.here else 0
        moves.append(Move(key, line.product, body.source, away, "parcel_packed", body.at, told.name, kept))
        if taken:
            moves.append(Move(f"{key}.1", line.product, where, 0, "parcel_packed", body.at, told.name, -taken))
    return moves


def _lines(told: _Told, it: AnnouncedParcel, bought: Purchase) -> tuple[ParcelLine, ...]:
    """What is in a new parcel: never more than its order still waits for."""
    if not it.lines:
        raise _wrong(f"Parcel {it.parcel} is not known here: say which lines are in it.")
    packed: Counter[str] = Counter(told.shelf.packed_of(bought.id))
    found = []
    for line in it.lines:
        of = bought.line(line.line)
        if of is None or of.fulfilment is not Fulfilment.PICKUP or of.pickup_at != told.body.to:
            raise _wrong(f"Line {line.line} of order {bought.number} is not picked up at {told.body.to}.")
        left = of.quantity - of.cancelled - packed[of.id]
        if line.quantity > left:
            raise _wrong(f"Line {line.line} of order {bought.number}: {max(0, left)} thousandths are waited for.")
        found.append(ParcelLine(of.id, of.product, of.sku, of.name, line.quantity, of.unit, serials=line.serials))
    return tuple(found)
