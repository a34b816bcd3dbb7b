"""Purchases for tests, and a replica that knows them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from sync.actions.clock import new_id
from sync.actions.take_back import Needs, Wish, take_back
from sync.domain.orders import BoughtLine, Paid, PaidBy, Purchase, number_key
from sync.domain.returns import Basis, Condition, Item, Reason, Refused
from sync.local import Local, RecordedReturn, Staff
from sync.local.replica import Replica
from tests.local.fixture import NOW
from tests.local.tills import CASHIER

MANAGER = Staff("s-marat", "Marat", "manager", NOW + 10**10)
DAY = 24 * 3_600_000


def order(number: str = "100-48213", **more: Any) -> Purchase:
    """An order of three coats (1,000.00 together) and one tea (500.00), 900.00 by card online and 600.00 in cash."""
    lines = (
        BoughtLine("1", "p-coat", "100010", "Wool coat", 3000, 100_000, 1200, 10_714),
        BoughtLine("2", "p-tea", "100007", "Black tea", 1000, 50_000, 1200, 5_357),
    )
    paid = (Paid("a", PaidBy.ONLINE, 90_000, 0, "**** 4242", "ref-9"), Paid("b", PaidBy.CASH, 60_000))
    made = Purchase(f"web:{number}", number, "web", "", "KZT", NOW - 5 * DAY, NOW - 2 * DAY, lines, paid, "Daniyar M.")
    return replace(made, **more)


def know(home: Path, *purchases: Purchase, journal: str = "", included: int = 0, seen_at: int = NOW) -> None:
    """Put purchases into the replica, as a page of the feed would that includes our journal up to `included`."""
    replica = Replica(home)
    with replica.write() as db:
        for it in purchases:
            row = (it.id, number_key(it.number), it.at, msgspec.json.encode(it).decode())
            db.execute("INSERT OR REPLACE INTO purchase VALUES (?, ?, ?, ?, 1)", row)
        values = ("orders", "epoch-1", 1, journal, included, seen_at, "")
        db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    replica.close()


def allow(home: Path, **values: object) -> None:
    """Set settings in the replica."""
    replica = Replica(home)
    with replica.write() as db:
        for key, value in values.items():
            db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?, 1)", (key, msgspec.json.encode(value).decode()))
    replica.close()


def item(line: str, pieces: int = 1, condition: Condition = Condition.SEALED) -> Item:
    """Pieces of a line on the counter."""
    return Item(line, pieces * 1000, Reason.CHANGED_MIND, condition)


def asked(
    local: Local,
    purchase: Purchase,
    *items: Item,
    basis: Basis = Basis.PROMISE,
    id: str = "",
    approver: Staff | None = None,
    now: int = NOW,
) -> RecordedReturn | Refused | Needs:
    """Ask to take items back; a claim's id comes by itself."""
    claim = "claim-1" if basis is Basis.CLAIM else ""
    return take_back(
        local, Wish(id or new_id(now), purchase, items, basis,
        claim=claim, approver=approver, actor=CASHIER, language="ru", now=now,))  # fmt: skip


def taken(local: Local, purchase: Purchase, *items: Item, **how: Any) -> RecordedReturn:
    """As `asked`, where it is recorded."""
    done = asked(local, purchase, *items, **how)
    assert isinstance(done, RecordedReturn), done
    return done
