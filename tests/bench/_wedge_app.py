"""A window that writes what it heard: `python -m tests.bench._wedge_app`. One JSON line each: `["scan", text]`, and
`["typed", text]` for what was taken for a person's keys. A line `MS` on its input stalls it so long in its next pass.
"""

import json
import sys
import threading
import time

from pos.app import heard_ms
from pos.keys import Keys
from pos.ui import window


class Writes:
    """Hears the keys (see pos.keys.Hearer)."""

    at_once = False

    def scanned(self, text: str) -> None:
        """A code was read."""
        print(json.dumps(["scan", text]), flush=True)

    def typed(self, text: str) -> None:
        """A person typed."""
        print(json.dumps(["typed", text]), flush=True)

    def erase(self, count: int) -> None:
        """Letters are taken back."""
        print(json.dumps(["erase", count]), flush=True)

    def enter(self) -> None:
        """A person pressed Enter."""
        print(json.dumps(["enter", ""]), flush=True)


def main() -> None:
    """Serve until the process is told to end."""
    win = window.open_window("wedge", (640, 400), device="till")
    from kivy.clock import Clock  # not before the window is prepared
    from kivy.uix.widget import Widget

    keys = Keys(Writes(), lambda seconds, call: Clock.schedule_once(lambda _dt: call(), seconds).cancel, heard_ms)

    def down(_win: object, key: int, scancode: int, codepoint: str | None, modifiers: list[str]) -> bool:
        keys.down(key, scancode, codepoint, "capslock" in modifiers)
        return True

    def text(_win: object, words: str) -> bool:
        keys.text(words)
        return True

    def stalls() -> None:
        for line in sys.stdin:
            seconds = int(line) / 1000
            Clock.schedule_once(lambda _dt, seconds=seconds: time.sleep(seconds), 0)

    win.bind(on_key_down=down, on_textinput=text)
    threading.Thread(target=stalls, daemon=True).start()
    Clock.schedule_once(lambda _dt: print(json.dumps(["ready", ""]), flush=True), 0.5)
    window.run(Widget())


if __name__ == "__main__":
    main()
