"""A virtual screen (Xvfb) with a finger and a keyboard-wedge scanner (XTEST by xdotool), and pictures of it."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from PIL import Image, ImageGrab

from pos.demo.processes import DemoFault


class Display:
    """One virtual screen of its own size; touches and keys reach its windows as a person's would."""

    def __init__(self, width: int, height: int) -> None:
        for command in ("Xvfb", "xdotool"):
            if shutil.which(command) is None:
                raise DemoFault(f"{command} is missing. Run: sudo apt-get install -y xvfb xdotool")
        self.size = (width, height)
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            [
                "Xvfb",
                "-displayfd",
                str(writing),
                "-screen",
                "0",
                f"{width}x{height}x24",
                "-nolisten",
                "tcp",
                "-noreset",
            ],
            pass_fds=[writing],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        if not number:
            raise DemoFault("Xvfb did not start")
        self.name = f":{number}"

    def _do(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], check=True, env=os.environ | {"DISPLAY": self.name}, timeout=30)

    def touch(self, x: int, y: int) -> None:
        """One short touch at a pixel, counted from the top left."""
        self._do("mousemove", str(x), str(y), "mousedown", "1")
        time.sleep(0.06)
        self._do("mouseup", "1")

    def scan(self, code: str) -> None:
        """What a keyboard-wedge scanner sends: the code and Enter, 4 ms between keys."""
        self._do("type", "--delay", "4", code)
        self._do("key", "Return")

    def type(self, text: str) -> None:
        """A person at a keyboard: 90 ms between keys."""
        self._do("type", "--delay", "90", text)

    def focus(self, title: str) -> None:
        """Give the keyboard to the window with that title; there is no window manager here to do it."""
        self._do("search", "--sync", "--name", title, "windowfocus")

    def picture(self, path: Path) -> Image.Image:
        """Save what the screen shows."""
        image = ImageGrab.grab(xdisplay=self.name).convert("RGB")
        image.save(path, optimize=True)
        return image

    def stop(self) -> None:
        """End the virtual screen."""
        self._server.terminate()
        self._server.wait()
