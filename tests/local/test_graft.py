"""Tables that move as pages are the same tables, whole; what can't move so is left to SQL (F25)."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sync.local.graft import graft
from sync.protocol.replica import INDEXES, SEARCH, TABLES

ROWS = "SELECT * FROM price NOT INDEXED ORDER BY product, list, id"


def made(path: Path, prices: int, label: str = "{}", page_size: int = 4096) -> Path:
    """A file as a hub writes it, with that many prices."""
    draft = path.with_suffix(".draft")
    with closing(sqlite3.connect(draft, isolation_level=None)) as db:
        db.executescript(f"PRAGMA page_size={page_size};" + TABLES + SEARCH + INDEXES + "BEGIN")
        rows = ((f"base:{n}", f"p{n * 7919 % 100_000:05d}", n, label) for n in range(prices))
        db.executemany("INSERT INTO price VALUES (?1, 'base', ?2, ?3, NULL, NULL, NULL, ?4, 1)", rows)
        db.execute("INSERT INTO stock VALUES ('p1', 'here', 5, 0, '', 0, 1)")
        db.execute("COMMIT")
        db.execute("VACUUM INTO ?", (str(path),))
    return path


def asked(path: Path, query: str) -> list[tuple]:  # type: ignore[type-arg]
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


@pytest.mark.parametrize("prices", [0, 1, 40, 3_000, 60_000])
def test_a_table_of_any_depth_moves_whole_with_its_indexes(tmp_path: Path, prices: int) -> None:
    source, target = made(tmp_path / "source.db", prices), made(tmp_path / "target.db", 0)
    assert graft(source, target, ("price",))
    assert asked(target, "PRAGMA integrity_check") == [("ok",)]
    assert asked(target, ROWS) == asked(source, ROWS)
    assert asked(target, "SELECT count(*) FROM price INDEXED BY price_id WHERE id >= 'base:'") == [(prices,)]
    assert asked(target, "SELECT on_hand FROM stock") == [(5,)]


def test_a_table_that_moved_is_written_to_as_any_other(tmp_path: Path) -> None:
    target = made(tmp_path / "target.db", 0)
    assert graft(made(tmp_path / "source.db", 20_000), target, ("price",))
    with closing(sqlite3.connect(target, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("UPDATE price SET id = 'new:' || id, unit = 1 WHERE unit % 3 = 0")
        db.execute("DELETE FROM price WHERE unit % 3 = 2")
    assert asked(target, "PRAGMA integrity_check") == [("ok",)]
    assert asked(target, "SELECT count(*) FROM price WHERE id LIKE 'new:%'") == [(6667,)]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ({"prices": 9}, {"prices": 1}),  # not empty
        ({"prices": 9, "label": "x" * 9000}, {"prices": 0}),  # longer than a page
        ({"prices": 9, "page_size": 8192}, {"prices": 0}),
    ],
)
def test_what_is_out_of_the_ordinary_is_left_as_it_was(tmp_path: Path, source: dict, target: dict) -> None:  # type: ignore[type-arg]
    path = made(tmp_path / "target.db", **target)
    before = path.read_bytes()
    assert not graft(made(tmp_path / "source.db", **source), path, ("price",))
    assert path.read_bytes() == before


def test_a_file_with_pages_that_belong_to_nothing_is_left_alone(tmp_path: Path) -> None:
    source, target = made(tmp_path / "source.db", 3_000), made(tmp_path / "target.db", 0)
    with closing(sqlite3.connect(source, isolation_level=None)) as db:
        db.execute("DELETE FROM price WHERE unit < 2000")
    assert not graft(source, target, ("price",))
