"""The agent: the process that talks to the hub for a terminal (design, section 3).

One thread does all work on files and hub; one follows live events; one hears the app's hints; one asks the hub what the
app asks it. It may be killed at any moment.
"""

import logging
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from sync.link.answers import Answers
from sync.link.ending import write_offline
from sync.link.live import Ears
from sync.link.lock import AgentLock
from sync.link.pace import Beat, Pace, about
from sync.link.push import Missing, NewJournal
from sync.link.status import Status
from sync.link.verify import NoProof
from sync.link.wire import NoAnswer, Refused, Wire
from sync.link.work import SETTLED_S, Work
from sync.local import Local, NotEnrolled, Reason, files, reason_of
from sync.local.disk import unreadable
from sync.local.install import BadSnapshot
from sync.local.journal import note, prune
from sync.local.proof import prove
from sync.local.replica import Replica
from sync.local.wake import ENDING, SUSPECT, Listener, Sender
from sync.protocol.messages import Live

log = logging.getLogger(__name__)
UNREADABLE = (sqlite3.DatabaseError, msgspec.MsgspecError)
"""What reading a damaged replica raises: SQLite where its structure is broken, a decoder where only contents are."""
DAY_MS = 24 * 3_600_000
PROOF_FIRST_S, PROOF_SPREAD_S = 600.0, 6600.0
"""The daily proof (F13): not before a terminal is well awake, and not all terminals of a chain at once."""
VOUCH_S = 60.0
"""How often the replica is told what the live line vouches for."""
HOUSE_FIRST_S, HOUSE_S = 120.0, 6 * 3600.0
"""When the files are looked after: first once the terminal has started in peace, then a few times a day."""


def software() -> str:
    """Name and version of this software, for the hub's list of terminals."""
    try:
        return f"storefloor {version('storefloor')}"
    except PackageNotFoundError:
        return "storefloor"


def now_ms() -> int:
    """Now, UTC in ms."""
    return time.time_ns() // 1_000_000


