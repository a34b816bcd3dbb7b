"""A disk after power loss: what of the recorded writes is there, when everything unsynced may be lost, mixed or torn.

The model is the harshest that SQLite's own assumptions allow. After a sync everything of that file is there. Of what
was written since, each sector of 512 bytes holds any of the values that it ever had since, on its own: nothing orders
two writes, and a write may be torn at a sector, or (in a journal, which carries checksums) inside one. Names are made,
renamed and removed in order, as journaling file systems do it, but as many of the last ones as were not synced may be
missing. Inside a database file a sector is written whole or not at all (SQLite's "powersafe overwrite").
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.shim import Event

SECTOR = 512
Change = tuple[int, bytes | None]
"""An offset and what was written there; None: the file was cut (or lengthened) to that size."""


@dataclass
class Node:
    """A file without its name: what is surely there, and what was written since."""

    solid: bytearray = field(default_factory=bytearray)
    loose: list[Change] = field(default_factory=list)

    def sync(self) -> None:
        """Everything is there now."""
        self.solid = bytearray(_applied(bytes(self.solid), self.loose))
        self.loose = []


Names = dict[str, Node]


@dataclass
class Disk:
    """The events up to a moment, as a disk holds them. `lies`: which syncs it only says to have done."""

    lies: Callable[[str], bool] = lambda _name: False
    now: Names = field(default_factory=dict)
    solid_names: Names = field(default_factory=dict)
    loose_names: list[tuple[str, str, str]] = field(default_factory=list)
    kept: list[Node] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """One more event."""
        if event.what == "told":
            return
        if event.what in ("create", "remove", "rename", "link"):
            self._rename(event.what, event.name, str(event.data or ""))
        elif event.what == "sync":
            self._sync(event.name)
        else:
            if event.name not in self.now:
                self._rename("create", event.name, "")
            change: Change = (event.at, event.data) if event.what == "write" else (event.at, None)
            self.now[event.name].loose.append(change)

    def _sync(self, name: str) -> None:
        if self.lies(name):
            return
        if name == ".":
            self.solid_names, self.loose_names = dict(self.now), []
        else:
            self.now[name].sync()

    def _rename(self, what: str, name: str, to: str) -> None:
        self.loose_names.append((what, name, to))
        _renamed(self.now, what, name, to, self.kept)

    def after_power_loss(self, chance: random.Random) -> dict[str, bytes]:
        """The files that such a disk may hold, by name."""
        names = dict(self.solid_names)
        nodes = iter(self._made())
        for what, name, to in self.loose_names[: chance.randint(0, len(self.loose_names))]:
            _renamed(names, what, name, to, [], nodes)
        how = chance.choice((_none, _all, _first, _some, _sectors))
        return {name: how(node, chance, name.endswith(("-wal", "-journal"))) for name, node in names.items()}

    def _made(self) -> list[Node]:
        made = sum(what == "create" for what, _name, _to in self.loose_names)
        return self.kept[len(self.kept) - made :]


def _renamed(
    names: Names, what: str, name: str, to: str, made: list[Node], given: "Iterator[Node] | None" = None
) -> None:
    if what == "create":
        names[name] = next(given) if given else Node()
        made.append(names[name])
    elif what == "remove":
        names.pop(name, None)
    elif name in names:
        names[to] = names[name] if what == "link" else names.pop(name)


def _applied(solid: bytes, changes: list[Change]) -> bytes:
    out = bytearray(solid)
    for at, data in changes:
        if data is None:
            del out[at:]
            out.extend(bytes(at - len(out)))
        else:
            out.extend(bytes(max(0, at - len(out))))
            out[at : at + len(data)] = data
    return bytes(out)


def _none(node: Node, _chance: random.Random, _torn: bool) -> bytes:
    return bytes(node.solid)


def _all(node: Node, _chance: random.Random, _torn: bool) -> bytes:
    return _applied(bytes(node.solid), node.loose)


def _first(node: Node, chance: random.Random, torn: bool) -> bytes:
    """The first few changes, the last of them torn."""
    kept = node.loose[: chance.randint(0, len(node.loose))]
    if kept and kept[-1][1]:
        at, data = kept[-1]
        cut = chance.randrange(len(data) + 1)
        cut = cut if torn else max(0, (at + cut) // SECTOR * SECTOR - at)
        kept = [*kept[:-1], (at, data[:cut])]
    return _applied(bytes(node.solid), kept)


def _some(node: Node, chance: random.Random, _torn: bool) -> bytes:
    """Any of the changes, each whole."""
    share = chance.random()
    return _applied(bytes(node.solid), [c for c in node.loose if chance.random() < share])


def _sectors(node: Node, chance: random.Random, _torn: bool) -> bytes:
    """Each sector as it was at any moment since the last sync."""
    moments = [bytes(node.solid)]
    touched: dict[int, list[bytes]] = {}
    for change in node.loose:
        moments = [_applied(moments[0], [change])]
        at, data = change
        last = len(moments[0]) if data is None else at + len(data)
        for n in range(at // SECTOR, -(-last // SECTOR)):
            touched.setdefault(n, []).append(moments[0][n * SECTOR : (n + 1) * SECTOR])
    out = bytearray(moments[0]) if chance.random() < 0.5 else bytearray(node.solid)
    for n, versions in touched.items():
        old = bytes(node.solid[n * SECTOR : (n + 1) * SECTOR])
        chosen = chance.choice([old, *versions])
        if n * SECTOR < len(out):
            out[n * SECTOR : (n + 1) * SECTOR] = chosen.ljust(min(SECTOR, len(out) - n * SECTOR), b"\0")[
                : len(out) - n * SECTOR
            ]
    return bytes(out)


def put_down(files: dict[str, bytes], home: Path) -> None:
    """Write those files, and no others, into a folder."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in home.iterdir():
        old.unlink()
    for name, content in files.items():
        (home / name).write_bytes(content)
