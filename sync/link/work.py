"""What an agent does in a round: hello, push, catch up. Each step may end in NoAnswer, and is done again later."""

import logging
from collections.abc import Callable

import msgspec

from sync.link import verify
from sync.link.bootstrap import bootstrap
from sync.link.ended import Offer
from sync.link.enrol import seed_of
from sync.link.pull import SnapshotNeeded, pull
from sync.link.push import Pusher
from sync.link.session import Session, hello
from sync.link.wire import Refused, Wire
from sync.local import Local, attention, ledger, value
from sync.local.ailing import own_ailing
from sync.local.replica import Cursor, Replica
from sync.local.wake import Sender
from sync.protocol.messages import Fault, Live, ReleaseValue, Scope

log = logging.getLogger(__name__)
_RETURNS_WAIT = """SELECT 1 FROM taken_back t CROSS JOIN waiting w ON w.incarnation = t.incarnation AND w.seq = t.seq
    LIMIT 1"""
GONE = (403, 404, 422)
"""Answers to a release that no asking again will change."""
SETTLED_S = 2.0
"""So long after a hello the next one tells of devices: what comes and goes by the second is told as it ends."""
FAR = 5_000
"""So many versions behind, a snapshot is taken."""


def topic(scope: str) -> str:
    """The topic that the app knows a scope by."""
    kind = scope.partition(":")[0]
    return "stock" if kind == "location" else kind


