"""Exchanges before the hub: what goods paid for is gone, and both sides of it must agree (I-3, I-8)."""

from typing import Any

import msgspec
import pytest

from sync.hub import tables
from sync.hub.serving import Running
from sync.protocol.operations import SaleTender
from tests.hub.returning import Web, return_of, stands
from tests.hub.terminals import Terminal, count, matters, sale_of, terminal_at, verdicts
from tests.hub.valued import APPLIED, PRICE, beyond, details, entries, onto_credit


@pytest.fixture
def tills(hub: Running) -> tuple[Terminal, Terminal]:
    return terminal_at(hub), terminal_at(hub, "till-2", place="store-2")


def test_I8_what_paid_for_other_goods_is_gone_and_counts(hub: Running, tills: tuple[Terminal, Terminal]) -> None:
    Web(hub).receive()
    body = return_of(stands(hub), {"1": 3000}, "claim", claim="c-1", exchange="s-5")
    (refund,) = body.refunds
    parts = [
        msgspec.structs.replace(refund, amount=refund.amount - 40_000),
        msgspec.structs.replace(refund, amount=40_000, to="exchange"),
    ]
    tills[0].record(msgspec.structs.replace(body, refunds=parts), "return")
    assert verdicts(tills[0].push()) == [APPLIED]
    assert Web(hub).refunds() == {"t1": 60_000}
    assert stands(hub).paid[0].refunded == 100_000
    tills[1].record(msgspec.structs.replace(body, return_id="r-2", refunds=parts, location="store-2"), "return")
    assert verdicts(tills[1].push()) == [beyond("refund_right")]
    assert "400.00 KZT into other goods, 49.90 KZT was left of it" in details(hub)[-1]
    assert Web(hub).refunds() == {"t1": 60_000}
    assert stands(hub).paid[0].refunded == 104_990


def exchanged(till: Terminal, known: Any, worth: int = PRICE, **changed: Any) -> tuple[Any, Any]:
    """Three of p-1 come back, and one goes out for them; `changed` falsifies the sale."""
    body = return_of(known, {"1": 3000}, "claim", claim="c-1", exchange="s-5")
    (refund,) = body.refunds
    parts = [msgspec.structs.replace(refund, amount=refund.amount - worth)]
    parts.append(msgspec.structs.replace(refund, amount=worth, to="exchange"))
    body = msgspec.structs.replace(body, refunds=parts)
    till.record(body, "return")
    sale = sale_of({"p-1": 1000}, receipt="A-2", sale_id="s-5")
    tenders = [SaleTender("exchange", PRICE, reference=body.return_id)]
    sale = msgspec.structs.replace(sale, tenders=tenders, change=0)
    till.record(msgspec.structs.replace(sale, **changed))
    return body, sale


def test_an_exchange_whose_two_sides_agree_is_applied_in_whatever_pushes_they_come(
    hub: Running, tills: tuple[Terminal, Terminal]
) -> None:
    Web(hub).receive()
    exchanged(tills[0], stands(hub))
    assert verdicts(tills[0].push(1, 1)) == [APPLIED]
    assert verdicts(tills[0].push(2, 2)) == [APPLIED]
    assert matters(hub) == []


def test_an_exchange_that_is_worth_something_else_than_came_back_is_named(
    hub: Running, tills: tuple[Terminal, Terminal]
) -> None:
    Web(hub).receive()
    one, two = tills
    body, sale = exchanged(one, stands(hub), worth=PRICE - 900)
    assert verdicts(one.push()) == [APPLIED, beyond("exchange_differs")]
    assert "299.00 KZT were paid by return" in details(hub)[-1] and "which gave 290.00 KZT" in details(hub)[-1]
    two.record(msgspec.structs.replace(sale, sale_id="s-6", location="store-2"))
    tender = SaleTender("exchange", PRICE, reference="r-nowhere")
    two.record(msgspec.structs.replace(sale, sale_id="s-7", location="store-2", tenders=[tender]))
    assert verdicts(two.push()) == [beyond("exchange_differs")] * 2
    assert f"return {body.receipt} at till-1 paid for another sale" in details(hub)[-2]
    assert "return r-nowhere, which is not here" in details(hub)[-1]
    assert count(hub, tables.sale) == 3


def test_what_was_got_for_other_goods_comes_back_onto_credit(hub: Running, tills: tuple[Terminal, Terminal]) -> None:
    Web(hub).receive()
    one, two = tills
    exchanged(one, stands(hub))
    one.push()
    two.post("/v1/claims/refund", json={"claim": "c-2", "purchase": "sale:s-5", "lines": [["1", 1000]]})
    bought = stands(hub, "sale:s-5")
    assert [(p.kind, p.amount) for p in bought.paid] == [("exchange", PRICE)]
    two.record(onto_credit(return_of(bought, {"1": 1000}, "claim", claim="c-2", place="store-2")), "return")
    assert verdicts(two.push()) == [APPLIED]
    assert entries(hub) == [("credited", PRICE)]
