"""Pushes that wait together are taken together: one transaction and one flush to the disk, each with its own verdicts.

While one transaction runs, what arrives waits; the next takes all of it. So a push that comes alone waits for nobody,
and a storm costs the disk no more than a few. The answer still follows the commit.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from zlib import crc32

from anyio import CapacityLimiter, to_thread
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from sync.hub import database, matters
from sync.hub.faults import Refusal
from sync.hub.push import Taken, check, take
from sync.hub.signatures import Token
from sync.protocol.messages import Push

LANES = 3
"""Transactions at once on PostgreSQL: some are judged here while the database works on others."""
_NOTED = ("fork", "chain")
"""Refusals behind which a matter was noted, in a transaction that moved no head: it is shown by another one."""
MOST = 1000
"""Operations in one transaction, unless a single push has more: nobody waits long for the others."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    request: Push
    now: int
    answer: "asyncio.Future[Taken]"


@dataclass
class _Lane:
    waiting: deque[_Waiting] = field(default_factory=deque)
    work: "asyncio.Task[None] | None" = None

    def board(self) -> list[_Waiting]:
        """Who goes next: in order of arrival, one push of a terminal at most, MOST operations."""
        taken: dict[str, _Waiting] = {}
        later: list[_Waiting] = []
        size = 0
        while self.waiting and size < MOST:
            it = self.waiting.popleft()
            if it.request.terminal in taken:
                later.append(it)
                continue
            taken[it.request.terminal] = it
            size += len(it.request.ops)
        self.waiting.extendleft(reversed(later))
        return list(taken.values())


class Lanes:
    """The pushes of one hub process. Terminals of one store share a lane: they change the same stock and heads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lanes = [_Lane() for _ in range(LANES if engine.dialect.name == "postgresql" else 1)]
        self._limiter = CapacityLimiter(len(self._lanes))
        self._scopes: dict[str, str] = {}

    async def push(self, token: Token, request: Push, now: int) -> Taken:
        """Take a push. Raises Refusal."""
        check(token, request)
        lane = self._lane(request.terminal)
        it = _Waiting(request, now, asyncio.get_running_loop().create_future())
        lane.waiting.append(it)
        if lane.work is None:
            lane.work = asyncio.create_task(self._work(lane))
        taken = await it.answer
        if taken.versions:
            self._scopes[request.terminal] = min(taken.versions)
        return taken

    def _lane(self, terminal: str) -> _Lane:
        # A terminal's store is known from its last push. It is a hint only: any lane takes any push.
        return self._lanes[crc32(self._scopes.get(terminal, terminal).encode()) % len(self._lanes)]

    async def _work(self, lane: _Lane) -> None:
        batch: list[_Waiting] = []
        try:
            while lane.waiting:
                batch = lane.board()
                pushes = [(it.request, it.now) for it in batch]
                outcomes = await to_thread.run_sync(take_together, self._engine, pushes, limiter=self._limiter)
                for it, outcome in zip(batch, outcomes, strict=True):
                    _tell(it, outcome)
        except BaseException as fault:
            for it in [*batch, *lane.waiting]:
                _tell(it, fault)
            lane.waiting.clear()
            raise
        finally:
            lane.work = None


def _tell(it: _Waiting, outcome: Taken | BaseException) -> None:
    if it.answer.done():
        return  # who asked has hung up; the push is taken all the same
    if isinstance(outcome, BaseException):
        it.answer.set_exception(outcome)
    else:
        it.answer.set_result(outcome)


def take_together(engine: Engine, pushes: list[tuple[Push, int]]) -> list[Taken | Exception]:
    """What comes of each push. What fails together is tried alone, so that one fails nobody else's (I-5)."""
    try:
        outcomes: list[Taken | Exception] = [*database.retrying(engine, lambda conn: take(conn, pushes))]
    except Exception as fault:  # noqa: BLE001 - it is told to the one whose push it is
        lost = isinstance(fault, DBAPIError) and fault.connection_invalidated
        if len(pushes) == 1 or lost:
            return [fault] * len(pushes)
    else:
        if any(isinstance(it, Refusal) and it.fault.code in _NOTED for it in outcomes):
            matters.show_all(engine, pushes[0][1])
        return outcomes
    return [outcome for one in pushes for outcome in take_together(engine, [one])]
