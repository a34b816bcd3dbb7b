"""Whether journal.db agrees with itself: what its operations say against what stands beside them.

SQLite's own check finds torn pages and the chain finds changed operations. A disk that lies about what it has written
can leave pages of different ages that pass both; then a sale and its effects, its number or its payment disagree.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator

import msgspec

from sync.local.arrival_proof import arrivals
from sync.local.database import Local
from sync.local.journal import integrity
from sync.local.order_proof import orders_paid
from sync.local.pickup_proof import parcels
from sync.local.shift_proof import shifts
from sync.protocol import operations

_sale = msgspec.json.Decoder(operations.Sale)
_return = msgspec.json.Decoder(operations.Return)
_blind = msgspec.json.Decoder(operations.BlindReturn)
_paid = msgspec.json.Decoder(operations.CashPaid)
_payment = msgspec.json.Decoder(operations.Payment)
_HELD = "SELECT 1 FROM held_value WHERE sale_id = ? AND releasing = 0"
_GIVEN = "SELECT 1 FROM card_refund WHERE id = ? AND return_id = ? AND amount = ?"
_UNSETTLED = """SELECT seq, w, v FROM (SELECT o.seq,
    (SELECT count(*) FROM waiting x WHERE x.incarnation = o.incarnation AND x.seq = o.seq) w,
    (SELECT count(*) FROM verdict x WHERE x.incarnation = o.incarnation AND x.seq = o.seq) v FROM op o)
    WHERE w + v <> 1"""


def prove(local: Local) -> list[str]:
    """Everything that is wrong with the journal, each in a sentence; [] if it is sound. Reads all of it."""
    found = integrity(local)
    return found or contradictions(local)


def contradictions(local: Local) -> list[str]:
    """What the journal's tables say against its operations, in one consistent read; [] if nothing."""
    try:
        with local.read() as db:
            found = [*_settled(db), *_sales(db), *_returns(db), *_blind_returns(db), *_payments(db)]
            return [*found, *_paid_out(db), *orders_paid(db), *parcels(db), *arrivals(db), *shifts(local)]
    except (sqlite3.DatabaseError, msgspec.MsgspecError) as error:
        return [f"journal.db can't be read: {error}."]


def _settled(db: sqlite3.Connection) -> Iterator[str]:
    for seq, waits, ruled in db.execute(_UNSETTLED):
        yield f"Operation {seq} waits {waits} times and has {ruled} verdicts."
    for table in (
        "waiting",
        "effect",
        "sale",
        "taken_back",
        "blind_return",
        "cash_move",
        "paid_out",
        "order_paid",
        "parcel_step",
        "promised",
        "handed_out",
        "arrival_step",
    ):
        stray = f"SELECT DISTINCT x.seq FROM {table} x LEFT JOIN op o USING (incarnation, seq) WHERE o.seq IS NULL"  # noqa: S608 - our own names
        for (seq,) in db.execute(stray):
            yield f"A row of {table} speaks of operation {seq}, which is not here."


