"""The hub's face for cash that is owed: asking by a slip's number, claiming, letting go."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.hub import bodies, owed_cash
from sync.hub.signatures import Token
from sync.protocol import messages

Admit = Callable[[Request], Awaitable[tuple[Token, Any]]]
Run = Callable[..., Awaitable[Any]]


def routes(admit: Admit, read: Run, write: Run, now: Callable[[], int]) -> list[Route]:
    """`admit` says who asks; `read` and `write` run a job on a connection, or on the engine, off the event loop."""

    async def ask(request: Request) -> Response:
        """POST /v1/ask/owed."""
        _, row = await admit(request)
        body = await bodies.read(request, messages.AskOwed)
        return bodies.answer(request, await read(owed_cash.ask, row, body, now()))

    async def claim(request: Request) -> Response:
        """POST /v1/claims/owed."""
        _, row = await admit(request)
        body = await bodies.read(request, messages.ClaimOwed)
        return bodies.answer(request, await write(owed_cash.claim, row, body, now()))

    async def release(request: Request) -> Response:
        """POST /v1/claims/owed/release."""
        _, row = await admit(request)
        body = await bodies.read(request, messages.ReleaseOwed)
        await write(owed_cash.release, row, body)
        return bodies.answer(request, {"claim": body.claim})

    return [
        Route("/v1/ask/owed", ask, methods=["POST"]),
        Route("/v1/claims/owed", claim, methods=["POST"]),
        Route("/v1/claims/owed/release", release, methods=["POST"]),
    ]
