"""How the journal of released software becomes one of today's (F26).

Each step makes tables as they were then, and not as `tables` may have them later.
"""

import sqlite3
from collections.abc import Callable


def _add_returns(raw: sqlite3.Connection) -> None:
    raw.execute(
        "CREATE TABLE taken_back (return_id TEXT NOT NULL, receipt TEXT NOT NULL, purchase TEXT NOT NULL,"
        " incarnation TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, basis TEXT NOT NULL,"
        " total BIGINT NOT NULL, cash BIGINT NOT NULL, PRIMARY KEY (return_id), UNIQUE (receipt)) WITHOUT ROWID"
    )
    raw.execute("CREATE INDEX ix_taken_back_purchase ON taken_back (purchase)")
    raw.execute("CREATE INDEX ix_taken_back_budget ON taken_back (incarnation, seq, total) WHERE basis = 'budget'")


def _add_held_value(raw: sqlite3.Connection) -> None:
    raw.execute(
        "CREATE TABLE held_value (hold TEXT NOT NULL, sale_id TEXT NOT NULL, kind TEXT NOT NULL, account TEXT NOT NULL,"
        ' masked TEXT NOT NULL, amount BIGINT NOT NULL, "left" BIGINT NOT NULL, expires BIGINT NOT NULL,'
        " until BIGINT NOT NULL, releasing BIGINT NOT NULL, PRIMARY KEY (hold)) WITHOUT ROWID"
    )
    raw.execute("CREATE INDEX ix_held_value_sale_id ON held_value (sale_id)")


def _add_blind_returns(raw: sqlite3.Connection) -> None:
    raw.execute(
        "CREATE TABLE blind_return (return_id TEXT NOT NULL, receipt TEXT NOT NULL, incarnation TEXT NOT NULL,"
        " seq BIGINT NOT NULL, at BIGINT NOT NULL, business_day TEXT NOT NULL, shopper TEXT NOT NULL,"
        " total BIGINT NOT NULL, PRIMARY KEY (return_id), UNIQUE (receipt)) WITHOUT ROWID"
    )
    raw.execute("CREATE INDEX ix_blind_return_business_day ON blind_return (business_day)")
    raw.execute("CREATE INDEX ix_blind_return_shopper ON blind_return (shopper)")


def _add_shifts(raw: sqlite3.Connection) -> None:
    """What was sold before belongs to no shift: a shift counts from where it was opened."""
    raw.execute(
        'CREATE TABLE taking (id INTEGER NOT NULL, "of" TEXT NOT NULL, receipt TEXT NOT NULL, at BIGINT NOT NULL,'
        " total BIGINT NOT NULL, vat BIGINT NOT NULL, rounding BIGINT NOT NULL, cash BIGINT NOT NULL,"
        " promised BIGINT NOT NULL, others TEXT NOT NULL, PRIMARY KEY (id))"
    )
    raw.execute(
        "CREATE TABLE shift (shift TEXT NOT NULL, number TEXT NOT NULL, incarnation TEXT NOT NULL, seq BIGINT NOT NULL,"
        " at BIGINT NOT NULL, actor TEXT NOT NULL, business_day TEXT NOT NULL, currency TEXT NOT NULL,"
        ' float BIGINT NOT NULL, since BIGINT NOT NULL, "after" BIGINT NOT NULL, upto BIGINT, first_counted BIGINT,'
        " closed_incarnation TEXT NOT NULL, closed_seq BIGINT NOT NULL, closed_at BIGINT NOT NULL,"
        " PRIMARY KEY (shift), UNIQUE (number)) WITHOUT ROWID"
    )
    raw.execute("CREATE INDEX ix_shift_open ON shift (closed_at) WHERE closed_at = 0")
    raw.execute(
        "CREATE TABLE cash_move (move TEXT NOT NULL, shift TEXT NOT NULL, incarnation TEXT NOT NULL,"
        " seq BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (move)) WITHOUT ROWID"
    )
    raw.execute("CREATE INDEX ix_cash_move_shift ON cash_move (shift)")


