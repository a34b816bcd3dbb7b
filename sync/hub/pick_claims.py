"""Who picks an order, claimed where there is a network: one terminal of a place at a time, so that nobody walks for
nothing. It is no right: two who pack the same line all the same are told apart by the parcels' own rules."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, select

from sync.hub import database, roles
from sync.hub.channels import check_ids
from sync.hub.faults import Refusal
from sync.hub.tables import pick, pick_claim, purchase, staff, terminal
from sync.protocol.pickups import ClaimedPick, ClaimPick, PickedBy

LEASE_MS = 10 * 60_000
"""How long an order is kept for who claimed it; whoever is still at it asks again."""


def claim(engine: Engine, row: Any, request: ClaimPick, now: int) -> ClaimedPick:
    """Claim an order for the terminal of that row. Raises Refusal: 409 `pick_claimed` (`have` is a `PickedBy` in JSON)
    and `pick_done`, 403 `not_yours` and `not_allowed`, 422 `bad_id`."""
    if not roles.may_do(row.kind, "parcel_packed"):
        raise Refusal(403, "not_allowed", f"A {row.kind} packs nothing.")
    check_ids(request.claim, request.order, *([request.actor] if request.actor else []))
    return database.retrying(engine, lambda conn: _claim(conn, row, request, now))


def _claim(conn: Connection, row: Any, request: ClaimPick, now: int) -> ClaimedPick:
    conn.execute(select(purchase.c.id).where(purchase.c.id == request.order).with_for_update())
    here = (pick.c.order == request.order, pick.c.location == row.location)
    if conn.execute(select(pick.c.line).where(*here).limit(1)).first() is None:
        raise Refusal(409, "pick_done", "Nothing of this order is to be picked here any more.")
    _check_free(conn, row, request, now)
    mine = (pick_claim.c.order == request.order, pick_claim.c.location == row.location)
    conn.execute(pick_claim.delete().where(*mine))
    values = {"order": request.order, "location": row.location, "claim": request.claim, "terminal": row.id}
    conn.execute(pick_claim.insert().values(values | {"actor": request.actor, "expires": now + LEASE_MS}))
    return ClaimedPick(request.claim, request.order, now + LEASE_MS, now)


def _check_free(conn: Connection, row: Any, request: ClaimPick, now: int) -> None:
    mine = (pick_claim.c.order == request.order, pick_claim.c.location == row.location)
    held = conn.execute(select(pick_claim).where(*mine)).first()
    if held is not None and held.expires > now and held.terminal != row.id:
        by = PickedBy(*_named(conn, held))
        who = f"{by.staff} at {by.terminal}" if by.staff else by.terminal
        have = msgspec.json.encode(by).decode()
        raise Refusal(409, "pick_claimed", f"This order is being picked now: {who}.", have=have)
    same = (pick_claim.c.claim == request.claim, pick_claim.c.terminal != row.id)
    if conn.execute(select(pick_claim.c.order).where(*same).limit(1)).first() is not None:
        raise Refusal(403, "not_yours", "This claim is another terminal's.")


def _named(conn: Connection, held: Any) -> tuple[str, str]:
    """The terminal and the person that a claim is of, as people know them."""
    place = conn.execute(select(terminal.c.name).where(terminal.c.id == held.terminal)).scalar()
    person = conn.execute(select(staff.c.name).where(staff.c.id == held.actor)).scalar()
    return place or held.terminal, person or ""


def release(engine: Engine, row: Any, name: str) -> None:
    """Give a claimed order back. A claim that is gone is fine. Raises Refusal (403) if it is another terminal's."""
    check_ids(name)

    def job(conn: Connection) -> None:
        mine = pick_claim.c.claim == name
        if set(conn.execute(select(pick_claim.c.terminal).where(mine)).scalars()) - {row.id}:
            raise Refusal(403, "not_yours", "This claim is another terminal's.")
        conn.execute(pick_claim.delete().where(mine))

    database.retrying(engine, job)
