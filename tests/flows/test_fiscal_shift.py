"""The papers of a shift carry the numbers that the fiscal printer gave them; a dead one stops no close (F49)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.shift.figures import closed_foot, fiscal_rows, move_rows
from pos.shift.state import Phase
from sync.local.fiscal import FiscalState, fiscal_of, not_fiscalised
from tests.flows.taxed import TaxedDrawer

COUNTED = {1_000_000: 1, 50_000: 1, 10_000: 1, 2_000: 1}
"""10 620 ₸: a float of 20 000, a carton of milk, and 10 000 into the safe."""


@pytest.fixture
def till(tmp_path: Path) -> Iterator[TaxedDrawer]:
    made = TaxedDrawer(tmp_path)
    made.ready()
    yield made
    made.stop()


def open_shift(till: TaxedDrawer) -> None:
    till.type("20000")
    till.flow.open_shift()
    assert till.till.place == "sale"


def close_shift(till: TaxedDrawer) -> str:
    """Count what there should be, and close; the number of the shift."""
    till.count(COUNTED)
    till.flow.give()
    assert till.flow.state.difference == 0
    till.flow.close()
    assert till.phase is Phase.CLOSED
    return till.closed.number


def fiscal_line(till: TaxedDrawer) -> str:
    """What the screen of the closed shift, and the list of shifts, say of the Z report at the fiscal printer."""
    (row,) = fiscal_rows(till.flow.state.shown)
    said = {"not yet": "not fiscalised yet", "refused": "the fiscal printer refused it"}
    foot = said.get(row.value, f"fiscal number {row.value}")
    assert closed_foot(till.flow.state.shown) == f"Z report 1 · {foot}"
    return str(row.value)


def test_sale_cash_out_and_z_report_have_their_numbers_on_paper(till: TaxedDrawer) -> None:
    open_shift(till)
    receipt = till.sell()
    move = till.moved("drop", "10000", "safe")
    slip = till.papers(2)
    number = close_shift(till)
    z = till.papers(3)
    for paper, ref, name in (
        (till.papers(1), receipt, "Fiscal receipt 1"),
        (slip, move, "Fiscal cash document 1"),
        (z, number, "Fiscal Z report 1"),
    ):
        row = till.row(ref)
        assert row.state is FiscalState.DONE
        assert name in paper and f"Fiscal sign {row.sign}" in paper and f"Fiscal printer {row.device}" in paper
    kinds = [(one["kind"], one["number"]) for one in till.tax.registered]
    assert kinds == [("open_shift", 1), ("sale", 1), ("cash_out", 1), ("z_report", 1)]
    till.until(lambda: fiscal_line(till) == "1", "the number on the screen")
    assert [row.name for row in move_rows(till.flow.state.shown)] == ["Drop × 1"]


def test_f49_a_fiscal_printer_that_is_dead_at_the_close_stops_nothing_and_the_z_report_is_fiscalised_later(
    till: TaxedDrawer,
) -> None:
    open_shift(till)
    till.sell()
    till.down()
    move = till.moved("drop", "10000", "safe")
    assert "Not fiscalised It is recorded and registered a little later" in till.papers(2)
    number = close_shift(till)
    z = till.papers(3)
    assert "Not fiscalised" in z and "Fiscal sign" not in z and fiscal_line(till) == "not yet"
    assert [row.ref for row in not_fiscalised(till.local)] == [move, number]
    till.tax.faults.lose_answers = 1
    till.tax.faults.off = False
    till.until(lambda: till.is_done(number), "the Z report")
    till.until(lambda: fiscal_line(till) == "1", "the number on the screen")
    assert [till.tax.sent(till.row(it).document) for it in (move, number)] == [1, 1], "nothing is sent twice"
    till.flow.print_again()
    copy = till.papers(4)
    assert copy.startswith("Copy") and f"Fiscal Z report 1 Fiscal sign {till.row(number).sign}" in copy


def test_f49_a_till_killed_after_such_a_close_goes_on_by_itself(till: TaxedDrawer) -> None:
    open_shift(till)
    till.sell()
    till.down()
    till.moved("drop", "10000", "safe")
    number = close_shift(till)
    till.kill()
    till.tax.faults.off = False
    till.start()
    till.until(lambda: till.is_done(number), "the Z report")
    kinds = [one["kind"] for one in till.tax.registered]
    assert kinds == ["open_shift", "sale", "cash_out", "z_report"] and till.tax.shift == 0


def test_the_opening_that_comes_late_leaves_the_z_report_waiting_for_its_own_number(till: TaxedDrawer) -> None:
    till.down()
    open_shift(till)
    till.sell()
    till.moved("drop", "10000", "safe")
    till.papers(2)
    till.tax.faults.slow_s = 0.1
    till.tax.faults.off = False
    till.ready()
    number = close_shift(till)
    z = till.papers(3)
    row = fiscal_of(till.local, number)
    assert row is not None and (f"Fiscal Z report {row.number}" in z or "Not fiscalised" in z)
    assert "Fiscal opening" not in z
    till.until(lambda: till.is_done(number), "the Z report")


def test_a_z_report_that_the_fiscal_printer_refuses_says_so_and_is_put_before_a_person(till: TaxedDrawer) -> None:
    open_shift(till)
    till.sell()
    till.moved("drop", "10000", "safe")
    till.papers(2)
    till.tax.faults.refuse = "no such shift"
    number = close_shift(till)
    assert "Not fiscalised The fiscal printer refused it" in till.papers(3)
    till.until(lambda: fiscal_line(till) == "refused", "the word on the screen")
    (row,) = not_fiscalised(till.local)
    assert (row.ref, row.why) == (number, "no such shift")
