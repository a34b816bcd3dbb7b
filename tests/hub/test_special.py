"""Serials, bundles, gifts and shipping at the hub: what a channel tells, what is named, what is never paid twice."""

from dataclasses import replace as changed
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from sync.domain.orders import Purchase
from sync.domain.returns import Destination
from sync.hub import tables
from sync.hub.serving import Running
from sync.protocol.operations import Return, ReturnRefund
from tests.hub.returning import Web, allow, asks, back, return_of, stands, takes_back
from tests.hub.terminals import Terminal, matters, terminal_at, verdicts

PLAIN = [("applied", "")]
DIFFERS = [("applied_with_exception", "return_differs")]


@pytest.fixture
def web(hub: Running) -> Web:
    return Web(hub)


@pytest.fixture
def till(hub: Running) -> Terminal:
    return terminal_at(hub)


def lines(*said: dict[str, Any]) -> list[dict[str, Any]]:
    usual = {"product": "p-1", "quantity": 1000, "amount": 60_000}
    return [usual | {"id": str(n)} | one for n, one in enumerate(said, 1)]


def receive(web: Web, *said: dict[str, Any], **more: Any) -> Any:
    made = lines(*said)
    total = more.pop("total", sum(line["amount"] for line in made))
    paid = [{"id": "t1", "kind": "card", "amount": total}]
    return web.receive(None, **{"lines": made, "paid": paid} | more)


def details(hub: Running) -> list[str]:
    with hub.engine.connect() as conn:
        return list(conn.execute(select(tables.attention.c.detail).order_by(tables.attention.c.id)).scalars())


PHONES = {"quantity": 2000, "amount": 200_000, "serials": ["SN-1", "SN-2"]}


def _phones(hub: Running, serials: tuple[str, ...]) -> Return:
    """A return of phones as a till that heard of no other one records it."""
    found = stands(hub)
    plain = tuple(changed(x, serials=(), serials_back=(), returned=0, refunded=0) for x in found.lines)
    known = changed(found, lines=plain, paid=tuple(changed(p, refunded=0) for p in found.paid))
    made = return_of(known, {"1": 1000 * len(serials)})
    return replace(made, lines=[replace(made.lines[0], serials=list(serials))])


def _with_shipping(found: Purchase) -> Return:
    """A return of the goods and of the shipping, whatever the rule."""
    goods = changed(found, lines=tuple(changed(x, product=x.product or "shipping") for x in found.lines))
    made = return_of(goods, {"1": 1000, "2": 1000})
    return replace(made, lines=[made.lines[0], replace(made.lines[1], product="")])


def test_a_serial_that_comes_back_at_two_tills_is_named_and_paid_once(hub: Running, web: Web, till: Terminal) -> None:
    receive(web, PHONES)
    other = terminal_at(hub, "till-2", place="store-2")
    till.record(_phones(hub, ("SN-1",)), "return")
    second = _phones(hub, ("SN-1",))
    assert verdicts(till.push()) == PLAIN
    other.record(second, "return")
    assert ("applied_with_exception", "refund_right") in verdicts(other.push())
    assert "serial SN-1 came back before" in details(hub)[0]
    assert back(hub) == {"1": (1000, 100_000)}
    assert stands(hub).lines[0].serials_back == ("SN-1",)
    till.record(_phones(hub, ("SN-2",)), "return")
    till.push()
    assert back(hub) == {"1": (2000, 200_000)}
    assert sum(r["amount"] for r in web.get("refunds")["refunds"]) == 200_000


def test_a_serial_that_was_never_sold_with_it_and_one_twice_are_named(hub: Running, web: Web, till: Terminal) -> None:
    receive(web, PHONES)
    till.record(_phones(hub, ("SN-9",)), "return")
    till.push()
    till.record(_phones(hub, ("SN-1", "SN-1")), "return")
    till.push(2)
    said = " ".join(details(hub))
    assert "serial SN-9 was not bought with it" in said
    assert "serial SN-1 is there more than once" in said
    assert back(hub) == {"1": (1000, 100_000)}


