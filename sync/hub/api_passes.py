"""The hub's face for signed passes: a channel asks for the pass of an order, and of who collects it for the shopper."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.hub import bodies, pass_keys, proxies
from sync.protocol.pickups import ChannelProxy, WithdrawProxy

Admit = Callable[[Request], Awaitable[str]]
Run = Callable[..., Awaitable[Any]]
Moved = Callable[[dict[str, int]], None]


def routes(admit: Admit, write: Run, moved: Moved, now: Callable[[], int]) -> list[Route]:
    """`admit` says which channel asks; `write` runs a job on the engine, off the event loop; `moved` is told the heads
    that a change moved."""

    async def of_order(request: Request) -> Response:
        """GET /v1/channel/orders/{order}/pass."""
        name = await admit(request)
        purchase = f"{name}:{request.path_params['order']}".replace("\x00", "")
        return bodies.answer(request, await write(pass_keys.pass_of, purchase, now()))

    async def named(request: Request) -> Response:
        """POST /v1/channel/proxies."""
        name = await admit(request)
        body = await bodies.read(request, ChannelProxy)
        return bodies.answer(request, await write(proxies.name, name, body, now()))

    async def withdrawn(request: Request) -> Response:
        """POST /v1/channel/proxies/withdrawn."""
        name = await admit(request)
        body = await bodies.read(request, WithdrawProxy)
        versions = await write(proxies.withdraw, name, body, now())
        moved(versions)
        return bodies.answer(request, {"order": body.order, "proxy": body.proxy, "new": bool(versions)})

    return [
        Route("/v1/channel/orders/{order:path}/pass", of_order),
        Route("/v1/channel/proxies", named, methods=["POST"]),
        Route("/v1/channel/proxies/withdrawn", withdrawn, methods=["POST"]),
    ]
