"""The camera over a virtual one, its decoders over worn labels, and which of what it reads is accepted."""

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp

from pos.demo.labels import counter, label
from pos.devices.accepting import Acceptor, Patience
from pos.devices.base import DeviceState, ScanRead, StatusUpdate
from pos.devices.camera import Camera
from pos.devices.decoding import NO_ZBAR, Decoder, Reading
from pos.devices.frames import CAMERA_BUSY, CAMERA_GONE, CAMERA_MISSING, CAMERA_REFUSED, CAMERA_SILENT, Video4Linux
from pos.devices.virtual.camera import PictureCamera
from tests.devices.conftest import Heard
from tests.devices.labels import NEAR, burst, drawn, frame_of, some_wear, text_of

MILK, COAT = "4870000000012", "4870000000104"
BURSTS = 36
"""Worn labels in each run of the tests; the bench takes ten thousand."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures for a virtual camera: the milk's label."""
    place = tmp_path / "labels"
    place.mkdir()
    label("Milk 1 l", MILK, 4).save(place / "1.png")
    return place


@pytest.fixture
def camera(folder: Path, heard: Heard) -> Iterator[Camera]:
    made = Camera(PictureCamera(folder, each_s=0.5), heard.inbox)
    made.open()
    yield made
    made.close()
    assert made.join(5.0), "the camera's threads did not end"


def fault(event: StatusUpdate) -> str:
    return event.fault.kind if event.fault else ""


def test_a_label_that_is_held_to_the_camera_is_read_once_with_its_symbology(camera, heard):
    camera.look(True)
    read = heard.wait(ScanRead)
    assert (read.text, read.aim, read.code, read.device) == (MILK, "]E0", MILK, "camera")
    time.sleep(0.5)
    assert len(heard.of(ScanRead)) == 1, "the same label counts again only after it left the picture"


def test_the_same_label_counts_again_after_it_left_the_picture(camera, heard, folder):
    counter().save(folder / "2.png")
    (folder / "3.png").symlink_to(folder / "2.png")
    camera.look(True)
    again = heard.wait(ScanRead, count=2)
    assert again.text == MILK


def test_a_camera_is_off_until_it_is_asked_to_look_and_keeps_no_picture(camera, heard):
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY)
    time.sleep(0.2)
    assert camera.counts.taken == 0 and camera.view is None
    camera.look(True)
    heard.wait(ScanRead)
    camera.look(False)
    time.sleep(0.1)
    taken = camera.counts.taken
    time.sleep(0.2)
    assert camera.counts.taken == taken and camera.view is None and camera._frame is None


def test_only_the_newest_frame_is_decoded_and_those_dropped_are_counted(folder, heard):
    made = Camera(PictureCamera(folder, rate=200), heard.inbox)
    made.open()
    made.look(True)
    heard.wait(ScanRead)
    time.sleep(0.5)
    made.close()
    assert made.join(5.0)
    counts = made.counts
    assert counts.dropped > 0 and counts.decoded > 0
    assert 0 <= counts.taken - counts.decoded - counts.dropped <= 2, "each frame is decoded, dropped or the one in hand"


def test_a_camera_that_is_not_there_says_so_and_comes_back_by_itself(folder, heard):
    away = folder.rename(folder.with_name("away"))
    made = Camera(PictureCamera(folder), heard.inbox)
    made.open()
    assert heard.wait(StatusUpdate).fault == CAMERA_MISSING
    away.rename(folder)
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY)
    made.close()
    assert made.join(5.0)


class Loose(PictureCamera):
    """A camera on a loose cable: the system answers the first look at it with an error of its own."""

    looks = 0

    def absent(self):
        self.looks += 1
        if self.looks == 1:
            raise OSError(5, "Input/output error")
        return super().absent()


def test_an_error_of_the_system_ends_no_thread_and_the_camera_comes_back(folder, heard):
    made = Camera(Loose(folder), heard.inbox)
    made.open()
    assert heard.wait(StatusUpdate).fault == CAMERA_GONE
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY)
    made.close()
    assert made.join(5.0)


@pytest.mark.parametrize(("break_it", "told"), [("silent", CAMERA_SILENT), ("gone", CAMERA_GONE)])
def test_a_camera_that_fails_while_it_looks_says_why_and_goes_on_by_itself(camera, heard, folder, break_it, told):
    camera.look(True)
    heard.wait(ScanRead)
    if break_it == "gone":
        folder.rename(folder.with_name("away"))
    else:
        (folder / "silent").touch()
    assert heard.wait(StatusUpdate, lambda event: event.state is not DeviceState.READY).fault == told
    assert camera.view is None, "an old picture is not shown as if it were of now"
    if break_it == "gone":
        folder.with_name("away").rename(folder)
    else:
        (folder / "silent").unlink()
    heard.wait(ScanRead, count=2)


