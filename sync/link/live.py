"""Hearing at once that a scope moved: server-sent events, or long polls where a proxy holds events back.

Events are hints: they only say which scopes to pull. But while heartbeats come, the last event of a scope also says
where it still stands, which spares asking.
"""

import logging
import threading
import time
from collections.abc import Callable

import httpx
import msgspec

from sync.link.pace import Beat, Pace, spread
from sync.link.wire import NoAnswer, Refused, Wire
from sync.protocol.messages import Live

log = logging.getLogger(__name__)
STREAM_AGAIN_S = 600.0
"""After falling back to long polls, a stream is tried again this often."""
STEADY_S = 300.0
"""A stream that lived this long is no proxy's victim."""
DOUBTS = 3
"""So many streams in a row that fell silent or were cut early, and a proxy is in the way."""
_ASKING = {"Accept": "text/event-stream", "Accept-Encoding": "identity"}
_live = msgspec.json.Decoder(Live)


class Ears:
    """A thread that follows the hub's live events. `heard(event)` and `lost()` are called in it.

    `wire` gives the wire to listen on, or None before the first hello.
    """

    def __init__(
        self,
        wire: Callable[[], Wire | None],
        heard: Callable[[Live], None],
        lost: Callable[[], None],
        beat: Beat = Beat(),
    ) -> None:
        self._wire = wire
        self._heard = heard
        self._lost = lost
        self._beat = beat
        self._ending = threading.Event()
        self._ready = threading.Event()
        self._stands: dict[str, Live] = {}
        self._told_at = float("-inf")
        self._spoke = False
        self._doubts = 0
        self._poll_until = 0.0
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """End soon; a wait for the network is not interrupted."""
        self._ending.set()
        self._ready.set()

    def begin(self) -> None:
        """There is a wire to listen on now."""
        self._ready.set()

    def standing(self) -> tuple[dict[str, Live], int]:
        """Where the line last said that each scope stands, and how many ms ago; nothing while the line is silent."""
        ago = time.monotonic() - self._told_at
        if ago > max(self._beat.quiet, self._beat.poll + 15):
            return {}, 0
        return dict(self._stands), int(ago * 1000)

    def _run(self) -> None:
        pace = Pace()
        self._ready.wait()
        while not self._ending.is_set():
            wire = self._wire()
            if wire is None:
                self._ending.wait(1.0)
                continue
            try:
                self._follow(wire, pace)
            except (NoAnswer, Refused) as no:
                log.info("live: %s", no)
                self._told_at = float("-inf")
                self._ending.wait(spread())
                self._lost()
                self._ending.wait(pace.failed())

    def _follow(self, wire: Wire, pace: Pace) -> None:
        if time.monotonic() < self._poll_until:
            self._poll(wire)
            pace.worked()
            return
        began, self._spoke, self._stands = time.monotonic(), False, {}
        try:
            with wire.stream("live", self._beat.quiet, _ASKING) as response:
                self._listen(response)
        except NoAnswer as no:
            self._doubt(no, time.monotonic() - began, pace)
            if time.monotonic() < self._poll_until:
                return
            raise

    def _listen(self, response: httpx.Response) -> None:
        """Take events until we end. Raises NoAnswer when the stream does: silent, cut, or after its hour."""
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            raise NoAnswer("not_the_hub", "no stream of events")
        for line in response.iter_lines():
            self._take(line)
            if self._ending.is_set():
                return
        raise NoAnswer("no_connection", "the stream of events ended")

    def _doubt(self, no: NoAnswer, lived: float, pace: Pace) -> None:
        """Whether a proxy holds streams back or cuts them; then long polls do the same for a few more bytes."""
        silent = no.reason == "timeout"
        if lived >= STEADY_S:
            self._doubts = 0
            pace.worked()
        elif silent or self._spoke:
            self._doubts += 1
        if (silent and not self._spoke) or self._doubts >= DOUBTS:
            log.info("events don't come through (%s): long polls instead", no)
            self._doubts = 0
            self._poll_until = time.monotonic() + STREAM_AGAIN_S

    def _poll(self, wire: Wire) -> None:
        since = [f"{scope}@{event.version}" for scope, event in sorted(self._stands.items())]
        wait = self._beat.poll
        for event in wire.get("live", list[Live], timeout=wait + 15, wait=wait, since=since):
            self._hear(event)
        self._told_at = time.monotonic()

    def _take(self, line: str) -> None:
        self._told_at, self._spoke = time.monotonic(), True
        if not line.startswith("data:"):
            return
        try:
            event = _live.decode(line[5:].strip())
        except msgspec.MsgspecError as error:
            raise NoAnswer("not_the_hub", "an event that is none") from error
        self._hear(event)

    def _hear(self, event: Live) -> None:
        self._stands[event.scope] = event
        self._heard(event)
