"""What nobody should bring to a returns desk, and is brought: a clear sentence each, nothing lost, nothing paid."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.returns.plan import primary
from pos.returns.view import lines
from sync.domain.codes import check_digit
from sync.domain.returns import Condition, Reason
from sync.protocol.messages import OrderPayment, ReceivedLine
from sync.protocol.receipts import write
from tests.domain.passes import OTHER_SEED
from tests.domain.test_receipt_passes import sale
from tests.flows.returning import DAY, Desk, Shop, code
from tests.link.store import now, sell_one


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    yield made
    made.stop()


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(shop, tmp_path)
    yield made
    made.stop()


def pass_on_paper(desk: Desk) -> tuple[str, str]:
    """A sale of this till: its receipt's number, and what its code says."""
    from sync.local.receipts import receipt_pass

    done = sell_one(desk.local, 1)
    text = receipt_pass(desk.local, done)
    assert text
    return done.body.receipt, text


def test_f52_a_receipt_of_which_half_was_read_says_so_and_is_found_by_its_number(desk: Desk) -> None:
    number, text = pass_on_paper(desk)
    desk.scan(text[: len(text) // 2])
    assert desk.said == "The receipt was only half read Nothing was changed. Scan it again."
    assert desk.flow.state.happened is not None and desk.flow.state.happened.action == "By its number"
    desk.flow.act()
    desk.settled()
    assert desk.flow.state.purchase is not None and desk.flow.state.purchase.number == number


def test_a_receipt_that_was_changed_proves_nothing_and_offers_nothing(desk: Desk) -> None:
    number, text = pass_on_paper(desk)
    other = number[:-1] + ("8" if number[-1] == "9" else "9")
    desk.scan(text.replace(number, other, 1))
    assert desk.said.startswith("This receipt was changed")
    assert desk.flow.state.happened is not None and desk.flow.state.happened.action == ""
    assert desk.flow.state.purchase is None


def test_a_receipt_of_another_retailer_says_so(desk: Desk) -> None:
    desk.scan(write(sale(), OTHER_SEED, "another"))
    assert desk.said == (
        "No till that we know signed this receipt It may be another retailer's. Look for 7K3M2P-184 by its number."
    )
    desk.flow.act()
    desk.settled()
    assert desk.said.startswith("No order by 7K3M2P-184")


def test_an_old_receipt_names_its_day_and_one_from_the_future_the_clock(desk: Desk) -> None:
    number, text = pass_on_paper(desk)
    there = desk.flow._clock
    for ahead, said in ((400 * DAY, "The code of this receipt expired on"), (-DAY, "This receipt is from the future")):
        desk.flow._clock = lambda ahead=ahead: there() + ahead  # type: ignore[misc]
        desk.scan(text)
        assert desk.said.startswith(said), number
        assert desk.flow.state.purchase is None
    desk.flow._clock = there


def test_more_than_is_returnable_is_said_and_nothing_changes(shop: Shop, desk: Desk) -> None:
    shop.receive()
    desk.find()
    desk.flow.set_quantity("2", 6000)
    desk.flow.set_quantity("2", 7000)
    assert desk.said == "No more of Mug Shai 6 of 6 returnable are on the counter."
    assert desk.flow.state.taken == {"2": 6000}


def label(milli: int) -> str:
    """What the scale printed on the dried apricots."""
    body = "0" + code(4)[:12]
    return f"01{body}{check_digit(body)}3103{milli:06}"


def test_a_part_of_what_was_weighed_comes_back_by_its_label_and_never_more_than_was_bought(
    shop: Shop, desk: Desk
) -> None:
    paid = [OrderPayment("a", "card", 300_000, "", "r-1")]
    shop.receive(lines=[ReceivedLine("1", "p4", 1_500, 300_000, now() + DAY)], paid=paid)
    desk.find()
    desk.scan(label(400))
    desk.scan(label(350))
    assert desk.flow.state.taken == {"1": 750}
    desk.scan(label(800))
    assert desk.said == "Too heavy: 0.8 kg of Dried apricots 0.75 kg of 1.5 kg returnable are on the counter."
    desk.flow.reason("1", Reason.FAULTY)
    desk.flow.condition("1", Condition.OPENED)
    desk.refund()
    assert desk.done and desk.returns()[0]["total"] == 150_000
    desk.flow.another()
    desk.find()
    desk.flow.set_quantity("1", 750)
    desk.flow.reason("1", Reason.FAULTY)
    desk.flow.condition("1", Condition.OPENED)
    desk.refund()
    assert sum(done["total"] for done in desk.returns()) == 300_000


def test_a_part_of_what_was_weighed_is_typed_and_never_more_than_was_bought(shop: Shop, desk: Desk) -> None:
    paid = [OrderPayment("a", "card", 300_000, "", "r-1")]
    shop.receive(lines=[ReceivedLine("1", "p4", 1_500, 300_000, now() + DAY)], paid=paid)
    desk.find()
    flow = desk.flow
    flow.open_line("1")
    assert lines(flow.state)[0].weights == (("all", "All of it: 1.5 kg"), ("part", "A part of it"))
    flow.weigh("1", whole=False)
    assert primary(flow.state).off and not flow.state.may_go_on
    for key in ("2", "00", "0"):
        flow.key(key)
    flow.weigh_done()
    assert desk.said == "Too heavy: 2 kg of Dried apricots 0 kg of 1.5 kg returnable are on the counter."
    for key in ("7", "5", "1", "delete", "0"):
        flow.key(key)
    assert (primary(flow.state).text, flow.state.weighing.weight) == ("Take 0.75 kg", 750)
    flow.weigh_done()
    assert (flow.state.taken, flow.state.weighing, lines(flow.state)[0].weight) == ({"1": 750}, None, "part")
    flow.weigh("1", whole=False)
    flow.weigh_cancel()
    assert flow.state.taken == {"1": 750}
    flow.weigh("1", whole=True)
    assert (flow.state.taken, lines(flow.state)[0].weight) == ({"1": 1500}, "all")
