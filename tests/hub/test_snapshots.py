"""Snapshots: what is in them, that they are immutable, built once, and replaced in time."""

import hashlib
import os
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import zstandard
from sqlalchemy import Engine, select

from sync.domain import search
from sync.hub import database, feed, movements, snapshot_build, snapshots
from sync.hub.importing import import_files
from sync.hub.movements import Move
from sync.hub.tables import ENTITIES
from sync.protocol.replica import COLUMNS, KEYS
from tests.bench.catalogue import names, sku, write_csv

N = 300
NOW = 1_790_000_000_000


@pytest.fixture
def shop(hub_url: str, tmp_path: Path):
    """A hub with a catalogue, and stock at one store."""
    engine = database.open(hub_url)
    import_files(engine, write_csv(tmp_path / "csv", N, ("S1",)), currency="KZT", now=NOW)
    yield engine
    engine.dispose()


def take(engine: Engine, folder: Path, scope: str) -> Path:
    """The unpacked file of a scope, its digests checked."""
    info = snapshots.snapshot_info(engine, folder, scope)
    packed = snapshots.blob_path(folder, info.digest).read_bytes()
    raw = zstandard.ZstdDecompressor().decompress(packed, max_output_size=info.raw_size)
    assert (len(packed), hashlib.sha256(packed).hexdigest()) == (info.size, info.digest)
    assert (len(raw), hashlib.sha256(raw).hexdigest()) == (info.raw_size, info.raw_digest)
    path = folder / f"{info.raw_digest[:8]}.db"
    path.write_bytes(raw)
    return path


def rows_of(path: Path, entity: str) -> list[tuple]:
    """Rows of a snapshot, without their version."""
    columns = ", ".join(f'"{c}"' for c in COLUMNS[entity])
    order = ", ".join(f'"{c}"' for c in KEYS[entity])
    with sqlite3.connect(path) as db:
        return db.execute(f"SELECT {columns} FROM {entity} ORDER BY {order}").fetchall()


def rows_at(engine: Engine, entity: str) -> list[tuple]:
    """Rows of the hub."""
    table = ENTITIES[entity]
    with database.read(engine) as conn:
        query = select(*(table.c[c] for c in COLUMNS[entity])).order_by(*(table.c[c] for c in KEYS[entity]))
        return [tuple(row) for row in conn.execute(query)]


def sell(engine: Engine, key: str, count: int = 1) -> None:
    """One version of a store's stock, with `count` rows in it."""
    with feed.recording(engine, NOW) as (conn, recorder):
        movements.post(
            conn, recorder, [Move(f"{key}-{i}", sku(i), "S1", -1000, "sale", NOW, "t") for i in range(count)]
        )


@pytest.mark.parametrize(
    ("scope", "entities"),
    [
        ("catalogue", ("department", "product", "barcode")),
        ("pricelist:standard", ("price",)),
        ("location:S1", ("stock",)),
        ("config", ("location", "setting")),
    ],
)
def test_a_snapshot_holds_the_rows_of_its_scope_and_no_others(shop, tmp_path, scope, entities):
    path = take(shop, tmp_path / "s", scope)
    for entity in COLUMNS:
        assert rows_of(path, entity) == (rows_at(shop, entity) if entity in entities else [])
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert db.execute("SELECT value FROM meta WHERE key = 'format'").fetchone() == (str(snapshot_build.FORMAT),)


def test_a_snapshot_says_which_version_it_stands_for(shop, tmp_path):
    with database.read(shop) as conn:
        head = feed.heads(conn, ["catalogue"])["catalogue"]
    info = snapshots.snapshot_info(shop, tmp_path, "catalogue", "identity")
    assert (info.epoch, info.version, info.included, info.encoding) == (head.epoch, head.version, 0, "identity")
    assert info.digest == info.raw_digest
    with sqlite3.connect(snapshots.blob_path(tmp_path, info.digest)) as db:
        assert db.execute("SELECT * FROM cursor").fetchall() == [
            ("catalogue", head.epoch, head.version, "", 0, NOW, "")
        ]
        assert db.execute("SELECT DISTINCT v FROM product").fetchall() == [(head.version,)]


def test_products_stand_in_rank_order_and_search_finds_them_in_both_alphabets(shop, tmp_path):
    path = take(shop, tmp_path / "s", "catalogue")
    with sqlite3.connect(path) as db:
        popularity = [p for (p,) in db.execute("SELECT popularity FROM product ORDER BY rank")]
        assert popularity == sorted(popularity, reverse=True)
        for name in names(7):
            asked = name.split()[1][:5] if len(name.split()[1]) > 5 else name.split()[1]
            expression, pieces = search.match(asked)
            found = db.execute(
                "SELECT p.id FROM search JOIN product p ON p.rank = search.rowid WHERE search MATCH ?",
                (expression,),
            ).fetchall()
            wanted = db.execute("SELECT id FROM product WHERE instr(terms, ?)", (pieces[0],)).fetchall()
            assert (sku(7),) in found
            assert sorted(found) == sorted(wanted)


def test_the_same_version_is_the_same_file_wherever_it_is_built(shop, tmp_path):
    one = snapshots.snapshot_info(shop, tmp_path / "one", "catalogue")
    two = snapshots.snapshot_info(shop, tmp_path / "two", "catalogue")
    assert one == two
    assert snapshots.snapshot_info(shop, tmp_path / "one", "catalogue") == one


