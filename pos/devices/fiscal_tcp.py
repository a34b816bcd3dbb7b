"""The driver of the simulated fiscal printer: JSON objects in lines over TCP, one short connection for each question.

To it: `{"do": "register", "document": {…}}`, `{"do": "find", "id"}`, `{"do": "z", "id"}`, `{"do": "status"}`. From it,
once: `{"id", "state": "done", "serial", "number", "sign", "at", "qr"}`, `{"id", "state": "absent" | "pending"}`, or
`{"id", "state": "refused", "why": "shift_over" | "memory_full" | "clock" | "document", "reason"}`; to `status`
`{"state": "ready"}`, or `refused` and why. A document that it has is answered with what it was made of the first time.
"""

import json
import logging
import queue
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any

import msgspec

from pos.devices.base import DeviceError, DeviceFault, DeviceState, Inbox
from pos.devices.fiscal import (
    FISCAL_BABBLE,
    FISCAL_CLOCK,
    FISCAL_FULL,
    FISCAL_OFF,
    FISCAL_SHIFT,
    FISCAL_SILENT,
    FiscalAnswer,
    FiscalOutcome,
    FiscalPrinter,
)
from sync.actions.fiscal import Registered
from sync.protocol.fiscal import FiscalDocument
from sync.settings import address as host_and_port

log = logging.getLogger(__name__)

LONGEST_WAIT_S = 1.0
_FAULTS = {"shift_over": FISCAL_SHIFT, "memory_full": FISCAL_FULL, "clock": FISCAL_CLOCK}
_LINE = 1_000_000
"""No answer is longer, in bytes."""


@dataclass(frozen=True, slots=True)
class FiscalSettings:
    """One fiscal printer. `timeout_s` bounds each single wait, `answer_s` the whole of an answer (paper is slow),
    `look_s` of one to how it is; `poll_s`: how often it is asked that."""

    name: str = "fiscal printer"
    host: str = "127.0.0.1"
    port: int = 9300
    timeout_s: float = 0.8
    answer_s: float = 10.0
    look_s: float = 2.0
    poll_s: float = 2.0

    def __post_init__(self) -> None:
        if not 0 < self.timeout_s <= LONGEST_WAIT_S:
            raise ValueError(f"timeout_s of {self.name!r} must be above 0 and at most {LONGEST_WAIT_S}")


@dataclass(frozen=True, slots=True)
class _Ask:
    """A question: `document` to register, or None to find `id`."""

    id: str
    document: FiscalDocument | None = None


class _NotSent(DeviceError):
    """Nothing of the question has left this machine."""


