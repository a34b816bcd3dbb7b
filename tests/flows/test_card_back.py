"""Money of a card sale goes back through the till's card terminal: what the person at the till sees and does."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pos.card_back.state import Phase
from pos.card_back.view import action, headline, rows, steps
from pos.devices.virtual.card import Charge
from pos.returns.done import cards
from pos.runner import Direct
from sync.actions.cart import open_cart
from sync.actions.pay import begin_attempt, resolve_attempt
from sync.actions.sell import sell
from sync.domain.payments import AttemptState
from sync.domain.returns import Destination
from sync.local import NotRecorded, RecordedSale
from sync.local.proof import prove
from tests.flows.carding import CardDesk, on_counter, over, payments, press, ready, said, sold, stocked, unknown
from tests.flows.exchanging import operations
from tests.flows.exchanging import press as close_sale
from tests.flows.exchanging import scan as take_instead
from tests.flows.returning import Shop, code
from tests.link.store import now

MUG, LAMP = 2, 5  # 100.02 and 100.05


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    made.put("config", "setting", {"key": "refund_days", "value": "5"})
    stocked(made)
    yield made
    made.stop()


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> Iterator[CardDesk]:
    made = CardDesk(shop, tmp_path, online=False)  # the sale is our own: nobody needs to be asked
    ready(made)
    yield made
    made.stop()


def slip(desk: CardDesk) -> str:
    """The last paper, in one line."""
    return " ".join(desk.printer.texts[-1].split())


def states(desk: CardDesk) -> list[str]:
    return [state for _attempt, state in payments(desk)]


def test_the_shopper_is_asked_for_the_card_and_then_the_slip_says_that_it_is_back(desk: CardDesk) -> None:
    desk.card.faults.slow_s = 0.4
    receipt = sold(desk, MUG)
    on_counter(desk, receipt, MUG)
    press(desk)
    flow = desk.till.card_back
    desk.until(lambda: flow.state.phase is Phase.WAITING)
    assert headline(flow.state)[0] == "Hold the card to the terminal"
    assert [(it.state, it.title) for it in steps(flow.state)][1] == ("now", "Waiting for the card")
    assert states(desk) == ["pending"], "in the journal before anybody hears of it (F30)"
    desk.till.tab("sale")
    desk.till.scanned("4600000000000")
    assert desk.till.place == "card_back" and "First the money" in said(desk)
    over(desk)
    assert states(desk) == ["pending", "approved"] and len(desk.card.given_back) == 1
    assert cards.headline(desk.flow.state, "Refunded") == "Back on the card"
    desk.printed(2)
    assert "Card •• 4242 100.02 Given back by our card terminal." in slip(desk)
    assert prove(desk.local) == []


def test_cash_comes_last_and_the_drawer_opens_once(desk: CardDesk) -> None:
    receipt = sold(desk, MUG, LAMP, cash="50")
    desk.printed(1)
    kicks = desk.printer.kicks
    desk.card.faults.slow_s = 0.5
    on_counter(desk, receipt, MUG, LAMP)
    press(desk)
    desk.until(lambda: desk.till.card_back.state.phase is Phase.WAITING)
    assert len(rows(desk.till.card_back.state)) == 2
    assert desk.printer.kicks == kicks, "the drawer waits for the card"
    over(desk)
    desk.until(lambda: desk.printer.kicks == kicks + 1)
    desk.printed(2)
    assert "Cash 50.00" in slip(desk) and "Given back by our card terminal." in slip(desk)


def test_a_shopper_without_the_card_gets_it_through_the_bank(desk: CardDesk) -> None:
    receipt = sold(desk, MUG)
    desk.card.faults.slow_s = 60
    on_counter(desk, receipt, MUG)
    press(desk)
    desk.until(lambda: desk.till.card_back.state.phase is Phase.WAITING)
    assert action(desk.till.card_back.state).text == "The card is not here"
    desk.till.card_back.stop()
    over(desk)
    assert states(desk) == ["pending", "declined"] and desk.card.given_back == []
    assert "within 5 days" in cards.said(desk.flow.state, "")
    desk.printed(2)
    assert "It goes back through the bank, within 5 days." in slip(desk)


def test_F31_without_an_answer_the_shopper_goes_and_the_till_asks_on_from_the_next_sale(desk: CardDesk) -> None:
    receipt = sold(desk, MUG)
    desk.card.faults.silent = True
    on_counter(desk, receipt, MUG)
    press(desk)
    unknown(desk)
    assert headline(desk.till.card_back.state)[0] == "No answer yet"
    assert action(desk.till.card_back.state).verb == "go_on"
    desk.till.card_back.go_on()
    over(desk)
    desk.printed(2)
    assert "The card terminal is still asked." in slip(desk)
    desk.till.next_customer()
    desk.card.faults.silent = False
    desk.until(lambda: states(desk)[-1] == "approved")
    assert desk.till.place == "sale" and len(desk.card.given_back) == 1
    assert states(desk) == ["pending", "unknown", "approved"]


def test_a_bank_that_changes_its_mind_is_heard(desk: CardDesk) -> None:
    receipt = sold(desk, MUG)
    desk.card.faults.reverse_after = True
    on_counter(desk, receipt, MUG)
    press(desk)
    over(desk)
    desk.until(lambda: states(desk)[-1] == "reversed")
    assert cards.headline(desk.flow.state, "Refunded") == "Back through the bank"


@pytest.mark.parametrize("why", ["off", "credit"])
def test_without_a_card_terminal_or_onto_credit_it_goes_as_it_always_did(desk: CardDesk, why: str) -> None:
    receipt = sold(desk, MUG)
    if why == "off":
        desk.card.faults.off = True
        desk.until(lambda: not desk.till.card_back.at_hand)
    on_counter(desk, receipt, MUG)
    if why == "credit":
        desk.flow.send_to(Destination.CREDIT)
    press(desk)
    assert desk.done and states(desk) == [] and desk.card.given_back == []
    ((refund,),) = [body["refunds"] for body in desk.returns()]
    assert refund.get("attempt", "") == ""


def test_a_card_that_paid_a_channel_is_the_payment_sides(shop: Shop, tmp_path: Path) -> None:
    shop.receive()
    desk = CardDesk(shop, tmp_path)
    ready(desk)
    desk.find()
    desk.goods(1)
    desk.refund()
    assert desk.done and states(desk) == [], "its reference is not of a card terminal in a store"
    desk.stop()


def test_F30_killed_before_the_card_terminal_was_asked_nothing_went_back_and_the_bank_gives_it(desk: CardDesk) -> None:
    receipt = sold(desk, MUG, LAMP, cash="50")
    desk.printed(1)
    desk.till.returns.on_card = lambda done: None  # the power goes here
    on_counter(desk, receipt, MUG, LAMP)
    desk.flow.refund()
    desk.until(lambda: len(payments(desk)) == 1)
    kicks = desk.printer.kicks
    desk.off()
    desk.start()
    over(desk)
    assert states(desk) == ["pending", "declined"] and desk.card.given_back == []
    desk.until(lambda: desk.printer.kicks == kicks + 1)
    assert desk.flow.state.recorded is not None, "the return goes on where it stood: its cash, its slip"
    desk.printed(2)


def test_the_rest_of_an_exchange_goes_back_to_the_card(desk: CardDesk) -> None:
    receipt = sold(desk, MUG, LAMP)
    on_counter(desk, receipt, MUG, LAMP)
    desk.flow.send_to(Destination.EXCHANGE)
    desk.refund()
    take_instead(desk, MUG)
    close_sale(desk)
    desk.until(lambda: desk.till.place == "done")
    back = operations(desk)[-2][1]
    assert [(r["to"], r["amount"]) for r in back["refunds"]] == [("exchange", 10_002), ("", 10_005)]
    assert [amount for _, amount in desk.card.given_back] == [10_005] and states(desk) == ["pending", "approved"]
    desk.printed(2)
    assert "Given back by our card terminal." in slip(desk)
    assert [part.amount for part in desk.till.done.state.cards] == [10_005]


def test_two_cards_are_asked_for_one_after_the_other(desk: CardDesk) -> None:
    receipt = sold_by_two_cards(desk)
    on_counter(desk, receipt, MUG, LAMP)
    desk.card.faults.lose_answers = 1
    press(desk)
    over(desk)
    assert [amount for _, amount in desk.card.given_back] == [5_000, 15_007]
    assert states(desk) == ["pending", "pending", "unknown", "approved", "approved"]


def test_a_second_card_that_was_never_asked_for_goes_through_the_bank(desk: CardDesk) -> None:
    receipt = sold_by_two_cards(desk)
    on_counter(desk, receipt, MUG, LAMP)
    desk.card.faults.silent = True
    press(desk)
    unknown(desk)
    desk.till.card_back.go_on()
    over(desk)
    desk.card.faults.silent = False
    desk.until(lambda: states(desk)[-1] == "approved")
    assert states(desk) == ["pending", "pending", "unknown", "declined", "approved"]
    assert [amount for _, amount in desk.card.given_back] == [5_000]


def sold_by_two_cards(desk: CardDesk) -> str:
    """A mug and a lamp that two cards paid for."""
    desk.till.tab("sale")
    for number in (MUG, LAMP):
        desk.till.scanned(code(number))
    actor, cart = desk.till.actor, open_cart(desk.local, now())
    assert actor is not None
    for n, part in enumerate((5_000, 15_007)):
        attempt = begin_attempt(desk.local, cart, part, actor, now())
        resolve_attempt(desk.local, attempt.id, AttemptState.APPROVED, f"70000{n}", f"•• 424{n}", "", now())
        desk.card.ledger[attempt.id] = Charge(attempt.id, part, "KZT", "approved", f"70000{n}")
    done = sell(desk.local, open_cart(desk.local, now()), 0, actor, "en", now())
    assert isinstance(done, RecordedSale)
    desk.till.sale.start(actor)
    return done.body.receipt


class Answering(Direct):
    """Runs jobs at once, and hands over what the disk refuses, as the thread of an app does."""

    def run(self, job: Any, then: Any, failed: Any) -> None:
        try:
            done = job(self.local)
        except (NotRecorded, sqlite3.DatabaseError) as error:
            failed(error)
        else:
            then(done)


def test_an_answer_that_the_disk_refuses_is_kept_and_written_when_it_can_be(desk: CardDesk) -> None:
    receipt = sold(desk, MUG)
    desk.printed(1)
    desk.card.faults.slow_s = 0.5
    on_counter(desk, receipt, MUG)
    press(desk)
    flow = desk.till.card_back
    desk.until(lambda: flow.state.phase is Phase.WAITING)
    desk.terminal._runner = Answering(desk.local)
    desk.local.raw.execute("PRAGMA query_only = ON")
    desk.until(lambda: flow.state.phase is Phase.HELD)
    assert "is not recorded" in said(desk) and action(flow.state).verb == "record_again"
    flow.record_again()
    assert flow.state.phase is Phase.HELD and states(desk) == ["pending"]
    desk.local.raw.execute("PRAGMA query_only = OFF")
    flow.record_again()
    over(desk)
    assert states(desk) == ["pending", "approved"] and len(desk.card.given_back) == 1


def test_f26_what_cant_be_read_right_after_it_is_recorded_is_read_again_and_asked_for_once(desk: CardDesk) -> None:
    receipt = sold(desk, MUG)
    desk.printed(1)
    on_counter(desk, receipt, MUG)
    desk.terminal._runner = Answering(desk.local)
    hidden = (sqlite3.SQLITE_READ, "card_refund", "masked")
    desk.local.raw.set_authorizer(lambda *what: sqlite3.SQLITE_DENY if what[:3] == hidden else sqlite3.SQLITE_OK)
    press(desk)
    flow = desk.till.card_back
    desk.until(lambda: flow.state.phase is Phase.HELD)
    assert headline(flow.state)[0] == "This till can't work on its files"
    assert said(desk).startswith("This till can't work on its files Call support.")
    assert action(flow.state).verb == "record_again" and not flow.state.can_leave
    flow.record_again()
    assert flow.state.phase is Phase.HELD and not desk.card.given_back
    desk.local.raw.set_authorizer(None)
    flow.record_again()
    over(desk)
    assert states(desk) == ["pending", "approved"] and len(desk.card.given_back) == 1


def test_who_wants_to_leave_meanwhile_is_told_to_wait(desk: CardDesk) -> None:
    receipt = sold(desk, MUG)
    desk.card.faults.slow_s = 0.5
    on_counter(desk, receipt, MUG)
    press(desk)
    desk.until(lambda: desk.till.card_back.state.phase is Phase.WAITING)
    for leave in (desk.till.sign_out, desk.till.drawer, desk.till.needs, lambda: desk.till.tab("lookup")):
        leave()
        assert desk.till.place == "card_back" and "First the money" in said(desk)
    over(desk)
