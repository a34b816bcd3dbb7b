"""What is held to a virtual camera: one picture in a folder that a terminal plays as its camera.

python -m pos.devices.virtual camera --link /tmp/camera     # and then: --camera-folder /tmp/camera
"""

import threading
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from pos.demo.labels import counter, label


@dataclass
class CameraFaults:
    """What is wrong with it: another program holds it, it gives no frame, its plug is pulled."""

    busy: bool = False
    silent: bool = False
    unplugged: bool = False


class HeldCamera:
    """`start` it, `hold` a code to it, `away` with it, set `faults`, `stop` it. `folder` is what it shows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults = CameraFaults()
        self.held = ""
        self._done = threading.Event()

    @property
    def path(self) -> str:
        """Where a driver finds it."""
        return str(self.folder)

    def start(self) -> "HeldCamera":
        """Show an empty counter."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in ("busy", "silent"):
            (self.folder / name).unlink(missing_ok=True)
        self.away()
        return self

    def stop(self) -> None:
        """Nothing is seen any more."""
        self._set("unplugged", True)
        self._done.set()

    def wait_stopped(self) -> None:
        """Wait until somebody else stops it."""
        self._done.wait()

    def hold(self, code: str) -> None:
        """Hold a label with that code to it, instead of what was held."""
        self.held = code
        self._show()

    def away(self) -> None:
        """Take it away."""
        self.hold("")

    def look(self) -> dict[str, Any]:
        """Its faults, and the code that is held to it."""
        return {"faults": asdict(self.faults), "held": self.held}

    def press(self, name: str) -> None:
        """What a hand does: `away`."""
        if name != "away":
            raise ValueError(f"nobody can {name!r} it")
        self.away()

    def set_fault(self, name: str, value: str) -> None:
        """`hold CODE`, or a fault from text, as the command line does. ValueError names an unknown one."""
        if name == "hold":
            self.hold(value)
            return
        names = [field.name for field in fields(self.faults)]
        if name not in names:
            raise ValueError(f"unknown fault {name!r}; there are hold, {', '.join(names)}")
        self._set(name, value in ("on", "yes", "1", "true"))

    def _set(self, name: str, on: bool) -> None:
        setattr(self.faults, name, on)
        self._show()

    def _show(self) -> None:
        """The folder as a camera would be found now. Without a picture it is unplugged."""
        shown = self.folder / "shown.png"
        for name in ("busy", "silent"):
            fault = self.folder / name
            (fault.touch() if getattr(self.faults, name) else fault.unlink(missing_ok=True))
        if self.faults.unplugged:
            shown.unlink(missing_ok=True)
            return
        picture = label("", self.held) if self.held else counter()
        unfinished = self.folder / "shown.part"
        picture.save(unfinished, format="PNG")
        unfinished.replace(shown)
