"""A till of a retailer with 300,000 products opens at once: the replica is a file, and nothing is loaded (F56)."""

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import argon2

from pos.demo.walker import Walker
from sync.domain.codes import check_digit
from sync.domain.search import terms
from sync.local import Local, files
from tests.bench import _home
from tests.bench._apps import running, screen, spent

PRODUCTS = 300_000
NAMES = 1_000
"""Different names; each product has one of them and a number of its own."""
NEVER = 4_000_000_000_000
"""The year 2096."""
BUSY, LOADED = 1.5, 8
"""What other work on the machine may add: some to the processor's time, much to that of the wall's clock. A calm one
needs neither (`python -m tests.bench start`, `scan`)."""


def name_of(number: int) -> str:
    """What it is called."""
    return f"{_home.EN[number % NAMES % len(_home.EN)].title()} {number % NAMES}"


def code(number: int) -> str:
    """Its GTIN-13."""
    body = f"487{number:09d}"
    return body + check_digit(body)


def fill(home: Path, count: int) -> None:
    """Write a replica of so many products, by SQL for the most part: seconds instead of a minute."""
    Local.open(home).close()
    path = files.current(home)
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript("PRAGMA journal_mode=DELETE; PRAGMA synchronous=OFF; PRAGMA cache_size=-262144")
        db.execute("BEGIN")
        db.execute("CREATE TEMP TABLE name (n INTEGER PRIMARY KEY, names TEXT, terms TEXT)")
        rows = ((n, json.dumps({"en": name_of(n)}), terms(name_of(n))) for n in range(NAMES))
        db.executemany("INSERT INTO name VALUES (?, ?, ?)", rows)
        db.execute("CREATE TEMP TABLE code (n INTEGER PRIMARY KEY, gtin TEXT)")
        db.executemany("INSERT INTO code VALUES (?, ?)", ((n, "0" + code(n)) for n in range(1, count + 1)))
        db.executescript(_FILL)
        db.execute("BEGIN")
        _home._fill(db, 0)  # places, departments, cursors
        staff = ("c0", "Asel Kim", "cashier", "s1", argon2.PasswordHasher(1, 8, 1).hash("1111"), NEVER, 1)
        db.execute("INSERT INTO staff VALUES (?, ?, ?, ?, ?, ?, ?)", staff)
        db.execute("COMMIT")
        db.execute("INSERT INTO search(search) VALUES ('rebuild')")
        db.execute("PRAGMA journal_mode=WAL")
    _home._identify(home)


_FILL = """
INSERT INTO product SELECT c.n, 'p' || c.n, 'A' || c.n, 'd' || c.n % 12, 'pcs', 1600, '', 'sand', x.names, '{}', '{}',
    0, x.terms, 0, 1 FROM code c JOIN name x ON x.n = c.n % 1000 ORDER BY c.n;
INSERT INTO barcode SELECT gtin, 'p' || n, n, 1 FROM code ORDER BY gtin;
INSERT INTO price SELECT 'x' || n, 'main', 'p' || n, 10000 + n, NULL, NULL, NULL, '{}', 1 FROM code ORDER BY 'p' || n;
INSERT INTO stock SELECT 'p' || n, 's1', n % 9 * 1000, 0, 'A-01', 0, 1 FROM code ORDER BY 'p' || n;
"""


def opened_and_scanned(home: Path, last: int, out: Path) -> tuple[float, float]:
    """Seconds from the till's start until somebody may sign in, and from the first scan until it is shown, together: by
    the wall's clock, and of the processor. The time that a person takes for the PIN does not count. `last`: the number
    of the product that is scanned."""
    with screen(1280, 800) as display, running("pos", home, display) as app:
        wall, work = app.wait_for("Asel Kim"), spent(app.process.pid)
        till = Walker("till", display, home, out)
        till.touch("Asel Kim")
        till.keypad("1111")
        till.wait_for("Find item")
        began, before = time.perf_counter(), spent(app.process.pid)
        display.scan(code(last))
        while name_of(last) not in till.texts():
            assert time.perf_counter() - began < 20, till.texts()
        return wall + time.perf_counter() - began, work + spent(app.process.pid) - before


def test_f56_a_till_with_300_000_products_answers_its_first_scan_within_two_seconds(tmp_path: Path) -> None:
    home = tmp_path / "till"
    fill(home, PRODUCTS)
    wall, work = opened_and_scanned(home, PRODUCTS, tmp_path)
    assert work < 2.0 * BUSY, f"{work:.2f} s of work"
    assert wall < 2.0 * LOADED, f"{wall:.2f} s"