def test_units_whose_serials_nobody_named_are_said(hub: Running, web: Web, till: Terminal) -> None:
    receive(web, PHONES)
    made = _phones(hub, ("SN-1",))
    till.record(replace(made, lines=[replace(made.lines[0], serials=[])]), "return")
    assert verdicts(till.push()) == DIFFERS
    assert "its serials were not named" in details(hub)[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"serials": ["SN-1"], "quantity": 2000},
        {"serials": ["SN-1", "SN-1"], "quantity": 2000},
        {"product": ""},
        {"product": "", "name": "Delivery", "vat_rate": 20_000},
        {"product": "", "name": "Delivery", "serials": ["SN-1"]},
    ],
)
def test_a_line_that_can_not_be_is_refused_with_a_sentence(web: Web, wrong: dict[str, Any]) -> None:
    answer = receive(web, wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_order")


@pytest.mark.parametrize(
    "bundles",
    [
        [{"name": "Set", "lines": []}],
        [{"name": "Set", "lines": ["9"]}],
        [{"name": "Set", "lines": ["1"]}, {"name": "Two", "lines": ["1"]}],
        [{"name": "Set", "lines": ["1"]}, {"name": "Set", "lines": ["2"]}],
        [{"name": "Set", "lines": ["1"], "amount": -1}],
    ],
)
def test_a_bundle_that_can_not_be_is_refused(web: Web, bundles: list[dict[str, Any]]) -> None:
    assert receive(web, {}, {}, bundles=bundles).json()["code"] == "bad_order"


def test_the_parts_of_a_bundle_share_what_was_paid_for_it_to_the_last_unit(hub: Running, web: Web) -> None:
    bundles = [{"name": "Set", "lines": ["1", "2", "3"], "amount": 10_000}]
    receive(web, {"amount": 1}, {"amount": 1}, {"amount": 1}, {"amount": 500}, bundles=bundles, total=10_500)
    assert [(x.bundle, x.amount) for x in stands(hub).lines] == [
        ("Set", 3_334), ("Set", 3_333), ("Set", 3_333), ("", 500),
    ]  # fmt: skip


@pytest.mark.parametrize(("rule", "said"), [("approval", DIFFERS), ("allowed", PLAIN)])
def test_a_part_alone_that_nobody_approved_is_said_if_the_retailer_wants_it(
    hub: Running, web: Web, till: Terminal, rule: str, said: list[tuple[str, str]]
) -> None:
    allow(hub, bundle_parts=rule)
    receive(web, {}, {}, bundles=[{"name": "Set", "lines": ["1", "2"]}])
    assert verdicts(takes_back(till, stands(hub), {"1": 1000})) == said


def test_a_part_alone_that_somebody_approved_is_nobodys_matter(hub: Running, web: Web, till: Terminal) -> None:
    allow(hub, bundle_parts="approval")
    receive(web, {}, {}, bundles=[{"name": "Set", "lines": ["1", "2"]}])
    more = {"approved_by": "s-9", "approved": ["bundle_part"]}
    assert verdicts(takes_back(till, stands(hub), {"1": 1000}, **more)) == PLAIN


SHIPPING = {"product": "", "name": "Delivery", "amount": 1_500, "vat_rate": 1200}


def test_shipping_comes_back_by_the_rule_and_is_no_goods(hub: Running, web: Web, till: Terminal) -> None:
    allow(hub, return_shipping="whole")
    receive(web, {}, SHIPPING)
    [found] = asks(till, number="100-48213")
    assert [(x.name, x.goods) for x in found.lines][1] == ("Delivery", False)
    till.record(_with_shipping(found), "return")
    assert verdicts(till.push()) == PLAIN
    assert back(hub) == {"1": (1000, 60_000), "2": (1000, 1_500)}
    assert web.refunds() == {"t1": 61_500}
    assert matters(hub) == []


def test_shipping_that_the_rule_does_not_give_is_said(hub: Running, web: Web, till: Terminal) -> None:

    receive(web, {}, SHIPPING)
    till.record(_with_shipping(stands(hub)), "return")
    assert verdicts(till.push()) == DIFFERS
    assert "Delivery was refunded, which the rule 'never' does not give" in details(hub)[0]


@pytest.mark.parametrize(("rule", "said"), [("credit", DIFFERS), ("payer", PLAIN)])
def test_a_gift_that_was_paid_back_to_the_payer_is_said_unless_the_rule_gives_it(
    hub: Running, web: Web, till: Terminal, rule: str, said: list[tuple[str, str]]
) -> None:
    allow(hub, return_gift=rule)
    receive(web, {}, gift=True)
    assert stands(hub).gift
    made = return_of(changed(stands(hub), gift=False), {"1": 1000})
    assert made.refunds == [ReturnRefund("t1", "card", 60_000, "", Destination.TENDERS)]
    till.record(made, "return")
    assert verdicts(till.push()) == said


# -------------------------------------------------------------------------------------------- held and budget


def test_what_was_paid_as_a_right_of_another_store_is_said(hub: Running, web: Web, till: Terminal) -> None:
    receive(web, {}, {}, location="store-2")
    assert verdicts(takes_back(till, stands(hub), {"1": 1000}, "held")) == DIFFERS
    assert "paid as a right of store-1, and store-2 holds it" in details(hub)[0]
    other = terminal_at(hub, "till-2", place="store-2")
    assert verdicts(takes_back(other, stands(hub), {"2": 1000}, "held", place="store-2")) == PLAIN


def test_what_was_paid_beyond_the_cap_of_one_return_is_said(hub: Running, web: Web, till: Terminal) -> None:
    allow(hub, return_budget=10**9, return_cap=59_999)
    receive(web, {})
    assert verdicts(takes_back(till, stands(hub), {"1": 1000}, "budget")) == DIFFERS
    assert "paid 600.00 KZT without the hub, of one return 599.99 KZT may be" in details(hub)[0]


def test_what_a_till_paid_beyond_its_budget_before_anybody_judged_it_is_said(
    hub: Running, web: Web, till: Terminal
) -> None:
    allow(hub, return_budget=100_000, return_cap=60_000)
    receive(web, {}, {}, {})
    for line in ("1", "2"):
        till.record(return_of(stands(hub), {line: 1000}, "budget"), "return")
    assert verdicts(till.push()) == [*PLAIN, *DIFFERS]
    assert "1 200.00 KZT were paid without the hub by then, 1 000.00 KZT may be" in details(hub)[0]
    till.record(return_of(stands(hub), {"3": 1000}, "budget"), "return")
    assert verdicts(till.push(3)) == PLAIN, "what was judged counts no more"
