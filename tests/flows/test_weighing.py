"""Goods are weighed by the till's scale: a real driver, a virtual scale on a pseudo-terminal, real files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.devices.base import Load
from pos.devices.scale import SCALE_OFF
from pos.devices.virtual.scale import VirtualScale
from pos.pictures import initials
from pos.sale.view import primary
from pos.sale.weighing import Weighing
from pos.weight_words import state_of
from tests.flows.till import Counter


class Weighed(Counter):
    """A till with a scale."""

    def __init__(self, folder: Path) -> None:
        self.plate = VirtualScale(folder / "scale").start()
        super().__init__(folder, devices=False, scale=self.plate.path)

    def stop(self) -> None:
        """Everything off."""
        super().stop()
        self.plate.stop()

    @property
    def weighing(self) -> Weighing:
        """What waits for its weight."""
        assert self.till.sale.state.weighing is not None
        return self.till.sale.state.weighing

    def lies(self, grams: int, load: Load = Load.STEADY) -> None:
        """Put so much on the scale, and wait until the till has seen it."""
        self.plate.put(grams)
        self.until(lambda: self._seen == (load, grams), f"{grams} g")

    @property
    def _seen(self) -> tuple[Load | None, int]:
        on = self.till.sale.weigher.on
        assert on is not None
        return on.load, on.grams

    def says(self, words: str) -> None:
        """Wait until the screen says so of what lies on the scale."""
        self.until(lambda: state_of(self.weighing)[1] == words, words)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Weighed]:
    made = Weighed(tmp_path)
    made.sign_in()
    yield made
    made.stop()


def test_one_touch_takes_what_the_scale_shows(counter: Weighed) -> None:
    counter.scan("p-apple")
    assert counter.said == "Apples: put it on the scale Sold by the kilogram. Nothing is added yet."
    counter.says("Put the goods on the scale")
    counter.till.sale.weigh_done()
    assert counter.lines == {}
    counter.lies(1250)
    assert (primary(counter.till.sale.state).text, counter.weighing.amount) == ("Add 1.250 kg", 99875)
    counter.till.sale.weigh_done()
    assert counter.lines == {"p-apple": 1250} and counter.till.sale.state.totals.total == 99875


def test_goods_may_lie_there_before_they_are_scanned(counter: Weighed) -> None:
    counter.lies(300)
    counter.scan("p-apple")
    counter.till.sale.weigh_done()
    assert counter.lines == {"p-apple": 300}


def test_what_has_no_weight_is_said_and_can_not_be_taken(counter: Weighed) -> None:
    counter.scan("p-apple")
    counter.lies(1250)
    for fault, words in (
        ("motion", "Not steady yet"),
        ("over", "Too heavy: take something off"),
        ("under", "Below zero: empty it, then set it to zero"),
    ):
        counter.plate.set_fault(fault, "on")
        counter.says(words)
        assert primary(counter.till.sale.state).off
        counter.till.sale.weigh_done()
        assert counter.lines == {}
        counter.plate.set_fault(fault, "off")
        counter.says("Steady")


def test_nothing_is_sold_twice_because_it_was_left_on_the_scale(counter: Weighed) -> None:
    counter.scan("p-apple")
    counter.lies(500)
    counter.till.sale.weigh_done()
    counter.scan("p-pear")
    assert counter.weighing.blocked and primary(counter.till.sale.state).off
    counter.lies(700)
    counter.says("Weighed already: take it off first")
    counter.till.sale.weigh_done()
    assert counter.lines == {"p-apple": 500}
    counter.lies(0, Load.EMPTY)
    counter.lies(700)
    counter.till.sale.weigh_done()
    assert counter.lines == {"p-apple": 500, "p-pear": 700}


def test_the_same_line_may_be_weighed_again_with_what_lies_there(counter: Weighed) -> None:
    counter.scan("p-apple")
    counter.lies(500)
    counter.till.sale.weigh_done()
    counter.lies(650)
    counter.till.sale.weigh(counter.till.sale.state.hero)
    counter.till.sale.weigh_done()
    assert counter.lines == {"p-apple": 650}


def test_a_container_is_taken_off_and_does_not_stay_so_for_the_next_item(counter: Weighed) -> None:
    counter.scan("p-apple")
    counter.lies(80)
    counter.till.sale.weigh_tare()
    counter.says("Put the goods in")
    assert counter.said.startswith("The container is taken off")
    counter.plate.put(580)
    counter.says("Steady, without the container")
    counter.till.sale.weigh_done()
    assert counter.lines == {"p-apple": 500}
    counter.lies(580)
    counter.lies(0, Load.EMPTY)
    counter.scan("p-pear")
    counter.lies(580)
    counter.till.sale.weigh_done()
    assert counter.lines == {"p-apple": 500, "p-pear": 580}


def test_an_empty_scale_below_zero_is_set_to_zero(counter: Weighed) -> None:
    counter.scan("p-apple")
    counter.lies(0, Load.EMPTY)
    counter.plate.put(-20)
    counter.says("Below zero: empty it, then set it to zero")
    counter.till.sale.weigh_zero()
    counter.says("Put the goods on the scale")
    counter.until(lambda: counter.said.startswith("The scale stands at zero"), "its answer")


def test_a_scale_that_dies_leaves_the_keypad_and_comes_back_by_itself_f50(counter: Weighed) -> None:
    counter.scan("p-apple")
    counter.lies(500)
    counter.plate.faults.off = True
    counter.until(lambda: counter.weighing.scale and counter.weighing.scale.fault == SCALE_OFF, "the fault")
    assert counter.said == f"The scale can't be read {SCALE_OFF.text}" and counter.weighing.weight == 0
    counter.till.sale.weigh_by_hand()
    counter.till.sale.weigh_key("250")
    counter.till.sale.weigh_done()
    counter.scan("p-pear")
    assert counter.said == f"Pears: enter the weight {SCALE_OFF.text}" and counter.weighing.by_hand
    counter.plate.faults.off = False
    counter.until(lambda: counter.said.startswith("The scale is back"), "the scale")
    counter.till.sale.weigh_on_scale()
    counter.says("Steady")
    counter.till.sale.weigh_done()
    assert counter.lines == {"p-apple": 250, "p-pear": 500}


def test_digits_count_only_where_somebody_types_the_weight(counter: Weighed) -> None:
    counter.scan("p-apple")
    counter.lies(500)
    counter.till.sale.weigh_key("7")
    assert counter.weighing.weight == 500
    counter.till.sale.weigh_by_hand()
    counter.till.sale.weigh_key("7")
    assert counter.weighing.weight == 7


def test_the_letters_for_goods_without_a_picture_are_ones_that_the_screen_can_draw() -> None:
    assert [initials(name) for name in ("რძე მსუბუქი", "Milk 1 l", "сүт ақ")] == ["რმ", "ML", "СА"]
