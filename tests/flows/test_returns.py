"""Taking goods back at the till with the hub: found, counted, claimed, recorded, paid once."""

from pathlib import Path

import pytest

from pos.returns import words
from pos.returns.finding import Scan, kind_of, read_query
from pos.returns.plan import box, primary, tenders
from pos.returns.state import Phase
from sync.domain import codes
from sync.domain.returns import Condition, Reason
from sync.protocol.messages import OrderPayment, ReceivedLine
from tests.flows.returning import ORDER, Desk, Shop, code, lamp
from tests.link.asking import claims

# ---------------------------------------------------------------------------------------------------- finding


def test_an_order_is_found_by_its_number_however_it_is_typed(desk: Desk) -> None:
    desk.find("100 48213")
    state = desk.flow.state
    assert state.purchase is not None and state.purchase.number == ORDER and state.live
    assert desk.said == "Order 100-48213 found Scan what comes back, or choose it here."


def test_what_is_typed_decides_what_is_looked_for(desk: Desk) -> None:
    for typed in ("daniyar@example.com", "+7 (701) 555-01-02"):
        desk.flow.another()
        desk.find(typed)
        assert desk.flow.state.purchase is not None, typed


def test_several_orders_of_one_shopper_are_chosen_from(shop: Shop, tmp_path: Path) -> None:
    shop.receive()
    shop.receive("100-48214")
    desk = Desk(shop, tmp_path)
    desk.find("daniyar@example.com")
    assert desk.said.startswith("2 orders found") and desk.flow.state.purchase is None
    desk.flow.choose("web:100-48214")
    assert desk.flow.state.purchase is not None and desk.flow.state.purchase.number == "100-48214"
    desk.stop()


def test_a_receipt_of_a_sale_at_another_till_is_found_by_its_code(desk: Desk) -> None:
    desk.scan(f"STF1:{ORDER}")
    assert desk.flow.state.purchase is not None


@pytest.mark.parametrize(
    ("scanned", "said"),
    [
        ("STF1:", "The code was only half read"),
        ("9", "The code was only half read"),
        ("https://shop.example/orders/17", "This code is not ours. Nothing was changed."),
        ("STF1:ZZ99ZZ-41", "No order by ZZ99ZZ-41 Look at the number again. It may be another retailer's."),
        (code(1), "Headphones Tau One: which order?"),
    ],
)
def test_whatever_else_is_scanned_answers_and_changes_nothing_f52(desk: Desk, scanned: str, said: str) -> None:
    desk.scan(scanned)
    assert desk.said.startswith(said)
    assert desk.flow.state.purchase is None and desk.flow.state.phase is Phase.FIND


def test_too_little_is_not_looked_for(desk: Desk) -> None:
    for typed in ("", "1", "daniyar@", "@example.com"):
        desk.find(typed or " ")
        assert desk.said.startswith("Nothing to look for yet"), typed


def test_an_order_that_the_shopper_does_not_have_yet_can_not_come_back(shop: Shop, tmp_path: Path) -> None:
    desk = Desk(shop, tmp_path)
    desk.find("100-99999")
    assert desk.said.startswith("No order by 100-99999") and desk.flow.state.phase is Phase.FIND
    desk.stop()


def test_digits_are_an_order_or_an_article_and_both_are_looked_for(shop: Shop, tmp_path: Path) -> None:
    right = "1004821" + codes.check_digit("1004821")
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    for number in (right, wrong):
        shop.receive(number)
    desk = Desk(shop, tmp_path)
    for number in (right, wrong):
        desk.flow.another()
        desk.scan(number)
        assert desk.flow.state.purchase is not None and desk.flow.state.purchase.number == number
    desk.stop()


def test_a_tender_goes_by_the_name_that_people_know_it_by() -> None:
    assert words.tender("card", "Visa •• 4821") == "Visa •• 4821"
    assert words.tender("card", "**** 4242") == "Card •• 4242"
    assert words.tender("points") == "Bonus points"


