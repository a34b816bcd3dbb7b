"""Passes for tests, signed with keys of the tests' own."""

from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.domain.orders import BoughtLine, Paid, PaidBy, Purchase
from sync.domain.passes import DAY_MS, Pass, PassKey, ProxyPass, Purpose, carried
from sync.protocol import passes

NOW = 1_760_000_000_000
RETAILER = "0a1b2c3d4e5f6071"
SEED, OTHER_SEED = bytes(range(32)), bytes(range(1, 33))


def key_of(seed: bytes = SEED, **more: Any) -> PassKey:
    """The public half of a key, as terminals know it."""
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return replace(PassKey(passes.kid_of(public), public.hex(), NOW - 100 * DAY_MS), **more)


def bought(lines: int = 2, **more: Any) -> Purchase:
    """An order as the hub has it: each line with an amount, a quantity and a deadline of its own."""
    made = tuple(
        BoughtLine(str(n), f"p-1{n:05}", f"1{n:05}", f"Coat {n}", 1000 + n, 1_299_900 + n, 1200, 0, until=_until(n))
        for n in range(1, lines + 1)
    )
    total = sum(line.amount for line in made)
    paid = (
        Paid("1", PaidBy.ONLINE, total - 4_000_00, 0, "**** 4242", "ref-1"),
        Paid("2", PaidBy.GIFT_CARD, 3_000_00, 0, "**** 77", "ref-2"),
        Paid("3", PaidBy.POINTS, 1_000_00, 0, "", "ref-3"),
    )
    number, at = "DK-100482", NOW - 9 * DAY_MS + 123
    order = Purchase(f"web:{number}", number, "web", "", "KZT", at, NOW - 5 * DAY_MS + 45, made, paid, "Daniyar M.")
    return replace(order, language="ru", **more)


def _until(n: int) -> int:
    return NOW + 14 * DAY_MS - n * 3_600_000 - 1


def pass_of(purchase: Purchase | None = None, seed: bytes = SEED, **more: Any) -> Pass:
    """A pass of it for a return, made a day ago."""
    shown = Pass(
        key_of(seed).kid,
        RETAILER,
        "00112233aabbccdd",
        Purpose.RETURN,
        NOW - DAY_MS,
        NOW + 29 * DAY_MS,
        carried(bought() if purchase is None else purchase),
    )
    return replace(shown, **more)


def text_of(shown: Pass | None = None, seed: bytes = SEED) -> str:
    """The text in its QR code."""
    return passes.write(pass_of(seed=seed) if shown is None else shown, seed)


def proxy_pass(**more: Any) -> ProxyPass:
    """Saule's pass to collect the order, made a day ago."""
    number = "DK-100482"
    made = ProxyPass(
        key_of().kid,
        RETAILER,
        "8899aabbccddeeff",
        NOW - DAY_MS,
        NOW + 29 * DAY_MS,
        f"web:{number}",
        number,
        "Saule A.",
        "store-1",
    )
    return replace(made, **more)
