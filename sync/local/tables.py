"""The tables of journal.db, and statements that are written once with SQLAlchemy Core and run by sqlite3 itself.

Core checks the names and writes the SQL when a module is imported; running the text on the open connection takes a
third of the time that Connection.execute takes, which is what a scan and a sale are made of.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from sync.local.collect_tables import arrival_step as arrival_step
from sync.local.collect_tables import code_try as code_try
from sync.local.collect_tables import handed_out as handed_out
from sync.local.collect_tables import line_refused as line_refused
from sync.local.collect_tables import parcel_step as parcel_step
from sync.local.collect_tables import promised as promised
from sync.local.collect_tables import surplus as surplus
from sync.local.columns import integer as _int
from sync.local.columns import metadata
from sync.local.columns import table as _table
from sync.local.columns import text as _text
from sync.local.unit_tables import sold_unit as sold_unit

FORMAT = 3
"""`PRAGMA user_version` of journal.db. It only grows; `upgrades.UPGRADES` carries a journal from each to the next."""

identity = _table(
    "identity",
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1"), primary_key=True),
    _text("terminal"),
    _text("name"),
    _text("kind"),
    _text("location"),
    _text("hub"),
    _text("incarnation"),
    sa.Column("key", sa.LargeBinary, nullable=False),
    _int("enrolled_at"),
    keyed=False,
)
"""One row: who this terminal is; `key` is its Ed25519 seed. `terminal` is empty until the hub has answered."""

op = _table(
    "op",
    _text("incarnation", primary_key=True),
    _int("seq", primary_key=True),
    _text("op_id"),
    _text("kind"),
    _int("at"),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    _int("receipts"),
    keyed=False,
)
"""Operations: the bytes as encoded once, and the hash that chains them. Never updated. `receipts`: the last number of
the journal's series that was given to a receipt, with this operation or before it; an older journal's are in `counter`.

