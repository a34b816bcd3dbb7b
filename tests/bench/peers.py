"""PouchDB and its server beside a terminal and the hub: a first sync of 20,000 documents, documents pushed a second."""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from sync.link.first import fill_replica
from tests.bench import bootstrap, catalogue
from tests.bench._home import KEPT
from tests.bench._hub import Sales, enrolled, new_database, open_retailer, postgres, push_all
from tests.bench.figures import Figure, load, timed

PLACE = KEPT.parent / "peers"
PACKAGES = ("pouchdb-server@4.2.0", "pouchdb@9.0.0")
SCRIPT = Path(__file__).with_name("_pouch.js")
DOCUMENTS = 20_000
PUSHED = 4000
BATCH = 100


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: documents of the first sync (default 20,000); a fifth as many are pushed."""
    count = size or DOCUMENTS
    problem = _install()
    if problem:
        print(problem, file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _pouchdb_server(folder) as url:
            peer = _pull(url, folder, count)
            ours = _bootstrap(folder, count)
            note = f"{count:,} products, each with its barcode and price; load {load()}"
            yield Figure("first sync, beside PouchDB", ours, "s", "pouchdb-server", peer, "<= 1", note)
            pushed = max(1, count * PUSHED // DOCUMENTS // BATCH)
            sales, rate = _push(folder, pushed)
            theirs = _pushed(url, folder, sales)
        note = f"{len(sales)} sales by one terminal in batches of {BATCH}: ours durable and judged; load {load()}"
        yield Figure("documents pushed a second, beside PouchDB", rate, "1/s", "pouchdb-server", theirs, ">= 1", note)


def _install() -> str:
    """Fetch the peer into build/; a sentence if it can't be had."""
    if not (shutil.which("node") and shutil.which("npm")):
        return "The peer PouchDB needs node and npm, which this machine does not have: nothing was measured."
    if (PLACE / "ready").exists():
        return ""
    PLACE.mkdir(parents=True, exist_ok=True)
    (PLACE / "package.json").write_text("{}")
    done = subprocess.run(
        # LevelDB comes ready-made in its package; scripts would build what nobody uses here for many minutes.
        ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", *PACKAGES],
        cwd=PLACE,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        return f"npm could not install {' and '.join(PACKAGES)}; nothing was measured. {done.stderr.strip()[-300:]}"
    (PLACE / "ready").touch()
    return ""


@contextmanager
def _pouchdb_server(folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "server").mkdir()
    command = [
        PLACE / "node_modules/.bin/pouchdb-server",
        "--port",
        str(port),
        "--dir",
        ".",
        "--no-stdout-logs",
        "--host",
        "127.0.0.1",
    ]
    server = subprocess.Popen(command, cwd=folder / "server", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def _await(url: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            assert time.monotonic() < until, "pouchdb-server did not start"
            time.sleep(0.2)


def _node(*arguments: object) -> float:
    """Seconds that the step says it took."""
    done = subprocess.run(["node", SCRIPT, *map(str, arguments)], cwd=PLACE, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-500:]
    return float(done.stdout.split()[0]) / 1000 if done.stdout.strip() else 0.0


def _pull(url: str, folder: Path, count: int) -> float:
    rows = folder / "products.json"
    rows.write_text(json.dumps([_product(i) for i in range(count)]))
    _node("fill", f"{url}/products", folder, rows)
    return _node("pull", f"{url}/products", folder)


def _product(i: int) -> dict[str, object]:
    latin, cyrillic = catalogue.names(i)
    of = catalogue.DEPARTMENTS[i % len(catalogue.DEPARTMENTS)]
    row = {"_id": catalogue.sku(i), "department": of, "names": {"en": latin, "ru": cyrillic}, "vat_rate": 1600}
    return row | {"barcode": catalogue.gtin13(i), "price": 100 + i * 37 % 90_000, "popularity": i * 7919 % 20_000}


def _bootstrap(folder: Path, count: int) -> float:
    place = bootstrap.hub(count)
    with bootstrap._serving(place) as url:
        bootstrap._enrol(place, url, folder / "home")
        return timed(lambda: fill_replica(folder / "home"), 1)[0]


def _push(folder: Path, batches: int) -> tuple[list[dict[str, object]], float]:
    """Our sales as documents, and how many a second one terminal pushed."""
    with postgres() as server:
        url = new_database(server, "hub")
        open_retailer(url, ["store-0"])
        [till] = enrolled(url, {"till-0": "store-0"})
        makes = Sales()
        run = push_all(url, folder, [till], [[till.push(BATCH, makes) for _ in range(batches)]])
        return [_document(n, sale) for n, sale in enumerate(till.sold)], run.rate


def _document(number: int, sale: object) -> dict[str, object]:
    return {"_id": f"{number:08d}", "kind": "sale", "body": msgspec.to_builtins(sale)}


def _pushed(url: str, folder: Path, sales: list[dict[str, object]]) -> float:
    rows = folder / "sales.json"
    rows.write_text(json.dumps(sales))
    return len(sales) / _node("push", f"{url}/sales", folder, rows)
