"""A terminal takes goods back with no proof: priced and limited by what it knows, recorded whole, credited by nobody
but the hub."""

import sqlite3
from pathlib import Path

import pytest

from sync.actions.printing import unprinted
from sync.actions.take_back_blind import Velocity
from sync.domain.blind import WEEK_MS, Refused, Rule
from sync.domain.returns import Condition
from sync.domain.value import account_of
from sync.local import Local, RecordedBlind, blind_by_receipt, blind_rules, stock_here
from sync.local.journal import Ruling, prune, rule, verify_chain
from sync.local.ledger import totals
from sync.local.proof import prove
from sync.local.value import code_of
from tests.local.blind import SETTINGS, SHOPPER, goods, heard, taken_blind, was
from tests.local.bought import DAY, MANAGER, allow
from tests.local.fixture import INCARNATION, NOW
from tests.local.tills import CASHIER


@pytest.fixture(autouse=True)
def allowed(home: Path) -> None:
    allow(home, **SETTINGS)


def recorded(local: Local, *items, **changed) -> RecordedBlind:
    done = taken_blind(local, *items, **changed)
    assert isinstance(done, RecordedBlind), done
    return done


def refused(local: Local, *items, **changed) -> Rule:
    answer = taken_blind(local, *items, **changed)
    assert isinstance(answer, Refused)
    return answer.because.rule


def test_it_is_recorded_whole_with_credit_rules_and_slip(local: Local) -> None:
    done = recorded(local, goods("p-tea", 2), goods("p-soap", 1, Condition.DAMAGED))
    body, envelope = done.body, done.envelope
    assert (envelope.kind, envelope.actor, envelope.at) == ("blind_return", CASHIER.id, NOW)
    assert (body.total, body.vat) == (2 * 129_000 + 35_000, 27_643 + 3_750)
    assert (body.approved_by, body.approved, body.evidence, body.shopper) == (MANAGER.id, ["no_proof"], "hub", SHOPPER)
    assert "limit_amount:holds:293000/20000000" in body.rules and "approval:holds" in body.rules
    assert [line.name for line in body.lines] == ["Чай чёрный", "Мыло"]
    code = code_of(local, body.return_id, body.credit)
    assert code is not None and account_of(code) == body.credit and code.endswith(body.credit_masked)
    assert [(job.ref, job.what) for job in unprinted(local)] == [(body.receipt, "blind")]
    assert blind_by_receipt(local, body.receipt) == done
    assert prove(local) == verify_chain(local) == []


def test_no_code_of_a_credit_is_in_any_file(local: Local, home: Path) -> None:
    body = recorded(local).body
    code = code_of(local, body.return_id, body.credit)
    assert code is not None
    assert all(code.encode() not in path.read_bytes() for path in home.iterdir() if path.is_file())


def test_what_is_sealed_is_on_hand_again_and_the_rest_is_not(local: Local) -> None:
    before = stock_here(local, ["p-tea", "p-soap"])
    recorded(local, goods("p-tea", 2), goods("p-soap", 1, Condition.OPENED))
    after = stock_here(local, ["p-tea", "p-soap"])
    assert after["p-tea"].on_hand == before["p-tea"].on_hand + 2000
    assert after["p-soap"].on_hand == before["p-soap"].on_hand


def test_F28_the_same_return_again_is_the_one_that_is_recorded(local: Local) -> None:
    first = recorded(local, return_id="r-1")
    assert recorded(local, goods("p-soap"), return_id="r-1", now=NOW + 1) == first
    assert local.raw.execute("SELECT count(*) FROM op").fetchone() == (1,)


def test_the_lowest_price_of_the_last_weeks_counts_with_no_network(local: Local, home: Path) -> None:
    was(home, "p-tea", 99_000, NOW - 3 * WEEK_MS)
    was(home, "p-tea", 9_000, NOW - 9 * WEEK_MS)
    was(home, "p-tea", 8_000, NOW - WEEK_MS, name="another-list")
    line = recorded(local, velocity=Velocity(SHOPPER, None)).body.lines[0]
    assert (line.unit_price, line.today, line.until) == (99_000, 129_000, NOW - 3 * WEEK_MS)


