"""The hub's face: `/v1/…` over HTTP (see `sync/README.md`). Every answer that is not 2xx is a `Fault`."""

import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import anyio
import msgspec
from anyio import CapacityLimiter, to_thread
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sync.hub import (
    anew,
    api_arrivals,
    api_journal,
    api_owed,
    api_passes,
    api_pickups,
    api_returns,
    api_value,
    ask,
    bodies,
    channels,
    database,
    ended,
    enrolment,
    feed,
    keeping,
    roles,
    signatures,
    snapshots,
)
from sync.hub.faults import Refusal
from sync.hub.guards import Guesses, Nonces
from sync.hub.lanes import Lanes
from sync.hub.live import STILL_HERE, Watcher
from sync.hub.signatures import Token
from sync.protocol import messages
from sync.protocol.messages import Fault

log = logging.getLogger(__name__)
Result = TypeVar("Result")

STREAM_SECONDS = 3600.0
"""A live stream ends after this long; the terminal comes again and its role is checked again."""
POLL_SECONDS = 25.0
"""How long a long poll waits: shorter than the usual proxy's patience."""


def now_ms() -> int:
    """The hub's clock, UTC ms."""
    return time.time_ns() // 1_000_000


class _Blob(FileResponse):
    """A file in larger pieces than usual: half the hub's time for a catalogue."""

    chunk_size = 1 << 20


