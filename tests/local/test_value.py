"""Gift cards and store credit on the terminal: kept with the cart, paid with once, given back, never stored (F38)."""

from pathlib import Path

import pytest

from sync.actions.cart import Cart, discard_cart, open_cart
from sync.actions.hold import drop_held, keep_held
from sync.actions.pay import AlreadySold
from sync.actions.sell import sell
from sync.actions.take_back import Wish, take_back
from sync.domain.returns import Basis, Destination
from sync.domain.sales import Refused, SaleRefusal
from sync.domain.value import account_of, grouped, hold_of, is_code, masked
from sync.local import Local, RecordedReturn, RecordedSale, files, value
from sync.local.proof import prove
from sync.local.value import code_of, credit_code, held_for, is_kept, released, to_release
from sync.protocol.messages import HeldValue
from sync.protocol.operations import cash_of, credit_of
from tests.local import jobs
from tests.local.bought import item, order
from tests.local.fixture import NOW, make_terminal
from tests.local.tills import CASHIER, cart_of
from tests.local.victim import killed_at_every_step

LEASE = 900_000
MILK = 62_000


def given(cart: Cart, amount: int, account: str = "a", kind: str = "gift_card", now: int = NOW) -> HeldValue:
    """The hub's answer, by a clock that is an hour ahead of ours."""
    hub = now + 3_600_000
    return HeldValue(hold_of(account, cart.sale_id), kind, "0007", amount, 5, "KZT", hub + LEASE, hub)


def kept(local: Local, cart: Cart, amount: int, account: str = "a", now: int = NOW) -> Cart:
    return keep_held(local, cart, account, given(cart, amount, account, now=now), now)


def onto_credit(local: Local, id: str, basis: Basis = Basis.PROMISE) -> RecordedReturn:
    claim = "c-1" if basis is Basis.CLAIM else ""
    done = take_back(
        local, Wish(id, order(), (item("1", 3),), basis,
        claim=claim, approver=None, actor=CASHIER, language="en", now=NOW, to=Destination.CREDIT,))  # fmt: skip
    assert isinstance(done, RecordedReturn), done
    return done


def test_F38_what_is_held_survives_the_till_and_pays_with_the_cart(home: Path) -> None:
    local = Local.open(home)
    cart = kept(local, cart_of(local, "p-milk"), 40_000)
    assert [(h.account, h.amount, h.left, h.masked) for h in cart.held] == [("a", 40_000, 5, "0007")]
    local.close()
    local = Local.open(home)
    again = open_cart(local, NOW + 1)
    assert (again.sale_id, again.held, again.paid_by_value) == (cart.sale_id, cart.held, 40_000)
    assert sell(local, again, 21_999, CASHIER, "en", NOW) == Refused(SaleRefusal.UNDERPAID, 1)
    done = sell(local, again, 22_000, CASHIER, "en", NOW)
    assert isinstance(done, RecordedSale)
    assert [(t.kind, t.amount, t.attempt, t.reference, t.masked) for t in done.body.tenders] == [
        ("gift_card", 40_000, cart.held[0].hold, "a", "0007"),
        ("cash", 22_000, "", "", ""),
    ]
    assert sell(local, again, 22_000, CASHIER, "en", NOW) == done, "and it is sold once"
    assert (held_for(local, cart.sale_id), to_release(local)) == ((), [])
    assert prove(local) == []
    local.close()


def test_F38_a_cart_that_is_left_or_paid_otherwise_gives_back_what_is_held(local: Local) -> None:
    cart = kept(local, kept(local, cart_of(local, "p-milk"), 10_000, "a"), 20_000, "b")
    a, b = hold_of("a", cart.sale_id), hold_of("b", cart.sale_id)
    cart = drop_held(local, cart, a)
    assert ([h.account for h in cart.held], to_release(local)) == (["b"], [a])
    cart = kept(local, cart, 10_000, "a")
    assert to_release(local) == [], "it was taken again before the hub heard of it"
    released(local, a)
    assert len(held_for(local, cart.sale_id)) == 2
    only = tuple(h for h in cart.held if h.account == "a")
    done = sell(local, cart, 52_000, CASHIER, "en", NOW, held=only)
    assert isinstance(done, RecordedSale) and [t.reference for t in done.body.tenders] == ["a", ""]
    assert to_release(local) == [b]
    released(local, b)
    other = kept(local, cart_of(local, "p-tea"), 1_000, "c")
    discard_cart(local, other)
    assert (to_release(local), open_cart(local, NOW).held) == ([hold_of("c", other.sale_id)], ())


