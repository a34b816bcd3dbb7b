"""A cashier's shift at the till: float, cash moved by hand, the blind count, the close, and a crash in the middle."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.printing import PaperState
from pos.shift.figures import HIDDEN, figures
from pos.shift.state import Phase
from pos.shift.view import drawer_rows, hero, kinds_left, primary, waiting
from sync.local import open_shift_of
from tests.flows.shifts import Drawer


@pytest.fixture
def drawer(tmp_path: Path) -> Iterator[Drawer]:
    made = Drawer(tmp_path)
    yield made
    made.stop()


EXACT = {1_000_000: 2, 50_000: 1, 10_000: 1, 2_000: 1}
"""20 620 ₸: a float of 20 000 and one carton of milk."""


def test_nobody_sells_before_the_shift_is_open_and_the_drawer_stays_shut(drawer: Drawer) -> None:
    drawer.sign_in()
    assert drawer.till.place == "shift" and drawer.phase is Phase.OPENING and primary(drawer.flow.state).off
    for tab in ("sale", "returns", "lookup"):
        drawer.till.tab(tab)
        assert drawer.till.place == "shift" and drawer.said.startswith("Open the shift first")
    drawer.scan("p-milk")
    assert drawer.said.startswith("Open the shift first") and drawer.lines == {}
    assert drawer.printer.kicks == 0 and drawer.operations("shift_opened") == []


def test_the_float_is_typed_recorded_and_only_then_the_drawer_opens(drawer: Drawer) -> None:
    drawer.open("20000")
    assert drawer.till.place == "sale" and open_shift_of(drawer.local).float_ == 2_000_000
    assert len(drawer.operations("shift_opened")) == 1
    drawer.until(lambda: drawer.printer.kicks == 1, "the drawer")


def test_a_float_of_nothing_is_said_with_a_zero_and_one_by_pieces_is_their_sum(drawer: Drawer) -> None:
    drawer.sign_in()
    drawer.type("5")
    drawer.type("0")
    drawer.flow.key("delete")
    drawer.flow.key("delete")
    assert not drawer.flow.state.said
    drawer.type("0")
    assert drawer.flow.state.said and drawer.flow.state.float_ == 0
    drawer.flow.way(True)
    assert not drawer.flow.state.said, "by pieces nothing is counted yet"
    drawer.flow.choose(50_000)
    drawer.type("12")
    drawer.flow.open_shift()
    assert open_shift_of(drawer.local).float_ == 600_000


def test_a_float_is_recorded_once_however_often_it_is_pressed(drawer: Drawer) -> None:
    drawer.open()
    drawer.flow.open_shift()
    assert len(drawer.operations("shift_opened")) == 1


def test_the_next_person_of_the_same_shift_sells_at_once(drawer: Drawer) -> None:
    drawer.open()
    drawer.till.sign_out()
    drawer.sign_in("s-marat", "2222")
    assert drawer.till.place == "sale"


def test_f36_a_sale_with_change_and_an_exact_count_close_with_no_difference_and_nothing_to_explain(
    drawer: Drawer,
) -> None:
    drawer.open()
    drawer.sell("p-milk", 100_000)
    drawer.count(EXACT)
    assert drawer.flow.state.expected is None, "what there should be is not known before the count is given"
    drawer.flow.give()
    assert drawer.phase is Phase.COMPARING and drawer.flow.state.difference == 0
    assert drawer.said.startswith("The drawer is exact") and primary(drawer.flow.state).line == "no difference"
    drawer.flow.close()
    assert drawer.phase is Phase.CLOSED and drawer.closed.expected == drawer.closed.counted == 2_062_000
    assert drawer.closed.reason == "" and open_shift_of(drawer.local) is None
    drawer.until(lambda: drawer.flow.state.slip.paper is PaperState.PRINTED, "the Z report")
    assert "Z report 1" in drawer.printer.texts[-1]
    drawer.flow.finish()
    assert drawer.till.place == "signin"


def test_f37_a_shortage_needs_a_reason_and_is_recorded_as_it_is(drawer: Drawer) -> None:
    drawer.open()
    drawer.count({1_000_000: 1, 500_000: 1})
    drawer.flow.give()
    assert drawer.flow.state.difference == -500_000 and primary(drawer.flow.state).off
    drawer.flow.close()
    assert drawer.phase is Phase.COMPARING and drawer.said.startswith("Say why first")
    drawer.flow.because("wrong_change")
    drawer.flow.close()
    assert (drawer.closed.difference, drawer.closed.reason) == (-500_000, "wrong_change")


def test_something_else_is_said_in_words(drawer: Drawer) -> None:
    drawer.open()
    drawer.count({1_000_000: 3})
    drawer.flow.give()
    drawer.flow.because("other")
    assert drawer.flow.state.noting
    drawer.flow.close()
    assert drawer.phase is Phase.COMPARING and drawer.said.startswith("Say in words what it was")
    drawer.flow.noted("A customer left it on the counter")
    drawer.flow.close()
    assert drawer.closed.difference == 1_000_000 and drawer.closed.note == "A customer left it on the counter"


def test_whoever_saw_the_difference_may_count_again_but_the_first_count_stays_known(drawer: Drawer) -> None:
    drawer.open()
    drawer.count({1_000_000: 1})
    drawer.flow.give()
    drawer.flow.count_again()
    assert drawer.flow.state.expected is None and drawer.flow.state.counts == {1_000_000: 1}
    drawer.flow.choose(1_000_000)
    drawer.type("2")
    drawer.flow.give()
    drawer.flow.close()
    assert (drawer.closed.counted, drawer.closed.first_counted) == (2_000_000, 1_000_000)


def test_f21_a_count_goes_on_where_it_stood_after_the_till_was_killed(drawer: Drawer) -> None:
    drawer.open()
    drawer.count({1_000_000: 1, 500_000: 1, 2_000: 7})
    drawer.kill()
    drawer.start()
    drawer.sign_in()
    assert drawer.till.place == "shift" and drawer.phase is Phase.COUNTING
    assert drawer.flow.state.counts == {1_000_000: 1, 500_000: 1, 2_000: 7} and "3 kinds" in drawer.said
    drawer.flow.give()
    drawer.kill()
    drawer.start()
    drawer.sign_in()
    assert drawer.phase is Phase.COMPARING and drawer.flow.state.difference == 1_514_000 - 2_000_000


def test_f48_a_z_report_that_was_not_certainly_printed_is_named_and_printed_once_more(drawer: Drawer) -> None:
    drawer.open()
    drawer.count({1_000_000: 2})
    drawer.flow.give()
    drawer.printer.faults.paper_out = True
    drawer.flow.close()
    drawer.kill()
    drawer.printer.faults.paper_out = False
    drawer.start()
    drawer.sign_in()
    assert drawer.said.startswith("The Z report of shift 1 may not be on paper")
    drawer.flow.act()
    drawer.until(lambda: drawer.printer.texts, "the Z report")
    assert "Possible duplicate" in drawer.printer.texts[-1]


def test_an_open_sale_comes_first(drawer: Drawer) -> None:
    drawer.open()
    drawer.scan("p-milk")
    drawer.till.drawer()
    drawer.flow.count()
    assert drawer.phase is Phase.PAGE and drawer.said.startswith("A sale is open")


def test_a_card_payment_that_is_not_settled_comes_first(drawer: Drawer) -> None:
    drawer.open()
    drawer.scan("p-milk")
    drawer.till.sale.pay()
    drawer.card.faults.lose_answers = 9
    drawer.till.payment.charge()
    drawer.until(lambda: drawer.till.payment.state.phase.value == "unknown", "a lost answer")
    drawer.till.drawer()
    assert drawer.till.place == "payment", "nobody leaves a card that may be charged"
    drawer.kill()
    drawer.start()
    drawer.sign_in()
    assert drawer.till.place == "payment"


def test_nobody_leaves_the_close_by_a_tab_and_the_way_back_keeps_the_count(drawer: Drawer) -> None:
    drawer.open()
    drawer.count({1_000_000: 2})
    drawer.till.tab("sale")
    assert drawer.till.place == "shift" and drawer.said.startswith("Finish the close first")
    drawer.flow.back()
    assert drawer.phase is Phase.PAGE and primary(drawer.flow.state).text == "Go on counting"
    drawer.till.tab("sale")
    assert drawer.till.place == "sale"
    drawer.count({})
    assert drawer.flow.state.counts == {1_000_000: 2}


def test_a_count_that_was_begun_by_mistake_leads_nobody_back_to_it(drawer: Drawer) -> None:
    drawer.open()
    drawer.count({})
    drawer.flow.back()
    assert primary(drawer.flow.state).text == "Count and close"
    drawer.till.sign_out()
    drawer.sign_in()
    assert drawer.till.place == "sale"


def test_a_drop_is_recorded_then_the_drawer_opens_and_its_slip_prints(drawer: Drawer) -> None:
    drawer.open()
    drawer.till.drawer()
    kicks = drawer.printer.kicks
    drawer.flow.move("drop")
    drawer.type("15000")
    assert primary(drawer.flow.state).off, "why is not said yet"
    drawer.flow.because("safe")
    drawer.flow.record()
    drawer.flow.record()
    assert drawer.phase is Phase.PAGE and len(drawer.operations("cash_moved")) == 1
    drawer.until(lambda: drawer.printer.kicks > kicks and drawer.printer.texts, "drawer and slip")
    paper = drawer.printer.texts[-1]
    assert "Drop · Shift 1" in paper and "Into the safe" in paper
    assert [row.name for row in drawer_rows(drawer.flow.state)] == ["Drop", "Opening float"]


def test_a_pay_out_takes_somebody_who_may(drawer: Drawer) -> None:
    drawer.open()
    drawer.till.drawer()
    drawer.flow.move("pay_out")
    drawer.type("900")
    drawer.flow.because("expense")
    drawer.flow.record()
    assert drawer.phase is Phase.APPROVAL and drawer.operations("cash_moved") == []
    drawer.flow.keep()
    assert drawer.phase is Phase.MOVING and drawer.flow.state.amount == 90_000
    drawer.flow.record()
    drawer.type("2222")
    assert drawer.phase is Phase.PAGE and '"approved_by":"s-marat"' in drawer.operations("cash_moved")[0]


def test_a_large_difference_takes_somebody_who_may_where_the_retailer_wants_it(tmp_path: Path) -> None:
    drawer = Drawer(tmp_path, shift_limit=100_000)
    drawer.open()
    drawer.count({1_000_000: 1})
    drawer.flow.give()
    drawer.flow.because("unknown")
    drawer.flow.close()
    assert drawer.phase is Phase.APPROVAL and open_shift_of(drawer.local) is not None
    drawer.type("2222")
    assert drawer.phase is Phase.CLOSED and drawer.closed.approved_by == "s-marat"
    drawer.stop()


def test_what_there_should_be_is_not_shown_to_a_cashier_nor_what_adds_up_to_it(drawer: Drawer) -> None:
    drawer.open()
    drawer.sell("p-milk", 62_000)
    drawer.till.drawer()
    assert hero(drawer.flow.state)[1] is None and drawer.flow.state.around.report.cash is None
    assert {row.value for row in figures(drawer.flow.state.around.report)} == {HIDDEN}
    drawer.flow.print_x()
    drawer.until(lambda: any("X report" in text for text in drawer.printer.texts), "the X report")
    assert "20 620" not in drawer.printer.texts[-1] and "620" not in drawer.printer.texts[-1].split()
    drawer.till.tab("sale")
    drawer.till.sign_out()
    drawer.sign_in("s-marat", "2222")
    drawer.till.drawer()
    assert hero(drawer.flow.state)[1] == 2_062_000


def test_f9_what_waits_for_the_hub_is_said_with_the_count_and_handed_over_by_the_close(drawer: Drawer) -> None:
    drawer.open()
    drawer.sell("p-milk", 62_000)
    drawer.count(EXACT)
    drawer.flow.give()
    assert drawer.flow.state.waiting == 2 and waiting(drawer.flow.state).title.startswith("2 records wait")
    assert primary(drawer.flow.state).text == "Close and hand over 2"
    drawer.flow.close()
    assert drawer.closed.waiting == 2
    drawer.until(lambda: len(drawer.printer.texts) == 2, "the Z report")
    assert "Waiting for the order system: 2." in " ".join(drawer.printer.texts[-1].split())


def test_closed_shifts_are_listed_and_a_copy_of_one_says_that_it_is_one(drawer: Drawer) -> None:
    drawer.open()
    drawer.count({1_000_000: 2})
    drawer.flow.give()
    drawer.flow.close()
    drawer.until(lambda: drawer.flow.state.slip.paper is PaperState.PRINTED, "the Z report")
    drawer.flow.finish()
    drawer.sign_in()
    drawer.flow.past()
    assert drawer.phase is Phase.PAST and drawer.flow.state.shown.stub.number == "1"
    drawer.flow.print_again()
    drawer.until(lambda: len(drawer.printer.texts) == 2, "the copy")
    assert drawer.printer.texts[-1].split()[0] == "Copy"
    drawer.flow.back()
    assert drawer.phase is Phase.OPENING


def test_no_key_is_lost_between_pieces_and_delete_to_nothing_says_not_counted(drawer: Drawer) -> None:
    drawer.open()
    drawer.count({})
    drawer.type("3")
    drawer.flow.key("next")
    drawer.type("12")
    assert drawer.flow.state.counts == {2_000_000: 3, 1_000_000: 12}
    drawer.flow.key("delete")
    drawer.flow.key("delete")
    assert drawer.flow.state.counts == {2_000_000: 3} and "13 kinds" in kinds_left(drawer.flow.state)
    drawer.type("0")
    assert drawer.flow.state.counts[1_000_000] == 0, "none of it is a count too"


def test_no_shift_is_asked_for_where_the_retailer_wants_none_and_one_may_be_opened_all_the_same(tmp_path: Path) -> None:
    drawer = Drawer(tmp_path, shift_required=False)
    drawer.sign_in()
    assert drawer.till.place == "sale"
    drawer.till.drawer()
    assert drawer.phase is Phase.OPENING and drawer.said.startswith("No shift is open")
    drawer.till.tab("sale")
    assert drawer.till.place == "sale"
    drawer.stop()
