"""Power loss: a till sells and its agent works over a recording shim; then every disk that a power cut may leave is
built and opened by the product itself, which must find all that a person was told, or say that it is damaged.
"""

import copy
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync.actions.cart import open_cart, save_cart
from sync.actions.pay import begin_attempt, resolve_attempt
from sync.actions.sell import sell
from sync.actions.sign_in import sign_in
from sync.domain.payments import AttemptState
from sync.domain.sales import Refused
from sync.local import Local, product
from sync.local.database import JournalTooNew
from sync.local.journal import Ruling, read_from, rule
from sync.local.proof import prove
from sync.local.replica import Replica
from sync.protocol.messages import Change, Page, Version
from tests.crash.disk import Disk, put_down
from tests.crash.shim import Event, Shim
from tests.local.fixture import INCARNATION, NOW, OWN, TERMINAL, make_terminal
from tests.local.tills import CASHIER

SALES = 60
FORGETS = 900
"""A lying disk forgets at most so many events: those of some thirteen sales."""
CHECKPOINTS = ("PASSIVE", "PASSIVE", "FULL", "RESTART", "TRUNCATE")
ENROLLED = "enrolled"


@dataclass(frozen=True)
class Story:
    """What was recorded: every event of the disk, and the journal as it stood in the end."""

    seed: int
    events: list[Event]
    journal: list[bytes]