def _add_told(raw: sqlite3.Connection) -> None:
    raw.execute(
        "CREATE TABLE told (incarnation TEXT NOT NULL, seq BIGINT NOT NULL, seal TEXT NOT NULL,"
        " PRIMARY KEY (incarnation)) WITHOUT ROWID"
    )
    raw.execute(
        "CREATE TABLE ended (incarnation TEXT NOT NULL, parted BIGINT NOT NULL, epoch TEXT NOT NULL,"
        " PRIMARY KEY (incarnation)) WITHOUT ROWID"
    )


def _add_counts(raw: sqlite3.Connection) -> None:
    raw.execute(
        "CREATE TABLE count_draft (shift TEXT NOT NULL, at BIGINT NOT NULL, pieces TEXT NOT NULL,"
        " given BIGINT NOT NULL, PRIMARY KEY (shift)) WITHOUT ROWID"
    )


def _add_ailing(raw: sqlite3.Connection) -> None:
    raw.execute(
        "CREATE TABLE ailing (device TEXT NOT NULL, fault TEXT NOT NULL, since BIGINT NOT NULL, PRIMARY KEY (device))"
        " WITHOUT ROWID"
    )


def _add_settled(raw: sqlite3.Connection) -> None:
    raw.execute(
        "CREATE TABLE settled (matter TEXT NOT NULL, code TEXT NOT NULL, choice TEXT NOT NULL,"
        " incarnation TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (matter)) WITHOUT ROWID"
    )


def _add_card_refunds(raw: sqlite3.Connection) -> None:
    raw.execute(
        "CREATE TABLE card_refund (id TEXT NOT NULL, return_id TEXT NOT NULL, receipt TEXT NOT NULL,"
        " sale_id TEXT NOT NULL, paid TEXT NOT NULL, amount BIGINT NOT NULL, currency TEXT NOT NULL,"
        " original TEXT NOT NULL, masked TEXT NOT NULL, state TEXT NOT NULL, reference TEXT NOT NULL,"
        " reason TEXT NOT NULL, actor TEXT NOT NULL, at BIGINT NOT NULL, changed_at BIGINT NOT NULL,"
        " PRIMARY KEY (id)) WITHOUT ROWID"
    )
    raw.execute("CREATE INDEX ix_card_refund_return_id ON card_refund (return_id)")
    raw.execute("CREATE INDEX card_refund_open ON card_refund (at) WHERE state IN ('pending', 'unknown')")


def _add_paid_out(raw: sqlite3.Connection) -> None:
    raw.execute(
        'CREATE TABLE paid_out (payout_id TEXT NOT NULL, receipt TEXT NOT NULL, "key" TEXT NOT NULL,'
        " number TEXT NOT NULL, incarnation TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL,"
        ' amount BIGINT NOT NULL, PRIMARY KEY (payout_id), UNIQUE (receipt), UNIQUE ("key")) WITHOUT ROWID'
    )


def _add_parcels(raw: sqlite3.Connection) -> None:
    """Parcels, hand-outs and what they do to promises."""
    raw.execute(
        "CREATE TABLE parcel_step (incarnation TEXT NOT NULL, seq BIGINT NOT NULL, parcel TEXT NOT NULL,"
        ' "order" TEXT NOT NULL, location TEXT NOT NULL, state TEXT NOT NULL, fence BIGINT NOT NULL,'
        " body TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (incarnation, seq, parcel)) WITHOUT ROWID"
    )
    raw.execute('CREATE INDEX ix_parcel_step_order ON parcel_step ("order")')
    raw.execute("CREATE INDEX ix_parcel_step_parcel ON parcel_step (parcel)")
    raw.execute(
        "CREATE TABLE promised (incarnation TEXT NOT NULL, seq BIGINT NOT NULL, location TEXT NOT NULL,"
        " product TEXT NOT NULL, delta BIGINT NOT NULL, PRIMARY KEY (incarnation, seq, location, product))"
        " WITHOUT ROWID"
    )
    raw.execute("CREATE INDEX ix_promised_product ON promised (product)")
    raw.execute(
        'CREATE TABLE handed_out (hand_out TEXT NOT NULL, receipt TEXT NOT NULL, "order" TEXT NOT NULL,'
        " incarnation TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (hand_out),"
        " UNIQUE (receipt)) WITHOUT ROWID"
    )
    raw.execute('CREATE INDEX ix_handed_out_order ON handed_out ("order")')
    raw.execute(
        'CREATE TABLE line_refused ("order" TEXT NOT NULL, line TEXT NOT NULL, location TEXT NOT NULL,'
        ' incarnation TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY ("order", line))'
        " WITHOUT ROWID"
    )
    raw.execute(
        "CREATE TABLE surplus (label TEXT NOT NULL, location TEXT NOT NULL, incarnation TEXT NOT NULL,"
        " seq BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (label)) WITHOUT ROWID"
    )
    raw.execute(
        'CREATE TABLE code_try ("order" TEXT NOT NULL, wrong BIGINT NOT NULL, at BIGINT NOT NULL,'
        ' PRIMARY KEY ("order")) WITHOUT ROWID'
    )


