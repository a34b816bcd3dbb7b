"""A slip for cash in a real window over a real hub: scanned, paid once, and what stands on the screen."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pos.returns.state import Phase
from tests.flows.owing import AGAIN, SLIP, owes, paid_elsewhere
from tests.screens.stage import Stage
from tests.screens.test_returns import Desk, seen
from tests.screens.test_till import suns


class SlipDesk(Desk):
    """A till to which somebody comes with a slip."""

    def slip(self, number: str = SLIP) -> None:
        """Scan it."""
        before = self.flow.state
        self.ui.keys(f"STF1:{number}\n")
        self.ui.until(lambda: self.flow.state is not before and not self.flow.state.busy, what="the slip")
        self.ui.step(3)

    def printed(self) -> None:
        """Wait for the payment's paper."""
        self.ui.until(lambda: self.flow.state.slip.paper.value == "printed", what="the paper")


@pytest.fixture
def desk(ui: Stage, window: Any, tmp_path: Path) -> Iterator[SlipDesk]:
    made = SlipDesk(ui, window, tmp_path)
    owes(made.shop)
    made.open()
    yield made
    made.stop()


def test_a_slip_is_scanned_and_paid_by_one_touch(desk: SlipDesk) -> None:
    ui = desk.ui
    desk.slip()
    assert ui.sees(f"Slip {SLIP}") and ui.sees("Owed in cash") and suns(ui) == 1
    ui.tap("Pay out")
    ui.until(lambda: desk.flow.state.phase is Phase.PAID, what="the payment")
    desk.printed()
    ui.step(3)
    assert ui.sees("Cash to give") and ui.sees("Paid and recorded") and desk.printer.kicks == 1
    assert SLIP in desk.printer.texts[0]
    ui.tap("Print a copy")
    ui.until(lambda: len(desk.printer.texts) == 2, what="the copy")
    assert "Copy" in desk.printer.texts[1] and desk.printer.kicks == 1
    desk.printed()
    ui.tap("Next customer")
    assert desk.till.place == "sale"
    desk.till.tab("returns")
    desk.slip()
    assert ui.sees("Paid before") and not ui.sees("Pay out")


def test_a_slip_is_left_for_another_order_and_what_is_not_found_leaves_it(desk: SlipDesk) -> None:
    ui = desk.ui
    desk.slip()
    desk.slip("ZZZZZZ-1")
    assert ui.sees("No order by ZZZZZZ-1") and ui.sees("Owed in cash"), "the slip stays where it was"
    ui.tap("Another order")
    ui.step(3)
    assert ui.sees("Scan the receipt") and desk.flow.state.phase is Phase.FIND
    ui.keys("k7q2zd4\n")
    ui.until(lambda: desk.flow.state.phase is Phase.OWED, what="the slip by its typed number")


@pytest.mark.parametrize(
    ("language", "dark"), [("en", False), ("en", True), ("ru", False), ("ru", True), ("kk", False), ("ka", True)]
)
def test_nothing_of_a_slip_is_cut(desk: SlipDesk, language: str, dark: bool) -> None:
    ui, name = desk.ui, f"{language}{'-dark' if dark else ''}"
    ui.language(language)
    ui.dark(dark)
    desk.slip()
    seen(ui, f"owed-open-{name}")
    desk.slip(AGAIN)
    seen(ui, f"owed-held-{name}")
    desk.slip("K7Q2ZD-77")
    seen(ui, f"owed-waiting-{name}")
    desk.slip()
    desk.flow.pay_out()
    ui.until(lambda: desk.flow.state.phase is Phase.PAID, what="the payment")
    desk.printed()
    seen(ui, f"owed-paid-{name}")
    paid_elsewhere(desk.shop)
    desk.slip()
    seen(ui, f"owed-before-{name}")
