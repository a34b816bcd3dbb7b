"""The last word of an agent: nobody shall read "online" of one that has ended."""

import logging
import sqlite3
import time
from pathlib import Path

from sync.link.lock import AgentLock, Busy
from sync.local import files
from sync.local.wake import Sender

log = logging.getLogger(__name__)
PATIENCE_S = 0.3
"""How long the last word waits for whoever writes the replica: the process is to end soon."""
_WRITE = """UPDATE link SET since = CASE online WHEN 1 THEN :now ELSE since END, online = 0, reason = :reason,
    tried_at = :now"""


def write_offline(home: Path, reason: str, now: int) -> bool:
    """Say in the replica that the link is down since `now` (UTC ms), and tell the app. False if it can't be written."""
    path = files.current(home)
    if path is None:
        return False
    try:
        db = sqlite3.connect(files.uri(path, "rw"), uri=True, isolation_level=None, timeout=PATIENCE_S)
        try:
            db.execute(_WRITE, {"now": now, "reason": reason})
        finally:
            db.close()
    except sqlite3.Error as error:  # a replica is replaceable, and readers stop believing an old "online" by themselves
        log.warning("the last word could not be written: %s", error)
        return False
    app = Sender(home, "app")
    app.topics("link")
    app.close()
    return True


def write_ended(home: Path, reason: str = "agent_ended") -> bool:
    """For the app, when its agent ended without a word. False if another agent works here, or it can't be written."""
    try:
        lock = AgentLock(home)
    except (Busy, OSError) as why:
        log.info("nothing to say of the agent that ended: %s", why)
        return False
    try:
        return write_offline(home, reason, time.time_ns() // 1_000_000)
    finally:
        lock.close()
