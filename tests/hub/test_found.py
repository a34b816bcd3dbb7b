"""A purchase is found by what a shopper has instead of its number: an account, a loyalty card, the slip of a card."""

from typing import Any

import msgspec
import pytest

from sync.hub.api import now_ms
from sync.hub.serving import Running
from sync.protocol.operations import SaleTender
from tests.hub.retailer import OTHER
from tests.hub.returning import Web, asks
from tests.hub.terminals import DAY, Terminal, sale_of, terminal_at

PAID = {"id": "t1", "kind": "card", "amount": 104_990, "masked": "Visa •• 4242", "reference": "rrn-7781"}
NOON = 1_760_000_000_000
"""9 October 2025, 08:53 UTC: the afternoon of the same day in every store."""


@pytest.fixture
def till(hub: Running) -> Terminal:
    return terminal_at(hub)


def order(hub: Running, **changed: Any) -> None:
    told = {"account": "C-00 71", "loyalty": "9900 1234 5678", "paid": [PAID], "placed_at": NOON}
    assert Web(hub).receive(**{**told, **changed}).status_code == 200


def numbers(till: Terminal, **by: Any) -> list[str]:
    return [bought.number for bought in asks(till, **by)]


def test_an_order_is_found_by_account_loyalty_card_and_payment_however_typed(hub: Running, till: Terminal) -> None:
    order(hub)
    for by in ({"account": "c0071"}, {"account": "9900-1234-5678"}, {"payment": "RRN 7781"}):
        assert numbers(till, **by) == ["100-48213"], by
    for text in ("C0071", "990012345678", "rrn-7781"):
        assert numbers(till, number=text) == ["100-48213"], "what is no number is looked for among these"
    assert numbers(till, payment="C0071") == numbers(till, account="rrn-7781") == []


def test_an_order_is_found_by_what_the_slip_of_the_card_shows(hub: Running, till: Terminal) -> None:
    order(hub)
    slip = {"digits": "4242", "amount": 104_990, "day": "2025-10-09"}
    assert numbers(till, card=slip) == ["100-48213"]
    for other in ({"digits": "4243"}, {"amount": 104_991}, {"day": "2025-10-10"}):
        assert numbers(till, card={**slip, **other}) == []


def test_keys_that_the_order_no_longer_has_find_nothing(hub: Running, till: Terminal) -> None:
    order(hub)
    order(hub, account="C-0072", loyalty="")
    assert numbers(till, account="C-0071") == numbers(till, account="990012345678") == []
    assert numbers(till, account="C-0072") == ["100-48213"]


def card_sale(till: Terminal, receipt: str, place: str = "store-1") -> str:
    sale = sale_of({"p-1": 1000}, receipt=receipt, place=place)
    paid = [SaleTender("card", sale.due, "a-1", "RRN-5512", "Visa •• 9876")]
    sale = msgspec.structs.replace(sale, tenders=paid, change=0)
    till.record(sale)
    assert till.push(first=len(till.raws)).status_code == 200
    return sale.sale_id


def test_a_sale_of_any_store_is_found_by_its_card_payment(hub: Running, till: Terminal) -> None:
    other = terminal_at(hub, "till-2", place=OTHER)
    sold = card_sale(other, "AAAAAA-1", OTHER)
    slip = {"digits": "9876", "amount": 29_900, "day": DAY}
    for by in ({"payment": "rrn-5512"}, {"number": "RRN-5512"}, {"card": slip}):
        assert [bought.id for bought in asks(till, **by)] == [f"sale:{sold}"], by
    assert asks(till, card={**slip, "day": "2026-03-15"}) == asks(till, payment="a-1") == []


def test_a_sale_of_which_something_was_claimed_is_found_once_and_as_it_stands(hub: Running, till: Terminal) -> None:
    sold = card_sale(till, "AAAAAA-2")
    claim = {"claim": "c-1", "purchase": f"sale:{sold}", "lines": [["1", 1000]]}
    assert till.post("/v1/claims/refund", json=claim).status_code == 200
    assert len(asks(till, payment="RRN-5512")) == len(asks(till, number="AAAAAA-2")) == 1


def test_gift_cards_are_no_payments_to_find_anybody_by(hub: Running, till: Terminal) -> None:
    sale = sale_of({"p-1": 1000}, receipt="AAAAAA-3")
    paid = [SaleTender("gift_card", sale.due, "h-1", "f" * 32, "1234")]
    till.record(msgspec.structs.replace(sale, tenders=paid, change=0))
    till.push(first=len(till.raws))
    assert asks(till, payment="f" * 32) == []


BAD: tuple[dict[str, Any], ...] = (
    {},
    {"number": "1", "account": "2"},
    {"account": "1", "card": {"digits": "4242", "amount": 1, "day": "2025-10-09"}},
    {"card": {"digits": "424", "amount": 1, "day": "2025-10-09"}},
    {"card": {"digits": "4242", "amount": 0, "day": "2025-10-09"}},
    {"card": {"digits": "4242", "amount": 1, "day": "yesterday"}},
)


def test_a_question_that_is_none_is_refused_with_a_sentence(hub: Running, till: Terminal) -> None:
    for by in BAD:
        answer = till.post("/v1/ask/orders", json=by)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_question"), by


def test_an_order_from_beyond_any_calendar_is_taken_all_the_same(hub: Running, till: Terminal) -> None:
    order(hub, placed_at=2**53, received_at=now_ms())
    assert numbers(till, account="C-0071") == ["100-48213"]
