"""Card terminals: a client of one small protocol over TCP, JSON objects in lines.

To the card terminal: `{"do": "start" | "refund" | "status" | "reverse" | "cancel", "attempt": id, "amount": minor
units, "currency": code}`; with `refund` also `"original"`, the `auth` of the payment that it gives back of.
From it, any number of times for an attempt, the last one final: `{"attempt": id, "state": "pending" | "approved" |
"declined" | "reversed", "amount", "currency", "auth", "card", "scheme", "reason"}`.

One thread owns the connection. Whatever becomes of it, an attempt that may have been charged, or given back, is
UNKNOWN until the card terminal says otherwise; the thread goes on asking by itself and never does it again (F29, F31).
"""

import json
import logging
import queue
import select
import socket
import threading
import time
from dataclasses import dataclass

from pos.devices.base import N_, CardAnswer, CardTerminal, DeviceFault, DeviceState, Inbox
from sync.domain.payments import AttemptState, settled

log = logging.getLogger(__name__)

CARD_OFF = DeviceFault(
    "card_off", N_("The card terminal is off or not connected. Nothing was charged. Take cash or try again.")
)
CARD_LOST = DeviceFault(
    "card_lost",
    N_("The card terminal did not answer, so the payment is not known yet. It is asked again, not charged again."),
)
CARD_NOT_BACK = DeviceFault(
    "card_not_back", N_("The card terminal is off or not connected. Nothing went back to the card by it.")
)
CARD_BABBLE = DeviceFault(
    "card_babble", N_("The card terminal said something that is not its language. Restart it, or tell support.")
)

LONGEST_WAIT_S = 1.0
_STATES = {state.value: state for state in AttemptState}


@dataclass(frozen=True, slots=True)
class CardSettings:
    """One card terminal. `timeout_s` bounds each wait for a connection or for the first answer to a command.

    `shopper_s` is how long a pending attempt may take without news before it counts as lost; `ask_again_s`
    how often an unknown attempt is asked about, `retry_s` how often a connection is tried while there is none.
    """

    name: str = "card terminal"
    host: str = "127.0.0.1"
    port: int = 9200
    timeout_s: float = 0.8
    shopper_s: float = 90.0
    ask_again_s: float = 2.0
    retry_s: float = 5.0

    def __post_init__(self) -> None:
        if not 0 < self.timeout_s <= LONGEST_WAIT_S:
            raise ValueError(f"timeout_s of card terminal {self.name!r} must be above 0 and at most {LONGEST_WAIT_S}")


@dataclass(frozen=True, slots=True)
class _Command:
    do: str
    attempt_id: str
    amount_minor: int = 0
    currency: str = ""
    original: str = ""

    @property
    def moves(self) -> bool:
        """Whether it moves money, and so is sent once."""
        return self.do in ("start", "refund")

    def encoded(self) -> bytes:
        parts = {"do": self.do, "attempt": self.attempt_id, "amount": self.amount_minor, "currency": self.currency}
        linked = {"original": self.original} if self.original else {}
        return json.dumps(parts | linked).encode() + b"\n"


@dataclass(slots=True)
class _Open:
    """An attempt that is not settled: when its news is overdue, and whether it is known to be UNKNOWN."""

    due: float
    unknown: bool = False