def _add_arrivals(raw: sqlite3.Connection) -> None:
    raw.execute(
        "CREATE TABLE arrival_step (incarnation TEXT NOT NULL, seq BIGINT NOT NULL, arrival TEXT NOT NULL,"
        ' "order" TEXT NOT NULL, location TEXT NOT NULL, state TEXT NOT NULL, body TEXT NOT NULL,'
        " at BIGINT NOT NULL, PRIMARY KEY (incarnation, seq, arrival)) WITHOUT ROWID"
    )
    raw.execute('CREATE INDEX ix_arrival_step_order ON arrival_step ("order")')
    raw.execute("CREATE INDEX ix_arrival_step_arrival ON arrival_step (arrival)")


def _add_order_payments(raw: sqlite3.Connection) -> None:
    raw.execute(
        'CREATE TABLE order_paid (payment TEXT NOT NULL, receipt TEXT NOT NULL, "order" TEXT NOT NULL,'
        " location TEXT NOT NULL, amount BIGINT NOT NULL, incarnation TEXT NOT NULL, seq BIGINT NOT NULL,"
        " at BIGINT NOT NULL, PRIMARY KEY (payment), UNIQUE (receipt)) WITHOUT ROWID"
    )
    raw.execute('CREATE INDEX ix_order_paid_order ON order_paid ("order")')
    raw.execute(
        'CREATE TABLE order_draft (payment TEXT NOT NULL, "order" TEXT NOT NULL, at BIGINT NOT NULL,'
        ' bytes BLOB NOT NULL, PRIMARY KEY (payment), UNIQUE ("order")) WITHOUT ROWID'
    )


def _add_fiscal(raw: sqlite3.Connection) -> None:
    raw.execute(
        "CREATE TABLE fiscal (id INTEGER NOT NULL, document TEXT NOT NULL, kind TEXT NOT NULL, ref TEXT NOT NULL,"
        " incarnation TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, state TEXT NOT NULL, why TEXT NOT NULL,"
        " device TEXT NOT NULL, number TEXT NOT NULL, sign TEXT NOT NULL, qr TEXT NOT NULL,"
        " registered_at BIGINT NOT NULL, changed_at BIGINT NOT NULL, PRIMARY KEY (id), UNIQUE (document))"
    )
    raw.execute("CREATE INDEX ix_fiscal_ref ON fiscal (ref)")
    raw.execute("CREATE INDEX ix_fiscal_open ON fiscal (id) WHERE state <> 'done'")


def _add_card_slips(raw: sqlite3.Connection) -> None:
    raw.execute(
        "CREATE TABLE card_slip (attempt TEXT NOT NULL, part TEXT NOT NULL, lines TEXT NOT NULL,"
        " signature BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (attempt, part)) WITHOUT ROWID"
    )


def _add_sold_units(raw: sqlite3.Connection) -> None:
    """Empty: no released software sold by numbers or marking codes."""
    raw.execute(
        "CREATE TABLE sold_unit (product TEXT NOT NULL, unit TEXT NOT NULL, sale_id TEXT NOT NULL,"
        " line BIGINT NOT NULL, PRIMARY KEY (product, unit)) WITHOUT ROWID"
    )


