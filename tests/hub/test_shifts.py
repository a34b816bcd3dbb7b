"""What the hub says of shifts: facts all of them, held against its own books; what comes late has a home (F8)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from sync.hub import cases, database, records, shift_records, tables
from sync.hub.again import take_up
from sync.hub.cases import Reader
from sync.hub.said import money
from sync.hub.serving import Running
from sync.hub.shift_records import ShiftRow
from sync.protocol import operations, takings
from sync.protocol.operations import CashMoved, Sale, ShiftClosed, ShiftOpened
from sync.protocol.shifts import MoveTotal, TenderTotal
from tests.hub.retailer import STORE
from tests.hub.returning import Web, stands, takes_back
from tests.hub.terminals import Terminal, count, matters, new_code, payment_of, sale_of, terminal_at, verdicts

PLAIN = ("applied", "")
FLOAT = 50_000


def exception(code: str) -> tuple[str, str]:
    return ("applied_with_exception", code)


@dataclass
class Drawer:
    """A till's shift as a till would tell it: what it sells, moves and counts."""

    till: Terminal
    shift: str = "shift-1"
    number: str = "T1-Z1"
    first: int = 0
    cash: int = 0
    sales: list[Sale] = field(default_factory=list)
    moves: dict[str, tuple[int, int]] = field(default_factory=dict)

    def open(self) -> "Drawer":
        self.till.record(ShiftOpened(self.shift, self.number, STORE, "KZT", FLOAT), "shift_opened")
        self.first = len(self.till.raws)
        return self

    def sell(self, **changed: Any) -> Sale:
        sale = self.till.sell(**changed)
        self.sales.append(sale)
        self.cash += takings.of_sale(sale).cash
        return sale

    def move(self, kind: str, amount: int, move: str = "") -> None:
        id = move or f"{self.shift}-m{len(self.moves)}"
        self.till.record(CashMoved(id, self.shift, kind, amount, "safe"), "cash_moved")
        n, total = self.moves.get(kind, (0, 0))
        self.moves[kind] = n + 1, total + amount

    @property
    def expected(self) -> int:
        moved = sum(amount if kind == "pay_in" else -amount for kind, (_, amount) in self.moves.items())
        return FLOAT + self.cash + moved

    def close(self, off: int = 0, **changed: Any) -> ShiftClosed:
        there = self.expected + off
        body = ShiftClosed(
            shift=self.shift, number=self.number, location=STORE, currency="KZT", opened_at=1, opened_by="s-1",
            float_=FLOAT, expected=self.expected, counted=there, difference=off, reason="miscount" if off else "",
            note="", pieces=[(1, there)], tenders=[TenderTotal("cash", self.cash, 0)] if self.cash else [],
            moves=[MoveTotal(kind, n, amount) for kind, (n, amount) in sorted(self.moves.items())],
            sales=len(self.sales), sold=sum(s.total for s in self.sales), sold_vat=0, returns=0, returned=0,
            returned_vat=0, promised=0, rounding=0, first_receipt="", last_receipt="", first=self.first, waiting=2,
            first_counted=there,
        )  # fmt: skip
        body = msgspec.structs.replace(body, **changed)
        self.till.record(body, "shift_closed")
        return body


@pytest.fixture
def till(hub: Running) -> Terminal:
    return terminal_at(hub)


@pytest.fixture
def drawer(till: Terminal) -> Drawer:
    return Drawer(till).open()


def listed(hub: Running, place: str = "") -> list[ShiftRow]:
    with database.read(hub.engine) as conn:
        return shift_records.shifts(conn, place)


def lines(hub: Running) -> list[str]:
    with database.read(hub.engine) as conn:
        return list(shift_records.lines(conn))


def open_matters(hub: Running) -> list[tuple[str, str]]:
    with hub.engine.connect() as conn:
        query = select(tables.attention.c.code, tables.attention.c.detail).where(
            tables.attention.c.settled_at.is_(None)
        )
        return [(row[0], row[1]) for row in conn.execute(query.order_by(tables.attention.c.id))]


