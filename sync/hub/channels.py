"""What sales channels do through the hub: promise goods, move goods, read what may be sold. Each step happens once."""

import secrets
from collections import defaultdict
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, select

from sync.domain.pricing import Price, price_now
from sync.domain.verdicts import Code
from sync.hub import attention, database, movements, sides
from sync.hub.attention import Note
from sync.hub.faults import Refusal
from sync.hub.feed import Recorder
from sync.hub.movements import Move
from sync.hub.signatures import digest
from sync.hub.tables import channel, channel_order, channel_order_line, location, movement, price, product
from sync.protocol.messages import ChannelCatalogue, ChannelLocation, ChannelMove, ChannelOrder, ChannelProduct

LARGEST = 10**12
"""Thousandths: a billion pieces."""
LONGEST_ID = 128
PAGE = 1000
"""Products of one page at most."""


def register(conn: Connection, name: str, title: str, now: int) -> str:
    """Admit a channel. Answers its API key, shown once and kept as a hash. Again: a new key, the old one ends."""
    key = secrets.token_urlsafe(32)
    row = {"name": title, "key_hash": digest(key), "created_at": now, "revoked_at": None}
    statement = database.insert(conn, channel).values(id=name, **row)
    conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row))
    return key


def admitted(conn: Connection, key: str) -> str:
    """The id of the channel that has this API key. Raises Refusal."""
    query = select(channel.c.id).where(channel.c.key_hash == digest(key), channel.c.revoked_at.is_(None))
    name = conn.execute(query).scalar()
    if name is None:
        raise Refusal(401, "key", "This API key is not one of this hub.")
    return str(name)


def place_order(engine: Engine, name: str, order: ChannelOrder, now: int) -> dict[str, int]:
    """Reserve an order's goods at their source (F44). The same order again changes nothing. Answers moved heads."""
    check_ids(order.order, order.location, *(line.product for line in order.lines))
    if not order.lines or any(not 0 < line.quantity <= LARGEST for line in order.lines):
        raise Refusal(422, "bad_order", "An order needs lines, each with a quantity above zero.")
    if any(not 0 <= line.unit_price <= LARGEST for line in order.lines):
        raise Refusal(422, "bad_order", "A unit price must be zero or more minor units.")
    return database.retrying(engine, lambda conn: _place(conn, name, order, now))


def _place(conn: Connection, name: str, order: ChannelOrder, now: int) -> dict[str, int]:
    _check_goods(conn, order.location, [line.product for line in order.lines])
    if not _first_time(conn, name, order, now):
        return {}
    recorder = Recorder(now)
    _write_lines(conn, name, order)
    _reserve(conn, recorder, name, order)
    return recorder.commit(conn)


def check_ids(*ids: str) -> None:
    """Raise Refusal (422) for an id that no record can hold."""
    for text in ids:
        if not (1 <= len(text) <= LONGEST_ID and text.isprintable()):
            raise Refusal(422, "bad_id", f"Ids are 1 to {LONGEST_ID} printable characters; {text[:32]!r} is not.")


def _check_goods(conn: Connection, place: str, goods: list[str]) -> None:
    if not movements.known_locations(conn, [place]):
        raise Refusal(422, "location_unknown", f"There is no location {place!r}.")
    unknown = set(goods) - movements.known_products(conn, goods)
    if unknown:
        raise Refusal(422, "product_unknown", f"There is no product {min(unknown)!r}.")


def _first_time(conn: Connection, name: str, order: ChannelOrder, now: int) -> bool:
    raw = msgspec.json.encode(order)
    row = {"location": order.location, "at": _time(order.at, now), "received_at": now, "raw": raw}
    statement = database.insert(conn, channel_order).values(channel=name, order=order.order, **row)
    if conn.execute(statement.on_conflict_do_nothing().returning(channel_order.c.order)).first() is not None:
        return True
    mine = (channel_order.c.channel == name, channel_order.c.order == order.order)
    if conn.execute(select(channel_order.c.raw).where(*mine)).scalar_one() != raw:
        raise Refusal(409, "order_differs", f"Order {order.order} was placed before with other contents.")
    return False


def _time(at: int, now: int) -> int:
    """A time that a record can hold; nonsense becomes the hub's."""
    return at if 0 <= at <= 2**53 else now


def _write_lines(conn: Connection, name: str, order: ChannelOrder) -> None:
    lines = enumerate(order.lines, 1)
    rows = [
        {"n": n, "product": x.product, "quantity": x.quantity, "unit_price": x.unit_price, "left": x.quantity}
        for n, x in lines
    ]
    conn.execute(channel_order_line.insert(), [row | {"channel": name, "order": order.order} for row in rows])


def _reserve(conn: Connection, recorder: Recorder, name: str, order: ChannelOrder) -> None:
    wanted: defaultdict[movements.Place, int] = defaultdict(int)
    for line in order.lines:
        wanted[line.product, order.location] += line.quantity
    levels = movements.change_levels(conn, recorder, {place: (0, more) for place, more in wanted.items()})
    short = [level for level in levels.values() if level["reserved"] > level["on_hand"]]
    attention.add(conn, [_short(name, order, level, recorder) for level in short])


