"""The wiring of one terminal, the same for till and kiosk: its local files, its agent, its devices.

One thread owns the local files, device threads only fill an inbox, and `pump` empties everything once a frame in the
app's own thread. Nothing here knows a window: `wake` is how a window asks to be pumped soon.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from pos.agent import ALL_TOPICS, AgentWatch, AlreadyOpen, Ear, agent_command
from pos.asking import AskThread
from pos.devices.base import CardTerminal, Device, DeviceEvent, Display, Drawer, Inbox, Printer, Scale
from pos.devices.camera import Camera
from pos.devices.fiscal import FiscalPrinter
from pos.devices.scanner import LineScanner
from pos.runner import DatabaseThread, Direct, Job, Runner, Then
from pos.shopper_window import ShopperWindow
from sync.link.ending import write_ended
from sync.link.questions import Answered, Asking, Asks, Said, Unanswered
from sync.local import Local, Reason, reason_of

log = logging.getLogger(__name__)

T = TypeVar("T")
Changed = Callable[[frozenset[str]], None]
OnDevice = Callable[[DeviceEvent], None]
Trouble = Callable[[Exception], None]


@dataclass(slots=True)
class Devices:
    """The devices of a terminal; None where the settings name none."""

    printer: Printer | None = None
    drawer: Drawer | None = None
    card: CardTerminal | None = None
    camera: Camera | None = None
    label: Printer | None = None
    scale: Scale | None = None
    display: Display | None = None
    scanner: LineScanner | None = None
    fiscal: FiscalPrinter | None = None
    window: ShopperWindow | None = None

    def all(self) -> list[Device]:
        """Every device there is, each once."""
        found = (getattr(self, field.name) for field in fields(self))
        return [device for device in found if device is not None]


class Terminal:
    """A terminal at work. `devices` makes them for its inbox; `asking` asks the hub (None: its agent does).

    `agent_flags` go to its agent besides the home, `agent_environment` where only it can read them. `drawer`: what the
    settings say of one, if they do; whether there is one, `sync.local.drawer.has_drawer` answers.
    """

    def __init__(
        self,
        home: Path,
        *,
        runner: Runner | None = None,
        devices: Callable[[Inbox], Devices] | None = None,
        agent_flags: Sequence[str] = (),
        agent_environment: Mapping[str, str] = MappingProxyType({}),
        wake: Callable[[], None] = lambda: None,
        asking: Asks | None = None,
        drawer: bool | None = None,
    ) -> None:
        self.home = home
        self.agent_flags = tuple(agent_flags)
        self.agent_environment = dict(agent_environment)
        self.wake = wake
        self.later: Callable[[Callable[[], None]], None] = lambda call: call()
        self.card_paper: Callable[[str, str], object] = _no_paper
        self._held: list[Callable[[], None]] = []
        self.inbox = Inbox(lambda: self.wake())
        self.devices = devices(self.inbox) if devices else Devices()
        self.agent: AgentWatch | None = None
        self.on_trouble: Trouble = self._log_trouble
        self._runner = runner or DatabaseThread(
            lambda: Local.open(home, reserve=True, drawer=drawer, fiscal=self.devices.fiscal is not None),
            lambda: self.wake(),
        )
        self._asking = AskThread(asking or Asking(home), lambda: self.wake())
        self._ear: Ear | None = None
        self._topics: set[str] = set()
        self._lock = Lock()
        self._changed: list[Changed] = []
        self._on_device: list[OnDevice] = []

    # Work on the local files

    def run(self, job: Job[T], then: Then[T] | None = None, failed: Trouble | None = None) -> None:
        """Run `job(local)` on the database thread; `then(result)` or `failed(error)` follow in `pump`."""
        self._give()
        self._runner.run(job, then or _nothing, failed or (lambda error: self.on_trouble(error)))

    def run_after_frame(self, job: Job[T], then: Then[T] | None = None, failed: Trouble | None = None) -> None:
        """`run`, for work that the frame in the making does not wait for: two threads at once would make it late.

        It is given when the frame is drawn (see `later`), and always before any job that is asked for after it.
        """
        self._held.append(lambda: self.run(job, then, failed))
        self.later(self._give)

    def _give(self) -> None:
        held, self._held = self._held, []
        for give in held:
            give()

    def ask(
        self,
        path: str,
        body: msgspec.Struct,
        kind: type[T],
        then: Callable[[Answered[T] | Unanswered | Said], None],
        patience_s: float = 3.0,
    ) -> None:
        """Ask the hub what a person waits for, and return at once; `then(result)` follows in `pump`.

        `path`: `ask/…` or `claims/…`; an answer is a `kind`. It is `Unanswered` once patience is over, however late the
        hub may answer: a right that it then gives is given back, and another claim needs another id.
        """
        self._asking.ask(path, body, kind, then, lambda error: self.on_trouble(error), patience_s)

    def reason_of(self, error: Exception) -> Reason | None:
        """Why the local files could not be worked on. What no disk is to blame for is trouble of its own, and told."""
        reason = reason_of(error, self.home)
        if reason is None:
            self.on_trouble(error)
        else:
            log.error("the local files could not be worked on: %s", error)
        return reason

    # What comes in

    def on_changed(self, callback: Changed) -> Callable[[], None]:
        """Call back with the topics that changed. The answer stops it."""
        self._changed.append(callback)
        return lambda: self._changed.remove(callback)

    def on_device(self, callback: OnDevice) -> Callable[[], None]:
        """Call back with each device event. The answer stops it."""
        self._on_device.append(callback)
        return lambda: self._on_device.remove(callback)

    def notice(self, topics: frozenset[str]) -> None:
        """Say that topics may have changed; from any thread. Followers hear of it in the next `pump`."""
        with self._lock:
            self._topics |= topics
        self.wake()

    def pump(self) -> None:
        """Everything that waits, in the caller's thread: results first, then devices, then what changed."""
        self._runner.pump()
        self._asking.pump()
        for event in self.inbox.drain():
            for on_device in list(self._on_device):
                on_device(event)
        with self._lock:
            topics, self._topics = frozenset(self._topics), set()
        if topics:
            for changed in list(self._changed):
                changed(topics)

    # Start and stop

    def listen(self) -> None:
        """Take this terminal's place: wake-ups come to us. Raises AlreadyOpen when another window has it."""
        if self._ear is None:
            self._ear = Ear(self.home, self.notice)

    def start(self, *, agent: bool = True) -> None:
        """Listen, start the agent (unless told not to) and open the devices. None of it waits for hardware.

        Raises AlreadyOpen when another window works on the same files.
        """
        self.listen()
        if agent:
            command = [*agent_command(self.home), *self.agent_flags]
            self.agent = AgentWatch(command, self.agent_environment, ended=lambda: write_ended(self.home))
            self.agent.start()
        for device in self.devices.all():
            device.open()

    def stop(self) -> None:
        """Close devices, agent and files, in this order; jobs already given are finished first."""
        self._give()
        for device in self.devices.all():
            device.close()
        if self.agent is not None:
            self.agent.stop()
        if self._ear is not None:
            self._ear.close()
        self._asking.close()
        self._runner.close()

    def _log_trouble(self, error: Exception) -> None:
        log.error("work on the local files failed", exc_info=error)


def _no_paper(what: str, attempt: str) -> None:
    """Nobody prints papers of card payments yet; they wait in the print journal."""


def _nothing(result: Any) -> None:
    """Nobody waits for this result."""


__all__ = ["ALL_TOPICS", "AlreadyOpen", "Devices", "Direct", "Terminal"]
