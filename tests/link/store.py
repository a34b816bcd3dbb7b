"""A real hub over HTTP on a free port, with a small retailer, and terminals enrolled at it."""

import json
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import argon2
from sqlalchemy import select

from sync.actions.cart import open_cart
from sync.actions.sell import sell
from sync.domain import codes
from sync.domain.sales import Refused
from sync.domain.search import terms
from sync.hub import database, enrolment, feed
from sync.hub.movements import Move, post
from sync.hub.serving import Running, Serving
from sync.hub.tables import ENTITIES, operation
from sync.link.enrol import enrol
from sync.link.first import fill_replica
from sync.local import Local, RecordedSale, Staff, files, find_code
from tests.sim.retailer import put_row

OWN = "store-1"
PLACES = {OWN: "store", "store-2": "store", "wh-1": "warehouse", "online": "online"}
CASHIER = Staff("s-1", "Aliya", "cashier", 1 << 50)
PRODUCTS = 30


def now() -> int:
    """UTC ms."""
    return time.time_ns() // 1_000_000


def words(text: str) -> str:
    """Words in English as the replica stores them."""
    return json.dumps({"en": text})


def gtin(number: int) -> str:
    """The GTIN-13 of the product with that number."""
    body = f"4870000{number:05d}"
    return body + codes.check_digit(body)


def product_row(number: int, name: str = "") -> dict[str, Any]:
    """A product as changes carry it."""
    text = name or f"Article {number}"
    return {
        "id": f"p{number}",
        "sku": f"{1000 + number}",
        "department": "all",
        "unit": "pcs",
        "vat_rate": 1200,
        "picture": "",
        "tint": "sand",
        "names": words(text),
        "details": "{}",
        "descriptions": "{}",
        "popularity": 0,
        "terms": terms(text, f"{1000 + number}"),
        "serial": 0,
    }


