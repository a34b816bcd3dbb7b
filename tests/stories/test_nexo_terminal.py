"""A store pays and gives back by a card terminal that speaks nexo Sale to POI, in a process of its own, by HTTPS."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.settings import DeviceSettings
from tests.devices.nexoing import NexoProcess
from tests.flows.carding import on_counter, over, payments, press, ready, stocked
from tests.flows.paying import Paying
from tests.flows.returning import Shop
from tests.stories.at_the_desk import Counter, cases, paid_back
from tests.stories.test_card_refund import MUG, at_hub


class NexoTill(Counter):
    """A till at that terminal, with its own agent."""

    def __init__(self, shop: Shop, folder: Path, name: str, card: NexoProcess) -> None:
        self.card, self.name = card, name
        super().__init__(shop, folder, name, online=False)
        self.online()
        ready(self)

    def devices(self) -> DeviceSettings:
        return DeviceSettings(
            printer=f"127.0.0.1:{self.printer.port}",
            card_terminal=f"127.0.0.1:{self.card.port}",
            card_protocol="nexo",
            card_poi_id="P400-1",
            card_sale_id=self.name,
            card_ca_file=self.card.authority.file,
            card_key_file=self.card.key_file,
        )

    def pay(self, *numbers: int) -> Paying:
        """Goods are sold, and the card is asked for."""
        paying = Paying(self)
        paying.goods(*numbers)
        paying.flow.choose("card")
        paying.flow.charge()
        return paying


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    stocked(made)
    yield made
    made.stop()


@pytest.fixture
def card(tmp_path: Path) -> Iterator[NexoProcess]:
    made = NexoProcess(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def till(shop: Shop, card: NexoProcess, tmp_path: Path) -> Iterator[NexoTill]:
    made = NexoTill(shop, tmp_path, "till-1", card)
    yield made
    made.stop()


def test_f29_a_till_killed_while_a_card_pays_ends_its_sale_and_gives_it_back_later(
    shop: Shop, card: NexoProcess, till: NexoTill
) -> None:
    card.fault("by_hand on")
    till.pay(MUG)
    card.until(lambda it: it["asks"])
    till.off()
    till.start()
    till.until(lambda: till.till.place == "payment")
    card.press("tap")
    till.until(lambda: till.till.place == "done")
    assert [amount for _attempt, amount in card.look()["charged"]] == [10_002]
    body = till.till.done.state.sale.body
    assert [(it.kind, it.amount, it.masked) for it in body.tenders] == [("card", 10_002, "•• 4242")]
    till.printed(1)
    assert "Approval PP400-1.000001\n" in till.printer.texts[-1].replace(" \n", "\n")
    till.till.next_customer()
    card.fault("by_hand off")
    till.online()

    on_counter(till, body.receipt, MUG)
    press(till)
    over(till)
    till.online()
    assert [amount for _attempt, amount in card.look()["given_back"]] == [10_002]
    assert [state for _attempt, state in payments(till)] == ["pending", "approved"]
    assert at_hub(shop) == (["approved"], [10_002]) and paid_back(shop) == [] and cases(shop) == []