def _sales(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute(
        "SELECT o.incarnation, o.seq, o.bytes, s.sale_id, s.receipt FROM op o"
        " LEFT JOIN sale s ON s.incarnation = o.incarnation AND s.seq = o.seq WHERE o.kind = 'sale'"
    )
    counted = _counted(db)
    for incarnation, seq, raw, sale_id, receipt in rows.fetchall():
        body = _sale.decode(operations.open_envelope(raw).body)
        if (body.sale_id, body.receipt) != (sale_id, receipt):
            yield f"Sale {body.receipt} is not found by its number."
        yield from _numbered(incarnation, body.receipt, counted)
        if _effects(db, incarnation, seq) != _moved(body):
            yield f"Sale {body.receipt} and what it did to stock disagree."
        if db.execute("SELECT 1 FROM draft WHERE sale_id = ?", (body.sale_id,)).fetchone():
            yield f"Sale {body.receipt} is recorded, and its cart is still open."
        if db.execute(_HELD, (body.sale_id,)).fetchone():
            yield f"Sale {body.receipt} is recorded, and a card is still held for it."


def _counted(db: sqlite3.Connection) -> dict[str, int]:
    """The last receipt number given out, by journal; and by series, as older software counted."""
    given = dict(db.execute("SELECT incarnation, max(receipts) FROM op GROUP BY incarnation").fetchall())
    earlier = db.execute("SELECT substr(name, 9), value FROM counter WHERE name LIKE 'receipt:%'").fetchall()
    return {**given, **dict(earlier)}


def _numbered(incarnation: str, receipt: str, counted: dict[str, int]) -> Iterator[str]:
    series, _, number = receipt.rpartition("-")
    last = max(counted.get(incarnation, 0), counted.get(series, 0))
    if int(number) > last:
        yield f"Receipt {receipt} lies above the last number given out, {last}."


def _returns(db: sqlite3.Connection) -> Iterator[str]:
    columns = ("return_id", "receipt", "purchase", "at", "basis", "total", "cash")
    rows = db.execute(
        f"SELECT o.incarnation, o.seq, o.bytes, {', '.join(f't.{c}' for c in columns)} FROM op o"  # noqa: S608 - our own names
        " LEFT JOIN taken_back t ON t.incarnation = o.incarnation AND t.seq = o.seq WHERE o.kind = 'return'"
    )
    counted = _counted(db)
    for incarnation, seq, raw, *stands in rows.fetchall():
        envelope = operations.open_envelope(raw)
        body = _return.decode(envelope.body)
        said = [body.return_id, body.receipt, body.purchase, envelope.at, body.basis, body.total]
        for column, ours, here in zip(columns, [*said, operations.cash_of(body)], stands, strict=True):
            if ours != here:
                yield f"Return {body.receipt} has {column} {ours} in the journal and {_shown(here)} beside it."
        yield from _numbered(incarnation, body.receipt, counted)
        for refund in body.refunds:
            if refund.attempt and not db.execute(_GIVEN, (refund.attempt, body.return_id, refund.amount)).fetchone():
                yield f"Return {body.receipt} gives money back by card, and its attempt is not beside it."
        if _effects(db, incarnation, seq) != _brought(body):
            yield f"Return {body.receipt} and what it did to stock disagree."


def _blind_returns(db: sqlite3.Connection) -> Iterator[str]:
    columns = ("return_id", "receipt", "at", "business_day", "shopper", "total")
    rows = db.execute(
        f"SELECT o.incarnation, o.seq, o.bytes, {', '.join(f'b.{c}' for c in columns)} FROM op o"  # noqa: S608 - our own names
        " LEFT JOIN blind_return b ON b.incarnation = o.incarnation AND b.seq = o.seq WHERE o.kind = 'blind_return'"
    )
    counted = _counted(db)
    for incarnation, seq, raw, *stands in rows.fetchall():
        envelope = operations.open_envelope(raw)
        body = _blind.decode(envelope.body)
        said = [body.return_id, body.receipt, envelope.at, envelope.business_day, body.shopper, body.total]
        for column, ours, here in zip(columns, said, stands, strict=True):
            if ours != here:
                yield f"Return {body.receipt} has {column} {ours} in the journal and {_shown(here)} beside it."
        yield from _numbered(incarnation, body.receipt, counted)
        if _effects(db, incarnation, seq) != _brought(body):
            yield f"Return {body.receipt} and what it did to stock disagree."


def _paid_out(db: sqlite3.Connection) -> Iterator[str]:
    columns = ("payout_id", "receipt", "key", "number", "at", "amount")
    rows = db.execute(
        f"SELECT o.incarnation, o.bytes, {', '.join(f'p.{c}' for c in columns)} FROM op o"  # noqa: S608 - our own names
        " LEFT JOIN paid_out p ON p.incarnation = o.incarnation AND p.seq = o.seq WHERE o.kind = 'cash_paid'"
    )
    counted = _counted(db)
    for incarnation, raw, *stands in rows.fetchall():
        envelope = operations.open_envelope(raw)
        body = _paid.decode(envelope.body)
        said = [body.payout_id, body.receipt, body.key, body.number, envelope.at, body.amount]
        for column, ours, here in zip(columns, said, stands, strict=True):
            if ours != here:
                yield f"Payment {body.receipt} has {column} {ours} in the journal and {_shown(here)} beside it."
        yield from _numbered(incarnation, body.receipt, counted)


def _shown(value: object) -> object:
    return "nothing" if value is None else value


def _brought(body: operations.Return | operations.BlindReturn) -> Counter[str]:
    back: Counter[str] = Counter()
    for line in body.lines:
        if line.disposition == "restock":
            back[line.product] += line.quantity
    return back


def _effects(db: sqlite3.Connection, incarnation: str, seq: int) -> Counter[str]:
    rows = db.execute("SELECT product, delta FROM effect WHERE incarnation = ? AND seq = ?", (incarnation, seq))
    return Counter(dict(rows.fetchall()))


def _moved(body: operations.Sale) -> Counter[str]:
    moved: Counter[str] = Counter()
    for line in body.lines:
        moved[line.product] -= line.quantity
    return moved


def _payments(db: sqlite3.Connection) -> Iterator[str]:
    said: dict[str, str] = {}
    for (raw,) in db.execute("SELECT bytes FROM op WHERE kind = 'payment' ORDER BY rowid"):
        body = _payment.decode(operations.open_envelope(raw).body)
        said[body.attempt] = body.state
    stands = dict(db.execute("SELECT id, state FROM attempt UNION SELECT id, state FROM card_refund").fetchall())
    for attempt, state in said.items():
        if stands.get(attempt) != state:
            yield f"Payment {attempt} is {state} in the journal and {stands.get(attempt, 'nothing')} beside it."
