"""A still screen in a real loop: what it costs, and how soon a touch and a thread's call are drawn. Prints JSON.

`python -m tests.screens.clock_probe [kivy]`: with "kivy", on Kivy's own clock, to compare.
"""

from __future__ import annotations

import ctypes
import json
import statistics
import sys
import threading
import time
from typing import Any

from tests.screens.stage import private_display

TOUCHES = 20
IDLE = 3.0


class MouseButton(ctypes.Structure):
    """SDL_MouseButtonEvent, padded to the size of SDL_Event."""

    _fields_ = (
        *((name, ctypes.c_uint32) for name in ("type", "timestamp", "window", "which")),
        *((name, ctypes.c_uint8) for name in ("button", "state", "clicks", "padding")),
        ("x", ctypes.c_int32),
        ("y", ctypes.c_int32),
        ("rest", ctypes.c_uint8 * 32),
    )


class Probe:
    """Touches a button by SDL's own events and notes when the next frame is on the screen."""

    def __init__(self, window: Any, button: Any) -> None:
        from pos.ui import clock

        path = clock._library()
        assert path is not None
        self.sdl = ctypes.CDLL(path)
        self.window, self.button = window, button
        self.flipped = threading.Event()
        self.asked = self.touched = False
        window.bind(on_flip=self._flip)
        button.bind(pressed=self._pressed)

    def _pressed(self, *_args: Any) -> None:
        self.touched = True

    def _flip(self, *_args: Any) -> None:
        if self.touched:
            self.touched = False
            self.flipped.set()

    def touch(self, down: bool) -> float:
        """Milliseconds from SDL's event to the frame that shows it."""
        self.flipped.clear()
        event = MouseButton(type=0x401 if down else 0x402, window=1, button=1, state=int(down), clicks=1, x=100, y=760)
        began = time.perf_counter()
        self.sdl.SDL_PushEvent(ctypes.byref(event))
        if not self.flipped.wait(2):
            return 2000.0
        return (time.perf_counter() - began) * 1000

    def call(self) -> float:
        """Milliseconds from a thread's Clock.schedule_once to its call in the UI thread."""
        from kivy.clock import Clock

        came = threading.Event()
        began = time.perf_counter()
        Clock.schedule_once(lambda _dt: came.set())
        return (time.perf_counter() - began) * 1000 if came.wait(2) else 2000.0


def measure(probe: Probe, result: dict[str, float]) -> None:
    from pos.ui import window

    time.sleep(1.0)
    began, cpu = time.perf_counter(), time.process_time()
    time.sleep(IDLE)
    result["idle_cpu_percent"] = round(100 * (time.process_time() - cpu) / (time.perf_counter() - began), 2)
    touches = []
    for at in range(TOUCHES):
        time.sleep(0.11)
        touches.append(probe.touch(at % 2 == 0))
    result["touch_to_frame_ms_p50"] = round(statistics.median(touches), 1)
    result["touch_to_frame_ms_max"] = round(max(touches), 1)
    calls = []
    for _ in range(TOUCHES):
        time.sleep(0.05)
        calls.append(probe.call())
    result["thread_to_ui_ms_p50"] = round(statistics.median(calls), 1)
    from kivy.clock import Clock

    Clock.schedule_once(lambda _dt: window.stop())


def main() -> None:
    with private_display():
        from pos.ui import clock, window

        if "kivy" in sys.argv[1:]:
            clock.install = lambda poll=False: False  # type: ignore[assignment]
        win = window.open_window("Clock", (1280, 800))
        import pos.ui.kit as kit

        button = kit.PrimaryButton(text="Take payment", guard=0)
        probe = Probe(win, button)
        result: dict[str, float] = {}
        worker = threading.Thread(target=measure, args=(probe, result))
        worker.start()
        window.run(button)
        worker.join()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
