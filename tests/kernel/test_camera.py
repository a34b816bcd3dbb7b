"""A camera at a real node (vivid): it is opened, sends its pictures, is pulled out, and comes back by itself."""

from pathlib import Path

from pos.devices.base import DeviceState, StatusUpdate
from pos.devices.camera import Camera
from pos.devices.frames import CAMERA_GONE, CAMERA_MISSING, Video4Linux
from tests.devices.conftest import Heard
from tests.kernel.gadget import until

NODE = "/dev/video0"
DRIVER = Path("/sys/bus/platform/drivers/vivid")


def states(heard: Heard) -> list[DeviceState]:
    return [event.state for event in heard.of(StatusUpdate)]


def test_a_node_of_the_kernel_gives_the_pictures_that_were_asked_for() -> None:
    camera = Video4Linux(NODE, 640, 360)
    camera.open()
    one, other = camera.read(), camera.read()
    camera.close()
    assert one.shape == other.shape == (360, 640, 3)
    assert one.max() > 150 and (one != other).any(), "a test picture with a clock in it"


def test_a_camera_that_is_pulled_out_is_named_and_comes_back_by_itself(heard: Heard) -> None:
    camera = Camera(Video4Linux(NODE, 640, 360), heard.inbox)
    camera.open()
    camera.look(True)
    until(lambda: states(heard)[-1:] == [DeviceState.READY])
    (DRIVER / "unbind").write_text("vivid.0")
    until(lambda: any(event.fault in (CAMERA_GONE, CAMERA_MISSING) for event in heard.of(StatusUpdate)))
    (DRIVER / "bind").write_text("vivid.0")
    until(lambda: states(heard)[-1] is DeviceState.READY)
    camera.close()
    assert camera.join(20)
