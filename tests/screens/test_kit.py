"""The parts of the kit, touched and looked at."""

from __future__ import annotations

from typing import Any

import pos.ui.kit as kit


def test_a_touch_on_the_primary_acts_once(ui: Any) -> None:
    acts: list[int] = []
    button = kit.PrimaryButton(text="Take payment", on_tap=lambda _b: acts.append(1))
    ui.show(button)
    ui.tap("Take payment")
    assert acts == [1]
    ui.picture("kit-primary")
