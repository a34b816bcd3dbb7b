"""Pushing: recorded bytes, one verdict each for ever, and nothing ever dropped (I-2 … I-6)."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import zstandard
from sqlalchemy import select

from sync.actions.clock import new_id
from sync.domain.payments import AttemptState
from sync.hub import tables
from sync.link.push import NewJournal
from sync.link.wire import NoAnswer
from sync.local import Local, link_status, stock_here
from sync.local.journal import append, integrity, read_from
from sync.protocol.messages import PUSH_MOST, Push
from sync.protocol.operations import Payment
from tests.link.rounds import Round
from tests.link.store import Store, now, sell_one


@pytest.fixture
def round_(home: Path) -> Iterator[Round]:
    made = Round(home)
    yield made
    made.close()


def recorded(local: Local) -> list[bytes]:
    return [it.raw for it in read_from(local.raw, local.me.incarnation, 1, 10_000)]


def test_f14_the_hub_gets_the_very_bytes_that_were_recorded(store: Store, local: Local, round_: Round) -> None:
    for pieces in (1, 7, 3):
        sell_one(local, pieces=pieces)
    round_.run()
    assert [bytes(op.raw) for op in store.operations()] == recorded(local)
    assert store.on_hand(1) == 100_000 - 11_000


def test_i2_f1_a_lost_answer_is_asked_for_again_and_nothing_counts_twice(
    store: Store, local: Local, round_: Round
) -> None:
    sell_one(local)
    round_.net.lose.add("push")
    with pytest.raises(NoAnswer):
        round_.run()
    assert link_status(local, now()).waiting == 1
    assert len(store.operations()) == 1
    sell_one(local)
    round_.run()
    assert link_status(local, now()).waiting == 0
    assert [op.seq for op in store.operations()] == [1, 2]
    assert store.on_hand(1) == 98_000


def test_f5_after_a_lost_answer_the_hub_is_asked_where_it_stands_before_the_next_push(
    local: Local, round_: Round
) -> None:
    sell_one(local)
    round_.net.lose.add("push")
    with pytest.raises(NoAnswer):
        round_.run()
    round_.net.asked.clear()
    round_.run()
    assert round_.net.asked[:2] == ["hello", "push"]


def test_i4_f17_f18_a_hundred_failures_later_everything_still_waits(store: Store, local: Local, round_: Round) -> None:
    sell_one(local)
    store.stop()
    for _ in range(100):
        with pytest.raises(NoAnswer):
            round_.run()
    assert link_status(local, now()).waiting == 1
    store.start()
    round_.run()
    assert link_status(local, now()).waiting == 0


def test_i5_f12_an_operation_that_the_hub_does_not_know_is_set_aside_and_the_next_goes_on(
    store: Store, local: Local, round_: Round
) -> None:
    sell_one(local)
    at = now()
    with local.write():
        bad = Payment("", "", "no such state", -1, "???")
        append(local, "payment", bad, op_id=new_id(at), at=at, business_day="2026-01-01", actor="")
    sell_one(local)
    round_.run()
    assert link_status(local, now()).waiting == 0
    assert [op.outcome == "applied" for op in store.operations()] == [True, False, True]
    assert link_status(local, now()).needs_you == 1


def test_i6_f10_a_pull_alone_never_ends_waiting(store: Store, local: Local, round_: Round) -> None:
    sell_one(local)
    store.move(1, "store-1", 5)
    round_.work.say_hello()
    round_.work.catch_up({})
    assert link_status(local, now()).waiting == 1
    assert stock_here(local, ["p1"])["p1"].on_hand == 104_000


def record_many(local: Local, count: int) -> None:
    with local.write():
        for n in range(count):
            body = Payment(f"a{n}", "", AttemptState.PENDING.value, 100, "KZT")
            append(local, "payment", body, op_id=new_id(now()), at=now(), business_day="2026-01-01", actor="")


def test_more_than_one_push_is_needed_for_a_long_day(store: Store, local: Local, round_: Round) -> None:
    record_many(local, PUSH_MOST * 2 + 1)
    round_.run()
    assert link_status(local, now()).waiting == 0
    assert len(store.operations()) == PUSH_MOST * 2 + 1
    assert round_.net.asked.count("push") == 3


def test_f13_journal_and_hub_prove_each_other_at_every_hello(store: Store, local: Local, round_: Round) -> None:
    for _ in range(3):
        sell_one(local)
    round_.run()
    round_.work.say_hello()
    assert round_.work.session is not None
    assert round_.work.session.last_seq == 3
    assert round_.work.session.last_hash == read_from(local.raw, local.me.incarnation, 3, 1)[0].hash


def test_i2_a_hub_restored_from_an_older_backup_gets_the_missing_operations_again(
    store: Store, local: Local, round_: Round
) -> None:
    sell_one(local)
    round_.run()
    backup = backup_of(store)
    for _ in range(3):
        sell_one(local)
    round_.run()
    assert store.on_hand(1) == 96_000
    restore(store, backup)
    assert len(store.operations()) == 1
    round_.run()
    assert [op.seq for op in store.operations()] == [1, 2, 3, 4]
    assert store.on_hand(1) == 96_000
    assert link_status(local, now()).waiting == 0
    assert stock_here(local, ["p1"])["p1"].on_hand == 96_000


def backup_of(store: Store) -> dict[str, bytes]:
    store.stop()
    backup = {p.name: p.read_bytes() for p in store.folder.iterdir() if p.is_file()}
    store.start()
    return backup


def restore(store: Store, backup: dict[str, bytes]) -> None:
    store.stop()
    for path in store.folder.iterdir():
        if path.is_file():
            path.unlink()
    for name, content in backup.items():
        (store.folder / name).write_bytes(content)
    store.start()


def copy_of(home: Path) -> dict[str, bytes]:
    local = Local.open(home)
    local.raw.execute("PRAGMA main.wal_checkpoint(TRUNCATE)")
    local.close()
    return {p.name: p.read_bytes() for p in home.glob("journal.db*")}


def put_back(home: Path, copy: dict[str, bytes]) -> None:
    for path in home.glob("journal.db*"):
        path.unlink()
    for name, content in copy.items():
        (home / name).write_bytes(content)


def run_through(home: Path) -> None:
    round_ = Round(home)
    try:
        round_.run()
    except NewJournal:
        round_.run()
    finally:
        round_.close()


def test_f24_a_journal_restored_from_a_copy_begins_a_new_incarnation_and_drops_nothing(
    store: Store, home: Path
) -> None:
    local = Local.open(home)
    sell_one(local)
    old = local.me.incarnation
    local.close()
    copy = copy_of(home)
    run_through(home)
    local = Local.open(home)
    sell_one(local)
    local.close()
    run_through(home)
    put_back(home, copy)
    run_through(home)  # the copy has one sale without a verdict; the hub has two
    local = Local.open(home)
    assert local.me.incarnation != old
    assert link_status(local, now()).waiting == 0
    sell_one(local)
    assert integrity(local) == []
    local.close()
    run_through(home)
    by_journal = {name: [op.seq for op in store.operations() if op.incarnation == name] for name in (old,)}
    assert by_journal[old] == [1, 2]
    newer = [op for op in store.operations() if op.incarnation != old]
    assert [msgspec.json.decode(op.raw)["kind"] for op in newer] == ["gap", "sale"]
    assert store.on_hand(1) == 97_000


def test_f4_f27_a_fork_is_kept_named_and_shown_and_later_sales_go_on(store: Store, home: Path) -> None:
    copy = copy_of(home)
    local = Local.open(home)
    sell_one(local)
    local.close()
    run_through(home)
    put_back(home, copy)  # a twin of this terminal, before that sale
    local = Local.open(home)
    sell_one(local, number=2)
    forked = recorded(local)
    old = local.me.incarnation
    local.close()
    run_through(home)
    local = Local.open(home)
    status = link_status(local, now())
    assert (status.waiting, status.needs_you) == (1, 1)
    assert [it.raw for it in read_from(local.raw, old, 1, 10)] == forked
    sell_one(local, number=3)
    local.close()
    run_through(home)
    assert len([op for op in store.operations() if op.incarnation == old]) == 1
    assert store.on_hand(3) == 99_000
    local = Local.open(home)
    assert link_status(local, now()).waiting == 1
    local.close()


def clone_sold_first(home: Path) -> None:
    """A twin of this terminal sold something and was heard; the home is that of the terminal again."""
    copy = copy_of(home)
    local = Local.open(home)
    sell_one(local)
    local.close()
    run_through(home)
    put_back(home, copy)


def kept_aside(store: Store) -> list[bytes]:
    with store.engine.connect() as conn:
        return [bytes(raw) for raw in conn.execute(select(tables.fork.c.raw).order_by(tables.fork.c.seq)).scalars()]


def test_f4_f27_all_that_a_clone_recorded_is_kept_aside_however_many_pushes_it_takes(store: Store, home: Path) -> None:
    clone_sold_first(home)
    local = Local.open(home)
    record_many(local, PUSH_MOST * 2 + 1)
    forked, old = recorded(local), local.me.incarnation
    local.close()
    run_through(home)
    assert kept_aside(store) == forked
    local = Local.open(home)
    assert local.me.incarnation != old
    local.close()


def test_f4_f27_a_line_that_breaks_while_a_clone_is_kept_aside_leaves_nothing_out(store: Store, home: Path) -> None:
    clone_sold_first(home)
    local = Local.open(home)
    record_many(local, 9)
    forked = recorded(local)
    local.close()
    round_ = Round(home)
    round_.net.cut.add("push")
    with pytest.raises(NoAnswer):
        round_.run()
    with pytest.raises(NewJournal):
        round_.run()  # now in smaller pushes
    round_.close()
    assert kept_aside(store) == forked


@pytest.mark.parametrize("more", [0, 1], ids=["as many", "more"])
def test_f4_f27_what_a_clone_was_told_by_a_hub_that_lost_it_since_is_kept_aside(
    store: Store, home: Path, more: int
) -> None:
    backup, copy = backup_of(store), copy_of(home)
    local = Local.open(home)
    sell_one(local)
    told = recorded(local)
    local.close()
    run_through(home)
    heard = copy_of(home)  # every sale of it has its verdict
    restore(store, backup)
    put_back(home, copy)
    local = Local.open(home)
    for _ in range(1 + more):
        sell_one(local, number=2)
    local.close()
    run_through(home)  # the twin's sales take those numbers
    put_back(home, heard)
    run_through(home)
    assert kept_aside(store) == told


def test_f27_what_two_machines_share_has_its_verdict_on_both(store: Store, home: Path) -> None:
    local = Local.open(home)
    shared = sell_one(local)
    local.close()
    copy = copy_of(home)
    local = Local.open(home)
    sell_one(local)
    local.close()
    run_through(home)
    put_back(home, copy)  # the twin still waits for the verdict of the sale that both know
    local = Local.open(home)
    sell_one(local, number=2)
    local.close()
    run_through(home)
    local = Local.open(home)
    waiting = [row[0] for row in local.raw.execute("SELECT seq FROM waiting")]
    local.close()
    assert waiting == [shared.envelope.seq + 1]


def test_a_push_says_where_it_begins_and_is_signed(local: Local, round_: Round) -> None:
    sell_one(local)
    round_.run()
    raw = next(body for body in round_.net.bodies if body)
    if raw[:4] == b"\x28\xb5\x2f\xfd":
        raw = zstandard.ZstdDecompressor().decompressobj().decompress(raw)
    push = msgspec.json.decode(raw, type=Push)
    assert (push.first, len(push.ops), len(push.signature)) == (1, 1, 128)
