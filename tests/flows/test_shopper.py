"""What the shopper sees of a sale: each line, the weight, what is due, the change, and nothing of staff."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from pos.devices.virtual.display import VirtualDisplay
from pos.equipment import showing
from pos.shopper import Shopper, follow, two_lines
from pos.shown import Shown
from sync.settings import CustomerDisplaySettings, load
from tests.flows.till import Counter


class Watched(Counter):
    """A till, and all that its shopper was shown."""

    def follow(self) -> "Watched":
        self.seen: list[Shown] = []
        self.shopper = Shopper(self.till, [self.seen.append], "en")
        return self

    @property
    def now_shown(self) -> Shown:
        return self.seen[-1]

    @property
    def lines_shown(self) -> list[str]:
        rows = two_lines(self.now_shown, "Dala")
        return [f"{row.left}|{row.right}".replace("\u202f", " ").rstrip("|") for row in rows]


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    made.follow()
    made.sign_in()
    yield made
    made.stop()


def test_a_sale_is_shown_line_by_line_and_ends_with_change_and_thanks(counter: Watched) -> None:
    assert counter.lines_shown == ["Dala Market", "Welcome"]
    counter.scan("p-milk")
    assert counter.lines_shown == ["Milk 1 l|620", "To pay|620"]
    counter.scan("p-bun")
    assert counter.lines_shown[1] == "To pay|765.50"
    counter.scan("p-milk")
    assert counter.lines_shown == ["2 x Milk 1 l|1 240", "To pay|1 385.50"]
    counter.till.sale.pay()
    assert (counter.now_shown.phase, counter.now_shown.due) == ("pay", 138600)
    counter.till.payment.quick(150000)
    assert counter.lines_shown == ["To pay|1 386", "Change|114"]
    counter.till.payment.cash_received()
    assert (counter.now_shown.phase, counter.lines_shown) == ("done", ["Change|114", "Thank you"])
    counter.till.next_customer()
    assert counter.lines_shown == ["Dala Market", "Welcome"]


def test_a_card_is_asked_for_only_while_it_is_the_shoppers_move(counter: Watched) -> None:
    counter.scan("p-milk")
    counter.till.sale.pay()
    counter.till.payment.choose("card")
    counter.card.faults.decline = "no"
    counter.till.payment.charge()
    counter.until(lambda: counter.now_shown.card == "no", "the refusal")
    assert "wait" in [shown.card for shown in counter.seen]


def test_weighed_goods_show_weight_price_and_amount_before_they_are_added(counter: Watched) -> None:
    counter.scan("p-apple")
    assert counter.lines_shown == ["Apples|-", "799/kg|-"]
    counter.till.sale.weigh_key("1250")
    assert counter.lines_shown == ["Apples|1.25 kg", "799/kg|998.75"]
    counter.till.sale.weigh_done()
    assert counter.lines_shown == ["1.25 x Apples|998.75", "To pay|998.75"]


def test_nothing_of_staff_or_of_other_tasks_is_shown(counter: Watched) -> None:
    counter.scan("p-milk")
    assert b"Aliya" not in msgspec.json.encode(counter.now_shown)
    counter.till.sign_out()
    assert counter.now_shown.phase == "idle" and counter.now_shown.lines == ()


def test_a_shopper_reads_their_own_language(counter: Watched) -> None:
    Shopper(counter.till, [counter.seen.append], "ru")
    counter.scan("p-milk")
    assert counter.now_shown.lines[0].name == "Молоко 1 л"


def test_a_display_that_is_gone_never_stops_a_sale(tmp_path: Path) -> None:
    glass = VirtualDisplay(tmp_path / "display").start()
    counter, shown = Counter(tmp_path), CustomerDisplaySettings(port=glass.path)
    display = counter.terminal.devices.display = showing(shown, counter.terminal.inbox)
    assert display is not None
    display.open()
    try:
        follow(counter.till, replace(load(None, {}, {}), customer_display=shown), "Dala")
        counter.sign_in()
        counter.scan("p-milk")
        counter.until(lambda: glass.lines == ("Milk 1 l         620", "To pay           620"), "the line")
        glass.faults.off = True
        counter.scan("p-bun")
        assert len(counter.lines) == 2
        glass.faults.off = False
        counter.until(lambda: glass.lines[1] == "To pay        765.50", "the display")
    finally:
        counter.stop()
        glass.stop()
