"""What the panel does: it looks at the devices by their control ports, and sets faults and presses there.

A thread of its own does all talking, so that a device that is gone or stuck holds nobody up.
"""

import json
import logging
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pos.devices.virtual.control import Line
from pos.devices.virtual.store import Standing
from pos.flow import Flow
from pos.panel import words
from pos.panel.state import PanelState, Seen

log = logging.getLogger(__name__)

LOOK_S = 0.2
"""How often each device is looked at."""


class WrongList(ValueError):
    """The list of devices can't be used; the message says why."""


def read_list(path: Path) -> list[Standing]:
    """The devices of a virtual store, by the list that it wrote. Raises WrongList."""
    try:
        return [Standing(**one) for one in json.loads(path.read_text("utf-8"))["devices"]]
    except OSError as fault:
        raise WrongList(f"{path} can't be read ({fault.strerror}). Is the virtual store running?") from None
    except (ValueError, KeyError, TypeError) as fault:
        raise WrongList(f"{path} is no list of virtual devices: {fault!r}") from None


class Watch:
    """Looks at devices and gives them what is said, in a thread. `news()` is what was seen since it was last called."""

    def __init__(self, listed: list[Standing], wake: Callable[[], None]) -> None:
        self._lines = {one.kind: Line(one.control) for one in listed}
        self.wake = wake
        self._said: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self._ring = threading.Event()
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._before: dict[str, dict[str, Any] | None] = {}
        self._news: list[tuple[str, dict[str, Any] | None]] = []
        self._thread = threading.Thread(target=self._run, name="panel", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def say(self, kind: str, line: str) -> None:
        """Give a device a line, and return at once."""
        self._said.put((kind, line))
        self._ring.set()

    def news(self) -> list[tuple[str, dict[str, Any] | None]]:
        """Each device that is not as it was, the oldest first; None where it does not answer."""
        with self._lock:
            news, self._news = self._news, []
        return news

    def stop(self) -> None:
        """Say what is still to be said, and end."""
        self._done.set()
        self._ring.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._done.is_set():
            self._tell()
            for kind in self._lines:
                self._look(kind)
            self._ring.wait(LOOK_S)
            self._ring.clear()
        self._tell()
        for line in self._lines.values():
            line.close()

    def _tell(self) -> None:
        with suppress(queue.Empty):
            while True:
                kind, line = self._said.get_nowait()
                try:
                    self._lines[kind].ask(line)
                except (OSError, ValueError) as fault:
                    log.info("the virtual %s did not take %r: %s", kind, line, fault)

    def _look(self, kind: str) -> None:
        try:
            shows: dict[str, Any] | None = self._lines[kind].ask("look")
        except (OSError, ValueError):
            shows = None  # gone, or about to be: the next look tells
        if kind not in self._before or shows != self._before[kind]:
            self._before[kind] = shows
            with self._lock:
                self._news.append((kind, shows))
            self.wake()


class PanelFlow(Flow[PanelState]):
    """Verbs of the panel. `wake` is called from the thread that looks; then call `pump` in the window's own."""

    def __init__(self, listed: list[Standing], wake: Callable[[], None] = lambda: None) -> None:
        devices = {one.kind: Seen(one.kind, one.address, one.out) for one in listed}
        pages = words.pages(devices)
        super().__init__(PanelState(MappingProxyType(devices), pages[0] if pages else ""))
        self.watch = Watch(listed, wake)

    def start(self) -> None:
        """Begin to look; from now on each payment waits for a hand."""
        self.watch.start()
        self._set("card", "by_hand", "on")

    def stop(self) -> None:
        """Leave: payments settle by themselves again."""
        self._set("card", "by_hand", "off")
        self.watch.stop()

    def pump(self) -> None:
        """Take in what was seen."""
        for kind, shows in self.watch.news():
            before = self.state.devices[kind]
            now = Seen(kind, before.address, before.out, shows is not None, before.shows if shows is None else shows)
            devices = MappingProxyType({**self.state.devices, kind: now})
            if (said := words.change(before, now)) is not None:
                self._say(said, devices=devices)
            else:
                self._to(devices=devices)

    def fault(self, kind: str, name: str, value: str) -> None:
        """Set a fault, or end it if it is set."""
        self._set(kind, name, "off" if self.state.devices[kind].on(name) else value)

    def press(self, kind: str, act: str) -> None:
        """Do what a hand would."""
        self.watch.say(kind, f"press {act}")

    def scan(self, code: str) -> None:
        """Hold a code to the scanner."""
        seen = self.state.devices["scanner"]
        if not seen.alive or seen.on("unplugged"):
            self._say(words.not_scanned(seen))
        elif code:
            self._set("scanner", "scan", code)
            self._say(words.scanned(code))

    def hold(self, code: str) -> None:
        """Hold a label to the camera; the one that is held already is taken away."""
        if self.state.devices["camera"].shows.get("held") == code:
            self.press("camera", "away")
        else:
            self._set("camera", "hold", code)

    def weigh(self, grams: int) -> None:
        """Put so much on the scale, instead of what lies there."""
        self._set("scale", "weight", words.kilograms(grams))

    def turn(self, page: str) -> None:
        """Open another page at the right."""
        self._to(page=page)

    def changed(self, topics: frozenset[str]) -> None:
        """Nothing of a hub is shown here."""

    def _set(self, kind: str, name: str, value: str) -> None:
        if kind in self.state.devices:
            self.watch.say(kind, f"set {name} {value}")
