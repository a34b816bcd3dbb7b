"""The app under a scanner: `python -m tests.bench._scan_app till|kiosk|bare HOME COUNT TIMES`.

It is the real app in its real window, and writes when the frame ended that shows what was scanned. `bare` only draws a
rectangle at Enter, through the same window and clock: Kivy's own part.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pos.ui import window
from sync import settings
from sync.actions.cart import discard_cart, open_cart
from sync.actions.clock import now_ms
from sync.local import Local, Staff
from tests.bench._home import products
from tests.bench.scan import chosen

KEPT_LINES = 10
ENTER = 13


class Watch:
    """Looks at the end of each frame whether it `shows` the next thing, or a later one where a scan was not taken.

    Then it writes which, and the time, and calls `after`.
    """

    def __init__(self, win: Any, times: int, shows: Callable[[int], bool], after: Callable[[int], None]) -> None:
        self._flip, self._times, self._shows, self._after = win.flip, times, shows, after
        self._next = 0
        win.flip = self.flip

    def flip(self) -> None:
        """In place of the window's own: the same, and what time it was then."""
        self._flip()
        at = time.monotonic_ns()
        found = next((n for n in range(self._next, self._times) if self._shows(n)), None)
        if found is not None:
            self._next = found + 1
            print(found, at, flush=True)
            self._after(self._next)


def _names(count: int, times: int) -> list[str]:
    wanted = chosen(count, times)
    found = {n: en for n, (_, en, _) in enumerate(products(count), 1) if n in set(wanted)}
    return [found[n] for n in wanted]


def _in_view(name: str) -> bool:
    from pos.ui.locate import texts

    return name in texts()


def _nothing(_count: int) -> None:
    """Nothing is to be done after a scan."""


def till(own: settings.Settings, count: int, times: int) -> None:
    """The till's sale screen: the line of the cart."""
    from pos.app import open_shell
    from pos.terminal import Terminal
    from pos.ui.i18n import set_language

    wanted, names = chosen(count, times), _names(count, times)
    _empty_cart(own.home)
    terminal = Terminal(own.home)
    win = window.open_window("bench", (1280, 800), device="till")
    set_language("en")
    shell = open_shell(own, terminal, win)
    shell.till._signed_in(Staff("c0", "Asel Kim", "cashier", 1 << 60))
    sale = shell.till.sale

    def shows(number: int) -> bool:
        line = sale.state.hero_line
        return line is not None and line.product.id == f"p{wanted[number]}" and _in_view(names[number])

    def after(done: int) -> None:
        if done % KEPT_LINES == 0:
            sale.void()

    from kivy.clock import Clock

    Clock.schedule_interval(lambda _dt: shell.till.tab("sale"), 1)  # back from where a scan not taken led
    Watch(win, times, shows, after)
    _run(shell.root, terminal)


def kiosk(own: settings.Settings, count: int, times: int) -> None:
    """The kiosk's product card, with the stock of five places."""
    from kiosk import app
    from kiosk.visit import Visit
    from pos.terminal import Terminal

    wanted, names = chosen(count, times), _names(count, times)
    terminal = Terminal(own.home)
    win = window.open_window("bench", (1080, 1920), device="kiosk")
    from kivy.clock import Clock  # not before the window is prepared

    app.fit_density(*win.size)
    visit = Visit(terminal, app.rules(own), app.now_ms, app.steady_ms)
    terminal.wake = Clock.create_trigger(lambda _dt: terminal.pump())
    frame = app.build(visit)
    app.listen(win, visit, frame)
    visit.open()

    def shows(number: int) -> bool:
        return visit.product.state.product == f"p{wanted[number]}" and _in_view(names[number])

    Watch(win, times, shows, _nothing)
    _run(frame, terminal)


def bare(times: int) -> None:
    """A window that draws a rectangle at Enter."""
    win = window.open_window("bench", (1280, 800), device="till")
    from kivy.graphics import Color, Rectangle  # not before the window is prepared
    from kivy.uix.widget import Widget

    root, drawn = Widget(), [0]

    def down(_win: Any, key: int, *_rest: Any) -> bool:
        if key == ENTER:
            drawn[0] += 1
            root.canvas.clear()
            with root.canvas:
                Color(drawn[0] % 2, 0.4, 0.6)
                Rectangle(pos=(40, 40), size=(400, 200))
        return True

    win.bind(on_key_down=down)
    Watch(win, times, lambda number: drawn[0] == number + 1, _nothing)
    _run(root, None)


def _empty_cart(home: Path) -> None:
    """A cart is kept over a restart; what the run before left is not what this one scans."""
    local = Local.open(home)
    discard_cart(local, open_cart(local, now_ms()))
    local.close()


def _run(root: Any, terminal: Any) -> None:
    from kivy.clock import Clock

    Clock.schedule_once(lambda _dt: print("ready", flush=True), 2)
    try:
        window.run(root)
    finally:
        if terminal is not None:
            terminal.stop()


def main(kind: str, home: Path, count: int, times: int) -> None:
    """Serve scans until the process is told to end."""
    own = settings.load(None, {}, {"terminal.home": str(home), "kiosk.idle_seconds": "3600"})
    if kind == "bare":
        bare(times)
    else:
        {"till": till, "kiosk": kiosk}[kind](own, count, times)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
