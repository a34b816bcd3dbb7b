"""A terminal's home whose replica knows many orders, made once and kept in build/bench between runs."""

import fcntl
import json
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.domain.orders import BoughtLine, Paid, PaidBy, Purchase, number_key
from sync.domain.passes import DAY_MS, Pass, ProxyPass, Purpose, carried
from sync.local import files
from sync.protocol import passes, proxy_passes, receipts
from tests.bench._home import KEPT, SHAPE, home

GOODS = 20_000
MANY = 200_000
AT = 1_700_000_000_000
SEED = bytes(range(32))
RETAILER = "0123456789abcdef"
TILLS = 5_000
REVOKED = 200
"""Revoked passes that a retailer has at one time."""


def number(n: int) -> str:
    """The number of order `n`, as people write it."""
    return f"{100 + n % 900}-{n:06}"


def order(n: int, lines: int = 2) -> Purchase:
    """Order `n`: lines of its own, paid online and with a gift card, collected in this store."""
    bought = tuple(_line(n, at) for at in range(1, lines + 1))
    total = sum(line.amount for line in bought)
    paid = (Paid("1", PaidBy.ONLINE, total - 500, 0, "**** 4242", f"pay-{n}"), Paid("2", PaidBy.GIFT_CARD, 500))
    placed = AT - n * 60_000
    return Purchase(
        f"web:{n}", number(n), "web", "s1", "KZT", placed, placed + DAY_MS, bought, paid, "Daniyar M.", True, "ru"
    )


def _line(n: int, at: int) -> BoughtLine:
    product = (n * 31 + at) % GOODS + 1
    amount = 1_000_00 + (n * 7919 + at * 104_729) % 50_000_00
    until = AT + 14 * DAY_MS + at
    return BoughtLine(
        str(at), f"p{product}", f"A{product:07}", f"Kettle {product % 997}", 1000, amount, 1200, amount * 12 // 112,
        until=until,
    )  # fmt: skip


def _rows(count: int) -> Iterator[tuple[str, str, int, str]]:
    for n in range(count):
        made = order(n)
        yield made.id, number_key(made.number), made.at, msgspec.json.encode(made).decode()


def orders_home(count: int = MANY) -> Path:
    """The home with `count` orders in its replica, and the keys of passes; made when it is not there yet."""
    place = KEPT / f"orders-{count}-with-signers-format-{SHAPE}"
    goods = home(GOODS)
    with (KEPT / "orders.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "orders").exists():
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(goods, place)
            _fill(place, count)
            (place / "orders").touch()
    return place


def _fill(place: Path, count: int) -> None:
    path = files.current(place)
    assert path is not None
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("BEGIN")
    db.executemany("INSERT INTO purchase VALUES (?, ?, ?, ?, 1)", _rows(count))
    db.execute("INSERT INTO cursor VALUES ('orders', 'e', 1, '', 0, ?, '')", (AT,))
    for key, value in _trust().items():
        db.execute("INSERT INTO setting VALUES (?, ?, 1)", (key, json.dumps(value)))
    db.executemany("INSERT INTO signer VALUES (?, ?, '', 's1', ?, NULL, NULL, 1)", _signers())
    db.execute("COMMIT")
    db.close()


def _signers() -> Iterator[tuple[str, str, str]]:
    """The tills of a retailer: the last one's key is that of SEED."""
    for n in range(TILLS):
        seed = n.to_bytes(32, "big") if n + 1 < TILLS else SEED
        yield _kid(seed), f"till-{n}", _public(seed).hex()


def _trust() -> dict[str, object]:
    told = {"from": 0, "until": None, "revoked": False}
    keys = {_kid(seed): {"public": _public(seed).hex(), **told} for seed in (SEED, bytes(32))}
    revoked = {f"{n:016x}": AT + DAY_MS for n in range(REVOKED)}
    return {"pass_keys": keys, "pass_revoked": revoked, "pass_retailer": RETAILER}


def _public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _kid(seed: bytes) -> str:
    return passes.kid_of(_public(seed))


def pass_of(n: int) -> str:
    """The pass of order `n` with ten lines."""
    times = (AT - DAY_MS, AT + 29 * DAY_MS)
    shown = Pass(_kid(SEED), RETAILER, f"{n + REVOKED:016x}", Purpose.RETURN, *times, carried(order(n, 10)))
    return passes.write(shown, SEED)


def proxy_pass_of(n: int) -> str:
    """A proxy's own pass for order `n`."""
    times, bought = (AT - DAY_MS, AT + 29 * DAY_MS), order(n, 1)
    shown = ProxyPass(
        _kid(SEED), RETAILER, f"{n + REVOKED:016x}", *times, bought.id, bought.number, "Saule A.", "store"
    )
    return proxy_passes.write(shown, SEED)


def sale(n: int, lines: int = 10) -> Purchase:
    """Sale `n` of this store as a purchase."""
    return replace(order(n, lines), id=f"sale:{n:032x}", number=f"7K3M2P-{n}", channel="", at=AT, received_at=AT)


def receipt_of(n: int) -> str:
    """The pass on the receipt of sale `n` with ten lines."""
    return receipts.write(sale(n), SEED, RETAILER)