class TcpFiscalPrinter(FiscalPrinter):
    """The client. Every call returns at once; one thread asks."""

    def __init__(self, settings: FiscalSettings, inbox: Inbox) -> None:
        super().__init__(settings.name, inbox)
        self.settings = settings
        self._asks: queue.SimpleQueue[_Ask | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Start the thread. It says how the fiscal printer is."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the thread. What was sent and is not answered for stays unknown: ask for it after the next start."""
        self._closing.set()
        self._asks.put(None)

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread to end. True when it ended."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def register(self, document: FiscalDocument) -> None:
        """Register a document."""
        self._asks.put(_Ask(document.id, document))

    def find(self, document_id: str) -> None:
        """Ask for a document."""
        self._asks.put(_Ask(document_id))

    # The rest runs in the thread.

    def _run(self) -> None:
        look_at = 0.0
        while not self._closing.is_set():
            try:
                ask = self._asks.get(timeout=min(LONGEST_WAIT_S, max(0.001, look_at - time.monotonic())))
            except queue.Empty:
                if time.monotonic() >= look_at:
                    self._look()
                    look_at = time.monotonic() + self.settings.poll_s
                continue
            if ask is not None:
                self._answer(ask)
        self._become(DeviceState.CLOSED)

    def _look(self) -> None:
        """Ask how it is, so that a dead one is named and comes back by itself."""
        try:
            said = self._exchange({"do": "status"}, self.settings.look_s)
        except DeviceError as error:
            self._fails(error.fault)
        else:
            self._stands(said)

    def _stands(self, said: dict[str, Any]) -> None:
        fault = _FAULTS.get(str(said.get("why", "")))
        if fault in (None, FISCAL_SHIFT):  # a shift that is too long is closed with the next document
            self._become(DeviceState.READY)
        else:
            self._become(DeviceState.TROUBLE, fault)

    def _fails(self, fault: DeviceFault) -> None:
        self._become(DeviceState.OFF if fault == FISCAL_OFF else DeviceState.TROUBLE, fault)

    def _answer(self, ask: _Ask) -> None:
        try:
            said = self._asked(ask)
            if said.get("why") == "shift_over" and ask.document is not None and self._closed_shift(ask.id):
                said = self._asked(ask)
            answer = self._heard(ask, said)
        except DeviceError as error:
            sent = ask.document is None or not isinstance(error, _NotSent)
            self._fails(error.fault)
            self._say(ask.id, FiscalOutcome.UNKNOWN if sent else FiscalOutcome.NOT_DONE, error.fault)
        else:
            self.inbox.put(answer)

    def _asked(self, ask: _Ask) -> dict[str, Any]:
        if ask.document is None:
            return self._exchange({"do": "find", "id": ask.id})
        return self._exchange({"do": "register", "document": msgspec.to_builtins(ask.document)})

    def _closed_shift(self, id: str) -> bool:
        """Close a shift that is too long. Asked for by a name of its own, so that a lost answer makes no second one.

        An answer that is lost here is of the Z report: the document behind it was refused and is not registered.
        """
        try:
            return self._exchange({"do": "z", "id": f"z-{id}"}).get("state") == "done"
        except DeviceError as error:
            log.warning("the Z report of a shift that was too long was not answered for: %s", error)
            raise _NotSent(error.fault) from error

    def _heard(self, ask: _Ask, said: dict[str, Any]) -> FiscalAnswer:
        state, why = said.get("state"), str(said.get("why", ""))
        if said.get("id") != ask.id:
            raise DeviceError(FISCAL_BABBLE)
        if state == "done":
            self._become(DeviceState.READY)
            return self._told(ask.id, FiscalOutcome.DONE, registered=_registered(said))
        if state == "absent":
            self._become(DeviceState.READY)
            return self._told(ask.id, FiscalOutcome.ABSENT)
        if state == "pending":
            return self._told(ask.id, FiscalOutcome.UNKNOWN)
        if state == "refused" and why in _FAULTS:
            self._become(DeviceState.TROUBLE, _FAULTS[why])
            return self._told(ask.id, FiscalOutcome.NOT_DONE, fault=_FAULTS[why])
        if state == "refused":
            return self._told(ask.id, FiscalOutcome.REFUSED, reason=str(said.get("reason") or why))
        raise DeviceError(FISCAL_BABBLE)

    def _exchange(self, question: dict[str, Any], patience_s: float = 0.0) -> dict[str, Any]:
        """One question and its answer. Raises _NotSent where nothing was sent, DeviceError where nobody knows."""
        wired = self.settings
        try:
            line = socket.create_connection((wired.host, wired.port), wired.timeout_s)
        except OSError as error:
            raise _NotSent(FISCAL_OFF) from error
        with line:
            try:
                line.sendall(json.dumps(question, ensure_ascii=False).encode() + b"\n")
                text = self._read(line, patience_s or wired.answer_s)
            except OSError as error:
                raise DeviceError(FISCAL_SILENT) from error
        return _parsed(text)

    def _read(self, line: socket.socket, patience_s: float) -> bytes:
        """One line, in waits of at most a second each."""
        text, end = b"", time.monotonic() + patience_s
        while b"\n" not in text:
            if self._closing.is_set() or time.monotonic() > end or len(text) > _LINE:
                raise DeviceError(FISCAL_SILENT)
            try:
                data = line.recv(65536)
            except TimeoutError:
                continue
            if not data:
                raise DeviceError(FISCAL_SILENT)
            text += data
        return text.partition(b"\n")[0]

    def _say(self, id: str, outcome: FiscalOutcome, fault: DeviceFault) -> None:
        self.inbox.put(self._told(id, outcome, fault=fault))

    def _told(self, id: str, outcome: FiscalOutcome, **more: Any) -> FiscalAnswer:
        return FiscalAnswer(device=self.name, document_id=id, outcome=outcome, **more)


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError as error:
        raise DeviceError(FISCAL_BABBLE) from error
    if not isinstance(said, dict):
        raise DeviceError(FISCAL_BABBLE)
    return said


def _registered(said: dict[str, Any]) -> Registered:
    try:
        number, at = str(said["number"]), int(said["at"])
        return Registered(str(said["serial"]), number, str(said["sign"]), at, str(said.get("qr", "")))
    except (KeyError, ValueError, TypeError) as error:
        raise DeviceError(FISCAL_BABBLE) from error


def make(address: str, inbox: Inbox) -> TcpFiscalPrinter:
    """The entry point `simulated`: `address` is host:port. Raises WrongSetting for one that is not."""
    host, port = host_and_port(address, "fiscal.address")
    return TcpFiscalPrinter(FiscalSettings(host=host, port=port), inbox)
