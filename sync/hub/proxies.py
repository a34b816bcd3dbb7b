"""Somebody else collects an order: a channel names them, and gets a signed pass that does this one thing.

The pass is made by the keys of every pass (`sync.hub.pass_keys`) and is revoked alone: the order's own holds as before.
"""

import secrets
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from sync.domain.orders import Purchase
from sync.domain.passes import LONGEST_LIFE_MS, ProxyPass, proxy_life
from sync.hub import database, events, pass_keys, purchases
from sync.hub.channels import check_ids
from sync.hub.events import Event
from sync.hub.faults import Refusal
from sync.hub.orders import LONGEST_NAME, MOST_PROXIES, purchase_id
from sync.hub.tables import pass_key, proxy_pass, purchase
from sync.protocol import proxy_passes
from sync.protocol.passes import TooLarge
from sync.protocol.pickups import ChannelProxy, GivenProxyPass, WithdrawProxy

NAMED, WITHDRAWN = "proxy_named", "proxy_withdrawn"
"""The events; neither says a name."""


def name(engine: Engine, channel: str, asked: ChannelProxy, now: int) -> GivenProxyPass:
    """The pass of who collects an order for its shopper; the same `proxy` again has the same pass. Raises Refusal:
    404 `order_unknown`, 409 `proxy_differs`, `proxy_withdrawn` or `order_collected`, 422 for what can't be."""
    check_ids(asked.order, asked.proxy)
    if not asked.name.strip() or len(asked.name) > LONGEST_NAME or "@" in asked.name:
        raise _wrong(f"A proxy has a name as staff read it, of 1 to {LONGEST_NAME} characters, never an address.")
    if not asked.name.isprintable():
        raise _wrong("A proxy's name has printable characters alone.")
    id, times = purchase_id(channel, asked.order), _times(asked, now)
    pass_keys.ensure(engine, now)
    return database.retrying(engine, lambda conn: _name(conn, id, asked, times, now))


def _times(asked: ChannelProxy, now: int) -> tuple[int, int]:
    try:
        return proxy_life(now, asked.until)
    except ValueError:
        raise _wrong(f"`until` lies ahead, by {LONGEST_LIFE_MS // 86_400_000} days at most.") from None


def _wrong(message: str) -> Refusal:
    return Refusal(422, "bad_proxy", message)


def _name(conn: Connection, id: str, asked: ChannelProxy, times: tuple[int, int], now: int) -> GivenProxyPass:
    bought = _order(conn, id)
    before = _before(conn, id, asked, now)
    if before is not None:
        return _given(before, new=False)
    _check_waits(conn, bought, now)
    key = pass_keys.signing(conn)
    shown = ProxyPass(
        key.kid, database.hub_row(conn).id, secrets.token_hex(8), *times, id, bought.number, asked.name, _place(bought)
    )
    row = {"serial": shown.serial, "purchase": id, "proxy": asked.proxy, "name": asked.name, "kid": key.kid}
    row |= {"issued": shown.issued, "expires": shown.expires, "text": _written(shown, key.seed), "revoked_at": None}
    conn.execute(proxy_pass.insert().values(row))
    told = {"number": bought.number, "proxy": asked.proxy, "serial": shown.serial, "expires": shown.expires}
    events.append(conn, [Event(NAMED, id, now, told)])
    return GivenProxyPass(id, asked.proxy, shown.serial, str(row["text"]), shown.issued, shown.expires, True)


def _order(conn: Connection, id: str) -> Purchase:
    """The order, whose row is held: proxies of one order are named one by one."""
    body = conn.execute(select(purchase.c.body).where(purchase.c.id == id).with_for_update()).scalar()
    if body is None:
        raise Refusal(404, "order_unknown", "The hub knows of no such order of this channel.")
    return purchases.read(body)


