"""Parts that left the screen: they do nothing more, and nothing keeps them alive."""

from __future__ import annotations

import gc
from typing import Any
from weakref import ref

import pos.ui.kit as kit

from kivy.uix.boxlayout import BoxLayout  # isort: skip
from kivy.uix.floatlayout import FloatLayout  # isort: skip


def test_a_field_that_left_the_screen_takes_no_keys(ui: Any) -> None:
    field = kit.SearchField(focus=True)
    box = FloatLayout()
    box.add_widget(field)
    ui.show(box)
    box.remove_widget(field)
    ui.keys("x")
    assert field.text == ""


def test_a_field_that_was_left_with_its_screen_is_kept_alive_by_no_window(ui: Any) -> None:
    box = FloatLayout()
    box.add_widget(kit.SearchField(focus=True))
    gone = ref(ui.show(box))
    del box
    ui.leave()
    assert gone() is None


def test_a_dialog_that_was_left_open_with_its_screen_takes_no_keys_and_is_kept_alive_by_no_window(ui: Any) -> None:
    field, box, answers = kit.SearchField(focus=True, text="12"), FloatLayout(), []
    box.add_widget(field)
    ui.show(box)
    dialog = kit.Dialog(title="Empty the cart?", act_text="Empty")
    dialog.bind(on_keep=lambda *_: answers.append("keep"))
    dialog.open()
    gone = ref(dialog)
    ui.show(box)
    ui.key(8)
    ui.key(27)
    assert answers == [] and field.text == "1"
    del dialog
    ui.leave()
    assert gone() is None


def test_screens_that_left_the_window_build_nothing_more_and_are_kept_alive_by_no_clock(ui: Any) -> None:
    built: list[str] = []
    screens = kit.Screens()
    for name in ("sale", "payment", "done"):
        screens.add(name, lambda name=name: built.append(name) or kit.StyleLabel(text=name))
    ui.show(screens)
    screens.show("sale")
    screens.build_ahead(after=0.1, pause=0.1)
    while "payment" not in built:
        ui.wait(0.02)
    ui.clear()
    ui.wait(0.4)
    assert built == ["sale", "payment"]
    screens.build_ahead(after=60.0)
    gone = ref(screens)
    ui.step(1)
    del screens
    gc.collect()
    assert gone() is None


def test_a_screen_that_still_moves_when_another_device_comes_does_not_outlive_its_own(ui: Any) -> None:
    from kivy.animation import Animation

    ui.device("kiosk")
    price = ui.show(kit.MoneyText(minor=1, style="attract"))
    gone = ref(price)
    Animation(opacity=0.5, duration=60).start(price)
    del price
    ui.clear()
    ui.device("till")  # which has no such style
    ui.step(3)
    assert gone() is None


def test_parts_that_left_the_screen_are_forgotten(ui: Any) -> None:
    import gc
    import weakref

    made = [kit.StyleLabel(text="x"), kit.MoneyText(minor=1), kit.NetworkLight(), kit.Panel(tone="surface")]
    made += [kit.PrimaryButton(text="Pay"), kit.CartRow(name="Mug"), kit.SearchField(focus=True)]
    box = BoxLayout()
    for one in made:
        box.add_widget(one)
    ui.show(box)
    gone = [weakref.ref(one) for one in made]
    box.clear_widgets()
    ui.clear()
    ui.step(3)
    del box, one, made
    gc.collect()
    ui.step(3)
    gc.collect()
    assert [type(ref()).__name__ for ref in gone if ref() is not None] == []
