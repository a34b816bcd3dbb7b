"""Serials, sets, shipping and weighed goods at the returns tab, in a real window: what stands there, and touches."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.domain.returns import Condition, Reason
from sync.protocol.messages import OrderPayment, ReceivedBundle, ReceivedLine
from tests.flows.returning import DAY
from tests.link.store import now
from tests.screens.stage import Stage
from tests.screens.test_returns import Desk
from tests.screens.test_till import look, suns


@pytest.fixture
def desk(ui: Stage, window: Any, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(ui, window, tmp_path)
    until = now() + 5 * DAY
    lines = [
        ReceivedLine("1", "p1", 2000, 12_998_000, until, serials=["TAU-00417", "TAU-00418"]),
        ReceivedLine("2", "p3", 1000, 1, until),
        ReceivedLine("4", "p4", 1_500, 630_000, until),
        ReceivedLine("3", "p2", 4000, 1, until),
        ReceivedLine("s", "", 1000, 150_000, name="Courier", vat_rate=1200),
    ]
    made.shop.put("config", "setting", {"key": "return_shipping", "value": '"whole"'})
    made.shop.put("config", "setting", {"key": "bundle_parts", "value": '"approval"'})
    made.shop.receive(
        lines=lines,
        bundles=[ReceivedBundle("Шай", ["2", "3"], 3_600_000)],
        paid=[OrderPayment("a", "card", 17_378_000, "Visa •• 4821", "r-1")],
    )
    made.open()
    made.order()
    yield made
    made.stop()


def scan(desk: Desk, text: str) -> None:
    """Scan any code by the keys of a scanner."""
    before = desk.flow.state
    desk.ui.keys(text + "\n")
    desk.ui.until(lambda: desk.flow.state is not before, what="an answer")
    desk.ui.step(3)


def test_units_sets_and_shipping_say_what_they_are(desk: Desk) -> None:
    ui, flow = desk.ui, desk.flow
    assert ui.sees("by its serial number") and ui.sees("part of Шай") and ui.sees("goes back with the last item")
    flow.scanned("TAU-00418")
    ui.until(lambda: flow.state.taken == {"1": 1000}, what="the unit")
    flow.reason("1", Reason.FAULTY)
    flow.condition("1", Condition.OPENED)
    ui.step(3)
    assert ui.sees("number TAU-00418") and suns(ui) == 1
    look(ui, "return-special-en")
    flow.set_quantity("2", 1000)
    flow.condition("2", Condition.SEALED)
    ui.step(3)
    assert not ui.sees("Only a part of a set comes back.")
    flow.refund()
    ui.until(lambda: ui.sees("Only a part of a set comes back."), what="why somebody must approve")


def test_a_part_of_what_was_weighed_is_typed_on_the_pad(desk: Desk) -> None:
    from pos.ui.kit.buttons import Chip, PrimaryButton

    ui, flow = desk.ui, desk.flow
    flow.open_line("4")
    ui.step(3)
    ui.tap(next(chip for chip in ui.all(Chip) if chip.tag == "part"))
    ui.until(lambda: flow.state.weighing is not None, what="the pad")
    ui.step(3)
    for digit in "640":
        ui.keys(digit)
        ui.wait(0.2)
    ui.until(lambda: flow.state.weighing.grams == 640, what="the weight")
    ui.step(2)
    assert ui.sees("0.640") and ui.sees("May still come back: 1.5 kg")
    look(ui, "return-weight-en")
    ui.tap(next(button for button in ui.all(PrimaryButton) if button.text == "Take 0.64 kg"))
    ui.until(lambda: flow.state.taken == {"4": 640}, what="the part")