# Tables of released journals that format 3 changes: a sale and a return write fewer pages before they are done.
_OP = (
    "CREATE TABLE op (incarnation TEXT NOT NULL, seq BIGINT NOT NULL, op_id TEXT NOT NULL, kind TEXT NOT NULL,"
    " at BIGINT NOT NULL, bytes BLOB NOT NULL, hash BLOB NOT NULL, receipts BIGINT NOT NULL,"
    " PRIMARY KEY (incarnation, seq))"
)
_GUARDS = (
    "CREATE TRIGGER op_is_never_changed BEFORE UPDATE ON op"
    " BEGIN SELECT RAISE(ABORT, 'an operation is never changed'); END",
    "CREATE TRIGGER op_waits BEFORE DELETE ON op"
    " WHEN EXISTS (SELECT 1 FROM waiting w WHERE w.incarnation = old.incarnation AND w.seq = old.seq)"
    " BEGIN SELECT RAISE(ABORT, 'an operation without a verdict is never removed'); END",
)
_SALE = (
    "CREATE TABLE sale (sale_id TEXT NOT NULL, receipt TEXT NOT NULL, incarnation TEXT NOT NULL, seq BIGINT NOT NULL,"
    " at BIGINT NOT NULL, PRIMARY KEY (sale_id), UNIQUE (receipt)) WITHOUT ROWID"
)
_TAKEN_BACK = (
    "CREATE TABLE taken_back (return_id TEXT NOT NULL, receipt TEXT NOT NULL, purchase TEXT NOT NULL,"
    " incarnation TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, basis TEXT NOT NULL, total BIGINT NOT NULL,"
    " cash BIGINT NOT NULL, PRIMARY KEY (return_id)) WITHOUT ROWID"
)
_OF_TAKEN_BACK = (
    "CREATE INDEX ix_taken_back_purchase ON taken_back (purchase)",
    "CREATE INDEX ix_taken_back_budget ON taken_back (incarnation, seq, total) WHERE basis = 'budget'",
)
_PRINT_JOB = (
    "CREATE TABLE print_job (state TEXT NOT NULL, id BIGINT NOT NULL, ref TEXT NOT NULL, what TEXT NOT NULL,"
    " reason TEXT NOT NULL, at BIGINT NOT NULL, changed_at BIGINT NOT NULL, PRIMARY KEY (state, id)) WITHOUT ROWID"
)


def _make_slim(raw: sqlite3.Connection) -> None:
    """Inside the transaction of the upgrade. Operations keep their bytes, hashes and order."""
    op = "incarnation, seq, op_id, kind, at, bytes, hash"
    _made_anew(raw, "op", _OP, f"rowid, {op}, receipts", f"rowid, {op}, 0", _GUARDS)
    _made_anew(raw, "sale", _SALE, "sale_id, receipt, incarnation, seq, at")
    taken_back = "return_id, receipt, purchase, incarnation, seq, at, basis, total, cash"
    _made_anew(raw, "taken_back", _TAKEN_BACK, taken_back, then=_OF_TAKEN_BACK)
    _made_anew(raw, "print_job", _PRINT_JOB, "state, id, ref, what, reason, at, changed_at")


def _made_anew(
    raw: sqlite3.Connection, table: str, shape: str, columns: str, given: str = "", then: tuple[str, ...] = ()
) -> None:
    """The table in that shape with the rows it has; its indexes and triggers go with the old one."""
    raw.execute(f"ALTER TABLE {table} RENAME TO before")
    raw.execute(shape)
    raw.execute(f"INSERT INTO {table} ({columns}) SELECT {given or columns} FROM before ORDER BY 1")  # noqa: S608 - constants
    raw.execute("DROP TABLE before")
    for statement in then:
        raw.execute(statement)


def _to_third(raw: sqlite3.Connection) -> None:
    """Format 3: each of these as it was then."""
    _add_settled(raw)
    _add_parcels(raw)
    _add_arrivals(raw)
    _add_counts(raw)
    _add_ailing(raw)
    _add_told(raw)
    _add_shifts(raw)
    _add_blind_returns(raw)
    _add_held_value(raw)
    _add_card_refunds(raw)
    _add_paid_out(raw)
    _add_order_payments(raw)
    _add_fiscal(raw)
    _add_card_slips(raw)
    _add_sold_units(raw)
    _make_slim(raw)


UPGRADES: dict[int, Callable[[sqlite3.Connection], None]] = {1: _add_returns, 2: _to_third}
"""From each older FORMAT of journal.db to the next (F26)."""