class Work:
    """The steps, and what they share. `session` is None until the hub has answered a hello."""

    def __init__(
        self,
        local: Local,
        wire: Wire,
        app: Sender,
        clock: Callable[[], int],
        stopping: Callable[[], bool],
        software: str,
    ) -> None:
        self.local = local
        self.wire = wire
        self.session: Session | None = None
        self.replica = Replica(local.home)
        self._app = app
        self._clock = clock
        self._stopping = stopping
        self._software = software
        self._hello_at = 0
        self._behind: list[str] = []
        self._still: list[str] = []
        self._gone: list[str] = []
        self._pusher = Pusher(local, wire, clock)

    def close(self) -> None:
        """Close the replica; the rest belongs to the caller."""
        self.replica.close()

    def hello_is_older_than(self, seconds: float) -> bool:
        """Whether a hello is due. A clock that jumped back makes it due too."""
        age = self._clock() - self._hello_at
        return self.session is None or not 0 <= age < seconds * 1000 or not self.session.fresh(self._clock())

    def devices_untold(self) -> bool:
        """Whether other devices of ours ail than the last hello said."""
        return self.session is not None and own_ailing(self.local.raw) != self.session.ails

    def hello_is_due(self, pause: float) -> bool:
        """Whether a hello is due: `pause` seconds after the last one, or soon when there are devices to tell of."""
        return self.hello_is_older_than(SETTLED_S if self.devices_untold() else pause)

    def say_hello(self) -> None:
        """Ask where the hub stands; note which scopes stand still, and which are to be caught up."""
        self.session = None
        self.session = hello(self.local, self.wire, self._clock, self._software)
        self._hello_at = self._clock()
        cursors = self.replica.cursors()
        names = [s.name for s in self.session.welcome.scopes]
        self._gone = sorted(set(cursors) - set(names))
        self._behind = [s.name for s in self.session.welcome.scopes if not _stands(cursors.get(s.name), s)]
        self._still = [name for name in names if name not in self._behind]

    def _take_hello(self) -> None:
        """What the hello said of the replica. After the push, so that sales go up from a disk that takes no more."""
        for name in self._gone:
            self.replica.forget(name)
        if self._still:
            self.replica.vouch(self._still, self._hello_at)
        self._gone, self._still = [], []

    def vouch(self, standing: dict[str, Live], ago_ms: int) -> None:
        """The live line said so long ago that these scopes stand there; where we stand there too, ours is as new."""
        same = [
            name
            for name, cursor in self.replica.cursors().items()
            if name in standing and (standing[name].epoch, standing[name].version) == (cursor.epoch, cursor.version)
        ]
        if same:
            self.replica.vouch(same, self._clock() - ago_ms)

    def push(self) -> None:
        """Give the hub what waits. Afterwards the scopes that our operations touched are to be caught up."""
        assert self.session is not None
        returns = self.local.raw.execute(_RETURNS_WAIT).fetchone() is not None
        words, noted = attention.waiting_words(self.local), attention.noted(self.local)
        cleared = self._pusher.drain(self.session, self._stopping)
        cleared += Offer(self.local, self.wire, self.session, seed_of(self.local), self._clock).all(self._stopping)
        if cleared:
            self._app.topics("verdicts", "link")
            self._behind += [f"location:{self.local.me.location}", *(["orders"] if returns else [])]
            if words or attention.noted(self.local) != noted:
                self._behind.append(f"attention:{self.local.me.location}")

    def let_go(self) -> None:
        """Tell the hub of holds that no cart pays with. One that it does not know, or will not hear of, is gone."""
        for hold in value.to_release(self.local):
            try:
                self.wire.post("claims/value/release", ReleaseValue(hold), msgspec.Raw)
            except Refused as no:
                if no.status not in GONE:
                    raise
                log.info("the hold %s is not ours to let go: %s", hold, no)
            value.released(self.local, hold)

    def prove(self, every_ms: int) -> None:
        """Compare journal and hub unless that was done within `every_ms`. Raises NoAnswer, Refused, NoProof (F13)."""
        assert self.session is not None
        last = ledger.proved(self.local.raw)
        if last is None or not 0 <= self._clock() - last[0] < every_ms:
            verify.prove(self.local, self.wire, self.session, self._clock)
            self._app.topics("link")

    def catch_up(self, moved: dict[str, int]) -> None:
        """Pull the scopes that moved or were behind; take snapshots where deltas don't lead."""
        assert self.session is not None
        self._take_hello()
        cursors = self.replica.cursors()
        scopes = {s.name: s for s in self.session.welcome.scopes}
        news = [name for name, version in moved.items() if name in scopes and _older(cursors.get(name), version)]
        due = [name for name in dict.fromkeys([*self._behind, *news]) if name in scopes]
        needed = self._prepare([scopes[name] for name in due])
        for name in due:
            if name not in needed and not self._try_pull(name):
                needed.append(name)
        if needed:
            self._bootstrap(needed, list(scopes))
        self._behind = []

    def _prepare(self, due: list[Scope]) -> list[str]:
        """Scopes that need a snapshot; small ones begin from nothing, by deltas."""
        cursors, needed = self.replica.cursors(), []
        for scope in due:
            cursor = cursors.get(scope.name)
            if cursor is not None and cursor.epoch == scope.epoch and scope.version - cursor.version <= FAR:
                continue
            if scope.floor == 0 and (scope.version == 0 or scope.name.startswith(("config", "staff", "attention"))):
                self.replica.begin_scope(scope.name, scope.epoch)
            else:
                needed.append(scope.name)
        return needed

    def _try_pull(self, scope: str) -> bool:
        assert self.session is not None
        try:
            changed = pull(self.wire, self.replica, scope, self.session.incarnation, self._clock, self._stopping)
        except SnapshotNeeded as needed:
            if needed.anew:
                self._hello_at = 0
            return False
        if changed:
            self._app.topics(topic(scope))
        return True

    def _bootstrap(self, scopes: list[str], followed: list[str]) -> None:
        assert self.session is not None
        log.info("taking snapshots of %s", ", ".join(scopes))
        self.replica.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        made = bootstrap(self.local.home, self.wire, scopes, followed, self.session.incarnation, self._stopping)
        if made is None:
            return
        self.replica.close()
        self.replica = Replica(self.local.home)
        self.local.refresh()
        self._app.topics("catalogue", "pricelist", "stock", "config", "staff", "orders", "attention", "link")
        for scope in scopes:
            try:
                pull(self.wire, self.replica, scope, self.session.incarnation, self._clock, self._stopping)
            except SnapshotNeeded as error:
                raise Refused(410, _again(scope)) from error
        self._app.topics(*sorted({topic(scope) for scope in scopes}))


def _again(scope: str) -> Fault:
    return Fault("snapshot_needed", f"{scope} moved on while its snapshot was taken.")


def _stands(cursor: Cursor | None, scope: Scope) -> bool:
    """Whether we stand where the hub stands: at the same version, and not only at one of the same number."""
    if cursor is None or (cursor.epoch, cursor.version) != (scope.epoch, scope.version):
        return False
    return not (cursor.seal and scope.seal) or cursor.seal == scope.seal


def _older(cursor: Cursor | None, version: int) -> bool:
    return cursor is None or cursor.version < version
