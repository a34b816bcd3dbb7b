"""A card terminal on a TCP port: charges its own ledger once for each attempt, and fails on request."""

import json
import logging
import socket
import socketserver
import threading
from dataclasses import dataclass, fields
from typing import Any

log = logging.getLogger(__name__)

_TICK_S = 0.02


@dataclass
class CardFaults:
    """What goes wrong. `decline` refuses every card with that reason. `slow_s` is how long the shopper takes.

    `lose_answers` counts the answers that are yet to be lost: the card is charged, then the line drops.
    `reverse_after` takes back each approved charge at once, as a bank does that changed its mind.
    `off` takes no connection and drops those there are; `silent` takes commands and says nothing.
    """

    off: bool = False
    silent: bool = False
    decline: str = ""
    slow_s: float = 0.0
    lose_answers: int = 0
    reverse_after: bool = False


@dataclass
class Charge:
    """One attempt in the ledger, by its current state. `amount` is in minor units."""

    attempt: str
    amount: int
    currency: str
    state: str = "pending"
    auth: str = ""
    reason: str = ""

    def answer(self) -> dict[str, Any]:
        """The charge as a line of the protocol."""
        parts: dict[str, Any] = {"attempt": self.attempt, "state": self.state, "amount": self.amount}
        parts["currency"] = self.currency
        if self.state in ("approved", "reversed"):
            parts |= {"auth": self.auth, "card": "•• 4242", "scheme": "Visa"}
        return parts | ({"reason": self.reason} if self.reason else {})


class VirtualCardTerminal:
    """`start` it, charge at `host`:`port`, read `charges`, set `faults`, `stop` it."""

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Port 0 takes a free one."""
        self.host, self.port = host, port
        self.faults = CardFaults()
        self.ledger: dict[str, Charge] = {}
        self.charged: list[tuple[str, int]] = []
        self._lock = threading.Condition()
        self._done = threading.Event()
        self._server: _Server | None = None
        self._watch = threading.Thread(target=self._serve, name="virtual card terminal", daemon=True)

    def start(self) -> "VirtualCardTerminal":
        """Listen and serve in threads. Returns itself."""
        self._listen()
        self._watch.start()
        return self

    def wait_stopped(self) -> None:
        """Wait until somebody else stops it."""
        self._done.wait()

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._done.set()
        self._watch.join()
        self._hang_up()

    @property
    def charges(self) -> list[Charge]:
        """The ledger in the order of the attempts. `charged` lists every time that money moved to the shop."""
        return list(self.ledger.values())

    def set_fault(self, name: str, value: str) -> None:
        """Set a fault from text, as the command line does. ValueError names an unknown fault."""
        known = {field.name for field in fields(CardFaults)}
        if name not in known:
            raise ValueError(f"unknown fault {name!r}; there are {', '.join(sorted(known))}")
        off = value in ("off", "no", "none", "")
        if name == "decline":
            self.faults.decline = "" if off else value
        elif name == "slow_s":
            self.faults.slow_s = 0.0 if off else float(value)
        elif name == "lose_answers":
            self.faults.lose_answers = 0 if off else int(value)
        else:
            setattr(self.faults, name, not off)

    def _listen(self) -> None:
        self._server = _Server((self.host, self.port), self)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(_TICK_S,), daemon=True).start()

    def _hang_up(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.drop()
            self._server = None

    def _serve(self) -> None:
        """Take the line down and up as the fault `off` says."""
        while not self._done.wait(_TICK_S):
            if self.faults.off:
                self._hang_up()
            elif self._server is None:
                self._listen()

    def handle(self, command: dict[str, Any], line: "_Line") -> None:
        """Carry out one command. Runs in the thread of its connection."""
        attempt = str(command["attempt"])
        {"start": self._start, "status": self._status, "reverse": self._reverse, "cancel": self._cancel}[command["do"]](
            attempt, command, line
        )

    def _start(self, attempt: str, command: dict[str, Any], line: "_Line") -> None:
        with self._lock:
            known = attempt in self.ledger
            charge = self.ledger.setdefault(attempt, Charge(attempt, int(command["amount"]), command["currency"]))
        line.say(charge.answer())
        if not known:
            threading.Thread(target=self._settle, args=(charge, line), daemon=True).start()

    def _settle(self, charge: Charge, line: "_Line") -> None:
        """The shopper's card, then the bank."""
        with self._lock:
            if self.faults.slow_s:
                self._lock.wait_for(lambda: charge.state != "pending" or self._done.is_set(), self.faults.slow_s)
            if charge.state == "pending":
                self._decide(charge)
            lost = charge.state == "approved" and self.faults.lose_answers > 0
            self.faults.lose_answers -= lost
        if lost:
            line.drop()
            return
        line.say(charge.answer())
        if self.faults.reverse_after and charge.state == "approved":
            charge.state, charge.reason = "reversed", "taken back by the bank"
            line.say(charge.answer())

    def _decide(self, charge: Charge) -> None:
        if self.faults.decline:
            charge.state, charge.reason = "declined", self.faults.decline
            return
        charge.state, charge.auth = "approved", f"{100000 + len(self.charged) + 1}"
        self.charged.append((charge.attempt, charge.amount))

    def _status(self, attempt: str, command: dict[str, Any], line: "_Line") -> None:
        """An attempt that never came here is closed for good, so that it can't be charged late."""
        with self._lock:
            unheard = Charge(attempt, 0, "", "declined", reason="never received")
            line_answer = self.ledger.setdefault(attempt, unheard).answer()
        line.say(line_answer)

    def _reverse(self, attempt: str, command: dict[str, Any], line: "_Line") -> None:
        with self._lock:
            charge = self.ledger.get(attempt)
            if charge is not None and charge.state == "approved":
                charge.state = "reversed"
        self._status(attempt, command, line)

    def _cancel(self, attempt: str, command: dict[str, Any], line: "_Line") -> None:
        with self._lock:
            charge = self.ledger.get(attempt)
            if charge is not None and charge.state == "pending":
                charge.state, charge.reason = "declined", "cancelled"
                self._lock.notify_all()
        self._status(attempt, command, line)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], terminal: VirtualCardTerminal) -> None:
        self.terminal = terminal
        self.lines: list[_Line] = []
        super().__init__(address, _Line)

    def drop(self) -> None:
        for line in self.lines:
            line.drop()


class _Line(socketserver.StreamRequestHandler):
    """One connection."""

    server: _Server

    def setup(self) -> None:
        super().setup()
        self._writing = threading.Lock()
        self.server.lines.append(self)

    def handle(self) -> None:
        try:
            for text in self.rfile:
                self.server.terminal.handle(json.loads(text), self)
        except (ConnectionError, ValueError, KeyError) as error:
            log.info("a till's connection ended: %r", error)

    def finish(self) -> None:
        self.server.lines.remove(self)
        super().finish()

    def say(self, answer: dict[str, Any]) -> None:
        """Send one line, unless the till has gone."""
        if self.server.terminal.faults.silent:
            return
        with self._writing:
            try:
                self.wfile.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
            except OSError as error:
                log.info("a till was gone before its answer: %s", error)

    def drop(self) -> None:
        """Break the connection."""
        try:
            self.request.shutdown(socket.SHUT_RDWR)
        except OSError as error:
            log.info("the connection was broken already: %s", error)
