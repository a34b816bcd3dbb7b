"""What the workbench does. It uses the same doors as the world does: scans, the agent's address, the control ports.

A virtual device of the demo takes faults on the port after its own.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from pos.devices.virtual.control import tell
from pos.terminal import Terminal
from sync.local import Local
from sync.settings import DeviceSettings, address

NOWHERE = "http://127.0.0.1:9"
"""An address where no hub is (RFC 863's port): the agent finds the network down, and says so."""
SHOWN = 3
"""Entries of the journal on the workbench."""

FAULTS = (
    ("printer", "paper_out", "on"),
    ("printer", "off", "on"),
    ("card", "decline", "insufficient_funds"),
    ("card", "lose_answers", "1"),
    ("card", "silent", "on"),
    ("card", "slow_s", "8"),
)
"""Device, fault, and the value that switches it on."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation of the journal and its verdict, "" while it waits."""

    seq: int
    kind: str
    detail: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Sample:
    """Something to scan: `name` by language."""

    code: str
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class BenchState:
    """`online`: the agent may reach the hub; `on`: faults that are set; `absent`: devices that take none."""

    online: bool = True
    on: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    samples: tuple[Sample, ...] = ()
    journal: tuple[Entry, ...] = ()


class Bench:
    """Verbs of the workbench."""

    def __init__(self, terminal: Terminal, devices: DeviceSettings, on_state: Callable[[BenchState], None]) -> None:
        self.state = BenchState()
        self.on_state = on_state
        self._terminal = terminal
        self._ports = {"printer": _control(devices.printer), "card": _control(devices.card_terminal)}

    def open(self) -> None:
        """Read what there is to scan, and the journal."""
        self._terminal.run(_read, lambda found: self._to(samples=found[0], journal=found[1]))

    def network(self, online: bool) -> None:
        """Let the agent reach the hub, or send it where nothing is."""
        agent = self._terminal.agent
        if agent is None or online == self.state.online:
            return
        agent.pause()
        usual = [part for part in agent.command if part != f"--hub={NOWHERE}"]
        agent.command = usual if online else [*usual, f"--hub={NOWHERE}"]
        agent.resume()
        self._to(online=online)

    def fault(self, device: str, name: str, value: str) -> None:
        """Set a fault, or end it if it is set."""
        on = name in self.state.on
        try:
            tell(self._ports[device], f"{name} {'off' if on else value}")
        except OSError:
            self._to(absent=self.state.absent | {device})
            return
        self._to(on=self.state.on ^ {name}, absent=self.state.absent - {device})

    def _to(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]
        self.on_state(self.state)


def _control(device: str) -> int:
    """The control port of a virtual device at that address; 0 where there is no device."""
    return address(device, "devices")[1] + 1 if device else 0


def _read(local: Local) -> tuple[tuple[Sample, ...], tuple[Entry, ...]]:
    goods = local.raw.execute(
        "SELECT min(b.gtin), p.names FROM replica.product p JOIN replica.barcode b ON b.product = p.id"
        " GROUP BY p.names ORDER BY max(p.popularity) DESC LIMIT 5"
    ).fetchall()
    weighed = local.raw.execute(
        "SELECT sku, names FROM replica.product WHERE unit = 'kg' ORDER BY rank LIMIT 1"
    ).fetchall()
    samples = tuple(Sample(code.lstrip("0").zfill(13), json.loads(names)) for code, names in goods)
    return samples + tuple(Sample(sku, json.loads(names)) for sku, names in weighed), _journal(local)


def _journal(local: Local) -> tuple[Entry, ...]:
    rows = local.raw.execute(
        "SELECT o.seq, o.kind, o.bytes, coalesce(v.outcome, '') FROM op o LEFT JOIN verdict v"
        " ON v.incarnation = o.incarnation AND v.seq = o.seq ORDER BY o.at DESC, o.seq DESC LIMIT ?",
        (SHOWN,),
    )
    return tuple(Entry(seq, kind, _detail(kind, bytes(raw)), verdict) for seq, kind, raw, verdict in rows)


def _detail(kind: str, raw: bytes) -> str:
    body = json.loads(raw)["body"]
    return str({"sale": body.get("receipt"), "payment": body.get("state")}.get(kind) or "")
