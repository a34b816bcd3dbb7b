"""The storm: till, agent and hub at work, each killed with SIGKILL at random moments, checked after every kill.

Random moments can't be replayed to the instruction; the seed replays who is killed and after how long. What the storm
finds is looked for again with `tests/local/victim.py`, which kills at a counted step.
"""

import random
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sync.hub import database, records
from sync.local import Local, files, link_status
from sync.local.journal import read_from
from tests.crash import processes
from tests.crash.cashier import Cashier
from tests.crash.processes import Victim
from tests.crash.truth import Seen, Witness, check_journal, check_replica
from tests.link.store import OWN, Store, now, until

LONGEST_LIFE_S = 0.5
"""Between what a till was last seen to do and the next kill lies at most so much."""
LONGEST_WAIT_S = 5.0
"""So long at most a till is given to do something before it is killed."""
SETTLING_S = 60.0


@dataclass(frozen=True)
class Report:
    """What a storm did and what was left."""

    kills: dict[str, int]
    sales: int
    printed: int
    charged: int
    operations: int
    seconds: float


class Storm:
    """One store in a folder, and its weather."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.folder, self.seed = folder, seed
        self.store = Store(folder / "hub")
        self.home = self.store.terminal(folder)
        self.store.stop()
        self.witness = Witness()
        ports = self.witness.printer.port, self.witness.card.port
        url = f"sqlite:///{self.store.folder}/hub.db"
        self.till = Victim(folder / "till.log", processes.till, self.home, *ports)
        self.agent = Victim(folder / "agent.log", processes.agent, self.home)
        self.hub = Victim(folder / "hub.log", processes.hub, url, self.store.folder / "snapshots", self.store.port)
        self.lives = self.seen = 0

    def run(self, kills: int) -> Report:
        """That many kills, a check after each, and the settling of everything. AssertionError names what is wrong."""
        began = time.monotonic()
        for victim in (self.hub, self.agent):
            victim.start()
        self._start_till()
        done = Counter[str]()
        try:
            while sum(done.values()) < kills:
                done.update(self._strike())
            seen = self._settle()
        finally:
            self._stop()
        printed, charged = len(self.witness.printed()), len(self.witness.card.charged)
        return Report(dict(done), seen.sales, printed, charged, seen.operations, time.monotonic() - began)

    def _strike(self) -> list[str]:
        """Kill one of them, or all at once as a power cut does; look; start again."""
        self._let_live()
        names = self.chance.choices(
            (["till"], ["agent"], ["hub"], ["till", "agent"], ["till", "agent", "hub"]), (10, 5, 3, 1, 1)
        )[0]
        for name in names:
            getattr(self, name).kill()
        check_journal(self.home, self.witness)
        check_replica(self.home)
        if "agent" in names and self.chance.random() < 0.05:
            (self.home / files.POINTER).unlink(missing_ok=True)  # the replica is lost: it is fetched anew (F25)
        for name in names:
            self._start_till() if name == "till" else getattr(self, name).start()
        return names

    def _let_live(self) -> None:
        """Some die while they start. Most of the time the till has done something before, however slow the machine."""
        if self.chance.random() < 0.3:
            time.sleep(self.chance.uniform(0.0, LONGEST_LIFE_S / 10))
            return
        end = time.monotonic() + LONGEST_WAIT_S
        while self.witness.seen() == self.seen and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(self.chance.uniform(0.0, LONGEST_LIFE_S))

    def _start_till(self) -> None:
        self.lives += 1
        self.seen = self.witness.seen()
        self.till.start(self.seed * 1_000_003 + self.lives)

    def _settle(self) -> Seen:
        """The weather is over: the last sale ends, all goes to the hub, and both sides hold the same."""
        self.till.kill()
        self._finish_sale()
        self._drain()
        self.agent.kill()
        seen = check_journal(self.home, self.witness)
        self.hub.kill()
        check_hub(self.store, self.home, seen)
        return seen

    def _finish_sale(self) -> None:
        cashier = Cashier(self.home, self.witness.printer.port, self.witness.card.port, self.seed)
        cashier.terminal.start(agent=False)
        cashier.till.open()
        end = time.monotonic() + SETTLING_S
        while not cashier.idle() or not cashier.till.actor:
            assert time.monotonic() < end, f"the open sale came to no end: {cashier.till.payment.state}"
            cashier.step()
        cashier.terminal.stop()

    def _drain(self) -> None:
        local = Local.open(self.home)
        try:
            until(lambda: link_status(local, now()).waiting == 0, SETTLING_S)
        finally:
            local.close()

    def _stop(self) -> None:
        for victim in (self.till, self.agent, self.hub):
            if victim.alive:
                victim.kill()
        self.witness.stop()


def check_hub(store: Store, home: Path, seen: Seen) -> None:
    """Everything is at the hub once: the very bytes, one verdict each, money and stock conserved (I-2, I-4, I-6)."""
    local = Local.open(home)
    recorded = [it.raw for it in read_from(local.raw, local.me.incarnation, 1, 1_000_000)]
    sold = dict(local.raw.execute("SELECT product, -sum(delta) FROM effect GROUP BY product").fetchall())
    local.close()
    store.start()
    try:
        assert [bytes(op.raw) for op in store.operations()] == recorded
        report = records.report(store.engine)
        totals = [t for t in report.sales if t.location == OWN]
        assert (sum(t.sales for t in totals), sum(t.total for t in totals)) == (seen.sales, seen.total)
        with database.read(store.engine) as conn:
            assert records.stock_differences(conn) == []
            assert records.sold_by_product(conn, OWN) == sold
        assert not report.unknown_payments and not report.paid_without_sale
    finally:
        store.stop()
