"""The simulated network: below httpx, above the hub's real ASGI application.

A request is delivered at once, or its answer is lost, or it is lost itself, or it comes twice, or it comes later, when
everybody has gone on, or a captive portal answers in the hub's place.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from tests.sim.edges import Killed, edges

PORTAL = b"<!doctype html><title>Guest network</title><form>Accept the terms</form>"


@dataclass
class Weather:
    """How often, in a hundred requests, each misfortune happens; and who is cut off."""

    lost: int = 0
    unanswered: int = 0
    twice: int = 0
    late: int = 0
    portal: int = 0
    cut: set[str] = field(default_factory=set)

    def calm(self) -> None:
        """Nothing goes wrong any more."""
        self.lost = self.unanswered = self.twice = self.late = self.portal = 0
        self.cut = set()


class Net:
    """Carries requests to the hub. `between` runs what others do while somebody waits for an answer."""

    def __init__(self) -> None:
        self.weather = Weather()
        self.app: Callable[..., object] | None = None
        self.hub_died: Callable[[], None] = lambda: None
        self.between: list[Callable[[], None]] = []
        self.late: list[httpx.Request] = []
        self.carried = 0
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        """End the loop and its threads."""
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def carry(self, request: httpx.Request, machine: str) -> httpx.Response:
        """One request of a machine. Raises httpx errors as the real network does, Killed for the asking process."""
        self.carried += 1
        request.read()
        w, chance = self.weather, edges().chance
        if machine in w.cut:
            raise httpx.ConnectError("the network is down", request=request)
        luck = chance.randrange(100)
        for share, misfortune in ((w.lost, self._lose), (w.late, self._delay), (w.portal, self._portal)):
            if luck < share:
                return misfortune(request)
            luck -= share
        answer = self.deliver(request)
        if machine != "web":
            self._go_on()
        if luck < w.unanswered:
            raise httpx.ReadError("the answer was lost", request=request)
        if luck < w.unanswered + w.twice:
            again = self.deliver(request)
            return again if chance.random() < 0.5 else answer
        return answer

    def _lose(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("lost", request=request)

    def _delay(self, request: httpx.Request) -> httpx.Response:
        self.late.append(request)
        raise httpx.ReadTimeout("late", request=request)

    def _portal(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "text/html"}, content=PORTAL, request=request)

    def _go_on(self) -> None:
        if self.between:
            self.between.pop(0)()

    def deliver_late(self) -> None:
        """What was delayed arrives now, in any order. Nobody waits for the answers."""
        waiting, self.late = self.late, []
        edges().chance.shuffle(waiting)
        for request in waiting:
            try:
                self.deliver(request)
            except httpx.TransportError:
                continue  # it found no hub, as a late packet may

    def deliver(self, request: httpx.Request) -> httpx.Response:
        """The hub works on a request. Raises httpx.ConnectError if no hub runs, ReadError if it dies of it."""
        if self.app is None:
            raise httpx.ConnectError("nobody listens", request=request)
        asgi = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=("203.0.113.7", 40000))
        copy = httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        with edges().running("hub"):
            try:
                return self._loop.run_until_complete(_whole(asgi, copy))
            except Killed:
                self.hub_died()
                raise httpx.ReadError("the hub died", request=request) from None


async def _whole(asgi: httpx.ASGITransport, request: httpx.Request) -> httpx.Response:
    answer = await asgi.handle_async_request(request)
    content = await answer.aread()
    headers = [(k, v) for k, v in answer.headers.multi_items() if k.lower() != "content-encoding"]
    return httpx.Response(answer.status_code, headers=headers, stream=httpx.ByteStream(content), request=request)


class Cable(httpx.BaseTransport):
    """What stands in place of httpx's own transport: it carries the requests of the machine that runs."""

    net: Net

    def __init__(self, *_: object, **__: object) -> None:
        """Certificates, proxies and pools: there are none here."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry it; meanwhile the asking process may be killed."""
        world = edges()
        world.step(world.process)
        answer = Cable.net.carry(request, world.machine)
        world.step(world.process)
        return answer
