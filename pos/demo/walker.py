"""Walks through an app as a person does: finds words on the screen, touches that pixel, scans, takes pictures."""

import time
from pathlib import Path

from pos.demo.display import Display
from pos.demo.processes import DemoFault
from pos.ui.asking import ask

PATIENCE = 20.0


class Walker:
    """One app on one virtual screen. Pictures are numbered over the whole tour."""

    numbers = 0

    def __init__(self, name: str, display: Display, home: Path, out: Path) -> None:
        self.name, self.display, self.home, self.out = name, display, home, out

    def wait_for(self, words: str, seconds: float = PATIENCE) -> tuple[int, int]:
        """The pixel where these words stand, as soon as they stand still there. Raises DemoFault."""
        end, last = time.monotonic() + seconds, None
        while time.monotonic() < end:
            found = ask(self.home, {"find": words})
            here = (found["x"], found["y"]) if "x" in found else None
            if here and here == last:
                return here
            last = here
            time.sleep(0.12)
        raise DemoFault(f"{self.name}: {words!r} did not appear. On the screen: {self.texts()}")

    def texts(self) -> list[str]:
        """Every text in view."""
        return list(ask(self.home, {"texts": True}).get("texts", []))

    def touch(self, words: str) -> None:
        """Touch what these words stand on."""
        self.display.touch(*self.wait_for(words))

    def keypad(self, digits: str) -> None:
        """Touch digits on a keypad, one after the other."""
        for digit in digits:
            self.display.touch(*self.wait_for(digit))
            time.sleep(0.12)

    def picture(self, what: str) -> Path:
        """Let movement end, then save the screen under the next number."""
        time.sleep(0.6)
        Walker.numbers += 1
        path = self.out / f"{Walker.numbers:02d}-{self.name}-{what}.png"
        self.display.picture(path)
        print(f"  {path.name}", flush=True)
        return path