class TcpCardTerminal(CardTerminal):
    """The client. Every call returns at once; answers come as CardAnswers."""

    def __init__(self, settings: CardSettings, inbox: Inbox) -> None:
        super().__init__(settings.name, inbox)
        self.settings = settings
        self._commands: queue.SimpleQueue[_Command | None] = queue.SimpleQueue()
        self._bell, self._ear = socket.socketpair()
        self._bell.setblocking(False)
        self._line: socket.socket | None = None
        self._rest = b""
        self._retry_at = 0.0
        self._open: dict[str, _Open] = {}
        self._sent: set[str] = set()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Start the owner thread. It connects and says how the card terminal is."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=f"card {self.name}", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the thread. Attempts that are open stay as the journal has them: ask `status` after the next start."""
        self._give(None)

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread to end. True when it ended."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def start(self, attempt_id: str, amount_minor: int, currency: str) -> None:
        """Charge. An attempt that was sent before is only asked about (F29)."""
        if amount_minor <= 0:
            raise ValueError("a card is charged a positive amount")
        self._give(_Command("start", attempt_id, amount_minor, currency))

    def refund(self, attempt_id: str, amount_minor: int, currency: str, original: str) -> None:
        """Give back of an earlier payment. An attempt that was sent before is only asked about."""
        if amount_minor <= 0 or not original:
            raise ValueError("a positive amount goes back, of a payment that is named")
        self._give(_Command("refund", attempt_id, amount_minor, currency, original))

    def status(self, attempt_id: str) -> None:
        """Ask how an attempt stands, until it is settled."""
        self._give(_Command("status", attempt_id))

    def reverse(self, attempt_id: str) -> None:
        """Give the money of an approved attempt back."""
        self._give(_Command("reverse", attempt_id))

    def cancel(self, attempt_id: str) -> None:
        """Stop a pending attempt."""
        self._give(_Command("cancel", attempt_id))

    def _give(self, command: _Command | None) -> None:
        self._commands.put(command)
        try:
            self._bell.send(b"!")
        except (BlockingIOError, BrokenPipeError):
            return  # the bell is ringing already, or the thread has ended and nobody is to be woken

    # The rest runs in the owner thread.

    def _run(self) -> None:
        while self._obey_commands():
            self._keep_line()
            self._listen()
            self._chase()
        self._hang_up()
        self._become(DeviceState.CLOSED)
        self._ear.close()

    def _obey_commands(self) -> bool:
        while True:
            try:
                command = self._commands.get_nowait()
            except queue.Empty:
                return True
            if command is None:
                return False
            self._obey(command)

    def _obey(self, command: _Command) -> None:
        if command.moves and command.attempt_id in self._sent:
            command = _Command("status", command.attempt_id)
        known = self._open.get(command.attempt_id)
        self._open[command.attempt_id] = _Open(self._after(self.settings.timeout_s), known.unknown if known else False)
        if not self._send(command):
            self._unsent(command)
        elif command.moves:
            self._sent.add(command.attempt_id)

    def _unsent(self, command: _Command) -> None:
        """Nothing left this machine: a first try moved no money; any other attempt is as unknown as before."""
        if command.moves:
            del self._open[command.attempt_id]
            fault = CARD_OFF if command.do == "start" else CARD_NOT_BACK
            self._say(command.attempt_id, AttemptState.DECLINED, fault)
        else:
            self._doubt(command.attempt_id)

    def _send(self, command: _Command) -> bool:
        """Whether the command may have reached the card terminal."""
        if self._line is None and not self._connect():
            return False
        assert self._line is not None
        try:
            self._line.sendall(command.encoded())
        except OSError:
            self._lose()
        return True

    def _connect(self) -> bool:
        try:
            self._line = socket.create_connection((self.settings.host, self.settings.port), self.settings.timeout_s)
        except OSError:
            self._retry_at = self._after(self.settings.retry_s)
            self._become(DeviceState.OFF, CARD_LOST if self._open else CARD_OFF)
            return False
        self._rest = b""
        self._become(DeviceState.READY)
        return True

    def _keep_line(self) -> None:
        """Connect while nobody asks for anything, so that a dead card terminal is named and comes back by itself."""
        if self._line is None and time.monotonic() >= self._retry_at:
            self._connect()

    def _listen(self) -> None:
        """Wait for a command, an answer or the time when one is overdue."""
        sources = [self._ear] if self._line is None else [self._ear, self._line]
        ready, _w, _x = select.select(sources, [], [], self._patience())
        if self._ear in ready:
            self._ear.recv(4096)
        if self._line is not None and self._line in ready:
            self._read(self._line)

    def _patience(self) -> float | None:
        dues = [attempt.due for attempt in self._open.values()]
        if self._line is None:
            dues.append(self._retry_at)
        return max(0.0, min(dues) - time.monotonic()) if dues else None

    def _read(self, line: socket.socket) -> None:
        try:
            data = line.recv(65536)
        except OSError:
            data = b""
        if not data:
            self._lose()
            return
        *whole, self._rest = (self._rest + data).split(b"\n")
        for text in whole:
            self._hear(text)

    def _hear(self, text: bytes) -> None:
        answer = _answer(self.name, text)
        if answer is None:
            log.warning("card terminal %s sent a line that is no answer", self.name)
            self._become(DeviceState.TROUBLE, CARD_BABBLE)
            return
        self._become(DeviceState.READY)
        if settled(answer.state):
            self._open.pop(answer.attempt_id, None)
        else:
            self._open[answer.attempt_id] = _Open(self._after(self.settings.shopper_s))
        self.inbox.put(answer)

    def _chase(self) -> None:
        """Ask about every attempt whose news is overdue. Asking is all: a charge is never repeated."""
        now = time.monotonic()
        overdue = [attempt_id for attempt_id, attempt in self._open.items() if attempt.due <= now]
        if overdue:
            self._hang_up()  # a connection that owes an answer is not trusted with the next question
        for attempt_id in overdue:
            self._doubt(attempt_id)
            self._send(_Command("status", attempt_id))

    def _doubt(self, attempt_id: str) -> None:
        """Say UNKNOWN once, and ask again later."""
        attempt = self._open.setdefault(attempt_id, _Open(0.0))
        attempt.due = self._after(self.settings.ask_again_s)
        if not attempt.unknown:
            attempt.unknown = True
            self._say(attempt_id, AttemptState.UNKNOWN, CARD_LOST)

    def _lose(self) -> None:
        """The connection broke: whatever was open on it is unknown, and is asked about soon."""
        self._hang_up()
        self._retry_at = self._after(min(self.settings.ask_again_s, self.settings.retry_s))
        self._become(DeviceState.OFF, CARD_LOST if self._open else CARD_OFF)
        for attempt_id in list(self._open):
            self._doubt(attempt_id)

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _after(self, seconds: float) -> float:
        return time.monotonic() + seconds

    def _say(self, attempt_id: str, state: AttemptState, fault: DeviceFault) -> None:
        self.inbox.put(CardAnswer(device=self.name, attempt_id=attempt_id, state=state, fault=fault))


def _answer(device: str, text: bytes) -> CardAnswer | None:
    """One line from the card terminal, or None if it is not one."""
    try:
        parts = json.loads(text)
        return CardAnswer(
            device=device,
            attempt_id=str(parts["attempt"]),
            state=_STATES[parts["state"]],
            amount_minor=int(parts.get("amount", 0)),
            currency=str(parts.get("currency", "")),
            auth_code=str(parts.get("auth", "")),
            masked_pan=str(parts.get("card", "")),
            scheme=str(parts.get("scheme", "")),
            reason=str(parts.get("reason", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
