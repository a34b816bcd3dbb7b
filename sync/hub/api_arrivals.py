"""The hub's face for shoppers who are here: what a kiosk asks, and what a channel tells."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.hub import arrivals, ask_pickup, bodies, orders
from sync.hub.channels import check_ids
from sync.hub.signatures import Token
from sync.protocol.arrivals import ChannelArrived, FindPickup, PickupAnswer

Admit = Callable[[Request], Awaitable[tuple[Token, Any]]]
Channel = Callable[[Request], Awaitable[str]]
Run = Callable[..., Awaitable[Any]]
Moved = Callable[[dict[str, int]], None]


def routes(admit: Admit, channel: Channel, read: Run, write: Run, moved: Moved, now: Callable[[], int]) -> list[Route]:
    """`admit` and `channel` say who asks; `read` and `write` run a job off the event loop; `moved` is told the heads
    that a change moved."""
    patience = ask_pickup.Patience()

    async def pickup(request: Request) -> Response:
        """POST /v1/ask/pickup."""
        token, row = await admit(request)
        body = await bodies.read(request, FindPickup)
        patience.check(token.terminal)
        found: PickupAnswer = await read(ask_pickup.find, body.number, row.location, now())
        patience.count(token.terminal, missed=found.state == "unknown")
        return bodies.answer(request, found)

    async def arrived(request: Request) -> Response:
        """POST /v1/channel/arrived."""
        name = await channel(request)
        body = await bodies.read(request, ChannelArrived)
        check_ids(body.order, body.location, body.language)
        answer, versions = await write(arrivals.arrive, orders.purchase_id(name, body.order), body, now())
        moved(versions)
        return bodies.answer(request, answer)

    return [
        Route("/v1/ask/pickup", pickup, methods=["POST"]),
        Route("/v1/channel/arrived", arrived, methods=["POST"]),
    ]
