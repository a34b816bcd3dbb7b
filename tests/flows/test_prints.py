"""The list of prints at a till with real files and a virtual printer: what came out, what did not and why."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.prints import view, words
from pos.prints.state import How, Printed
from sync.actions.printing import newest
from tests.flows.till import Counter


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Counter]:
    counter = Counter(tmp_path)
    counter.sign_in()
    yield counter
    counter.stop()


def sold(till: Counter) -> str:
    """A sale for cash; its receipt's number."""
    till.scan("p-milk")
    till.till.sale.pay()
    till.till.payment.quick(100000)
    till.till.payment.cash_received()
    till.until(lambda: till.till.place == "done", "the sale")
    return str(till.till.done.state.sale.body.receipt)


def looks(till: Counter) -> Printed:
    """Open the list; its newest print."""
    till.till.papers()
    till.until(lambda: till.till.prints.state.ready and till.till.prints.state.sheet_ready, "the list")
    return till.till.prints.state.prints[0]


def ended(till: Counter, how: How) -> Printed:
    state = till.till.prints
    till.until(lambda: state.state.open and state.state.open.how is how, how.value)
    assert state.state.open is not None
    return state.state.open


def test_a_receipt_that_came_out_is_listed_and_printed_again_as_a_copy(till: Counter) -> None:
    receipt = sold(till)
    till.until(lambda: newest(till.local, 1)[0].state == "printed", "the paper")
    one = looks(till)
    assert (one.job.ref, one.kind, one.how, one.is_copy) == (receipt, "receipt", How.PRINTED, False)
    sheet = till.till.prints.state.sheet
    assert sheet is not None and len(sheet.pixels) == sheet.width * sheet.height
    assert view.primary(till.till.prints.state) == "Print a copy"
    till.till.prints.print_again()
    copy = ended(till, How.PRINTED)
    till.until(lambda: till.till.prints.state.open.is_copy, "the copy")  # type: ignore[union-attr]
    copy = ended(till, How.PRINTED)
    assert copy.job.what == "copy" and "Copy" in till.printer.texts[-1] and len(till.printer.texts) == 2
    assert "is printed" in till.said


def test_a_receipt_of_the_list_has_gift_receipts_without_a_price(till: Counter) -> None:
    sold(till)
    till.until(lambda: newest(till.local, 1)[0].state == "printed", "the paper")
    looks(till)
    till.till.prints.print_gift()
    till.until(lambda: len(till.printer.texts) == 2 and not till.till.printing.busy, "the gift receipt")
    assert "Gift receipt" in till.printer.texts[1] and "620" not in till.printer.texts[1].split()
    till.until(lambda: till.till.prints.state.open.kind == "gift", "its row")  # type: ignore[union-attr]
    assert not till.till.prints.state.can_gift, "a gift receipt has no further kind"


def test_f46_f48_what_did_not_come_out_says_why_and_is_marked_when_it_may_be_on_paper(till: Counter) -> None:
    till.printer.faults.paper_out = True
    sold(till)
    till.until(lambda: newest(till.local, 1)[0].state == "failed", "the fault")
    assert looks(till).how is How.FAILED
    assert "no paper" in view.note(till.till.prints.state).line and till.till.prints.state.unsure == 1
    till.printer.faults.paper_out, till.printer.faults.silent = False, True
    till.till.prints.print_again()
    ended(till, How.DOUBTFUL)
    assert "Possible duplicate" in view.note(till.till.prints.state).more
    till.printer.faults.silent = False
    till.till.prints.print_again()
    ended(till, How.PRINTED)
    assert len(newest(till.local, 9)) == 1, "it is one job until it is on paper"
    assert "Possible duplicate" not in till.printer.texts[0] and "Possible duplicate" in till.printer.texts[-1]


def test_f48_what_a_till_had_in_hand_when_it_stopped_may_be_on_paper(till: Counter) -> None:
    till.printer.faults.silent = True
    sold(till)
    till.kill()
    till.printer.faults.silent = False
    till.start()
    till.sign_in()
    one = looks(till)
    assert one.how is How.DOUBTFUL
    assert "stopped before" in view.note(till.till.prints.state).line
    till.till.prints.print_again()
    ended(till, How.PRINTED)
    assert "Possible duplicate" in till.printer.texts[-1]


def test_what_shows_one_moment_is_not_printed_again_but_says_where_a_new_one_is(till: Counter) -> None:
    till.local.raw.execute("INSERT INTO print_job VALUES ('printed', 7, 'T-1-5', 'x', '', 5, 5)")
    one = looks(till)
    assert view.primary(till.till.prints.state) == "" and till.till.prints.state.sheet is None
    assert "at the drawer" in words.anew(one)


def test_f52_a_scan_at_the_list_goes_into_the_sale(till: Counter) -> None:
    till.till.papers()
    till.until(lambda: till.till.prints.state.ready, "the list")
    assert till.till.prints.state.prints == () and view.primary(till.till.prints.state) == ""
    till.scan("p-milk")
    assert till.till.place == "sale" and till.lines == {"p-milk": 1000}
