"""The kiosk in a real window: fingers, a scanner, and eyes that look for what is cut."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest

from kiosk.app import build, fit_density, listen
from pos.ui.i18n import set_language
from sync.domain.search import terms
from tests.flows.kiosk import CODES, Store
from tests.local.fixture import OWN

PORTRAIT, WIDE, SMALL = (540, 960), (960, 540), (640, 400)
"""Half of the sizes that the screens are drawn for, and half of 1280 x 800: the same layout, quicker to draw."""
LANGUAGES = ("en", "ru", "kk", "ka")
ESCAPE, F1 = 27, 282


class Kiosk:
    """A store's kiosk on the stage."""

    def __init__(self, ui: Any, store: Store) -> None:
        self.ui, self.store, self.visit = ui, store, store.visit
        self.frame: Any = None

    def open(self, size: tuple[int, int] = PORTRAIT) -> Kiosk:
        """Show it in a window of this size."""
        self.ui.device("kiosk")
        self.ui.resize(*size)
        fit_density(*size)
        self.ui.less_motion(True)
        self.frame = self.ui.show(build(self.visit))
        self.ui.step(4)
        return self

    def forget_styles(self) -> None:
        """Texts live on until Python collects them: none may ask the next test's till for a kiosk's style."""
        from pos.ui.kit.numbers import MoneyText
        from pos.ui.kit.text import StyleLabel

        for text in gc.get_objects():
            if issubclass(type(text), StyleLabel | MoneyText):  # some objects there are dead proxies
                text.style = "body"

    @property
    def screen(self) -> Any:
        """The screen of the task that is up."""
        return self.frame.ids.screens.screen


def end(made: Kiosk) -> None:
    """Take it off the stage, and leave nothing of it to the next test."""
    from kivy.metrics import Metrics

    from pos.ui.theme import theme

    if made.frame is not None:
        made.frame.ids.screens._factories.clear()  # nothing more is built ahead for a kiosk that is gone
    made.ui.clear()
    made.store.desk.stop()
    made.forget_styles()
    made.frame = made.visit = made.store = None
    made.ui.step(4)
    gc.collect()  # and soon, or each test would draw for all that were before it
    set_language("en")
    Metrics.density = 1
    theme.use(theme.look)


@pytest.fixture
def kiosk(ui: Any, tmp_path: Any) -> Iterator[Kiosk]:
    made = Kiosk(ui, Store(tmp_path))
    yield made
    end(made)


@pytest.fixture
def keys(ui: Any, kiosk: Kiosk) -> Iterator[None]:
    """The window's keys reach the kiosk."""
    from kivy.core.window import Window

    kiosk.open()
    stop = listen(Window, kiosk.visit, kiosk.frame)
    yield
    stop()


def touchable(kiosk: Kiosk) -> list[Any]:
    """Everything that answers a finger now."""
    from pos.ui.kit.touch import Pressable

    return [w for w in kiosk.ui.all(Pressable) if not w.off and w.opacity and w.width > 1 and w.height > 1]


def cut(kiosk: Kiosk) -> list[str]:
    """Texts that don't show whole."""
    from pos.ui.kit.text import ELLIPSIS, StyleLabel

    found = []
    for label in kiosk.ui.all(StyleLabel):
        shown = label._lines(label_style(label), round(label_style(label).px))[1] if label.text else ()
        if any(line.endswith(ELLIPSIS) for line in shown) and not label.text.endswith(ELLIPSIS):
            found.append(label.text)
    return found


def label_style(label: Any) -> Any:
    from pos.ui.theme import theme

    return theme.style(label.style)


def visit_every_screen(kiosk: Kiosk) -> Iterator[str]:
    """Go to each screen in turn."""
    visit = kiosk.visit
    yield "attract"
    visit.find()
    yield "find"
    visit.browse.typed("a")
    yield "found"
    visit.browse.typed("zzzz")
    yield "nothing"
    visit.scanned(CODES["coat"])
    yield "product"
    visit.collect_order()
    yield "collect"
    visit.hold_code()
    yield "scan"
    visit.scanned("4006381333931")
    yield "not-ours"
    kiosk.store.wait(60)
    yield "warning"


@pytest.mark.usefixtures("keys")
def test_a_scan_on_the_resting_screen_opens_the_product_card(kiosk):
    kiosk.ui.keys(CODES["coat"] + "\n")
    assert kiosk.visit.state.place == "product"
    assert kiosk.ui.sees("Wool coat") and kiosk.ui.sees("23 % off") and kiosk.ui.sees("with 12 % VAT")
    assert kiosk.ui.sees("Here, on shelf A-1")


