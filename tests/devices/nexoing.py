"""A card terminal that speaks nexo, as a process of its own, and a till's client to it."""

import json
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pos.devices.base import CardAnswer
from pos.devices.nexo import NexoTerminal
from pos.devices.nexo_line import Line
from pos.devices.nexo_seal import Seal, read_key
from pos.devices.nexo_talk import NexoSettings
from pos.devices.virtual.control import tell
from sync.actions.clock import new_id
from sync.domain.payments import AttemptState
from tests.devices.conftest import Heard
from tests.link.authority import Authority

QUICK = {"answer_s": 3.0, "shopper_s": 20.0, "ask_again_s": 0.05, "sure_s": 0.3, "retry_s": 0.1, "look_s": 0.2}


class NexoProcess:
    """The terminal at its port and its control port. `sealed`: by HTTPS with its own authority, and by a passphrase."""

    def __init__(self, folder: Path, *, sealed: bool = True) -> None:
        self.folder, self.authority, self.seal = folder, Authority(folder / "ca"), None
        flags: list[str] = []
        if sealed:
            certificate, key = self.authority.certify("127.0.0.1")
            self.key_file = folder / "card.toml"
            self.key_file.write_text('identifier = "till"\nversion = 1\npassphrase = "a long one"\n')
            self.seal = read_key(self.key_file)
            flags = ["--certificate", str(certificate), "--key", str(key), "--key-file", str(self.key_file)]
        command = [sys.executable, "-m", "pos.devices.virtual", "nexo", "--port", "0", "--control", "0", *flags]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port, self.control = (self._port() for _n in range(2))

    def _port(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline().rpartition(":")[2])

    @property
    def tls(self) -> ssl.SSLContext | None:
        """What a till trusts."""
        return ssl.create_default_context(cafile=str(self.authority.file)) if self.seal else None

    def fault(self, said: str) -> None:
        """Set a fault, as "slow_s 0.3"."""
        answer = tell(self.control, said)
        assert answer.startswith("NexoFaults"), answer

    def press(self, what: str) -> None:
        """What the shopper does: "tap" or "refuse"."""
        tell(self.control, f"press {what}")

    def well(self) -> None:
        """No fault any more."""
        for name in self.look()["faults"]:
            self.fault(f"{name} off")

    def look(self) -> dict[str, Any]:
        """How it stands, its money too."""
        return dict(json.loads(tell(self.control, "look")))

    def until(self, true: Callable[[dict[str, Any]], Any]) -> None:
        """Wait until `true(look())`, five seconds at most."""
        end = time.monotonic() + 5.0
        while not true(self.look()):
            assert time.monotonic() < end, f"it stands at {self.look()}"
            time.sleep(0.02)

    def charged(self, *attempts: str) -> list[int]:
        """Every time that money moved to the shop for these attempts."""
        return [amount for attempt, amount in self.look()["charged"] if attempt in attempts]

    def given_back(self, *attempts: str) -> list[int]:
        """Every time that it moved back."""
        return [amount for attempt, amount in self.look()["given_back"] if attempt in attempts]

    def till(self, heard: Heard, sale_id: str = "till-1", seal: Seal | None = None, **changed: Any) -> NexoTerminal:
        """A till's client, open."""
        tls = changed.pop("tls", self.tls)
        line = Line("127.0.0.1", changed.pop("port", self.port), tls=tls)
        settings = NexoSettings(line, "P400-1", sale_id, seal=seal or self.seal, **(QUICK | changed))
        made = NexoTerminal(settings, heard.inbox)
        made.open()
        return made

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.communicate(timeout=10)


def ended(till: NexoTerminal) -> None:
    till.close()
    assert till.join(5.0), "the card terminal's thread did not end"


def answer(heard: Heard, attempt: str, state: AttemptState, count: int = 1) -> CardAnswer:
    return heard.wait(CardAnswer, lambda a: a.attempt_id == attempt and a.state is state, count)


def states(heard: Heard, attempt: str) -> list[AttemptState]:
    return [a.state for a in heard.of(CardAnswer) if a.attempt_id == attempt]


def paid(till: NexoTerminal, heard: Heard, amount: int = 64_990_00) -> tuple[str, str]:
    """A card was charged. The attempt, and its payment's reference."""
    attempt = new_id()
    till.start(attempt, amount, "KZT")
    return attempt, answer(heard, attempt, AttemptState.APPROVED).auth_code
