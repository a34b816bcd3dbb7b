"""A shopper brings an online order to a store: confirmed, paid once, known everywhere at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.returns.plan import box
from sync.domain.returns import Basis
from tests.flows.returning import Shop, code
from tests.stories.at_the_desk import cases, desk, paid_back


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    yield made
    made.stop()


def test_a_refund_online_is_confirmed_paid_once_and_known_at_the_next_store(shop: Shop, tmp_path: Path) -> None:
    shop.receive()
    first, second = desk(shop, tmp_path), desk(shop, tmp_path, "till-2")
    for till in (first, second):
        till.find()
        till.goods(1)

    first.refund()
    assert first.done and first.returns()[0]["basis"] == Basis.CLAIM
    first.until(lambda: first.printer.texts)
    assert first.printer.kicks == 0, "what was paid by card and points goes back by card and points"
    first.online()
    first.until(lambda: paid_back(shop))
    assert sum(amount for _paid, amount in paid_back(shop)) == 6_499_000 and cases(shop) == []

    second.refund()
    assert second.returns() == [] and second.said.startswith("Nothing was refunded")
    second.until(lambda: not second.flow.state.taken)
    assert second.flow.state.purchase is not None and second.flow.state.purchase.lines[0].left == 0
    second.scan(code(1))
    assert second.said.startswith("Headphones Tau One came back before")
    assert box(second.flow.state).title == "The order system is asked first"
    assert len(paid_back(shop)) == 2, "one request for each tender, and never another"
    first.stop()
    second.stop()


def test_f35_six_mugs_come_back_in_three_visits_to_the_last_cent(shop: Shop, tmp_path: Path) -> None:
    shop.receive()
    till = desk(shop, tmp_path)
    for _visit in range(3):
        till.find()
        till.goods(2)
        till.scan(code(2))
        till.refund()
        assert till.done
        till.online()
        till.flow.another()
    assert sum(back["total"] for back in till.returns()) == 1_974_000
    till.until(lambda: sum(amount for _paid, amount in paid_back(shop)) == 1_974_000)
    assert cases(shop) == []
    till.stop()