def test_queries_are_told_apart() -> None:
    email, phone, number = read_query("a@b.kz"), read_query("+77015550102"), read_query("STF1:AB-1 2")
    assert email and email.first.email == "a@b.kz" and not email.number
    assert phone and phone.first.phone and phone.number == "77015550102"
    assert number and number.first.number == "AB12"
    assert kind_of(codes.read("STF1:AB12-5")) is Scan.RECEIPT
    assert kind_of(codes.read("STP1:0190f8e2-7c3a-7b11-9c1d-3f6a5e2d1c0b")) is Scan.STRANGE


# ------------------------------------------------------------------------------------------------ the counter


def test_each_scan_of_an_article_raises_its_quantity_by_one_and_no_further(desk: Desk) -> None:
    desk.find()
    desk.scan(code(2))
    assert desk.said.endswith("1 of 6 returnable") and desk.said.startswith("Mug Shai scanned")
    desk.scan(code(2))
    assert desk.flow.state.taken == {"2": 2000}
    desk.scan(code(1))
    desk.scan(code(1))
    assert desk.flow.state.taken == {"2": 2000, "1": 1000}
    assert desk.said == "No more of Headphones Tau One 1 of 1 returnable are on the counter."


def test_goods_of_another_order_and_strange_codes_say_so(desk: Desk) -> None:
    desk.find()
    desk.scan(code(5))
    assert desk.said.startswith("Table lamp Kün is not in this order")
    desk.scan("4006381333931")
    assert desk.said.startswith("This code is not in this order")
    wrong = code(1)[:-1] + str((int(code(1)[-1]) + 1) % 10)
    desk.scan(wrong)
    assert desk.said.startswith("The code was misread. Nothing was changed.")
    assert desk.flow.state.taken == {}


def test_undo_takes_back_the_last_change_and_only_it(desk: Desk) -> None:
    desk.find()
    desk.scan(code(1))
    desk.scan(code(2))
    desk.flow.act()
    assert desk.flow.state.taken == {"1": 1000}
    desk.flow.act()
    assert desk.flow.state.taken == {"1": 1000}, "there is nothing more to undo"


def test_what_was_said_of_one_line_holds_for_the_next_until_it_is_changed(desk: Desk) -> None:
    desk.find()
    desk.scan(code(1))
    assert primary(desk.flow.state).off, "nothing is refunded without a reason and a condition"
    desk.flow.reason("1", Reason.FAULTY)
    desk.flow.condition("1", Condition.DAMAGED)
    desk.scan(code(2))
    assert desk.flow.state.why_of("2") == desk.flow.state.why_of("1")
    desk.flow.condition("2", Condition.SEALED)
    assert desk.flow.state.why_of("1").condition is Condition.DAMAGED


def test_what_was_weighed_comes_back_as_it_was_weighed(shop: Shop, tmp_path: Path) -> None:
    shop.receive(lines=[ReceivedLine("1", "p4", 1250, 500_000)], paid=[OrderPayment("a", "card", 500_000)])
    desk = Desk(shop, tmp_path)
    desk.find()
    desk.scan(code(4))
    assert desk.flow.state.taken == {"1": 1250} and "1.25 kg of 1.25 kg returnable" in desk.said
    desk.stop()


def test_another_receipt_while_goods_lie_on_the_counter_loses_nothing(desk: Desk) -> None:
    desk.find()
    desk.goods(1)
    desk.scan("STF1:100-7")
    assert desk.said.startswith(f"Finish order {ORDER} first") and desk.flow.state.taken == {"1": 1000}


# ------------------------------------------------------------------------------------------------- with the hub


