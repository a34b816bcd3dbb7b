"""Fiscal receipts of a till: what is recorded goes to the fiscal printer in the order of the journal, one at a time.

Paid and fiscalised are two facts (F49). Nothing here delays a sale, undoes one or makes a second document of one: every
step is on the disk before the fiscal printer hears of it, and what may be registered is asked for by its id.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from pos.devices.base import DeviceEvent, DeviceFault, DeviceState, StatusUpdate
from pos.devices.fiscal import FISCAL_SILENT, FiscalAnswer, FiscalOutcome
from pos.terminal import Terminal
from sync.actions.clock import now_ms
from sync.actions.fiscal import FiscalTask, hindered, not_registered, registered, take
from sync.local import Local
from sync.local.fiscal import FiscalRow, FiscalState, fiscal_row
from sync.protocol.fiscal import OPEN_SHIFT

PAPER_WAITS_S = 2.0
"""A receipt's paper waits so long for its fiscal number, and only for a fiscal printer that answers."""
_NEXT = (FiscalOutcome.DONE, FiscalOutcome.ABSENT, FiscalOutcome.REFUSED)
"""After these the next document follows at once; after others a second passes."""
_TO = {
    FiscalOutcome.NOT_DONE: FiscalState.WAITING,
    FiscalOutcome.ABSENT: FiscalState.WAITING,
    FiscalOutcome.UNKNOWN: FiscalState.UNKNOWN,
    FiscalOutcome.REFUSED: FiscalState.FAILED,
}
Told = Callable[[FiscalRow | None], None]


@dataclass(frozen=True, slots=True)
class _Held:
    """A paper that waits for its fiscal number until `until` (of a clock that nobody sets)."""

    ref: str
    until: float
    go: Callable[[], None]


class Fiscal:
    """Gives the fiscal printer of a terminal what waits; does nothing where there is none."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int] = now_ms) -> None:
        self._terminal = terminal
        self._clock = clock
        self._printer = terminal.devices.fiscal
        self._task: FiscalTask | None = None
        self._taking = False
        self._held: list[_Held] = []
        self._told: list[Told] = []
        if self._printer is not None:
            terminal.on_device(self._heard)

    @property
    def at_hand(self) -> bool:
        """Whether this terminal has a fiscal printer."""
        return self._printer is not None

    def listen(self, told: Told) -> None:
        """Call back with each document that moved on, and with None when the fiscal printer did (see `why`)."""
        self._told.append(told)

    @property
    def why(self) -> str:
        """What is in the fiscal printer's way now; "" for nothing."""
        fault = self._fault() if self._printer is not None else None
        return fault.kind if fault else ""

    def hold(self, ref: str, go: Callable[[], None]) -> None:
        """Call `go` once the document of that paper is answered for: at once where there is none to wait for, and after
        two seconds in any case."""
        if self._printer is None or self._printer.state is not DeviceState.READY:
            go()
            return
        self._held.append(_Held(ref, time.monotonic() + PAPER_WAITS_S, go))
        self._next()

    def tick(self) -> None:
        """A second passed."""
        if self._printer is not None:
            self._next()
            self._let_go(lambda held: held.until <= time.monotonic())

    def _let_go(self, which: Callable[[_Held], bool]) -> None:
        going = [held for held in self._held if which(held)]
        self._held = [held for held in self._held if held not in going]
        for held in going:
            held.go()

    def _next(self) -> None:
        """The next document, if none is under way, and as soon as it is known how the fiscal printer is."""
        if self._printer is None or self._taking or self._task is not None:
            return
        if self._printer.state is DeviceState.CLOSED:
            return
        now, fault = self._clock(), self._fault()
        self._taking = True
        if fault is None:
            self._terminal.run(lambda local: take(local, now), self._taken, self._failed)
        else:
            self._terminal.run(lambda local: hindered(local, fault.kind, now), self._stopped, self._failed)

    def _fault(self) -> DeviceFault | None:
        assert self._printer is not None
        well = self._printer.state in (DeviceState.READY, DeviceState.CLOSED)
        return None if well else self._printer.fault or FISCAL_SILENT

    def _taken(self, task: FiscalTask | None) -> None:
        assert self._printer is not None
        self._taking, self._task = False, task
        if task is None:
            self._let_go(lambda _held: True)
        elif task.ask:
            self._printer.find(task.document.id)
        else:
            self._printer.register(task.document)

    def _stopped(self, _none: None) -> None:
        self._taking = False
        self._let_go(lambda _held: True)

    def _failed(self, error: Exception) -> None:
        """The files could not be worked on: what is on the disk says enough to go on later."""
        self._taking, self._task = False, None
        self._terminal.reason_of(error)
        self._let_go(lambda _held: True)

    def _heard(self, event: DeviceEvent) -> None:
        if isinstance(event, FiscalAnswer) and self._task is not None and event.document_id == self._task.document.id:
            self._answered(self._task, event)
        elif isinstance(event, StatusUpdate) and self._printer is not None and event.device == self._printer.name:
            self._next()
            self._tell(None)
            self._terminal.notice(frozenset({"link"}))

    def _answered(self, task: FiscalTask, event: FiscalAnswer) -> None:
        id, now = task.document.id, self._clock()

        def write(local: Local) -> FiscalRow | None:
            if event.registered is not None:
                registered(local, id, event.registered, now)
            else:
                why = event.fault.kind if event.fault else event.reason
                not_registered(local, id, _TO[event.outcome], why, now)
            return fiscal_row(local, id)

        self._terminal.run(write, lambda row: self._written(event, task, row), self._failed)

    def _written(self, event: FiscalAnswer, task: FiscalTask, row: FiscalRow | None) -> None:
        self._task = None
        if (
            event.outcome is not FiscalOutcome.ABSENT and task.document.kind != OPEN_SHIFT
        ):  # its Z report has its number
            self._let_go(lambda held: held.ref == task.document.number)
        self._tell(row)
        self._terminal.notice(frozenset({"fiscal"}))
        if event.outcome in _NEXT:
            self._next()

    def _tell(self, row: FiscalRow | None) -> None:
        for told in self._told:
            told(row)