def test_nobody_approves_who_may_not(local: Local) -> None:
    assert refused(local, approver=None) is refused(local, approver=CASHIER) is Rule.APPROVAL


@pytest.mark.parametrize(
    ("rule_", "given"),
    [
        (Rule.LIMIT_SHOPPER, {"velocity": heard(2)}),
        (Rule.LIMIT_AMOUNT, {"velocity": heard(1, 19_900_000)}),
        (Rule.LIMIT_SHOPPER, {"velocity": heard(1, 0, own=(1, 0))}),
    ],
)
def test_the_hub_knows_of_other_tills_and_what_it_says_counts(local: Local, rule_: Rule, given) -> None:
    assert refused(local, **given) is rule_
    assert local.raw.execute("SELECT count(*) FROM op").fetchone() == (0,), "and nothing is recorded"


def test_without_the_hub_the_tills_own_numbers_and_the_cap_hold(local: Local, home: Path) -> None:
    nobody = Velocity(SHOPPER, None)
    assert refused(local, goods("p-book", 12), velocity=nobody) is Rule.LIMIT_OFFLINE
    for _ in range(2):
        assert recorded(local, velocity=nobody).body.evidence == "till"
    assert refused(local, velocity=nobody) is Rule.LIMIT_SHOPPER
    allow(home, blind_limit_count=9)
    assert refused(local, goods("p-coat", 3), velocity=heard()) is Rule.LIMIT_TILL
    later = NOW + 31 * DAY
    assert recorded(local, velocity=nobody, now=later, approver=MANAGER).body.rules[5] == "limit_shopper:holds:1/9"


def test_own_returns_that_the_hub_has_heard_of_are_counted_once(local: Local) -> None:
    recorded(local)
    assert recorded(local, velocity=heard(own=(1, 129_000))).body.rules[5] == "limit_shopper:holds:2/2"


def test_what_is_not_set_allows_nothing(local: Local, home: Path) -> None:
    allow(home, blind_limit_amount="a lot", blind_limit_count=-3, blind_weeks=500)
    rules = blind_rules(local)
    assert not rules.allowed and (rules.amount, rules.count, rules.weeks) == (0, 0, 52)
    assert refused(local) is Rule.LIMIT_SHOPPER


def test_an_article_without_a_price_is_named(local: Local) -> None:
    answer = taken_blind(local, goods(), goods("p-unpriced"))
    assert isinstance(answer, Refused)
    assert (answer.because.rule, answer.because.product) == (Rule.NOT_SOLD_HERE, "p-unpriced")


def test_f13_it_is_in_the_totals_of_its_day_and_what_disagrees_with_it_is_found(local: Local) -> None:
    body = recorded(local).body
    with local.write() as db:
        rule(db, INCARNATION, [Ruling(1, "applied")], NOW)
    assert totals(local.raw, INCARNATION, 1, 1) == {("2025-10-09", "KZT", "blind"): [1, body.total]}
    local.raw.execute("UPDATE blind_return SET total = 1, shopper = 'x'")
    assert len(prove(local)) == 2
    local.raw.execute("DELETE FROM blind_return")
    assert len(prove(local)) == 6


def test_it_is_pruned_with_its_operation(local: Local) -> None:
    recorded(local)
    recorded(local)
    with local.write() as db:
        rule(db, INCARNATION, [Ruling(1, "applied"), Ruling(2, "applied")], NOW)
    assert prune(local, NOW + 400 * DAY) == 1
    assert local.raw.execute("SELECT count(*) FROM blind_return").fetchone() == (1,)


def test_I1_a_till_that_stops_while_it_records_has_all_of_it_or_nothing(local: Local) -> None:
    local.raw.execute("CREATE TEMP TRIGGER full BEFORE INSERT ON print_job BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(sqlite3.IntegrityError):
        taken_blind(local)
    counts = (f"SELECT count(*) FROM {table}" for table in ("op", "waiting", "effect", "blind_return", "taking"))
    assert [local.raw.execute(query).fetchone()[0] for query in counts] == [0] * 5
