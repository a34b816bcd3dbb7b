"""What is due of an order is paid at a till: recorded whole, counted in the shift, proved; nothing is due here then,
and the parcels may go. A payment that stood open goes on (F29)."""

from dataclasses import replace
from pathlib import Path

import pytest

from sync.actions.cart import Cart
from sync.actions.hold import keep_held
from sync.actions.pay import AlreadySold, begin_attempt, resolve_attempt
from sync.actions.pay_order import ORDER_PAID, open_order_payment, order_payment, pay_order
from sync.actions.printing import unprinted
from sync.actions.shifts import open_shift
from sync.domain.orders import PaidBy, Purchase
from sync.domain.payments import AttemptState
from sync.domain.pickups import HandOutRefusal, Refused
from sync.domain.returns import Basis
from sync.domain.sales import Refused as NotPaid
from sync.domain.sales import SaleRefusal
from sync.domain.value import hold_of
from sync.local import Local, purchase_by_id, totals
from sync.local.journal import Ruling, prune, rule, verify_chain
from sync.local.ledger import totals as day_totals
from sync.local.order_payments import RecordedOrderPaid, drafts, order_paid_by_receipt
from sync.local.pickups import parcel_by_id
from sync.local.proof import prove
from sync.protocol.messages import HeldValue
from tests.local import jobs
from tests.local.bought import DAY, allow, item, know, taken
from tests.local.collecting import asks, given, packed, pick_up
from tests.local.fixture import INCARNATION, NOW, make_terminal
from tests.local.tills import CASHIER
from tests.local.victim import killed_at_every_step

WORTH = 150_000


def unpaid(home: Path, **more: object) -> Purchase:
    """The order of these tests, known here and not paid."""
    bought = pick_up(paid=(), **more)
    know(home, bought)
    return bought


def pays(local: Local, cart: Cart, cash: int = WORTH) -> RecordedOrderPaid | NotPaid:
    return pay_order(local, cart, cash, CASHIER, "ru", NOW)


def paid(local: Local, bought: Purchase, cash: int = WORTH) -> RecordedOrderPaid:
    done = pays(local, order_payment(local, bought, NOW), cash)
    assert isinstance(done, RecordedOrderPaid), done
    return done


def by_card(local: Local, cart: Cart, amount: int) -> Cart:
    """The card paid that much; the cart as it is read again."""
    tried = begin_attempt(local, cart, amount, CASHIER, NOW)
    resolve_attempt(local, tried.id, AttemptState.APPROVED, "300001", "**** 4242", "", NOW)
    assert cart.order is not None
    return order_payment(local, cart.order.purchase, NOW)


def due(local: Local, bought: Purchase) -> int:
    known = purchase_by_id(local, bought.id)
    assert known is not None
    return known.due


def test_it_is_recorded_whole_with_its_receipt_and_the_order_may_go(home: Path, local: Local) -> None:
    bought = unpaid(home)
    parcel = packed(local, bought)
    assert parcel.due == WORTH
    assert isinstance(no := asks(local, bought), Refused) and no.reason is HandOutRefusal.UNPAID
    done = paid(local, bought, 200_000)
    body, envelope = done.body, done.envelope
    assert (envelope.kind, envelope.actor, body.order, body.number) == (
        ORDER_PAID,
        CASHIER.id,
        bought.id,
        bought.number,
    )
    assert (body.amount, body.rounding, body.due, body.change) == (WORTH, 0, WORTH, 50_000)
    assert (body.receipt, ORDER_PAID) in [(job.ref, job.what) for job in unprinted(local)]
    assert order_paid_by_receipt(local, body.receipt) == done
    now = parcel_by_id(local, parcel.id)
    assert now is not None and (now.due, due(local, bought)) == (0, 0)
    given(local, bought)
    assert prove(local) == verify_chain(local) == []


def test_the_same_payment_again_is_the_one_that_is_recorded(home: Path, local: Local) -> None:
    cart = order_payment(local, unpaid(home), NOW)
    assert pays(local, cart) == pays(local, cart, 0)
    with pytest.raises(AlreadySold):
        begin_attempt(local, cart, 1_000, CASHIER, NOW)
    assert isinstance(no := pays(local, order_payment(local, unpaid(home), NOW)), NotPaid)
    assert no == NotPaid(SaleRefusal.DUE_CHANGED, 0), "and another one finds nothing to pay"


def test_cash_is_rounded_as_in_a_sale_and_nothing_stays_due_and_comes_back_whole(home: Path, local: Local) -> None:
    allow(home, cash_step=500)
    bought = unpaid(home)
    bought = pick_up(paid=(), lines=(bought.lines[0], replace(bought.lines[1], amount=50_200)))
    know(home, bought)
    packed(local, bought)
    assert isinstance(pays(local, order_payment(local, bought, NOW), 149_500), NotPaid)
    body = paid(local, bought).body
    assert (body.amount, body.rounding, body.due) == (150_200, -200, 150_000)
    assert due(local, bought) == 0
    given(local, bought)
    known = purchase_by_id(local, bought.id)
    assert known is not None
    back = taken(local, known, item("1", 3), item("2"), basis=Basis.CLAIM)
    assert [(r.kind, r.amount) for r in back.body.refunds] == [("cash", 150_000)], "what the drawer got, and no more"


