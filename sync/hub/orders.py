"""Orders that shoppers have received, told by channels."""

from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, select

from sync.domain import collect_code
from sync.domain.money import allocate
from sync.domain.order_payments import TILL
from sync.domain.orders import BoughtLine, Paid, PaidBy, Purchase, number_key
from sync.domain.pricing import vat_of
from sync.domain.special import PIECE
from sync.domain.verdicts import Code
from sync.hub import attention, database, events, found, movements, order_payments, pickups, purchases, settings
from sync.hub.channels import LARGEST, LONGEST_ID, check_ids
from sync.hub.faults import Refusal
from sync.hub.feed import Recorder
from sync.hub.returned import Book
from sync.hub.tables import product, purchase_key
from sync.protocol.messages import ChannelReceived, ReceivedBundle, ReceivedLine

MOST = 500
"""Lines, or payments, of one order."""
TIME = 2**53
"""Times lie below it, UTC ms."""
LONGEST_NAME, MOST_PROXIES = 60, 10
"""Characters of who collects an order, and how many may besides."""


def purchase_id(name: str, order: str) -> str:
    """The id of a channel's order. Raises Refusal (422) for a channel whose name would make it ambiguous."""
    if ":" in name or name == purchases.SALE:
        raise Refusal(
            422, "bad_channel", f"Orders of a channel named {name!r} can't be told apart. Give it another name."
        )
    return f"{name}:{order}"


def receive(engine: Engine, name: str, order: ChannelReceived, now: int) -> dict[str, int]:
    """Make or change the purchase of an order that the shopper has. The same again changes nothing. Answers moved
    heads. Raises Refusal: 422 for what no order can be, 409 `order_differs` if what came back would not fit it."""
    _check(order)
    id = purchase_id(name, order.order)
    # Made before the transaction: it takes tens of milliseconds, and nothing behind here has the code itself.
    check = collect_code.check_of(id, order.collect_code) if order.collect_code else ""
    told = msgspec.structs.replace(order, collect_code="")
    return database.retrying(engine, lambda conn: _receive(conn, name, id, told, check, now))


def _check(order: ChannelReceived) -> None:
    check_ids(order.order, order.number, *(x.id for x in order.lines), *(x.product for x in order.lines if x.product))
    check_ids(*(x.id for x in order.paid))
    check_ids(*({order.location} if order.location else ()), *pickups.places_of(order))
    check_ids(*(id for line in order.lines for id in line.substitute_ids))
    if not number_key(order.number):
        raise _wrong("The order's number needs a letter or a digit.")
    _check_people(order)
    _check_collecting(order)
    if not 1 <= len(order.lines) <= MOST or len({x.id for x in order.lines}) < len(order.lines):
        raise _wrong(f"An order has 1 to {MOST} lines, each with an id of its own.")
    if len(order.paid) > MOST or len({x.id for x in order.paid}) < len(order.paid):
        raise _wrong(f"Each payment needs an id of its own; at most {MOST}.")
    for line in order.lines:
        if not 0 < line.quantity <= LARGEST or not 0 <= line.amount <= LARGEST:
            raise _wrong(f"Line {line.id}: a quantity is above zero, an amount zero or more.")
        _check_special(line)
        wrong = pickups.check_line(line)
        if wrong:
            raise _wrong(wrong)
    _check_bundles(order)
    for paid in order.paid:
        if paid.id.startswith(TILL):
            raise _wrong(f"Payment {paid.id}: such ids are those of our tills.")
        if paid.kind not in list(PaidBy) or not 0 <= paid.amount <= LARGEST:
            raise _wrong(f"Payment {paid.id}: {', '.join(PaidBy)} are the kinds, an amount is zero or more.")
    times = [order.placed_at, order.received_at, order.ready_by, *(x.until for x in order.lines)]
    if any(at is not None and not 0 <= at <= TIME for at in times):
        raise _wrong("Times are UTC in milliseconds since 1970.")


def _check_special(line: ReceivedLine) -> None:
    check_ids(*line.serials)
    if line.serials and (len(set(line.serials)) < len(line.serials) or len(line.serials) * PIECE != line.quantity):
        raise _wrong(f"Line {line.id}: name the serial of each of its units, once.")
    if not line.product and (not line.name or not 0 <= line.vat_rate <= 10_000 or line.serials):
        raise _wrong(f"Line {line.id}: without a product it is shipping, with a name and a VAT rate in basis points.")
    if len(line.name) > LONGEST_ID or (line.name and not line.name.isprintable()):
        raise _wrong(f"Texts have at most {LONGEST_ID} printable characters.")