@pytest.mark.usefixtures("keys")
def test_a_scan_while_searching_leaves_no_digits_in_the_search(kiosk):
    kiosk.ui.tap("Start")
    kiosk.ui.keys(CODES["milk"] + "\n")
    assert kiosk.ui.sees("Milk 1 l")
    kiosk.visit.back()
    kiosk.ui.step()
    assert kiosk.screen.ids.field.text == ""


@pytest.mark.usefixtures("keys")
def test_a_code_that_is_not_ours_is_answered_in_words(kiosk):
    kiosk.ui.keys("4006381333931\n")
    assert kiosk.ui.sees("This code is not ours")
    kiosk.ui.tap("Find by name")
    assert kiosk.visit.state.place == "browse"


@pytest.mark.usefixtures("keys")
def test_no_key_leaves_the_kiosk_or_opens_anything(kiosk):
    from kivy.core.window import Window

    kiosk.ui.tap("Start")
    for key in (ESCAPE, F1, 293, 9):
        assert Window.dispatch("on_key_down", key, 0, None, []), f"key {key} went on to Kivy"
    kiosk.ui.step()
    assert kiosk.visit.state.place == "browse"
    assert list(Window.children) == [kiosk.frame]


def test_she_finds_by_touch_with_the_keyboard_on_the_screen(kiosk):
    kiosk.open()
    kiosk.ui.tap("Start")
    for letter in "coat":
        kiosk.ui.tap(letter)
    assert kiosk.ui.sees("1 product")
    kiosk.ui.tap("Wool coat")
    assert kiosk.visit.state.place == "product"
    assert kiosk.ui.sees("100010")


def test_the_keyboard_speaks_her_language(kiosk):
    kiosk.open()
    kiosk.ui.tap("Қазақша")
    kiosk.visit.find()
    kiosk.ui.step()
    for letter in ("с", "ү", "т"):
        kiosk.ui.tap(letter)
    assert [card.name for card in kiosk.visit.browse.state.cards] == ["Сүт 1 л"]


def test_a_department_is_one_touch(kiosk):
    kiosk.open()
    kiosk.ui.tap("Find")
    kiosk.ui.tap("Dairy")
    kiosk.ui.wait(0.2)
    assert [card.name for card in kiosk.visit.browse.state.cards] == ["Milk 1 l", "Kefir"]


def test_the_language_of_the_bar_changes_the_card_at_once(kiosk):
    kiosk.open()
    kiosk.visit.scanned(CODES["coat"])
    kiosk.ui.step()
    kiosk.ui.tap("English")
    kiosk.ui.tap("Русский")
    assert kiosk.ui.sees("Пальто шерстяное") and kiosk.ui.sees("Где можно получить")
    assert kiosk.frame.menu is None


def test_a_change_at_the_hub_is_on_the_card_without_a_touch(kiosk):
    kiosk.open()
    kiosk.visit.scanned(CODES["milk"])
    kiosk.ui.step()
    kiosk.store.hub("UPDATE stock SET on_hand = 8000 WHERE product = 'p-milk' AND location = ?", OWN)
    kiosk.visit.changed({"stock"})
    kiosk.ui.step()
    assert kiosk.ui.sees("7")
    kiosk.store.hub("UPDATE price SET unit = 59900 WHERE product = 'p-milk'")
    kiosk.visit.changed({"pricelist"})
    kiosk.ui.step()
    assert kiosk.screen.ids.price.shown == 59900


def test_choosing_a_place_shows_how_to_get_there(kiosk):
    kiosk.open()
    kiosk.visit.scanned(CODES["milk"])
    kiosk.ui.step()
    kiosk.ui.tap("Near")
    assert kiosk.ui.sees("Abay 1, 09:00–21:00")


def test_an_abandoned_kiosk_warns_and_forgets_f55(kiosk):
    kiosk.open()
    kiosk.visit.find()
    kiosk.visit.browse.typed("milk")
    kiosk.store.wait(60)
    kiosk.ui.step()
    assert kiosk.ui.sees("This screen forgets you")
    kiosk.ui.tap("More time")
    assert not kiosk.ui.sees("This screen forgets you")
    kiosk.store.wait(80)
    kiosk.ui.step()
    assert kiosk.ui.sees("Take it home.") and not kiosk.ui.sees("milk")
    kiosk.ui.tap("Start")
    assert kiosk.screen.ids.field.text == ""


def test_start_over_forgets_at_once_f55(kiosk):
    kiosk.open()
    kiosk.visit.scanned(CODES["coat"])
    kiosk.store.wait(60)
    kiosk.ui.step()
    kiosk.ui.tap("Start over")
    assert kiosk.visit.state.place == "attract"
    assert not kiosk.ui.sees("Wool coat") or kiosk.visit.product.state.name == ""


