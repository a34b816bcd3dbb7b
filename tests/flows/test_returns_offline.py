"""Taking goods back at the till without the network, with an approval, and when it stops."""

from pathlib import Path

from pos.returns.plan import box, primary
from pos.returns.state import Phase
from pos.ui.i18n import set_language
from sync.domain.returns import Basis
from sync.protocol.messages import OrderPayment, ReceivedLine
from tests.flows.returning import DAY, Desk, Shop, code, lamp, link
from tests.link.store import now

# ------------------------------------------------------------------------------------------- without the network


def test_without_the_network_the_own_copy_answers_and_says_how_old_it_is(shop: Shop, tmp_path: Path) -> None:
    shop.receive()
    desk = Desk(shop, tmp_path, online=False)
    shop.stop()
    desk.find()
    assert desk.said.startswith("Order found on this till From its own copy")
    assert not desk.flow.state.live and desk.flow.state.seen > now() - DAY
    desk.flow.another()
    desk.find("daniyar@example.com")
    assert desk.said.startswith("Not without the network: daniyar@example.com")
    desk.find("100-777")
    assert "It is not in this till's own copy" in desk.said
    desk.stop()


def test_a_promise_takes_the_goods_and_no_cash_leaves_f33(shop: Shop, tmp_path: Path) -> None:
    shop.receive(lines=[ReceivedLine("1", "p1", 1000, 6_499_000)], paid=[OrderPayment("a", "cash", 6_499_000)])
    desk = Desk(shop, tmp_path, online=False)
    shop.stop()
    desk.find()
    desk.goods(1)
    assert primary(desk.flow.state).text == "Take goods, print promise"
    desk.refund()
    assert desk.done and desk.returns()[0]["basis"] == Basis.PROMISE and desk.printer.kicks == 0
    desk.until(lambda: desk.printer.texts)
    assert [(r["kind"], r["to"]) for r in desk.returns()[0]["refunds"]] == [("cash", "counter")]
    assert desk.printer.texts[0].count(desk.returns()[0]["receipt"]) == 3, "any till pays it by this number"
    desk.stop()


def test_what_this_store_handed_over_it_may_pay_without_the_network(shop: Shop, tmp_path: Path) -> None:
    shop.receive(**lamp(location="store-1", lines=[ReceivedLine("1", "p5", 1000, 3_849_000)],
                        paid=[OrderPayment("a", "cash", 3_849_000)]))  # fmt: skip
    desk = Desk(shop, tmp_path, online=False)
    shop.stop()
    desk.find("200-1")
    desk.goods(5)
    assert box(desk.flow.state).title == "This store may pay" and primary(desk.flow.state).text == "Refund"
    desk.refund()
    assert desk.returns()[0]["basis"] == Basis.HELD
    desk.until(lambda: desk.printer.kicks == 1)
    desk.stop()


def test_what_is_looked_at_is_worked_out_before_the_touch_and_again_if_anything_changed(
    shop: Shop, tmp_path: Path
) -> None:
    for n in (1, 2, 3):
        shop.receive(**lamp(f"200-{n}", location="store-1"))
    desk = Desk(shop, tmp_path, online=False)
    shop.stop()
    reads: list[list[str]] = []
    for n in (1, 2, 3):
        desk.find(f"200-{n}")
        desk.goods(5)
        if n == 2:
            link(desk.home, online=False)  # the agent writes
        if n == 3:
            desk.flow.set_quantity("1", 0)
            desk.flow.undo()
        seen: list[str] = []
        desk.local.raw.set_trace_callback(seen.append)
        desk.refund()
        desk.local.raw.set_trace_callback(None)
        reads.append([it for it in seen if "FROM replica.purchase" in it])
        desk.printed(n)
        desk.flow.another()
    assert [bool(it) for it in reads] == [False, True, False]
    assert [(r["number"], r["total"]) for r in desk.returns()] == [(f"200-{n}", 1_849_000) for n in (1, 2, 3)]
    desk.stop()


def test_the_allowance_pays_small_sums_until_it_is_used_up_f33(shop: Shop, tmp_path: Path) -> None:
    for n in (1, 2):
        shop.receive(**lamp(f"200-{n}"))
    desk = Desk(shop, tmp_path, online=False)
    shop.stop()
    for n, basis in ((1, Basis.BUDGET), (2, Basis.PROMISE)):
        desk.find(f"200-{n}")
        desk.goods(5)
        desk.refund()
        assert desk.returns()[-1]["basis"] == basis
        desk.printed(n)
        desk.flow.another()
    assert desk.printer.kicks == 1
    desk.stop()


def test_no_answer_shows_the_offline_rule_and_takes_a_second_press_f33(desk: Desk) -> None:
    desk.find()
    desk.goods(1)
    desk.shop.stop()
    desk.refund()
    assert desk.flow.state.phase is Phase.ORDER and desk.returns() == []
    assert desk.said.startswith("The order system did not answer")
    assert primary(desk.flow.state).text == "Take goods, print promise"
    desk.refund()
    assert desk.done and desk.returns()[0]["basis"] == Basis.PROMISE


