"""The theme file: read, checked, laid over; and that text can be read on every ground."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest

from pos.ui import contrast, theme


def own(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("shade", ["light", "dark"])
def test_text_has_at_least_four_and_a_half_to_one_on_every_ground(shade: str) -> None:
    palette = theme.read().colours[shade]
    lowest = min(contrast.contrast(palette[text], palette[ground]) for text, ground in contrast.PAIRS)
    assert lowest >= 4.5
    assert contrast.failures(palette, 21.5), "a floor that nothing reaches must name what fails"


def test_black_on_white_is_twenty_one_to_one() -> None:
    assert round(contrast.contrast(contrast.colour("#000000"), contrast.colour("#FFFFFF")), 2) == 21


def test_a_retailers_file_replaces_only_what_it_says(tmp_path: Path) -> None:
    look = theme.read(own(tmp_path, '[brand]\nname = "Tulpar"\n[color.light]\nsun = "#FFD400"\n'))
    assert look.raw["brand"]["name"] == "Tulpar"
    assert look.colours["light"]["sun"] == contrast.colour("#FFD400")
    assert look.colours["dark"] == theme.read().colours["dark"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[color.light]\nink = "black"\n', "color.light.ink: 'black' is not a colour like #1A1915"),
        ('[color.light]\nsunn = "#FFC21A"\n', "there is no setting color.light.sunn"),
        ('[color.light]\nink_3 = "#BBBBBB"\n', "color.light: too little contrast: ink_3 on ground"),
        ("[type.till]\ntitle = { size = 30 }\n", ""),
        ('[type.till]\ntitle = { size = 30, weight = "fat", line = 1.2 }\n', "type.till.title.weight: 'fat'"),
        ("[type.till]\nslogan = { size = 30 }\n", "type.till.slogan: wants size, weight and line"),
        ('[fonts]\nbold = "none.ttf"\n', "fonts.bold: there is no file none.ttf"),
        ('[size]\nshelf = "tall"\n', "size.shelf: wants a number of dp"),
        ("[brand\n", "is not TOML"),
        ("brand = 3\n", "brand: wants a section, not 3"),
        ('[motion]\nland = "slow"\n', "motion.land: wants a number, not 'slow'"),
    ],
)
def test_a_wrong_setting_names_itself(tmp_path: Path, text: str, says: str) -> None:
    path = own(tmp_path, text)
    if not says:
        assert theme.read(path).styles["till"]["title"].size == 30
        return
    with pytest.raises(theme.ThemeError, match=str(path)) as wrong:
        theme.read(path)
    assert says in str(wrong.value)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(theme.ThemeError, match="cannot be read"):
        theme.read(tmp_path / "none.toml")


def test_a_kiosk_has_larger_type_and_a_tablet_the_tills() -> None:
    styles = theme.read().styles
    assert styles["kiosk"]["label"].size == 22
    assert styles["tablet"]["title"] == styles["till"]["title"]
    smallest = {kind: min(style.size for style in styles[kind].values()) for kind in theme.KINDS}
    assert smallest == {"till": 16, "tablet": 16, "kiosk": 22}


def test_what_a_finger_must_meet_is_large_enough() -> None:
    look = theme.read()
    least = {"till": 44, "tablet": 48, "kiosk": 64}
    for kind in theme.KINDS:
        sizes = theme._sizes(look.raw, look.path, kind)
        for name in ("primary_height", "button_height", "chip_height", "stepper_height", "key_height", "light_height"):
            assert sizes[name] >= least[kind], f"{name} on a {kind}"


def test_a_switch_to_dark_reaches_every_colour_at_once(ui: Any) -> None:
    painted: list[list[float]] = []
    theme.theme.bind(painted=lambda one, _n: painted.append([*one.ink, *one.tint_mint]))
    ui.dark(True)
    dark = theme.read().colours["dark"]
    assert painted[-1] == [*dark["ink"], *dark["tint_mint"]]


def test_the_theme_keeps_nothing_of_widgets_that_are_gone(ui: Any) -> None:
    from pos.ui.kit.numbers import MoneyText
    from pos.ui.kit.text import Icon, StyleLabel

    def following() -> dict[str, int]:
        gc.collect()
        return {name: len(followers) for name, followers in theme.theme._following.items() if followers}

    before = following()
    made = [cls() for cls in (MoneyText, Icon, StyleLabel) for _n in range(50)]
    assert following()["painted"] >= before.get("painted", 0) + 150
    made.clear()
    assert following() == before


def test_an_unknown_style_or_icon_is_named() -> None:
    with pytest.raises(theme.ThemeError, match="no text style 'loud' for a"):
        theme.theme.style("loud")
    with pytest.raises(theme.ThemeError, match="no icon 'unicorn'"):
        theme.theme.icon("unicorn")
