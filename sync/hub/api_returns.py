"""The hub's face for orders and returns: finding, claiming, and what channels and the payment side do about them."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.hub import bodies, claims, found, judge_blind, orders, pass_keys, pickups, refunds
from sync.hub.faults import Refusal
from sync.hub.signatures import Token
from sync.protocol import messages
from sync.protocol.blind import AskVelocity

Admit = Callable[[Request], Awaitable[tuple[Token, Any]]]
Channel = Callable[[Request], Awaitable[str]]
Run = Callable[..., Awaitable[Any]]
Moved = Callable[[dict[str, int]], None]


def routes(admit: Admit, channel: Channel, read: Run, write: Run, moved: Moved, now: Callable[[], int]) -> list[Route]:
    """`admit` and `channel` say who asks; `read` and `write` run a job on a connection, or on the engine, off the event
    loop; `moved` is told the heads that a change moved."""

    async def ask(request: Request) -> Response:
        """POST /v1/ask/orders."""
        _, row = await admit(request)
        claims.check_terminal(row)
        body = await bodies.read(request, messages.FindOrders)
        return bodies.answer(request, await read(found.find, body, now()))

    async def velocity(request: Request) -> Response:
        """POST /v1/ask/velocity."""
        _, row = await admit(request)
        claims.check_terminal(row)
        body = await bodies.read(request, AskVelocity)
        return bodies.answer(request, await read(judge_blind.velocity, row.id, body, now()))

    async def claim(request: Request) -> Response:
        """POST /v1/claims/refund."""
        _, row = await admit(request)
        body = await bodies.read(request, messages.ClaimRight)
        answer, versions = await write(claims.claim, row, body, now())
        moved(versions)
        return bodies.answer(request, answer)

    async def release(request: Request) -> Response:
        """POST /v1/claims/release."""
        _, row = await admit(request)
        body = await bodies.read(request, messages.ReleaseRight)
        await write(claims.release, row, body.claim)
        return bodies.answer(request, {"claim": body.claim})

    return [
        Route("/v1/ask/orders", ask, methods=["POST"]),
        Route("/v1/ask/velocity", velocity, methods=["POST"]),
        Route("/v1/claims/refund", claim, methods=["POST"]),
        Route("/v1/claims/release", release, methods=["POST"]),
        *_channel_routes(channel, read, write, moved, now),
    ]


def _channel_routes(channel: Channel, read: Run, write: Run, moved: Moved, now: Callable[[], int]) -> list[Route]:
    async def received(request: Request) -> Response:
        """POST /v1/channel/received."""
        name = await channel(request)
        body = await bodies.read(request, messages.ChannelReceived)
        versions = await write(orders.receive, name, body, now())
        moved(versions)
        given = await write(pass_keys.pass_if_any, orders.purchase_id(name, body.order), now())
        refused = await read(pickups.waiting, orders.purchase_id(name, body.order))
        told = {"order": body.order, "new": bool(versions), "pass": given, "refused": refused}
        return bodies.answer(request, told)

    async def returned(request: Request) -> Response:
        """POST /v1/channel/returns."""
        name = await channel(request)
        body = await bodies.read(request, messages.ChannelReturn)
        versions = await write(refunds.take_back, name, body, now())
        moved(versions)
        return bodies.answer(request, {"ret": body.ret, "new": bool(versions)})

    async def asked(request: Request) -> Response:
        """GET /v1/channel/refunds?after=."""
        name = await channel(request)
        after = request.query_params.get("after", "")[:400].replace("\x00", "")
        return bodies.answer(request, await read(refunds.asked, name, after))

    async def done(request: Request) -> Response:
        """POST /v1/channel/refunds/done."""
        name = await channel(request)
        body = await bodies.read(request, messages.RefundDone)
        return bodies.answer(request, {"key": body.key, "new": await write(refunds.done, name, body.key, now())})

    async def events(request: Request) -> Response:
        """GET /v1/channel/events?after=."""
        name = await channel(request)
        text = request.query_params.get("after", "0")
        if not (text.isascii() and text.isdigit() and len(text) <= 15):
            raise Refusal(400, "bad_query", "after must be a whole number, 0 or more.")
        return bodies.answer(request, await read(refunds.told, name, int(text)))

    return [
        Route("/v1/channel/received", received, methods=["POST"]),
        Route("/v1/channel/returns", returned, methods=["POST"]),
        Route("/v1/channel/refunds", asked),
        Route("/v1/channel/refunds/done", done, methods=["POST"]),
        Route("/v1/channel/events", events),
    ]
