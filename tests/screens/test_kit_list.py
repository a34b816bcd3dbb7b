"""Lists of any length: what is built, what a finger does."""

from __future__ import annotations

import time
from typing import Any

from PIL import Image

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


def test_a_row_put_in_before_the_others_fills_one_widget_and_moves_the_rest(ui: Any) -> None:
    rolls = listing(ui, ["Kettle", "Lamp", "Mug"], [])
    before = {w.item: w for w in rolls.children}
    rolls.rows = ["Vase", "Kettle", "Lamp", "Mug"]
    ui.step(3)
    after = {w.item: w for w in rolls.children}
    assert {name: after[name] is before[name] for name in before} == dict.fromkeys(before, True)
    assert [after[name].index for name in ("Vase", "Kettle", "Lamp", "Mug")] == [0, 1, 2, 3]
    assert after["Vase"].top > after["Kettle"].top > after["Mug"].top


def test_rows_that_change_stay_where_they_are(ui: Any) -> None:
    rolls = listing(ui, ["1 left", "2 left"], [])
    before = {w.index: w for w in rolls.children}
    rolls.rows = ["3 left", "4 left"]
    ui.step(3)
    assert {w.index: w for w in rolls.children} == before
    assert ui.sees("3 left") and not ui.sees("1 left")


def test_rows_built_ahead_are_the_ones_that_come_in(ui: Any) -> None:
    rolls = listing(ui, [], [])
    rolls.build_ahead(3)
    ahead = list(rolls._ready)
    assert len(ahead) == 3 and not rolls.children
    rolls.rows = ["Kettle", "Lamp"]
    ui.step(3)
    assert len(rolls.children) == 2 and all(w in ahead for w in rolls.children)


def test_nothing_of_a_list_is_drawn_outside_it(ui: Any) -> None:
    box = BoxLayout(padding=(0, 0, 0, 700))
    rolls = kit.VirtualList(rows=[f"row {n}" for n in range(30)], row_class=Line, row_height=76)
    box.add_widget(rolls)
    ui.show(box)
    below = ui.window.height - (rolls.y - 20)
    picture = Image.open(ui.picture("list-clipped")).convert("RGB")
    strip = picture.crop((0, int(below), picture.width, int(below) + 15))
    assert len(strip.getcolors()) == 1, "one ground, no part of a row"


def test_a_tall_row_makes_room_for_itself_and_is_scrolled_to_as_a_whole(ui: Any) -> None:
    box = BoxLayout()
    rolls = kit.TallList(rows=[f"row {n}" for n in range(40)], row_class=Line, row_height=76, gap=4)
    box.add_widget(rolls)
    ui.show(box)
    plain = rolls.furthest
    rolls.tall, rolls.tall_height = 20, 276
    ui.step(2)
    assert rolls.furthest == plain + 200
    rolls.scroll_to(20)
    ui.step(2)
    rows = {child.index: child for child in rolls.children if child.top > rolls.y and child.y < rolls.top}
    assert rows[20].height == 276 and rows[20].y >= rolls.y and rows[20].top == rows[19].y - 4
    rolls.scroll_to(39)
    ui.step(2)
    rows = {child.index: child for child in rolls.children if child.top > rolls.y and child.y < rolls.top}
    assert rows[39].y == rolls.y and min(rows) > 20, "rows below the tall one stand where they should"