class _Day:
    """A till and its agent at work on the same files, both with the product's own connections."""

    def __init__(self, home: Path, shim: Shim, chance: random.Random, careless: bool) -> None:
        self.app, self.agent = Local.open(home), Local.open(home, agent=True)
        self.replica, self.shim, self.chance = Replica(home), shim, chance
        self.version, self.ruled = 1, 0
        if careless:
            self.app.raw.execute("PRAGMA synchronous = OFF")

    def close(self) -> None:
        self.app.close()
        self.replica.close()
        self.agent.close()

    def step(self) -> None:
        """A sale, and whatever else happens on such a day."""
        self._sale()
        for share, do in ((0.4, self._verdicts), (0.5, self._page), (0.15, self._checkpoint), (0.1, self._wrong_pin)):
            if self.chance.random() < share:
                do()

    def _sale(self) -> None:
        cart = open_cart(self.app, NOW)
        for id in self.chance.sample(("p-milk", "p-bread", "p-tea", "p-book"), self.chance.randint(1, 4)):
            found = product(self.app, id, NOW)
            assert found is not None
            cart = cart.add(found, NOW)
            save_cart(self.app, cart)
        if self.chance.random() < 0.4:
            due = sum(line.product.price.unit * line.quantity // 1000 for line in cart.lines if line.product.price)
            attempt = begin_attempt(self.app, cart, due, CASHIER, NOW)
            self.shim.told(("pending", attempt.id))
            resolve_attempt(self.app, attempt.id, AttemptState.APPROVED, "ref", "•• 4242", "", NOW)
            self.shim.told(("approved", attempt.id))
            done = sell(self.app, cart, 0, CASHIER, "en", NOW)
        else:
            done = sell(self.app, cart, 90_000_000, CASHIER, "en", NOW)
        assert not isinstance(done, Refused)
        self.shim.told(("receipt", done.body.receipt))

    def _verdicts(self) -> None:
        upto = len(read_from(self.agent.raw, INCARNATION, 1, 10_000))
        with self.agent.write() as db:
            rule(db, INCARNATION, [Ruling(n, "applied") for n in range(self.ruled + 1, upto + 1)], NOW)
        self.ruled = upto

    def _page(self) -> None:
        self.version += 1
        row = {
            "product": "p-milk",
            "location": OWN,
            "on_hand": self.version * 1000,
            "reserved": 0,
            "shelf": "",
            "at": 0,
        }
        change = Change("stock", f"p-milk\x1f{OWN}", row)
        version = Version(self.version, NOW, [change])
        scope, n = f"location:{OWN}", self.version
        self.replica.apply(Page(scope, "epoch-1", n - 1, n, n, self.ruled, NOW, [version]), INCARNATION, NOW)

    def _checkpoint(self) -> None:
        db = self.chance.choice((self.app.raw, self.agent.raw, self.replica.db))
        db.execute(f"PRAGMA main.wal_checkpoint({self.chance.choice(CHECKPOINTS)})")

    def _wrong_pin(self) -> None:
        sign_in(self.app, "s-marat", "0000", NOW + 10**9)


def record(folder: Path, seed: int, sales: int = SALES, careless: bool = False) -> Story:
    """A day on real files. The same seed makes the same events, but for keys and the names of temporary files.

    `careless`: the till does not wait for its disk. It shows that what is looked for here can be found.
    """
    home = folder / TERMINAL
    home.mkdir(parents=True)
    shim, chance = Shim(home, seed), random.Random(seed)
    with shim.watching():
        make_terminal(folder)
        shim.told((ENROLLED,))
        day = _Day(home, shim, chance, careless)
        for _ in range(sales):
            day.step()
        journal = [it.raw for it in read_from(day.app.raw, INCARNATION, 1, 10_000)]
        day.close()
    return Story(seed, shim.events, journal)


@dataclass(frozen=True)
class State:
    """One disk: after `at` events, by these dice. From event `lies` on it only says that it syncs (-1: never).

    Its text replays it.
    """

    at: int
    dice: int
    lies: int = -1

    def __str__(self) -> str:
        return f"{self.at}:{self.dice}:{self.lies}"

    @classmethod
    def read(cls, text: str) -> "State":
        """The state of such a text."""
        return cls(*(int(part) for part in text.split(":")))


def honest(story: Story, count: int) -> list[State]:
    """States of a disk that keeps its word: at each side of syncs, and at any moment."""
    chance = random.Random(story.seed)
    edges = [n + side for n, e in enumerate(story.events) if e.what == "sync" for side in (0, 1)]
    first = edges if len(edges) <= count * 2 // 3 else chance.sample(edges, count * 2 // 3)
    rest = (chance.randint(1, len(story.events)) for _ in range(max(0, count - len(first))))
    return [State(at, chance.randrange(1 << 30)) for at in (*first, *rest)]


def lying(story: Story, count: int) -> list[State]:
    """States of a disk that from some moment on only says that it has synced."""
    chance, end = random.Random(story.seed + 1), len(story.events)
    begins = (chance.randrange(end) for _ in range(count))
    return [State(min(end, n + chance.randint(1, FORGETS)), chance.randrange(1 << 30), n) for n in begins]


def disks(story: Story, wanted: list[State]) -> Iterator[tuple[State, dict[str, bytes], list[Any]]]:
    """For each state the files it leaves, and what people had been told by then."""
    disk, done = Disk(), 0
    for state in sorted(wanted, key=_parting):
        for event in story.events[done : _parting(state)]:
            disk.take(event)
        done = _parting(state)
        there = _lied_to(disk, story.events[done : state.at], state.dice) if state.lies >= 0 else disk
        told = [e.data for e in story.events[: state.at] if e.what == "told"]
        yield state, there.after_power_loss(random.Random(state.dice)), told


def _parting(state: State) -> int:
    """Up to here the disk is as honest as any."""
    return state.at if state.lies < 0 else state.lies


def _lied_to(disk: Disk, events: list[Event], dice: int) -> Disk:
    """The disk after these events, of whose syncs it does none, or none of the database or of its log."""
    there, kind = copy.deepcopy(disk), random.Random(dice).choice(("", "journal.db", "journal.db-wal"))
    there.lies = lambda name: name != "." and name.startswith(kind)
    for event in events:
        there.take(event)
    return there


def look(home: Path, told: list[Any], story: Story) -> str:
    """What the product finds: `whole`, `behind` (an earlier moment of the truth) or `damaged: …` in its own words.

    `replica behind`: the journal is whole, and a row of the replica is older than its cursor says, which nothing on a
    terminal can tell. AssertionError: the journal is wrong and nobody says so.
    """
    if not any(t[0] == ENROLLED for t in told):
        told = []
    try:
        local = Local.open(home)
    except (sqlite3.DatabaseError, OSError, JournalTooNew, ValueError) as error:
        return f"damaged: {error}"
    try:
        wrong = prove(local)
        if wrong:
            return f"damaged: {wrong[0]}"
        if local.identity is None:
            return "whole" if not told else "damaged: not enrolled"
        return _compared(local, told, story)
    finally:
        local.close()


def _compared(local: Local, told: list[Any], story: Story) -> str:
    journal = [it.raw for it in read_from(local.raw, INCARNATION, 1, 10_000)]
    assert journal == story.journal[: len(journal)], "the journal holds what was never recorded"
    if [t for t in told if not _holds(local, t)]:
        return "behind"
    return "whole" if _replica_agrees(local) else "replica behind"


def _holds(local: Local, told: Any) -> bool:
    kind, *rest = told
    if kind == "receipt":
        return bool(local.raw.execute("SELECT 1 FROM sale WHERE receipt = ?", rest).fetchone())
    if kind == ENROLLED:
        return local.identity is not None
    row = local.raw.execute("SELECT state FROM attempt WHERE id = ?", rest).fetchone()
    return row is not None and (kind == "pending" or row[0] == kind)


def _replica_agrees(local: Local) -> bool:
    """Cursor and rows were written in one transaction, so they are of one moment, or the replica is another one."""
    cursor = local.raw.execute("SELECT version FROM replica.cursor WHERE scope = ?", (f"location:{OWN}",)).fetchone()
    row = local.raw.execute("SELECT on_hand FROM replica.stock WHERE product = 'p-milk' AND location = ?", (OWN,))
    found = row.fetchone()
    return cursor is None or cursor[0] == 1 or (found is not None and found[0] == cursor[0] * 1000)


def try_all(story: Story, wanted: list[State], home: Path) -> Counter[str]:
    """Build and open each; how many ended how. AssertionError names the state and how to replay it."""
    ends = Counter[str]()
    for state, left, told in disks(story, wanted):
        put_down(left, home)
        replay = f"see it again: python -m tests.crash power --seed {story.seed} --state {state}"
        try:
            end = look(home, told, story)
        except AssertionError as error:
            raise AssertionError(f"{error}; {replay}") from error
        assert state.lies >= 0 or end == "whole", f"an honest disk, and the journal is {end}; {replay}"
        ends[end.partition(":")[0]] += 1
    return ends
