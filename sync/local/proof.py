"""Whether journal.db agrees with itself: what its operations say against what stands beside them.

SQLite's own check finds torn pages and the chain finds changed operations. A disk that lies about what it has written
can leave pages of different ages that pass both; then a sale and its effects, its number or its payment disagree.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator

import msgspec

from sync.local.database import Local
from sync.local.journal import integrity
from sync.protocol import operations

_sale = msgspec.json.Decoder(operations.Sale)
_payment = msgspec.json.Decoder(operations.Payment)
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
            return [*_settled(db), *_sales(db), *_payments(db)]
    except (sqlite3.DatabaseError, msgspec.MsgspecError) as error:
        return [f"journal.db can't be read: {error}."]


def _settled(db: sqlite3.Connection) -> Iterator[str]:
    for seq, waits, ruled in db.execute(_UNSETTLED):
        yield f"Operation {seq} waits {waits} times and has {ruled} verdicts."
    for table in ("waiting", "effect", "sale"):
        stray = f"SELECT DISTINCT x.seq FROM {table} x LEFT JOIN op o USING (incarnation, seq) WHERE o.seq IS NULL"  # noqa: S608 - our own names
        for (seq,) in db.execute(stray):
            yield f"A row of {table} speaks of operation {seq}, which is not here."


def _sales(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute(
        "SELECT o.incarnation, o.seq, o.bytes, s.sale_id, s.receipt FROM op o"
        " LEFT JOIN sale s ON s.incarnation = o.incarnation AND s.seq = o.seq WHERE o.kind = 'sale'"
    )
    counted = dict(db.execute("SELECT substr(name, 9), value FROM counter WHERE name LIKE 'receipt:%'").fetchall())
    for incarnation, seq, raw, sale_id, receipt in rows.fetchall():
        body = _sale.decode(operations.open_envelope(raw).body)
        if (body.sale_id, body.receipt) != (sale_id, receipt):
            yield f"Sale {body.receipt} is not found by its number."
        series, _, number = body.receipt.rpartition("-")
        if int(number) > counted.get(series, 0):
            yield f"Receipt {body.receipt} lies above the last number given out, {counted.get(series, 0)}."
        if _effects(db, incarnation, seq) != _moved(body):
            yield f"Sale {body.receipt} and what it did to stock disagree."
        if db.execute("SELECT 1 FROM draft WHERE sale_id = ?", (body.sale_id,)).fetchone():
            yield f"Sale {body.receipt} is recorded, and its cart is still open."


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
    stands = dict(db.execute("SELECT id, state FROM attempt").fetchall())
    for attempt, state in said.items():
        if stands.get(attempt) != state:
            yield f"Payment {attempt} is {state} in the journal and {stands.get(attempt, 'nothing')} beside it."
