"""How late the screen's thread comes to its work, for tests and benches."""

import time
from collections.abc import Callable
from typing import Any


def ticks(
    ui: Any, screen: Any, seconds: float, each_s: float = 0.01, enough: Callable[[], bool] = lambda: True
) -> list[float]:
    """How late (ms) the window's clock comes to work that is due each 10 ms. Something moves, 15 times a second.

    It goes on until it is `enough`, at most ten times as long.
    """
    from kivy.clock import Clock

    late: list[float] = []
    due = [time.perf_counter() + each_s]

    def tick(_dt: float) -> None:
        now = time.perf_counter()
        late.append(max(0.0, now - due[0]) * 1000)
        due[0] = now + each_s

    moving = Clock.schedule_interval(lambda _dt: screen.canvas.ask_update(), 1 / 15)
    ticking = Clock.schedule_interval(tick, 0)
    began = time.monotonic()
    while (spent := time.monotonic() - began) < seconds or (spent < 10 * seconds and not enough()):
        ui.step(1)
        time.sleep(0.001)
    ticking.cancel()
    moving.cancel()
    return late
