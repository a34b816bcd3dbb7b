"""Goods with nothing to prove their purchase, in a real window over a real hub: touches, scans, what stands there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pos.blind.state import Phase
from sync.domain.returns import Condition, Reason
from tests.flows.returning import code
from tests.flows.without_proof import PHONE, allow
from tests.screens.stage import Stage
from tests.screens.test_returns import Desk, seen


class BareDesk(Desk):
    """A till in the test's window at that page."""

    @property
    def blind(self) -> Any:
        return self.till.blind

    def page(self, *, online: bool = True, **limits: Any) -> None:
        """Open it from the returns tab."""
        allow(self.shop, **limits)
        self.open(online=online)
        self.ui.tap("No receipt, no order")
        self.ui.until(lambda: self.till.place == "blind" and self.blind.state.known.rules.allowed, what="the page")
        self.ui.step(3)

    def goods(self, number: int) -> None:
        """Scan goods."""
        lines = self.blind.state.lines
        self.ui.keys(code(number) + "\n")
        self.ui.until(lambda: self.blind.state.lines != lines, what="the goods")
        self.ui.step(3)

    def counter(self) -> None:
        """A lamp that is damaged, and two mugs."""
        self.goods(5)
        self.blind.reason("p5", Reason.FAULTY)
        self.blind.condition("p5", Condition.DAMAGED)
        self.goods(2)
        self.blind.set_quantity("p2", 2)
        self.ui.step(3)

    def limits(self) -> None:
        """The shopper's number, and what is found."""
        self.blind.ask_phone()
        for digit in PHONE:
            self.blind.key(digit)
        self.blind.check()
        self.ui.until(lambda: not self.blind.state.busy, what="the limits")
        self.ui.step(3)


@pytest.fixture
def desk(ui: Stage, window: Any, tmp_path: Path) -> Iterator[BareDesk]:
    made = BareDesk(ui, window, tmp_path)
    yield made
    made.stop()


def test_by_touches_and_keys_from_the_quiet_button_to_the_slip(desk: BareDesk) -> None:
    ui = desk.ui
    desk.page()
    assert ui.sees("Scan what comes back") and ui.sees("Store credit, never money")
    desk.goods(2)
    assert ui.sees("Lowest") and ui.sees("Say why and how it came back")
    ui.tap("Changed mind")
    ui.tap("Sealed")
    ui.tap("Shopper's phone")
    ui.step(3)
    ui.keys(PHONE)
    ui.until(lambda: desk.blind.state.phone_may_be, what="the digits")
    ui.tap("Look at the limits")
    ui.until(lambda: ui.sees("Within the limits"), what="the limits")
    assert ui.sees("1 of 2") and ui.sees("•• 0123")
    ui.tap("Give store credit")
    ui.until(lambda: desk.blind.state.phase is Phase.APPROVAL, what="the approval")
    ui.tap("Damir T.")
    ui.keys("2222")
    ui.until(lambda: ui.sees("Slip printed"), what="the slip")
    assert desk.printer.kicks == 0 and "Without a receipt" in desk.printer.texts[0]
    ui.tap("Next customer")
    assert desk.till.place == "sale"


def test_a_rule_that_fails_is_seen_and_nothing_can_be_pressed(desk: BareDesk) -> None:
    ui = desk.ui
    desk.page(blind_limit_amount=10_000)
    desk.counter()
    desk.limits()
    assert ui.sees("A rule does not allow it") and ui.sees("258.05 of 100")
    seen(ui, "blind-fails-en")
    ui.tap("Give store credit")
    assert desk.blind.state.phase is Phase.GOODS


SHADES = [("ru", True), ("ka", False)]


@pytest.mark.parametrize(("language", "dark"), SHADES)
def test_nothing_is_cut(desk: BareDesk, language: str, dark: bool) -> None:
    ui, shade = desk.ui, "-dark" if dark else ""
    desk.page()
    ui.language(language)
    ui.dark(dark)
    seen(ui, f"blind-empty-{language}{shade}")
    desk.counter()
    desk.blind.ask_phone()
    seen(ui, f"blind-phone-{language}{shade}")
    desk.blind.keep_goods()
    desk.limits()
    seen(ui, f"blind-goods-{language}{shade}")
    desk.blind.give()
    ui.until(lambda: desk.blind.state.phase is Phase.APPROVAL, what="the approval")
    seen(ui, f"blind-approval-{language}{shade}")
    desk.blind.approver("s-2")
    for digit in "2222":
        desk.blind.key(digit)
    ui.until(lambda: desk.blind.state.slip.paper.value == "printed", what="the slip")
    seen(ui, f"blind-done-{language}{shade}")
