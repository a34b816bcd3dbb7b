"""Journals that ended, offered again to a hub that was restored to before it heard of them (I-2, I-4, F4, F24)."""

from pathlib import Path

from sqlalchemy import select

from sync.hub import tables
from sync.local import Local, link_status
from tests.link.store import Store, now, sell_one
from tests.link.test_push import (
    backup_of,
    clone_sold_first,
    copy_of,
    kept_aside,
    put_back,
    record_many,
    recorded,
    restore,
    run_through,
)


def matters(store: Store) -> list[str]:
    with store.engine.connect() as conn:
        return list(conn.execute(select(tables.attention.c.code)).scalars())


def test_i2_f4_what_was_kept_aside_is_kept_aside_again_by_a_hub_that_lost_it(store: Store, home: Path) -> None:
    clone_sold_first(home)
    backup = backup_of(store)
    local = Local.open(home)
    record_many(local, 7)
    forked, old = recorded(local), local.me.incarnation
    local.close()
    run_through(home)
    restore(store, backup)
    assert kept_aside(store) == []
    run_through(home)  # finds out that the hub forgot
    run_through(home)
    assert kept_aside(store) == forked
    assert len([op for op in store.operations() if op.incarnation == old]) == 1
    told = matters(store)
    run_through(home)
    assert (kept_aside(store), matters(store)) == (forked, told), "once is enough"


def test_i4_f24_what_a_hub_heard_of_a_journal_that_ended_is_judged_again_by_one_that_lost_it(
    store: Store, home: Path
) -> None:
    backup = backup_of(store)
    local = Local.open(home)
    sell_one(local)
    old = local.me.incarnation
    local.close()
    run_through(home)
    copy = copy_of(home)
    local = Local.open(home)
    sell_one(local)
    local.close()
    run_through(home)
    put_back(home, copy)  # one sale is lost here for ever; the journal ends, and a new one says so
    run_through(home)
    restore(store, backup)
    run_through(home)
    assert [op.seq for op in store.operations() if op.incarnation == old] == [1]
    assert store.on_hand(1) == 99_000
    local = Local.open(home)
    assert link_status(local, now()).waiting == 0
    local.close()


def test_i5_a_journal_that_no_hub_takes_stops_nothing_that_is_newer(store: Store, home: Path) -> None:
    clone_sold_first(home)
    local = Local.open(home)
    record_many(local, 2)
    old = local.me.incarnation
    local.close()
    run_through(home)
    local = Local.open(home)
    local.raw.execute("DROP TRIGGER op_is_never_changed")
    local.raw.execute("UPDATE op SET bytes = x'7b7d' WHERE incarnation = ?", (old,))  # a disk that rots
    local.raw.execute("UPDATE ended SET epoch = 'another'")
    sell_one(local, number=3)
    local.close()
    run_through(home)
    assert store.on_hand(3) == 99_000
    local = Local.open(home)
    assert link_status(local, now()).waiting == 2, "only what the journal that ended holds"
    assert local.raw.execute("SELECT epoch FROM ended").fetchone() == ("another",), "it is offered again"
    local.close()
