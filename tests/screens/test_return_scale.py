"""What comes back is weighed in a real window: what lies on the scale is shown live, and one touch takes it."""

from pathlib import Path
from typing import Any

from pos.devices.virtual.scale import VirtualScale
from sync.domain.returns import Condition, Reason
from sync.protocol.messages import OrderPayment, ReceivedLine
from sync.settings import ScaleSettings
from tests.flows.returning import DAY
from tests.link.store import now
from tests.screens.stage import Stage
from tests.screens.test_returns import Desk
from tests.screens.test_till import cut, look, suns


def test_a_part_of_what_was_weighed_is_weighed_live_and_typed_while_the_scale_is_dead(
    ui: Stage, window: Any, tmp_path: Path
) -> None:
    from pos.ui.kit.buttons import Chip, PrimaryButton

    plate = VirtualScale(tmp_path / "plate").start()
    desk = Desk(ui, window, tmp_path)
    desk.shop.receive(
        lines=[ReceivedLine("1", "p4", 1_500, 630_000, now() + 5 * DAY)],
        paid=[OrderPayment("a", "card", 630_000, "Visa •• 4821", "r-1")],
    )
    try:
        desk.open(scale=ScaleSettings(port=plate.path))
        desk.order()
        flow = desk.flow
        flow.open_line("1")
        ui.step(3)
        ui.tap(next(chip for chip in ui.all(Chip) if chip.tag == "part"))
        ui.until(lambda: ui.sees("Put the goods on the scale"), what="the empty scale")
        ui.step(3)
        assert suns(ui) == 0 and ui.sees("May still come back") and ui.sees("1.5 kg")
        plate.put(1_640)
        ui.until(lambda: ui.sees("More than 1.5 kg"), what="too much")
        assert suns(ui) == 0
        look(ui, "return-scale-much-en")
        plate.put(640)
        ui.until(lambda: ui.sees("Take 0.64 kg"), what="the weight")
        ui.step(3)
        assert suns(ui) == 1 and cut(ui) == []
        for spoken in ("en", "ru", "kk", "ka"):
            ui.language(spoken)
            ui.step(3)
            assert cut(ui) == []
            look(ui, f"return-scale-{spoken}")
        ui.dark(True)
        ui.resize(1920, 1080)
        look(ui, "return-scale-ka-dark-wide")
        ui.dark(False)
        ui.resize(1280, 800)
        ui.language("en")
        ui.step(3)
        plate.faults.off = True
        ui.until(lambda: ui.sees("The scale can't be read"), what="the fault")
        ui.tap("By hand")
        ui.until(lambda: ui.sees("Use the scale"), what="the keypad")
        ui.tap("5")
        ui.until(lambda: ui.sees("Take 0.005 kg"), what="the digit")
        look(ui, "return-scale-dead-en")
        ui.tap(next(button for button in ui.all(PrimaryButton) if button.text == "Take 0.005 kg"))
        ui.until(lambda: flow.state.taken == {"1": 5}, what="the part")
        flow.reason("1", Reason.FAULTY)
        flow.condition("1", Condition.OPENED)
        assert flow.state.may_go_on
    finally:
        desk.stop()
        plate.stop()
