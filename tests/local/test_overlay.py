"""The overlay, kept up step by step, is always what adding everything up would give."""

import random
from pathlib import Path

import pytest

from sync.local import Local, stock_here, stock_rows, tables
from sync.local.journal import Effect, Ruling, append, head, prune, rule
from sync.local.replica import Replica
from sync.local.tables import insert
from sync.protocol.operations import Payment
from tests.local.fixture import NOW, OWN, make_terminal

GOODS = ("p-milk", "p-bread", "p-tea")
_ADDED_UP = """SELECT coalesce(sum(e.delta), 0) FROM effect e, identity i
    WHERE e.product = ? AND e.location = i.location AND CASE WHEN e.incarnation = i.incarnation
    THEN e.seq > coalesce((SELECT c.included FROM replica.cursor c
            WHERE c.scope = 'location:' || i.location AND c.incarnation = i.incarnation), 0)
        AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.incarnation = e.incarnation AND v.seq = e.seq
            AND v.outcome = 'refused')
    ELSE EXISTS (SELECT 1 FROM waiting w WHERE w.incarnation = e.incarnation AND w.seq = e.seq) END"""


class Till:
    """A terminal to which things happen."""

    def __init__(self, home: Path, seed: int) -> None:
        self.local = Local.open(home)
        self.replica = Replica(home)
        self.chance = random.Random(seed)
        self.judged = self.numbers = 0

    def close(self) -> None:
        self.replica.close()
        self.local.close()

    def sell(self) -> None:
        self.numbers += 1
        goods = self.chance.sample(GOODS, self.chance.randint(0, 3))
        effects = [Effect(OWN, p, -1000 * self.chance.randint(1, 9)) for p in goods]
        body = Payment(f"a{self.numbers}", "", "pending", 1, "KZT")
        with self.local.write():
            append(
                self.local, "payment", body, op_id=f"{self.numbers:032x}", at=NOW, business_day="", actor="",
                effects=effects,
            )  # fmt: skip

    def judge(self) -> None:
        end = head(self.local.raw)
        first, self.judged = self.judged + 1, self.chance.randint(self.judged, end.seq)
        outcomes = [self.chance.choice(["applied"] * 5 + ["refused"]) for _ in range(first, self.judged + 1)]
        with self.local.write() as db:
            rule(db, end.incarnation, [Ruling(first + n, outcome) for n, outcome in enumerate(outcomes)], NOW)

    def include(self) -> None:
        end = head(self.local.raw)
        self._cursor(end.incarnation, self.chance.randint(0, end.seq))

    def lose_replica(self) -> None:
        self._cursor("", 0)

    def _cursor(self, journal: str, included: int) -> None:
        with self.replica.write() as db:
            db.execute(
                "UPDATE cursor SET incarnation = ?, included = ? WHERE scope = ?",
                (journal, included, f"location:{OWN}"),
            )

    def begin_again(self) -> None:
        self.judged = 0
        with self.local.write() as db:
            db.execute("UPDATE identity SET incarnation = ?", (f"{self.chance.getrandbits(128):032x}",))
        self.local.forget_identity()

    def forget_old(self) -> None:
        prune(self.local, NOW + 200 * 86_400_000)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_the_overlay_is_the_sum_of_what_the_replica_does_not_show(tmp_path: Path, seed: int) -> None:
    till = Till(make_terminal(tmp_path), seed)
    base = {p: level.on_hand for p, level in stock_here(till.local, list(GOODS)).items()}
    steps = (
        [till.sell] * 8 + [till.judge] * 3 + [till.include] * 3 + [till.lose_replica, till.begin_again, till.forget_old]
    )
    for _ in range(150):
        till.chance.choice(steps)()
        if till.chance.random() < 0.6:  # several things happen between two looks
            seen = stock_here(till.local, list(GOODS))
            for p in GOODS:
                told = int(till.local.raw.execute(_ADDED_UP, (p,)).fetchone()[0])
                assert seen[p].on_hand == base[p] + told
                own = stock_rows(till.local, p, NOW)[0].level
                assert own is not None
                assert own.on_hand == seen[p].on_hand
    till.close()


def test_a_month_offline_does_not_slow_a_look_at_the_shelf(tmp_path: Path) -> None:
    till = Till(make_terminal(tmp_path), 1)
    many, journal = 20_000, till.local.me.incarnation
    with till.local.write() as db:
        rows = [
            {"incarnation": journal, "seq": n, "location": OWN, "product": "p-milk", "delta": -1}
            for n in range(1, many)
        ]
        insert(tables.effect).many(db, rows)
        insert(tables.waiting).many(db, [{"incarnation": journal, "seq": n, "at": n} for n in range(1, many)])
    stock_rows(till.local, "p-milk", NOW)
    steps = [0]

    def step() -> int:
        steps[0] += 1
        return 0

    till.local.raw.set_progress_handler(step, 100)
    stock_rows(till.local, "p-milk", NOW)
    till.local.raw.set_progress_handler(None, 0)
    assert steps[0] < 50  # of a hundred SQLite instructions each; adding up took thousands
    till.close()
