"""What the hub said, under its seal: so that a hub which was restored from a backup finds out, and nobody can feign it.

A terminal keeps the seal of each version that it stands at, and of the last number of its journal that the hub took,
and shows them when it comes again. A seal that this hub made, on something that it does not have, was made before a
restore: the hub begins a new epoch (`anew`). All earlier seals are void in it, so each proves something once at most.
"""

import hmac
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, and_, bindparam, select

from sync.hub.tables import head, version

MARK = 8
"""Hex digits that tell versions (or journals) of one number apart; the other sixteen prove whose word it is."""


def seal(own: Any, what: str, number: int, mark: str) -> str:
    """The hub's seal on `number` of `what` as it is now: a scope, or `of_journal`. `own` is the hub's row."""
    text = f"{what}|{own.epoch}|{number}|{mark}"
    return mark + blake2b(text.encode(), key=bytes.fromhex(own.secret), digest_size=8).hexdigest()


def made_here(own: Any, what: str, number: int, shown: str) -> bool:
    """Whether this hub made that seal, in the epoch that it is in."""
    return hmac.compare_digest(shown.encode(), seal(own, what, number, shown[:MARK]).encode())


def of_journal(name: str, journal: str) -> str:
    """What a seal on a journal is on."""
    return f"journal|{name}|{journal}"


def mark_of_hash(sealed: bytes) -> str:
    """Tells the journals apart that have the same number of operations."""
    return sealed.hex()[:MARK]


def mark_of_version(row: Any) -> str:
    """Tells a version from another of the same number, by its row of the table `version`."""
    text = f"{row.at}|{row.rows}|{row.terminal}|{row.incarnation}|{row.seq}"
    return blake2b(text.encode(), digest_size=MARK // 2).hexdigest()


_AT = select(version).where(version.c.scope == bindparam("scope"), version.c.version == bindparam("number"))
_HEADS = (
    select(version)
    .join_from(version, head, and_(version.c.scope == head.c.scope, version.c.version == head.c.version))
    .where(version.c.scope.in_(bindparam("scopes", expanding=True)))
)


def mark_at(conn: Connection, scope: str, number: int) -> str | None:
    """The mark of a version; None if there is none (any more)."""
    row = conn.execute(_AT, {"scope": scope, "number": number}).first()
    return None if row is None else mark_of_version(row)


def seal_at(conn: Connection, own: Any, scope: str, number: int) -> str:
    """The seal on a version; "" if there is none (any more)."""
    mark = mark_at(conn, scope, number)
    return "" if mark is None else seal(own, scope, number, mark)


def of_heads(conn: Connection, own: Any, scopes: list[str]) -> dict[str, str]:
    """The seals on where these scopes stand; one that has no version yet is not among them."""
    rows = conn.execute(_HEADS, {"scopes": scopes})
    return {row.scope: seal(own, row.scope, row.version, mark_of_version(row)) for row in rows}
