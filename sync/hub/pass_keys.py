"""The hub's pass keys, and the passes that it gives. The private halves are in its database and nowhere else.

Two keys have a private half at any time: the earlier one signs, the later one is told to the terminals ahead, so that a
terminal that was offline while keys changed knows the new one all the same. A key that ends loses its private half at
once; what it signed holds until it expires.
"""

import hashlib
import os
import secrets
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Engine, Table, func, or_, select

from sync.domain.orders import Purchase
from sync.domain.passes import LONGEST_LIFE_MS, MOST_LINES, SKEW_MS, Pass, carried, life, purpose_of
from sync.hub import database, settings, tables
from sync.hub.faults import Refusal
from sync.hub.feed import Recorder
from sync.hub.tables import pass_given, pass_key, proxy_pass
from sync.protocol import passes
from sync.protocol.messages import GivenPass

KEYS, REVOKED, RETAILER = "pass_keys", "pass_revoked", "pass_retailer"
"""The settings that terminals check passes with: keys by name, revoked serials with their ends, and whose passes."""
_READY = 2
"""Keys that have a private half: the one that signs, and the next."""


def ensure(engine: Engine, now: int) -> None:
    """Make the keys that are missing, and tell the terminals. Nothing where there are enough."""
    with database.read(engine) as conn:
        if len(_usable(conn)) >= _READY:
            return
    database.retrying(engine, lambda conn: _change(conn, now))


def rotate(engine: Engine, now: int) -> str:
    """The next key signs from now on; what the present one signed holds until it expires. The kid of the next."""
    ensure(engine, now)

    def turn(conn: Connection) -> str:
        signing, following = _locked(conn)[:_READY]
        _end(conn, signing.kid, now)
        _change(conn, now)
        return str(following.kid)

    return database.retrying(engine, turn)


def revoke(engine: Engine, kid: str, now: int) -> None:
    """Nothing that this key signed holds any more: its private half may be known to somebody. LookupError: no such."""

    def turn(conn: Connection) -> None:
        _locked(conn)
        if _end(conn, kid, now, revoked_at=now) == 0:
            raise LookupError(f"There is no pass key {kid!r}.")
        _change(conn, now)

    database.retrying(engine, turn)


def revoke_passes(engine: Engine, which: str, now: int) -> int:
    """Take back the pass of that serial, or all passes of the purchase of that id, its proxies' too; answers how many
    that were."""

    def turn(conn: Connection) -> int:
        hold(conn)
        taken = sum(_take_back(conn, table, which, now) for table in (pass_given, proxy_pass))
        if taken:
            tell_revoked(conn, now)
        return taken

    return database.retrying(engine, turn)


def _take_back(conn: Connection, given: Table, which: str, now: int) -> int:
    named = or_(given.c.serial == which, given.c.purchase == which)
    holds = (given.c.revoked_at.is_(None), given.c.expires > now - SKEW_MS)
    return conn.execute(given.update().where(named, *holds).values(revoked_at=now)).rowcount


def hold(conn: Connection) -> None:
    """Hold the hub's own row: what takes passes back goes one by one. Before the rows of passes."""
    _locked(conn)


def tell_revoked(conn: Connection, now: int) -> dict[str, int]:
    """Tell the terminals which passes hold no more, after `hold`: the last statements of the transaction. Answers moved
    heads."""
    recorder = Recorder(now)
    settings.put(conn, recorder, REVOKED, _revoked(conn, now))
    return recorder.commit(conn)


def known(conn: Connection, now: int) -> list[Any]:
    """The keys (kid, public, start, end, revoked_at) of which something may still hold, the earliest first."""
    columns = (pass_key.c[name] for name in ("kid", "public", "start", "end", "revoked_at"))
    holds = or_(pass_key.c.end.is_(None), pass_key.c.end > now - SKEW_MS)
    return list(conn.execute(select(*columns).where(holds).order_by(pass_key.c.start, pass_key.c.kid)))


def lines(conn: Connection, now: int) -> list[str]:
    """The keys for people: kid, since when, and what it does."""
    order = [row.kid for row in _usable(conn)]
    return [f"{row.kid}  since {_day(row.start)}  {_state(row, order)}" for row in known(conn, now)]


def _state(row: Any, order: list[str]) -> str:
    if row.revoked_at is not None:
        return f"revoked on {_day(row.revoked_at)}"
    if row.end is not None:
        return f"signs no more; what it signed holds until it expires, at most until {_day(row.end)}"
    return "signs" if row.kid == order[0] else "is next"


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()


def _usable(conn: Connection) -> list[Any]:
    query = select(pass_key).where(pass_key.c.seed.is_not(None))
    return list(conn.execute(query.order_by(pass_key.c.start, pass_key.c.kid)))


def _locked(conn: Connection) -> list[Any]:
    """The keys that can sign. Changes of keys go one by one: each holds the hub's own row."""
    conn.execute(select(tables.hub.c.one).with_for_update())
    return _usable(conn)


