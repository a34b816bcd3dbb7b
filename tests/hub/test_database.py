"""Opening the hub's database."""

import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from sync.hub import database, tables
from sync.hub.database import DatabaseProblem


def test_opening_twice_keeps_what_is_there(hub_url: str) -> None:
    first = database.open(hub_url)
    with first.connect() as conn:
        before = database.hub_row(conn)
    first.dispose()
    again = database.open(hub_url)
    with again.connect() as conn:
        assert database.hub_row(conn) == before
    again.dispose()


def test_two_hubs_that_open_an_empty_database_at_once_make_one_hub(hub_url: str) -> None:
    found: list[object] = []

    def start() -> None:
        engine = database.open(hub_url)
        with engine.connect() as conn:
            found.append(database.hub_row(conn))
        engine.dispose()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_F26_a_database_of_the_first_format_gets_the_new_tables_and_keeps_what_it_has(hub_url: str) -> None:
    since = ("purchase", "purchase_key", "refund_claim", "taken_back", "refund_request", "event", "event_head")
    first = database.open(hub_url)
    with database.write(first) as conn:
        before = database.hub_row(conn)
        for name in since:
            tables.metadata.tables[name].drop(conn)
        conn.execute(tables.hub.update().values(format=1))
    first.dispose()
    again = database.open(hub_url)
    with again.connect() as conn:
        assert set(inspect(conn).get_table_names()) == set(tables.metadata.tables)
        assert database.hub_row(conn) == before
    again.dispose()


def test_a_database_of_a_newer_hub_is_left_alone_and_said_so(hub_url: str) -> None:
    engine = database.open(hub_url)
    with database.write(engine) as conn:
        conn.execute(tables.hub.update().values(format=tables.FORMAT + 1))
    engine.dispose()
    with pytest.raises(DatabaseProblem, match="made by a newer hub"):
        database.open(hub_url)


@pytest.mark.parametrize("url", ["mysql://root@localhost/hub", "sqlite://", "sqlite:///:memory:", "://"])
def test_a_url_of_another_kind_names_what_it_takes(url: str) -> None:
    with pytest.raises(DatabaseProblem, match=r"SQLite|sqlite"):
        database.open(url)


def test_the_sqlite_file_is_its_owners_alone_and_durable(tmp_path: Path) -> None:
    engine = database.open(str(tmp_path / "deep" / "hub.db"))
    with engine.connect() as conn:
        assert conn.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert conn.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine.dispose()
    assert stat.S_IMODE((tmp_path / "deep" / "hub.db").stat().st_mode) == 0o600


def test_a_writer_that_fails_leaves_nothing_and_the_next_one_goes_on(hub_url: str) -> None:
    engine = database.open(hub_url)
    row = {"id": "d", "names": "{}", "icon": "tag", "sort": 0}
    with pytest.raises(ZeroDivisionError), database.write(engine) as conn:
        conn.execute(tables.department.insert().values(**row))
        _ = 1 // 0
    with database.write(engine) as conn:
        assert conn.execute(select(tables.department)).all() == []
        conn.execute(tables.department.insert().values(**row))
    engine.dispose()


def test_ids_are_sorted_by_bytes_on_every_database(hub_url: str) -> None:
    engine = database.open(hub_url)
    ids = ["b", "B", "a", "_", "я", "Я", "1"]
    with database.write(engine) as conn:
        conn.execute(tables.setting.insert(), [{"key": i, "value": ""} for i in ids])
    with database.read(engine) as conn:
        found = list(conn.execute(select(tables.setting.c.key).order_by(tables.setting.c.key)).scalars())
    engine.dispose()
    assert found == sorted(ids, key=str.encode)
