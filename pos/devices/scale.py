"""Shop scales that speak Toledo 8217 at a serial port. One thread owns each; it asks all the time and says changes.

A scale that is unplugged, silent or speaks otherwise is named, looked for again each second, and comes back by itself.
"""

import logging
import queue
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from pos.devices import toledo
from pos.devices.base import (
    N_,
    DeviceFault,
    DeviceState,
    Inbox,
    Load,
    Scale,
    ScaleAnswer,
    ScaleAsk,
    ScaleReading,
)
from pos.devices.serial_port import Line, NoPort, Port, PortError, PortLost
from pos.devices.toledo import Garbled, Pounds, Weighed

log = logging.getLogger(__name__)

SCALE_OFF = DeviceFault(
    "scale_off", N_("The scale is not connected. Enter the weight by hand; plug it in and it goes on by itself.")
)
SCALE_BUSY = DeviceFault(
    "scale_busy", N_("Another program has the scale. Enter the weight by hand, and end that program.")
)
SCALE_REFUSED = DeviceFault(
    "scale_refused", N_("This till may not use the scale's port. Enter the weight by hand, and tell support.")
)
SCALE_SILENT = DeviceFault(
    "scale_silent", N_("The scale does not answer. Enter the weight by hand, and look whether it is switched on.")
)
SCALE_GARBLED = DeviceFault(
    "scale_garbled", N_("The scale's answers can't be read. Enter the weight by hand, and tell support.")
)
SCALE_POUNDS = DeviceFault(
    "scale_pounds", N_("The scale weighs in pounds. Enter the kilograms by hand, and tell support.")
)
SCALE_BROKEN = DeviceFault(
    "scale_driver", N_("The scale can't be used now. Enter the weight by hand, and tell support.")
)

_WHY = {NoPort.MISSING: SCALE_OFF, NoPort.BUSY: SCALE_BUSY, NoPort.REFUSED: SCALE_REFUSED}
_AGAIN_S = 1.0
_MISSED = 2
"""Answers in a row that may be missing or unreadable before it is said: a plug that is touched spoils one."""
_COMMANDS = {ScaleAsk.TARE: toledo.TARE, ScaleAsk.ZERO: toledo.ZERO}
_LOOKS = 5
"""How often a scale is looked at, until it did what it was asked: it obeys with its next measurement."""


@dataclass(frozen=True, slots=True)
class ToledoSettings:
    """One scale. `watched_s` and `idle_s`: seconds between two questions while somebody weighs, and else."""

    line: Line = field(default_factory=lambda: Line("", 9600, "7E1"))
    name: str = "scale"
    watched_s: float = 0.1
    idle_s: float = 0.4


class ToledoScale(Scale):
    """A scale and the thread that asks it."""

    def __init__(self, settings: ToledoSettings, inbox: Inbox) -> None:
        super().__init__(settings.name, inbox)
        self.settings = settings
        self._asks: queue.SimpleQueue[ScaleAsk] = queue.SimpleQueue()
        self._wake, self._done = threading.Event(), threading.Event()
        self._watched = self._clearing = False
        self._port: Port | None = None
        self._said: Weighed | None = None
        self._missed = 0
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Start to ask."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=f"scale {self.name}", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop, at the latest after one timeout."""
        self._done.set()
        self._wake.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread to end, for tests and the app's last moment. True when it ended."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def watch(self, on: bool) -> None:
        """Whether somebody weighs now."""
        if on and not self._watched:
            self._wake.set()
        self._watched = on

    def ask(self, what: ScaleAsk) -> None:
        """Take the load as tare or as zero; one ScaleAnswer follows."""
        self._asks.put(what)
        self._wake.set()

    def clear(self) -> None:
        """Forget the tare, as soon as the scale is still."""
        self._clearing = True
        self._wake.set()

    # ------------------------------------------------------------------------------------------------ its thread

    def _run(self) -> None:
        while not self._done.is_set():
            try:
                pause = self._turn()
            except Exception:
                log.exception("scale %s met a flaw in its driver", self.name)
                self._lose(SCALE_BROKEN)
                pause = _AGAIN_S
            self._wake.wait(pause)
            self._wake.clear()
        self._release()
        self._become(DeviceState.CLOSED)

    def _turn(self) -> float:
        """Ask once, and do what was asked for. How long to wait until the next turn, in seconds."""
        try:
            if self._port is None:
                self._port = Port(self.settings.line)
            weighed = self._weigh(self._port)
            self._obey(self._port, weighed)
        except PortError as error:
            self._lose(_WHY[error.why])
            return _AGAIN_S
        except PortLost:
            self._lose(SCALE_OFF)
            return _AGAIN_S
        return self.settings.watched_s if self._watched else self.settings.idle_s

    def _weigh(self, port: Port) -> Weighed | None:
        """One reading, said if it is another. None: there was none that can be understood."""
        answer = port.ask(toledo.WEIGH)
        try:
            weighed = toledo.read(answer)
        except Pounds:
            self._trouble(SCALE_POUNDS)
        except Garbled:
            self._missed += 1
            if self._missed >= _MISSED:
                self._trouble(SCALE_GARBLED if answer else SCALE_SILENT)
        else:
            self._say(weighed)
            return weighed
        return None

    def _say(self, weighed: Weighed) -> None:
        self._missed = 0
        self._become(DeviceState.READY)
        if weighed != self._said:
            self._said = weighed
            self.inbox.put(ScaleReading(device=self.name, load=weighed.load, grams=weighed.grams, net=weighed.net))

    def _obey(self, port: Port, weighed: Weighed | None) -> None:
        if self._clearing and weighed is not None:
            if weighed.net and weighed.load is not Load.MOVING:
                port.ask(toledo.CLEAR)
            self._clearing = weighed.net
        with suppress(queue.Empty):
            while True:
                self._do(port, self._asks.get_nowait())

    def _do(self, port: Port, ask: ScaleAsk) -> None:
        """Ask it to do something, and look whether it did."""
        port.ask(_COMMANDS[ask])
        done = False
        for _look in range(_LOOKS):
            weighed = self._weigh(port)
            done = weighed is not None and (weighed.net if ask is ScaleAsk.TARE else weighed.load is Load.EMPTY)
            if done or self._done.wait(self.settings.watched_s):
                break
        self.inbox.put(ScaleAnswer(device=self.name, ask=ask, done=done))

    def _trouble(self, fault: DeviceFault) -> None:
        """It is there and can't be understood."""
        self._said = None
        self._become(DeviceState.TROUBLE, fault)
        self._refuse()

    def _lose(self, fault: DeviceFault) -> None:
        """It is not there."""
        self._release()
        self._said, self._missed = None, 0
        self._become(DeviceState.OFF, fault)
        self._refuse()

    def _refuse(self) -> None:
        """What was asked of a dead scale is answered too."""
        with suppress(queue.Empty):
            while True:
                self.inbox.put(ScaleAnswer(device=self.name, ask=self._asks.get_nowait(), done=False))

    def _release(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            port.close()
