"""The parts of the kit, touched and looked at."""

from __future__ import annotations

from typing import Any

import pos.ui.kit as kit
from pos.ui.happened import Happened, Light, Tab
from pos.ui.theme import theme
from tests.screens import parts

from kivy.lang import Builder  # isort: skip
from kivy.uix.floatlayout import FloatLayout  # isort: skip


def colour_at(path: Any, x: int, y: int) -> tuple[int, ...]:
    from PIL import Image

    return Image.open(path).getpixel((x, y))


def primary(acts: list[int], **more: Any) -> Any:
    return kit.PrimaryButton(text="Take payment", on_tap=lambda _b: acts.append(1), **more)


def test_a_touch_on_the_primary_acts_once(ui: Any) -> None:
    acts: list[int] = []
    ui.show(primary(acts))
    ui.tap("Take payment")
    assert acts == [1]


def test_a_touch_reported_twice_acts_once_F53(ui: Any) -> None:
    acts: list[int] = []
    button = ui.show(kit.IconButton(icon="x", on_tap=lambda _b: acts.append(1)))
    for _ in range(2):
        finger = ui.press(*button.center)
        finger.touch_up()
    ui.step(2)
    assert acts == [1]


def test_a_second_finger_on_a_pressed_button_does_nothing(ui: Any) -> None:
    acts: list[int] = []
    button = ui.show(primary(acts, guard=0))
    one, two = ui.press(*button.center), ui.press(*button.center)
    two.touch_up()
    one.touch_up()
    ui.step(2)
    assert acts == [1]


def test_a_busy_or_off_button_does_nothing(ui: Any) -> None:
    acts: list[int] = []
    button = ui.show(primary(acts))
    button.busy, button.busy_text = True, "Paying"
    ui.step(2)
    ui.tap("Paying")
    button.busy, button.off = False, True
    ui.step(2)
    ui.tap("Take payment")
    assert acts == []


def test_a_finger_that_slides_off_does_not_act(ui: Any) -> None:
    acts: list[int] = []
    button = ui.show(primary(acts))
    finger = ui.press(*button.center)
    assert button.pressed
    finger.touch_move(button.right + 60, button.center_y)
    assert not button.pressed
    finger.touch_up()
    assert acts == []


def test_a_press_shows_in_the_next_frame(ui: Any) -> None:
    button = ui.show(primary([]))
    finger = ui.press(*button.center)
    ui.step(1)
    ui.step(1)
    shown = colour_at(ui.picture("kit-pressed"), int(button.x + 30), int(800 - button.y - 12))
    finger.touch_up()
    assert shown == (0xE5, 0xA8, 0x00)


def test_keys_of_a_keypad_take_quick_digits(ui: Any) -> None:
    typed: list[str] = []
    pad = ui.show(kit.Keypad(zeros="000"))
    pad.bind(on_key=lambda _p, key: typed.append(key))
    for key in ("1", "1", "000"):
        ui.tap(key)
    ui.tap(next(k for k in ui.all(kit.Key) if k.key == "delete"))
    assert typed == ["1", "1", "000", "delete"]


def test_a_stepper_stops_at_its_ends_and_goes_on_while_it_is_held(ui: Any) -> None:
    stepper = ui.show(kit.Stepper(value=1, least=1, most=3))
    stepper.bind(on_change=lambda one, value: setattr(one, "value", value))
    less, more = stepper.ids.less, stepper.ids.more
    assert less.off
    ui.tap(more)
    assert stepper.value == 2
    finger = ui.press(*more.to_window(*more.center))
    ui.wait(0.6)
    finger.touch_up()
    ui.step(2)
    assert stepper.value == 3
    assert more.off


def test_a_hero_number_counts_from_old_to_new_and_arrives_exactly(ui: Any) -> None:
    total = ui.show(kit.MoneyText(minor=100_00, currency="KZT"))
    total.minor = 139_922_00
    ui.wait(0.08)
    assert 100_00 < total.shown < 139_922_00
    ui.wait(0.4)
    assert total.shown == 139_922_00


def test_less_motion_makes_the_count_a_cut(ui: Any) -> None:
    ui.less_motion(True)
    total = ui.show(kit.MoneyText(minor=0))
    total.minor = 500_00
    assert total.shown == 500_00


