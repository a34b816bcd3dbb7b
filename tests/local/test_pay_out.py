"""Cash that is owed leaves the drawer once: recorded whole, counted in the shift, proved, and never without a claim."""

import sqlite3
from pathlib import Path

import msgspec
import pytest

from sync.actions.pay_out import NotPaid, pay_out
from sync.actions.printing import unprinted
from sync.actions.shifts import open_shift
from sync.domain.owed import PayOutRefusal, in_coins, slip_number
from sync.local import Local, totals
from sync.local.journal import Ruling, prune, rule, verify_chain
from sync.local.ledger import totals as day_totals
from sync.local.owed import RecordedPayOut, payout_by_key, payout_by_receipt
from sync.local.proof import prove
from sync.protocol.messages import ClaimedOwed
from tests.local.bought import DAY, allow
from tests.local.fixture import INCARNATION, NOW
from tests.local.tills import CASHIER

LEASE = 900_000
KEPT = ClaimedOwed("op-1:a", "c-1", "K7Q2ZD-4", 20_000, "KZT", NOW + LEASE, NOW)


def paid(local: Local, payout: str = "p-1", kept: ClaimedOwed = KEPT, now: int = NOW) -> RecordedPayOut | NotPaid:
    return pay_out(local, payout, kept, until=NOW + LEASE, actor=CASHIER, language="ru", now=now)


def recorded(local: Local, payout: str = "p-1", kept: ClaimedOwed = KEPT) -> RecordedPayOut:
    done = paid(local, payout, kept)
    assert isinstance(done, RecordedPayOut)
    return done


def applied(local: Local) -> None:
    with local.write() as db:
        rule(db, INCARNATION, [Ruling(1, "applied")], NOW)


def test_it_is_recorded_whole_with_its_slip_and_found_again(local: Local) -> None:
    done = recorded(local)
    body, envelope = done.body, done.envelope
    assert (envelope.kind, envelope.actor, envelope.at) == ("cash_paid", CASHIER.id, NOW)
    assert (body.key, body.claim, body.number, body.amount) == ("op-1:a", "c-1", "K7Q2ZD-4", 20_000)
    assert [(job.ref, job.what) for job in unprinted(local)] == [(body.receipt, "payout")]
    assert payout_by_key(local, "op-1:a") == payout_by_receipt(local, body.receipt) == done
    assert prove(local) == verify_chain(local) == []


def test_the_same_payment_again_is_the_one_that_is_recorded(local: Local) -> None:
    assert recorded(local) == recorded(local)
    assert paid(local, "p-2") == NotPaid(PayOutRefusal.PAID_HERE), "and the debt is not paid again here (I-8)"
    assert local.raw.execute("SELECT count(*) FROM op").fetchone() == (1,)


def test_after_its_lease_another_till_may_have_it(local: Local) -> None:
    assert paid(local, now=NOW + LEASE) == NotPaid(PayOutRefusal.LEASE_OVER)
    assert isinstance(paid(local, now=NOW + LEASE - 1), RecordedPayOut)


def test_what_is_owed_in_another_currency_is_not_paid(local: Local) -> None:
    assert paid(local, kept=msgspec.structs.replace(KEPT, currency="EUR")) == NotPaid(PayOutRefusal.OTHER_CURRENCY)


def test_a_terminal_without_a_drawer_pays_nothing(local: Local) -> None:
    local.drawer = False
    with pytest.raises(ValueError, match="drawer"):
        paid(local)


def test_f36_a_shift_counts_it_apart_from_what_came_back_in_it(local: Local, home: Path) -> None:
    allow(home, shift_required=True)
    assert paid(local) == NotPaid(PayOutRefusal.NO_SHIFT)
    open_shift(local, "shift-1", 50_000, CASHIER, NOW)
    done = recorded(local)
    sums = totals(local, "shift-1")
    assert (sums.expected, sums.returns, sums.tenders) == (30_000, 0, ())
    assert [(m.kind, m.count, m.amount) for m in sums.moves] == [("owed", 1, 20_000)]
    assert sums.first_receipt == sums.last_receipt == done.body.receipt
    assert prove(local) == []


def test_f13_the_daily_proof_adds_it_up_once_it_has_a_verdict(local: Local) -> None:
    done = recorded(local)
    assert day_totals(local.raw, INCARNATION, 1, 9) == {}
    applied(local)
    assert day_totals(local.raw, INCARNATION, 1, 9) == {(done.envelope.business_day, "KZT", "owed"): [1, 20_000]}


def test_a_journal_whose_pages_are_of_different_ages_is_named(local: Local) -> None:
    done = recorded(local)
    local.raw.execute("UPDATE paid_out SET amount = 1")
    assert prove(local) == [f"Payment {done.body.receipt} has amount 20000 in the journal and 1 beside it."]
    local.raw.execute("DELETE FROM paid_out")
    assert len(prove(local)) == 6


def test_what_is_pruned_with_its_verdict_leaves_nothing_behind(local: Local) -> None:
    recorded(local)
    recorded(local, "p-2", msgspec.structs.replace(KEPT, key="op-2:a"))
    with local.write() as db:
        rule(db, INCARNATION, [Ruling(1, "applied"), Ruling(2, "applied")], NOW)
    assert prune(local, NOW + 400 * DAY) == 1, "the last one keeps the chain"
    assert local.raw.execute("SELECT count(*) FROM paid_out").fetchone() == (1,)
    assert prove(local) == []


def test_i1_a_till_that_stops_while_it_records_has_all_of_it_or_nothing(local: Local) -> None:
    local.raw.execute("CREATE TEMP TRIGGER full BEFORE INSERT ON print_job BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(sqlite3.IntegrityError):
        paid(local)
    counts = (f"SELECT count(*) FROM {table}" for table in ("op", "waiting", "paid_out", "taking"))
    assert [local.raw.execute(query).fetchone()[0] for query in counts] == [0] * 4


@pytest.mark.parametrize(
    ("typed", "number"),
    [("k7q2zd 17", "K7Q2ZD-17"), ("K7Q2ZD-17", "K7Q2ZD-17"), ("K7Q2ZD", ""), ("daniyar@example.com", ""), ("", "")],
)
def test_a_slips_number_is_read_however_it_is_typed(typed: str, number: str) -> None:
    assert slip_number(typed) == number


@pytest.mark.parametrize(
    ("amount", "left", "step", "coins"),
    [(10_002, 50_000, 500, 10_000), (10_300, 50_000, 500, 10_500), (10_300, 10_300, 500, 10_000), (7, 9, 0, 7)],
)
def test_f36_a_drawer_gives_sums_of_coins_and_never_more_than_was_paid(
    amount: int, left: int, step: int, coins: int
) -> None:
    assert in_coins(amount, left, step) == coins
