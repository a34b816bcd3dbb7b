"""A shopper brings goods back and takes others instead: even, with a card, with money back, and without the network."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from pos.devices.virtual.card import VirtualCardTerminal
from sync.domain.orders import Purchase
from sync.domain.returns import Basis
from sync.hub import database
from sync.hub.tables import purchase
from sync.settings import DeviceSettings
from tests.flows.exchanging import into_sale, operations, press, scan, worth
from tests.flows.paying import Paying
from tests.flows.returning import Shop
from tests.link.store import OWN
from tests.stories.at_the_desk import Counter, cases, paid_back

MUG, LAMP = 2, 5  # 100.02 and 100.05


class WithCard(Counter):
    """A till with a card terminal, too."""

    def __init__(self, shop: Shop, folder: Path, name: str = "till-1") -> None:
        self.card = VirtualCardTerminal().start()
        super().__init__(shop, folder, name, online=False)
        self.online()

    def devices(self) -> DeviceSettings:
        return DeviceSettings(printer=f"127.0.0.1:{self.printer.port}", card_terminal=f"127.0.0.1:{self.card.port}")

    def stop(self) -> None:
        super().stop()
        self.card.stop()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    for number in (MUG, LAMP):
        made.move(number, OWN, 10)
    yield made
    made.stop()


@pytest.fixture
def till(shop: Shop, tmp_path: Path) -> Iterator[WithCard]:
    made = WithCard(shop, tmp_path)
    yield made
    made.stop()


def refunded(shop: Shop, id: str) -> tuple[int, int]:
    """Of the purchase's first line at the hub: thousandths that came back, and minor units."""
    with database.read(shop.engine) as conn:
        body = conn.execute(purchase.select().where(purchase.c.id == id)).one().body
    line = msgspec.json.decode(body, type=Purchase).lines[0]
    return line.returned, line.refunded


def test_even_then_with_a_card_then_with_money_back(shop: Shop, till: WithCard) -> None:
    worth(shop, 10_002)
    into_sale(till)
    scan(till, MUG)
    press(till)
    assert till.till.place == "done" and len(operations(till)) == 2

    worth(shop, 10_002, number="100-2")
    till.till.next_customer()
    into_sale(till, "100-2")
    scan(till, MUG, LAMP)
    press(till)
    paying = Paying(till)
    paying.flow.choose("card")
    paying.flow.charge()
    till.until(lambda: till.till.place == "done")
    assert [t["kind"] for t in operations(till)[-1][1]["tenders"]] == ["card", "exchange"]
    assert till.card.charged and len(till.card.charged) == 1

    worth(shop, 50_002, ("cash", 40_002), ("online", 10_000), number="100-3")
    till.till.next_customer()
    into_sale(till, "100-3")
    scan(till, MUG)
    press(till)
    assert till.till.done.state.given_back == 40_000 and len(operations(till)) == 6
    till.until(lambda: till.printer.kicks == 1)

    till.online()
    assert [refunded(shop, f"web:{n}") for n in ("100-48213", "100-2", "100-3")] == [
        (1000, 10_002),
        (1000, 10_002),
        (1000, 50_002),
    ], "the hub knows of all three (I-8)"
    assert paid_back(shop) == [] and cases(shop) == [], "what paid for goods is asked of nobody"


def test_offline_a_right_that_this_store_holds_pays_and_the_hub_hears_of_it_later(shop: Shop, tmp_path: Path) -> None:
    id = worth(shop, 10_002, location=OWN)
    till = WithCard(shop, tmp_path)
    shop.stop()
    till.offline()
    into_sale(till)
    scan(till, LAMP)
    press(till)
    paying = Paying(till)
    paying.flow.key("5")
    paying.flow.cash_received()
    (_kind, back, _causes, _op), _sale = operations(till)
    assert back["basis"] == Basis.HELD and till.till.place == "done"

    shop.start()
    till.online()
    assert refunded(shop, id) == (1000, 10_002) and cases(shop) == []
    till.stop()
