"""What the panel shows of the devices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pos.ui.happened import Happened

KEPT = 24
"""So many of the newest papers lie on the panel."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A device when it was last looked at. `alive`: its process answers; else `shows` is what it said last."""

    kind: str
    address: str
    out: str = ""
    alive: bool = False
    shows: Mapping[str, Any] = field(default_factory=dict)

    @property
    def faults(self) -> Mapping[str, Any]:
        """What is wrong with it, by name; only faults that it knows."""
        found: Mapping[str, Any] = self.shows.get("faults", {})
        return found

    def on(self, fault: str) -> bool:
        """Whether that fault is set."""
        return bool(self.faults.get(fault))

    @property
    def papers(self) -> tuple[str, ...]:
        """The files of what came out of it, the newest last."""
        stem = {"printer": "receipt", "label": "label"}.get(self.kind)
        if stem is None:
            return ()
        count = int(self.shows.get(f"{stem}s", 0))
        first = max(0, count - KEPT)
        return tuple(str(Path(self.out, f"{stem}-{n:03d}.png")) for n in range(first + 1, count + 1))


@dataclass(frozen=True, slots=True)
class PanelState:
    """Every device by its kind, which page is open at the right, and what happened last."""

    devices: Mapping[str, Seen] = field(default_factory=dict)
    page: str = ""
    happened: Happened | None = None