def _end(conn: Connection, kid: str, now: int, revoked_at: int | None = None) -> int:
    # An earlier key that is revoked keeps its end: only what it says of being revoked changes.
    ending = pass_key.update().where(pass_key.c.kid == kid, pass_key.c.end.is_(None))
    conn.execute(ending.values(end=now + LONGEST_LIFE_MS))
    return conn.execute(
        pass_key.update().where(pass_key.c.kid == kid).values(seed=None, revoked_at=revoked_at)
    ).rowcount


def _change(conn: Connection, now: int) -> None:
    """Make the missing keys and tell the terminals; the last statements of the transaction."""
    for _ in range(_READY - len(_locked(conn))):
        seed = os.urandom(32)
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        row = {"kid": passes.kid_of(public), "public": public.hex(), "seed": seed}
        conn.execute(pass_key.insert().values(row | {"start": _after_all(conn, now)}))
    recorder = Recorder(now)
    told = {row.kid: _told(row) for row in known(conn, now)}
    for name, value in ((RETAILER, database.hub_row(conn).id), (KEYS, told), (REVOKED, _revoked(conn, now))):
        settings.put(conn, recorder, name, value)
    recorder.commit(conn)


def _after_all(conn: Connection, now: int) -> int:
    """Now, or the moment after the latest key: the order of their starts is the order in which they sign."""
    latest = conn.execute(select(func.max(pass_key.c.start))).scalar()
    return now if latest is None else max(now, latest + 1)


def _told(row: Any) -> dict[str, Any]:
    return {"public": row.public, "from": row.start, "until": row.end, "revoked": row.revoked_at is not None}


def _revoked(conn: Connection, now: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for given in (pass_given, proxy_pass):
        gone = (given.c.revoked_at.is_not(None), given.c.expires > now - SKEW_MS)
        found |= {row.serial: row.expires for row in conn.execute(select(given.c.serial, given.c.expires).where(*gone))}
    return dict(sorted(found.items()))


# --- giving passes ---------------------------------------------------------------------------------------------------


def signing(conn: Connection) -> Any:
    """The key (`kid`, `seed`) that signs now, in a writing transaction after `ensure`."""
    return _usable(conn)[0]


def pass_of(engine: Engine, purchase: str, now: int) -> GivenPass:
    """The pass of the purchase of that id, for its shopper. Raises Refusal (404, 422)."""
    ensure(engine, now)

    def give(conn: Connection) -> GivenPass:
        body = conn.execute(select(tables.purchase.c.body).where(tables.purchase.c.id == purchase)).scalar()
        if body is None:
            raise Refusal(404, "order_unknown", "The hub knows of no such order that the shopper has received.")
        return pass_for(conn, msgspec.json.decode(body, type=Purchase), now)

    return database.retrying(engine, give)


def pass_if_any(engine: Engine, purchase: str, now: int) -> GivenPass | None:
    """As `pass_of`; None where there is no such purchase or no pass that it fits into."""
    try:
        return pass_of(engine, purchase, now)
    except Refusal:
        return None


def pass_for(conn: Connection, purchase: Purchase, now: int) -> GivenPass:
    """The pass of a purchase as it stands, made in a writing transaction after `ensure`.

    Asked again for the same purchase it is the same pass, until half of its time is over, its key no longer signs, or
    it is revoked. Raises Refusal (422) where its ids are too long for any pass.
    """
    key = signing(conn)
    made_of = hashlib.sha256(msgspec.json.encode(purchase)).hexdigest()
    before = _given(conn, purchase.id, key.kid, made_of, now)
    if before is not None:
        return GivenPass(before.purchase, before.serial, before.text, before.issued, before.expires)
    issued, expires = life(purchase, now)
    serial = secrets.token_hex(8)
    shown = Pass(key.kid, database.hub_row(conn).id, serial, purpose_of(purchase), issued, expires, purchase)
    text = _fitting(shown, key.seed)
    given = GivenPass(purchase.id, serial, text, issued, expires)
    row = {"purchase": purchase.id, "serial": serial, "text": text, "issued": issued, "expires": expires}
    conn.execute(pass_given.insert().values(row | {"kid": key.kid, "made_of": made_of}))
    return given


def _given(conn: Connection, purchase: str, kid: str, made_of: str, now: int) -> Any:
    same = (pass_given.c.purchase == purchase, pass_given.c.kid == kid, pass_given.c.made_of == made_of)
    fresh = (pass_given.c.revoked_at.is_(None), pass_given.c.expires - now > now - pass_given.c.issued)
    query = select(pass_given).where(*same, *fresh).order_by(pass_given.c.issued.desc()).limit(1)
    return conn.execute(query).first()


def _fitting(shown: Pass, seed: bytes) -> str:
    """The text of a pass with as many lines as its QR code holds."""
    bought = shown.purchase
    for most in range(min(MOST_LINES, len(bought.lines)), -1, -1):
        part = replace(shown, purchase=carried(bought, most), whole=most == len(bought.lines))
        try:
            return passes.write(part, seed)
        except passes.TooLarge:
            continue
    raise Refusal(422, "pass_too_large", "The ids of this order are too long for a pass.")
