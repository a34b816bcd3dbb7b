"""The first replica, so that a terminal works without the hub from the first second after enrolment."""

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

from sync.link.agent import now_ms, software
from sync.link.ending import write_offline
from sync.link.lock import AgentLock
from sync.link.status import Status
from sync.link.wire import Wire
from sync.link.work import Work
from sync.local import Local, files
from sync.local.wake import Sender

log = logging.getLogger(__name__)


def fill_replica(home: Path, *, ca: Path | None = None, proxy: str = "", clock: Callable[[], int] = now_ms) -> None:
    """One round of the agent's work: hello, push, snapshots. Raises NoAnswer, Refused, Busy, NotEnrolled.

    An older replica that can't be read, as where a machine is enrolled again, is set aside first.
    """
    lock = AgentLock(home)
    try:
        _fill(home, ca, proxy, clock)
    except sqlite3.DatabaseError as error:
        path = files.current(home)
        if path is None or not files.damaged(path):
            raise
        log.warning("the replica is damaged and set aside: %s", error)
        files.set_aside(home, path)
        _fill(home, ca, proxy, clock)
    finally:
        lock.close()


def _fill(home: Path, ca: Path | None, proxy: str, clock: Callable[[], int]) -> None:
    local = Local.open(home, agent=True)
    app = Sender(home, "app")
    wire = Wire(local.me.hub, ca, proxy=proxy)
    work = Work(local, wire, app, clock, lambda: False, software())
    try:
        work.say_hello()
        work.push()
        work.catch_up({})
        assert work.session is not None
        Status(app, clock).online(work.replica, work.session.skew_ms)
        write_offline(home, "stopped", clock())  # the skew is known now, but no agent is at work yet
    finally:
        work.close()
        wire.close()
        app.close()
        local.close()
