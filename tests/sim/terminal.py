"""A simulated terminal: the real actions and the real agent over real files, without threads."""

import shutil
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sync.link.agent import UNREADABLE, Agent
from sync.link.enrol import enrol
from sync.link.first import fill_replica
from sync.link.status import Status
from sync.link.wire import NoAnswer, Wire
from sync.link.work import Work
from sync.local import Local
from sync.local.wake import Sender
from sync.protocol.messages import Live
from tests.sim.edges import Killed, copy_files, edges, put_back
from tests.sim.wal import after_power_cut

HUB = "http://hub.test"
_Answer = TypeVar("_Answer")


class _Flag:
    """In place of an agent's event: nothing waits in a simulated world."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def is_set(self) -> bool:
        return False

    def wait(self, seconds: float | None = None) -> bool:
        self.waited.append(seconds or 0.0)
        return False

    def set(self) -> None:
        """Nobody sleeps that would wake."""

    def clear(self) -> None:
        """Nothing to forget."""


class SimAgent(Agent):
    """The real agent, a round at a time, its thread and its waits left out."""

    def __init__(self, home: Path) -> None:
        world = edges()
        machine = world.machine
        super().__init__(home, clock=lambda: world.clock(machine))
        self._ending = self._stir = _Flag()  # type: ignore[assignment]
        self.local = Local.open(home, agent=True)
        self.wires = Wire(HUB), Wire(HUB)
        self.app = Sender(home, "app")
        self.status = Status(self.app, self._clock)
        self.work: Work | None = None

    def turn(self) -> None:
        """One round, as `_work_on_replica` does it between two sleeps."""
        if self.work is None:
            wire = self.wires[0]
            self.work = Work(self.local, wire, self.app, self._clock, self._ending.is_set, "simulated")
            self.status.forget()
        try:
            self._once(self.work, self.wires[1], self.status)
            self._keep_house(self.local, self.work)
        except UNREADABLE as error:
            damaged = self.work.replica.path
            self.work.close()
            self.work = None
            if not self._set_aside(damaged, error):
                raise

    def hint(self, scope: str, version: int) -> None:
        """A live event."""
        self._heard(Live(scope, "", version))

    def house_is_due(self) -> None:
        """Look after the files in the next round."""
        self._house_at = 0.0

    def close(self) -> None:
        """Drop all that is open, as the end of a process does."""
        for each in (*self.wires, self.app, self.local, self.work):
            if each is not None:
                each.close()


@dataclass
class SimTerminal:
    """One device. `name` is the machine, `identity` the terminal that it is: a clone has that of another."""

    name: str
    kind: str
    place: str
    home: Path
    identity: str = ""
    local: Local | None = None
    agent: SimAgent | None = None
    alone: bool = True
    """No clone of it was ever made, nor was it one, and it keeps the journal it began with."""
    pending: dict[str, Any] = field(default_factory=dict)
    busy: bool = False
    serving: bool = False
    """A shopper stands there, and may wait for the hub: the next one comes after them."""
    unknown_to_backup: bool = False
    """It got its key after the hub's backup was made."""
    image: dict[str, bytes] | None = None

    def as_app(self) -> Any:
        """What runs within is this terminal's app."""
        return edges().running(f"{self.name}/app")

    def as_agent(self) -> Any:
        """What runs within is this terminal's agent."""
        return edges().running(f"{self.name}/agent")

    def enrol(self, code: str) -> None:
        """Become a terminal and take the first replica. Raises NoAnswer, Refused."""
        with self.as_agent():
            enrol(self.home, HUB, code, edges().clock(self.name), again="again" in self.pending)
            fill_replica(self.home, clock=lambda: edges().clock(self.name))
        edges().bury(f"{self.name}/agent")

    def open(self) -> Local:
        """The app's files, opened if need be. To be called as the app."""
        if self.local is None:
            self.local = Local.open(self.home)
        self.local.refresh()
        return self.local

    def turn(self) -> bool:
        """A round of the agent, which is started if it does not run; False if it was killed."""
        if self.busy:
            return True  # it waits for an answer just now
        self.busy = True
        try:
            return self._turn()
        finally:
            self.busy = False

    def _turn(self) -> bool:
        with self.as_agent():
            try:
                if self.agent is None:
                    self.agent = SimAgent(self.home)
                self.agent.turn()
            except Killed:
                self.kill("agent")
                return False
            except (sqlite3.Error, OSError) as error:
                if not _sick(self.name):
                    raise
                del error
                self.kill("agent")
                return False
        return True

    def ask(self, path: str, body: Any, answer: type[_Answer]) -> _Answer | None:
        """What the hub answers a person who waits there, asked as the agent asks: with its token. None: nobody
        answered. Raises Refused."""
        if self.agent is None or not self.agent.wires[0].token:
            return None
        with self.as_agent():
            try:
                return self.agent.wires[0].post(path, body, answer)
            except NoAnswer:
                return None

    def kill(self, which: str) -> None:
        """`app` or `agent` ends as by SIGKILL: its connections are cut, its files stay as they are."""
        last = (self.local if which == "agent" else self.agent) is None
        files = copy_files(self.home) if last else None
        self._drop(which)
        if files is not None:
            put_back(self.home, files)

    def cut_power(self) -> None:
        """Both processes end, and what had not reached the disk is lost or torn."""
        world = edges()
        files = copy_files(self.home)
        self._drop("app")
        self._drop("agent")
        for name in [n for n in files if n.endswith("-wal")]:
            safe = world.durable.get(str(self.home / name.removesuffix("-wal")))
            files[name] = after_power_cut(world.chance, name, files[name], safe)
        put_back(self.home, files)

    def _drop(self, which: str) -> None:
        if which == "agent":
            agent, self.agent = self.agent, None
            if agent is not None:
                for wire in agent.wires:
                    wire.close()
                agent.app.close()
                agent.local._agent.close()
        elif self.local is not None:
            self.local._agent.close()
            self.local = None
        edges().bury(f"{self.name}/{which}")

    def lose_disk(self) -> None:
        """The machine comes back from repair with an empty disk."""
        self._drop("app")
        self._drop("agent")
        shutil.rmtree(self.home)

    def clone(self, name: str, home: Path) -> "SimTerminal":
        """Another machine with a copy of this one's disk, as an imaging tool makes it."""
        put_back(home, copy_files(self.home))
        home.chmod(0o700)
        self.alone = False
        twin = SimTerminal(name, self.kind, self.place, home, self.identity, alone=False)
        return twin

    def shut_down(self) -> None:
        """End gently."""
        for which in ("app", "agent"):
            self._drop(which)


def _sick(machine: str) -> bool:
    return machine in edges().disk
