"""The hub's face for click and collect: claiming parcels, and what channels say of orders that are picked up."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.hub import announced, bodies, orders, parcel_claims, pick_claims, pickups
from sync.hub.signatures import Token
from sync.protocol.pickups import ChannelCancelled, ChannelParcels, ClaimParcels, ClaimPick, ReleaseParcels, ReleasePick

Admit = Callable[[Request], Awaitable[tuple[Token, Any]]]
Channel = Callable[[Request], Awaitable[str]]
Run = Callable[..., Awaitable[Any]]
Moved = Callable[[dict[str, int]], None]


def routes(admit: Admit, channel: Channel, write: Run, moved: Moved, now: Callable[[], int]) -> list[Route]:
    """`admit` and `channel` say who asks; `write` runs a job on the engine, off the event loop; `moved` is told the
    heads that a change moved."""

    async def claim(request: Request) -> Response:
        """POST /v1/claims/parcel."""
        _, row = await admit(request)
        body = await bodies.read(request, ClaimParcels)
        return bodies.answer(request, await write(parcel_claims.claim, row, body, now()))

    async def release(request: Request) -> Response:
        """POST /v1/claims/parcel/release."""
        _, row = await admit(request)
        body = await bodies.read(request, ReleaseParcels)
        await write(parcel_claims.release, row, body.claim)
        return bodies.answer(request, {"claim": body.claim})

    async def claim_pick(request: Request) -> Response:
        """POST /v1/claims/pick."""
        _, row = await admit(request)
        body = await bodies.read(request, ClaimPick)
        return bodies.answer(request, await write(pick_claims.claim, row, body, now()))

    async def release_pick(request: Request) -> Response:
        """POST /v1/claims/pick/release."""
        _, row = await admit(request)
        body = await bodies.read(request, ReleasePick)
        await write(pick_claims.release, row, body.claim)
        return bodies.answer(request, {"claim": body.claim})

    async def cancelled(request: Request) -> Response:
        """POST /v1/channel/cancelled."""
        name = await channel(request)
        body = await bodies.read(request, ChannelCancelled)
        id = orders.purchase_id(name, body.order)
        versions = await write(pickups.cancel, name, id, body, now())
        moved(versions)
        return bodies.answer(request, {"order": body.order, "new": bool(versions)})

    async def parcels(request: Request) -> Response:
        """POST /v1/channel/parcels."""
        name = await channel(request)
        body = await bodies.read(request, ChannelParcels)
        versions = await write(announced.announce, name, body, now())
        moved(versions)
        return bodies.answer(request, {"parcels": len(body.parcels), "new": bool(versions)})

    return [
        Route("/v1/channel/parcels", parcels, methods=["POST"]),
        Route("/v1/claims/parcel", claim, methods=["POST"]),
        Route("/v1/claims/parcel/release", release, methods=["POST"]),
        Route("/v1/claims/pick", claim_pick, methods=["POST"]),
        Route("/v1/claims/pick/release", release_pick, methods=["POST"]),
        Route("/v1/channel/cancelled", cancelled, methods=["POST"]),
    ]