def test_what_stands_on_the_screen_does_not_change_with_the_light_f33(desk: Desk) -> None:
    desk.find()
    desk.goods(1)
    before = primary(desk.flow.state)
    link(desk.home, False)
    desk.till.changed(frozenset({"link"}))
    assert not desk.flow.state.copied.link.online and primary(desk.flow.state) == before


def test_once_the_network_is_back_the_hub_can_be_asked_and_nothing_on_the_counter_is_lost(
    shop: Shop, tmp_path: Path
) -> None:
    shop.receive()
    desk = Desk(shop, tmp_path, online=False)
    desk.find()
    desk.goods(1)
    assert box(desk.flow.state).action == ""
    link(desk.home, True)
    desk.till.changed(frozenset({"link"}))
    assert box(desk.flow.state).action == "Ask the order system"
    desk.flow.ask_again()
    desk.settled()
    assert desk.flow.state.live and desk.flow.state.by_hub and desk.flow.state.taken == {"1": 1000}
    desk.refund()
    assert desk.returns()[0]["basis"] == Basis.CLAIM
    desk.stop()


# ------------------------------------------------------------------------------------------ approval and stops


def test_a_passed_deadline_needs_somebody_who_may_and_a_wrong_pin_pays_nothing(shop: Shop, tmp_path: Path) -> None:
    shop.receive(**lamp(lines=[ReceivedLine("1", "p5", 1000, 1_849_000, now() - DAY)]))
    desk = Desk(shop, tmp_path)
    desk.find("200-1")
    desk.goods(5)
    desk.refund()
    assert desk.flow.state.phase is Phase.APPROVAL and [p.id for p in desk.flow.state.approval.people] == ["s-2", "s-3"]
    desk.scan(code(5))
    assert desk.said.startswith("First the approval")
    desk.flow.approver("s-2")
    for digit in "9999":
        desk.flow.key(digit)
    assert desk.flow.state.approval.notice.startswith("Damir T.: wrong PIN.") and desk.returns() == []
    desk.flow.keep_order()
    assert desk.flow.state.phase is Phase.ORDER and desk.flow.state.taken == {"1": 1000}
    desk.refund()
    desk.flow.approver("s-2")
    for digit in "2222":
        desk.flow.key(digit)
    desk.settled()
    (back,) = desk.returns()
    assert (back["approved_by"], back["approved"]) == ("s-2", ["deadline"]) and desk.done
    desk.stop()


def test_five_wrong_pins_pause_the_approval(shop: Shop, tmp_path: Path) -> None:
    shop.receive(**lamp(lines=[ReceivedLine("1", "p5", 1000, 1_849_000, now() - DAY)]))
    desk = Desk(shop, tmp_path)
    desk.find("200-1")
    desk.goods(5)
    desk.refund()
    desk.flow.approver("s-3")
    for _try in range(6):
        for digit in "0000":
            desk.flow.key(digit)
    assert desk.flow.state.approval.notice.startswith("Too many wrong PINs.")
    desk.stop()


def test_goods_that_change_after_an_approval_need_another_one(shop: Shop, tmp_path: Path) -> None:
    late = now() - DAY
    shop.receive(lines=[ReceivedLine("1", "p1", 1000, 100_000, late), ReceivedLine("2", "p2", 2000, 100_000, late)],
                 paid=[OrderPayment("a", "card", 200_000)])  # fmt: skip
    desk = Desk(shop, tmp_path)
    desk.find()
    desk.goods(1)
    shop.receive(lines=[ReceivedLine("1", "p1", 1000, 90_000, late), ReceivedLine("2", "p2", 2000, 110_000, late)],
                 paid=[OrderPayment("a", "card", 200_000)])  # fmt: skip
    desk.refund()
    desk.flow.approver("s-2")
    for digit in "2222":
        desk.flow.key(digit)
    desk.settled()
    assert desk.said.startswith("The order has changed meanwhile")
    desk.scan(code(2))
    desk.refund()
    assert desk.flow.state.phase is Phase.APPROVAL and desk.returns() == []
    desk.stop()


def test_a_till_that_stops_after_recording_says_so_and_pays_nothing_again_f28(shop: Shop, tmp_path: Path) -> None:
    shop.receive(**lamp())
    desk = Desk(shop, tmp_path)
    desk.find("200-1")
    desk.goods(5)
    desk.printer.stop()
    desk.refund()
    assert len(desk.returns()) == 1
    desk.off()
    desk.start()
    receipt = desk.returns()[0]["receipt"]
    assert desk.said.startswith(f"Return {receipt} is recorded Was the cash given? 18")
    assert len(desk.returns()) == 1
    desk.stop()


def test_a_till_that_stops_before_recording_recorded_and_paid_nothing(desk: Desk) -> None:
    desk.find()
    desk.goods(1)
    desk.off()
    desk.start()
    assert desk.returns() == [] and desk.flow.state.purchase is None and desk.printer.kicks == 0


def test_what_just_happened_changes_its_language(desk: Desk) -> None:
    desk.find()
    desk.scan(code(1))
    set_language("ru")
    desk.till.spoken()
    assert "Наушники" in desk.said