def _before(conn: Connection, id: str, asked: ChannelProxy, now: int) -> Any:
    """What this proxy has already, if it still holds by its time and its key; one who was withdrawn comes back under
    another id, so that a request that is sent twice never undoes a withdrawal."""
    mine = (proxy_pass.c.purchase == id, proxy_pass.c.proxy == asked.proxy)
    rows = list(conn.execute(select(proxy_pass).where(*mine).order_by(proxy_pass.c.issued.desc())))
    if any(row.revoked_at is not None for row in rows):
        raise Refusal(409, "proxy_withdrawn", f"Proxy {asked.proxy!r} was withdrawn. Name who comes under another id.")
    if any(row.name != asked.name for row in rows):
        raise Refusal(409, "proxy_differs", f"Proxy {asked.proxy!r} was named before with another name.")
    dead = set(conn.execute(select(pass_key.c.kid).where(pass_key.c.revoked_at.is_not(None))).scalars())
    return next((row for row in rows if row.expires > now and row.kid not in dead), None)


def _check_waits(conn: Connection, bought: Purchase, now: int) -> None:
    if not bought.awaited:
        picked = any(line.handed for line in bought.lines)
        if picked:
            raise Refusal(409, "order_collected", f"All of order {bought.number} was collected.")
        raise _wrong(f"Nothing of order {bought.number} waits to be picked up.")
    holds = (proxy_pass.c.purchase == bought.id, proxy_pass.c.revoked_at.is_(None), proxy_pass.c.expires > now)
    if conn.execute(select(func.count()).select_from(proxy_pass).where(*holds)).scalar_one() >= MOST_PROXIES:
        raise _wrong(f"An order has {MOST_PROXIES} people at most who may collect it besides. Withdraw one first.")


def _place(bought: Purchase) -> str:
    return next((line.pickup_at for line in bought.lines if line.awaited and line.pickup_at), "")


def _written(shown: ProxyPass, seed: bytes) -> str:
    for shorter in (shown, replace(shown, place="")):
        try:
            return proxy_passes.write(shorter, seed)
        except TooLarge:
            continue
    raise Refusal(422, "pass_too_large", "The ids of this order are too long for a pass.")


def _given(row: Any, *, new: bool) -> GivenProxyPass:
    return GivenProxyPass(row.purchase, row.proxy, row.serial, row.text, row.issued, row.expires, new)


def withdraw(engine: Engine, channel: str, asked: WithdrawProxy, now: int) -> dict[str, int]:
    """The shopper sends nobody after all: that proxy's pass holds no more, as soon as terminals hear of it. Answers
    moved heads, none if it held no more before. Raises Refusal (404 `proxy_unknown`)."""
    check_ids(asked.order, asked.proxy)
    id = purchase_id(channel, asked.order)
    return database.retrying(engine, lambda conn: _withdraw(conn, id, asked.proxy, now))


def _withdraw(conn: Connection, id: str, proxy: str, now: int) -> dict[str, int]:
    pass_keys.hold(conn)
    mine = (proxy_pass.c.purchase == id, proxy_pass.c.proxy == proxy)
    rows = list(conn.execute(select(proxy_pass).where(*mine).order_by(proxy_pass.c.issued.desc())))
    if not rows:
        raise Refusal(404, "proxy_unknown", "The hub knows of no such proxy of this order.")
    held = [row.serial for row in rows if row.revoked_at is None]
    if not held:
        return {}
    conn.execute(proxy_pass.update().where(proxy_pass.c.serial.in_(held)).values(revoked_at=now))
    events.append(conn, [Event(WITHDRAWN, id, now, {"proxy": proxy, "serial": held[0]})])
    return pass_keys.tell_revoked(conn, now)


def named_for(conn: Connection, serials: Collection[str]) -> dict[str, Any]:
    """What the hub knows of these passes, by serial."""
    rows = conn.execute(select(proxy_pass).where(proxy_pass.c.serial.in_(sorted(serials)))) if serials else ()
    return {row.serial: row for row in rows}
