"""The network is gone, and an online order comes back: goods now, and the money by itself when the hub hears of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.returns.plan import primary
from sync.domain.returns import Basis
from sync.protocol.messages import OrderPayment, ReceivedLine
from tests.flows.returning import Shop
from tests.stories.at_the_desk import Counter, cases, desk, paid_back


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    yield made
    made.stop()


def cut_off(shop: Shop, *tills: Counter) -> None:
    """The hub is gone, and the tills know it."""
    shop.stop()
    for till in tills:
        till.offline()


def test_f33_a_promise_is_paid_by_itself_once_the_hub_hears_of_it(shop: Shop, tmp_path: Path) -> None:
    shop.receive()
    till = desk(shop, tmp_path)
    cut_off(shop, till)
    till.find()
    till.goods(1)
    assert primary(till.flow.state).text == "Take goods, print promise"
    till.refund()
    assert till.done and till.returns()[0]["basis"] == Basis.PROMISE and till.printer.kicks == 0
    till.until(lambda: till.printer.texts)

    shop.start()
    till.online()
    till.until(lambda: sum(amount for _paid, amount in paid_back(shop)) == 6_499_000)
    assert cases(shop) == []
    till.stop()


def test_what_was_collected_here_is_paid_here_without_the_network(shop: Shop, tmp_path: Path) -> None:
    shop.receive(
        lines=[ReceivedLine("1", "p1", 1000, 6_499_000)],
        paid=[OrderPayment("a", "cash", 6_499_000)],
        location="store-1",
    )
    till = desk(shop, tmp_path)
    cut_off(shop, till)
    till.find()
    till.goods(1)
    till.refund()
    assert till.returns()[0]["basis"] == Basis.HELD
    till.until(lambda: till.printer.kicks == 1)
    shop.start()
    till.online()
    assert paid_back(shop) == [] and cases(shop) == [], "the cash left the drawer already"
    till.stop()


def test_f32_the_same_line_promised_at_two_tills_is_paid_once_and_the_other_is_put_before_a_person(
    shop: Shop, tmp_path: Path
) -> None:
    shop.receive()
    tills = [desk(shop, tmp_path), desk(shop, tmp_path, "till-2")]
    cut_off(shop, *tills)
    for till in tills:
        till.find()
        till.goods(1)
        till.refund()
        assert till.done
    shop.start()
    for till in tills:
        till.online()
    assert sum(amount for _paid, amount in paid_back(shop)) == 6_499_000
    assert cases(shop) == ["refund_right"]
    for till in tills:
        till.stop()