def test_f36_a_shift_that_agrees_with_the_books_is_plainly_applied_and_listed(hub: Running, drawer: Drawer) -> None:
    drawer.sell()
    drawer.sell()
    drawer.move("drop", 9_000)
    drawer.move("pay_in", 500)
    drawer.close()
    assert verdicts(drawer.till.push()) == [PLAIN] * 6
    [row] = listed(hub, STORE)
    assert (row.state, row.told, row.booked, row.counted, row.difference) == ("closed", *[drawer.expected] * 3, 0)
    assert (row.sums.sales, row.sums.tenders["cash"]) == (2, (drawer.cash, 0))
    assert row.sums.moves == {"drop": (1, 9_000), "pay_in": (1, 500)}
    assert listed(hub, "store-2") == [] and open_matters(hub) == []
    assert lines(hub)[0].endswith("no difference; closed with 2 waiting")
    assert drawer.till.push().json()["verdicts"][-1]["code"] == ""
    assert count(hub, tables.shift) == 1 and count(hub, tables.cash_move) == 2


def test_f37_over_and_short_are_no_exception_and_a_person_can_list_them(hub: Running, till: Terminal) -> None:
    for n, off in enumerate([-250, 90]):
        Drawer(till, f"shift-{n}").open().close(off)
    assert verdicts(till.push()) == [PLAIN] * 4
    assert sorted(row.difference for row in listed(hub)) == [-250, 90]
    said = "".join(lines(hub))
    assert "2.50 KZT short (miscount)" in said and "0.90 KZT over (miscount)" in said


def test_an_open_shift_shows_what_its_drawer_holds_by_the_books(hub: Running, drawer: Drawer) -> None:
    sale = drawer.sell()
    assert verdicts(drawer.till.push()) == [PLAIN] * 2
    [row] = listed(hub)
    assert (row.state, row.booked) == ("open", FLOAT + sale.total)
    assert lines(hub)[0].endswith(f"open, {money(row.booked, 'KZT')} in the drawer by the books")


def test_returns_and_promises_count_as_the_terminal_counts_them(hub: Running, till: Terminal) -> None:
    web = Web(hub)
    web.receive({"1": ("p-1", 3, 30_000)})
    drawer = Drawer(till).open()
    verdicts(till.push())
    takes_back(till, stands(hub), {"1": 1000}, receipt="A-1")
    back = takings.of_return(_body_of(till))
    drawer.close(tenders=[TenderTotal("online", 0, -back.others["online"])], returns=1, returned=back.total)
    assert verdicts(till.push())[-1] == PLAIN
    assert listed(hub)[0].sums.returns == 1


def _body_of(till: Terminal) -> operations.Return:
    envelope = operations.open_envelope(till.raws[-1])
    return msgspec.json.decode(envelope.body, type=operations.Return)


def test_f36_a_close_that_is_not_what_the_books_say_is_named_and_kept(hub: Running, till: Terminal) -> None:
    wrong: list[dict[str, Any]] = [
        {"sales": 7},
        {"tenders": []},
        {"expected": 1, "difference": FLOAT},
        {"counted": 3},
        {"moves": [MoveTotal("drop", 1, 5)]},
    ]
    for n, changed in enumerate(wrong):
        drawer = Drawer(till, f"shift-{n}", f"T1-Z{n}").open()
        drawer.sell()
        drawer.close(**changed)
    assert verdicts(till.push())[2::3] == [exception("shift_differs")] * 5
    found = open_matters(hub)
    assert [code for code, _ in found] == ["shift_differs"] * 5
    for n, (_, detail) in enumerate(found):
        assert detail.startswith(f"shift T1-Z{n}: ") and "told" in detail
    assert {row.state for row in listed(hub)} == {"closed"}
    assert {row.booked for row in listed(hub)} == {drawer.expected}
    assert 1 in {row.told for row in listed(hub)}, "what the terminal told stays as it told it"


def test_a_shift_is_recorded_once_whatever_else_is_told_of_it(hub: Running, drawer: Drawer) -> None:
    drawer.move("drop", 100, "m-1")
    drawer.open()
    drawer.till.record(CashMoved("m-1", "shift-1", "drop", 999, "safe"), "cash_moved")
    drawer.close()
    drawer.close(5)
    codes = [code for _, code in verdicts(drawer.till.push())]
    assert codes == ["", "", "duplicate_shift", "duplicate_shift", "", "duplicate_shift"]
    assert listed(hub)[0].difference == 0


def test_a_close_of_a_shift_that_nobody_opened_is_recorded_and_a_person_is_told(hub: Running, till: Terminal) -> None:
    drawer = Drawer(till, first=1)
    till.sell()
    drawer.sell()
    drawer.close()
    assert verdicts(till.push())[-1] == exception("shift_unknown")
    [row] = listed(hub)
    assert (row.state, row.float_, row.booked) == ("closed", FLOAT, drawer.expected), "it begins where the close says"


