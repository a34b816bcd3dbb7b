"""A window that changes its size while threads end the clock's wait as often as they can. Prints how often both did.

`python -m tests.screens.waking_probe`
"""

from __future__ import annotations

import threading
import time

from tests.screens.stage import private_display

SECONDS = 4.0
THREADS = 3


def main() -> None:
    """Runs until the time is over; a deadlock runs for ever."""
    with private_display():
        from pos.ui import window

        shown = window.open_window("Waking", (640, 400))
        from kivy.base import EventLoop
        from kivy.clock import Clock
        from kivy.uix.widget import Widget

        from pos.ui import clock

        assert clock._sdl is not None
        shown.add_widget(Widget())
        EventLoop.start()
        over, woken = threading.Event(), [0] * THREADS

        def wakes(n: int) -> None:
            while not over.is_set():
                Clock.schedule_once(lambda _dt: None)
                woken[n] += 1
                time.sleep(0.0002)

        threads = [threading.Thread(target=wakes, args=(n,), daemon=True) for n in range(THREADS)]
        for thread in threads:
            thread.start()
        end, sized = time.monotonic() + SECONDS, 0
        while time.monotonic() < end:
            shown.size = (600 + sized % 2 * 40, 400)
            sized += 1
            for _n in range(3):
                EventLoop.idle()
                shown.mainloop()
        over.set()
        for thread in threads:
            thread.join()
        print(sized, sum(woken))


if __name__ == "__main__":
    main()
