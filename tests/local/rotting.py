"""A replica whose disk lost a sector: SQLite's own structure stays whole, and only what a row says is gone."""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from sync.domain.orders import number_key
from sync.local import files
from tests.local.bought import order

SECTOR = 512
COLLECTOR = "Zhanargul Abdrakhmanova"


def lose_an_order(home: Path) -> Path:
    """Orders that the replica knows are long enough for pages of their own; one of these comes back empty. The file."""
    path = files.current(home)
    assert path is not None
    lines = tuple(line for _ in range(20) for line in order().lines)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for it in (order(), order("100-50001", lines=lines, collector=COLLECTOR)):
            row = (it.id, number_key(it.number), it.at, msgspec.json.encode(it).decode())
            db.execute("INSERT INTO purchase VALUES (?, ?, ?, ?, 1)", row)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = bytearray(path.read_bytes())
    at = raw.index(COLLECTOR.encode()) // SECTOR * SECTOR
    raw[at : at + SECTOR] = bytes(SECTOR)
    path.write_bytes(raw)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA quick_check").fetchone() == ("ok",), "SQLite should have noticed nothing"
    return path
