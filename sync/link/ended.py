"""Earlier journals of this terminal, offered once to each hub that was restored (I-4, I-2).

Only the present journal says hello. What stands in one that ended, because it forked or was restored from a copy, was
heard by the hub before; a hub restored from a backup may have lost it, and this machine may be the only one to have it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sync.link import keys
from sync.link.session import Session
from sync.link.wire import Refused, Wire
from sync.local import Local
from sync.local.journal import Recorded, Ruling, hash_before, read_from, rule
from sync.protocol.messages import PUSH_BYTES, PUSH_MOST, Ended, Pushed

log = logging.getLogger(__name__)
_UNHEARD = "SELECT incarnation, parted FROM ended WHERE epoch <> ? ORDER BY incarnation"
_HEARD = "UPDATE ended SET epoch = ? WHERE incarnation = ?"
NOT_A_CONTINUATION = ("fork", "chain", "gap")
SAY_HELLO = (401, 403)
"""Answers that are about this terminal, and not about what it offers."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What earlier journals are offered with. `clock` gives UTC ms."""

    local: Local
    wire: Wire
    session: Session
    seed: bytes
    clock: Callable[[], int]

    def all(self, stopping: Callable[[], bool]) -> int:
        """Offer what this hub has not heard of; how many operations got their verdict. Raises NoAnswer, Refused."""
        cleared, epoch = 0, self.session.welcome.epoch
        for journal, parted in self.local.raw.execute(_UNHEARD, (epoch,)).fetchall():
            try:
                cleared += self._one(journal, parted, stopping)
            except Refused as no:
                if no.status in SAY_HELLO or no.fault.code == "epoch":
                    raise
                # It stays here and is offered again; what is newer does not wait for it (I-5).
                log.warning("the hub does not take what journal %s, which ended, holds: %s", journal, no)
                continue
            if stopping():
                return cleared
            with self.local.write() as db:
                db.execute(_HEARD, (epoch, journal))
        return cleared

    def _one(self, journal: str, parted: int, stopping: Callable[[], bool]) -> int:
        """Up to `parted` what some hub took, as a push; from there on what none did, to be kept aside."""
        cleared, at = 0, dict(self.session.welcome.older).get(journal, 0) + 1
        while not stopping() and (batch := self._batch(journal, at, parted)):
            try:
                answer = self._tell(journal, batch)
            except Refused as no:
                if no.fault.code not in NOT_A_CONTINUATION:
                    raise
                parted = batch[0].seq  # the hub has another chain since: all the rest of ours is kept beside it
                break
            cleared += self._store(journal, answer)
            at = batch[-1].seq + 1
        at = parted
        while not stopping() and (batch := self._batch(journal, at)):
            before = hash_before(self.local.raw, journal, batch[0].seq)
            if before is None:  # the daily proof names that hole
                log.error("journal %s: what precedes operation %d is not here", journal, batch[0].seq)
                break
            self._tell(journal, batch, before)
            at = batch[-1].seq + 1
        return cleared

    def _batch(self, journal: str, first: int, before: int = 2**53) -> list[Recorded]:
        """What one push carries, below the number `before`."""
        size, kept = 0, list[Recorded]()
        for it in read_from(self.local.raw, journal, first, max(0, min(PUSH_MOST, before - first))):
            size += len(it.raw)
            if (kept and size > PUSH_BYTES) or it.seq >= before:
                break
            kept.append(it)
        return kept

    def _tell(self, journal: str, batch: list[Recorded], before: bytes | None = None) -> Pushed:
        me, last, ops = self.local.me, batch[-1], [it.raw.decode() for it in batch]
        signature = keys.sign(self.seed, f"push:{me.terminal}:{journal}:{last.seq}:{last.hash.hex()}")
        epoch, aside = self.session.welcome.epoch, before is not None
        onto = (before or b"").hex()
        request = Ended(me.terminal, journal, epoch, batch[0].seq, ops, signature, aside, onto)
        return self.wire.post("ended", request, Pushed)

    def _store(self, journal: str, answer: Pushed) -> int:
        rulings = [Ruling(v.seq, v.outcome, v.code, v.detail) for v in answer.verdicts]
        with self.local.write() as db:
            return rule(db, journal, rulings, self.clock())
