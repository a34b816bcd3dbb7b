"""A world: a retailer's hub, its terminals, a web channel and a bank, on simulated time, network and disks."""

import contextlib
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import msgspec

from sync.link import wire
from sync.protocol.messages import GivenPass
from tests.sim.drawer import Drawers
from tests.sim.edges import Edges, Killed, copy_files, put_back, replaced
from tests.sim.hub import Hub
from tests.sim.net import Cable, Net
from tests.sim.plan import Shape
from tests.sim.retailer import RULES, START, fill
from tests.sim.terminal import HUB, SimTerminal
from tests.sim.told import Shop

HOUR = 3_600_000


class Broken(AssertionError):
    """Something that must hold did not; `what` names it."""

    def __init__(self, what: str, detail: str) -> None:
        super().__init__(f"{what}: {detail}")
        self.what = what


@dataclass
class Web:
    """The online shop: what it asked of the hub, in order, each until it is answered; what the hub acknowledged."""

    key: str
    asked: list[tuple[str, Any]] = field(default_factory=list)
    done: list[Any] = field(default_factory=list)
    at_backup: int = 0


class World:
    """Everything there is, and the steps' way to it."""

    def __init__(self, folder: Path, shape: Shape, seed: int) -> None:
        self.folder = folder
        self.shape = shape
        self.edges = Edges(seed, START)
        self.net = Net()
        self.hub = Hub(folder / "hub", self.net)
        self.shop = Shop(rules={key: {values[0]} for key, values in RULES.items()})
        self.ledger, self.returns = self.shop.ledger, self.shop.returns
        self.drawers = Drawers()
        self.terminals: list[SimTerminal] = []
        self.web = Web("")
        self.restored = 0
        self.history: list[str] = []

    @property
    def picked(self) -> dict[str, Any]:
        """The orders that are picked up, by number: what happens to them has steps of its own."""
        return self.shop.collected.bodies

    def note(self, text: str) -> None:
        """Write what happened into the history."""
        self.history.append(text)

    def terminal(self, number: int) -> SimTerminal:
        """One of the terminals there are now."""
        return self.terminals[number % len(self.terminals)]

    def as_app(self, terminal: SimTerminal, job: Callable[[], None]) -> bool:
        """Run something as a terminal's app; False if the app was killed, or its disk could not take it."""
        with terminal.as_app():
            try:
                job()
            except Killed:
                pass
            except Exception as error:
                if not self._by_its_disk(terminal, error):
                    raise
                self.note(f"{terminal.name}: {error}")
            else:
                return True
            terminal.kill("app")
            return False

    def _by_its_disk(self, terminal: SimTerminal, error: Exception) -> bool:
        """Whether an app's job failed by a disk that may fail, as its database thread finds it. Nothing is raised anew:
        an error that holds itself would hold its cursor, and the files of a dead process would stay open."""
        try:
            said = error if terminal.local is None else terminal.local.blame(error)
        except Killed:
            return True
        return isinstance(said, (sqlite3.Error, OSError)) and self.excused(terminal)

    def excused(self, terminal: SimTerminal) -> bool:
        """Whether this machine's disk may fail its programs now."""
        return terminal.name in self.edges.disk or "rotten" in terminal.pending

    def hub_dies(self, chance: random.Random, job: Callable[[], None]) -> None:
        """The hub dies at some step of a job, or right behind an answer; mostly it is started again."""
        if chance.random() < 0.6:
            self.edges.armed["hub"] = chance.randint(1, 80)
        job()
        self.edges.armed.clear()
        if self.hub.up:
            self.hub.died()
        if chance.random() < 0.7:
            self.hub.start()

    def tell_hub(self, path: str, body: Any) -> None:
        """The web channel asks the hub once more for all that was not acknowledged, in order."""
        self.web.asked.append((path, body))
        self.chase()

    def chase(self) -> None:
        """Post what waits, until the first that gets no answer."""
        while self.web.asked:
            path, body = self.web.asked[0]
            if not self._posted(path, body):
                return
            self.web.asked.pop(0)
            self.web.done.append(body)

    def _posted(self, path: str, body: Any) -> bool:
        answer = self._asked("POST", path, msgspec.json.encode(body))
        return answer is not None and answer.status_code in (200, 409)  # no is an answer, too: a right may be gone

    def _asked(self, method: str, path: str, content: bytes = b"") -> httpx.Response | None:
        """What the hub answers the web channel; None if nobody did, or it was not the hub."""
        headers = {"authorization": f"Bearer {self.web.key}", "content-type": "application/json"}
        request = httpx.Request(method, f"{HUB}/v1/channel/{path}", headers=headers, content=content)
        with self.edges.running("web"):
            try:
                answer = self.net.carry(request, "web")
            except httpx.TransportError:
                return None
        return answer if answer.headers["content-type"].startswith("application/json") else None

    def pass_of(self, number: str) -> str:
        """The pass of an order on its shopper's telephone, fetched if need be; "" if the hub gives none now."""
        known = self.returns.passes
        if number not in known:
            answer = self._asked("GET", f"orders/{number.replace('100-', 'R').replace('300-', 'C')}/pass")
            if answer is None or answer.status_code != 200:
                return ""
            known[number] = msgspec.json.decode(answer.read(), type=GivenPass).text
        return known[number]


_templates: dict[tuple[int, int], tuple[dict[str, bytes], str]] = {}


def prepare(folder: Path, shape: Shape) -> None:
    """Make the files that every world of that size begins with, once in a process. No fault may be planted yet."""
    key = shape.stores, shape.terminals
    if key not in _templates:
        _templates[key] = _template(folder / "template", shape)


@contextlib.contextmanager
def made(folder: Path, shape: Shape, seed: int) -> Iterator[World]:
    """A world with its terminals enrolled and filled, after `prepare`. Its folder is gone afterwards."""
    files, channel = _templates[shape.stores, shape.terminals]
    put_back(folder / "world", files)
    world = World(folder / "world", shape, seed)
    world.web.key = channel
    with _in_force(world):
        world.hub.start()
        world.terminals = [_terminal(world, n) for n in range(shape.terminals)]
        yield world
    shutil.rmtree(folder / "world")


@contextlib.contextmanager
def _in_force(world: World) -> Iterator[None]:
    Cable.net = world.net
    with (
        mock.patch.object(httpx._client, "HTTPTransport", Cable),
        mock.patch.object(wire, "Bulk", Cable),
        replaced(world.edges),
    ):
        try:
            yield
        finally:
            for each in world.terminals:
                each.shut_down()
            world.hub.stop()
            world.net.close()


def _template(folder: Path, shape: Shape) -> tuple[dict[str, bytes], str]:
    """The files of a world at its beginning, and the web channel's key."""
    world = World(folder, shape, 0)
    (folder / "hub").mkdir(parents=True)
    with _in_force(world):
        world.hub.start()
        with world.edges.running("hub"):
            world.web.key = fill(world.hub.engine, shape.stores)
        for number in range(shape.terminals):
            one = _terminal(world, number)
            one.enrol(world.hub.code(one.identity, one.kind, one.place))
    files = copy_files(folder)
    shutil.rmtree(folder)
    return files, world.web.key


def _terminal(world: World, number: int) -> SimTerminal:
    kind = "kiosk" if number % 4 == 3 else "tablet" if number % 4 == 2 else "till"
    name = f"{kind}-{number + 1}"
    place = f"store-{number % world.shape.stores + 1}"
    return SimTerminal(name, kind, place, world.folder / name, name)