Each index is one page more that a sale writes before it is done, so there is none that only guards what is so anyway:
an op_id is a new UUID each time, and what may happen once has an id of its own (`sale`, `taken_back`)."""

waiting = _table(
    "waiting",
    _text("incarnation", primary_key=True),
    _int("seq", primary_key=True),
    _int("at"),
)
"""Operations without a verdict. A row goes only where the verdict is written (I-6)."""

verdict = _table(
    "verdict",
    _text("incarnation", primary_key=True),
    _int("seq", primary_key=True),
    _text("outcome"),
    _text("code"),
    _text("detail"),
    _int("at"),
)
told = _table("told", _text("incarnation", primary_key=True), _int("seq"), _text("seal"))
"""The last number of a journal that the hub said it holds, and its seal on that: it proves it to a hub that forgot."""
ended = _table("ended", _text("incarnation", primary_key=True), _int("parted"), _text("epoch"))
"""Journals that this terminal writes no more: from number `parted` on no hub took them, and the hub of that `epoch`
was offered all of them. Another has them still to hear."""

attention = _table(
    "attention",
    _text("what", primary_key=True),
    _text("detail"),
    _int("at"),
    _int("settled", server_default="0"),
)
"""What a person must settle: verdicts that are not plain, forks, lost journals. `what` names it once."""
settled = _table(
    "settled",
    _text("matter", primary_key=True),
    _text("code"),
    _text("choice"),
    _text("incarnation"),
    _int("seq"),
    _int("at"),
)
"""Matters that people settled here, by the operation that says so."""

effect = _table(
    "effect",
    _text("incarnation", primary_key=True),
    _int("seq", primary_key=True),
    _text("location", primary_key=True),
    _text("product", primary_key=True),
    _int("delta"),
)
"""What own operations did to stock, in thousandths: the overlay. In the order of writing, so that a sale of many lines
touches one page of the disk."""

sale = _table(
    "sale",
    _text("sale_id", primary_key=True),
    _text("receipt", unique=True),
    _text("incarnation"),
    _int("seq"),
    _int("at"),
)
taken_back = _table(
    "taken_back",
    _text("return_id", primary_key=True),
    _text("receipt"),  # looked up once after a start, if ever
    _text("purchase", index=True),
    _text("incarnation"),
    _int("seq"),
    _int("at"),
    _text("basis"),
    _int("total"),
    _int("cash"),
    # What is paid by the budget is added up for each return; the others may be thousands.
    sa.Index("ix_taken_back_budget", "incarnation", "seq", "total", sqlite_where=sa.text("basis = 'budget'")),
)
"""Returns that were recorded here, minor units: `total` goes to the shopper, `cash` of it left the drawer."""

blind_return = _table(
    "blind_return",
    _text("return_id", primary_key=True),
    _text("receipt", unique=True),
    _text("incarnation"),
    _int("seq"),
    _int("at"),
    _text("business_day", index=True),
    _text("shopper", index=True),
    _int("total"),
)
"""Goods that were taken back here with no proof, for store credit of `total` minor units. `shopper` is a digest."""

paid_out = _table(
    "paid_out",
    _text("payout_id", primary_key=True),
    _text("receipt", unique=True),
    _text("key", unique=True),
    _text("number"),
    _text("incarnation"),
    _int("seq"),
    _int("at"),
    _int("amount"),
)
"""Cash that was owed to shoppers and paid here, minor units: `key` is the hub's name of the debt, `number` the return's
receipt."""

taking = _table(
    "taking",
    sa.Column("id", sa.Integer, primary_key=True),
    _text("of"),
    _text("receipt"),
    _int("at"),
    _int("total"),
    _int("vat"),
    _int("rounding"),
    _int("cash"),
    _int("promised"),
    _text("others"),
    keyed=False,
)
"""What each sale, return, movement and payment of cash did to the drawer and the tenders (`sync.protocol.takings`), in
the order of the journal; `others` is JSON, "" for none. A shift is a span of it."""

shift = _table(
    "shift",
    _text("shift", primary_key=True),
    _text("number", unique=True),
    _text("incarnation"),
    _int("seq"),
    _int("at"),
    _text("actor"),
    _text("business_day"),
    _text("currency"),
    _int("float"),
    # Takings up to `after` came before it, those above `since` after the shift before it; `upto` is its own last.
    _int("since"),
    _int("after"),
    sa.Column("upto", sa.BigInteger),
    sa.Column("first_counted", sa.BigInteger),
    _text("closed_incarnation"),
    _int("closed_seq"),
    _int("closed_at"),
    sa.Index("ix_shift_open", "closed_at", sqlite_where=sa.text("closed_at = 0")),
)
"""Shifts of this terminal, minor units; `closed_at` is 0 while one is open, and one is at most."""

cash_move = _table(
    "cash_move",
    _text("move", primary_key=True),
    _text("shift", index=True),
    _text("incarnation"),
    _int("seq"),
    _int("at"),
)
count_draft = _table(
    "count_draft",
    _text("shift", primary_key=True),
    _int("at"),
    _text("pieces"),
    _int("given"),
)
"""The count of a drawer that is under way: `pieces` is JSON of how many by value, `given` 1 once it was given."""

draft = _table(
    "draft", _text("sale_id", primary_key=True), _int("at"), sa.Column("bytes", sa.LargeBinary, nullable=False)
)
held_value = _table(
    "held_value",
    _text("hold", primary_key=True),
    _text("sale_id", index=True),
    _text("kind"),
    _text("account"),
    _text("masked"),
    _int("amount"),
    _int("left"),
    _int("expires"),
    _int("until"),
    _int("releasing"),
)
"""Gift cards and store credit that the hub holds for the cart of that sale, minor units. `expires` by the hub's clock,
`until` by ours. `releasing`: 1 once it is not paid with; the row goes when the hub has heard of it."""

attempt = _table(
    "attempt",
    _text("id", primary_key=True),
    _text("sale_id", index=True),
    _int("amount"),
    _text("currency"),
    _text("state"),
    _text("reference"),
    _text("masked"),
    _text("reason"),
    _text("actor"),
    _int("at"),
    _int("changed_at"),
    _int("sold"),
)
"""Payment attempts. `sold`: 1 once a recorded sale took it as a tender."""

card_refund = _table(
    "card_refund",
    _text("id", primary_key=True),
    _text("return_id", index=True),
    _text("receipt"),
    _text("sale_id"),
    _text("paid"),
    _int("amount"),
    _text("currency"),
    _text("original"),
    _text("masked"),
    _text("state"),
    _text("reference"),
    _text("reason"),
    _text("actor"),
    _int("at"),
    _int("changed_at"),
    sa.Index("card_refund_open", "at", sqlite_where=sa.text("state IN ('pending', 'unknown')")),
)
"""Money of returns that the card terminal was asked to give back, minor units: `paid` is the tender of the purchase,
`original` the reference of its payment; `reference` and `reason` are what the card terminal said of the refund."""

card_slip = _table(
    "card_slip",
    _text("attempt", primary_key=True),
    _text("part", primary_key=True),
    _text("lines"),
    _int("signature"),
    _int("at"),
)
"""What the card terminal wanted printed of an attempt to take money or to give it back (`sync.domain.card_slips`), for
the customer and for the cashier: `lines` is JSON; `signature`: 1 where the customer signs it."""

print_job = _table(
    "print_job",
    _text("state", primary_key=True),
    _int("id", primary_key=True),
    _text("ref"),
    _text("what"),
    _text("reason"),
    _int("at"),
    _int("changed_at"),
)
"""In the order of their states, so that what did not come out is read without all that did."""

fiscal = _table(
    "fiscal",
    sa.Column("id", sa.Integer, primary_key=True),
    _text("document", unique=True),
    _text("kind"),
    _text("ref"),
    _text("incarnation"),
    _int("seq"),
    _int("at"),
    _text("state"),
    _text("why"),
    _text("device"),
    _text("number"),
    _text("sign"),
    _text("qr"),
    _int("registered_at"),
    _int("changed_at"),
    sa.Index("ix_fiscal_ref", "ref"),
    sa.Index("ix_fiscal_open", "id", sqlite_where=sa.text("state <> 'done'")),
    keyed=False,
)
"""What has to be fiscalised, in the order of the journal: `document` is the operation's id, `ref` the number of its
paper. `state`: waiting, unknown, done or failed; `why`: what the fiscal printer lacks, "" while nothing is wrong."""

counter = _table("counter", _text("name", primary_key=True), _int("value"))
ailing = _table("ailing", _text("device", primary_key=True), _text("fault"), _int("since"))
"""Devices of this terminal that can't do their work now, which its hellos tell (`sync.local.ailing`)."""

