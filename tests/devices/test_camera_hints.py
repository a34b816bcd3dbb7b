"""Why nothing is read: the measures, one steady hint, a camera's light and focus, and what is asked of the kernel."""

import logging
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import cv2
import pytest

from pos.devices import camera_controls as controls
from pos.devices.base import ScanRead
from pos.devices.camera import Camera
from pos.devices.hints import HOLD_MS, STAY_MS, WAIT_MS, Adviser, Hint, Sight, measured
from pos.devices.virtual.camera import PictureCamera
from tests.devices.conftest import Heard
from tests.devices.labels import Wear, drawn, frame_of

MILK = "4870000000012"
HEADER = Path("/usr/include/linux/videodev2.h")
GOOD = Wear(width=380, light=0.8)
TOO_SMALL = replace(GOOD, width=90)
"""Sharp and well lit, but held so far away that nothing can be read."""
WORN = {
    Hint.DARK: replace(TOO_SMALL, light=0.12),
    Hint.GLARE: replace(GOOD, glare=4, seed=256),
    Hint.BLURRED: replace(GOOD, blur=4),
    None: TOO_SMALL,
}
SEEN = {hint: Sight(130, 216, 0.0, 200, 0.95) for hint in WORN} | {
    Hint.DARK: Sight(25, 40, 0.0, 30, 0.8),
    Hint.GLARE: Sight(150, 255, 0.06, 220, 0.9),
    Hint.BLURRED: Sight(130, 216, 0.0, 150, 0.3),
}