def test_F38_a_hold_that_ended_pays_for_nothing_until_it_is_asked_for_again(local: Local) -> None:
    cart = kept(local, cart_of(local, "p-milk"), MILK)
    late = NOW + LEASE
    assert sell(local, cart, 0, CASHIER, "en", late) == Refused(SaleRefusal.VALUE_ENDED, MILK)
    cart = kept(local, cart, MILK, now=late)
    assert isinstance(sell(local, cart, 0, CASHIER, "en", late), RecordedSale)


def test_F38_what_was_dropped_meanwhile_does_not_pay_whatever_a_screen_remembers(local: Local) -> None:
    cart = kept(local, cart_of(local, "p-milk"), MILK)
    drop_held(local, cart, cart.held[0].hold)
    assert sell(local, cart, 0, CASHIER, "en", NOW, held=cart.held) == Refused(SaleRefusal.VALUE_ENDED, MILK)
    assert sell(local, cart, 0, CASHIER, "en", NOW) == Refused(SaleRefusal.UNDERPAID, MILK)


def test_F38_a_hold_that_comes_after_its_sale_is_given_back(local: Local) -> None:
    cart = cart_of(local, "p-milk")
    assert isinstance(sell(local, cart, MILK, CASHIER, "en", NOW), RecordedSale)
    with pytest.raises(AlreadySold):
        kept(local, cart, MILK)
    assert to_release(local) == [hold_of("a", cart.sale_id)]


def test_F38_a_till_killed_at_every_step_pays_with_each_hold_once_or_keeps_it(tmp_path: Path) -> None:
    home, told = make_terminal(tmp_path), []
    for _, said in killed_at_every_step(jobs.value_sale, home, stride=3):
        told += [said] if said else []
        local = Local.open(home)
        sales = local.raw.execute("SELECT sale_id FROM sale").fetchall()
        held = local.raw.execute("SELECT sale_id, releasing FROM held_value").fetchall()
        assert not {row[0] for row in sales} & {row[0] for row in held}, "what paid is not held any more"
        assert len(held) <= 1 and all(row == (open_cart(local, NOW).sale_id, 0) for row in held)
        assert len(sales) >= len(told) and prove(local) == []
        local.close()
    assert told


def test_a_return_onto_credit_names_the_account_and_its_code_is_nowhere_but_on_paper(home: Path) -> None:
    local = Local.open(home)
    done = onto_credit(local, "r-1", Basis.CLAIM)
    code, body = credit_code(local, "r-1"), done.body
    assert is_code(code) and (body.credit, body.credit_masked) == (account_of(code), masked(code))
    assert (cash_of(body), credit_of(body), body.total, body.rounding) == (0, 100_000, 100_000, 0)
    assert {r.to for r in body.refunds} == {"credit"}
    assert onto_credit(local, "r-1", Basis.CLAIM) == done
    assert prove(local) == []
    local.close()
    for path in home.iterdir():
        if path.is_file() and path.name.startswith(files.JOURNAL):
            raw = path.read_bytes()
            assert code.encode() not in raw and grouped(code).encode() not in raw
    local = Local.open(home)
    assert code_of(local, "r-1", body.credit) == code, "a reprint needs no stored secret"
    local.close()


def test_each_return_has_a_code_of_its_own_and_another_key_knows_none_of_them(local: Local) -> None:
    body = onto_credit(local, "r-1").body
    assert len({credit_code(local, f"r-{n}") for n in range(200)}) == 200
    local.raw.execute("UPDATE identity SET key = ?", (bytes(32),))
    assert code_of(local, "r-1", body.credit) is None


def test_a_promise_onto_credit_moves_nothing_and_says_so(local: Local) -> None:
    body = onto_credit(local, "r-1", Basis.PROMISE).body
    assert (body.basis, cash_of(body), credit_of(body)) == ("promise", 0, 100_000)


def test_F38_an_open_cart_s_hold_is_seen_from_another_thread_s_connection(home: Path, local: Local) -> None:
    cart = kept(local, cart_of(local, "p-milk"), MILK)
    hold = cart.held[0].hold
    assert is_kept(home, hold) and not is_kept(home, "other") and not is_kept(home / "nowhere", hold)
    drop_held(local, cart, hold)
    assert not is_kept(home, hold)


def test_a_hold_that_a_lying_disk_brought_back_is_named(local: Local) -> None:
    cart = kept(local, cart_of(local, "p-milk"), MILK)
    assert isinstance(sell(local, cart, 0, CASHIER, "en", NOW), RecordedSale)
    with local.write():
        value.put(local, cart.sale_id, cart.held[0], NOW + LEASE)
    assert [fault for fault in prove(local) if "still held" in fault]