def test_a_camera_that_another_program_holds_says_so_and_comes_back(camera, heard, folder):
    (folder / "busy").touch()
    camera.look(True)
    assert heard.wait(StatusUpdate, lambda event: event.fault is not None).fault == CAMERA_BUSY
    (folder / "busy").unlink()
    heard.wait(ScanRead)


def test_faults_of_a_camera_of_this_machine(tmp_path):
    assert Video4Linux("/dev/video-none", 1280, 720).absent() == CAMERA_MISSING
    (tmp_path / "file").touch()
    assert Video4Linux(str(tmp_path / "file"), 1280, 720).absent() == CAMERA_MISSING
    assert Video4Linux("/dev/null", 1280, 720).absent() is None
    for known in (CAMERA_MISSING, CAMERA_GONE, CAMERA_BUSY, CAMERA_REFUSED, CAMERA_SILENT, NO_ZBAR):
        assert known.sentence.count(".") >= 2, "what happened, what was kept, what to do"


def test_something_that_is_no_camera_does_not_end_the_thread(heard):
    made = Camera(Video4Linux("/dev/null", 1280, 720), heard.inbox)
    made.open()
    made.look(True)
    assert heard.wait(StatusUpdate, lambda event: event.fault is not None).fault == CAMERA_BUSY
    made.close()
    assert made.join(5.0)