def worn(wear: Wear, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    cv2.imwrite(str(folder / "1.png"), frame_of(drawn("EAN13", MILK), wear))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "labels"


@pytest.fixture
def camera(folder: Path, heard: Heard) -> Iterator[Camera]:
    made = Camera(PictureCamera(folder), heard.inbox)
    made.open()
    yield made
    made.close()
    assert made.join(5.0), "the camera's threads did not end"


def until(true, what: str, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.02)


# --- measures and the hint -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", list(WORN))
def test_each_kind_of_wear_gives_its_hint_and_a_good_picture_none(wrong):
    adviser, sight = Adviser(), measured(frame_of(drawn("EAN13", MILK), WORN[wrong]))
    hints = [adviser.see(sight, False, at) for at in range(0, 6000, 40)]
    assert hints[-1] is wrong
    assert hints.index(wrong) == 0 or hints.index(wrong) * 40 >= WAIT_MS, "not before most labels are read"


def test_an_empty_counter_is_not_blurred():
    blank = frame_of(drawn("EAN13", MILK), replace(GOOD, x=5000))
    assert measured(blank).contrast < 55
    adviser = Adviser()
    assert {adviser.see(measured(blank), False, at) for at in range(0, 6000, 40)} == {None}


def test_a_reading_takes_the_hint_away_at_once_and_begins_the_wait_anew():
    adviser = Adviser()
    for at in range(0, 6000, 40):
        adviser.see(SEEN[Hint.BLURRED], False, at)
    assert adviser.hint is Hint.BLURRED
    assert adviser.see(SEEN[Hint.BLURRED], True, 6000) is None
    said = [at for at in range(6040, 12000, 40) if adviser.see(SEEN[Hint.BLURRED], False, at)]
    assert said[0] - 6000 >= WAIT_MS


def test_a_hint_never_flickers_where_a_measure_swings_around_its_limit():
    """Each frame is blurred and sharp by turns, then glare and dark take turns within a second: hints stay and change
    seldom."""
    adviser, told = Adviser(), []
    swings = [SEEN[Hint.BLURRED], replace(SEEN[Hint.BLURRED], sharp=1.0)]
    for number, at in enumerate(range(0, 8000, 40)):
        told.append((at, adviser.see(swings[number % 2], False, at)))
    for number, at in enumerate(range(8000, 20000, 40)):
        told.append((at, adviser.see(SEEN[(Hint.GLARE, Hint.DARK)[number // 20 % 2]], False, at)))
    changes = [now for (_at, before), now in pairwise(told) if before is not now[1]]
    assert changes, "something is told"
    assert all(after[0] - before[0] >= STAY_MS for before, after in pairwise(changes))


def test_a_hint_goes_when_what_was_wrong_is_right_for_a_while():
    adviser = Adviser()
    for at in range(0, 6000, 40):
        adviser.see(SEEN[Hint.DARK], False, at)
    after = [adviser.see(SEEN[None], False, at) for at in range(6000, 10000, 40)]
    assert after[0] is Hint.DARK and after[-1] is None
    assert after.index(None) * 40 >= HOLD_MS


def test_the_measures_of_a_frame_take_less_than_a_millisecond():
    """The best of many: another program of the machine can only make it slower."""
    frame = frame_of(drawn("EAN13", MILK), GOOD)
    best = float("inf")
    for _n in range(200):
        began = time.thread_time()
        measured(frame)
        best = min(best, time.thread_time() - began)
    assert best < 0.001


# --- through the camera's threads ------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [Hint.DARK, Hint.GLARE, Hint.BLURRED])
def test_a_camera_says_why_it_reads_nothing_and_no_longer_once_it_reads(wrong, folder, heard, request):
    worn(WORN[wrong], folder)
    camera = request.getfixturevalue("camera")
    camera.look(True)
    until(lambda: camera.view is not None and camera.view.hint is wrong, f"the hint {wrong}")
    assert not heard.of(ScanRead)
    worn(GOOD, folder)
    assert heard.wait(ScanRead).text == MILK
    until(lambda: camera.view.hint is None, "no hint any more")


def test_its_light_makes_a_dark_label_readable_and_goes_off_with_it(folder, heard, request):
    worn(replace(GOOD, light=0.02, noise=0), folder)
    (folder / "light").touch()
    camera = request.getfixturevalue("camera")
    camera.look(True)
    until(lambda: camera.view is not None and camera.view.hint is Hint.DARK, "the hint")
    assert camera.view.lit is False and not heard.of(ScanRead)
    camera.light(True)
    assert heard.wait(ScanRead).text == MILK
    assert camera.view.lit
    camera.look(False)
    until(lambda: camera.source.lit is None, "the light goes off with the camera")
    camera.look(True)
    until(lambda: camera.view is not None, "a picture")
    assert camera.view.lit is False


def test_a_camera_that_is_out_of_focus_reads_once_it_is_told_to_focus(folder, heard, request):
    worn(GOOD, folder)
    (folder / "focus").touch()
    camera = request.getfixturevalue("camera")
    camera.look(True)
    until(lambda: camera.view is not None and camera.view.hint is Hint.BLURRED, "the hint")
    assert camera.view.focuses and not heard.of(ScanRead)
    camera.focus()
    assert heard.wait(ScanRead).text == MILK


# --- what is asked of the kernel -------------------------------------------------------------------------------------

PROBE = """
#include <stdio.h>
#include <stddef.h>
#include <linux/videodev2.h>
int main(void) {
    printf("%lu %lu %zu %zu ", (unsigned long)VIDIOC_QUERYCTRL, (unsigned long)VIDIOC_S_CTRL,
           sizeof(struct v4l2_queryctrl), sizeof(struct v4l2_control));
    printf("%zu %zu %zu ", offsetof(struct v4l2_queryctrl, minimum), offsetof(struct v4l2_queryctrl, default_value),
           offsetof(struct v4l2_queryctrl, flags));
    printf("%u %u %u %u ", V4L2_CID_FOCUS_AUTO, V4L2_CID_AUTO_FOCUS_START, V4L2_CID_FLASH_LED_MODE,
           V4L2_CID_FLASH_TORCH_INTENSITY);
    printf("%d %d %d\\n", V4L2_FLASH_LED_MODE_NONE, V4L2_FLASH_LED_MODE_TORCH,
           V4L2_CTRL_FLAG_DISABLED | V4L2_CTRL_FLAG_READ_ONLY);
}
"""


def offset_of(place: int) -> int:
    """Where the word stands in struct v4l2_queryctrl that is the one at `place` in its layout."""
    values = [0, 0, b"", 0, 0, 0, 0, 0]
    values[place] = 0x01020304
    return controls.QUERY.pack(*values).index(struct.pack("=I", 0x01020304))


OURS = [
    controls.VIDIOC_QUERYCTRL,
    controls.VIDIOC_S_CTRL,
    controls.QUERY.size,
    controls.CONTROL.size,
    *(offset_of(place) for place in (3, 6, 7)),
    controls.FOCUS_AUTO,
    controls.AUTO_FOCUS_START,
    controls.FLASH_LED_MODE,
    controls.TORCH_INTENSITY,
    controls.LED_NONE,
    controls.LED_TORCH,
    controls.UNUSABLE,
]


def test_requests_and_controls_have_the_kernels_numbers_and_layout():
    theirs = [0xC0445624, 0xC008561C, 68, 8, 40, 52, 56, 0x9A090C, 0x9A091C, 0x9C0901, 0x9C0908, 0, 2, 5]
    assert theirs == OURS


@pytest.mark.skipif(not (HEADER.exists() and shutil.which("cc")), reason="no kernel headers, or no C compiler")
def test_the_kernels_own_headers_say_the_same(tmp_path):
    (tmp_path / "probe.c").write_text(PROBE)
    subprocess.run(["cc", "-o", tmp_path / "probe", tmp_path / "probe.c"], check=True)
    said = subprocess.run([tmp_path / "probe"], capture_output=True, text=True, check=True).stdout
    assert [int(word) for word in said.split()] == OURS


def test_what_a_driver_answers_is_read_as_its_header_lays_it_out():
    asked = controls.ask(controls.FLASH_LED_MODE)
    assert asked == bytes.fromhex("01099c00") + bytes(64)
    menu, name = struct.pack("<I", 3), b"LED Mode".ljust(32, b"\0")
    filled = asked[:4] + menu + name + struct.pack("<iiiiI", 0, 2, 1, 0, 0) + bytes(8)
    assert controls.answer(filled) == controls.Control(controls.FLASH_LED_MODE, 0, 2, 0)
    read_only = filled[:56] + struct.pack("<I", 0x0004) + filled[60:]
    assert controls.answer(read_only) is None
    assert controls.CONTROL.pack(controls.FOCUS_AUTO, 1) == bytes.fromhex("0c099a00 01000000")


@pytest.mark.parametrize("path", ["/dev/null", "/dev/video-none"])
def test_a_device_without_controls_is_a_line_in_the_log_and_nothing_else(path, caplog):
    with caplog.at_level(logging.INFO, controls.__name__):
        asked = controls.Controls(path)
        asked.open()
    assert (asked.lit, asked.focuses) == (None, False)
    assert len(caplog.records) == 1 and path in caplog.text
    asked.light(True)
    asked.focus()
    asked.follow()
    asked.close()
    assert len(caplog.records) == 1
