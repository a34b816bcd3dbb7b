"""Custody of parcels, claimed before they are handed out where there is a network: by one terminal at a time (I-9)."""

from typing import Any

from sqlalchemy import Connection, Engine, select

from sync.domain.pickups import Parcel, ParcelState
from sync.hub import database, roles
from sync.hub.channels import check_ids
from sync.hub.faults import Refusal
from sync.hub.parcels import Shelf
from sync.hub.pickup_checks import MOST_PARCELS
from sync.hub.tables import parcel_claim, terminal
from sync.protocol.pickups import ClaimedParcels, ClaimParcels, row_of

LEASE_MS = 2 * 60_000
"""How long parcels are kept for who claimed them: a hand-out takes seconds."""


def claim(engine: Engine, row: Any, request: ClaimParcels, now: int) -> ClaimedParcels:
    """Claim parcels for the terminal of that row. Raises Refusal: `parcel_gone`, `parcel_claimed` (409),
    `parcel_unknown` (404), `not_yours`, `not_allowed` (403), `bad_claim`, `bad_id` (422)."""
    if not roles.may_do(row.kind, "handed_out"):
        raise Refusal(403, "not_allowed", f"A {row.kind} hands nothing out.")
    check_ids(request.claim, *request.parcels)
    wanted = set(request.parcels)
    if not 1 <= len(wanted) == len(request.parcels) <= MOST_PARCELS:
        raise Refusal(422, "bad_claim", f"Name 1 to {MOST_PARCELS} parcels, each once.")
    return database.retrying(engine, lambda conn: _claim(conn, row.id, request, now))


def _claim(conn: Connection, who: str, request: ClaimParcels, now: int) -> ClaimedParcels:
    shelf = Shelf(conn)
    shelf.hold(request.parcels)
    for id in request.parcels:
        if id not in shelf.held:
            raise Refusal(404, "parcel_unknown", f"There is no parcel {id[:64]!r} here.")
        _check_there(shelf, shelf.held[id])
    _check_free(conn, who, request, now)
    conn.execute(parcel_claim.delete().where(parcel_claim.c.parcel.in_(request.parcels)))
    values = {"claim": request.claim, "terminal": who, "expires": now + LEASE_MS}
    conn.execute(parcel_claim.insert(), [{"parcel": id} | values for id in sorted(request.parcels)])
    parcels = [shelf.held[id] for id in request.parcels]
    return ClaimedParcels(request.claim, now + LEASE_MS, now, parcels)


def _check_there(shelf: Shelf, parcel: Parcel) -> None:
    """Raise Refusal unless it may still be handed out; `have` is the parcel as it stands, for who says it in words."""
    stands = row_of(parcel)["body"]
    if parcel.state is ParcelState.HANDED_OUT:
        first = shelf.hand_outs(parcel.id)[0]
        where = f"{first['receipt']} at {first['terminal']} ({first['location']})"
        text = f"Order {parcel.number}: this parcel was handed out already, {where}."
        raise Refusal(409, "parcel_gone", text, have=stands)
    if parcel.state is ParcelState.CANCELLED:
        text = f"Order {parcel.number} was cancelled. Put this parcel back."
        raise Refusal(409, "parcel_gone", text, have=stands)
    if parcel.state is ParcelState.SENT_BACK:
        raise Refusal(409, "parcel_gone", f"Order {parcel.number}: this parcel was sent back.", have=stands)


def _check_free(conn: Connection, who: str, request: ClaimParcels, now: int) -> None:
    mine = (parcel_claim.c.parcel.in_(request.parcels), parcel_claim.c.expires > now, parcel_claim.c.terminal != who)
    query = select(parcel_claim.c.terminal, terminal.c.name, terminal.c.location)
    query = query.outerjoin(terminal, terminal.c.id == parcel_claim.c.terminal).where(*mine)
    other = conn.execute(query.order_by(parcel_claim.c.parcel)).first()
    if other is not None:
        text = f"This parcel is being handed out now at {other.name or other.terminal} ({other.location or ''})."
        raise Refusal(409, "parcel_claimed", text, have=other.terminal)
    same = (parcel_claim.c.claim == request.claim, parcel_claim.c.terminal != who)
    if conn.execute(select(parcel_claim.c.parcel).where(*same).limit(1)).first() is not None:
        raise Refusal(403, "not_yours", "This claim is another terminal's.")


def release(engine: Engine, row: Any, name: str) -> None:
    """Give claimed parcels back. A claim that is gone is fine. Raises Refusal (403) if it is another terminal's."""
    check_ids(name)

    def job(conn: Connection) -> None:
        mine = parcel_claim.c.claim == name
        owners = set(conn.execute(select(parcel_claim.c.terminal).where(mine)).scalars())
        if owners - {row.id}:
            raise Refusal(403, "not_yours", "This claim is another terminal's.")
        conn.execute(parcel_claim.delete().where(mine))

    database.retrying(engine, job)
