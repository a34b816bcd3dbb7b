"""Lists of any length: what is built, what a finger does."""

from __future__ import annotations

import time
from typing import Any

import pos.ui.kit as kit

from kivy.properties import NumericProperty, ObjectProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip


class Line(kit.CartRow):
    item = ObjectProperty(None, rebind=True)
    index = NumericProperty(-1)

    def on_item(self, _row: Any, item: str) -> None:
        self.name = item


class Million:
    """A sequence that makes its rows when they are asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def __len__(self) -> int:
        return 1_000_000

    def __getitem__(self, index: int) -> str:
        self.asked += 1
        return f"row {index}"


def listing(ui: Any, rows: Any, taps: list[int]) -> Any:
    box = BoxLayout()
    rolls = kit.VirtualList(rows=rows, row_class=Line, row_height=76)
    rolls.bind(on_row=lambda _l, index: taps.append(index))
    box.add_widget(rolls)
    ui.show(box)
    return rolls


def test_a_list_of_a_million_builds_only_the_rows_in_view(ui: Any) -> None:
    rows, taps = Million(), []
    began = time.perf_counter()
    rolls = listing(ui, rows, taps)
    assert time.perf_counter() - began < 1.0
    rolls.scroll_to(999_999)
    ui.step(2)
    assert ui.sees("row 999999")
    assert len(rolls.children) < 30
    assert rows.asked < 60


def test_a_touch_on_a_row_tells_its_index(ui: Any) -> None:
    taps: list[int] = []
    listing(ui, ["Kettle", "Lamp", "Mug"], taps)
    ui.tap("Lamp")
    assert taps == [1]


def test_a_finger_that_scrolls_touches_no_row_and_the_list_glides_on(ui: Any) -> None:
    taps: list[int] = []
    rolls = listing(ui, Million(), taps)
    finger = ui.press(600, 300)
    for y in range(300, 600, 30):
        finger.touch_move(600, y)
        ui.step(1)
    at = rolls.offset
    finger.touch_up()
    assert at > 200
    ui.wait(0.2)
    assert rolls.offset > at
    assert taps == []


def test_a_shorter_list_leaves_no_row_behind(ui: Any) -> None:
    rolls = listing(ui, ["Kettle", "Lamp", "Mug"], [])
    rolls.rows = ["Vase"]
    ui.step(2)
    assert [row.name for row in rolls.children if row.top > 0] == ["Vase"]