lockout = _table("lockout", _text("staff", primary_key=True), _int("wrong"), _int("until"))
anchor = _table(
    "anchor",
    _text("incarnation", primary_key=True),
    _int("seq"),
    sa.Column("hash", sa.LargeBinary, nullable=False),
)
"""Where an incarnation's chain begins after old operations were pruned."""

GUARDS = (
    """CREATE TRIGGER op_is_never_changed BEFORE UPDATE ON op
    BEGIN SELECT RAISE(ABORT, 'an operation is never changed'); END""",
    """CREATE TRIGGER op_waits BEFORE DELETE ON op
    WHEN EXISTS (SELECT 1 FROM waiting w WHERE w.incarnation = old.incarnation AND w.seq = old.seq)
    BEGIN SELECT RAISE(ABORT, 'an operation without a verdict is never removed'); END""",
    """CREATE TRIGGER verdict_is_for_ever BEFORE UPDATE ON verdict
    BEGIN SELECT RAISE(ABORT, 'a verdict is never changed'); END""",
)
"""Rules that hold even for a hand with the sqlite3 shell."""

_dialect = sqlite.dialect(paramstyle="named")


def ddl() -> list[str]:
    """The statements that make an empty journal.db."""
    made: list[str] = []
    for table in metadata.sorted_tables:
        made.append(str(CreateTable(table).compile(dialect=_dialect)))
        made += [str(CreateIndex(index).compile(dialect=_dialect)) for index in sorted(table.indexes, key=str)]
    return [*made, *GUARDS]


class Statement:
    """A Core statement compiled once to SQLite's SQL with named parameters, run on a sqlite3 connection."""

    __slots__ = ("fixed", "sql")

    def __init__(self, clause: sa.ClauseElement, columns: list[str] | None = None) -> None:
        compiled = clause.compile(dialect=_dialect, column_keys=columns)
        self.sql = str(compiled)
        self.fixed = {k: v for k, v in (compiled.params or {}).items() if v is not None}

    def run(self, db: sqlite3.Connection, **values: Any) -> sqlite3.Cursor:
        """Execute it with those parameters."""
        return db.execute(self.sql, {**self.fixed, **values} if self.fixed else values)

    def many(self, db: sqlite3.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Execute it once for each row of parameters. Rows carry every parameter."""
        db.executemany(self.sql, rows)


def insert(table: sa.Table, *, replace: bool = False, ignore: bool = False) -> Statement:
    """INSERT of all columns of a table; `replace` overwrites the row of the same key, `ignore` keeps it."""
    clause = sqlite.insert(table)
    keys = [c.name for c in table.primary_key]
    if replace:
        rest = {c.name: clause.excluded[c.name] for c in table.columns if c.name not in keys}
        clause = clause.on_conflict_do_update(index_elements=keys, set_=rest)
    if ignore:
        clause = clause.on_conflict_do_nothing()
    return Statement(clause, [c.name for c in table.columns])