def test_a_number_too_wide_gets_smaller_and_is_never_cut(ui: Any) -> None:
    box = FloatLayout()
    total = kit.MoneyText(minor=123_456_789_000, size_hint=(None, None), width=300)
    box.add_widget(total)
    ui.show(box)
    assert total._digits.size[0] + total._sign.size[0] <= 300
    assert total._digits.size[0] > 150


def test_a_name_wraps_to_two_lines_and_ends_in_an_ellipsis(ui: Any) -> None:
    from pos.ui.kit.text import wrapped

    style = theme.style("row")
    lines = wrapped("Table lamp Kün with a shade of felt from the steppe", style.font, 20, 200, 2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert wrapped("Mug Shai", style.font, 20, 200, 2) == ("Mug Shai",)


def test_a_field_takes_letters_backspace_and_enter(ui: Any) -> None:
    entered: list[str] = []
    field = kit.SearchField(focus=True)
    field.bind(on_enter=lambda _f, text: entered.append(text))
    box = FloatLayout()
    box.add_widget(field)
    ui.show(box)
    ui.keys("лампь")
    ui.key(8)
    ui.keys("а\n")
    assert entered == ["лампа"]


def test_the_kiosk_keyboard_types_kazakh_and_georgian(ui: Any) -> None:
    field = kit.SearchField()
    keyboard = kit.OnScreenKeyboard(field=field, language="kk")
    ui.device("kiosk")
    ui.resize(1080, 1920)
    ui.show(keyboard)
    ui.tap("ә")
    ui.tap("Қазақша")
    ui.tap("ქ")
    ui.tap("123")
    ui.tap("7")
    assert field.text == "әქ7"


def test_a_dialog_keeps_on_escape_and_lets_no_touch_through(ui: Any) -> None:
    acts: list[int] = []
    answers: list[str] = []
    box = FloatLayout()
    box.add_widget(primary(acts))
    ui.show(box)
    dialog = kit.Dialog(title="Void this sale?", keep_text="Keep it", act_text="Void the sale", danger=True)
    dialog.bind(on_keep=lambda _d: answers.append("keep"), on_act=lambda _d: answers.append("act"))
    dialog.open()
    ui.wait(0.25)
    ui.touch(60, 30)
    assert acts == []
    ui.key(27)
    assert answers == ["keep"]
    dialog.open()
    ui.wait(0.25)
    ui.tap("Void the sale")
    assert answers == ["keep", "act"]
    assert dialog.parent is None


def test_the_shelf_says_what_happened_and_offers_its_undo(ui: Any) -> None:
    undone: list[int] = []
    shelf = kit.Shelf(on_action=lambda _s: undone.append(1))
    ui.show(shelf)
    shelf.happened = Happened("good", "Kettle Samal added", "line 2 of 5", action="Undo")
    ui.wait(0.3)
    assert ui.sees("Kettle Samal added")
    ui.tap("Undo")
    assert undone == [1]
    shelf.happened = Happened("refused", "This code is not ours", "Nothing was added.")
    ui.wait(0.3)
    assert not ui.sees("Undo")


def test_the_network_light_says_what_waits_in_the_language_of_the_moment(ui: Any) -> None:
    light = ui.show(kit.NetworkLight(light=Light("offline", "14:02", 3)))
    assert (light.first, light.second) == ("Offline since 14:02", "· 3 waiting")
    ui.language("ru")
    assert light.first == "Нет связи с 14:02"


def test_a_tab_tells_its_key(ui: Any) -> None:
    keys: list[str] = []
    bar = kit.TopBar(terminal="Till 2", tabs=[Tab("sale", "Sale", "scan-barcode"), Tab("stock", "Stock", "layers")])
    bar.bind(on_tab=lambda _b, key: keys.append(key))
    ui.show(bar)
    ui.tap("Stock")
    assert keys == ["stock"]


def test_screens_are_built_when_they_are_first_shown_and_slide_in(ui: Any) -> None:
    built: list[str] = []

    def build(name: str) -> Any:
        built.append(name)
        return kit.StyleLabel(text=name)

    screens = kit.Screens()
    for name in ("sale", "payment"):
        screens.add(name, lambda name=name: build(name))
    ui.show(screens)
    screens.show("sale")
    assert built == ["sale"]
    coming = screens.show("payment")
    ui.step(1)
    assert 0 < coming.x <= 32
    ui.wait(0.3)
    assert (coming.x, coming.opacity) == (0, 1)
    assert not ui.sees("sale")


def test_the_nearest_rule_decides_after_a_switch_to_dark(ui: Any) -> None:
    Builder.load_string("<OwnPill@PillButton>:\n    fill: theme.sunk\n")
    from kivy.factory import Factory

    pill = ui.show(Factory.OwnPill(text="Back"))
    ui.dark(True)
    ui.step(2)
    assert list(pill.fill) == list(theme.sunk)


def test_every_part_is_drawn_in_both_themes_and_edges_are_soft(ui: Any) -> None:
    ui.resize(*parts.SIZE)
    page = ui.show(parts.page())
    ui.wait(0.2)
    light = ui.picture("kit-parts")
    ui.dark(True)
    ui.step(3)
    dark = ui.picture("kit-parts-dark")
    assert colour_at(light, 5, 5) == (0xF4, 0xF0, 0xE7)
    assert colour_at(dark, 5, 5) == (0x14, 0x13, 0x0F)
    button = next(w for w in ui.walk(page) if isinstance(w, kit.PrimaryButton))
    left, top = round(button.x), parts.SIZE[1] - round(button.top)
    corner = {colour_at(light, left + x, top + y) for x in range(20) for y in range(20)}
    between = corner - {(0xF4, 0xF0, 0xE7), (0xFF, 0xC2, 0x1A)}
    assert len(between) > 10, "a rounded corner has pixels between the ground and the button"


def test_a_cut_out_picture_has_no_dark_fringe_on_its_tint(ui: Any, tmp_path: Any) -> None:
    from PIL import Image, ImageDraw

    from pos.ui.kit import picture

    image = Image.new("RGBA", (400, 400))
    ImageDraw.Draw(image).ellipse((40, 40, 360, 360), fill=(255, 255, 255, 255))
    image.save(tmp_path / "ball.png")
    thumb = kit.Thumb(picture=str(tmp_path / "ball.png"), tint="mint")
    ui.show(thumb)
    ui.until(lambda: not picture.busy(), what="the picture")
    ui.step(2)
    seen = Image.open(ui.picture("kit-fringe")).crop((8, 800 - 48, 52, 800 - 2))
    assert max(seen.get_flattened_data())[0] == 255
    assert min(pixel[0] for pixel in seen.get_flattened_data()) >= 0xD3


def test_a_long_text_shows_what_was_typed_last(ui: Any) -> None:
    field = kit.SearchField(size_hint=(None, None), width=360)
    box = FloatLayout()
    box.add_widget(field)
    ui.show(box)
    field.insert("a lamp with a shade of felt, the small one")
    ui.step(2)
    assert field.shown.endswith("the small one")
    assert len(field.shown) < len(field.text)


def test_the_top_bar_keeps_light_and_person_in_view_in_russian_offline(ui: Any) -> None:
    ui.language("ru")
    words = ("Продажа", "Возврат", "Выдача", "Остатки", "Внимание")
    tabs = [Tab(str(at), word, "layers", 3 * (at == 4)) for at, word in enumerate(words)]
    bar = kit.TopBar(terminal="Касса 2", tabs=tabs, active="0", light=Light("offline", "14:02", 3), initials="АК")
    ui.show(bar)
    ui.step(2)
    ui.picture("kit-topbar-ru")
    assert bar.ids.person.right <= 1280 - 20
    ui.tap("Внимание")


def test_an_amount_of_another_thing_does_not_count_from_the_last_one(ui: Any) -> None:
    ui.less_motion(False)
    price = kit.MoneyText(minor=100_00)
    ui.show(price)
    price.minor = 900_00
    price.settle()
    ui.wait(0.1)
    assert price.shown == 900_00
    price.minor = 100_00
    ui.wait(0.05)
    assert 100_00 < price.shown < 900_00, "the same thing at another price counts"
