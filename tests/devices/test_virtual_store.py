"""`python -m pos.devices.virtual` without an argument: all devices of a till in one process tree."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from pos.devices.base import DeviceState, Inbox
from pos.devices.decoding import Decoder
from pos.devices.frames import CAMERA_MISSING
from pos.devices.virtual.camera import PictureCamera
from pos.devices.virtual.card import VirtualCardTerminal
from pos.devices.virtual.control import Control, Line, tell
from pos.devices.virtual.held import HeldCamera
from pos.devices.virtual.printer import VirtualPrinter
from pos.devices.virtual.store import KINDS, Standing, VirtualStore
from pos.equipment import equip
from pos.panel.flow import read_list
from sync.settings import load
from tests.devices.conftest import Heard

REPOSITORY = Path(__file__).parents[2]


def until(true: object, what: str, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, f"{what} did not come within {seconds} s"
        time.sleep(0.02)


def child_of(parent: int, kind: str) -> int:
    """The process of one device."""
    for number in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        if kind.encode() in Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0"):
            return int(number)
    raise AssertionError(f"there is no process of the {kind}")


def answers(control: int) -> bool:
    try:
        return "faults" in tell(control, "look")
    except OSError:
        return False


def test_f50_one_command_starts_every_device_writes_settings_and_starts_again_what_dies(tmp_path: Path) -> None:
    written, out = tmp_path / "till.toml", tmp_path / "store"
    command = [sys.executable, "-m", "pos.devices.virtual", "--headless", "--free"]
    command += ["--without", "label,scale,display,camera,fiscal"]  # each is a process, which takes its time
    running = subprocess.Popen(
        [*command, "--out", str(out), "--write", str(written)], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    )
    assert running.stdout is not None
    said = ""
    while "is open" not in said:
        said = running.stdout.readline()
        assert said, "it ended before it was open"
    settings = load(written, {}, {})
    devices = equip(settings.devices, scanner=settings.scanner)(Inbox())
    for device in devices.all():
        device.open()
    until(lambda: all(it.state is DeviceState.READY for it in devices.all() if it is not devices.drawer), "ready")
    for device in devices.all():
        device.close()
    listed = read_list(out / "devices.json")
    assert [one.kind for one in listed] == ["printer", "card", "scanner"]
    card = next(one for one in listed if one.kind == "card")
    os.kill(child_of(running.pid, "card"), signal.SIGKILL)
    until(lambda: not answers(card.control), "the end of the card terminal")
    until(lambda: answers(card.control), "the card terminal, where it was")
    running.send_signal(signal.SIGTERM)
    assert running.wait(20) == 0
    assert not any(answers(one.control) for one in listed)


def test_the_settings_name_every_device_where_a_till_looks_for_it(tmp_path: Path) -> None:
    store, written = VirtualStore(tmp_path), tmp_path / "till.toml"
    store.standing = [
        Standing(kind.name, "127.0.0.1:9" if kind.tcp else f"/srv/{kind.name}", kind.control) for kind in KINDS
    ]
    written.write_text(store.settings())
    settings = load(written, {}, {})
    assert settings.devices.printer == settings.devices.card_terminal == settings.label_printer.address == "127.0.0.1:9"
    assert (settings.scanner.port, settings.scale.port) == ("/srv/scanner", "/srv/scale")
    assert settings.customer_display.port == "/srv/display" and settings.camera.folder == Path("/srv/camera")
    assert (settings.fiscal.driver, settings.fiscal.address) == ("simulated", "127.0.0.1:9")


def test_a_drawer_stays_open_until_somebody_shuts_it(heard: Heard) -> None:
    printer = VirtualPrinter().start()
    control = Control(printer, 0)
    line = Line(control.port)
    printer.head.kicks = 1
    assert line.ask("look")["drawer_open"] is True
    assert line.ask("press shut")["drawer_open"] is False and line.ask("look")["kicks"] == 1
    assert line.ask("set paper_out on")["faults"]["paper_out"] is True
    line.close()
    control.stop()
    printer.stop()


def test_nobody_can_press_what_is_not_there() -> None:
    card = VirtualCardTerminal().start()
    control = Control(card, 0)
    assert "nobody can" in tell(control.port, "press nose")
    control.stop()
    card.stop()


def test_a_label_that_is_held_to_the_camera_is_read_and_one_that_is_taken_away_is_not(tmp_path: Path) -> None:
    held = HeldCamera(tmp_path / "camera").start()
    decoder = Decoder()
    source = PictureCamera(held.folder, rate=1000, each_s=0)
    for code in ("4870012100212", "100-48351", "4870000000001"):
        held.hold(code)
        source.open()
        assert [reading.text for reading in decoder.read(source.read())] == [code]
    held.press("away")
    source.open()
    assert decoder.read(source.read()) == []
    held.set_fault("unplugged", "on")
    assert source.absent() is CAMERA_MISSING
    held.set_fault("unplugged", "off")
    assert source.absent() is None
    held.stop()
