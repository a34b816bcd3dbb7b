"""What must hold of parcels when all is healed: given once or named, in one state everywhere, promised as long as they
wait, and no goods lost or made on the way (F44, F45, I-9)."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec

from sync.domain.orders import BoughtLine, Fulfilment, Purchase
from sync.domain.pickups import Parcel, ParcelState
from sync.local.arrivals import arrivals_here
from sync.local.picking import to_pick
from sync.local.pickups import parcel_by_id, parcels_here
from sync.protocol import operations
from sync.protocol.pickups import BODIES, ChannelCancelled, HandedOut, ParcelPacked, ParcelSentBack, read
from tests.sim.terminal import SimTerminal
from tests.sim.told import Collected

LATEST = 3
"""Hand-outs of a terminal that are looked at after each step."""
_body = msgspec.json.Decoder(HandedOut)
_purchase = msgspec.json.Decoder(Purchase)
_ENDED = (ParcelState.HANDED_OUT, ParcelState.SENT_BACK)
_GONE = (ParcelState.SENT_BACK, ParcelState.CANCELLED)
_KINDS = ", ".join(f"'{kind}'" for kind in BODIES)


class Books:
    """The hub's books of parcels: those that it shows, and as they stood last those that it shows no more."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        rows = db.execute("SELECT id, body FROM parcel")
        self.shown: dict[str, Parcel] = {row["id"]: read(row["body"]) for row in rows}
        query = "SELECT row FROM change WHERE entity = 'parcel' AND row IS NOT NULL ORDER BY scope, version, n"
        told = [read(json.loads(row["row"])["body"]) for row in db.execute(query)]
        self.all: dict[str, Parcel] = {it.id: it for it in told} | self.shown
        self.told = told
        self.bought = {row["id"]: _purchase.decode(row["body"]) for row in db.execute("SELECT id, body FROM purchase")}
        self.given = [_body.decode(row["body"]) for row in db.execute("SELECT body FROM hand_out ORDER BY rowid")]
        self.packed: dict[str, ParcelPacked] = {}
        self.sent: dict[str, ParcelSentBack] = {}
        for row in db.execute(f"SELECT op_id, raw FROM operation WHERE kind IN ({_KINDS})"):
            envelope = operations.open_envelope(bytes(row["raw"]))
            body = msgspec.json.decode(envelope.body, type=BODIES[envelope.kind])
            if isinstance(body, ParcelPacked):
                self.packed[body.parcel] = body
            if isinstance(body, ParcelSentBack):
                self.sent[row["op_id"]] = body

    def of_order(self, order: str) -> list[Parcel]:
        """All of an order's parcels."""
        return [it for it in self.all.values() if it.order == order]

    def named(self, *codes: str) -> Counter[str]:
        """What people were told of under such codes, and how often."""
        marks = ", ".join(f"'{code}'" for code in codes)
        query = f"SELECT about, count(*) FROM attention WHERE code IN ({marks}) GROUP BY about"
        return Counter({row[0]: row[1] for row in self.db.execute(query)})


def parcel_faults(
    db: sqlite3.Connection, collected: Collected, done: list[Any], lost: set[str], now: int
) -> Iterator[str]:
    """What is wrong in the hub's books. `done`: what the web shop was acknowledged, `lost`: hand-outs that only a fork
    or a dead disk holds, `now`: the hub's time, UTC ms."""
    books = Books(db)
    yield from _told_and_there(books, collected, lost)
    yield from _given_once(books)
    yield from _custody_goes_on(books)
    yield from _promises(books)
    yield from _to_pick(books)
    yield from _goods(books)
    for bought in books.bought.values():
        if any(line.fulfilment is Fulfilment.PICKUP for line in bought.lines):
            yield from _agrees_with_parcels(books, bought)
    yield from _called_off(books, done)
    yield from _nobody_waits_for_ever(db, now)