def test_cash_that_moves_in_no_open_shift_is_recorded_and_named(hub: Running, till: Terminal) -> None:
    drawer = Drawer(till)
    drawer.move("drop", 100)
    drawer.open().close()
    drawer.move("drop", 50)
    codes = [code for _, code in verdicts(till.push())]
    assert codes == ["shift_unknown", "", "shift_differs", "shift_unknown"]
    assert count(hub, tables.cash_move) == 2


def test_f8_another_terminals_shift_is_not_closed_by_this_one(hub: Running, drawer: Drawer) -> None:
    verdicts(drawer.till.push())
    other = Drawer(terminal_at(hub, "till-2"), first=1)
    other.close()
    assert verdicts(other.till.push()) == [exception("shift_unknown")]
    assert listed(hub)[0].state == "open"


def test_f8_a_lost_disk_leaves_its_shift_open_until_the_next_is_opened_and_then_it_is_named(
    hub: Running, drawer: Drawer
) -> None:
    drawer.sell()
    drawer.till.push()
    fresh = Terminal(hub.url, "till-1")
    assert fresh.enrol(new_code(hub)).status_code == 200 and fresh.hello().status_code == 200
    fresh.sell()
    Drawer(fresh, "shift-2", "T9-Z1").open()
    assert verdicts(fresh.push()) == [PLAIN, exception("shift_left_open")]
    newest, lost = sorted(listed(hub), key=lambda row: row.state == "left")
    assert (newest.shift, lost.shift, lost.booked) == ("shift-2", "shift-1", drawer.expected)
    [(_, detail)] = open_matters(hub)
    assert detail == f"shift T1-Z1 was never closed; by the books its drawer holds {drawer.expected} KZT in minor units"
    assert "never closed" in "".join(lines(hub))


def test_f8_a_shift_that_was_left_and_is_closed_after_all_is_closed_and_the_matter_settles(
    hub: Running, drawer: Drawer
) -> None:
    drawer.sell()
    Drawer(drawer.till, "shift-2", "T1-Z2").open()
    assert verdicts(drawer.till.push())[-1] == exception("shift_left_open")
    drawer.close()
    assert verdicts(drawer.till.push())[-1] == PLAIN
    assert {row.shift: row.state for row in listed(hub)} == {"shift-1": "closed", "shift-2": "open"}
    assert open_matters(hub) == []


def test_f8_a_shift_that_goes_on_in_the_next_journal_has_both_parts(hub: Running, drawer: Drawer) -> None:
    drawer.sell()
    assert verdicts(drawer.till.push()) == [PLAIN] * 2
    fresh = Terminal(hub.url, "till-1")
    assert fresh.enrol(new_code(hub)).status_code == 200 and fresh.hello().status_code == 200
    drawer.till = fresh
    drawer.sell()
    drawer.close()
    assert verdicts(fresh.push()) == [PLAIN] * 2
    assert listed(hub)[0].sums.sales == 2


