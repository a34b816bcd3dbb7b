"""The hub's face for gift cards and store credit: asking, holding, letting go, and what channels issue."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.hub import bodies, value_claims
from sync.hub.signatures import Token
from sync.protocol import messages

Admit = Callable[[Request], Awaitable[tuple[Token, Any]]]
Channel = Callable[[Request], Awaitable[str]]
Run = Callable[..., Awaitable[Any]]
Moved = Callable[[dict[str, int]], None]


def routes(admit: Admit, channel: Channel, write: Run, moved: Moved, now: Callable[[], int]) -> list[Route]:
    """`admit` and `channel` say who asks; `write` runs a job on the engine, off the event loop; `moved` is told the
    heads that a change moved."""

    async def ask(request: Request) -> Response:
        """POST /v1/ask/value."""
        _, row = await admit(request)
        body = await bodies.read(request, messages.AskValue)
        return bodies.answer(request, await write(value_claims.ask, row, body.account, now()))

    async def hold(request: Request) -> Response:
        """POST /v1/claims/value."""
        _, row = await admit(request)
        body = await bodies.read(request, messages.HoldValue)
        return bodies.answer(request, await write(value_claims.hold, row, body, now()))

    async def release(request: Request) -> Response:
        """POST /v1/claims/value/release."""
        _, row = await admit(request)
        body = await bodies.read(request, messages.ReleaseValue)
        await write(value_claims.release, row, body.hold)
        return bodies.answer(request, {"hold": body.hold})

    async def issue(request: Request) -> Response:
        """POST /v1/channel/value."""
        name = await channel(request)
        body = await bodies.read(request, messages.ChannelValue)
        answer, versions = await write(value_claims.issue, name, body, now())
        moved(versions)
        return bodies.answer(request, answer)

    return [
        Route("/v1/ask/value", ask, methods=["POST"]),
        Route("/v1/claims/value", hold, methods=["POST"]),
        Route("/v1/claims/value/release", release, methods=["POST"]),
        Route("/v1/channel/value", issue, methods=["POST"]),
    ]