@pytest.mark.skipif(
    not (Path("/sys/module/v4l2loopback").exists() and shutil.which("ffmpeg")),
    reason="this kernel has no v4l2loopback, or no ffmpeg plays to it",
)
def test_a_real_device_of_the_kernel_is_read(heard):
    device = sorted(Path("/sys/devices/virtual/video4linux").iterdir())[0].name
    picture = label("Milk 1 l", MILK, 4)
    size = "x".join(map(str, picture.size))
    play = ["ffmpeg", "-re", "-loop", "1", "-i", "-", "-s", size, "-pix_fmt", "yuyv422", "-f", "v4l2", f"/dev/{device}"]
    player = subprocess.Popen(play, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    picture.save(player.stdin, "PNG")
    made = Camera(Video4Linux(f"/dev/{device}", *picture.size), heard.inbox)
    made.open()
    made.look(True)
    try:
        assert heard.wait(ScanRead).text == MILK
    finally:
        made.close()
        player.terminate()
        player.wait(5)


def test_a_video_stands_for_a_camera_too(tmp_path, heard):
    film = tmp_path / "labels.avi"
    picture = cv2.cvtColor(cv2.imread(str(_saved(tmp_path))), cv2.COLOR_BGR2RGB)
    writer = cv2.VideoWriter(str(film), cv2.VideoWriter.fourcc(*"MJPG"), 15, (1280, 720))
    for _n in range(10):
        writer.write(picture)
    writer.release()
    made = Camera(PictureCamera(film), heard.inbox)
    made.open()
    made.look(True)
    assert heard.wait(ScanRead).text == MILK
    made.close()
    assert made.join(5.0)


def _saved(tmp_path: Path) -> Path:
    label("Milk 1 l", MILK).save(tmp_path / "one.png")
    return tmp_path / "one.png"


def test_without_libzbar_there_is_a_sentence_and_zxing_goes_on_alone():
    """In a process of its own, where the loader finds no libzbar, as on a machine without it."""
    program = (
        "import ctypes.util; find = ctypes.util.find_library\n"
        "ctypes.util.find_library = lambda name: None if name == 'zbar' else find(name)\n"
        "import cv2; from pos.devices.decoding import Decoder; from pos.demo.labels import label; import numpy\n"
        f"frame = cv2.cvtColor(numpy.array(label('Milk', '{MILK}')), cv2.COLOR_RGB2BGR)\n"
        "decoder = Decoder(); print(decoder.fault.kind, [r.text for r in decoder.read(frame)])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == f"no_zbar ['{MILK}']"


def reading(text: str, x: float = 0.5) -> Reading:
    return Reading(text, "]E0", "zxing", ((x, 0.5), (x, 0.5), (x, 0.5), (x, 0.5)))


def test_one_reading_proves_nothing_and_two_alike_do():
    acceptor = Acceptor()
    assert acceptor.see([reading(MILK)], 0) is None
    assert acceptor.see([], 40) is None
    assert acceptor.see([reading(MILK)], 80) == reading(MILK)


def test_two_readings_too_far_apart_prove_nothing():
    acceptor = Acceptor()
    assert acceptor.see([reading(MILK)], 0) is None
    assert acceptor.see([reading(MILK)], Patience().within_ms) is None


def test_each_other_code_that_was_read_asks_for_one_more():
    acceptor = Acceptor()
    seen = [acceptor.see([reading(text)], 40 * n) for n, text in enumerate([MILK, COAT, MILK, MILK])]
    assert [bool(one) for one in seen] == [False, False, False, True]


def test_an_ean_that_zbar_alone_reads_needs_four_readings_alike():
    acceptor, alone = Acceptor(), replace(reading(MILK), by="zbar")
    seen = [acceptor.see([alone], 40 * n) for n in range(4)]
    assert [bool(one) for one in seen] == [False, False, False, True]


def test_a_second_look_that_finds_another_code_or_none_refuses_it():
    acceptor = Acceptor()
    acceptor.see([reading(MILK)], 0, lambda _r: [MILK])
    assert acceptor.see([reading(MILK)], 40, lambda _r: []) is None
    assert acceptor.see([reading(MILK)], 80, lambda _r: [MILK, COAT]) is None
    assert acceptor.see([reading(MILK)], 120, lambda _r: [MILK]) is not None


def test_while_an_accepted_code_is_in_the_picture_nothing_else_is_taken():
    acceptor = Acceptor()
    acceptor.see([reading(MILK)], 0)
    assert acceptor.see([reading(MILK)], 40)
    for at in range(80, 3000, 40):
        assert acceptor.see([reading(COAT), reading(MILK, 0.7)], at) is None
    taken = [at for at in range(3000, 5000, 40) if acceptor.see([reading(COAT)], at)]
    assert taken and taken[0] - 2960 >= Patience().next_ms


def test_a_clean_label_that_one_decoder_reads_in_two_ways_gives_the_right_code():
    """A tilted EAN-13, sharp and whole, of which zxing alone makes a UPC-A with a right check digit as well."""
    frame = cv2.cvtColor(np.array(label("Milk 1 l", MILK, -6)), cv2.COLOR_RGB2BGR)
    decoder = Decoder()
    assert {each.text for _n in range(6) for each in decoder.next(frame)} == {MILK}


def clean(kind: str, content: str, **options: bool):
    """A frame with a whole label of that kind, large and sharp."""
    made = zxingcpp.create_barcode(content, getattr(zxingcpp.BarcodeFormat, kind), **options)
    bars = cv2.copyMakeBorder(np.array(made.to_image(scale=3)), *[60] * 4, cv2.BORDER_CONSTANT, value=255)
    return cv2.cvtColor(bars, cv2.COLOR_GRAY2BGR)


@pytest.mark.parametrize(
    ("kind", "content", "texts"),
    [("ITF", "5888", []), ("ITF", "14870000000129", []), ("ITF14", "14870000000125", ["14870000000125"])],
    ids=["a piece", "a wrong check digit", "whole"],
)
def test_bars_of_another_code_that_read_as_a_short_itf_are_no_itf_14(kind, content, texts):
    """Pieces of a worn Code 128 read so, many times alike: no number of equal reads would tell."""
    assert [reading.text for reading in Decoder().read(clean(kind, content))] == texts


GS1_MADE = {"gs1": True}


@pytest.mark.parametrize(
    ("kind", "content", "options", "texts"),
    [
        ("QRCode", "HELLO:01", {}, ["HELLO:01"]),
        ("QRCode", "Сүт", {}, []),
        ("QRCode", "[01]04870000000012[10]AB", GS1_MADE, []),
        ("Code128", "[01]04870000000012[10]AB", GS1_MADE, []),
        ("DataBarExp", "[01]04870000000012[10]AB", GS1_MADE, ["010487000000001210AB"]),
        ("DataBarExp", "[01]04870000000012[10]AB[21]77", GS1_MADE, []),
        ("ITF14", "14870000000125", {}, ["14870000000125"]),
    ],
)
def test_of_zbar_nothing_is_taken_that_it_may_have_spoiled(kind, content, options, texts):
    grey = cv2.cvtColor(clean(kind, content, **options), cv2.COLOR_BGR2GRAY)
    assert [found[0] for found in Decoder().zbar(grey)] == texts
    assert len(Decoder().zxing(grey)) == 1, "zxing reads each of them"


@pytest.mark.parametrize("family", ["EAN13", "EAN8", "UPCA", "QRCode", "Code128", "ITF14"])
def test_no_wrong_code_of_worn_labels_is_ever_accepted(family):
    rng, decoder = random.Random(11), Decoder()
    right = 0
    for _n in range(BURSTS // 4):
        text = text_of(family, rng)
        drawing, acceptor = drawn(family, text), Acceptor()
        for number, wear in enumerate(burst(some_wear(family, rng, 0.8), rng, 6)):
            frame = frame_of(drawing, wear, NEAR)
            taken = acceptor.see(decoder.read(frame), number * 50, lambda one, f=frame: decoder.again(f, one))
            assert taken is None or taken.text == text
            right += taken is not None
    assert right >= BURSTS // 12, "most worn labels are read"


def test_a_second_look_at_a_place_without_a_size_ends_in_an_answer():
    frame = cv2.imread(str(Path(__file__).parents[2] / "assets" / "readme" / "till.png"))
    point = ((1.2, 1.4),) * 4
    assert Decoder().again(frame, Reading(MILK, "]E0", "zbar", point)) == []
    assert Decoder().again(frame, Reading(MILK, "]E0", "zbar", ((0.5, 0.5),) * 4)) == []