def test_f8_sales_that_a_fork_keeps_aside_are_missing_in_the_books_and_the_close_says_so(
    hub: Running, drawer: Drawer
) -> None:
    till = drawer.till
    verdicts(till.push())
    twin = Terminal(hub.url, "till-1", till.key, till.incarnation, list(till.raws), till.token, till.epoch)
    twin.record(payment_of("pending"), "payment")
    assert verdicts(twin.push(2)) == [PLAIN]
    aside = drawer.sell()
    assert till.push(2).status_code == 409
    fresh = Terminal(hub.url, "till-1")
    assert fresh.enrol(new_code(hub)).status_code == 200 and fresh.hello().status_code == 200
    drawer.till = fresh
    drawer.sell()
    drawer.close()
    assert verdicts(fresh.push()) == [PLAIN, exception("shift_differs")]
    assert listed(hub)[0].booked == drawer.expected - aside.total
    assert sorted(code for code, _ in open_matters(hub)) == ["fork", "shift_differs"]


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A hub that will know the second schema of sales after its upgrade."""
    yield monkeypatch


def _upgrade(hub: Running, patch: pytest.MonkeyPatch) -> None:
    patch.setitem(cases.READERS, "sale", Reader(2, Sale, {1: lambda body: body | {"language": "kk"}}))
    assert take_up(hub.engine, 1 << 45) == 1


def _newer(till: Terminal) -> None:
    till.raws[-1] = till.raws[-1].replace(b'"schema":1', b'"schema":2', 1)


def test_f8_a_sale_that_is_booked_after_the_close_belongs_to_its_shift_and_ends_the_difference(
    hub: Running, drawer: Drawer, behind: pytest.MonkeyPatch
) -> None:
    drawer.sell()
    _newer(drawer.till)
    drawer.close()
    codes = [code for _, code in verdicts(drawer.till.push())]
    assert codes == ["", "schema_unknown", "shift_differs"]
    _upgrade(hub, behind)
    [row] = listed(hub)
    assert (row.booked, row.told, row.late) == (drawer.expected, drawer.expected, 1)
    assert open_matters(hub) == []
    assert "1 booked after its close" in lines(hub)[0]


def test_f8_a_sale_that_is_booked_after_a_close_without_it_is_put_before_a_person(
    hub: Running, drawer: Drawer, behind: pytest.MonkeyPatch
) -> None:
    forgotten = drawer.till.sell()
    _newer(drawer.till)
    drawer.close()
    assert verdicts(drawer.till.push())[-1] == PLAIN
    _upgrade(hub, behind)
    [(code, detail)] = open_matters(hub)
    assert code == "shift_late"
    assert detail.startswith("shift T1-Z1: operation 2 was booked after its close")
    assert listed(hub)[0].booked == drawer.expected + forgotten.total
    assert "DIFFERS" in lines(hub)[0]


def test_i7_sales_that_an_older_hub_booked_without_sums_are_added_up_at_the_close(hub: Running, drawer: Drawer) -> None:
    drawer.sell()
    drawer.sell()
    verdicts(drawer.till.push())
    with database.write(hub.engine) as conn:
        conn.execute(tables.taking.delete())
    drawer.close()
    assert verdicts(drawer.till.push())[-1] == PLAIN
    assert listed(hub)[0].sums.sales == 2


def test_i5_what_no_shift_can_be_is_set_aside_and_what_follows_goes_on(hub: Running, till: Terminal) -> None:
    till.record(ShiftOpened("", "Z1", STORE, "KZT", 1), "shift_opened")
    till.record(ShiftOpened("s", "Z1", STORE, "KZT", -1), "shift_opened")
    till.record(CashMoved("m", "s", "stolen", 1, "safe"), "cash_moved")
    till.record(CashMoved("m", "s", "drop", 0, "safe"), "cash_moved")
    till.record(CashMoved("m", "s", "drop", 1, "why not"), "cash_moved")
    till.sell()
    assert verdicts(till.push()) == [exception("unreadable")] * 5 + [PLAIN]
    assert count(hub, tables.shift) == count(hub, tables.cash_move) == 0


def test_a_kiosk_has_no_drawer(hub: Running) -> None:
    kiosk = terminal_at(hub, "kiosk-1", "kiosk")
    Drawer(kiosk).open()
    assert verdicts(kiosk.push()) == [exception("not_allowed")]
    assert matters(hub) == ["not_allowed"]


def test_a_shift_where_its_terminal_is_not_is_named(hub: Running, till: Terminal) -> None:
    till.record(ShiftOpened("s-1", "Z1", "store-2", "KZT", 1), "shift_opened")
    till.record(ShiftOpened("s-2", "Z2", "nowhere", "KZT", 1), "shift_opened")
    codes = [code for _, code in verdicts(till.push())]
    assert codes == ["not_allowed", "shift_left_open"]
    assert sorted(code for code, _ in open_matters(hub)) == ["location_unknown", "not_allowed", "shift_left_open"]


def test_the_report_names_shifts_and_its_sums_stay_those_of_sales(hub: Running, drawer: Drawer) -> None:
    sale = sale_of({"p-1": 1000})
    drawer.till.record(sale)
    drawer.till.push()
    assert records.report(hub.engine).sales[0].total == sale.total
    assert records.report(hub.engine).journals[0].counts == {"sale": 1, "shift_opened": 1}


def test_the_verb_lists_the_shifts_of_a_location(drawer: Drawer, tmp_path: Path, retail_url: str, capsys: Any) -> None:
    from sync.__main__ import main

    drawer.close(-100)
    verdicts(drawer.till.push())
    how = ["hub", "shifts", "--database", retail_url, "--folder", str(tmp_path), "--location"]
    assert main([*how, STORE]) == 0
    assert "1.00 KZT short (miscount)" in capsys.readouterr().out
    assert main([*how, "store-2"]) == 0
    assert capsys.readouterr().out == ""
