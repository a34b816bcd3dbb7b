"""Gift cards through the agent: what nobody pays with is let go of at the hub, whatever answer was lost (F38)."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from sync.actions.cart import Cart, discard_cart, open_cart, save_cart
from sync.actions.hold import drop_held, keep_held
from sync.actions.sell import sell
from sync.domain import codes
from sync.domain.value import account_of, code_from, hold_of
from sync.hub import database, value_claims
from sync.hub.tables import value_entry, value_hold
from sync.link import answers
from sync.link.agent import Agent
from sync.link.questions import Answered, Asking, Unanswered
from sync.local import Local, RecordedSale, find_code
from sync.local.value import to_release
from sync.protocol.messages import AskValue, ChannelValue, HeldValue, HoldValue, ValueAnswer
from tests.link.asking import Straight
from tests.link.store import CASHIER, Store, gtin, now, until
from tests.link.test_questions import Holding

RunAgent = Callable[..., Agent]
CODE = code_from(42)
ACCOUNT = account_of(CODE)
PRICE = 10_001


@pytest.fixture
def card(store: Store) -> str:
    """A gift card of 500.00."""
    value_claims.issue(store.engine, "web", ChannelValue("g-1", CODE, 50_000, "KZT", now()), now())
    return ACCOUNT


def cart_of_one(local: Local) -> Cart:
    found = find_code(local, codes.read(gtin(1)), now())
    assert found is not None
    cart = open_cart(local, now()).add(found.product, now(), 1000, found.scanned)
    save_cart(local, cart)
    return cart


def hold(home: Path, cart: Cart, amount: int = PRICE, patience: float = 3.0) -> object:
    return Asking(home).ask("claims/value", HoldValue(ACCOUNT, amount, cart.sale_id), HeldValue, patience)


def states(store: Store) -> dict[str, str]:
    with database.read(store.engine) as conn:
        return {row.hold: row.state for row in conn.execute(select(value_hold))}


def balance(home: Path) -> int:
    straight = Straight(home)
    found = straight.ask("ask/value", AskValue(ACCOUNT), ValueAnswer, 3)
    straight.close()
    return found.value.balance if isinstance(found, Answered) else -1


def is_answered(home: Path) -> bool:
    return isinstance(Asking(home).ask("ask/value", AskValue(ACCOUNT), ValueAnswer, 3), Answered)


def test_F38_a_card_pays_through_the_agent_and_is_captured_with_the_push(
    store: Store, home: Path, local: Local, card: str, run_agent: RunAgent
) -> None:
    run_agent(home)
    until(lambda: is_answered(home))
    cart = cart_of_one(local)
    said = hold(home, cart)
    assert isinstance(said, Answered)
    cart = keep_held(local, cart, card, said.value, now())
    assert isinstance(sell(local, cart, 0, CASHIER, "en", now()), RecordedSale)
    until(lambda: states(store) == {hold_of(card, cart.sale_id): "captured"})
    with database.read(store.engine) as conn:
        amounts = list(conn.execute(select(value_entry.c.amount).order_by(value_entry.c.id)).scalars())
    assert amounts == [50_000, -PRICE] and balance(home) == 50_000 - PRICE


def test_F38_a_hold_that_was_answered_too_late_is_given_back(
    store: Store, home: Path, local: Local, card: str, run_agent: RunAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "RELEASE_S", 0.3)
    monkeypatch.setattr(answers, "AGAIN_S", 0.2)
    cart = cart_of_one(local)
    with Holding(store.port) as line:
        run_agent(home, hub=line.url)
        until(lambda: is_answered(home))
        line.held = True
        assert hold(home, cart, patience=0.4) == Unanswered("timeout")
        assert states(store) == {hold_of(card, cart.sale_id): "open"}, "the hub holds it, and its answer is on the way"
        line.held = False
        until(lambda: states(store) == {hold_of(card, cart.sale_id): "released"})
        assert balance(home) == 50_000


def test_F38_a_longer_lease_that_was_not_heard_of_costs_no_cart_its_hold(
    store: Store, home: Path, local: Local, card: str, run_agent: RunAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "RELEASE_S", 0.3)
    monkeypatch.setattr(answers, "AGAIN_S", 0.2)
    cart = cart_of_one(local)
    with Holding(store.port) as line:
        run_agent(home, hub=line.url)
        until(lambda: is_answered(home))
        said = hold(home, cart)
        assert isinstance(said, Answered)
        cart = keep_held(local, cart, card, said.value, now())
        line.held = True
        assert hold(home, cart, patience=0.4) == Unanswered("timeout")
        line.held = False
        until(lambda: is_answered(home))
        time.sleep(1.5)
        assert states(store) == {cart.held[0].hold: "open"}


def test_F38_what_a_cart_does_not_pay_with_is_let_go_of_now_or_when_there_is_a_network(
    store: Store, home: Path, local: Local, card: str, run_agent: RunAgent
) -> None:
    cart = cart_of_one(local)
    straight = Straight(home)
    said = straight.ask("claims/value", HoldValue(card, PRICE, cart.sale_id), HeldValue, 3)
    straight.close()
    assert isinstance(said, Answered)
    cart = keep_held(local, cart, card, said.value, now())
    name = cart.held[0].hold
    store.stop()
    drop_held(local, cart, name)
    assert to_release(local) == [name]
    run_agent(home)
    store.start()
    until(lambda: states(store) == {name: "released"} and to_release(local) == [], 20)
    again = hold(home, cart)
    assert isinstance(again, Answered)
    discard_cart(local, keep_held(local, cart, card, again.value, now()))
    until(lambda: states(store) == {name: "released"} and to_release(local) == [])


def test_F38_a_hold_that_the_hub_does_not_know_is_let_go_of_once(
    store: Store, home: Path, local: Local, run_agent: RunAgent
) -> None:
    cart = cart_of_one(local)
    made = HeldValue(hold_of(ACCOUNT, cart.sale_id), "gift_card", "0007", 5, 0, "KZT", now() + 1000, now())
    drop_held(local, keep_held(local, cart, ACCOUNT, made, now()), made.hold)
    run_agent(home)
    until(lambda: to_release(local) == [])
    assert states(store) == {}
