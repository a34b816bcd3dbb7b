"""A till that sold for thirty days without the hub: its home, made by the real action, kept in build/bench."""

import random
import shutil
import tempfile
from contextlib import closing
from pathlib import Path

from sync.actions.cart import Cart
from sync.actions.clock import new_id, now_ms
from sync.actions.sell import sell
from sync.domain import codes
from sync.hub import database, enrolment, feed
from sync.hub.tables import ENTITIES
from sync.link import keys
from sync.link.enrol import enrol, seed_of
from sync.link.first import fill_replica
from sync.link.wire import Wire
from sync.local import Local, RecordedSale, Staff, files, find_code
from sync.protocol.messages import Enrol, Enrolled
from tests.bench._home import KEPT, SHAPE
from tests.bench._hub import LINES, PRODUCTS, open_retailer
from tests.hub.retailer import staff_row

STORE, TILL = "s-1", "till-1"
DAYS_MS = 30 * 86_400_000
CASHIER = Staff("s-1", "Aigerim", "cashier", 9**14)
READY = CASHIER.name
"""On the screen when a person may sign in."""


def fill_hub(url: str) -> None:
    """A retailer with one store and one cashier."""
    open_retailer(url, [STORE])
    with closing_engine(url) as engine, feed.recording(engine, 1) as (conn, recorder):
        row = staff_row(CASHIER.id, STORE)
        conn.execute(ENTITIES["staff"].insert().values(row))
        recorder.put(f"staff:{STORE}", "staff", row)


class closing_engine:
    """An engine for the length of a block."""

    def __init__(self, url: str) -> None:
        self._engine = database.open(url)

    def __enter__(self):  # type: ignore[no-untyped-def]
        return self._engine

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()


def code_at(url: str) -> str:
    """A one-time code for the till."""
    with closing_engine(url) as engine, database.write(engine) as conn:
        said = {"terminal_id": TILL, "name": "Till 1", "kind": "till", "place": STORE}
        return enrolment.create_code(conn, now=now_ms(), **said)


def new_home(place: Path, url: str, address: str) -> None:
    """Enrol a till and fetch its replica."""
    enrol(place, address, code_at(url), now_ms())
    fill_replica(place)


def known_again(place: Path, url: str, address: str) -> None:
    """Another hub learns of a kept till: the same key, the same journal."""
    wire = Wire(address)
    with closing(Local.open(place)) as local:
        wire.post("enrol", Enrol(code_at(url), keys.public_key(seed_of(local)), local.me.incarnation), Enrolled)
    wire.close()


def empty(url: str, address: str) -> Path:
    """A home with a replica and no operation, made once."""
    place = KEPT / f"offline-{SHAPE}"
    if not (place / "ready").exists():
        shutil.rmtree(place, ignore_errors=True)
        new_home(place, url, address)
        (place / "ready").touch()
    return place


def journal(count: int, empty: Path) -> Path:
    """The journal of a till that sold `count` times in thirty days; made once, in minutes, not synced to the disk."""
    kept = KEPT / f"offline-{count}.db"
    if kept.exists():
        return kept
    with tempfile.TemporaryDirectory(dir=KEPT) as folder:
        place = Path(shutil.copytree(empty, Path(folder) / "home"))
        with closing(Local.open(place)) as local:
            local.raw.execute("PRAGMA main.synchronous = OFF")
            sell_many(local, count, now_ms() - DAYS_MS, DAYS_MS // count)
            local.raw.execute("PRAGMA main.wal_checkpoint(TRUNCATE)")
        (place / files.JOURNAL).rename(kept)
    return kept


def sell_many(local: Local, count: int, at: int, step: int) -> None:
    """Sales of LINES products each, `step` ms apart from `at` on."""
    chance = random.Random(11)
    for number in range(count):
        now = at + number * step
        done = sell(local, cart_of(local, chance, now), 10**9, CASHIER, "en", now)
        assert isinstance(done, RecordedSale)


def cart_of(local: Local, chance: random.Random, at: int) -> Cart:
    """A cart of LINES different products."""
    made = Cart(new_id(at), started_at=at)
    for n in chance.sample(range(PRODUCTS), LINES):
        found = find_code(local, codes.read(f"SKU-p-{n}"), at)
        assert found is not None
        made = made.add(found.product, at)
    return made


def cut_off(place: Path) -> None:
    """No hub is in reach of this till until it is told of one."""
    with closing(Local.open(place)) as local, local.write() as raw:
        raw.execute("UPDATE identity SET hub = 'http://127.0.0.1:9'")
