"""A shopper brings an online order to somebody with a tablet: what the card paid goes back to the card, and the cash is
fetched at a till, once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.returns.plan import primary
from sync.domain.owed import OwedState
from sync.domain.returns import Basis
from sync.protocol.messages import OrderPayment, ReceivedLine
from tests.flows.returning import Shop
from tests.stories.at_the_desk import Counter, cases, desk, paid_back

PAID = [OrderPayment("a", "card", 4_499_000, "Visa •• 4821", "r-1"), OrderPayment("b", "cash", 2_000_000)]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    made.receive(lines=[ReceivedLine("1", "p1", 1000, 6_499_000)], paid=PAID)
    yield made
    made.stop()


def fetch(till: Counter, number: str) -> None:
    """The slip's number finds what is owed; the till pays it."""
    till.find(number)
    debt = till.flow.state.debt
    assert debt is not None and (debt.amount, debt.state) == (2_000_000, OwedState.OPEN)
    till.flow.pay_out()
    till.settled()
    till.until(lambda: till.printer.kicks == 1 and till.printer.texts)
    till.online()


def test_what_came_by_card_goes_back_by_card_and_the_cash_is_fetched_at_a_till_once(shop: Shop, tmp_path: Path) -> None:
    tablet, till = desk(shop, tmp_path, "tablet-1", kind="tablet"), desk(shop, tmp_path)
    tablet.find()
    tablet.goods(1)
    assert primary(tablet.flow.state).line == "64\u202f990\u00a0₸ to Visa and cash at a till"
    tablet.refund()
    slip = tablet.returns()[0]
    assert tablet.done and slip["basis"] == Basis.CLAIM and [r["to"] for r in slip["refunds"]] == ["", "counter"]
    tablet.printed(1)
    assert tablet.printer.kicks == 0, "it has no drawer"
    assert slip["receipt"] in tablet.printer.texts[0]
    tablet.online()
    tablet.until(lambda: paid_back(shop) == [("a", 4_499_000)])

    fetch(till, slip["receipt"])
    tablet.flow.another()
    tablet.find(slip["receipt"])
    debt = tablet.flow.state.debt
    assert debt is not None and debt.state == OwedState.PAID, "whoever asks now is told that it is paid"
    assert paid_back(shop) == [("a", 4_499_000)] and cases(shop) == [], "nobody else was asked for the cash"
    tablet.stop()
    till.stop()


def test_f33_offline_the_tablet_promises_and_the_till_pays_once_the_hub_has_said_yes(
    shop: Shop, tmp_path: Path
) -> None:
    tablet, till = desk(shop, tmp_path, "tablet-1", kind="tablet"), desk(shop, tmp_path)
    shop.stop()
    tablet.offline()
    tablet.find()
    tablet.goods(1)
    assert primary(tablet.flow.state).text == "Take goods, print promise"
    tablet.refund()
    slip = tablet.returns()[0]
    assert tablet.done and slip["basis"] == Basis.PROMISE
    tablet.printed(1)

    shop.start()
    till.online()
    tablet.online()
    tablet.until(lambda: paid_back(shop) == [("a", 4_499_000)])
    fetch(till, slip["receipt"])
    assert cases(shop) == []
    tablet.stop()
    till.stop()
