"""A signed pass at the counter: it opens its order with no network, and each thing wrong with it has its own words."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pos.equipment import equip
from pos.printing import Printing
from pos.returns.flow import ReturnsFlow
from pos.returns.state import Phase, ReturnState
from pos.runner import Direct
from pos.terminal import Terminal
from sync.domain.passes import DAY_MS
from sync.domain.returns import Basis, Condition, Reason
from sync.hub import pass_keys
from sync.local import Local, Staff
from sync.protocol import base45, passes
from sync.settings import DeviceSettings
from tests.flows.returning import ORDER, Shop
from tests.link.asking import Straight
from tests.link.store import now
from tests.local.bought import allow


class Desk:
    """A till whose copy of the orders is older than the order, and that order's pass."""

    def __init__(self, folder: Path, *, online: bool = False) -> None:
        self.shop, self.at = Shop(folder / "hub"), 0
        pass_keys.ensure(self.shop.engine, now())
        self.home = self.shop.till(folder, online=online)
        self.order = self.shop.receive()
        self.text = pass_keys.pass_of(self.shop.engine, self.order, now()).text
        self.local, self.asking = Local.open(self.home), Straight(self.home)
        self.terminal = Terminal(
            self.home, runner=Direct(self.local), devices=equip(DeviceSettings()), asking=self.asking
        )
        self.flow = ReturnsFlow(self.terminal, Printing(self.terminal, self.clock), self.clock)
        self.flow.start(Staff("s-1", "Aliya K.", "cashier", now() + DAY_MS))

    def clock(self) -> int:
        return now() + self.at

    def scan(self, text: str) -> ReturnState:
        self.flow.scanned(text)
        self.until(lambda: self.flow.state.phase is not Phase.ASKING)
        return self.flow.state

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + 20
        while not true():
            assert time.monotonic() < end, "it did not come in time"
            self.terminal.pump()
            time.sleep(0.01)

    def stop(self) -> None:
        self.terminal.stop()
        self.asking.close()
        self.shop.stop()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.stop()


def titles(state: ReturnState) -> str:
    assert state.happened is not None
    return state.happened.title


def test_a_pass_opens_an_order_that_this_till_never_heard_of_with_no_network(desk: Desk) -> None:
    state = desk.scan(desk.text)
    assert (state.phase, state.live, state.by_hub) == (Phase.ORDER, False, False)
    assert state.purchase is not None
    assert [(x.id, x.name, x.left) for x in state.purchase.lines] == [
        ("1", "Наушники Tau One", 1000), ("2", "Кружка «Шай»", 6000), ("3", "Чайник «Самал»", 1000),
    ]  # fmt: skip
    assert titles(state) == f"Order {ORDER}, proved by its pass"


def test_what_only_a_pass_proves_is_taken_back_within_the_tills_own_budget(desk: Desk) -> None:
    desk.scan(desk.text)
    desk.flow.set_quantity("2", 1000)
    desk.flow.reason("2", Reason.CHANGED_MIND)
    desk.flow.condition("2", Condition.SEALED)
    desk.flow.refund()
    desk.until(lambda: desk.flow.state.phase is Phase.DONE)
    done = desk.flow.state.recorded
    assert done is not None
    assert (done.body.purchase, done.body.basis, done.body.total) == (desk.order, Basis.BUDGET.value, 329_000)
    again = desk.scan(desk.text)
    assert again.purchase is not None
    assert [line.left for line in again.purchase.lines] == [1000, 5000, 1000]


def test_with_the_network_the_hub_says_how_the_order_stands(tmp_path: Path) -> None:
    desk = Desk(tmp_path, online=True)
    state = desk.scan(desk.text)
    assert (state.phase, state.live, state.by_hub) == (Phase.ORDER, True, True)
    assert state.purchase is not None
    assert state.purchase.customer == "Daniyar M.", "a pass carries no name; the hub does"
    desk.stop()


def test_where_the_network_only_seems_to_be_there_the_pass_is_enough(tmp_path: Path) -> None:
    desk = Desk(tmp_path, online=True)
    desk.shop.stop()
    state = desk.scan(desk.text)
    assert (state.phase, state.live) == (Phase.ORDER, False)
    assert titles(state) == f"Order {ORDER}, proved by its pass"
    desk.stop()


def test_a_pass_that_does_not_hold_says_why_and_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    raw = base45.decode(desk.text.removeprefix("STF2:"))
    changed = raw[:-1] + bytes([raw[-1] ^ 1])
    sealed = passes.read(desk.text)
    others = passes.write(replace(sealed.says(), kid=passes.kid_of(b"another")), bytes(32))
    assert titles(desk.scan(desk.text[:-30])) == "The pass was only half read"
    assert titles(desk.scan("STF2:" + base45.encode(changed))) == "This pass was changed"
    assert titles(desk.scan(others)) == "This pass is not ours"
    assert desk.flow.state.purchase is None
    desk.at = 400 * DAY_MS
    assert titles(desk.scan(desk.text)).startswith("This pass expired on ")
    assert desk.flow.state.happened is not None
    assert ORDER in desk.flow.state.happened.line
    desk.at = -2 * DAY_MS
    assert titles(desk.scan(desk.text)) == "This pass is from the future"
    desk.at = 0
    allow(desk.home, pass_revoked={sealed.says().serial: sealed.says().expires})
    assert titles(desk.scan(desk.text)) == "This pass was withdrawn"
    assert (desk.flow.state.phase, desk.flow.state.purchase) == (Phase.FIND, None)


def test_a_bad_pass_leaves_the_order_that_is_open_open(desk: Desk) -> None:
    desk.scan(desk.text)
    state = desk.scan(desk.text[:-30])
    assert (state.phase, state.purchase and state.purchase.id) == (Phase.ORDER, desk.order)
    assert titles(state) == "The pass was only half read"


def test_a_pass_whose_goods_all_came_back_is_used_up(desk: Desk) -> None:
    allow(desk.home, return_budget=10**9, return_cap=10**9)
    state = desk.scan(desk.text)
    assert state.purchase is not None
    for line in state.purchase.lines:
        desk.flow.set_quantity(line.id, line.left)
        desk.flow.reason(line.id, Reason.CHANGED_MIND)
        desk.flow.condition(line.id, Condition.SEALED)
    desk.flow.refund()
    desk.until(lambda: desk.flow.state.phase is Phase.DONE)
    state = desk.scan(desk.text)
    assert (titles(state), state.purchase) == ("This pass is used up", None)