def _told_and_there(books: Books, collected: Collected, lost: set[str]) -> Iterator[str]:
    """What was given is at the hub, and nothing else is."""
    there = {body.hand_out: body for body in books.given}
    for number, (machine, body) in collected.told.items():
        if there.get(number) != body and number not in lost:
            yield f"{body.receipt} of {machine} was given, and is {there.get(number, 'lost')}"
    yield from (f"{number} was given by nobody" for number in there if number not in collected.begun)


def _given_once(books: Books) -> Iterator[str]:
    """A parcel is given once, or each other time is put before a person; and what was given is given (I-9)."""
    given = Counter(it.parcel for body in books.given for it in body.parcels)
    named = books.named("handed_out_twice")
    for id, times in given.items():
        if times - 1 != named[id]:
            yield f"parcel {id} was given {times} times, {named[id]} of them were told of"
        if books.all[id].state is not ParcelState.HANDED_OUT:
            yield f"parcel {id} was given, and is {books.all[id].state}"
    for it in books.shown.values():
        if it.state is ParcelState.HANDED_OUT and not given[it.id]:
            yield f"parcel {it.id} is given, and nobody gave it"


def _custody_goes_on(books: Books) -> Iterator[str]:
    """Custody never goes back: neither what is written down, nor what terminals are told (I-9)."""
    last: dict[str, int] = {}
    for row in books.db.execute("SELECT parcel, fence, state FROM custody ORDER BY rowid"):
        if row["fence"] <= last.get(row["parcel"], 0):
            yield f"parcel {row['parcel']}: custody {row['fence']} ({row['state']}) after {last[row['parcel']]}"
        last[row["parcel"]] = row["fence"]
    before: dict[str, Parcel] = {}
    for it in books.told:
        was = before.get(it.id, it)
        if it.fence < was.fence or (was.state is ParcelState.HANDED_OUT and it.state is not was.state):
            yield f"parcel {it.id} was {was.state} ({was.fence}), and is {it.state} ({it.fence})"
        before[it.id] = it
    for it in books.shown.values():
        if it.fence < last.get(it.id, 0):
            yield f"parcel {it.id} changed hands {last[it.id]} times, terminals are told {it.fence}"


def _promises(books: Books) -> Iterator[str]:
    """What is reserved is what is promised: to orders of the web shop, to lines not packed yet, to parcels (F44)."""
    wanted: Counter[tuple[str, str]] = Counter()
    columns = 'l.product, o.location, l."left"'
    same = 'o.channel = l.channel AND o."order" = l."order"'
    orders = f"SELECT {columns} FROM channel_order_line l JOIN channel_order o ON {same}"
    for query in (orders, 'SELECT product, source, "left" FROM pickup_line'):
        for product, place, left in books.db.execute(query):
            wanted[product, place] += left
    for it in books.shown.values():
        for line in it.lines if it.here else ():
            wanted[line.product, it.location] += line.quantity
    for row in books.db.execute("SELECT product, location, reserved FROM stock"):
        key = (row["product"], row["location"])
        if row["reserved"] != wanted[key]:
            yield f"{key}: {row['reserved']} reserved, {wanted[key]} promised"


def _to_pick(books: Books) -> Iterator[str]:
    """What stores are told to pick is what is promised and not packed."""
    lines = 'SELECT "order", line, source, location, product, "left" FROM pickup_line WHERE "left" > 0'
    picks = 'SELECT "order", line, location, "to", product, "left" FROM pick'
    wanted, told = ({tuple(row) for row in books.db.execute(query)} for query in (lines, picks))
    yield from (f"{each} is promised, and nobody is told to pick it" for each in wanted - told)
    yield from (f"{each} is to be picked, and nobody is promised it" for each in told - wanted)


