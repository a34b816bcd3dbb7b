"""What the workbench does. It uses the same doors as the world does: scans, and the agent's address.

Virtual devices are pressed in a window of their own, which it opens (`pos.panel`).
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pos.terminal import Terminal
from sync.local import Local

NOWHERE = "http://127.0.0.1:9"
"""An address where no hub is (RFC 863's port): the agent finds the network down, and says so."""
SHOWN = 3
"""Entries of the journal on the workbench."""


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
    """`online`: the agent may reach the hub; `panel`: there are virtual devices to press."""

    online: bool = True
    panel: bool = False
    samples: tuple[Sample, ...] = ()
    journal: tuple[Entry, ...] = ()


class Bench:
    """Verbs of the workbench."""

    def __init__(self, terminal: Terminal, devices: Path | None, on_state: Callable[[BenchState], None]) -> None:
        """`devices`: the list of the virtual devices, None where there are none."""
        self.state = BenchState(panel=devices is not None)
        self.on_state = on_state
        self._terminal, self._list = terminal, devices

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

    def panel(self) -> bool:
        """Open the panel of the virtual devices, unless it is open; False where there is none."""
        if self._list is None:
            return False
        subprocess.Popen([sys.executable, "-m", "pos.panel", str(self._list)])
        return True

    def _to(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]
        self.on_state(self.state)


def virtual_devices() -> Path | None:
    """The list of the virtual devices that this terminal uses, as who started it says."""
    listed = os.environ.get("STOREFLOOR_PANEL")
    return Path(listed) if listed else None


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
