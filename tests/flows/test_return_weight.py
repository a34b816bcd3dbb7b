"""What comes back is weighed by the till's scale: a real driver, a virtual scale on a pseudo-terminal, a real hub."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pos.devices.base import Inbox, Load
from pos.devices.scale import SCALE_OFF
from pos.devices.virtual.scale import VirtualScale
from pos.equipment import equip
from pos.returns.plan import primary
from pos.returns.state import Phase, WeighingBack
from pos.returns.view import lines
from pos.terminal import Devices
from pos.weight_words import state_of
from sync.domain.returns import Condition, Reason
from sync.protocol.messages import OrderPayment, ReceivedLine
from sync.settings import ScaleSettings
from tests.flows.returning import DAY, Desk, Shop
from tests.link.store import now

BOUGHT = [ReceivedLine("1", "p4", 1_500, 300_000, now() + DAY), ReceivedLine("2", "p4", 800, 160_000, now() + DAY)]


class Weighed(Desk):
    """A till with a scale at the returns tab; dried apricots of an order are open there."""

    def start(self) -> None:
        self.plate = VirtualScale(self.folder / "plate").start()
        super().start()

    def equipped(self) -> Callable[[Inbox], Devices]:
        return equip(self.devices(), scale=ScaleSettings(port=self.plate.path))

    def stop(self) -> None:
        super().stop()
        self.plate.stop()

    @property
    def weighing(self) -> WeighingBack:
        """What is weighed now."""
        assert self.flow.state.weighing is not None
        return self.flow.state.weighing

    def lies(self, grams: int, load: Load = Load.STEADY) -> None:
        """Put so much on the scale, and wait until the till has seen it."""
        self.plate.put(grams)
        self.until(lambda: (on := self.till.sale.weigher.on) and (on.load, on.grams) == (load, grams))

    def says(self, words: str) -> None:
        """Wait until the screen says so of what lies on the scale."""
        self.until(lambda: state_of(self.weighing)[1] == words)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Weighed]:
    shop = Shop(tmp_path / "hub")
    shop.receive(lines=BOUGHT, paid=[OrderPayment("a", "card", 460_000, "", "r-1")])
    made = Weighed(shop, tmp_path)
    made.find()
    yield made
    made.stop()
    shop.stop()


def test_one_touch_takes_what_the_scale_shows(desk: Weighed) -> None:
    flow = desk.flow
    flow.open_line("1")
    flow.weigh("1", whole=False)
    assert desk.said == "Dried apricots: put it on the scale At most 1.5 kg may still come back"
    desk.says("Put the goods on the scale")
    assert primary(flow.state).off and (primary(flow.state).text, flow.state.may_go_on) == ("Take the weight", False)
    flow.weigh_done()
    assert flow.state.taken == {}
    desk.lies(640)
    assert (primary(flow.state).text, primary(flow.state).off) == ("Take 0.64 kg", False)
    flow.weigh_done()
    assert (flow.state.taken, flow.state.weighing, lines(flow.state)[0].weight) == ({"1": 640}, None, "part")
    flow.reason("1", Reason.FAULTY)
    flow.condition("1", Condition.OPENED)
    desk.refund()
    assert desk.done and [it["quantity"] for it in desk.returns()[0]["lines"]] == [640]


def test_never_more_than_may_come_back_whatever_lies_there(desk: Weighed) -> None:
    flow = desk.flow
    flow.weigh("2", whole=False)
    desk.lies(801)
    desk.says("More than 0.8 kg")
    assert primary(flow.state).off
    flow.weigh_done()
    assert flow.state.taken == {} and desk.said.startswith("Too heavy: 0.801 kg of Dried apricots")
    desk.lies(800)
    desk.says("Steady")
    flow.weigh_done()
    assert flow.state.taken == {"2": 800}


def test_the_same_goods_do_not_come_back_twice_because_they_were_left_on_the_scale(desk: Weighed) -> None:
    flow = desk.flow
    flow.weigh("1", whole=False)
    desk.lies(500)
    flow.weigh_done()
    flow.weigh("2", whole=False)
    desk.says("Weighed already: take it off first")
    flow.weigh_done()
    assert flow.state.taken == {"1": 500} and primary(flow.state).off
    desk.lies(0, Load.EMPTY)
    desk.lies(300)
    flow.weigh_done()
    assert flow.state.taken == {"1": 500, "2": 300}
    flow.another()
    desk.find()
    flow.weigh("2", whole=False)
    assert desk.weighing.blocked, "nor in another return"


def test_what_was_sold_does_not_come_back_because_it_lies_there_still(desk: Weighed) -> None:
    desk.till.tab("sale")
    desk.till.sale.weigher.taken("a line of the cart")
    desk.lies(400)
    desk.till.tab("returns")
    desk.flow.weigh("1", whole=False)
    assert desk.weighing.blocked


def test_a_container_is_taken_off(desk: Weighed) -> None:
    desk.flow.weigh("1", whole=False)
    desk.lies(80)
    desk.flow.weigh_tare()
    desk.says("Put the goods in")
    desk.until(lambda: desk.said.startswith("The container is taken off"))
    desk.plate.put(580)
    desk.says("Steady, without the container")
    desk.flow.weigh_done()
    assert desk.flow.state.taken == {"1": 500}


def test_a_scale_that_dies_leaves_the_keypad_and_comes_back_by_itself_f50(desk: Weighed) -> None:
    flow = desk.flow
    flow.weigh("1", whole=False)
    desk.lies(500)
    desk.plate.faults.off = True
    desk.until(lambda: desk.weighing.scale and desk.weighing.scale.fault == SCALE_OFF)
    assert desk.said == f"The scale can't be read {SCALE_OFF.text}" and desk.weighing.weight == 0
    flow.weigh_by_hand()
    flow.key("25")
    flow.key("0")
    flow.weigh_done()
    assert flow.state.taken == {"1": 250}
    flow.weigh("2", whole=False)
    assert desk.said == f"Dried apricots: enter the weight {SCALE_OFF.text}" and desk.weighing.by_hand
    desk.plate.faults.off = False
    desk.until(lambda: desk.said.startswith("The scale is back"))
    flow.weigh_on_scale()
    desk.says("Steady")
    flow.weigh_done()
    assert flow.state.taken == {"1": 250, "2": 500}


def test_a_weight_that_is_left_changes_nothing_and_is_asked_for_no_more(desk: Weighed) -> None:
    flow = desk.flow
    flow.weigh("1", whole=True)
    flow.weigh("1", whole=False)
    desk.lies(700)
    flow.key("7")
    assert desk.weighing.weight == 700, "digits count only where somebody types"
    flow.weigh_cancel()
    assert (flow.state.taken, flow.state.weighing) == ({"1": 1500}, None)
    assert desk.said.startswith("No weight was taken") and flow.state.phase is Phase.ORDER