def _goods(books: Books) -> Iterator[str]:
    """Goods of a parcel are in one place at most: none is lost or made on the way, however often its steps are told."""
    moved: Counter[tuple[str, str]] = Counter()
    for row in books.db.execute(f"SELECT product, location, delta FROM movement WHERE reason IN ({_KINDS})"):
        moved[row["location"], row["product"]] += row["delta"]
    wanted: Counter[tuple[str, str]] = Counter()
    for it in books.all.values():
        source = books.packed[it.id].location if it.id in books.packed else it.source
        there = _stays(books, it)
        for line in it.lines:
            wanted[source, line.product] -= line.quantity
            wanted[it.location, line.product] += line.quantity if there else 0
    for key in {*moved, *wanted}:
        if moved[key] != wanted[key]:
            yield f"{key}: parcels moved {moved[key]}, {wanted[key]} by what became of them"


def _stays(books: Books, it: Parcel) -> bool:
    """Whether its goods are still counted where it is collected: it waits there, or is on sale there again."""
    if it.state is not ParcelState.SENT_BACK:
        return it.here
    query = "SELECT op FROM custody WHERE parcel = ? AND state = 'sent_back' ORDER BY fence LIMIT 1"
    row = books.db.execute(query, (it.id,)).fetchone()
    return row is None or not books.sent[row["op"]].to


def _agrees_with_parcels(books: Books, bought: Purchase) -> Iterator[str]:
    """What an order says of its lines is what became of its parcels (F45); and what waits is promised."""
    parcels = books.of_order(bought.id)
    handed, packed = Counter[str](), Counter[str]()
    for body in {it.parcel: it for each in reversed(books.given) for it in each.parcels}.values():
        if books.all[body.parcel].order == bought.id:
            handed.update({line.line: line.quantity for line in body.lines})
    for it in parcels:
        for line in it.lines if it.state not in _GONE else ():
            packed[line.line] += line.quantity
        if it.state not in _ENDED and (it.due, it.currency) != (bought.due, bought.currency):
            yield f"order {bought.number}: {bought.due} is due, its parcel {it.id} says {it.due}"
    told = set(books.named("parcel_differs")) & {it.id for it in parcels}
    for line in bought.lines:
        said = f"order {bought.number}, line {line.id}"
        if line.handed != (min(line.quantity, handed[line.id]) if line.fulfilment is Fulfilment.PICKUP else 0):
            yield f"{said}: {line.handed} handed, {handed[line.id]} in parcels"
        if line.handed + line.cancelled > line.quantity:
            yield f"{said}: {line.handed} handed and {line.cancelled} ended of {line.quantity}"
        if packed[line.id] > line.quantity - line.cancelled and not told:
            yield f"{said}: {packed[line.id]} packed of {line.quantity - line.cancelled}, and nobody is told"
        yield from (f"{said}: {why}" for why in _promised(books, bought, line, packed[line.id]))
    if bought.collected and bought.complete and not any(line.handed for line in bought.lines):
        yield f"order {bought.number} is complete, and nothing was handed out"


def _promised(books: Books, bought: Purchase, line: BoughtLine, packed: int) -> Iterator[str]:
    refused = 'SELECT location FROM line_refusal WHERE "order" = ? AND line = ?'
    stores = {row[0] for row in books.db.execute(refused, (bought.id, line.id))}
    if set(line.refused) != stores:
        yield f"refused by {line.refused}, and by {stores}"
    query = 'SELECT source, "left" FROM pickup_line WHERE "order" = ? AND line = ?'
    row = books.db.execute(query, (bought.id, line.id)).fetchone()
    waits = max(0, line.quantity - line.cancelled - max(line.handed, packed))
    if row is not None:
        can = bool(line.pickup_at) and row["source"] not in line.refused
        if row["left"] != (waits if can else 0):
            yield f"{row['left']} promised at {row['source']}, {waits} is waited for (refused by {line.refused})"
    elif waits and line.fulfilment is Fulfilment.PICKUP:
        yield f"{waits} is waited for, and promised nowhere"


