"""The scale in a real window: what lies on it is shown live, and one touch takes it."""

from pathlib import Path
from typing import Any

from pos.devices.virtual.scale import VirtualScale
from tests.screens.stage import Stage
from tests.screens.test_till import Store, cut, look, suns


def test_goods_are_weighed_live_and_by_hand_while_the_scale_is_dead(ui: Stage, window: Any, tmp_path: Path) -> None:
    plate = VirtualScale(tmp_path / "plate").start()
    store = Store(ui, window, tmp_path, scale=plate.path)
    try:
        store.sign_in()
        store.scan("p-apple")
        ui.until(lambda: ui.sees("Put the goods on the scale"), what="the empty scale")
        assert suns(ui) == 0
        plate.put(12_345)
        ui.until(lambda: ui.sees("Add 12.345 kg"), what="the weight")
        look(ui, "sale-scale-en")
        ui.tap("Add 12.345 kg")
        ui.until(lambda: store.till.sale.state.cart.lines, what="the line")
        plate.faults.off = True
        store.scan("p-pear")
        ui.until(lambda: ui.sees("The scale can't be read") or ui.sees("enter the weight"), what="the fault")
        assert cut(ui) == []
        store.till.sale.weigh_by_hand()
        ui.step(3)
        ui.tap("5")
        assert ui.sees("Add 0.005 kg") and ui.sees("Use the scale")
    finally:
        store.stop()
        plate.stop()
