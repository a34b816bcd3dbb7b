"""A snapshot's download over a line that is cut again and again, killed, or onto a full disk (F21, F25)."""

import contextlib
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.domain import codes
from sync.hub import database
from sync.hub.importing import import_files
from sync.link import bootstrap as fetching
from sync.link.enrol import enrol
from sync.link.first import fill_replica
from sync.link.wire import NoAnswer
from sync.local import Local, files, find_code
from sync.local import install as installing
from tests.bench.catalogue import gtin13, write_csv
from tests.link.store import Store, now

PRODUCTS = 5_000
MIB = 1 << 20


class Cutting:
    """A line to the hub that ends after a chance number of bytes, the next time again. `carried`: bytes that went."""

    def __init__(self, port: int, chance: random.Random, at_most: int) -> None:
        self._to = port
        self._chance = chance
        self._at_most = at_most
        self.whole = False
        self.carried = 0
        self.cuts = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._to))
            threading.Thread(target=self._relay, args=(near, far), daemon=True).start()
            threading.Thread(target=self._back, args=(far, near), daemon=True).start()

    def _relay(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while piece := source.recv(65536):
                sink.sendall(piece)
        except OSError:
            sink.close()

    def _back(self, source: socket.socket, sink: socket.socket) -> None:
        left = self._chance.randrange(self._at_most)
        try:
            while piece := source.recv(65536):
                if not self.whole and len(piece) >= left:
                    sink.sendall(piece[:left])
                    self.carried += left
                    self.cuts += 1
                    break
                left -= len(piece)
                self.carried += len(piece)
                sink.sendall(piece)
        except OSError:
            source.close()
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # closing alone would not wake the other thread


@pytest.fixture
def big(store: Store, tmp_path: Path) -> Store:
    """A store with a catalogue of many megabytes."""
    engine = database.open(f"sqlite:///{store.folder}/hub.db")
    import_files(engine, write_csv(tmp_path / "csv", PRODUCTS, ("store-1",)), currency="KZT", strict=False)
    engine.dispose()
    return store


@pytest.fixture
def fresh(big: Store, tmp_path: Path) -> Path:
    """An enrolled terminal that has nothing of it yet."""
    home = tmp_path / "till-1"
    enrol(home, big.url, big.code(), now())
    return home


@pytest.fixture
def line(big: Store) -> Iterator[Cutting]:
    made = Cutting(big.port, random.Random(7), 400_000)
    yield made
    made.close()


def point_at(home: Path, url: str) -> None:
    local = Local.open(home)
    with local.write() as raw:
        raw.execute("UPDATE identity SET hub = ?", (url,))
    local.close()


def is_whole(home: Path) -> bool:
    local = Local.open(home)
    try:
        count = local.raw.execute("SELECT count(*) FROM replica.product").fetchone()[0]
        sound = local.raw.execute("PRAGMA replica.integrity_check").fetchall() == [("ok",)]
        last = find_code(local, codes.read(gtin13(PRODUCTS - 1)), now())
        return bool(sound and count >= PRODUCTS and last is not None)
    finally:
        local.close()


def test_f21_a_download_that_is_cut_again_and_again_sends_hardly_a_byte_twice(
    fresh: Path, line: Cutting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "WORTH_THREADS", 1)  # as with a catalogue of a hundred megabytes
    monkeypatch.setattr(installing, "WORTH_GRAFTING", 1)
    point_at(fresh, line.url)
    tries = 0
    while True:
        tries += 1
        assert tries < 200
        try:
            fill_replica(fresh)
            break
        except NoAnswer:
            if tries == 60:
                line.whole = True  # a hello that is cut each time would never end
    blobs = sum(p.stat().st_size for p in _blobs(fresh))
    sizes = _sizes(line, fresh)
    assert line.cuts >= 8
    assert line.carried - sizes <= line.cuts * MIB
    assert is_whole(fresh)
    assert blobs == 0


def _blobs(home: Path) -> list[Path]:
    return list((home / fetching.FOLDER).iterdir())


def _sizes(line: Cutting, home: Path) -> int:
    """Bytes of the replica: what had to come, since a hub on the same machine packs nothing."""
    path = files.current(home)
    assert path is not None
    return path.stat().st_size


KILLED = """import sys
from pathlib import Path
from sync.link.first import fill_replica
fill_replica(Path(sys.argv[1]))"""


def test_f25_a_terminal_killed_at_any_moment_of_a_bootstrap_has_the_old_replica_or_the_whole_new_one(
    fresh: Path,
) -> None:
    chance, done = random.Random(3), False
    for wait in [*(chance.uniform(0.35, 1.6) for _ in range(8)), 120.0]:
        child = subprocess.Popen([sys.executable, "-c", KILLED, str(fresh)], cwd=Path.cwd())
        try:
            child.wait(wait)
        except subprocess.TimeoutExpired:
            os.kill(child.pid, signal.SIGKILL)
        done = child.wait(30) == 0
        local = Local.open(fresh)
        count = local.raw.execute("SELECT count(*) FROM replica.product").fetchone()[0]
        local.close()
        assert count == 0 or is_whole(fresh)
        if done:
            break
    assert done
    assert is_whole(fresh)
    assert not list(fresh.glob("*.part*"))


def test_a_disk_that_can_not_hold_a_snapshot_is_said_before_it_is_full(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "LEFT_FREE", 1 << 60)
    before = files.current(fresh)
    with pytest.raises(NoAnswer, match="disk_full"):
        fill_replica(fresh)
    assert files.current(fresh) == before
    assert not (fresh / fetching.FOLDER).exists()


def limited() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, MIB))


def test_a_disk_that_stops_in_the_middle_has_a_reason_and_the_old_replica_serves(fresh: Path) -> None:
    before = files.current(fresh)
    child = subprocess.run(
        [sys.executable, "-c", KILLED, str(fresh)], cwd=Path.cwd(), preexec_fn=limited, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert "sync.link.wire.NoAnswer: disk_" in child.stderr
    local = Local.open(fresh)
    assert files.current(fresh) == before or before is None
    assert local.raw.execute("SELECT count(*) FROM replica.product").fetchone() == (0,)
    local.close()
    fill_replica(fresh)
    assert is_whole(fresh)
