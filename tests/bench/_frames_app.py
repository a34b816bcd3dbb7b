"""A till in its window that draws without a pause: `python -m tests.bench._frames_app HOME`, until it is told to end.

It shows search results and scrolls through them, reads the files as a cashier's work does, and writes when each frame
was done (seconds of the monotonic clock) as it ends.
"""

import signal
import sys
import time
from pathlib import Path
from typing import Any

from pos.ui import window
from sync import settings
from sync.local import Staff, browse, find_code, stock_here
from tests.bench import catalogue

READ_S = 0.1


def main(home: Path) -> None:
    """Serve until told to end."""
    from pos.app import open_shell
    from pos.terminal import Terminal
    from pos.ui.i18n import set_language

    own = settings.load(None, {}, {"terminal.home": str(home)})
    terminal = Terminal(own.home)
    win = window.open_window("bench", (1280, 800), device="till")
    set_language("en")
    shell = open_shell(own, terminal, win)
    shell.till._signed_in(Staff("c0", "Asel Kim", "cashier", 1 << 60))
    shown = _watch(win)
    _draw(shell.root)
    _read(home)

    from kivy.clock import Clock

    signal.signal(signal.SIGTERM, lambda *_: window.stop())
    Clock.schedule_once(lambda _dt: print("ready", flush=True), 2)
    try:
        window.run(shell.root)
    finally:
        print(*shown, flush=True)
        terminal.stop()


def _watch(win: Any) -> list[float]:
    shown: list[float] = []
    flip = win.flip

    def flipped() -> None:
        flip()
        shown.append(round(time.monotonic(), 5))

    win.flip = flipped
    return shown


def _draw(root: Any) -> None:
    """Something moves in every frame, over the sale screen: the screen is drawn anew each time."""
    from kivy.clock import Clock
    from kivy.graphics import Color, Rectangle

    with root.canvas.after:
        Color(0.9, 0.4, 0.2)
        mark = Rectangle(pos=(0, 4), size=(120, 8))

    def step(_dt: float) -> None:
        mark.pos = ((mark.pos[0] + 9) % 1160, 4)

    Clock.schedule_interval(step, 0)


def _read(home: Path) -> None:
    """What a cashier's work reads, in the thread that draws: a scan, its stock, a page of products."""
    from kivy.clock import Clock

    from sync.domain import codes
    from sync.local import Local

    local = Local.open(home)
    number = [0]

    def read(_dt: float) -> None:
        number[0] = (number[0] + 7919) % 100_000
        found = find_code(local, codes.read(catalogue.gtin13(number[0])), 1)
        assert found is not None
        stock_here(local, [found.product.id])
        browse(local, "", 1, number[0])

    Clock.schedule_interval(read, READ_S)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