def _short(name: str, order: ChannelOrder, level: dict[str, Any], recorder: Recorder) -> Note:
    text = f"{level['product']}: {level['reserved']} promised of {level['on_hand']} on hand"
    facts = sides.of_order(name, order, level, recorder.at)
    return Note(Code.OVERSOLD, text, order.location, name, "", 0, level["product"], recorder.at, recorder, facts)


def move_goods(engine: Engine, name: str, move: ChannelMove, now: int) -> dict[str, int]:
    """Move goods; with `order`, what went out is no longer reserved. The same move again changes nothing."""
    check_ids(move.move, move.location, move.product)
    if move.order:
        check_ids(move.order)
    if not 0 < abs(move.delta) <= LARGEST:
        raise Refusal(422, "bad_move", "A move needs a delta above or below zero.")
    return database.retrying(engine, lambda conn: _move(conn, name, move, now))


def _move(conn: Connection, name: str, move: ChannelMove, now: int) -> dict[str, int]:
    _check_goods(conn, move.location, [move.product])
    source = _lock_order(conn, name, move.order) if move.order else ""
    made = _as_movement(name, move, now)
    if _moved_before(conn, made):
        return {}
    recorder = Recorder(now)
    freed = _consume(conn, name, move) if source == move.location and move.delta < 0 else 0
    after = movements.post(conn, recorder, [made])[0]
    if freed:
        movements.change_levels(conn, recorder, {(move.product, move.location): (0, -freed)})
    if after < 0 and move.delta < 0:
        text = f"{move.product} at {move.location}: {after} thousandths on hand"
        facts = sides.of_move(conn, made, after, now)
        where = (move.location, name, "", 0, move.product, now)
        note = Note(Code.STOCK_BELOW_ZERO, text, *where, recorder, facts)
        attention.add(conn, [note])
    return recorder.commit(conn)


def _lock_order(conn: Connection, name: str, order: str) -> str:
    """The location that an order is promised from; its row is held, so that moves of one order go one by one."""
    mine = (channel_order.c.channel == name, channel_order.c.order == order)
    place = conn.execute(select(channel_order.c.location).where(*mine).with_for_update()).scalar()
    if place is None:
        raise Refusal(422, "order_unknown", f"There is no order {order!r} of this channel.")
    return str(place)


def _as_movement(name: str, move: ChannelMove, now: int) -> Move:
    reason = "".join(c for c in move.reason if c.isprintable())[:LONGEST_ID]
    key = f"move:{name}:{move.move}"
    return Move(key, move.product, move.location, move.delta, reason, _time(move.at, now), name)


def _moved_before(conn: Connection, made: Move) -> bool:
    before = conn.execute(select(movement).where(movement.c.key == made.key)).first()
    if before is None:
        return False
    if (before.product, before.location, before.delta) != (made.product, made.location, made.delta):
        raise Refusal(409, "move_differs", f"Move {made.key.split(':', 2)[2]} was made before with other contents.")
    return True


def _consume(conn: Connection, name: str, move: ChannelMove) -> int:
    """Take what goes out from the order's reservation; answers how much of it is freed."""
    lines = (channel_order_line.c.channel == name, channel_order_line.c.order == move.order)
    goods = (channel_order_line.c.product == move.product, channel_order_line.c.left > 0)
    rows = conn.execute(select(channel_order_line).where(*lines, *goods).order_by(channel_order_line.c.n)).all()
    wanted = -move.delta
    for row in rows:
        taken = min(wanted, row.left)
        wanted -= taken
        this = (*lines, channel_order_line.c.n == row.n)
        conn.execute(channel_order_line.update().where(*this).values(left=row.left - taken))
    return -move.delta - wanted


def catalogue(conn: Connection, after: str, limit: int, now: int) -> ChannelCatalogue:
    """A page of products by id, priced by the online location's list (else the first location's), and all locations."""
    columns = (location.c[name] for name in ("id", "kind", "pricelist"))
    places = conn.execute(select(*columns).order_by(location.c.sort, location.c.id)).all()
    lists = [p.pricelist for p in places if p.kind == "online" and p.pricelist] + [p.pricelist for p in places]
    query = select(product.c.id, product.c.sku, product.c.unit).where(product.c.id > after).order_by(product.c.id)
    rows = conn.execute(query.limit(max(1, min(limit, PAGE)))).all()
    prices = _prices(conn, lists[0] if lists else "", [row.id for row in rows])
    priced = [(row, price_now(prices[row.id], now)) for row in rows]
    return ChannelCatalogue(
        [ChannelProduct(row.id, row.sku, row.unit, found.unit if found else 0) for row, found in priced],
        [ChannelLocation(place.id, place.kind) for place in places],
        rows[-1].id if rows else "",
    )


def _prices(conn: Connection, of_list: str, goods: list[str]) -> defaultdict[str, list[Price]]:
    found: defaultdict[str, list[Price]] = defaultdict(list)
    query = select(price).where(price.c.list == of_list, price.c.product.in_(goods))
    row: Any
    for row in conn.execute(query):
        found[row.product].append(Price(row.unit, row.regular, row.start, row.end))
    return found
