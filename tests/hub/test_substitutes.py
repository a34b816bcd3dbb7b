"""What was packed in place of something else, at the hub: promised, told with its price, judged, taken back."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from sync.domain.orders import Given
from sync.domain.pickups import ParcelLine
from sync.domain.returns import Condition, Disposition, Reason
from sync.hub import database, tables
from sync.hub.serving import Running
from sync.protocol.operations import Return, ReturnLine, ReturnRefund
from tests.hub.collecting import APPLIED, beyond, events, gives, orders, pack, picked, ready, shelve, stock
from tests.hub.retailer import STORE
from tests.hub.returning import ORDER, Web, stands
from tests.hub.terminals import Terminal, matters, terminal_at, verdicts
from tests.hub.test_picking import to_pick

OWN = ParcelLine("1", "p-1", "SKU-p-1", "Product p-1", 2000)
INSTEAD = ParcelLine("1", "p-3", "SKU-p-3", "Product p-3", 1000, "pcs", "p-1", "Product p-1")


@pytest.fixture
def web(hub: Running) -> Web:
    return Web(hub)


@pytest.fixture
def till(hub: Running) -> Terminal:
    return terminal_at(hub)


def allowing(web: Web, **line: Any) -> Any:
    """The order, whose first line may be replaced."""
    lines = picked()
    lines[0] |= line or {"substitutes": "listed", "substitute_ids": ["p-3"]}
    return orders(web, lines=lines)


def test_the_promise_of_what_is_replaced_ends_and_the_shop_hears_what_it_costs(
    hub: Running, web: Web, till: Terminal
) -> None:
    assert allowing(web).status_code == 200
    assert to_pick(hub) == {"1": 3, "2": 1}
    pack(till, lines=(OWN, INSTEAD))
    shelve(till)
    assert verdicts(till.push()) == [APPLIED, APPLIED]
    assert to_pick(hub) == {"2": 1}
    assert (stock(hub, "p-1"), stock(hub, "p-3")) == ((0, 2), (0, 1))
    told = dict(events(web))
    assert told["line_substituted"]["lines"] == [
        {
            "line": "1", "product": "p-3", "sku": "SKU-p-3", "name": "Product p-3", "instead_of": "p-1",
            "instead_name": "Product p-1", "quantity": 1000, "allowed": True, "paid": 33_333, "costs": 100,
            "less": 33_233, "currency": "KZT",
        }
    ]  # fmt: skip
    notice = {"line": "1", "name": "Product p-3", "sku": "SKU-p-3", "instead_of": "Product p-1", "quantity": 1000}
    assert told["parcel_ready"]["substituted"] == [notice]
    assert stands(hub).lines[0].amount == 100_000, "the line keeps what was paid"


def test_it_is_handed_out_and_comes_back_as_what_it_is(hub: Running, web: Web, till: Terminal) -> None:
    allowing(web)
    pack(till, lines=(OWN, INSTEAD))
    shelve(till)
    gives(till, lines=(OWN, INSTEAD))
    takes_back(till)
    assert verdicts(till.push()) == [APPLIED] * 4
    [line, _other] = stands(hub).lines
    assert line.given == (Given("p-3", "SKU-p-3", "Product p-3", 1000, back=1000),)
    assert (line.returned, line.refunded, line.left_as("p-3"), line.left_as("p-1")) == (1000, 33_333, 0, 2000)
    assert (stock(hub, "p-1"), stock(hub, "p-3")) == ((-2, 0), (0, 0)), "what came back is on sale, and nothing else"


def takes_back(till: Terminal, amount: int = 33_333) -> None:
    """One piece of what was given instead comes back, as new."""
    words = (Reason.CHANGED_MIND.value, Condition.SEALED.value, Disposition.RESTOCK.value)
    vat = round(amount * 12 / 112)
    line = ReturnLine("1", "p-3", "SKU-p-3", "Product p-3", 1000, amount, 1200, vat, *words)
    refund = [ReturnRefund("t1", "online", amount)]
    body = Return("ret-1", "1-9", ORDER, "100-48213", STORE, "KZT", [line], refund, amount, vat, 0, "promise")
    till.record(body, "return")


def test_i3_what_the_order_does_not_allow_is_kept_and_put_before_a_person(
    hub: Running, web: Web, till: Terminal
) -> None:
    allowing(web, substitutes="listed", substitute_ids=["p-4"])
    pack(till, lines=(OWN, INSTEAD))
    assert verdicts(till.push()) == [beyond("substitute_differs")]
    assert matters(hub) == ["substitute_differs"]
    assert (stock(hub, "p-1"), stock(hub, "p-3")) == ((0, 2), (0, 1)), "the goods are where they are"
    assert dict(events(web))["line_substituted"]["lines"][0]["allowed"] is False


def test_of_an_order_that_the_hub_hears_of_later_the_shop_is_told_once_and_what_is_not_allowed_is_named(
    hub: Running, web: Web, till: Terminal
) -> None:
    """The packer had the order from a hub that was restored since."""
    pack(till, lines=(OWN, INSTEAD))
    shelve(till)
    till.push()
    assert "line_substituted" not in dict(events(web)), "nobody knows what was paid"
    allowing(web)
    [told] = [body for kind, body in events(web) if kind == "line_substituted"]
    [line] = told["lines"]
    assert (told["parcel"], line["product"], line["allowed"], line["paid"], line["less"]) == (
        "par-1",
        "p-3",
        True,
        33_333,
        33_233,
    )
    assert matters(hub) == ["purchase_unknown"], "and nothing else; the order settled it"
    allowing(web)
    assert [kind for kind, _ in events(web)].count("line_substituted") == 1, "told anew changes nothing"


def test_i3_of_an_order_that_comes_later_what_it_does_not_allow_is_put_before_a_person(
    hub: Running, web: Web, till: Terminal
) -> None:
    pack(till, lines=(OWN, INSTEAD))
    till.push()
    allowing(web, substitutes="listed", substitute_ids=["p-4"])
    assert matters(hub) == ["purchase_unknown", "substitute_differs"]
    assert dict(events(web))["line_substituted"]["lines"][0]["allowed"] is False


def test_i3_an_article_that_nobody_knows_is_kept_and_named(hub: Running, web: Web, till: Terminal) -> None:
    allowing(web, substitutes="similar")
    strange = ParcelLine("1", "p-99", "SKU-p-99", "Thing", 1000, "pcs", "p-1", "Product p-1")
    pack(till, lines=(OWN, strange))
    assert verdicts(till.push()) == [beyond("product_unknown")]
    assert sorted(matters(hub)) == ["product_unknown", "substitute_differs"]
    assert stock(hub, "p-1") == (0, 2)


def test_what_no_order_can_say_of_substitutes_is_refused_with_a_sentence(web: Web) -> None:
    for wrong in (
        {"substitutes": "any"},
        {"substitutes": "listed"},
        {"substitutes": "similar", "substitute_ids": ["p-3"]},
        {"substitutes": "listed", "substitute_ids": ["p-1"]},
        {"substitutes": "listed", "substitute_ids": ["p-3", "p-3"]},
    ):
        answer = allowing(web, **wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_order"), wrong
        assert answer.json()["message"].endswith(".")


def test_an_order_that_says_nothing_of_it_has_no_bytes_of_it(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    ready(till, hub)
    with database.read(hub.engine) as conn:
        body = msgspec.json.decode(conn.execute(select(tables.purchase.c.body)).scalar_one())
    assert not {"substitutes", "substitute_ids", "given"} & set(body["lines"][0])
    assert "substituted" not in dict(events(web))["parcel_ready"]
