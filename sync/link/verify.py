"""The daily proof: this terminal's journals against what the hub holds of them, every difference named (F13).

Digests over spans are compared first, and only spans that differ are asked for in parts, so that a hundred thousand
operations that are the same cost a few hundred bytes.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from sync.link.session import Session
from sync.link.wire import NoAnswer, Refused, Wire
from sync.local import Local, ledger
from sync.protocol.ledger import PARTS, ROWS_MOST, Differs, Held, Ledger, Row, Sums, Totals, parts_of, spans, unlike

log = logging.getLogger(__name__)
T = TypeVar("T")
SENT = 20
"""Differences that are told to the hub, at most."""


class NoProof(Exception):
    """The hub is older than this question: nothing was compared."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Operations `first` to `last` of a journal that differ in the same way. `what` says how, as people say it."""

    what: str
    first: int
    last: int

    def __str__(self) -> str:
        which = f"operation {self.first}" if self.first == self.last else f"operations {self.first} to {self.last}"
        return f"{which}: {self.what}"


@dataclass(slots=True)
class Compared:
    """What a comparison found: sentences, how many operations were compared, and how many questions it took."""

    found: list[str] = field(default_factory=list)
    operations: int = 0
    asked: int = 0


def compare(local: Local, wire: Wire, session: Session) -> Compared:
    """Compare every journal that both know. Raises NoAnswer, Refused, NoProof. Nothing is changed, here or there.

    What is read here is of one moment, and of an earlier one than the hub's answers: a verdict that arrives meanwhile
    is no difference.
    """
    stands = {session.incarnation: session.last_seq, **dict(session.welcome.older)}
    done = Compared()
    with local.read() as db:
        here = ledger.incarnations(db)
        for name in [session.incarnation, *(n for n in here if n != session.incarnation)]:
            one = _Journal(db, wire, name, done)
            done.found += [f"journal {name}, {text}" for text in one.differences(stands.get(name, 0))]
    return done


def tell(wire: Wire, session: Session, found: list[str]) -> None:
    """Put differences before a person at the hub too. Raises NoAnswer, Refused."""
    wire.post("journal/differs", Differs(session.incarnation, found[:SENT]), dict)


def prove(local: Local, wire: Wire, session: Session, clock: Callable[[], int]) -> Compared:
    """Compare, write down what was found, and tell the hub. Raises NoAnswer, Refused, NoProof."""
    done = compare(local, wire, session)
    with local.write() as db:
        ledger.record(db, done.found, clock())
    for text in done.found:
        log.error("journal and hub differ: %s", text)
    if done.found:
        tell(wire, session, done.found)
    return done


class _Journal:
    """One journal, here and at the hub."""

    def __init__(self, db: sqlite3.Connection, wire: Wire, name: str, done: Compared) -> None:
        self._db = db
        self._wire = wire
        self._name = name
        self._done = done

    def differences(self, hub_last: int) -> Iterator[str]:
        first, judged = ledger.bounds(self._db, self._name)
        last = max(judged, hub_last)
        if last < first:
            return
        self._done.operations += last - first + 1
        single = [d for a, b in self._unlike(first, last, 1) for d in self._rows(a, b)]
        yield from map(str, _runs(single))
        if judged >= first:
            yield from self._totals(first, judged)  # what waits here is not compared: its answer may be under way

    def _ask(self, first: int, last: int, parts: int) -> Ledger:
        self._done.asked += 1
        name, get = self._name, self._wire.get
        return _known(lambda: get("journal", Ledger, incarnation=name, first=first, last=last, parts=parts))

    def _unlike(self, first: int, last: int, parts: int) -> Iterator[tuple[int, int]]:
        """The smallest spans that differ."""
        theirs = self._ask(first, last, parts).spans
        ours = spans(ledger.rows(self._db, self._name, first, last), first, last, parts)
        if [(s.first, s.last) for s in theirs] != parts_of(first, last, parts):
            raise NoAnswer("not_the_hub", "the spans are not those that were asked for")
        for mine, his in zip(ours, theirs, strict=True):
            if mine == his:
                continue
            if mine.last - mine.first < ROWS_MOST:
                yield mine.first, mine.last
            else:
                yield from self._unlike(mine.first, mine.last, PARTS)

    def _rows(self, first: int, last: int) -> Iterator[Difference]:
        ours = {row[0]: row for row in ledger.rows(self._db, self._name, first, last)}
        theirs = {held.seq: held for held in self._ask(first, last, 0).rows}
        for seq in range(first, last + 1):
            what = _what(ours.get(seq), theirs.get(seq))
            if what:
                yield Difference(what, seq, seq)

    def _totals(self, first: int, last: int) -> Iterator[str]:
        self._done.asked += 1
        name, get = self._name, self._wire.get
        answer = _known(lambda: get("journal/totals", Totals, incarnation=name, first=first, last=last))
        booked: Sums = {(t.day, t.currency, t.of): [t.count, t.amount] for t in answer.totals}
        yield from unlike(ledger.totals(self._db, self._name, first, last), booked, "here", "at the hub")


def _known(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except Refused as no:
        if no.status == 404:
            raise NoProof("The hub is too old to compare journals.") from no
        raise


def _what(ours: Row | None, theirs: Held | None) -> str:
    """How one operation differs, "" if it does not: one that waits here has no verdict to compare yet."""
    if ours is None:
        return "the hub has it, this terminal does not" if theirs else "neither this terminal nor the hub has it"
    if theirs is None:
        return "the hub does not have it"
    if ours[1].hex() != theirs.hash:
        return "the hub has other bytes, here or before it"
    if ours[2] and (ours[2], ours[3]) != (theirs.outcome, theirs.code):
        return f"the verdict is {_verdict(*ours[2:])} here and {_verdict(theirs.outcome, theirs.code)} at the hub"
    return ""


def _verdict(outcome: str, code: str) -> str:
    return f"{outcome} ({code})" if code else outcome


def _runs(found: list[Difference]) -> Iterator[Difference]:
    """Neighbours that differ in the same way, together."""
    run: Difference | None = None
    for it in sorted(found, key=lambda d: d.first):
        if run and run.what == it.what and run.last + 1 == it.first:
            run = Difference(run.what, run.first, it.last)
            continue
        if run:
            yield run
        run = it
    if run:
        yield run