def _check_bundles(order: ChannelReceived) -> None:
    known = {line.id for line in order.lines if line.product}
    named = [id for bundle in order.bundles for id in bundle.lines]
    if len(set(named)) < len(named) or not set(named) <= known or not all(b.lines for b in order.bundles):
        raise _wrong("A bundle has lines of goods, each in one bundle at most.")
    if len({b.name for b in order.bundles}) < len(order.bundles):
        raise _wrong("Each bundle needs a name of its own.")
    check_ids(*(bundle.name for bundle in order.bundles))
    if any(b.amount is not None and not 0 <= b.amount <= LARGEST for b in order.bundles):
        raise _wrong("What was paid for a bundle is zero or more.")


def _check_people(order: ChannelReceived) -> None:
    payments = [text for x in order.paid for text in (x.masked, x.reference)]
    people = (order.customer, order.email, order.phone, order.account, order.loyalty)
    for text in (*people, order.language, *payments):
        if len(text) > LONGEST_ID or not (text.isprintable() or not text):
            raise _wrong(f"Texts have at most {LONGEST_ID} printable characters.")
    if "@" in order.customer:
        raise _wrong("The customer is a name as staff may say it, never an address.")


def _check_collecting(order: ChannelReceived) -> None:
    if len(order.proxies) > MOST_PROXIES:
        raise _wrong(f"An order has {MOST_PROXIES} people at most who may collect it besides.")
    for text in (order.collector, *order.proxies):
        if len(text) > LONGEST_NAME or "@" in text or not (text.isprintable() or not text):
            raise _wrong(f"Who collects is a name as staff may say it, of {LONGEST_NAME} characters, never an address.")
    if not all(order.proxies):
        raise _wrong("Each who may collect it besides needs a name.")
    if order.collect_code and not collect_code.is_code(order.collect_code):
        raise _wrong(f"A collecting code has {collect_code.SHORTEST} to {collect_code.LONGEST} digits.")


def _wrong(message: str) -> Refusal:
    return Refusal(422, "bad_order", message)


def _receive(conn: Connection, name: str, id: str, order: ChannelReceived, check: str, now: int) -> dict[str, int]:
    named = pickups.places_of(order) | ({order.location} if order.location else set())
    unknown = named - movements.known_locations(conn, named)
    if unknown:
        raise Refusal(422, "location_unknown", f"There is no location {min(unknown)!r}.")
    recorder = Recorder(now)
    book = Book(conn, [], [])
    told = replace(_as_told(conn, name, id, order), collect_check=check)
    new = purchases.make(conn, told)
    picked = pickups.Told(conn, id) if new else None
    if picked is not None:
        book.held[id] = order_payments.paid_at_tills(conn, picked.arrived(told))
        book.notes += order_payments.found_over(conn, None, book.held[id], recorder)
        book.catch_up(id, recorder)
        if book.held[id] != told:
            book.put(book.held[id], recorder)
        attention.settle(conn, Code.PURCHASE_UNKNOWN, [id], "hub", recorder)
        heard, wrong = picked.substituted(book.held[id], recorder)
        book.events, book.notes = [*book.events, *heard], [*book.notes, *wrong]
    else:
        _change(book, told, recorder)
        picked = pickups.Told(conn, id)
    kept = settings.kept(conn)
    _index(conn, id, found.keys_of(order, found.day_of(order.placed_at, kept), found.country_in(kept)))
    sources = {line.id: line.source for line in order.lines if line.source}
    book.notes += picked.promise(book.held[id], sources, recorder)
    attention.add(conn, book.notes)
    book.write()
    events.append(conn, book.events)
    return recorder.commit(conn)


def _as_told(conn: Connection, name: str, id: str, order: ChannelReceived) -> Purchase:
    lines = _lines(conn, order)
    paid = tuple(Paid(x.id, PaidBy(x.kind), x.amount, 0, x.masked, x.reference) for x in order.paid)
    told = Purchase(
        id=id,
        number=order.number,
        channel=name,
        location=order.location,
        currency=str(settings.kept(conn).get("currency", "KZT")),
        at=order.placed_at,
        received_at=order.received_at,
        lines=lines,
        paid=paid,
        customer=order.customer,
        language=order.language,
        gift=order.gift,
        ready_by=order.ready_by,
        collector=order.collector,
        proxies=order.proxies,
    )
    # Nothing but a hand-out says that the shopper has what is picked up (F45).
    return replace(told, received_at=None) if told.collected else told


