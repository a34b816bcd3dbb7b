"""Hearing at once that a scope moved: server-sent events, or long polls where a proxy holds events back.

Events are hints: they only say which scopes to pull.
"""

import logging
import threading
import time
from collections.abc import Callable

import msgspec

from sync.link.pace import Pace
from sync.link.wire import NoAnswer, Refused, Wire
from sync.protocol.messages import Live

log = logging.getLogger(__name__)
QUIET_S = 40.0
"""No event and no heartbeat for this long: the line is dead, or a proxy keeps it back."""
POLL_S = 25
STREAM_AGAIN_S = 600.0
"""After falling back to long polls, a stream is tried again this often."""
_ASKING = {"Accept": "text/event-stream", "Accept-Encoding": "identity"}
_live = msgspec.json.Decoder(Live)


class Ears:
    """A thread that follows the hub's live events. `heard(event)` and `lost()` are called in it."""

    def __init__(
        self, wire: Callable[[], Wire | None], heard: Callable[[Live], None], lost: Callable[[], None]
    ) -> None:
        self._wire = wire
        self._heard = heard
        self._lost = lost
        self._ending = threading.Event()
        self._known: dict[str, int] = {}
        self._poll_until = 0.0
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """End soon; a wait for the network is not interrupted."""
        self._ending.set()

    def _run(self) -> None:
        pace = Pace()
        while not self._ending.is_set():
            wire = self._wire()
            if wire is None:
                self._ending.wait(1.0)
                continue
            try:
                if self._follow(wire):
                    pace.worked()
            except (NoAnswer, Refused) as no:
                log.info("live: %s", no)
                self._lost()
                self._ending.wait(pace.failed())

    def _follow(self, wire: Wire) -> bool:
        if time.monotonic() < self._poll_until:
            return self._poll(wire)
        return self._stream(wire)

    def _stream(self, wire: Wire) -> bool:
        spoke = False
        try:
            with wire.stream("live", QUIET_S, _ASKING) as response:
                if not response.headers.get("content-type", "").startswith("text/event-stream"):
                    raise NoAnswer("not_the_hub", "no stream of events")
                for line in response.iter_lines():
                    spoke = True
                    self._take(line)
                    if self._ending.is_set():
                        return True
        except NoAnswer as no:
            if no.reason == "timeout" and not spoke:
                self._poll_until = time.monotonic() + STREAM_AGAIN_S
                return False
            raise
        if not spoke:
            raise NoAnswer("no_connection", "the stream of events ended at once")
        raise NoAnswer("no_connection", "the stream of events ended")

    def _poll(self, wire: Wire) -> bool:
        since = [f"{scope}@{version}" for scope, version in sorted(self._known.items())]
        for event in wire.get("live", list[Live], timeout=POLL_S + 15, wait=POLL_S, since=since):
            self._hear(event)
        return True

    def _take(self, line: str) -> None:
        if not line.startswith("data:"):
            return
        try:
            event = _live.decode(line[5:].strip())
        except msgspec.MsgspecError as error:
            raise NoAnswer("not_the_hub", "an event that is none") from error
        self._hear(event)

    def _hear(self, event: Live) -> None:
        self._known[event.scope] = event.version
        self._heard(event)
