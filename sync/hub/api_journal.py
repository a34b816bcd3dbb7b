"""The hub's face for the daily proof: `/v1/journal…` (F13). A terminal asks of its own journals only."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.hub import bodies, ledger
from sync.hub.faults import Refusal
from sync.hub.signatures import Token
from sync.protocol.ledger import Differs

Admit = Callable[[Request], Awaitable[tuple[Token, Any]]]
Run = Callable[..., Awaitable[Any]]


def routes(admit: Admit, read: Run, write: Run, now: Callable[[], int]) -> list[Route]:
    """`admit` says who asks; `read` and `write` run a job on a connection, or on the engine, off the event loop."""

    async def spans(request: Request) -> Response:
        """GET /v1/journal?incarnation=&first=&last=&parts=."""
        token, _ = await admit(request)
        asked = _asked(request)
        return bodies.answer(request, await read(ledger.ledger, token.terminal, *asked, _number(request, "parts")))

    async def totals(request: Request) -> Response:
        """GET /v1/journal/totals?incarnation=&first=&last=."""
        token, _ = await admit(request)
        return bodies.answer(request, await read(ledger.totals, token.terminal, *_asked(request)))

    async def differs(request: Request) -> Response:
        """POST /v1/journal/differs."""
        token, _ = await admit(request)
        body = await bodies.read(request, Differs)
        await write(ledger.differs, token, body, now())
        return bodies.answer(request, {"noted": min(len(body.found), ledger.NAMED)})

    return [
        Route("/v1/journal", spans),
        Route("/v1/journal/totals", totals),
        Route("/v1/journal/differs", differs, methods=["POST"]),
    ]


def _asked(request: Request) -> tuple[str, int, int]:
    journal = request.query_params.get("incarnation", "")[:64].replace("\x00", "")
    return journal, _number(request, "first"), _number(request, "last")


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Refusal(400, "bad_query", f"{name} must be a whole number, 0 or more.")
    return int(text)