def test_a_card_that_paid_a_part_stays_with_the_order_and_the_rest_follows(home: Path, local: Local) -> None:
    bought = unpaid(home)
    cart = by_card(local, order_payment(local, bought, NOW), 100_000)
    again = open_order_payment(local)
    assert again is not None and (again.sale_id, again.paid_by_card) == (cart.sale_id, 100_000)
    assert pays(local, again, 40_000) == NotPaid(SaleRefusal.UNDERPAID, 10_000)
    done = paid(local, bought, 50_000)
    assert [(p.kind, p.amount, p.reference) for p in done.body.paid] == [
        (PaidBy.CARD, 100_000, "300001"),
        (PaidBy.CASH, 50_000, ""),
    ]
    assert (open_order_payment(local), drafts(local)) == (None, [])


def test_an_order_that_was_paid_meanwhile_takes_no_cash_and_keeps_what_the_card_gave(home: Path, local: Local) -> None:
    bought = unpaid(home)
    cart = order_payment(local, bought, NOW)
    know(home, pick_up())
    assert pays(local, cart) == NotPaid(SaleRefusal.DUE_CHANGED, 0)
    know(home, bought)
    cart = by_card(local, cart, 100_000)
    know(home, pick_up())
    assert pays(local, cart, 50_000) == NotPaid(SaleRefusal.DUE_CHANGED, 100_000), "no more money is taken"
    done = paid(local, bought, 0)
    assert done.body.amount == 100_000, "what the card gave is recorded, for the hub to put before a person"


def test_stored_value_that_was_left_is_given_back_with_the_next_payment(home: Path, local: Local) -> None:
    bought = unpaid(home)
    cart = order_payment(local, bought, NOW)
    answer = HeldValue(hold_of("a", cart.sale_id), "gift_card", "0007", 40_000, 5, "KZT", NOW + 900_000, NOW)
    cart = keep_held(local, cart, "a", answer, NOW)
    assert len(drafts(local)) == 1
    fresh = order_payment(local, bought, NOW)
    assert (fresh.held, drafts(local)) == ((), [])
    kept = keep_held(local, cart, "a", answer, NOW)
    done = pays(local, kept, 110_000)
    assert isinstance(done, RecordedOrderPaid)
    assert [(t.kind, t.amount) for t in done.body.tenders] == [("gift_card", 40_000), ("cash", 110_000)]
    assert prove(local) == []


def test_F36_it_counts_in_the_shift_and_in_the_totals_of_the_day(home: Path, local: Local) -> None:
    allow(home, shift_required=True)
    bought = unpaid(home)
    assert pays(local, order_payment(local, bought, NOW)) == NotPaid(SaleRefusal.NO_SHIFT)
    open_shift(local, "shift-1", 500_000, CASHIER, NOW)
    paid(local, bought, 200_000)
    sums = totals(local, "shift-1")
    assert (sums.orders, sums.ordered, sums.sales, sums.sold, sums.expected) == (1, WORTH, 0, 0, 650_000)
    assert [(t.kind, t.sold, t.refunded) for t in sums.tenders] == [("cash", WORTH, 0)]
    assert sums.first_receipt == sums.last_receipt != ""
    with local.write() as db:
        rule(db, INCARNATION, [Ruling(1, "applied"), Ruling(2, "applied")], NOW)
    found = {of: amount for (_day, _c, of), (_n, amount) in day_totals(local.raw, INCARNATION, 1, 9).items()}
    assert found == {"order": WORTH, "order:cash": 200_000, "order:change": 50_000}


def test_rows_that_speak_of_another_payment_are_found(home: Path, local: Local) -> None:
    paid(local, unpaid(home))
    local.raw.execute("UPDATE order_paid SET amount = 1")
    assert any("amount" in said for said in prove(local))
    local.raw.execute("DELETE FROM order_paid")
    assert any("nothing beside it" in said for said in prove(local))


def test_what_was_judged_long_ago_is_pruned_with_its_row(home: Path, local: Local) -> None:
    paid(local, unpaid(home))
    with local.write() as db:
        rule(db, INCARNATION, [Ruling(1, "applied")], NOW)
    paid(local, pick_up("200-1", paid=()))
    prune(local, NOW + 400 * DAY)
    assert local.raw.execute("SELECT count(*) FROM order_paid").fetchone() == (1,)


def test_i1_f30_a_till_killed_at_every_step_of_a_payment_has_it_whole_or_not_at_all(tmp_path: Path) -> None:
    home, told, steps = make_terminal(tmp_path), [], 0
    bought = unpaid(home)
    for step, receipt in killed_at_every_step(jobs.pay_unpaid, home, stride=5):
        steps = max(steps, step)
        told += [receipt] if receipt else []
        local = Local.open(home)
        assert prove(local) == []
        rows = [row[0] for row in local.raw.execute("SELECT receipt FROM order_paid").fetchall()]
        assert len(rows) <= 1 and set(told) <= set(rows)
        assert due(local, bought) == (0 if rows else WORTH)
        charged = local.raw.execute("SELECT count(*) FROM attempt WHERE state = 'approved'").fetchone()[0]
        assert charged <= 1 and (not rows or charged == 1), "the card is charged once"
        local.close()
        if rows:
            break
    assert told or steps > 10
