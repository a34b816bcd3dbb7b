"""Purchases reach a till by deltas and by snapshots, and a return of one goes up and is included once (F32, I-6)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from sync.actions.clock import new_id
from sync.actions.take_back import Wish, take_back
from sync.domain.returns import Basis, Condition, Item, Reason
from sync.hub import database
from sync.hub.tables import taken_back, terminal
from sync.link.verify import compare
from sync.local import (
    Local,
    RecordedReturn,
    link_status,
    purchases_as_of,
    purchases_by_number,
    stock_here,
)
from tests.link.asking import received
from tests.link.rounds import Round
from tests.link.store import CASHIER, Store, now


@pytest.fixture
def round_(home: Path) -> Iterator[Round]:
    made = Round(home)
    yield made
    made.close()


def give_back(local: Local, pieces: int = 1, number: str = "100-1") -> RecordedReturn:
    local.refresh()
    [bought] = purchases_by_number(local, number)
    items = (Item("1", pieces * 1000, Reason.FAULTY, Condition.SEALED),)
    how = {"claim": "", "approver": None, "actor": CASHIER, "language": "en", "now": now()}
    done = take_back(local, Wish(new_id(now()), bought, items, Basis.PROMISE, **how))  # type: ignore[arg-type]
    assert isinstance(done, RecordedReturn)
    return done


def back(local: Local, number: str = "100-1") -> int:
    local.refresh()
    [found] = purchases_by_number(local, number)
    return found.lines[0].returned


def test_a_till_hears_of_purchases_by_deltas(store: Store, local: Local, round_: Round) -> None:
    received(store, "100-1")
    began = now()
    round_.run()
    local.refresh()
    [found] = purchases_by_number(local, "1001")
    assert (found.id, found.lines[0].name, found.customer) == ("web:100-1", "Article 1", "Daniyar M.")
    assert began <= purchases_as_of(local) <= now()
    received(store, "100-2", pieces=1)
    round_.run()
    assert [len(purchases_by_number(local, n)) for n in ("100-1", "100-2", "100-3")] == [1, 1, 0]


def test_f21_a_new_till_gets_them_with_a_snapshot_and_goes_on_by_deltas(store: Store, tmp_path: Path) -> None:
    received(store, "100-1")
    local = Local.open(store.terminal(tmp_path, "till-2"))
    assert len(purchases_by_number(local, "100-1")) == 1
    received(store, "100-2")
    second = Round(local.home)
    second.run()
    local.refresh()
    assert len(purchases_by_number(local, "100-2")) == 1
    second.close()
    local.close()


def test_a_kiosk_never_has_them_and_a_till_that_follows_no_longer_forgets_them(
    store: Store, tmp_path: Path, local: Local, round_: Round
) -> None:
    received(store, "100-1")
    kiosk = Local.open(store.terminal(tmp_path, "kiosk-1", "kiosk"))
    assert kiosk.raw.execute("SELECT count(*) FROM replica.purchase").fetchone() == (0,)
    kiosk.close()
    round_.run()
    local.refresh()
    assert purchases_by_number(local, "100-1")
    with database.write(store.engine) as conn:
        conn.execute(update(terminal).where(terminal.c.id == "till-1").values(kind="kiosk"))
    round_.run()
    local.refresh()
    assert purchases_by_number(local, "100-1") == [] and purchases_as_of(local) == 0


def test_f32_a_return_is_counted_once_before_between_and_after_verdict_and_feed(
    store: Store, local: Local, round_: Round
) -> None:
    received(store)
    round_.run()
    give_back(local, 2)
    assert back(local) == 2000
    round_.work.say_hello()
    round_.work.push()
    assert link_status(local, now()).waiting == 0
    assert (back(local), stock_here(local, ["p1"])["p1"].on_hand) == (2000, 102_000), "the replica is older"
    round_.work.catch_up({})
    assert (back(local), stock_here(local, ["p1"])["p1"].on_hand) == (2000, 102_000)
    raw = local.raw.execute("SELECT included FROM replica.cursor WHERE scope = 'orders'").fetchone()
    assert raw == (1,), "a push that carried a return is followed by its feed"
    assert store.on_hand(1) == 102_000
    assert [(op.seq, op.outcome) for op in store.operations()] == [(1, "applied")]


def test_f5_a_return_whose_answer_was_lost_is_one_return(store: Store, local: Local, round_: Round) -> None:
    received(store)
    round_.run()
    give_back(local)
    round_.net.lose = {"push"}
    with pytest.raises(Exception, match="the answer was lost"):
        round_.run()
    assert back(local) == 1000
    round_.run()
    assert (back(local), store.on_hand(1), link_status(local, now()).waiting) == (1000, 101_000, 0)


def test_f21_a_snapshot_taken_after_the_return_includes_it(
    store: Store, local: Local, round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    received(store)
    round_.run()
    give_back(local)
    round_.work.say_hello()
    round_.work.push()
    monkeypatch.setattr("sync.link.work.FAR", -1)
    round_.run()
    assert back(local) == 1000
    assert local.raw.execute("SELECT included FROM replica.cursor WHERE scope = 'orders'").fetchone() == (1,)


def test_f13_the_daily_proof_sums_up_returns_and_names_what_was_changed_at_the_hub(
    store: Store, local: Local, round_: Round
) -> None:
    received(store)
    round_.run()
    give_back(local)
    round_.run()
    assert round_.work.session is not None
    assert compare(round_.local, round_.wire, round_.work.session).found == []
    with database.write(store.engine) as conn:
        conn.execute(update(taken_back).values(total=taken_back.c.total + 1))
    [said] = compare(round_.local, round_.wire, round_.work.session).found
    assert "returned in KZT: 1 for 10000 minor units here, 1 for 10001 at the hub" in said