def _called_off(books: Books, done: list[Any]) -> Iterator[str]:
    """What its shopper called off nobody waits for; its parcels are to be put back."""
    for word in (body for body in done if isinstance(body, ChannelCancelled)):
        bought = books.bought.get(f"web:{word.order}")
        lines = [] if bought is None else [x for x in bought.lines if not word.lines or x.id in word.lines]
        yield from (
            f"order {word.order}, line {x.id} was called off, {x.awaited} is waited for" for x in lines if x.awaited
        )


def _nobody_waits_for_ever(db: sqlite3.Connection, now: int) -> Iterator[str]:
    """No claim outlives its lease, and who collected her order is called no more."""
    for table in ("parcel_claim", "pick_claim"):
        for row in db.execute(f"SELECT * FROM {table} WHERE expires > ?", (now,)):
            yield f"{table}: {row['terminal']} holds {next(iter(row))} for another {row['expires'] - now} ms"
    last = 'SELECT max(min(h.at, h.received_at)) FROM hand_out h WHERE h."order" = a."order"'
    for row in db.execute(f"SELECT a.*, ({last}) AS handed FROM arrival a WHERE state NOT IN ('done', 'left')"):
        if row["handed"] is not None and row["handed"] >= row["at"]:
            yield f"ticket {row['ticket']} of order {row['order']} is called, and it was handed out"
    ready = defaultdict[str, int](int)
    for row in db.execute("SELECT body FROM event WHERE kind = 'parcel_ready'"):
        ready[json.loads(row["body"])["parcel"]] += 1
    yield from (f"parcel {id} was told ready {times} times" for id, times in ready.items() if times > 1)


# --- at terminals ----------------------------------------------------------------------------------------------------


def given_faults(one: SimTerminal, collected: Collected) -> Iterator[str]:
    """While the world runs: what a terminal gave stays given there, whatever the hub says meanwhile (I-9). To be called
    as the app."""
    local = one.open()
    mine = [body for name, body in collected.told.values() if name == one.name]
    for body in mine[-LATEST:]:
        for it in body.parcels:
            known = parcel_by_id(local, it.parcel)
            if known is not None and known.state is not ParcelState.HANDED_OUT:
                yield f"{one.name} gave parcel {it.parcel} ({body.receipt}), and shows it as {known.state}"


def shown_faults(one: SimTerminal, db: sqlite3.Connection) -> Iterator[str]:
    """When all is healed: what a terminal shows of parcels, of what is to be picked and of who waits, against the hub's
    books. To be called as the app."""
    local, place = one.open(), (one.place,)
    rows = [read(row["body"]) for row in db.execute("SELECT body FROM parcel WHERE location = ?", place)]
    here = {it.id: it for it in parcels_here(local, *ParcelState)}
    yield from _differ(one, "parcels", here, {it.id: it for it in rows})
    query = "SELECT id, state FROM arrival WHERE location = ? AND state NOT IN ('done', 'left')"
    waiting = {row["id"]: row["state"] for row in db.execute(query, place)}
    yield from _differ(one, "arrivals", {it.id: it.state.value for it in arrivals_here(local)}, waiting)
    if one.kind != "kiosk":
        query = (
            'SELECT k."order", k.line, k."left" FROM pick k JOIN purchase p ON p.id = k."order" WHERE k.location = ?'
        )
        picks = {(row["order"], row["line"]): row["left"] for row in db.execute(query, place)}
        shown = {(order.order, line.id): line.quantity for order in to_pick(local) for line in order.lines}
        yield from _differ(one, "to pick", shown, picks)


def _differ(one: SimTerminal, what: str, here: dict[Any, Any], there: dict[Any, Any]) -> Iterator[str]:
    for key in sorted({*here, *there}, key=str):
        if here.get(key) != there.get(key):
            yield f"{one.name}, {what}: {here.get(key)} of {key}, the hub has {there.get(key)}"
