"""Where terminal and hub stand with each other: hello, and what follows from its answer."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from sync.link import keys
from sync.link.enrol import seed_of
from sync.link.wire import Wire, from_hex
from sync.local import Local
from sync.local.ailing import own_ailing
from sync.local.journal import Head, head, read_one
from sync.protocol.messages import Ails, Hello, Welcome
from sync.protocol.operations import GENESIS

log = logging.getLogger(__name__)


@dataclass
class Session:
    """A hello that was answered. `last_seq` and `last_hash` move with every push that was answered.

    `skew_ms`: how far our clock is ahead of the hub's (F41).
    """

    incarnation: str
    welcome: Welcome
    skew_ms: int
    last_seq: int
    last_hash: bytes
    ails: list[Ails] = field(default_factory=list)
    """What the hello said of our devices."""

    def fresh(self, now: int) -> bool:
        """Whether the token is good for another minute, by our own clock as it was at the hello."""
        return now - self.skew_ms < self.welcome.expires - 60_000


def hello(local: Local, wire: Wire, clock: Callable[[], int], software: str) -> Session:
    """Say who we are and hear where the hub stands. Raises wire.NoAnswer, wire.Refused."""
    me = local.me
    incarnation = head(local.raw).incarnation
    sent, nonce = clock(), secrets.token_hex(16)
    signature = keys.sign(seed_of(local), f"hello:{me.terminal}:{incarnation}:{sent}:{nonce}")
    row = local.raw.execute("SELECT seq, seal FROM told WHERE incarnation = ?", (incarnation,)).fetchone()
    told, seal = row or (0, "")
    ails = own_ailing(local.raw)
    request = Hello(me.terminal, incarnation, sent, nonce, signature, software, told=told, seal=seal, ails=ails)
    answer = wire.post("hello", request, Welcome)
    heard = clock()
    wire.token = answer.token
    skew = (sent + heard) // 2 - answer.now
    return Session(incarnation, answer, skew, answer.last_seq, from_hex(answer.last_hash), ails)


class Proof:
    """How our journal relates to what the hub has of it."""

    def __init__(self, local: Local, session: Session) -> None:
        self.ours: Head = head(local.raw, session.incarnation)
        self.hub_is_ahead = session.last_seq > self.ours.seq
        """The hub has operations that this journal lost: it was restored from a copy (F24)."""
        self.forked = not self.hub_is_ahead and self._differs(local, session)
        """The hub has other operations under our numbers: two machines, one identity (F4, F27)."""

    def _differs(self, local: Local, session: Session) -> bool:
        if session.last_seq == 0:
            return session.last_hash != GENESIS
        ours = read_one(local.raw, session.incarnation, session.last_seq)
        if ours is None:  # pruned: it had its verdict, which only that hub can have given
            return False
        return ours.hash != session.last_hash