class Store:
    """The hub's files and the running hub. `start` and `stop` keep files and port, so terminals find it again.

    `called`: the names of terminals that are not called by their ids, for those that are enrolled from then on."""

    called: Mapping[str, str] = MappingProxyType({})

    def __init__(self, folder: Path, tls: tuple[Path, Path] | None = None, *, till: bool = False) -> None:
        """`tls`: the files of a certificate and its key. `till`: it knows the one that `installed` gives."""
        self.folder = folder
        self.tls = tls
        self.port = 0
        self.hub: Running | None = None
        own = type(self).fill is not Store.fill
        if not own:
            _put(folder, _made().enrolled if till else _made().filled)
        self.start()
        if own:  # what another shop holds was not made ahead
            self.fill()

    @property
    def engine(self) -> Any:
        assert self.hub is not None
        return self.hub.engine

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def start(self) -> None:
        database_url, (certificate, key) = f"sqlite:///{self.folder}/hub.db", self.tls or (None, None)
        where = Serving(database_url, self.folder / "snapshots", port=self.port, certificate=certificate, key=key)
        self.hub = Running(where).__enter__()
        self.port = int(self.hub.url.rpartition(":")[2])

    def stop(self) -> None:
        if self.hub is not None:
            self.hub.stop()
            self.hub = None

    def put(self, scope: str, entity: str, *rows: dict[str, Any]) -> None:
        """Write rows as the hub's own transaction: terminals hear of one version."""
        with feed.recording(self.engine, now()) as (conn, recorder):
            for row in rows:
                put_row(conn, entity, row)
                recorder.put(scope, entity, row)

    def move(self, number: int, place: str, pieces: int) -> None:
        """Goods come or go at a location, as a channel would do it."""
        with feed.recording(self.engine, now()) as (conn, recorder):
            key = f"move:{time.monotonic_ns()}"
            post(conn, recorder, [Move(key, f"p{number}", place, pieces * 1000, "count", now(), "test")])

    def fill(self) -> None:
        location = {"address": "", "latitude": None, "longitude": None, "opens": "", "closes": ""}
        rows = [
            {"id": i, "kind": k, "names": words(i), "pricelist": "base", "sort": n, **location}
            for n, (i, k) in enumerate(PLACES.items())
        ]
        self.put("config", "location", *rows)
        self.put("config", "setting", {"key": "currency", "value": '"KZT"'})
        verifier = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("1111")
        who = {"id": CASHIER.id, "name": CASHIER.name, "role": CASHIER.role, "location": OWN}
        self.put(f"staff:{OWN}", "staff", {**who, "verifier": verifier, "expires": CASHIER.expires})
        self.put("catalogue", "department", {"id": "all", "names": words("All"), "icon": "tag", "sort": 1})
        numbers = range(1, PRODUCTS + 1)
        self.put("catalogue", "product", *(product_row(n) for n in numbers))
        self.put("catalogue", "barcode", *({"gtin": "0" + gtin(n), "product": f"p{n}"} for n in numbers))
        price = {"list": "base", "regular": None, "start": None, "end": None, "label": ""}
        self.put(
            "pricelist:base",
            "price",
            *({"id": f"b{n}", "product": f"p{n}", "unit": 10_000 + n, **price} for n in numbers),
        )
        for n in (1, 2, 3):
            for place in PLACES:
                self.move(n, place, 100)

    def code(self, terminal: str = "till-1", kind: str = "till", place: str = OWN) -> str:
        """A one-time code for a terminal, which people call by its id unless `called` says how."""
        name = self.called.get(terminal, terminal)
        with database.write(self.engine) as conn:
            return enrolment.create_code(conn, terminal_id=terminal, name=name, kind=kind, place=place, now=now())

    def terminal(self, folder: Path, name: str = "till-1", kind: str = "till", place: str = OWN) -> Path:
        """An enrolled home with its first replica."""
        home = folder / name
        enrol(home, self.url, self.code(name, kind, place), now())
        fill_replica(home)
        return home

    def installed(self, folder: Path) -> Path:
        """The home of `till-1`, which was enrolled and got its first replica before this hub's files were copied."""
        home = folder / "till-1"
        home.mkdir(mode=0o700)
        _put(home, _made().home)
        with closing(sqlite3.connect(home / files.JOURNAL)) as journal, journal:
            journal.execute("UPDATE identity SET hub = ?", (self.url,))
        return home

    def operations(self, terminal: str = "till-1") -> list[Any]:
        """What the hub recorded of a terminal, in order: seq, incarnation, outcome, code, bytes."""
        c = operation.c
        columns = [x for x in operation.c if x.name in ("seq", "incarnation", "outcome", "code", "raw")]
        with database.read(self.engine) as conn:
            query = select(*columns).where(c.terminal == terminal).order_by(c.incarnation, c.seq)
            return list(conn.execute(query))

    def on_hand(self, number: int, place: str = OWN) -> int:
        """What the hub counts, in thousandths."""
        table = ENTITIES["stock"]
        with database.read(self.engine) as conn:
            query = select(table.c.on_hand).where(table.c.product == f"p{number}", table.c.location == place)
            return int(conn.execute(query).scalar() or 0)


@dataclass(frozen=True)
class _Made:
    """Files by their paths: of a hub, of it once a till is enrolled, and of that till."""

    filled: dict[str, bytes]
    enrolled: dict[str, bytes]
    home: dict[str, bytes]


@cache
def _made() -> _Made:
    """Made once: filling a hub and enrolling a till takes longer than most tests."""
    with TemporaryDirectory() as name:
        folder = Path(name) / "hub"
        made = Store.__new__(Store)
        made.folder, made.tls, made.port = folder, None, 0
        made.start()
        made.fill()
        made.stop()
        filled = _taken(folder)
        made.start()
        home = made.terminal(Path(name))
        made.stop()
        return _Made(filled, _taken(folder), _taken(home))


def _taken(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _put(folder: Path, contents: dict[str, bytes]) -> None:
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o600)


def sell_one(local: Local, number: int = 1, pieces: int = 1) -> RecordedSale:
    """Sell pieces of a product for cash."""
    at = now()
    found = find_code(local, codes.read(gtin(number)), at)
    assert found is not None
    cart = open_cart(local, at).add(found.product, at, pieces * 1000, found.scanned)
    sold = sell(local, cart, 10_000_000, CASHIER, "en", at)
    assert not isinstance(sold, Refused)
    return sold


def until(true: Callable[[], Any], seconds: float = 30.0) -> None:
    """Wait for something to become true; AssertionError if it does not."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
