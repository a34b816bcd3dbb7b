"""Running the hub: one process, ended gently by SIGINT or SIGTERM. `Running` runs it inside another program."""

import asyncio
import gc
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import uvicorn
from sqlalchemy import Engine

from sync.hub import again, database, matters, salt, signers
from sync.hub.api import Api, build, now_ms

GRACE_SECONDS = 10
"""How long requests in flight may take to end when the hub is told to stop."""


class CantServe(Exception):
    """The hub can't listen where it was told to; the message says why."""


@dataclass(frozen=True, slots=True)
class Serving:
    """Where a hub serves. `database` is a URL; `folder` holds snapshots; port 0: a free one. With TLS if both given."""

    database: str
    folder: Path
    host: str = "127.0.0.1"
    port: int = 8710
    certificate: Path | None = None
    key: Path | None = None


class _Server(uvicorn.Server):
    """Says when it is ready; ends in order: nobody new, live streams, requests in flight, and then every connection."""

    def __init__(self, config: uvicorn.Config, api: Api, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._api = api
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in self.servers:
            listening.close()
        self._api.watcher.close()
        late = asyncio.create_task(self._turn_away())
        try:
            await super().shutdown(sockets=sockets)
        finally:
            late.cancel()
            for connection in list(self.server_state.connections):
                connection.transport.abort()

    async def _turn_away(self) -> None:
        # A connection accepted a moment before the end is nobody's: uvicorn tells only those it knows at the start.
        # Left alone it is served for the whole grace, and then hangs open: its terminal takes the hub for alive.
        while True:
            for connection in list(self.server_state.connections):
                connection.shutdown()
            await asyncio.sleep(0.05)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, proto)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as fault:
        raise CantServe(f"The hub can't listen on {host}:{port}: {fault.strerror or fault}.") from None
    return listening


def _address(listening: socket.socket, secure: bool) -> str:
    host, port = listening.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if secure else 'http'}://{name}:{port}"


def _server(engine: Engine, where: Serving, ready: Callable[[], None]) -> _Server:
    where.folder.mkdir(parents=True, exist_ok=True)
    again.take_up(engine, now_ms())
    matters.show_all(engine, now_ms())
    signers.ensure(engine, now_ms())
    salt.ensure(engine, now_ms())
    application, api = build(engine, where.folder)
    options: dict[str, Any] = {}
    if where.certificate and where.key:
        options = {"ssl_certfile": str(where.certificate), "ssl_keyfile": str(where.key)}
    config = uvicorn.Config(
        application,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE_SECONDS,
        **options,
    )
    return _Server(config, api, ready)


def serve(where: Serving, ready: Callable[[str], None] | None = None) -> int:
    """Serve until told to stop. Prints `ready URL` on standard output, or calls `ready` with the URL instead.

    Raises CantServe or `database.DatabaseProblem`.
    """
    say = ready or (lambda url: print(f"ready {url}", flush=True))
    listening = _listen(where.host, where.port)
    engine = database.open(where.database)
    # What is loaded by now stays; looking through it again for every few hundred rows costs a storm a tenth.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    try:
        url = _address(listening, where.certificate is not None)
        _server(engine, where, lambda: say(url)).run(sockets=[listening])
    except (ssl.SSLError, FileNotFoundError) as fault:
        raise CantServe(f"The certificate or its key can't be used: {fault}.") from None
    finally:
        listening.close()
        engine.dispose()
    return 0


class Running:
    """A hub in a thread of this process: `with Running(where) as hub: hub.url`. For the demo and for tests."""

    def __init__(self, where: Serving) -> None:
        self._where = where
        self._up = threading.Event()
        self._listening = _listen(where.host, where.port)
        self.engine = database.open(where.database)
        self.url = _address(self._listening, where.certificate is not None)
        self._server = _server(self.engine, where, self._up.set)
        self._thread = threading.Thread(target=self._run, name="hub", daemon=True)

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._listening])
        finally:
            self._up.set()

    def __enter__(self) -> "Running":
        self._thread.start()
        self._up.wait()
        if not self._server.started:
            raise CantServe("The hub did not start; its log says why.")
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """End it gently. Again: nothing."""
        self._server.should_exit = True
        self._thread.join(GRACE_SECONDS + 5)
        self._listening.close()
        self.engine.dispose()
