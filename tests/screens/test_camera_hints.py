"""What the viewfinder says of a label that can't be read, its light and its focus, at a kiosk and at a till."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import pytest

from pos.devices.hints import Hint
from tests.devices.labels import Wear, drawn, frame_of
from tests.flows.kiosk import CODES
from tests.screens.test_camera import Kiosk, till

GOOD = Wear(width=380, light=0.8)
GLARE, BLURRED = replace(GOOD, glare=4, seed=256), replace(GOOD, blur=4)
DARK = replace(GOOD, light=0.02, noise=0)


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    folder = tmp_path / "labels"
    folder.mkdir()
    return folder


def held(labels: Path, wear: Wear) -> None:
    cv2.imwrite(str(labels / "1.png"), frame_of(drawn("EAN13", CODES["milk"]), wear))


@pytest.fixture
def kiosk(ui: Any, tmp_path: Path, labels: Path) -> Iterator[Kiosk]:
    made = Kiosk(ui, tmp_path, labels)
    yield made
    made.stop()


@pytest.mark.parametrize(
    ("wear", "said"),
    [
        (DARK, "Hold it under more light"),
        (GLARE, "Tilt it a little"),
        (BLURRED, "Hold it still, a little farther away"),
    ],
)
def test_the_kiosks_picture_says_what_helps_and_no_longer_once_it_reads(
    kiosk: Kiosk, labels: Path, wear: Wear, said: str
) -> None:
    held(labels, wear)
    kiosk.open()
    kiosk.visit.hold_code()
    kiosk.ui.until(lambda: kiosk.ui.sees(said), what=f"the words {said!r}")
    assert not kiosk.ui.sees("Switch the light on"), "this camera has none"
    assert kiosk.visit.state.place == "scan"
    held(labels, GOOD)
    kiosk.until(lambda: kiosk.visit.state.place == "product", "the product card")
    kiosk.ui.until(lambda: not kiosk.sight.advice[1], what="no words any more")


def test_a_camera_with_a_light_gets_a_button_for_it_in_the_dark(kiosk: Kiosk, labels: Path) -> None:
    held(labels, DARK)
    (labels / "light").touch()
    kiosk.open()
    kiosk.visit.hold_code()
    kiosk.ui.until(lambda: kiosk.ui.sees("Switch the light on"), what="the button")
    kiosk.ui.tap("Switch the light on")
    kiosk.until(lambda: kiosk.visit.state.place == "product", "the product card")


def test_the_light_can_be_put_out_again(kiosk: Kiosk, labels: Path) -> None:
    held(labels, replace(DARK, width=60))  # too far away to be read even then
    (labels / "light").touch()
    kiosk.open()
    kiosk.visit.hold_code()
    kiosk.ui.until(lambda: kiosk.ui.sees("Switch the light on"), what="the button")
    kiosk.ui.tap("Switch the light on")
    kiosk.ui.until(lambda: kiosk.ui.sees("Switch the light off"), what="the light")
    kiosk.ui.wait(0.3)  # past the button's guard
    kiosk.ui.tap("Switch the light off")
    kiosk.ui.until(lambda: kiosk.camera.view.lit is False, what="the light is out")


def test_a_touch_of_the_picture_focuses(kiosk: Kiosk, labels: Path) -> None:
    held(labels, GOOD)
    (labels / "focus").touch()
    kiosk.open()
    kiosk.visit.hold_code()
    kiosk.ui.until(lambda: kiosk.ui.sees("Hold it still, or touch the picture"), what="the words")
    kiosk.ui.touch(*kiosk.sight.center)
    kiosk.until(lambda: kiosk.visit.state.place == "product", "the product card")


def test_the_tills_tray_says_it_beside_the_picture(ui: Any, window: Any, tmp_path: Path, labels: Path) -> None:
    held(labels, BLURRED)
    made = till(ui, window, tmp_path, labels)
    ui.tap("Scan with the camera")
    ui.until(lambda: ui.sees("The picture is blurred"), what="the words")
    assert ui.sees("Hold it still, a little farther away.")
    assert made.terminal.devices.camera.view.hint is Hint.BLURRED
    held(labels, GOOD)
    ui.until(lambda: ui.sees("Milk 1 l added"), what="the scan")
    ui.until(lambda: not ui.sees("The picture is blurred"), what="no words any more")
    made.stop()


def test_the_tills_tray_has_the_light_beside_the_picture(ui: Any, window: Any, tmp_path: Path, labels: Path) -> None:
    held(labels, DARK)
    (labels / "light").touch()
    made = till(ui, window, tmp_path, labels)
    ui.tap("Scan with the camera")
    ui.until(lambda: ui.sees("Switch the light on"), what="the button")
    assert ui.sees("It is too dark") and ui.sees("Hold it under more light, or switch the light on.")
    assert ui.texts().count("Switch the light on") == 1
    ui.tap("Switch the light on")
    ui.until(lambda: ui.sees("Milk 1 l added"), what="the scan")
    made.stop()
