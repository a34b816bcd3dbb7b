"""One round of the agent's work at a time, over a network that can lose answers."""

from collections.abc import Callable
from pathlib import Path

import httpx

from sync.link.wire import Wire
from sync.link.work import Work
from sync.local import Local
from sync.local.wake import Sender
from tests.link.store import now


class Lossy(httpx.HTTPTransport):
    """The real network, which loses the answers to the paths in `lose`: the hub has heard and done what was asked.

    What is asked of the paths in `cut` never arrives. Each once.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lose: set[str] = set()
        self.cut: set[str] = set()
        self.asked: list[str] = []
        self.bodies: list[bytes] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1/").split("/")[0]
        self.asked.append(path)
        self.bodies.append(request.content if path == "push" else b"")
        if path in self.cut:
            self.cut.discard(path)
            raise httpx.ReadError("the line broke", request=request)
        answer = super().handle_request(request)
        if path in self.lose:
            self.lose.discard(path)
            answer.close()
            raise httpx.ReadError("the answer was lost", request=request)
        return answer


class Round:
    """The agent's work on a home, step by step."""

    def __init__(self, home: Path, clock: Callable[[], int] = now) -> None:
        self.local = Local.open(home, agent=True)
        self.net = Lossy()
        self.wire = Wire(self.local.me.hub, transport=self.net)
        self._app = Sender(home, "app")
        self.work = Work(self.local, self.wire, self._app, clock, lambda: False, "test")

    def run(self) -> None:
        """Hello, push, catch up."""
        self.work.say_hello()
        self.work.push()
        self.work.catch_up({})

    def close(self) -> None:
        self.work.close()
        self.wire.close()
        self._app.close()
        self.local.close()
