"""A kiosk without a window: a real home on disk, real reads, a clock that the test sets."""

import sqlite3
from collections import deque
from pathlib import Path

from kiosk.visit import Rules, Visit
from pos.runner import Direct
from pos.terminal import Terminal
from sync.local import Local, files
from tests.local.fixture import NOW, gtin, make_terminal

CODES = {"milk": gtin("487000000001"), "coat": gtin("487000000010"), "apple": gtin("487000000005")}


class Later:
    """Runs jobs only when told, so that an answer can come late. Over a real Local."""

    def __init__(self, local: Local) -> None:
        self.local = local
        self.jobs: deque = deque()

    def run(self, job, then) -> None:
        self.jobs.append((job, then))

    def finish(self) -> None:
        while self.jobs:
            job, then = self.jobs.popleft()
            then(job(self.local))


class Store:
    """One kiosk: `visit` is what its screens would call."""

    def __init__(self, tmp_path: Path, *, online: bool = True, rules: Rules | None = None) -> None:
        self.home = make_terminal(tmp_path, "kiosk", online=online)
        self.hub("UPDATE product SET picture = sku || '.png'")
        self.local = Local.open(self.home)
        self.desk = Terminal(self.home, runner=Direct(self.local))
        self.now, self.steady = NOW, 0
        self.visit = Visit(self.desk, rules or Rules(), lambda: self.now, lambda: self.steady)
        self.visit.open()

    def hub(self, statement: str, *values: object) -> None:
        """Change the replica as the agent does when the hub has news."""
        path = files.current(self.home)
        assert path is not None
        replica = sqlite3.connect(path)
        with replica:
            replica.execute(statement, values)
        replica.close()

    def wait(self, seconds: int) -> None:
        """Let time go by, a tick a second, as the app does."""
        for _second in range(seconds):
            self.now += 1000
            self.steady += 1000
            self.visit.tick()

    def places(self) -> dict[str, str]:
        """Number by location on the card."""
        return {place.location: place.number for place in self.visit.product.state.places}
