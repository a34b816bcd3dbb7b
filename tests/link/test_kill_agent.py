"""The agent is killed at every step of a push, of taking a page and of a bootstrap; then it goes on (I-2, F21, F25)."""

from pathlib import Path

from sync.link.enrol import enrol
from sync.local import Local, files, link_status, stock_here
from sync.local.journal import integrity
from tests.link.store import PRODUCTS, Store, now, sell_one
from tests.local import jobs
from tests.local.victim import killed_at_every_step


def each_operation_waits_or_has_its_verdict(local: Local) -> bool:
    count = "SELECT count(*) FROM op o WHERE (SELECT count(*) FROM {} x WHERE x.seq = o.seq) = 1"
    ops = local.raw.execute("SELECT count(*) FROM op").fetchone()[0]
    return bool(sum(local.raw.execute(count.format(t)).fetchone()[0] for t in ("waiting", "verdict")) == ops)


def included(local: Local) -> int:
    row = local.raw.execute("SELECT included FROM replica.cursor WHERE scope = 'location:store-1'").fetchone()
    return int(row[0])


def test_f21_an_agent_killed_at_every_step_of_a_push_and_a_page_loses_and_doubles_nothing(
    store: Store, home: Path
) -> None:
    local = Local.open(home)
    sell_one(local)
    sold, steps = 1, 0
    for step, _ in killed_at_every_step(jobs.round_with_hub, home):
        steps = max(step, steps)
        local.refresh()
        assert each_operation_waits_or_has_its_verdict(local)
        assert stock_here(local, ["p1"])["p1"].on_hand == 100_000 - 1000 * sold  # told, sent or included: once
        if step and included(local) == sold:  # else the next run goes one step further with the same work
            sell_one(local)
            sold += 1
    assert steps > 40
    assert integrity(local) == []
    assert link_status(local, now()).waiting == 0
    assert [op.seq for op in store.operations()] == list(range(1, sold + 1))
    assert store.on_hand(1) == 100_000 - 1000 * sold
    local.close()


def test_f21_f25_an_agent_killed_at_any_step_of_a_bootstrap_leaves_a_whole_replica_or_none(
    store: Store, tmp_path: Path
) -> None:
    home = tmp_path / "till-1"
    enrol(home, store.url, store.code(), now())
    seen = set()
    for step, _ in killed_at_every_step(jobs.round_with_hub, home, stride=9):
        local = Local.open(home)
        products = local.raw.execute("SELECT count(*) FROM replica.product").fetchone()[0]
        found = local.raw.execute("SELECT count(*) FROM replica.search WHERE search MATCH '\"art\"'").fetchone()[0]
        assert products == found
        seen.add(products)
        local.close()
        if step and products:
            files.set_aside(home, files.current(home) or home)
    assert seen == {0, PRODUCTS}
