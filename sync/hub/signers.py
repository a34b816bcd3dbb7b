"""The public halves of terminals' keys, which every terminal is told: with them it checks the passes on receipts.

A key that another one replaced stays known, as what it signed before holds until it expires. Only terminals that sell
have one; what a kiosk's key signed is nobody's.
"""

from typing import Any

from sqlalchemy import Connection, Engine, select

from sync.domain.passes import LONGEST_LIFE_MS, SKEW_MS
from sync.hub import database, roles, settings
from sync.hub.feed import Recorder
from sync.hub.pass_keys import RETAILER
from sync.hub.tables import signer, terminal
from sync.protocol.passes import kid_of


def ensure(engine: Engine, now: int) -> None:
    """Tell the terminals what a hub of an earlier version never did: whose receipts they are, and the keys. Nothing
    where all of it is told."""

    def tell(conn: Connection) -> None:
        recorder = Recorder(now)
        if settings.kept(conn).get(RETAILER) is None:
            settings.put(conn, recorder, RETAILER, database.hub_row(conn).id)
        known = set(conn.execute(select(signer.c.public).where(signer.c.name != "")).scalars())
        rows = conn.execute(select(terminal).order_by(terminal.c.id).with_for_update())
        for row in [row for row in rows if row.public_key and row.public_key not in known]:
            _put(conn, recorder, _row(row.id, row.name, row.kind, row.location, row.public_key, row.revoked_at))
        recorder.commit(conn)

    database.retrying(engine, tell)


def enrolled(conn: Connection, recorder: Recorder, id: str, name: str, kind: str, place: str, public: str) -> None:
    """A terminal has this key now (hex) and is called so: its earlier keys end, and those that ended
    long ago are forgotten."""
    now = recorder.at
    for row in conn.execute(select(signer).where(signer.c.terminal == id, signer.c.public != public)).mappings():
        if row["end"] is None:
            _put(conn, recorder, {**row, "end": now})
    forgotten = signer.c.end < now - LONGEST_LIFE_MS - SKEW_MS
    for kid in conn.execute(select(signer.c.kid).where(forgotten)).scalars().all():
        conn.execute(signer.delete().where(signer.c.kid == kid))
        recorder.delete("config", "signer", kid)
    _put(conn, recorder, _row(id, name, kind, place, public, None))


def revoke(conn: Connection, recorder: Recorder, name: str) -> None:
    """Nothing that a terminal's keys ever signed holds any more: whoever has its disk can sign what they like."""
    for row in conn.execute(select(signer).where(signer.c.terminal == name)).mappings():
        if row["revoked_at"] is None:
            _put(conn, recorder, {**row, "revoked_at": recorder.at})


def _row(id: str, name: str, kind: str, place: str, public: str, revoked_at: int | None) -> dict[str, Any] | None:
    if not roles.may_do(kind, "sale"):
        return None
    kid = kid_of(bytes.fromhex(public))
    told = {"kid": kid, "terminal": id, "name": name, "location": place, "public": public}
    return {**told, "end": None, "revoked_at": revoked_at}


def _put(conn: Connection, recorder: Recorder, row: dict[str, Any] | None) -> None:
    if row is None:
        return
    values = {name: value for name, value in row.items() if name != "kid"}
    statement = database.insert(conn, signer).values(row)
    conn.execute(statement.on_conflict_do_update(index_elements=["kid"], set_=values))
    recorder.put("config", "signer", row)