def test_the_right_is_claimed_before_anything_is_recorded_and_used_once_f32(desk: Desk) -> None:
    desk.find()
    desk.goods(1)
    assert box(desk.flow.state).title == "The order system is asked first", "nothing is confirmed yet"
    assert claims(desk.shop) == {} and desk.returns() == []
    desk.refund()
    assert desk.done
    (back,) = desk.returns()
    (claim,) = claims(desk.shop)
    assert (back["basis"], back["claim"], back["total"]) == ("claim", claim, 6_499_000)
    desk.flow.refund()
    desk.flow.refund()
    assert len(desk.returns()) == 1, "a press on a done return is none"
    desk.until(lambda: len(desk.printer.texts) == 1)
    assert "71 980" not in desk.printer.texts[0] and "64 990" in desk.printer.texts[0]


def test_cash_leaves_the_drawer_once_after_it_is_recorded(shop: Shop, tmp_path: Path) -> None:
    shop.receive(**lamp())
    desk = Desk(shop, tmp_path)
    desk.find("200-1")
    desk.goods(5)
    desk.refund()
    desk.printed(1)
    assert desk.printer.kicks == 1 and desk.returns()[0]["refunds"][0]["amount"] == 1_849_000
    desk.flow.print_again()
    desk.printed(2)
    assert desk.printer.kicks == 1 and "Копия" in desk.printer.texts[1]
    desk.stop()


def test_a_right_that_another_till_has_is_said_in_the_hubs_words_and_the_order_is_shown_as_it_stands_f32(
    shop: Shop, tmp_path: Path
) -> None:
    shop.receive()
    first, second = Desk(shop, tmp_path), Desk(shop, tmp_path, "till-2")
    for desk in (first, second):
        desk.find()
        desk.goods(1)
    first.flow._rights.claim("web:" + ORDER, [("1", 1000)], lambda _answer: None)
    first.until(lambda: claims(shop))
    second.refund()
    assert second.flow.state.phase is Phase.ORDER and second.returns() == []
    assert "is being refunded now at till-1" in second.said and second.said.startswith("Nothing was refunded")
    first.flow.leave()
    first.until(lambda: "released" in claims(shop).values())
    second.refund()
    assert second.done and len(second.returns()) == 1
    first.stop()
    second.stop()


def test_an_order_that_changed_meanwhile_is_looked_at_before_it_is_paid(shop: Shop, tmp_path: Path) -> None:
    shop.receive()
    desk = Desk(shop, tmp_path)
    desk.find()
    desk.goods(1)
    shop.receive(paid=[OrderPayment("a", "card", 10_972_000, "Visa •• 4821", "r-1")])
    desk.refund()
    assert desk.said.startswith("The order has changed meanwhile") and desk.returns() == []
    assert [t.amount for t in tenders(desk.flow.state)] == ["64\u202f990\u00a0₸"]
    assert box(desk.flow.state).title == "Confirmed with the order system"
    desk.refund()
    assert desk.done and len(claims(shop)) == 1, "the same right with a longer lease"
    desk.stop()


def test_leaving_an_order_gives_its_right_back(shop: Shop, tmp_path: Path) -> None:
    shop.receive()
    desk = Desk(shop, tmp_path)
    desk.find()
    desk.goods(1)
    shop.receive(paid=[OrderPayment("a", "card", 10_972_000, "Visa •• 4821", "r-1")])
    desk.refund()
    assert list(claims(shop).values()) == ["open"]
    desk.till.sign_out()
    desk.until(lambda: list(claims(shop).values()) == ["released"])
    assert desk.returns() == [] and desk.printer.kicks == 0
    desk.stop()


def test_own_returns_that_the_hub_was_not_told_yet_are_not_given_twice_f32(desk: Desk) -> None:
    desk.find()
    desk.goods(1)
    desk.refund()
    desk.flow.another()
    desk.find()
    line = desk.flow.state.purchase.lines[0] if desk.flow.state.purchase else None
    assert line is not None and line.left == 0
    desk.scan(code(1))
    assert desk.said.startswith("Headphones Tau One came back before")
