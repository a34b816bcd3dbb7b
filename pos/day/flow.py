"""The store's day of collecting, for leads and managers. It shows and leads on; nothing is recorded here."""

from collections.abc import Callable
from dataclasses import replace

from pos.day import words
from pos.day.local import read_day
from pos.day.state import DayState, Read, Topic, Way
from pos.flow import Flow
from pos.terminal import Terminal
from sync.actions.clock import now_ms
from sync.local.collect_day import Known

TOPICS = frozenset({"stock", "orders", "verdicts", "config", "link"})


class DayFlow(Flow[DayState]):
    """Verbs of the day. `on_left` goes back to the list of Collect, `on_way` to a part of it or to the picking,
    `on_scan` gives a code that was read to Collect."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int] = now_ms) -> None:
        super().__init__(DayState())
        self._terminal = terminal
        self._clock = clock
        self._known: dict[str, Known | None] = {}
        self.on_left: Callable[[], None] = _nowhere
        self.on_way: Callable[[Way], None] = _nowhere
        self.on_scan: Callable[[str], None] = _nowhere

    def start(self) -> None:
        """Somebody wants to see the day: what presses most is open."""
        self._known = {}  # whatever came while another screen was up
        self._say(words.hint, ready=False)
        self._look()

    def leave(self) -> None:
        """The person signs out."""
        self._saying = None
        self.state = DayState()

    def changed(self, topics: frozenset[str]) -> None:
        """Something changed underneath, or time passed: the figures anew, each where it stands."""
        if "orders" in topics:
            self._known = {}  # another one: a job may be filling the old
        if topics & TOPICS:
            self._look()

    def _look(self) -> None:
        now = self._clock()
        self._terminal.run(read_day(now, self._known), lambda read: self._seen(read, now))

    def _seen(self, read: Read, now: int) -> None:
        before = self.state
        state = replace(before, ready=True, read=read, now=now)
        if (read, now // words.MINUTE) == (before.read, before.now // words.MINUTE) and before.ready:
            self.state = state  # nothing that is seen is another: no frame is drawn for it
        else:
            self._to(ready=True, read=read, now=now, topic=before.topic if before.ready else pressing(state))

    def choose(self, topic: Topic) -> None:
        """A figure was touched."""
        if topic is not self.state.topic:
            self._to(topic=topic)

    def go_on(self) -> None:
        """The primary action: to where something can be done about it."""
        if self.state.way is not Way.NOWHERE:
            self.on_way(self.state.way)

    def back(self) -> None:
        """Back to the list."""
        self.on_left()

    def scanned(self, text: str) -> None:
        """A code was read: Collect answers it."""
        self.on_scan(text)


def pressing(state: DayState) -> Topic:
    """What is looked into first: what is late, who waits, what is to be picked; else what was handed out."""
    figures = state.read.figures
    found = ((Topic.LATE, figures.late(state.now)), (Topic.HERE, figures.here), (Topic.PICK, figures.to_pick))
    return next((topic for topic, some in found if some), Topic.OUT)


def _nowhere(*_args: object) -> None:
    """Nobody has wired it."""