class Agent:
    """Works on one home until `stop()`. Raises lock.Busy if another agent does; NotEnrolled without identity."""

    def __init__(
        self,
        home: Path,
        *,
        hub: str = "",
        ca: Path | None = None,
        proxy: str = "",
        clock: Callable[[], int] = now_ms,
        beat: Beat = Beat(),
    ) -> None:
        """`hub`: its address now, if it is not the one of the enrolment. `ca`, `proxy`: as for `Wire`."""
        self.home = home
        self._hub = hub
        self._ca = ca
        self._proxy = proxy
        self._clock = clock
        self._beat = beat
        self._ending = threading.Event()
        self._stir = threading.Event()
        self._pace = Pace()
        self._moved: dict[str, int] = {}
        self._moved_lock = threading.Lock()
        self._lost = False
        self._epoch = ""
        self._check = False
        self._spoilt: Path | None = None
        self._house_at = time.monotonic() + HOUSE_FIRST_S
        self._vouched_at = 0.0
        self._prove_at = time.monotonic() + PROOF_FIRST_S + random.uniform(0, PROOF_SPREAD_S)
        self._live_wire: Wire | None = None
        self._ears = Ears(lambda: self._live_wire, self._heard, self._line_lost, beat)
        self._answers = Answers(home, self._line_lost)

    def stop(self) -> None:
        """End soon; from any thread."""
        self._ending.set()
        self._stir.set()
        self._ears.stop()
        self._answers.stop()
        own_voice = Sender(self.home, "agent")
        own_voice.send(ENDING)
        own_voice.close()

    def run(self) -> None:
        """Work until stopped. Never gives up (I-4)."""
        files.make_home(self.home)
        lock = AgentLock(self.home)
        local = Local.open(self.home, agent=True)
        try:
            write_offline(self.home, "starting", self._clock())  # an earlier agent may have been killed while online
            self._work(local)
        finally:
            local.close()
            write_offline(self.home, "stopped" if self._ending.is_set() else "agent_ended", self._clock())
            lock.close()

    def _wire(self, local: Local) -> Wire:
        return Wire(self._hub or local.me.hub, self._ca, proxy=self._proxy)

    def _work(self, local: Local) -> None:
        wire, live_wire = self._wire(local), self._wire(local)
        app = Sender(self.home, "app")
        status = Status(app, self._clock)
        self._ears.start()
        self._answers.start(self._wire(local))
        threading.Thread(target=self._listen, name="ear", daemon=True).start()
        try:
            while not self._ending.is_set():
                self._work_on_replica(local, wire, live_wire, app, status)
        finally:
            self._ears.stop()
            self._answers.stop()
            wire.close()
            live_wire.close()
            app.close()

    def _work_on_replica(self, local: Local, wire: Wire, live_wire: Wire, app: Sender, status: Status) -> None:
        """Work until stopped, or until the replica turns out to be damaged: then it is set aside and filled anew."""
        work = Work(local, wire, app, self._clock, self._ending.is_set, software())
        try:
            status.forget()
            while not self._ending.is_set():
                pause = self._once(work, live_wire, status)
                self._keep_house(local, work)
                if self._stir.wait(pause) and not self._ending.is_set():
                    self._stir.clear()
        except UNREADABLE as error:
            damaged = work.replica.path
            work.close()
            if not self._set_aside(damaged, error):
                raise
        else:
            work.close()

    def _set_aside(self, path: Path, error: Exception) -> bool:
        found = unreadable(error) and files.current(self.home) == path
        if found and (path == self._spoilt or files.damaged(path)):
            log.error("the replica %s is damaged and set aside: %s", path.name, error)
            files.set_aside(self.home, path)
            return True
        if isinstance(error, sqlite3.OperationalError):
            log.warning("the disk or a lock kept us from writing: %s", error)
            self._ending.wait(self._pace.failed())
            return True
        return False

    def _once(self, work: Work, live_wire: Wire, status: Status) -> float:
        """One round; the seconds until the next unless something stirs before."""
        try:
            self._round(work, live_wire)
        except NewJournal:
            work.session = None
            return 0.0
        except NoAnswer as no:
            return self._failed(work, status, no.reason, str(no))
        except Refused as no:
            return self._failed(work, status, no.fault.code, str(no))
        except BadSnapshot as no:
            return self._failed(work, status, "damaged", str(no))
        except Missing as no:
            return self._failed(work, status, "journal_pruned", f"the hub asks for operation {no}")
        except (sqlite3.OperationalError, OSError) as error:
            reason = reason_of(error, self.home)
            if reason is None or reason is Reason.DAMAGED:
                raise
            log.warning("the disk keeps us from working: %s", error)
            return self._failed(work, status, reason.value, str(error))
        assert work.session is not None  # a round ends with one or raises
        status.online(work.replica, work.session.skew_ms)
        self._vouch(work)
        self._pace.worked()
        self._prove(work)
        return SETTLED_S if work.devices_untold() else about(self._beat.look)

    def _round(self, work: Work, live_wire: Wire) -> None:
        lost, self._lost = self._lost, False
        standing, _ = self._ears.standing()
        pause = self._beat.calm_hello if standing else self._beat.hello
        if lost or work.session is None or work.hello_is_due(pause):
            work.say_hello()
            self._epoch = work.session.welcome.epoch if work.session else ""
            live_wire.token = work.wire.token
            self._live_wire = live_wire
            self._answers.online(work.wire.token)
            self._ears.begin()
        with self._moved_lock:
            moved, self._moved = self._moved, {}
        try:
            work.push()
            work.let_go()
        except (Refused, Missing):
            work.catch_up(moved)  # what keeps us from giving does not keep us from taking
            raise
        work.catch_up(moved)

    def _vouch(self, work: Work) -> None:
        if time.monotonic() - self._vouched_at >= VOUCH_S:
            self._vouched_at = time.monotonic()
            work.vouch(*self._ears.standing())

    def _prove(self, work: Work) -> None:
        """Once a day compare the journal with the hub's books. What can't be compared now is compared an hour later."""
        if time.monotonic() < self._prove_at:
            return
        self._prove_at = time.monotonic() + PROOF_SPREAD_S
        try:
            work.prove(DAY_MS)
        except (NoAnswer, Refused, NoProof) as no:
            log.info("the daily proof has to wait: %s", no)

    def _failed(self, work: Work, status: Status, reason: str, detail: str) -> float:
        log.info("no exchange with the hub: %s", detail)
        work.session = None
        self._answers.offline()
        try:
            status.offline(work.replica, reason)
        except sqlite3.OperationalError as error:  # the app looks at the disk by itself, and will say so
            log.warning("why can't be written down: %s", error)
            status.forget()
        # Only the timer tries again: a hint must not turn a store without a network into a storm.
        self._ending.wait(self._pace.failed())
        self._stir.clear()
        return 0.0

    def _keep_house(self, local: Local, work: Work) -> None:
        """Now and then, or when the app could not read the replica: check it, and prune what the journal may lose."""
        known = self._spoilt == work.replica.path
        if time.monotonic() >= self._house_at or (self._check and not known):
            self._check = False
            self._house_at = time.monotonic() + HOUSE_S
            prune(local, self._clock())
            self._prove_files(local)
            known = known or self._look_at_replica(work.replica.path)
        # Without a network nobody can give another, and most of a damaged one can be read.
        if known and work.session is not None:
            raise files.Damaged("the check found the replica damaged")

    def _look_at_replica(self, path: Path) -> bool:
        if files.damaged(path):
            self._spoilt = path
            log.error("the replica %s is damaged; another takes its place when the hub answers", path.name)
        return self._spoilt == path

    def _prove_files(self, local: Local) -> None:
        """A journal that its disk damaged is put before a person; the doctor names everything that is wrong."""
        wrong = prove(local)
        if wrong:
            log.error("the journal is damaged: %s", wrong[0])
            with local.write() as db:
                note(db, "journal_damaged", wrong[0], self._clock())

    def _heard(self, event: Live) -> None:
        self._lost |= self._epoch != "" and event.epoch not in ("", self._epoch)  # then all that a hello said is void
        with self._moved_lock:
            self._moved[event.scope] = event.version
        self._stir.set()

    def _line_lost(self) -> None:
        self._lost = True
        self._stir.set()

    def _listen(self) -> None:
        try:
            listener = Listener(self.home, "agent")
        except OSError as error:
            log.warning("hints of the app can't be heard, timers do the work: %s", error)
            return
        while not self._ending.is_set():
            hint = listener.wait(None)
            self._check |= hint == SUSPECT
            if hint is not None:
                self._stir.set()
        listener.close()


__all__ = ["Agent", "NotEnrolled", "Replica"]