def test_a_finger_scrolls_to_the_last_of_many_products(kiosk):
    for n in range(300):
        row = (n + 100, f"x{n}", f"7{n:05}", f'{{"en": "Thing {n}"}}', terms(f"Thing {n}"))
        kiosk.store.hub(
            "INSERT INTO product VALUES (?, ?, ?, 'home', 'pcs', 1200, '', 'sand', ?, '{}', '{}', 0, ?, 0, 1)", *row
        )
    kiosk.open()
    kiosk.visit.find()
    kiosk.visit.browse.keyboard(False)
    kiosk.ui.step(4)
    wall = kiosk.screen.ids.wall
    for _swipe in range(120):
        if not kiosk.visit.browse.state.more and wall.offset >= wall.furthest - 1:
            break
        finger = kiosk.ui.press(wall.center_x, wall.y + 20)
        for share in (0.3, 0.6, 0.9):
            finger.touch_move(wall.center_x, wall.y + 20 + wall.height * share)
        finger.touch_up()
        kiosk.ui.step(3)
    kiosk.ui.step(4)
    assert kiosk.ui.sees("Thing 299")
    assert len(wall.children) < 12


def test_a_touch_on_the_goods_of_the_resting_screen_opens_their_card(kiosk):
    from kiosk.attract.screen import Thing

    kiosk.open()
    kiosk.ui.tap(kiosk.ui.all(Thing)[0])
    assert kiosk.visit.state.place == "product"


def test_labels_with_long_names_never_lie_on_the_tiles(kiosk):
    from kiosk.attract.screen import PriceTag

    kiosk.store.hub("""UPDATE product SET names = '{"en": "A very long name of a thing on the shelf"}'""")
    kiosk.open(WIDE)
    kiosk.ui.step(6)
    tags = kiosk.ui.all(PriceTag)
    assert tags and all(tag.x >= kiosk.screen.ids.ways.right for tag in tags)


def test_a_number_is_typed_on_the_keypad(kiosk):
    from pos.ui.kit.keypad import Key

    kiosk.open()
    kiosk.ui.tap("Scan")
    pad = {key.key: key for key in kiosk.ui.all(Key)}
    for digit in CODES["milk"]:
        kiosk.ui.tap(pad[digit])
    kiosk.ui.tap("Show it")
    assert kiosk.ui.sees("Milk 1 l")


def test_low_reach_brings_every_touch_below_the_shoulder(kiosk):
    kiosk.open()
    kiosk.visit.scanned(CODES["coat"])
    kiosk.visit.low_reach()
    kiosk.ui.step(4)
    highest = max(w.to_window(0, w.top)[1] for w in touchable(kiosk) if type(w).__name__ != "ShopWindow")
    assert highest <= PORTRAIT[1] * 1150 / 1920


def test_files_that_cannot_be_read_are_said_in_words_and_the_screen_comes_back(kiosk):
    kiosk.open()
    kiosk.visit.scanned(CODES["coat"])
    kiosk.visit.fell_ill()
    kiosk.ui.step()
    assert kiosk.ui.sees("This screen can't show its goods just now")
    kiosk.store.wait(1)
    kiosk.ui.step()
    assert not kiosk.ui.sees("This screen can't show its goods just now")
    assert kiosk.visit.state.place == "attract"


@pytest.mark.parametrize(
    ("language", "size"),
    [*((code, PORTRAIT) for code in LANGUAGES), ("en", WIDE), ("ru", WIDE), ("ka", WIDE), ("kk", SMALL)],
)
def test_nothing_is_cut_and_every_target_fits_a_finger_in_any_language_or_layout(kiosk, language, size):
    from kivy.metrics import dp

    kiosk.open(size)
    kiosk.visit.choose_language(language)
    for name in visit_every_screen(kiosk):
        kiosk.ui.step(4)
        assert not cut(kiosk), name
        kiosk.ui.picture(f"kiosk-{name}-{size[0]}x{size[1]}-{language}")
        if size != SMALL:
            small = [(type(w).__name__, w.size) for w in touchable(kiosk) if min(w.size) < dp(64) - 1]
            assert not small, name


@pytest.mark.parametrize("size", [PORTRAIT, WIDE], ids=["portrait", "wide"])
def test_the_dark_theme_reaches_every_screen(kiosk, size):
    from PIL import Image

    kiosk.ui.dark(True)
    kiosk.open(size)
    for name in visit_every_screen(kiosk):
        kiosk.ui.step(4)
        picture = Image.open(kiosk.ui.picture(f"kiosk-{name}-{size[0]}x{size[1]}-dark"))
        assert max(picture.getpixel((2, size[1] - 2))) < 40, name
