"""A card terminal on a TCP port: charges its own ledger once for each attempt, gives back no more of a charge than it
was, and fails on request."""

import json
import logging
import socket
import socketserver
import threading
from dataclasses import asdict, dataclass, fields
from typing import Any

from pos.devices.virtual.card_port import CardPort

log = logging.getLogger(__name__)


@dataclass
class CardFaults:
    """What goes wrong. `decline` refuses every card with that reason. `slow_s` is how long the shopper takes.

    `lose_answers` counts the answers that are yet to be lost: the money has moved, then the line drops.
    `reverse_after` takes back each approved attempt at once, as a bank does that changed its mind.
    `partial`: no card is good for more than so many minor units (0: for any amount).
    `by_hand` has every attempt wait until somebody presses `tap` (a card is held to it) or `refuse`.
    `off` takes no connection and drops those there are; `silent` takes commands and says nothing.
    """

    off: bool = False
    silent: bool = False
    decline: str = ""
    slow_s: float = 0.0
    lose_answers: int = 0
    reverse_after: bool = False
    by_hand: bool = False
    partial: int = 0


@dataclass
class Charge:
    """One attempt in the ledger, by its current state. `amount` is in minor units. `original`: the `auth` of the charge
    that it gives back of; "" of a charge."""

    attempt: str
    amount: int
    currency: str
    state: str = "pending"
    auth: str = ""
    reason: str = ""
    original: str = ""
    tapped: bool = False

    def answer(self) -> dict[str, Any]:
        """The charge as a line of the protocol."""
        parts: dict[str, Any] = {"attempt": self.attempt, "state": self.state, "amount": self.amount}
        parts["currency"] = self.currency
        if self.state in ("approved", "reversed"):
            parts |= {"auth": self.auth, "card": "•• 4242", "scheme": "Visa"}
        return parts | ({"reason": self.reason} if self.reason else {})


class VirtualCardTerminal(CardPort):
    """`start` it, charge at `host`:`port`, read `charges`, set `faults`, `stop` it."""

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Port 0 takes a free one."""
        super().__init__(port, host, "virtual card terminal")
        self.faults: CardFaults = CardFaults()
        self.ledger: dict[str, Charge] = {}

    @property
    def charges(self) -> list[Charge]:
        """The ledger in the order of the attempts."""
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
        elif name in ("lose_answers", "partial"):
            setattr(self.faults, name, 0 if off else int(value))
        else:
            setattr(self.faults, name, not off)
        self._stir()

    def look(self) -> dict[str, Any]:
        """Its faults; what it asks the shopper for, None where it asks for nothing; how the newest attempt stands."""
        with self._lock:
            shown = [charge.answer() | {"back": bool(charge.original)} for charge in self.charges if charge.currency]
        asked = [charge for charge in shown if charge["state"] == "pending"]
        last = shown[-1] if shown else None
        return {"faults": asdict(self.faults), "asks": asked[0] if asked else None, "last": last, "count": len(shown)}

    def press(self, name: str) -> None:
        """What the shopper does: `tap` holds a card to it, `refuse` stops it."""
        if name not in ("tap", "refuse"):
            raise ValueError(f"nobody can {name!r} it")
        with self._lock:
            for charge in [it for it in self.charges if it.state == "pending"][:1]:
                charge.tapped = True
                if name == "refuse":
                    charge.state, charge.reason = "declined", "stopped by the shopper"
            self._lock.notify_all()

    def _server_at(self, host: str, port: int) -> "_Server":
        return _Server((host, port), self)

    def _hang_up(self) -> None:
        server = self._server
        super()._hang_up()
        if isinstance(server, _Server):
            server.drop()

    def handle(self, command: dict[str, Any], line: "_Line") -> None:
        """Carry out one command. Runs in the thread of its connection."""
        attempt = str(command["attempt"])
        does = {"start": self._start, "refund": self._refund, "status": self._status, "reverse": self._reverse}
        (does | {"cancel": self._cancel})[command["do"]](attempt, command, line)

    def _start(self, attempt: str, command: dict[str, Any], line: "_Line") -> None:
        self._begin(Charge(attempt, int(command["amount"]), command["currency"]), line)

    def _refund(self, attempt: str, command: dict[str, Any], line: "_Line") -> None:
        """Give back of a charge: never more than it was, all that goes back of it together."""
        asked = Charge(attempt, int(command["amount"]), command["currency"], original=str(command["original"]))
        self._begin(asked, line)

    def _begin(self, asked: Charge, line: "_Line") -> None:
        """Take an attempt on. The same again is only answered."""
        with self._lock:
            known = self.ledger.get(asked.attempt)
            if known is None and asked.original:
                asked.reason = self._refused(asked)
                asked.state = "declined" if asked.reason else "pending"
            charge = self.ledger.setdefault(asked.attempt, asked)
        line.say(charge.answer())
        if known is None and charge.state == "pending":
            threading.Thread(target=self._settle, args=(charge, line), daemon=True).start()

    def _refused(self, asked: Charge) -> str:
        """Why so much can't go back of that charge; "" if it can."""
        of = [it for it in self.charges if it.auth == asked.original and not it.original and it.state == "approved"]
        if not of:
            return "no such payment"
        going = [it for it in self.charges if it.original == asked.original and it.state in ("pending", "approved")]
        left = of[-1].amount - sum(it.amount for it in going)
        return "" if of[-1].currency == asked.currency and 0 < asked.amount <= left else "more than was charged"

    def _settle(self, charge: Charge, line: "_Line") -> None:
        """The shopper's card, then the bank."""
        with self._lock:
            if self.faults.slow_s:
                self._lock.wait_for(lambda: charge.state != "pending" or self._done.is_set(), self.faults.slow_s)
            if self.faults.by_hand:
                self._lock.wait_for(lambda: charge.tapped or not self.faults.by_hand or self._done.is_set())
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
        if self.faults.partial and not charge.original:
            charge.amount = min(charge.amount, self.faults.partial)
        moved = self.given_back if charge.original else self.charged
        charge.state, charge.auth = "approved", f"{(2 if charge.original else 1) * 100000 + len(moved) + 1}"
        moved.append((charge.attempt, charge.amount))

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
                charge.state, charge.reason, charge.tapped = "declined", "cancelled", True
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
