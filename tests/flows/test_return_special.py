"""Serials, bundles, gifts and shipping at the counter: each answers in its own words, nothing is taken for another."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pos.papers import paper_of
from pos.returns.plan import goods, needs, primary, tenders
from pos.returns.state import Phase
from pos.returns.view import dates, lines
from pos.returns.ways import ways_to_go
from sync.domain.returns import Condition, Destination, Reason
from sync.protocol.messages import OrderPayment, ReceivedBundle, ReceivedLine
from tests.flows.returning import DAY, Desk, Shop, code
from tests.link.store import now


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    yield made
    made.stop()


def set_up(shop: Shop, folder: Path, *said: ReceivedLine, rules: dict[str, str] | None = None, **more: Any) -> Desk:
    """A till with the order open."""
    for key, value in (rules or {}).items():
        shop.put("config", "setting", {"key": key, "value": f'"{value}"'})
    paid = [OrderPayment("a", "card", sum(line.amount for line in said), "Visa •• 4821", "r-1")]
    shop.receive(**{"lines": list(said), "paid": paid} | more)
    desk = Desk(shop, folder)
    desk.find()
    return desk


def line(id: str, number: int, pieces: int = 1, amount: int = 100_000, **more: Any) -> ReceivedLine:
    return ReceivedLine(id, f"p{number}", pieces * 1000, amount, now() + DAY, **more)


PHONES = line("1", 1, 2, 200_000, serials=["SN-0001", "SN-0002"])
SHIPPING = ReceivedLine("s", "", 1000, 1_500, name="Courier", vat_rate=1200)


def why(desk: Desk, id: str) -> None:
    desk.flow.reason(id, Reason.FAULTY)
    desk.flow.condition(id, Condition.OPENED)


def test_units_come_back_by_their_own_numbers_alone(shop: Shop, tmp_path: Path) -> None:
    desk = set_up(shop, tmp_path, PHONES, line("2", 2))
    assert lines(desk.flow.state)[0].info.startswith("by its serial number")
    desk.scan(code(1))
    assert desk.said.startswith("Scan the number of")
    desk.flow.set_quantity("1", 1000)
    assert desk.said.startswith("Scan the number of") and not desk.flow.state.taken
    desk.scan("SN-0009")
    assert (
        desk.said == "This number is not in this order SN-0009 was not sold with it. Look at the number on the goods."
    )
    desk.scan("SN-0002")
    assert (desk.flow.state.taken, desk.flow.state.serials) == ({"1": 1000}, {"1": ("SN-0002",)})
    desk.scan("SN-0002")
    assert desk.said.startswith("Number SN-0002 is on the counter")
    desk.scan("SN-0001")
    desk.flow.set_quantity("1", 1000)
    assert desk.flow.state.serials == {"1": ("SN-0002",)}, "the last unit left the counter"
    desk.flow.undo()
    assert desk.flow.state.serials == {"1": ("SN-0002", "SN-0001")}
    desk.flow.set_quantity("1", 1000)
    why(desk, "1")
    desk.refund()
    assert desk.done
    [done] = desk.returns()
    assert (done["lines"][0]["serials"], done["total"]) == (["SN-0002"], 100_000)
    desk.flow.another()
    desk.find()
    desk.scan("SN-0002")
    assert desk.said.startswith("Number SN-0002 came back before")
    desk.scan("SN-0001")
    assert desk.flow.state.taken == {"1": 1000}
    desk.stop()


def bundles(amount: int | None = None) -> list[ReceivedBundle]:
    return [ReceivedBundle("Tea set", ["1", "3"], amount)]


def test_parts_of_a_bundle_stand_together_and_a_part_alone_takes_an_approval_if_the_retailer_wants_it(
    shop: Shop, tmp_path: Path
) -> None:
    said = (line("1", 1), line("2", 2), line("3", 3))
    desk = set_up(shop, tmp_path, *said, bundles=bundles(), rules={"bundle_parts": "approval"})
    shown = lines(desk.flow.state)
    assert [x.id for x in shown] == ["1", "3", "2"]
    assert [x.info.startswith("part of Tea set") for x in shown] == [True, True, False]
    desk.scan(code(1))
    why(desk, "1")
    assert needs(desk.flow.state) == ["Only a part of a set comes back."]
    desk.refund()
    assert desk.flow.state.phase is Phase.APPROVAL
    desk.flow.keep_order()
    desk.scan(code(3))
    why(desk, "3")
    assert needs(desk.flow.state) == []
    desk.refund()
    assert desk.done and desk.returns()[0]["total"] == 200_000
    desk.stop()


@pytest.mark.parametrize(
    ("rule", "words", "first", "second"),
    [
        ("never", "is not refunded", 100_000, 100_000),
        ("whole", "goes back with the last item", 100_000, 101_500),
        ("always", "goes back with the first item", 101_500, 100_000),
    ],
)
def test_shipping_goes_back_by_the_rule_and_nobody_scans_it(
    shop: Shop, tmp_path: Path, rule: str, words: str, first: int, second: int
) -> None:
    desk = set_up(shop, tmp_path, line("1", 1), line("2", 2), SHIPPING, rules={"return_shipping": rule})
    assert [x.id for x in lines(desk.flow.state)] == ["1", "2"]
    assert words in dates(desk.flow.state)
    for number, total in ((1, first), (2, second)):
        desk.find()
        desk.scan(code(number))
        why(desk, str(number))
        with_it = [x.name for x in goods(desk.flow.state) if x.name == "Courier"]
        assert with_it == (["Courier"] if total > 100_000 else [])
        desk.refund()
        assert desk.returns()[-1]["total"] == total
    desk.stop()


def test_a_gift_shows_no_price_and_goes_onto_store_credit(shop: Shop, tmp_path: Path) -> None:
    desk = set_up(shop, tmp_path, line("1", 1), line("2", 2), gift=True)
    assert "a gift" in dates(desk.flow.state)
    assert [x.info for x in lines(desk.flow.state)] == ["", ""]
    desk.scan(code(1))
    why(desk, "1")
    assert desk.flow.state.to is Destination.CREDIT
    assert [(way.to, way.off) for way in ways_to_go(desk.flow.state)][:2] == [("", True), ("credit", False)]
    desk.flow.send_to(Destination.TENDERS)
    assert desk.flow.state.accepted is None, "whatever is pressed, the giver's money stays"
    desk.flow.send_to(Destination.CREDIT)
    desk.stop()


def test_a_gifts_credit_is_recorded(shop: Shop, tmp_path: Path) -> None:
    desk = set_up(shop, tmp_path, line("1", 1), gift=True)
    desk.scan(code(1))
    why(desk, "1")
    desk.refund()
    assert desk.done
    [done] = desk.returns()
    assert [(r["to"], r["amount"]) for r in done["refunds"]] == [("credit", 100_000)]
    assert paper_of(desk.local, "return", done["receipt"], True, False) is None, "the list of prints shows no such code"
    desk.stop()


def test_a_line_that_cost_nothing_comes_back_with_no_money_and_no_promise(shop: Shop, tmp_path: Path) -> None:
    desk = set_up(shop, tmp_path, line("1", 1, amount=0), line("2", 2))
    desk.scan(code(1))
    why(desk, "1")
    assert primary(desk.flow.state).text == "Refund"
    desk.refund()
    assert desk.done
    [done] = desk.returns()
    assert (done["total"], done["refunds"]) == (0, [])
    desk.stop()


@pytest.mark.parametrize("typed", ["8 701 555-01-02", "701 555 01 02", "+77015550102"])
def test_an_order_is_found_by_its_telephone_number_however_it_is_typed(shop: Shop, tmp_path: Path, typed: str) -> None:
    shop.receive()
    desk = Desk(shop, tmp_path)
    desk.find(typed)
    assert desk.flow.state.purchase is not None
    desk.stop()


def test_points_are_whole_on_the_screen_and_on_the_slip(shop: Shop, tmp_path: Path) -> None:
    paid = [OrderPayment("a", "card", 66_667, "Visa •• 4821", "r-1"), OrderPayment("b", "points", 33_333)]
    desk = set_up(shop, tmp_path, line("1", 1), paid=paid)
    desk.scan(code(1))
    why(desk, "1")
    assert [x.amount for x in tenders(desk.flow.state)][1] == "333"
    desk.refund()
    desk.printed(1)
    [row] = [row for row in desk.printer.texts[0].splitlines() if "баллы" in row.lower()]
    assert row.split()[-1] == "333"
    desk.stop()
