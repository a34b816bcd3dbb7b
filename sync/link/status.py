"""What the agent says of the link: a row in the replica for the app to read, and a hint that it changed."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sync.local.replica import Replica
from sync.local.wake import Sender


@dataclass(frozen=True, slots=True)
class State:
    """Online or not, since when (UTC ms), how far our clock is ahead (ms), and why it is offline."""

    online: bool = False
    since: int = 0
    skew: int = 0
    reason: str = "starting"


STEADY_MS = 60_000
"""An unchanged state is written again this often, so that a dead agent is noticed."""
SKEW_STEP_MS = 1_000
"""Skews that differ less are the same."""


class Status:
    """Writes the state when it changes, and now and then when it does not."""

    def __init__(self, app: Sender, clock: Callable[[], int]) -> None:
        self._app = app
        self._clock = clock
        self.state = State()
        self._written: State | None = None
        self._written_at = 0

    def online(self, replica: Replica, skew: int) -> None:
        """The hub answered."""
        kept = self.state.skew if abs(skew - self.state.skew) < SKEW_STEP_MS else skew
        self._set(replica, replace(self.state, online=True, reason="", skew=kept))

    def offline(self, replica: Replica, reason: str) -> None:
        """The hub did not answer, or said no."""
        self._set(replica, replace(self.state, online=False, reason=reason))

    def forget(self) -> None:
        """The replica is another file: write the state there too."""
        self._written = None

    def _set(self, replica: Replica, new: State) -> None:
        now = self._clock()
        if new.online != self.state.online or self.state.since == 0:
            new = replace(new, since=now)
        self.state = new
        if new == self._written and 0 <= now - self._written_at < STEADY_MS:  # a clock may jump back
            return
        replica.status(online=new.online, since=new.since, skew=new.skew, reason=new.reason, tried_at=now)
        if new != self._written:
            self._app.topics("link")
        self._written, self._written_at = new, now