class _Stream(Response):
    """Events as scopes move, until the terminal hangs up, the hub ends or STREAM_SECONDS are over.

    One task and no timer for each: what starlette's own streaming keeps for a subscriber is twice as much memory.
    """

    media_type = "text/event-stream"

    def __init__(self, watcher: Watcher, scopes: list[str]) -> None:
        super().__init__(None, headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._watcher = watcher
        self._scopes = scopes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        until = anyio.current_time() + STREAM_SECONDS
        with self._watcher.listening(self._scopes) as listener:
            await self._watcher.look_first()
            beat = False
            while not (self._watcher.closed or (beat and await _hung_up(receive)) or anyio.current_time() > until):
                news = listener.news() or (STILL_HERE if beat else b"")
                if news:
                    await send({"type": "http.response.body", "body": news, "more_body": True})
                beat = await listener.moved()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _hung_up(receive: Receive) -> bool:
    """Whether the other end is gone, without waiting for it."""
    with anyio.CancelScope() as scope:
        scope.cancel()
        return bool((await receive())["type"] == "http.disconnect")
    return False


class Api:
    """The routes over one database. Reads and writes have threads of their own: a storm of pushes stops no pull."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        """`folder` holds the snapshot files."""
        self.engine = engine
        self.folder = folder
        self.watcher = Watcher(engine)
        self.nonces = Nonces()
        self.guesses = Guesses()
        self.lanes = Lanes(engine)
        self._secret = ""
        self._reads = CapacityLimiter(8)
        self._writes = CapacityLimiter(8)
        self._builds = CapacityLimiter(16)  # most of them wait for the one that builds

    async def _read(self, job: Callable[..., Result], *args: Any) -> Result:
        def run() -> Result:
            with database.read(self.engine) as conn:
                return job(conn, *args)

        return await to_thread.run_sync(run, limiter=self._reads)

    async def _write(self, job: Callable[..., Result], *args: Any) -> Result:
        return await to_thread.run_sync(lambda: job(self.engine, *args), limiter=self._writes)

    async def _terminal(self, request: Request) -> tuple[Token, Any]:
        """Who asks: the token and the terminal's row. Raises Refusal (401, 403)."""
        return await self._read(_admit, _bearer(request), now_ms())

    async def _seal(self) -> str:
        """The hub's secret: the same for the life of its database."""
        if not self._secret:
            self._secret = str((await self._read(database.hub_row)).secret)
        return self._secret

    async def _channel(self, request: Request) -> str:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Refusal(401, "key", "Send the channel's API key as Authorization: Bearer.")
        return await self._read(channels.admitted, key.strip())

    async def health(self, request: Request) -> Response:
        """GET /v1/health: that the hub runs and its database answers."""
        row = await self._read(database.hub_row)
        return bodies.answer(request, {"ok": True, "hub": row.id, "epoch": row.epoch, "now": now_ms()})

    async def enrol(self, request: Request) -> Response:
        """POST /v1/enrol."""
        peer = request.client.host if request.client else ""
        self.guesses.check(peer)
        body = await bodies.read(request, messages.Enrol)
        try:
            return bodies.answer(request, await self._write(enrolment.enrol, body, now_ms()))
        except Refusal as refusal:
            self.guesses.count(peer, refusal)
            raise

    async def hello(self, request: Request) -> Response:
        """POST /v1/hello."""
        body = await bodies.read(request, messages.Hello)
        self.nonces.spend(body.terminal, body.nonce)
        return bodies.answer(request, await self._write(enrolment.hello, body, now_ms()))

    async def push(self, request: Request) -> Response:
        """POST /v1/push."""
        # The transaction looks again whether the terminal is admitted; here the token's seal is enough.
        token = signatures.read_token(await self._seal(), _bearer(request), now_ms())
        body = await bodies.read(request, messages.Push, bodies.PUSH)
        taken = await self.lanes.push(token, body, now_ms())
        self.watcher.moved(taken.versions)
        return bodies.answer(request, taken.answer)

    async def ended(self, request: Request) -> Response:
        """POST /v1/ended."""
        token, _ = await self._terminal(request)
        taken = await self._write(ended.ended, token, await bodies.read(request, messages.Ended, bodies.PUSH), now_ms())
        self.watcher.moved(taken.versions)
        return bodies.answer(request, taken.answer)

    async def pull(self, request: Request) -> Response:
        """GET /v1/pull?scope=&epoch=&since=&seal=."""
        token, row = await self._terminal(request)
        scope = request.query_params.get("scope", "")
        roles.check_scope(row.kind, row.location, scope)
        since = _whole(request.query_params.get("since", ""), "since")
        epoch = request.query_params.get("epoch", "")
        seal = request.query_params.get("seal", "")
        page = await self._read(feed.page, scope, epoch, since, now_ms(), token.terminal, token.incarnation, seal)
        if isinstance(page, feed.SnapshotNeeded):
            message = f"{scope} keeps no changes before version {page.floor}. Take the snapshot."
            raise Refusal(410, "snapshot_needed", message, want=page.floor)
        if isinstance(page, feed.Forgotten):
            what = f"version {since} of {scope}"
            page = feed.WrongEpoch(await self._write(anew.restored, page.epoch, token.terminal, what, now_ms()))
        if isinstance(page, feed.WrongEpoch):
            raise Refusal(409, "epoch", f"{scope} began anew. Say hello and take the snapshot.", have=page.epoch)
        return bodies.answer(request, page)

    async def live(self, request: Request) -> Response:
        """GET /v1/live: events as scopes move; with `wait`, one answer as soon as something moved."""
        _, row = await self._terminal(request)
        scopes = request.query_params.getlist("scope")
        for scope in scopes:
            roles.check_scope(row.kind, row.location, scope)
        scopes = scopes or await self._read(roles.followed, row.kind, row.location)
        if "wait" in request.query_params:
            known = _known(request.query_params.getlist("since"))
            seconds = min(POLL_SECONDS, _whole(request.query_params["wait"], "wait") or POLL_SECONDS)
            return bodies.answer(request, await self.watcher.wait(scopes, known, seconds))
        return _Stream(self.watcher, scopes)

    async def snapshot(self, request: Request) -> Response:
        """GET /v1/snapshot/{scope}?encoding=: where to fetch the file, made first if there is none of late."""
        token, row = await self._terminal(request)
        scope = request.path_params["scope"]
        roles.check_scope(row.kind, row.location, scope)
        encoding = "identity" if request.query_params.get("encoding") == "identity" else "zstd"
        args = (self.engine, self.folder, scope, encoding)
        info = await to_thread.run_sync(snapshots.snapshot_info, *args, limiter=self._builds)
        mine = await self._read(feed.included, scope, info.version, token.terminal, token.incarnation)
        return bodies.answer(request, msgspec.structs.replace(info, included=mine))

    async def blob(self, request: Request) -> Response:
        """GET /v1/blob/{digest}: an immutable file, in ranges if asked so."""
        await self._terminal(request)
        path = snapshots.blob_path(self.folder, request.path_params["digest"])
        if path is None:
            raise Refusal(404, "blob_unknown", "There is no such file (any more). Ask for the snapshot again.")
        headers = {"cache-control": "private, max-age=31536000, immutable"}
        return _Blob(path, media_type="application/octet-stream", headers=headers)

    async def stock(self, request: Request) -> Response:
        """GET /v1/ask/stock/{product}."""
        await self._terminal(request)
        return bodies.answer(request, await self._read(ask.stock_of, request.path_params["product"], now_ms()))

    async def channel_products(self, request: Request) -> Response:
        """GET /v1/channel/products?after=&limit=."""
        await self._channel(request)
        after = request.query_params.get("after", "")[:128].replace("\x00", "")
        limit = _whole(request.query_params.get("limit", str(channels.PAGE)), "limit")
        return bodies.answer(request, await self._read(channels.catalogue, after, limit, now_ms()))

    async def channel_order(self, request: Request) -> Response:
        """POST /v1/channel/orders."""
        name = await self._channel(request)
        body = await bodies.read(request, messages.ChannelOrder)
        versions = await self._write(channels.place_order, name, body, now_ms())
        self.watcher.moved(versions)
        return bodies.answer(request, {"order": body.order, "new": bool(versions)})

    async def channel_move(self, request: Request) -> Response:
        """POST /v1/channel/moves."""
        name = await self._channel(request)
        body = await bodies.read(request, messages.ChannelMove)
        versions = await self._write(channels.move_goods, name, body, now_ms())
        self.watcher.moved(versions)
        return bodies.answer(request, {"move": body.move, "new": bool(versions)})


def _bearer(request: Request) -> str:
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Refusal(401, "token", "Say hello first, and send the token as Authorization: Bearer.")
    return text.strip()


def _admit(conn: Any, text: str, now: int) -> tuple[Token, Any]:
    token = signatures.read_token(database.hub_row(conn).secret, text, now)
    return token, enrolment.admitted(conn, token.terminal)


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Refusal(400, "bad_query", f"{name} must be a whole number, 0 or more.")
    return int(text)


def _known(since: list[str]) -> dict[str, int]:
    """`since=<scope>@<version>`, repeated."""
    pairs = [text.rpartition("@") for text in since]
    return {scope: _whole(number, "since") for scope, _, number in pairs}


def build(engine: Engine, folder: Path) -> tuple[Starlette, Api]:
    """The ASGI application and what stands behind it."""
    api = Api(engine, folder)
    routes = [
        Route("/v1/health", api.health),
        Route("/v1/enrol", api.enrol, methods=["POST"]),
        Route("/v1/hello", api.hello, methods=["POST"]),
        Route("/v1/push", api.push, methods=["POST"]),
        Route("/v1/ended", api.ended, methods=["POST"]),
        Route("/v1/pull", api.pull),
        Route("/v1/live", api.live),
        Route("/v1/snapshot/{scope}", api.snapshot),
        Route("/v1/blob/{digest}", api.blob),
        Route("/v1/ask/stock/{product}", api.stock),
        Route("/v1/channel/products", api.channel_products),
        Route("/v1/channel/orders", api.channel_order, methods=["POST"]),
        Route("/v1/channel/moves", api.channel_move, methods=["POST"]),
        *api_journal.routes(api._terminal, api._read, api._write, now_ms),
        *api_returns.routes(api._terminal, api._channel, api._read, api._write, api.watcher.moved, now_ms),
        *api_owed.routes(api._terminal, api._read, api._write, now_ms),
        *api_value.routes(api._terminal, api._channel, api._write, api.watcher.moved, now_ms),
        *api_pickups.routes(api._terminal, api._channel, api._write, api.watcher.moved, now_ms),
        *api_arrivals.routes(api._terminal, api._channel, api._read, api._write, api.watcher.moved, now_ms),
        *api_passes.routes(api._channel, api._write, api.watcher.moved, now_ms),
    ]

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(api.watcher.run)
            tasks.start_soon(keeping.beside, engine, folder, now_ms)
            yield
            tasks.cancel_scope.cancel()

    handlers: Any = {Refusal: _refused, HTTPException: _http, SQLAlchemyError: _database, Exception: _broken}
    return Starlette(routes=routes, exception_handlers=handlers, lifespan=lifespan), api


async def _refused(request: Request, refusal: Refusal) -> Response:
    return bodies.answer(request, refusal.fault, refusal.status)


async def _http(request: Request, fault: HTTPException) -> Response:
    words = {404: "There is nothing at this address.", 405: "This address takes another method."}
    code = {404: "not_found", 405: "bad_method"}.get(fault.status_code, "http")
    return bodies.answer(request, Fault(code, words.get(fault.status_code, fault.detail)), fault.status_code)


async def _database(request: Request, fault: SQLAlchemyError) -> Response:
    log.error("%s %s: the database answered %s", request.method, request.url.path, fault)
    return bodies.answer(request, Fault("database", "The hub's database does not answer now. Try again later."), 503)


async def _broken(request: Request, fault: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=fault)
    return bodies.answer(request, Fault("internal", "The hub failed at this. Nothing was changed; try again."), 500)
