"""A tablet takes no cash and gives none: it has no drawer, so no shift, no rounding, and cash is fetched at a till."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pos.launch import launch
from pos.payment.state import Phase
from pos.payment.view import primary, stored_said, tabs_note
from pos.returns.done.said import headline, hero, next_words, rows
from pos.returns.plan import primary as plan_primary
from pos.returns.plan import tenders
from pos.sale.view import primary as sale_primary
from pos.sale.view import ways
from sync.domain.returns import Basis
from sync.domain.value import code_from
from sync.flags import add_flags
from sync.protocol.messages import OrderPayment, ReceivedLine
from sync.protocol.operations import owed_of
from tests.flows.exchanging import into_sale, operations, press, scan, worth
from tests.flows.returning import Desk, Shop, lamp
from tests.flows.shifts import wants_shifts
from tests.flows.till import Counter
from tests.local.fixture import make_terminal


@pytest.fixture
def tablet(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path, home=wants_shifts(make_terminal(tmp_path, "tablet")))
    yield made
    made.stop()


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Counter]:
    """A tablet without a card terminal."""
    made = Counter(tmp_path, devices=False, home=make_terminal(tmp_path, "tablet"))
    yield made
    made.stop()


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(shop, tmp_path, "tablet-1", kind="tablet")
    yield made
    made.stop()


def at_payment(tablet: Counter, *products: str) -> Any:
    """Sign in, scan, go to payment."""
    tablet.sign_in()
    tablet.scan(*products)
    tablet.till.sale.pay()
    assert tablet.till.place == "payment"
    return tablet.till.payment


def test_a_card_pays_to_the_last_minor_unit_and_nothing_is_rounded(tablet: Counter) -> None:
    pay = at_payment(tablet, "p-milk", "p-bun")
    assert pay.state.tender == "card" and not pay.state.drawer and pay.state.quick == ()
    assert pay.state.rounding == 0 and pay.state.cash_due == pay.state.rest
    pay.charge()
    tablet.until(lambda: tablet.till.place == "done")
    sold = json.loads(tablet.operations("sale")[-1])["body"]
    assert sold["rounding"] == 0 and sold["change"] == 0 and [t["kind"] for t in sold["tenders"]] == ["card"]
    assert tablet.printer.kicks == 0


def test_cash_can_not_be_chosen_typed_or_received(tablet: Counter) -> None:
    pay = at_payment(tablet, "p-milk")
    pay.choose("cash")
    pay.key("9")
    pay.quick(100_000)
    pay.cash_received()
    assert pay.state.tender == "card" and pay.state.phase is Phase.CHOOSING and tablet.operations("sale") == []


def test_a_card_that_is_declined_leads_to_a_till_and_never_to_cash_here(tablet: Counter) -> None:
    from pos.payment.view import headline as card_words

    tablet.card.faults.decline = True
    pay = at_payment(tablet, "p-milk")
    pay.charge()
    tablet.until(lambda: pay.state.phase is Phase.DECLINED)
    assert card_words(pay.state)[1].startswith("Try the same card again, or another one; a till takes cash.")
    assert primary(pay.state).verb == "charge" and tabs_note(pay.state) == "Cash is taken at a till."


def test_where_only_cash_would_be_left_a_sentence_says_where_to_go_and_what_is_kept(bare: Counter) -> None:
    pay = at_payment(bare, "p-milk")
    assert pay.state.tender == "value" and tabs_note(pay.state) == "No cash and no card here: a till takes both."
    assert bare.said.endswith("Here only a gift card pays. Take these goods to a till for cash; the cart is kept.")
    bare.till.scanned(code_from(17))
    bare.until(lambda: pay.state.stored.trouble == "no_answer", "the missing answer")
    line = stored_said(pay.state).line
    assert line.endswith("Only cash is left: take these goods to a till. The cart is kept.")
    pay.back()
    assert bare.lines == {"p-milk": 1000}


def test_there_is_no_shift_and_no_drawer_page_though_the_retailer_wants_shifts(tablet: Counter) -> None:
    tablet.sign_in()
    assert tablet.till.place == "sale" and not tablet.till.has_drawer
    tablet.till.drawer()
    assert tablet.till.place == "sale"


def test_cash_of_a_return_is_fetched_at_any_till_and_card_money_goes_back_the_way_it_came(
    shop: Shop, desk: Desk
) -> None:
    paid = [OrderPayment("a", "card", 849_000, "Visa •• 4821", "r-1"), OrderPayment("b", "cash", 1_000_000)]
    shop.receive(**lamp(paid=paid))
    desk.find("200-1")
    desk.goods(5)
    state = desk.flow.state
    assert [(t.amount, t.line) for t in tenders(state)][1] == ("10\u202f000\u00a0₸", "fetched at any till")
    assert plan_primary(state).line.endswith("to Visa and cash at a till") and state.owed == 1_000_000
    desk.refund()
    body = desk.flow.state.recorded.body
    assert [(r.kind, r.amount, r.to) for r in body.refunds] == [("card", 849_000, ""), ("cash", 1_000_000, "counter")]
    assert (headline(body), hero(body)) == ("Cash to fetch at a till", 1_000_000)
    assert body.receipt in next_words(body) and ("Cash, at any till", "10\u202f000\u00a0₸") in rows(body)
    desk.printed(1)
    assert desk.printer.kicks == 0 and desk.printer.texts[0].count(body.receipt) == 3


def test_a_return_that_was_all_cash_says_so_before_it_is_pressed(shop: Shop, desk: Desk) -> None:
    shop.receive(**lamp())
    desk.find("200-1")
    desk.goods(5)
    said = plan_primary(desk.flow.state)
    assert (said.text, said.line) == ("Take goods, print slip", "18\u202f490\u00a0₸ in cash at any till")
    desk.refund()
    assert desk.said.endswith("18\u202f490\u00a0₸ in cash at any till")


def test_what_an_exchange_leaves_in_cash_is_fetched_at_any_till(shop: Shop, desk: Desk) -> None:
    worth(shop, 500_000, ("cash", 500_000))
    into_sale(desk)
    scan(desk, 1)
    sale = desk.till.sale.state
    assert ways(sale) == "cash at a till" and sale_primary(sale).line.endswith("back by cash at a till")
    press(desk)
    back = next(body for kind, body, _causes, _id in operations(desk) if kind == "return")
    assert [r["to"] for r in back["refunds"]] == ["exchange", "counter"]
    assert desk.till.place == "done" and not desk.till.done.state.cash
    desk.printed(1)
    assert desk.printer.kicks == 0 and desk.printer.texts[0].count(back["receipt"]) == 2


def test_the_cash_of_a_promise_goes_the_way_that_the_retailer_chose(shop: Shop, tmp_path: Path) -> None:
    shop.put("config", "setting", {"key": "promised_cash", "value": '"channel"'})
    shop.receive(lines=[ReceivedLine("1", "p1", 1000, 6_499_000)], paid=[OrderPayment("a", "cash", 6_499_000)])
    desk = Desk(shop, tmp_path, "tablet-1", online=False, kind="tablet")
    shop.stop()
    desk.find()
    desk.goods(1)
    desk.refund()
    body = desk.flow.state.recorded.body
    assert body.basis == Basis.PROMISE and owed_of(body) == 0, "the payment side is asked"
    desk.stop()


def test_a_home_of_another_kind_opens_no_window_and_says_which_app_it_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import argparse

    home = make_terminal(tmp_path, "tablet")
    parser = argparse.ArgumentParser()
    parser.add_argument("--demo", action="store_true")
    add_flags(parser, ("terminal",))
    opened: list[str] = []
    arguments = parser.parse_args(["--home", str(home)])
    assert launch(arguments, "kiosk", lambda _settings, _demo, kind: opened.append(kind)) == 1
    assert "is enrolled as a tablet, and this is the app of a kiosk" in capsys.readouterr().err and opened == []
    assert launch(arguments, "pos", lambda _settings, _demo, kind: opened.append(kind)) == 0
    assert opened == ["tablet"]
