"""A store opens: two terminals are enrolled, the network goes at once, the till sells, and later all of it adds up."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pos.demo.processes import Parts
from pos.demo.store import STORE, free_port, start_hub
from sync.actions.cart import open_cart
from sync.actions.clock import now_ms
from sync.actions.sell import sell
from sync.actions.sign_in import SignedIn, sign_in
from sync.domain import codes
from sync.hub import database
from sync.hub.records import Report, report
from sync.hub.seed import set_settings
from sync.local import Local, RecordedSale, Staff, find_code, link_status, staff, stock_rows

LAMP, KETTLE = "4870012100212", "120001"
ASEL, PIN = "Asel K.", "2580"  # of the made-up staff in assets/demo


class House:
    """A hub with the demo retailer, and terminals that were enrolled with it."""

    def __init__(self, parts: Parts, folder: Path) -> None:
        self.parts, self.folder = parts, folder
        self.url = f"http://127.0.0.1:{free_port()}"
        (folder / "hub").mkdir()
        self.flags = ["--folder", str(folder / "hub")]
        parts.run("seed", "sync", "hub", "demo", *self.flags)
        self.without_shifts()
        self.open_hub()

    def without_shifts(self) -> None:
        """The demo retailer wants them; here nobody signs in at a window to open one."""
        engine = database.open(f"sqlite:///{self.folder / 'hub' / 'hub.db'}")
        set_settings(engine, {"shift_required": False}, now_ms())
        engine.dispose()

    def open_hub(self) -> None:
        start_hub(self.parts, self.flags, self.url)

    def close_hub(self) -> None:
        self.parts.stop("hub")

    def terminal(self, kind: str) -> Path:
        said = ["--location", STORE, "--kind", kind, "--name", f"{kind} 1"]
        code = self.parts.secret("code", "sync", "hub", "code", *said, *self.flags)
        home = self.folder / kind
        self.parts.run("enrol", "sync", "enrol", "--home", str(home), "--hub", self.url, "--code", code)
        return home

    def report(self) -> Report:
        engine = database.open(f"sqlite:///{self.folder / 'hub' / 'hub.db'}")
        try:
            return report(engine)
        finally:
            engine.dispose()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with Parts(tmp_path / "logs") as parts:
        yield House(parts, tmp_path)


def eventually(seen: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + 45
    while not seen():
        assert time.monotonic() < until, what
        time.sleep(0.1)


def who_signs_in(local: Local) -> Staff:
    asel = next(person for person in staff(local) if person.name == ASEL)
    signed = sign_in(local, asel.id, PIN, now_ms())
    assert isinstance(signed, SignedIn)
    return asel


def sell_some(local: Local, asel: Staff, *scans: str) -> RecordedSale:
    now = now_ms()
    cart = open_cart(local, now)
    for scan in scans:
        found = find_code(local, codes.read(scan), now)
        assert found is not None, scan
        cart = cart.add(found.product, now, scanned=scan)
    done = sell(local, cart, 10_000_000_00, asel, "en", now)
    assert isinstance(done, RecordedSale)
    return done


def here(local: Local, product: str) -> int:
    level = stock_rows(local, product, now_ms())[0].level
    assert level is not None
    return level.on_hand


def test_a_till_sells_from_the_first_second_without_the_hub_and_the_hub_learns_it_once(house: House):
    till, kiosk = Local.open(house.terminal("till")), Local.open(house.terminal("kiosk"))
    house.close_hub()

    asel = who_signs_in(till)
    start = here(till, "100001")
    sales = [sell_some(till, asel, LAMP, LAMP, KETTLE), sell_some(till, asel, LAMP)]
    assert here(till, "100001") == start - 3000
    assert here(kiosk, "100001") == start, "the kiosk can't know it yet"
    assert link_status(till, now_ms()).waiting == 2

    house.open_hub()
    for home in (till.home, kiosk.home):
        house.parts.start(f"agent-{home.name}", "sync", "agent", "--home", str(home))
    eventually(lambda: link_status(till, now_ms()).waiting == 0, "the till's sales never got their verdicts")
    eventually(lambda: kiosk.refresh() or here(kiosk, "100001") == start - 3000, "the kiosk never learned of it")
    till.refresh()
    assert here(till, "100001") == start - 3000, "what the replica shows now is no longer taken off twice"

    told = house.report()
    assert [(s.location, s.sales, s.total) for s in told.sales] == [(STORE, 2, sum(s.body.total for s in sales))]
    assert not told.attention
    till.close()
    kiosk.close()


def test_a_kiosk_holds_nobodys_pin_and_the_hub_gives_it_none(house: House):
    kiosk = house.terminal("kiosk")
    house.parts.start("agent", "sync", "agent", "--home", str(kiosk))
    local = Local.open(kiosk)
    eventually(lambda: local.refresh() or link_status(local, now_ms()).online, "the kiosk never came online")
    assert staff(local) == []
    assert not any(b"$argon2" in path.read_bytes() for path in kiosk.rglob("*") if path.is_file())
    local.close()
