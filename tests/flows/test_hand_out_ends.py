"""The end of a hand-out, and what a till finds that was stopped in the midst of one (I-1, F48)."""

from pathlib import Path

from pos.hand_out.state import Word
from sync.actions.pay_order import order_payment, pay_order
from sync.actions.printing import HAND_OUT, queue_print
from sync.local.order_payments import RecordedOrderPaid
from tests.flows.handing import (
    ALIYA,
    NUMBER,
    Counter,
    Packed,
    pass_text,
    web_order,
)
from tests.link.store import now


def test_what_is_not_wanted_leads_to_a_return_of_the_order_in_the_same_visit(counter: Counter) -> None:
    counter.opens(pass_text(counter.shop))
    counter.both()
    counter.gives()
    assert counter.out.state.returns
    counter.meets()  # the agent tells the hub within the second
    counter.out.comes_back()
    counter.until(lambda: not counter.till.returns.state.busy)
    assert counter.till.place == "returns"
    bought = counter.till.returns.state.purchase
    assert bought is not None and (bought.number, [x.left for x in bought.lines]) == (NUMBER, [1000, 3000])


def test_i1_a_till_that_stops_in_the_middle_has_given_nothing_and_begins_anew(counter: Counter) -> None:
    counter.opens(pass_text(counter.shop))
    counter.both()
    counter.off()
    counter.start()
    assert counter.hand_outs() == []
    counter.opens(pass_text(counter.shop))
    assert counter.out.state.word is Word.HELD and not counter.out.state.scanned, "its own claim keeps nobody out"
    counter.both()
    counter.gives()
    assert counter.over and len(counter.hand_outs()) == 1


def test_i1_a_till_that_stops_before_the_slip_offers_it_again(counter: Counter) -> None:
    web_order(counter.shop, "100-7")
    counter.meets()
    counter.packs("par-7", "B-06", "100-7", n1=1)
    counter.meets()
    counter.opens(pass_text(counter.shop))
    counter.both()
    counter.gives()
    counter.printed(1)
    counter.until(lambda: counter.out.state.slip.paper.value == "printed")
    queue_print(counter.local, counter.hand_outs()[0]["receipt"], HAND_OUT, now())
    counter.off()
    counter.start()
    counter.opens(order="web:100-7")
    assert f"The slip of order {NUMBER} may be missing" in counter.said
    counter.out.act()
    counter.printed(2)
    assert len(counter.hand_outs()) == 1


def test_leaving_gives_the_parcels_back_to_others(counter: Counter, packed: Packed, tmp_path: Path) -> None:
    second = Counter(packed, tmp_path, "till-2")
    second.meets()
    counter.opens()
    assert counter.out.state.word is Word.HELD
    counter.out.back()
    counter.until(lambda: _free(second))
    second.stop()


def _free(second: Counter) -> bool:
    second.opens()
    return second.out.state.word is Word.HELD


def test_f48_a_receipt_that_was_queued_as_the_till_stopped_is_offered_at_the_next_hand_out(counter: Counter) -> None:
    web_order(counter.shop, "100-7", paid=[])
    counter.meets()
    cart = order_payment(counter.local, counter.order("100-7"), now())
    done = pay_order(counter.local, cart, 7_198_000, ALIYA, "ru", now())
    assert isinstance(done, RecordedOrderPaid)
    counter.opens()
    assert f"Payment {done.body.receipt} is kept" in counter.said and "may be missing" in counter.said
    counter.out.act()
    counter.printed(1)
    assert "100-7" in counter.printer.texts[0] and counter.printer.kicks == 0
    counter.opens()
    assert "may be missing" not in counter.said
