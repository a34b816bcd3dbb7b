"""What must hold after every kill: told by paper, card terminal and drawer, which no kill can reach."""

import re
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from pos.devices.virtual.card import VirtualCardTerminal
from pos.devices.virtual.printer import VirtualPrinter
from sync.local import Local, files
from sync.local.proof import prove
from sync.protocol import operations

RECEIPT = re.compile(r"STF1:([0-9A-Z]{6}-\d+)")
_sale = msgspec.json.Decoder(operations.Sale)


@dataclass
class Witness:
    """The devices that saw what the till did. Their memory is the measure of the journal."""

    printer: VirtualPrinter = field(default_factory=lambda: VirtualPrinter().start())
    card: VirtualCardTerminal = field(default_factory=lambda: VirtualCardTerminal().start())
    _read: int = 0
    _numbers: list[str] = field(default_factory=list)

    def stop(self) -> None:
        """Switch them off."""
        self.printer.stop()
        self.card.stop()

    def seen(self) -> int:
        """How much the devices have seen; it only grows."""
        return len(self.printer.receipts) + self.printer.kicks + len(self.card.ledger)

    def printed(self) -> list[str]:
        """The numbers of every receipt on paper, in the order of printing."""
        from pos.devices.virtual.draw import as_text

        receipts = self.printer.receipts
        for marks in receipts[self._read :]:
            found = RECEIPT.findall(as_text(marks, self.printer.head.columns))
            assert found, "a receipt without a number is on paper"
            self._numbers += dict.fromkeys(found)  # in words and in the code that scanners read
        self._read = len(receipts)
        return self._numbers


@dataclass(frozen=True)
class Seen:
    """What a check read in the journal."""

    sales: int
    operations: int
    total: int


def check_journal(home: Path, witness: Witness) -> Seen:
    """Open the files as a till does and hold them against the witness. AssertionError names what is wrong."""
    printed, kicks, charged = list(witness.printed()), witness.printer.kicks, list(witness.card.charged)
    local = Local.open(home)
    try:
        wrong = prove(local)
        assert not wrong, wrong
        sales = _sales_of(local)
        _check_paper(printed, sales, kicks)
        _check_money(local, charged, list(witness.card.charged), sales)
        count = local.raw.execute("SELECT count(*) FROM op").fetchone()[0]
    finally:
        local.close()
    return Seen(len(sales), count, sum(s.total for s in sales.values()))


def _sales_of(local: Local) -> dict[str, operations.Sale]:
    rows = local.raw.execute("SELECT bytes FROM op WHERE kind = 'sale' ORDER BY seq").fetchall()
    bodies = [_sale.decode(operations.open_envelope(row[0]).body) for row in rows]
    numbers = [int(b.receipt.rpartition("-")[2]) for b in bodies]
    assert numbers == list(range(1, len(bodies) + 1)), "receipt numbers are not dense"
    assert len({b.sale_id for b in bodies}) == len(bodies), "a cart was sold twice"
    return {b.receipt: b for b in bodies}


def _check_paper(printed: list[str], sales: dict[str, operations.Sale], kicks: int) -> None:
    lost = [number for number in printed if number not in sales]
    assert not lost, f"on paper and not in the journal: {lost}"
    cash = sum(any(t.kind == "cash" for t in s.tenders) for s in sales.values())
    assert kicks <= cash, f"the drawer opened {kicks} times for {cash} cash sales"


def _check_money(
    local: Local, charged: list[tuple[str, int]], by_now: list[tuple[str, int]], sales: dict[str, operations.Sale]
) -> None:
    """`charged` was read before the journal and `by_now` after it: the till may be alive and at work meanwhile."""
    ids = [attempt for attempt, _amount in charged]
    assert len(set(ids)) == len(ids), "an attempt was charged twice"
    rows = {r[0]: r[1:] for r in local.raw.execute("SELECT id, sale_id, amount, state, sold FROM attempt")}
    unknown = [a for a in ids if a not in rows]
    assert not unknown, f"charged and not in the journal before it: {unknown}"
    wrong = [a for a, amount in charged if rows[a][1] != amount]
    assert not wrong, f"charged another amount than was recorded: {wrong}"
    tenders = {t.attempt: t.amount for s in sales.values() for t in s.tenders if t.kind == "card"}
    never = tenders.items() - set(by_now)
    assert not never, f"paid by a card that was not charged so: {never}"
    carts = {rows[a][0] for a in ids if a not in tenders}
    assert len(carts) <= 1, f"charged, and no sale for it: {carts}"  # the one is the cart that is still open


def check_replica(home: Path) -> None:
    """The replica in force is whole, whatever was killed while it was written (F25)."""
    path = files.current(home)
    if path is None:
        return
    try:
        db = sqlite3.connect(files.uri(path, "ro"), uri=True)
        found = db.execute("PRAGMA quick_check").fetchall()
        db.close()
    except sqlite3.OperationalError:
        assert files.current(home) != path, "the replica that is named can't be opened"
        return
    assert found == [("ok",)], found
