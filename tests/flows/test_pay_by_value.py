"""Gift cards and store credit at the till: what is on them, what is held, and what can be wrong with them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.payment.state import Phase
from sync.domain.value import code_from
from sync.hub import database
from sync.hub.tables import value_account, value_hold
from sync.protocol.operations import open_envelope
from tests.flows.paying import Paying, balance, gift_card
from tests.flows.returning import Desk, Shop, code

LAMP, MUG = 5, 2


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


@pytest.fixture
def till(desk: Desk) -> Paying:
    made = Paying(desk)
    made.goods(LAMP, MUG)
    return made


def sale(till: Paying) -> dict[str, object]:
    """The last recorded sale."""
    row = till.desk.local.raw.execute("SELECT bytes FROM op WHERE kind = 'sale' ORDER BY seq DESC LIMIT 1").fetchone()
    return dict(json.loads(bytes(open_envelope(row[0]).body)))


def holds(shop: Shop) -> list[tuple[str, int]]:
    """What the hub holds: state and minor units."""
    with database.read(shop.engine) as conn:
        return [(row.state, row.amount) for row in conn.execute(value_hold.select())]


def test_without_the_hub_nothing_is_taken_and_cash_goes_on(shop: Shop, till: Paying) -> None:
    made = gift_card(shop, 5_000)
    assert till.desk.asking is not None
    till.desk.asking.close()
    shop.stop()
    till.show(made)
    assert till.said.startswith("Not without the order system")
    till.flow.choose("cash")
    till.flow.quick(till.flow.state.quick[0])
    till.flow.cash_received()
    assert till.till.place == "done"


def test_f6_a_till_that_was_killed_comes_back_with_what_is_held(shop: Shop, till: Paying) -> None:
    made = gift_card(shop, 5_000)
    till.show(made)
    till.take()
    till.desk.off()
    till.desk.start()
    again = Paying(till.desk)
    again.till.tab("sale")
    assert again.till.sale.state.paid == 5_000
    again.till.sale.pay()
    again.settled()
    assert again.flow.state.paid == 5_000
    again.flow.quick(again.flow.state.quick[0])
    again.flow.cash_received()
    assert [t["kind"] for t in sale(again)["tenders"]] == ["gift_card", "cash"]  # type: ignore[attr-defined]


def test_less_is_held_once_the_cart_has_become_cheaper(shop: Shop, till: Paying) -> None:
    lamp_and_mug = till.flow.state.rest
    till.show(gift_card(shop, lamp_and_mug - 1_000))
    till.take()
    till.flow.back()
    lines = till.till.sale.state.cart.lines
    till.till.sale.remove(lines[0].line_id)
    till.till.sale.pay()
    till.desk.until(lambda: till.till.place == "done")
    assert sale(till)["tenders"][0]["amount"] == sale(till)["total"] < lamp_and_mug  # type: ignore[index,operator]


def test_a_card_with_enough_on_it_pays_all_and_the_receipt_says_what_is_left(shop: Shop, till: Paying) -> None:
    due = till.flow.state.rest
    made = gift_card(shop, due + 500_000)
    till.show(made)
    state = till.flow.state
    assert state.tender == "value" and state.by_value == due and state.stored.answer.balance == due + 500_000
    assert state.stored.digits == "" and state.stored.masked == made[-4:], "only its end stays on the screen"
    assert holds(shop) == [], "nothing is taken by looking"
    till.take()
    till.desk.until(lambda: till.till.place == "done")
    tender = sale(till)["tenders"][0]  # type: ignore[index]
    assert (tender["kind"], tender["amount"], tender["left"]) == ("gift_card", due, 500_000)
    assert made not in str(sale(till)), "no operation holds the code"
    till.desk.until(lambda: till.desk.printer.texts)
    paper = till.desk.printer.texts[0]
    assert made[-4:] in paper and "Left on it" in paper and made not in paper and till.desk.printer.kicks == 0


def test_two_cards_and_cash_pay_one_sale_the_same_card_never_twice_and_one_is_taken_off(
    shop: Shop, till: Paying
) -> None:
    due, first, second = till.flow.state.rest, gift_card(shop, 4_000, 1), gift_card(shop, 5_000, 2)
    till.show(first)
    till.take()
    assert till.flow.state.tender == "cash" and till.said.startswith("40\u00a0₸ are paid")
    till.flow.choose("value")
    for digit in second[:-1]:
        till.flow.key(digit)
    assert till.flow.state.stored.waits == "" and till.flow.state.stored.digits == second[:-1]
    till.flow.key(second[-1])
    till.settled()
    till.take()
    assert till.flow.state.paid == 9_000
    till.show(first)
    assert till.flow.state.stored.trouble == "already" and till.flow.state.by_value == 0
    held = next(held for held in till.flow.state.cart.held if held.masked == first[-4:])
    till.flow.take_off(held.hold)
    assert till.flow.state.rest == due - 5_000 and till.said.startswith(f"Gift card •• {first[-4:]} is not used")
    assert balance(shop, first) == 4_000
    till.flow.choose("cash")
    till.flow.quick(till.flow.state.quick[0])
    till.flow.cash_received()
    assert [t["kind"] for t in sale(till)["tenders"]] == ["gift_card", "cash"]  # type: ignore[attr-defined]


def test_what_can_be_wrong_with_a_code_has_a_sentence_each_and_the_other_tenders_go_on(
    shop: Shop, till: Paying
) -> None:
    good = code_from(77)
    till.show(good[:-1] + str((int(good[-1]) + 1) % 10))
    assert till.said.startswith("One digit is wrong")
    till.show("49301122")
    assert till.said.startswith("The code was only half read")
    till.show(code_from(4711))
    assert till.said.startswith("Nobody knows this code")
    till.show(gift_card(shop, 5_000, 5, "EUR"))
    assert till.said.startswith("It is of another currency")
    blocked = gift_card(shop, 5_000, 6)
    with shop.engine.begin() as conn:
        conn.execute(value_account.update().where(value_account.c.masked == blocked[-4:]).values(state="blocked"))
    till.show(blocked)
    assert till.said.startswith("It is blocked") and till.said.endswith("Nothing was taken. Cash and card go on.")
    assert till.flow.state.can_leave and till.flow.state.by_value == 0


def test_f38_what_another_till_holds_is_said_before_and_after_looking(shop: Shop, till: Paying, tmp_path: Path) -> None:
    made = gift_card(shop, 5_000)
    other = Paying(Desk(shop, tmp_path, "till-2"))
    other.goods(LAMP)
    till.show(made)
    other.show(made)
    other.take()
    till.take()
    assert till.said.startswith("Not so much can be taken of it now") and till.flow.state.cart.held == ()
    assert till.flow.state.phase is Phase.CHOOSING
    till.show(made)
    assert till.said.startswith("Another till holds it now") and till.flow.state.by_value == 0
    other.desk.stop()


def test_scans_go_where_they_belong(shop: Shop, till: Paying) -> None:
    till.till.scanned(code(MUG))
    assert till.till.place == "sale", "goods, before anything is paid"
    till.till.scanned(gift_card(shop, 5_000))
    happened = till.till.sale.state.happened
    assert happened is not None and happened.title == "This is a gift card or store credit"


def test_f38_a_hold_that_ended_is_held_anew_and_without_an_answer_pays_for_nothing(shop: Shop, till: Paying) -> None:
    made = gift_card(shop, 5_000)
    till.show(made)
    till.take()
    due = till.flow.state.cash_due
    _let_end(till)
    till.flow.quick(due)
    till.flow.cash_received()
    till.settled()
    assert till.till.place == "payment" and till.flow.state.paid == 5_000, "it is ours again: look, and press once more"
    _let_end(till)
    assert till.desk.asking is not None
    till.desk.asking.close()
    shop.stop()
    till.flow.cash_received()
    till.settled()
    assert till.flow.state.cart.held == () and till.flow.state.rest == till.flow.state.totals.total
    assert till.said.startswith(f"Gift card •• {made[-4:]} was taken off")
    assert till.said.endswith("Nothing of it was spent.")
    till.flow.quick(till.flow.state.quick[0])
    till.flow.cash_received()
    assert [t["kind"] for t in sale(till)["tenders"]] == ["cash"]  # type: ignore[attr-defined]


def _let_end(till: Paying) -> None:
    """The time of what is held is over, by the till's own clock."""
    with till.desk.local.write() as db:
        db.execute("UPDATE held_value SET until = 0")