def _lines(conn: Connection, order: ChannelReceived) -> tuple[BoughtLine, ...]:
    """The lines with what the catalogue says of their products. Raises Refusal (422)."""
    columns = (product.c[name] for name in ("id", "sku", "unit", "vat_rate", "names"))
    wanted = sorted({id for line in order.lines if line.product for id in (line.product, *line.substitute_ids)})
    known = {row.id: row for row in conn.execute(select(*columns).where(product.c.id.in_(wanted)))}
    unknown = set(wanted) - set(known)
    if unknown:
        raise Refusal(422, "product_unknown", f"There is no product {min(unknown)!r}.")
    made = (_line(x, known[x.product], order.language) if x.product else _shipping(x) for x in order.lines)
    return _bundled(tuple(made), order.bundles)


def _bundled(lines: tuple[BoughtLine, ...], bundles: list[ReceivedBundle]) -> tuple[BoughtLine, ...]:
    """The lines with the names of their bundles, and with their shares of what was paid for those."""
    by_id = {line.id: line for line in lines}
    for bundle in bundles:
        parts = [by_id[id] for id in bundle.lines]
        amounts = [part.amount for part in parts]
        if bundle.amount is not None:
            amounts = allocate(bundle.amount, amounts if any(amounts) else [part.quantity for part in parts])
        for part, amount in zip(parts, amounts, strict=True):
            vat = vat_of(amount, part.vat_rate, included=True)
            by_id[part.id] = replace(part, bundle=bundle.name, amount=amount, vat=vat)
    return tuple(by_id[line.id] for line in lines)


def _shipping(line: ReceivedLine) -> BoughtLine:
    vat = vat_of(line.amount, line.vat_rate, included=True)
    return BoughtLine(line.id, "", "", line.name, line.quantity, line.amount, line.vat_rate, vat)


def _line(line: ReceivedLine, goods: Any, language: str) -> BoughtLine:
    words = msgspec.json.decode(goods.names, type=dict[str, str])
    return BoughtLine(
        id=line.id,
        product=line.product,
        sku=goods.sku,
        name=words.get(language) or words.get("en") or next(iter(words.values()), goods.sku),
        quantity=line.quantity,
        amount=line.amount,
        vat_rate=goods.vat_rate,
        vat=vat_of(line.amount, goods.vat_rate, included=True),
        unit=goods.unit,
        until=line.until,
        returnable=line.returnable,
        serials=tuple(line.serials),
        **pickups.of_line(line),
    )


def _change(book: Book, told: Purchase, recorder: Recorder) -> None:
    """Replace what nothing came back of; the rest has to be as it was."""
    book.hold({told.id: recorder})
    before = book.held[told.id]
    after = purchases.carried(before, order_payments.paid_at_tills(book.conn, told))
    if _torn(before, after):
        message = f"Something of order {before.number} came back already, and of that the lines and payments stay."
        raise Refusal(409, "order_differs", message)
    if after != before:
        book.put(after, recorder)


def _torn(before: Purchase, after: Purchase) -> bool:
    """Whether a line or a tender of which something came back would change."""
    lines, paid = {x.id: x for x in after.lines}, {x.id: x for x in after.paid}
    kept_lines = [_kept(x) for x in before.lines if _begun(x)]
    now_lines = [_kept(x) for x in (lines.get(y.id) for y in before.lines if _begun(y)) if x is not None]
    kept_paid = [(x.kind, x.amount, x.refunded) for x in before.paid if x.refunded]
    now_paid = [
        (x.kind, x.amount, x.refunded) for x in (paid.get(y.id) for y in before.paid if y.refunded) if x is not None
    ]
    return (kept_lines, kept_paid) != (now_lines, now_paid)


def _begun(line: BoughtLine) -> bool:
    """Whether something of a line came back, or was handed out."""
    return bool(line.returned or line.refunded or line.handed)


def _kept(line: BoughtLine) -> tuple[str, int, int, int, int]:
    return line.product, line.quantity, line.amount, line.returned, line.handed


def _index(conn: Connection, id: str, keys: set[str]) -> None:
    """The keys of a purchase, which is held. They stay at the hub: no feed row holds them."""
    mine = purchase_key.c.purchase == id
    before = set(conn.execute(select(purchase_key.c.key).where(mine)).scalars())
    if before - keys:
        conn.execute(purchase_key.delete().where(mine, purchase_key.c.key.in_(sorted(before - keys))))
    if keys - before:
        conn.execute(purchase_key.insert(), [{"key": key, "purchase": id} for key in sorted(keys - before)])