def test_a_small_change_is_left_to_deltas_and_a_large_one_builds_anew(shop, tmp_path, monkeypatch):
    monkeypatch.setattr(snapshots, "BEHIND_ROWS", 10)
    first = snapshots.snapshot_info(shop, tmp_path, "location:S1")
    sell(shop, "few", 10)
    assert snapshots.snapshot_info(shop, tmp_path, "location:S1") == first
    sell(shop, "more", 1)
    second = snapshots.snapshot_info(shop, tmp_path, "location:S1")
    assert second.version == first.version + 2
    assert second.digest != first.digest


def test_a_snapshot_below_the_floor_is_never_handed_out(shop, tmp_path):
    first = snapshots.snapshot_info(shop, tmp_path, "location:S1")
    with feed.recording(shop, NOW) as (_, recorder):
        recorder.bulk("location:S1")
    assert snapshots.snapshot_info(shop, tmp_path, "location:S1").version == first.version + 1


def test_a_hub_that_began_anew_hands_out_no_snapshot_from_before(shop, tmp_path):
    snapshots.snapshot_info(shop, tmp_path, "config")
    with database.write(shop) as conn:
        epoch = database.new_epoch(conn)
    assert snapshots.snapshot_info(shop, tmp_path, "config").epoch == epoch


def test_old_files_stay_for_a_while_and_go_then(shop, tmp_path, monkeypatch):
    monkeypatch.setattr(snapshots, "BEHIND_ROWS", 0)
    first = snapshots.snapshot_info(shop, tmp_path, "location:S1")
    sell(shop, "a")
    second = snapshots.snapshot_info(shop, tmp_path, "location:S1")
    assert snapshots.blob_path(tmp_path, first.digest) is not None
    before = time.time() - snapshots.GRACE_S - 1
    os.utime(snapshots.blob_path(tmp_path, first.digest), (before, before))
    sell(shop, "b")
    snapshots.snapshot_info(shop, tmp_path, "location:S1")
    assert snapshots.blob_path(tmp_path, first.digest) is None
    assert snapshots.blob_path(tmp_path, second.digest) is not None


def test_a_file_that_was_lost_is_built_again(shop, tmp_path):
    first = snapshots.snapshot_info(shop, tmp_path, "config")
    snapshots.blob_path(tmp_path, first.digest).unlink()
    assert snapshots.blob_path(tmp_path, snapshots.snapshot_info(shop, tmp_path, "config").digest) is not None


def test_many_who_ask_at_once_get_one_build(shop, tmp_path, monkeypatch):
    built = []
    real = snapshot_build.build
    together = threading.Barrier(6)

    def counted(*args):
        built.append(args[1])
        return real(*args)

    def ask(_):
        together.wait()
        return snapshots.snapshot_info(shop, tmp_path, "catalogue")

    monkeypatch.setattr(snapshot_build, "build", counted)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(ask, range(6)))
    assert built == ["catalogue"]
    assert len({a.digest for a in answers}) == 1


def test_a_build_reads_one_moment_though_sales_go_on(shop, tmp_path):
    stop = threading.Event()

    def trade():
        for number in range(100_000):
            if stop.is_set():
                return
            sell(shop, f"n{number}", 2)

    seller = threading.Thread(target=trade)
    seller.start()
    try:
        for number in range(5):
            info = snapshots.snapshot_info(shop, tmp_path / str(number), "location:S1", "identity")
            with sqlite3.connect(snapshots.blob_path(tmp_path / str(number), info.digest)) as db:
                levels = dict(db.execute("SELECT product, on_hand FROM stock"))
            # Each version after the import took one piece of both.
            assert {i % 40 * 1000 - levels[sku(i)] for i in (0, 1)} == {(info.version - 1) * 1000}
    finally:
        stop.set()
        seller.join()


def test_staff_who_work_everywhere_are_in_every_places_snapshot(shop, tmp_path):
    people = tmp_path / "staff.csv"
    people.write_text("staff,name,role,location,pin\na,A,lead,S1,1234\nb,B,manager,,5678\nc,C,lead,S2,9999\n")
    import_files(shop, {"staff": people}, currency="KZT", now=NOW)
    assert [row[0] for row in rows_of(take(shop, tmp_path / "s", "staff:S1"), "staff")] == ["a", "b"]


def test_files_with_verifiers_are_for_the_hub_alone(shop, tmp_path):
    folder = tmp_path / "s"
    info = snapshots.snapshot_info(shop, folder, "staff:S1")
    assert folder.stat().st_mode & 0o777 == 0o700
    for digest in (info.digest, info.raw_digest):
        assert snapshots.blob_path(folder, digest).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("digest", ["", "../hub.db", "a" * 63, "A" * 64, "a" * 64])
def test_only_a_digest_that_exists_names_a_file(tmp_path, digest):
    assert snapshots.blob_path(tmp_path, digest) is None


def test_an_unknown_scope_is_refused_and_leaves_no_draft(shop, tmp_path):
    with pytest.raises(ValueError, match="no scope"):
        snapshots.snapshot_info(shop, tmp_path / "s", "secrets")
    assert not [p for p in (tmp_path / "s").iterdir() if p.suffix != ".lock"]
