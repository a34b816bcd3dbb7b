"""The daily proof: journal and hub are compared, and every planted difference is named (F13)."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from sync.hub import database
from sync.hub import ledger as books
from sync.hub.records import report
from sync.hub.tables import incarnation, operation, sale, sale_tender
from sync.link.verify import compare, prove
from sync.local import Local, ledger, link_status
from sync.local.journal import append
from sync.protocol.messages import PUSH_MOST
from sync.protocol.operations import Payment
from tests.link.rounds import Round
from tests.link.store import Store, now, sell_one

SALES = 6


@pytest.fixture
def drained(home: Path, local: Local) -> Iterator[Round]:
    """A till whose sales all have their verdicts."""
    for number in range(SALES):
        sell_one(local, number=number % 3 + 1)
    made = Round(home)
    made.run()
    yield made
    made.close()


def found(round_: Round) -> list[str]:
    round_.work.say_hello()
    assert round_.work.session is not None
    return compare(round_.local, round_.wire, round_.work.session).found


def at_hub(store: Store, *statements: object) -> None:
    with database.write(store.engine) as conn:
        for statement in statements:
            conn.execute(statement)  # type: ignore[call-overload]


def bare(local: Local, statement: str) -> None:
    """What only a broken disk or a hand could do: the guards are lifted for it."""
    local.raw.executescript(
        "DROP TRIGGER IF EXISTS verdict_is_for_ever; DROP TRIGGER IF EXISTS op_is_never_changed;" + statement
    )


def test_f13_what_is_the_same_is_the_same_and_costs_two_questions(drained: Round) -> None:
    drained.net.asked.clear()
    assert found(drained) == []
    assert drained.net.asked == ["hello", "journal", "journal"]


def test_f13_what_still_waits_is_no_difference(drained: Round, local: Local) -> None:
    sell_one(local)
    assert found(drained) == []


def test_f13_an_answer_that_was_lost_is_no_difference(drained: Round, local: Local) -> None:
    sell_one(local)
    drained.net.lose.add("push")
    with pytest.raises(Exception, match="lost"):
        drained.run()
    assert link_status(local, now()).waiting == 1
    assert found(drained) == []


def test_f13_an_operation_that_the_hub_lost_is_named_and_so_is_its_money(store: Store, drained: Round) -> None:
    at_hub(store, operation.delete().where(operation.c.seq == 3), sale.delete().where(sale.c.seq == 3))
    told = found(drained)
    assert "operation 3: the hub does not have it" in told[0]
    assert "cash in KZT: 6 for 60000000 minor units here, 5 for 50000000 at the hub" in " ".join(told)


def test_f13_the_end_of_a_journal_that_the_hub_lost_is_named_as_one(store: Store, drained: Round) -> None:
    at_hub(store, operation.delete().where(operation.c.seq > 3))
    assert "operations 4 to 6: the hub does not have it" in found(drained)[0]


def test_f13_an_operation_that_is_missing_here_is_named(drained: Round, local: Local) -> None:
    bare(local, "DELETE FROM op WHERE seq = 2; DELETE FROM verdict WHERE seq = 2")
    assert "operation 2: the hub has it, this terminal does not" in found(drained)[0]


def test_f13_f4_other_bytes_under_one_number_are_named_from_there_on(store: Store, drained: Round) -> None:
    at_hub(store, update(operation).where(operation.c.seq >= 4).values(hash=b"\x01" * 32))
    told = found(drained)
    assert len(told) == 1 and "operations 4 to 6: the hub has other bytes, here or before it" in told[0], told


def test_f13_a_verdict_that_differs_is_named(drained: Round, local: Local) -> None:
    bare(local, "UPDATE verdict SET outcome = 'refused', code = 'not_allowed' WHERE seq = 5")
    assert "operation 5: the verdict is refused (not_allowed) here and applied at the hub" in found(drained)[0]


def test_f13_f16_money_that_was_booked_differently_is_named_by_day_and_tender(store: Store, drained: Round) -> None:
    with database.read(store.engine) as conn:
        first = conn.execute(select(sale.c.sale_id, sale.c.business_day).where(sale.c.seq == 1)).one()
    mine = (sale_tender.c.sale_id == first.sale_id,)
    at_hub(store, update(sale_tender).where(*mine).values(amount=sale_tender.c.amount - 1))
    told = found(drained)
    assert len(told) == 1, told
    assert f"totals of {first.business_day}, cash in KZT: 6 for 60000000 minor units here, 6 for 59999999" in told[0]


def test_f13_a_single_difference_among_thousands_is_found_with_few_questions(
    store: Store, home: Path, local: Local
) -> None:
    with local.write():
        for n in range(PUSH_MOST * 8):
            body = Payment(f"a{n}", "", "pending", 100, "KZT")
            append(local, "payment", body, op_id=f"{n:032x}", at=now(), business_day="2026-01-01", actor="")
    round_ = Round(home)
    round_.run()
    assert found(round_) == []
    at_hub(store, update(operation).where(operation.c.seq == 2345).values(code="made_up"))
    round_.net.asked.clear()
    told = found(round_)
    assert len(told) == 1, told
    assert "operation 2345: the verdict is applied here and applied (made_up) at the hub" in told[0]
    assert round_.net.asked.count("journal") <= 5
    round_.close()


def test_f13_a_difference_is_put_before_a_person_on_both_sides_and_settled_when_it_is_gone(
    store: Store, drained: Round, local: Local
) -> None:
    right = update(operation).where(operation.c.seq == 2)
    at_hub(store, right.values(code="made_up"))
    drained.work.say_hello()
    assert drained.work.session is not None
    prove(drained.local, drained.wire, drained.work.session, now)
    assert link_status(local, now()).needs_you == 1
    assert report(store.engine).attention == {"journal_differs": 1}
    at_hub(store, right.values(code=""))
    prove(drained.local, drained.wire, drained.work.session, now)
    assert link_status(local, now()).needs_you == 0
    proof = ledger.proved(local.raw)
    assert proof is not None
    assert proof[1] == 0


def test_f13_a_terminal_asks_of_its_own_journals_only(store: Store, drained: Round, tmp_path: Path) -> None:
    other = Round(store.terminal(tmp_path, "till-2"))
    other.run()
    asked = {"incarnation": drained.local.me.incarnation, "first": 1, "last": SALES, "parts": 0}
    assert other.wire.get("journal", dict, **asked)["rows"] == []
    assert len(drained.wire.get("journal", dict, **asked)["rows"]) == SALES
    other.close()


def faults(store: Store) -> list[str]:
    with database.read(store.engine) as conn:
        return list(books.faults(conn))


def test_f13_the_hubs_own_report_agrees_with_itself_or_names_what_does_not(store: Store, drained: Round) -> None:
    assert faults(store) == []
    at_hub(store, update(sale).where(sale.c.seq == 1).values(due=sale.c.due + 5))
    assert "due in KZT" in faults(store)[0]
    at_hub(store, update(sale).where(sale.c.seq == 1).values(due=sale.c.due - 5))
    at_hub(store, update(operation).where(operation.c.seq == 2).values(raw=b"{}"))
    assert any("operation 2 is not what was sealed" in line for line in faults(store))
    at_hub(store, operation.delete().where(operation.c.seq == 2))
    assert any("operations 2 to 2 are missing" in line for line in faults(store))
    at_hub(store, update(incarnation).values(last_seq=99))
    assert any("stands at 99, and its operations end at 6" in line for line in faults(store))


def command(home: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    words = [sys.executable, "-m", "sync", "journal", "verify", "--home", str(home), *more]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


def test_f13_the_command_ends_with_0_for_the_same_1_for_differences_and_3_when_nobody_answers(
    store: Store, home: Path, drained: Round
) -> None:
    same = command(home)
    assert (same.returncode, same.stderr) == (0, "")
    assert "With the hub: the same. 6 operations compared" in same.stdout
    at_hub(store, update(operation).where(operation.c.seq == 2).values(code="made_up"))
    differs = command(home)
    assert differs.returncode == 1
    assert "DIFFERS" in differs.stdout
    assert "operation 2" in differs.stdout
    store.stop()
    alone = command(home)
    assert alone.returncode == 3
    assert "By itself: sound. 6 operations, 0 of them wait" in alone.stdout
    assert "nobody answers at the hub's address" in alone.stdout
    assert command(home, "--offline").returncode == 0


def test_f13_a_journal_that_was_changed_by_hand_is_named_without_the_hub(
    home: Path, drained: Round, local: Local
) -> None:
    bare(local, "UPDATE op SET bytes = replace(bytes, 'KZT', 'USD') WHERE seq = 3")
    told = command(home, "--offline")
    assert told.returncode == 1
    assert "Operation 3 of journal" in told.stdout
