"""What is shown = replica + own operations that it does not include yet, in one read (F10)."""

from sync.local import Local, files, stock_here, stock_rows
from sync.local.journal import Ruling, rule
from sync.local.replica import Replica
from sync.protocol.messages import Change, Page, Version
from tests.local.fixture import INCARNATION, NOW, OWN
from tests.local.tills import sold


def here(local: Local, product: str = "p-milk") -> int:
    return stock_here(local, [product])[product].on_hand


def page(since: int, on_hand: int, included: int) -> Page:
    row = {"product": "p-milk", "location": OWN, "on_hand": on_hand, "reserved": 0, "shelf": "", "at": NOW}
    change = Change("stock", f"p-milk\x1f{OWN}", row)
    versions = [Version(since + 1, NOW, [change])]
    return Page(f"location:{OWN}", "epoch-1", since, since + 1, since + 1, included, NOW, versions)


def apply(local: Local, it: Page, incarnation: str = INCARNATION) -> None:
    replica = Replica(local.home)
    replica.apply(it, incarnation, NOW)
    replica.close()


def test_an_own_sale_is_taken_off_at_once(local: Local) -> None:
    sold(local, "p-milk", "p-milk", "p-bread")
    assert (here(local), here(local, "p-bread")) == (8000, 9000)


def test_only_the_own_location_is_lessened(local: Local) -> None:
    sold(local, "p-milk")
    levels = {row.location.id: row.level for row in stock_rows(local, "p-milk", NOW)}
    assert {id: level.on_hand for id, level in levels.items() if level} == {
        OWN: 9000, "store-near": 10_000, "wh-1": 10_000, "online": 10_000,
    }  # fmt: skip


def test_what_a_page_includes_is_not_taken_off_twice(local: Local) -> None:
    sold(local, "p-milk")
    sold(local, "p-milk")
    apply(local, page(1, on_hand=9000, included=1))
    assert here(local) == 8000
    apply(local, page(2, on_hand=8000, included=2))
    assert here(local) == 8000


def test_a_change_by_others_and_an_own_sale_are_both_seen(local: Local) -> None:
    sold(local, "p-milk")
    apply(local, page(1, on_hand=4000, included=0))
    assert here(local) == 3000


def test_f10_a_verdict_alone_does_not_bring_the_goods_back(local: Local) -> None:
    sold(local, "p-milk")
    with local.write() as db:
        rule(db, INCARNATION, [Ruling(1, "applied")], NOW)
    assert here(local) == 9000


def test_f10_a_pull_does_not_end_waiting(local: Local) -> None:
    sold(local, "p-milk")
    apply(local, page(1, on_hand=9000, included=1))
    assert local.raw.execute("SELECT count(*) FROM waiting").fetchone() == (1,)


def test_a_refused_operation_has_no_effect_any_more(local: Local) -> None:
    sold(local, "p-milk")
    with local.write() as db:
        rule(db, INCARNATION, [Ruling(1, "refused", "unreadable")], NOW)
    assert here(local) == 10_000


def test_f24_what_another_journal_of_ours_had_included_says_nothing_of_this_one(local: Local) -> None:
    sold(local, "p-milk")
    apply(local, page(1, on_hand=5000, included=7), incarnation="an-older-one")
    assert here(local) == 4000


def test_f24_sales_of_an_ended_journal_count_until_their_verdict(local: Local) -> None:
    sold(local, "p-milk")
    with local.write() as db:
        db.execute("UPDATE identity SET incarnation = 'next'")
    sold(local, "p-milk")
    assert here(local) == 8000
    with local.write() as db:
        rule(db, INCARNATION, [Ruling(1, "applied")], NOW)
    assert here(local) == 9000


def test_an_empty_replica_knows_of_no_stock_not_even_zero(local: Local) -> None:
    sold(local, "p-milk")
    current = files.current(local.home)
    assert current is not None
    files.set_aside(local.home, current)
    assert local.refresh()
    assert stock_here(local, ["p-milk"]) == {}
