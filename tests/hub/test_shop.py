"""The simulated web shop against a hub: what it ships arrives, can be taken back, and is paid back once."""

import random

import httpx
import pytest

from sync.connectors.simulated import GIFT_CARDS, Line, Shop
from sync.domain.value import account_of
from sync.hub.api import now_ms
from sync.hub.serving import Running
from tests.hub.returning import Web, asks, return_of
from tests.hub.terminals import terminal_at, verdicts


@pytest.fixture
def shop(hub: Running) -> Shop:
    chance = random.Random(7)
    client = httpx.Client(base_url=hub.url, headers=Web(hub).headers, trust_env=False, timeout=30)
    made = Shop(Line(client, chance), chance, "0a1b2c3d", now_ms)
    made.stock_up()
    return made


def test_some_of_what_the_shop_ships_reaches_its_shopper_and_may_come_back(hub: Running, shop: Shop) -> None:
    did = [shop.step() for _ in range(60)]
    arrived = [text.rpartition(" ")[2] for text in did if "has it as" in text]
    assert arrived and len(set(arrived)) == len(arrived)
    till = terminal_at(hub)
    (bought,) = asks(till, number=arrived[0])
    assert bought.number.startswith("100-")
    assert sum(p.amount for p in bought.paid) == sum(line.amount for line in bought.lines)
    assert asks(till, email="shopper3@example.com") or bought.customer
    body = return_of(bought, {line.id: line.quantity for line in bought.lines}, "promise")
    till.record(body, "return")
    assert verdicts(till.push()) == [("applied", "")]
    while shop.paid_back == 0:
        shop.step()
    assert shop.paid_back == body.total
    assert Web(hub).refunds() == {}


def test_the_shop_s_gift_cards_are_there_once_however_often_it_opens(hub: Running, shop: Shop) -> None:
    shop.sell_cards()
    shop.sell_cards()
    till = terminal_at(hub)
    for card in GIFT_CARDS:
        said = till.post("/v1/ask/value", json={"account": account_of(card.code)}).json()
        assert (said["balance"], said["state"]) == (card.amount, "open")
