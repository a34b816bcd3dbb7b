"""A scale by Toledo 8217: the real driver against a virtual scale on a pseudo-terminal."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pos.devices.base import DeviceState, Load, ScaleAnswer, ScaleAsk, ScaleReading, StatusUpdate
from pos.devices.scale import (
    SCALE_BUSY,
    SCALE_GARBLED,
    SCALE_OFF,
    SCALE_POUNDS,
    SCALE_SILENT,
    ToledoScale,
    ToledoSettings,
)
from pos.devices.serial_port import Line, Port
from pos.devices.toledo import Garbled, Pounds, Weighed, read
from pos.devices.virtual.scale import VirtualScale
from tests.devices.conftest import Heard


@pytest.fixture
def plate(tmp_path: Path) -> Iterator[VirtualScale]:
    scale = VirtualScale(tmp_path / "scale").start()
    yield scale
    scale.stop()


@pytest.fixture
def scale(plate: VirtualScale, heard: Heard) -> Iterator[ToledoScale]:
    line = Line(plate.path, 9600, "7E1", 0.15)
    made = ToledoScale(ToledoSettings(line, watched_s=0.01, idle_s=0.02), heard.inbox)
    yield made
    made.close()
    assert made.join(5)


def lies(load: Load, grams: int = 0, net: bool = False) -> Callable[[ScaleReading], bool]:
    return lambda said: (said.load, said.grams, said.net) == (load, grams, net)


def test_what_lies_on_the_scale_is_said_once_in_whole_grams(
    scale: ToledoScale, plate: VirtualScale, heard: Heard
) -> None:
    scale.open()
    heard.wait(ScaleReading, lies(Load.EMPTY))
    plate.put(1234)
    heard.wait(ScaleReading, lies(Load.STEADY, 1234))
    asked = plate.asked
    while plate.asked < asked + 5:
        time.sleep(0.005)
    assert [said.grams for said in heard.of(ScaleReading)] == [0, 1234]
    assert heard.of(StatusUpdate)[0].state is DeviceState.READY


def test_a_load_that_trembles_is_too_heavy_or_below_zero_has_no_weight(
    scale: ToledoScale, plate: VirtualScale, heard: Heard
) -> None:
    scale.open()
    plate.put(1234)
    heard.wait(ScaleReading, lies(Load.STEADY, 1234))
    for fault, load in (("motion", Load.MOVING), ("over", Load.OVER), ("under", Load.BELOW)):
        plate.set_fault(fault, "on")
        heard.wait(ScaleReading, lies(load))
        plate.set_fault(fault, "off")
    plate.put(15_001)
    heard.wait(ScaleReading, lies(Load.OVER), count=2)
    plate.put(-5)
    heard.wait(ScaleReading, lies(Load.BELOW), count=2)


def test_a_container_is_taken_off_and_forgotten_when_the_weighing_is_over(
    scale: ToledoScale, plate: VirtualScale, heard: Heard
) -> None:
    scale.open()
    plate.put(80)
    scale.ask(ScaleAsk.TARE)
    assert heard.wait(ScaleAnswer).done and plate.tare == 80
    plate.put(580)
    heard.wait(ScaleReading, lies(Load.STEADY, 500, net=True))
    scale.clear()
    heard.wait(ScaleReading, lies(Load.STEADY, 580))
    assert plate.tare == 0


def test_a_scale_that_may_not_take_a_tare_or_its_zero_says_so(
    scale: ToledoScale, plate: VirtualScale, heard: Heard
) -> None:
    plate.faults.no_tare = True
    plate.put(800)
    scale.open()
    heard.wait(ScaleReading, lies(Load.STEADY, 800))
    scale.ask(ScaleAsk.TARE)
    assert not heard.wait(ScaleAnswer).done
    scale.ask(ScaleAsk.ZERO)
    assert not heard.wait(ScaleAnswer, count=2).done
    plate.put(-20)
    heard.wait(ScaleReading, lies(Load.BELOW))
    scale.ask(ScaleAsk.ZERO)
    assert heard.wait(ScaleAnswer, count=3).done


def test_a_scale_that_is_unplugged_silent_or_unreadable_is_named_and_comes_back_by_itself(
    scale: ToledoScale, plate: VirtualScale, heard: Heard
) -> None:
    plate.put(300)
    scale.open()
    heard.wait(ScaleReading, lies(Load.STEADY, 300))
    faults = (("silent", SCALE_SILENT), ("garbled", SCALE_GARBLED), ("pounds", SCALE_POUNDS), ("off", SCALE_OFF))
    for times, (name, fault) in enumerate(faults, 2):
        plate.set_fault(name, "on")
        heard.wait(StatusUpdate, lambda said, fault=fault: said.fault == fault)  # type: ignore[misc]
        plate.set_fault(name, "off")
        heard.wait(ScaleReading, lies(Load.STEADY, 300), count=times)
    assert scale.state is DeviceState.READY


def test_what_is_asked_of_a_dead_scale_is_answered(scale: ToledoScale, plate: VirtualScale, heard: Heard) -> None:
    plate.faults.off = True
    scale.open()
    heard.wait(StatusUpdate, lambda said: said.fault == SCALE_OFF)
    scale.ask(ScaleAsk.TARE)
    assert not heard.wait(ScaleAnswer).done


def test_a_port_that_another_program_has_is_named(scale: ToledoScale, plate: VirtualScale, heard: Heard) -> None:
    other = Port(Line(plate.path, 9600, "7E1"))
    scale.open()
    heard.wait(StatusUpdate, lambda said: said.fault == SCALE_BUSY)
    other.close()


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        (b"\x0201.234\r", Weighed(Load.STEADY, 1234)),
        (b"\x02 1.234N\r", Weighed(Load.STEADY, 1234, net=True)),
        (b"\x02\xb01.\xb234\r", Weighed(Load.STEADY, 1234)),  # the parity bit is left in
        (b"4\x0200.005\r", Weighed(Load.STEADY, 5)),
        (b"\x0200.000\r", Weighed(Load.EMPTY)),
        (b"\x02?A\r", Weighed(Load.MOVING)),
        (b"\x02?C\r", Weighed(Load.OVER)),
        (b"\x02?D\r", Weighed(Load.BELOW)),
        (b"\x02?d\r", Weighed(Load.BELOW, net=True)),
        (b"\x02?P\r", Weighed(Load.EMPTY)),
    ],
)
def test_each_answer_has_one_meaning(answer: bytes, means: Weighed) -> None:
    assert read(answer) == means


@pytest.mark.parametrize(
    "answer", [b"", b"\r", b"\x0201.234", b"\x0201,234\r", b"\x02-1.234\r", b"\x02?\r", b"\x02?\x01\r"]
)
def test_half_an_answer_is_no_weight(answer: bytes) -> None:
    with pytest.raises(Garbled):
        read(answer)


def test_pounds_are_never_taken_for_kilograms() -> None:
    with pytest.raises(Pounds):
        read(b"\x0202.72\r")
