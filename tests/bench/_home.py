"""A terminal's home whose replica holds a million products, made once and kept in build/bench between runs."""

import fcntl
import json
import random
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sync.domain.codes import check_digit
from sync.domain.search import terms
from sync.local import Local, files, tables
from sync.local.tables import ddl, insert
from sync.protocol.replica import FORMAT, INDEXES, TABLES

SHAPE = f"{FORMAT}-{zlib.crc32((TABLES + INDEXES + ''.join(ddl())).encode()):08x}"
"""What is kept is of these tables: it is made anew where they changed within a format."""
KEPT = Path(__file__).resolve().parents[2] / "build" / "bench"
MILLION = 1_000_000
STAFF = ("Asel Kim", "Daniyar Omarov", "Nino Lomidze")
EN = (
    "lamp kettle sweater backpack headphones mug armchair speaker coat sneaker vase phone bag bottle "
    "scarf blanket notebook pencil racket helmet candle basket mirror pillow towel bowl plate knife spoon "
    "grill toaster blender fan"
).split()
RU = (
    "лампа чайник свитер рюкзак наушники кружка кресло колонка пальто кроссовки ваза телефон сумка "
    "бутылка шарф плед блокнот карандаш ракетка шлем свеча корзина зеркало подушка полотенце миска "
    "тарелка нож ложка гриль тостер блендер вентилятор"
).split()
SYLLABLES = ("ka lo mi ta ru ne so vi da po le ri su no ma te ko li ve ra").split()
КИР = ("ка ло ми та ру не со ви да по ле ри су но ма те ко ли ве ра").split()


def gtin(number: int) -> str:
    """A valid GTIN-13 (prefix 487) of that number, as the 14-digit key."""
    body = f"487{number:09d}"
    return ("0" + body + check_digit(body)).zfill(14)


def products(count: int) -> Iterator[tuple[str, str, str]]:
    """Article number, English and Russian name; made-up brand words keep names apart."""
    chance = random.Random(7)
    for number in range(1, count + 1):
        kind = chance.randrange(len(EN))
        brand = [chance.randrange(len(SYLLABLES)) for _ in range(3)]
        latin, cyrillic = ("".join(s[i] for i in brand) for s in (SYLLABLES, КИР))
        yield (
            f"A{number:07d}",
            f"{EN[kind].title()} {latin.title()} {number % 997}",
            f"{RU[kind].title()} {cyrillic.title()}",
        )


def rows(count: int) -> Iterator[tuple[object, ...]]:
    """Rows of the replica's product table."""
    for rank, (sku, en, ru) in enumerate(products(count), 1):
        names = json.dumps({"en": en, "ru": ru}, ensure_ascii=False)
        yield (
            rank,
            f"p{rank}",
            sku,
            f"d{rank % 12}",
            "pcs",
            1600,
            "",
            "sand",
            names,
            "{}",
            "{}",
            0,
            terms(en, ru, sku),
            0,
            1,
        )


def home(count: int = MILLION, kind: str = "till") -> Path:
    """The home with a replica of `count` products; made when it is not there yet (a minute for a million). `kind`: what
    it is enrolled as from now on."""
    place = KEPT / f"home-{count}-format-{SHAPE}"
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "home.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two benches may want it at once
        if not (place / "ready").exists():
            shutil.rmtree(place, ignore_errors=True)
            _make(place, count)
    _staff(place)
    _become(place, kind)
    return place


def _become(place: Path, kind: str) -> None:
    """An app starts over a home of its own kind alone."""
    with closing(sqlite3.connect(place / "journal.db", isolation_level=None)) as db:
        db.execute("UPDATE identity SET kind = ? WHERE kind <> ?", (kind, kind))


def _make(place: Path, count: int) -> None:
    local = Local.open(place)
    local.close()
    path = files.current(place)
    assert path is not None
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript("PRAGMA journal_mode=DELETE; PRAGMA synchronous=OFF; PRAGMA cache_size=-524288")
    db.execute("BEGIN")
    _fill(db, count)
    db.execute("COMMIT")
    db.execute("INSERT INTO search(search) VALUES('rebuild')")
    db.execute("PRAGMA journal_mode=WAL")
    db.close()
    _identify(place)
    (place / "ready").touch()


def _fill(db: sqlite3.Connection, count: int) -> None:
    db.executemany(f"INSERT INTO product VALUES ({','.join('?' * 15)})", rows(count))
    db.executemany("INSERT INTO barcode VALUES (?, ?, ?, 1)", ((gtin(n), f"p{n}", n) for n in range(1, count + 1)))
    prices = ((f"x{n}", "main", f"p{n}", 100_00 + n % 9_000_00, None, None, None, "{}", 1) for n in range(1, count + 1))
    db.executemany("INSERT INTO price VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", prices)
    stock = ((f"p{n}", "s1", n % 9 * 1000, 0, "A-01", 0, 1) for n in range(1, count + 1))
    db.executemany("INSERT INTO stock VALUES (?, ?, ?, ?, ?, ?, ?)", stock)
    words = json.dumps({"en": "Store"})
    for number in range(12):
        db.execute("INSERT INTO department VALUES (?, ?, 'tag', ?, 1)", (f"d{number}", words, number))
    for number, kind in enumerate(("store", "store", "store", "warehouse", "online"), 1):
        place = (
            f"s{number}",
            kind,
            words,
            "",
            43_238_949,
            76_889_709 + number * 9000,
            "09:00",
            "21:00",
            "main",
            number,
            1,
        )
        db.execute(f"INSERT INTO location VALUES ({','.join('?' * 11)})", place)
        db.execute("INSERT INTO cursor VALUES (?, 'e', 1, '', 0, 0, '')", (f"location:s{number}",))


def _staff(place: Path) -> None:
    """Who may sign in: a screen that knows nobody is not ready."""
    path = files.current(place)
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for number, name in enumerate(STAFF):
            row = (f"c{number}", name, "cashier", "s1", "", 1 << 60, 1)
            db.execute("INSERT OR IGNORE INTO staff VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def _identify(place: Path) -> None:
    local = Local.open(place)
    with local.write() as raw:
        raw.execute("DELETE FROM identity")
        insert(tables.identity).run(
            raw, id=1, terminal="t1", name="Till", kind="till", location="s1", hub="", incarnation="i1", key=bytes(32),
            enrolled_at=0,
        )  # fmt: skip
    local.close()
