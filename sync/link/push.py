"""Giving the journal to the hub: recorded bytes as they are, one push at a time, verdicts back into journal.db.

Nothing here ever drops an operation: what gets no verdict goes on waiting (I-4, I-6, F17, F18).
"""

import logging
import uuid
from collections.abc import Callable

from sync.link import keys
from sync.link.enrol import seed_of
from sync.link.session import Proof, Session
from sync.link.wire import NoAnswer, Refused, Wire, from_hex
from sync.local import Local
from sync.local.journal import Head, Recorded, Ruling, append, head, note, read_from, rule
from sync.protocol import operations
from sync.protocol.messages import PUSH_BYTES, PUSH_MOST, Fault, Push, Pushed

log = logging.getLogger(__name__)
_ENDED = "INSERT OR REPLACE INTO ended VALUES (?, ?, ?)"
_TOLD = "INSERT OR REPLACE INTO told VALUES (?, ?, ?)"
NEW_JOURNAL_MS = 10 * 60_000
"""A terminal begins a new journal at most this often, whatever the hub says."""


class Pusher:
    """Pushes one journal. `clock` gives UTC ms."""

    def __init__(self, local: Local, wire: Wire, clock: Callable[[], int]) -> None:
        self._local = local
        self._wire = wire
        self._clock = clock
        self._most = PUSH_MOST
        self._seed = seed_of(local)
        self._offered = "", "", 0
        """A journal that forked, the hub's epoch, and the last operation that this hub was offered for keeping."""
        self._parted_at = 0
        """The first number of this journal that the hub has with other bytes; 0: none that is known."""

    def drain(self, session: Session, stopping: Callable[[], bool] = lambda: False) -> int:
        """Push until nothing is left to say; how many operations got their verdict.

        Raises NoAnswer (say hello again: where the hub stands is unknown, F5) and Refused.
        """
        if head(self._local.raw).incarnation != session.incarnation:
            raise NewJournal(session.incarnation)
        proof = Proof(self._local, session)
        cleared = 0
        while not stopping():
            batch = self._batch(session)
            if batch:
                cleared += self._push(session, batch, proof)
            elif (proof.hub_is_ahead or proof.forked) and not self._offers(session):
                # Even what has a verdict: the hub that gave it may have been restored from a backup since.
                self._offer_behind(session, self._first_held(session) - 1)
            elif proof.hub_is_ahead or proof.forked:
                self._begin_again(session, proof, whole=True)
            else:
                break
        return cleared

    def _batch(self, session: Session) -> list[Recorded]:
        """From the first operation that waits, or the first the hub lacks (it may have been restored)."""
        start = self._start(session)
        found = read_from(self._local.raw, session.incarnation, start, self._most)
        if found and found[0].seq > start:
            raise Missing(start)
        size, kept = 0, list[Recorded]()
        for it in found:
            size += len(it.raw)
            if kept and size > PUSH_BYTES:
                break
            kept.append(it)
        return kept

    def _start(self, session: Session) -> int:
        if self._offers(session):
            return self._offered[2] + 1
        first = first_waiting(self._local, session.incarnation)
        return session.last_seq + 1 if first is None else min(first, session.last_seq + 1)

    def _offers(self, session: Session) -> bool:
        """Whether the journal is known to have forked: then all of it is offered before it ends."""
        return self._offered[:2] == (session.incarnation, session.welcome.epoch)

    def _offer_behind(self, session: Session, seq: int) -> None:
        self._offered = session.incarnation, session.welcome.epoch, seq

    def _push(self, session: Session, batch: list[Recorded], proof: Proof) -> int:
        last = batch[-1]
        me = self._local.me
        text = f"push:{me.terminal}:{session.incarnation}:{last.seq}:{last.hash.hex()}"
        ops = [it.raw.decode() for it in batch]
        epoch = session.welcome.epoch
        request = Push(me.terminal, session.incarnation, epoch, batch[0].seq, ops, keys.sign(self._seed, text))
        try:
            answer = self._wire.post("push", request, Pushed)
        except Refused as no:
            return self._refused(session, no, proof, batch)
        except NoAnswer:
            self._most = max(1, len(batch) // 4)  # a line that is cut again and again carries a small push at last
            raise
        self._most = min(PUSH_MOST, self._most * 2)
        return self._store(session, answer, batch)

    def _store(self, session: Session, answer: Pushed, batch: list[Recorded]) -> int:
        rulings = [Ruling(v.seq, v.outcome, v.code, v.detail) for v in answer.verdicts]
        if {v.seq for v in answer.verdicts} != {it.seq for it in batch}:
            raise NoAnswer("not_the_hub", "the verdicts are not those of the operations that were pushed")
        stands = from_hex(answer.last_hash)
        with self._local.write() as db:
            cleared = rule(db, session.incarnation, rulings, self._clock())
            db.execute(_TOLD, (session.incarnation, answer.last_seq, answer.seal))
        session.last_seq, session.last_hash = answer.last_seq, stands
        if self._offers(session):
            self._offer_behind(session, batch[-1].seq)
        return cleared

    def _refused(self, session: Session, no: Refused, proof: Proof, batch: list[Recorded]) -> int:
        code, want = no.fault.code, no.fault.want
        if code in ("fork", "chain") or self._offers(session):
            if self._goes_apart(session, no, proof, batch):
                return 0
        elif code == "gap" and want is not None and want != session.last_seq + 1:
            session.last_seq = want - 1
            return 0
        if no.status in (400, 413, 422) and self._most > 1:
            self._most = max(1, self._most // 2)  # an operation that no push can carry must be found alone
            return 0
        raise no

    def _goes_apart(self, session: Session, no: Refused, proof: Proof, batch: list[Recorded]) -> bool:
        """Two machines wrote one journal: the hub keeps ours aside, all of it, and then we begin a new one (I-4)."""
        code, want, first = no.fault.code, no.fault.want, batch[0].seq
        if code == "fork" and want is not None and want > first:
            self._most = want - first  # what both machines share is known there, and gets its verdicts
        elif code == "fork":
            self._parted_at = min(first, self._parted_at or first)
            self._offer_behind(session, batch[-1].seq)
            self._most = min(PUSH_MOST, self._most * 2)
            proof.forked = True
        elif code == "chain" and proof.forked and not self._offers(session):
            self._offer_behind(session, self._first_held(session) - 1)  # they parted before what waits
        else:
            if code in ("chain", "gap") and (proof.forked or proof.hub_is_ahead):
                self._begin_again(session, proof, whole=False)
            return False
        return True

    def _first_held(self, session: Session) -> int:
        held = read_from(self._local.raw, session.incarnation, 1, 1)
        return held[0].seq if held else 1

    def _begin_again(self, session: Session, proof: Proof, *, whole: bool) -> None:
        """Begin a new journal, so that later operations reach the hub; the old one is kept and a person is told.

        `whole`: unless the app has just recorded something more in the old one.
        """
        old, now = session.incarnation, self._clock()
        with self._local.write() as db:
            if whole and read_from(db, old, self._start(session), 1):
                return
            row = db.execute("SELECT value FROM counter WHERE name = 'journal_begun_at'").fetchone()
            if row is not None and abs(now - row[0]) < NEW_JOURNAL_MS:
                raise Refused(409, Fault("fork", "This journal began a moment ago, and the hub has another already."))
            db.execute("INSERT OR REPLACE INTO counter VALUES ('journal_begun_at', ?)", (now,))
            what = "fork" if proof.forked else "journal_restored"
            note(db, f"{what}:{old}", f"the hub stands at {session.last_seq}, this journal at {proof.ours.seq}", now)
            db.execute(_ENDED, (old, self._first_apart(proof), session.welcome.epoch if whole else ""))
            db.execute("UPDATE identity SET incarnation = ?", (uuid.uuid4().hex,))
            if proof.hub_is_ahead:
                self._declare(old, proof.ours, session.last_seq, now)
        self._local.forget_identity()
        self._parted_at = 0
        log.warning("%s: journal %s ended, a new one begins", what, old)
        raise NewJournal(old)

    def _first_apart(self, proof: Proof) -> int:
        """From which number on no hub took what the old journal holds."""
        waiting = first_waiting(self._local, proof.ours.incarnation)
        known = [seq for seq in (self._parted_at, waiting) if seq]
        return min(known, default=proof.ours.seq + 1)

    def _declare(self, old: str, ours: Head, hub_last: int, now: int) -> None:
        """The numbers that the lost part of the old journal held."""
        op_id = uuid.uuid4().hex
        body = operations.Gap(old, ours.seq + 1, hub_last)
        append(self._local, "gap", body, op_id=op_id, at=now, business_day="", actor="")


class NewJournal(Exception):
    """The journal that said hello is not written any more; say hello with the new one."""


class Missing(Exception):
    """The hub asks for an operation that was pruned here; its number."""


def first_waiting(local: Local, incarnation: str) -> int | None:
    """The first operation of that journal without a verdict."""
    row = local.raw.execute("SELECT min(seq) FROM waiting WHERE incarnation = ?", (incarnation,)).fetchone()
    return None if row[0] is None else int(row[0])
