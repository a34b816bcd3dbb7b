"""Goods that were paid by card come back: the money goes back through the till's own card terminal, and never twice."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from pos.devices.virtual.card import VirtualCardTerminal
from sync.domain.orders import Purchase
from sync.hub import database
from sync.hub.tables import card_back, purchase
from sync.settings import DeviceSettings
from tests.flows.carding import on_counter, over, payments, press, ready, sold, stocked, unknown
from tests.flows.returning import Shop
from tests.stories.at_the_desk import Counter, cases, paid_back

MUG, LAMP = 2, 5  # 100.02 and 100.05


class WithCard(Counter):
    """A till with a card terminal, and its own agent."""

    def __init__(self, shop: Shop, folder: Path, name: str = "till-1") -> None:
        self.card = VirtualCardTerminal().start()
        super().__init__(shop, folder, name, online=False)
        self.online()
        ready(self)

    def devices(self) -> DeviceSettings:
        return DeviceSettings(printer=f"127.0.0.1:{self.printer.port}", card_terminal=f"127.0.0.1:{self.card.port}")

    def stop(self) -> None:
        super().stop()
        self.card.stop()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    made.put("config", "setting", {"key": "refund_days", "value": "5"})
    stocked(made)
    yield made
    made.stop()


@pytest.fixture
def till(shop: Shop, tmp_path: Path) -> Iterator[WithCard]:
    made = WithCard(shop, tmp_path)
    yield made
    made.stop()


def at_hub(shop: Shop) -> tuple[list[str], list[int]]:
    """How attempts to give back stand, and what went back of the tenders of sales."""
    with database.read(shop.engine) as conn:
        states = list(conn.execute(select(card_back.c.state)).scalars())
        bodies = conn.execute(select(purchase.c.body)).scalars()
        bought = [msgspec.json.decode(body, type=Purchase) for body in bodies]
    return states, [paid.refunded for it in bought if it.id.startswith("sale:") for paid in it.paid]


def test_approved_the_money_is_back_on_the_card_and_nobody_else_is_asked_for_it(shop: Shop, till: WithCard) -> None:
    receipt = sold(till, MUG)
    till.online()
    on_counter(till, receipt, MUG)
    press(till)
    over(till)
    ((_charged, amount),) = till.card.charged
    assert [it[1] for it in till.card.given_back] == [amount == 10_002 and amount]
    till.printed(2)
    assert "Given back by our card terminal." in till.printer.texts[-1]
    till.online()
    assert at_hub(shop) == (["approved"], [amount])
    assert paid_back(shop) == [] and cases(shop) == []


def test_declined_the_payment_side_is_asked_once_and_slip_and_screen_say_when(shop: Shop, till: WithCard) -> None:
    receipt = sold(till, MUG)
    till.online()
    till.card.faults.decline = "another card"
    on_counter(till, receipt, MUG)
    press(till)
    over(till)
    assert till.card.given_back == []
    till.printed(2)
    assert "through the bank, within 5 days" in " ".join(till.printer.texts[-1].split())
    till.online()
    assert at_hub(shop) == (["declined"], [10_002])
    assert paid_back(shop) == [("1", 10_002)] and cases(shop) == []


def test_f29_the_answer_is_lost_and_the_till_killed_then_it_is_found_approved_once(shop: Shop, till: WithCard) -> None:
    receipt = sold(till, MUG)
    till.online()
    till.card.faults.slow_s = 0.3
    till.card.faults.lose_answers = 1
    on_counter(till, receipt, MUG)
    press(till)
    till.until(lambda: len(till.card.given_back) == 1)
    till.card.faults.silent = True
    unknown(till)
    till.until(lambda: cases(shop) == ["card_back_unknown"])  # told apart from its end, or the end settles it unseen
    till.off()

    till.card.faults.silent = False
    till.start()
    over(till)
    assert len(till.card.given_back) == 1, "it was asked about, and not given back again"
    assert [state for _attempt, state in payments(till)][-1] == "approved"
    till.printed(2)
    till.online()
    assert at_hub(shop) == (["approved"], [10_002])
    assert paid_back(shop) == [] and cases(shop) == ["card_back_unknown"]
