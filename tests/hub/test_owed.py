"""Cash that is owed: found by its slip, kept for one till, paid once whatever comes twice, late or first (I-8)."""

import threading
import uuid
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import select

from sync.hub import database, ledger, report, tables
from sync.hub.serving import Running
from sync.hub.shift_records import shifts
from sync.protocol.operations import CashPaid, Return, Settled, ShiftClosed, ShiftOpened
from sync.protocol.shifts import MoveTotal
from tests.hub.retailer import STORE
from tests.hub.returning import Web, allow, paid, return_of, stands, takes_back
from tests.hub.terminals import Terminal, count, matters, terminal_at, verdicts

PLAIN = ("applied", "")
LAMP = {"1": ("p-1", 1, 20_000)}


def exception(code: str) -> tuple[str, str]:
    return ("applied_with_exception", code)


@pytest.fixture
def web(hub: Running) -> Web:
    made = Web(hub)
    made.receive(LAMP, paid=[paid("cash", 20_000)])
    return made


@pytest.fixture
def till(hub: Running) -> Terminal:
    return terminal_at(hub)


@pytest.fixture
def other(hub: Running) -> Terminal:
    return terminal_at(hub, "till-2", place="store-2")


def promised(till: Terminal, bought: Any, **changed: Any) -> Return:
    """A promise of all of the lamp, recorded and not pushed."""
    body = return_of(bought, {"1": 1000}, "promise", receipt=f"K7Q2ZD-{len(till.raws) + 1}", **changed)
    till.record(body, "return")
    return body


def counter(body: Return) -> Return:
    """The return, with its cash to be fetched at a till."""
    return msgspec.structs.replace(body, refunds=[msgspec.structs.replace(r, to="counter") for r in body.refunds])


def asked(till: Terminal, number: str) -> list[dict[str, Any]]:
    answer = till.post("/v1/ask/owed", json={"number": number})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["owed"])


def claims(till: Terminal, key: str, claim: str = "c-1") -> httpx.Response:
    return till.post("/v1/claims/owed", json={"key": key, "claim": claim})


def pays(till: Terminal, key: str, amount: int = 20_000, *, place: str = STORE, **changed: Any) -> CashPaid:
    """Record that a till paid it."""
    name = uuid.uuid4().hex
    slip = f"{till.name}-{len(till.raws) + 1}"
    body = CashPaid(name, slip, changed.pop("debt", key), "c-1", amount, "KZT", place, number="K7Q2ZD-1")
    body = msgspec.structs.replace(body, **changed)
    till.record(body, "cash_paid")
    return body


def owed(hub: Running) -> list[tuple[int, str]]:
    """Debts: the amount, and who paid it."""
    with hub.engine.connect() as conn:
        row = tables.owed_cash.c
        return [tuple(x) for x in conn.execute(select(row.amount, row.paid_by).where(row.at > 0).order_by(row.key))]


def test_cash_of_a_promise_is_owed_at_any_till_and_no_payment_side_is_asked(
    hub: Running, web: Web, till: Terminal, other: Terminal
) -> None:
    body = promised(till, stands(hub))
    assert asked(other, body.receipt) == [], "nobody here has ever given such a number"
    assert verdicts(till.push()) == [PLAIN]
    [it] = asked(other, "stf1:k7q2zd 1".removeprefix("stf1:"))
    assert (it["state"], it["amount"], it["currency"], it["receipt"], it["number"]) == (
        "open", 20_000, "KZT", body.receipt, "100-48213",
    )  # fmt: skip
    assert it["key"].endswith(":t1") and web.refunds() == {}
    told = web.get("events")["events"]
    assert [(e["kind"], e["body"].get("amount")) for e in told][-1] == ("cash_owed", 20_000)
    assert stands(hub).paid[0].refunded == 20_000, "it counts to the right like any refund (I-8)"


def test_the_payment_side_is_asked_where_the_retailer_set_it_so_and_no_till_pays(
    hub: Running, web: Web, till: Terminal, other: Terminal
) -> None:
    allow(hub, promised_cash="channel")
    body = promised(till, stands(hub))
    till.push()
    assert web.refunds() == {"t1": 20_000} and owed(hub) == []
    [it] = asked(other, body.receipt)
    assert (it["state"], it["amount"], it["key"]) == ("elsewhere", 20_000, "")
    key = web.get("refunds")["refunds"][0]["key"]
    assert claims(other, key).json()["code"] == "owed_unknown"


def test_a_slip_that_says_at_any_till_is_kept_whatever_is_set_by_then(hub: Running, web: Web, till: Terminal) -> None:
    allow(hub, promised_cash="channel")
    till.record(counter(return_of(stands(hub), {"1": 1000}, "promise")), "return")
    till.push()
    assert web.refunds() == {} and owed(hub) == [(20_000, "")]


def test_i8_a_tablets_cash_is_owed_as_far_as_the_right_goes(hub: Running, web: Web, till: Terminal) -> None:
    tablet = terminal_at(hub, "tablet-1", kind="tablet")
    bought = stands(hub)
    for machine in (till, tablet):
        machine.record(counter(return_of(bought, {"1": 1000})), "return")
    assert verdicts(till.push()) == [PLAIN]
    assert verdicts(tablet.push()) == [exception("refund_right")]
    assert owed(hub) == [(20_000, "")] and stands(hub).paid[0].refunded == 20_000
    with hub.engine.connect() as conn:
        body = msgspec.json.decode(conn.execute(select(tables.matter.c.body)).scalar_one())
    assert body["choices"] == ["refuse", "call"], "no money is gone, and there is none to pay"


def test_one_till_at_a_time_and_whoever_comes_later_hears_when_and_where(
    hub: Running, web: Web, till: Terminal, other: Terminal
) -> None:
    body = promised(till, stands(hub))
    till.push()
    key = asked(other, body.receipt)[0]["key"]
    granted = claims(other, key).json()
    assert (granted["amount"], granted["receipt"]) == (20_000, body.receipt) and granted["expires"] > granted["now"]
    refused = claims(till, key, "c-2")
    assert (refused.status_code, refused.json()["code"], refused.json()["have"]) == (409, "owed_claimed", "till-2")
    assert claims(other, key, "c-3").status_code == 200, "it has one drawer: a new claim takes the place of its old one"
    till.post("/v1/claims/owed/release", json={"key": key, "claim": "c-3"})
    assert claims(till, key, "c-2").status_code == 409, "another's claim is not let go of"
    other.post("/v1/claims/owed/release", json={"key": key, "claim": "c-3"})
    assert claims(till, key, "c-2").status_code == 200
    pays(till, key)
    assert verdicts(till.push())[-1] == PLAIN
    refused = claims(other, key, "c-4")
    assert (refused.status_code, refused.json()["code"], refused.json()["have"]) == (409, "owed_paid", STORE)
    [it] = asked(other, body.receipt)
    assert (it["state"], it["why"], it["till"]) == ("paid", STORE, "till-1") and it["at"] > 0
    assert web.events()[-1] == "cash_paid"


def test_i8_two_tills_that_pay_the_same_are_named_with_both_sides(
    hub: Running, web: Web, till: Terminal, other: Terminal
) -> None:
    body = promised(till, stands(hub))
    till.push()
    key = asked(till, body.receipt)[0]["key"]
    pays(till, key)
    pays(other, key, place="store-2")
    assert verdicts(till.push())[-1] == PLAIN
    assert verdicts(other.push()) == [exception("owed_twice")]
    assert verdicts(other.push()) == [exception("owed_twice")], "the same verdict for ever (I-2)"
    assert owed(hub) == [(20_000, "till-1")] and count(hub, tables.cash_payout) == 2
    with hub.engine.connect() as conn:
        told = msgspec.json.decode(conn.execute(select(tables.matter.c.body).limit(1)).scalar_one())
    assert [(s["what"], s["terminal"], s["amount"]) for s in told["sides"]] == [
        ("cash_paid", "till-1", 20_000),
        ("cash_paid", "till-2", 20_000),
    ]


def test_a_crowd_of_tills_gets_one_claim(hub: Running, web: Web, till: Terminal) -> None:
    body = promised(till, stands(hub))
    till.push()
    key = asked(till, body.receipt)[0]["key"]
    tills = [terminal_at(hub, f"crowd-{n}") for n in range(6)]
    codes: list[int] = []
    threads = [
        threading.Thread(target=lambda t=t: codes.append(claims(t, key, f"c-{t.name}").status_code)) for t in tills
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200] + [409] * 5


def test_what_was_paid_before_the_hub_knows_of_it_is_settled_when_it_does(
    hub: Running, web: Web, till: Terminal, other: Terminal
) -> None:
    body = promised(till, stands(hub))
    op = msgspec.json.decode(till.raws[0])["op_id"]
    pays(other, f"{op}:t1", place="store-2")
    assert verdicts(other.push()) == [exception("owed_differs")]
    assert claims(till, f"{op}:t1").status_code == 404
    pays(other, f"{op}:t1", place="store-2")
    assert verdicts(other.push())[1] == exception("owed_twice"), "two that paid what nobody knows are two all the same"
    assert verdicts(till.push()) == [PLAIN]
    assert matters(hub) == ["owed_differs", "owed_twice"]
    with hub.engine.connect() as conn:
        open_ones = select(tables.attention.c.code).where(tables.attention.c.settled_at.is_(None))
        assert list(conn.execute(open_ones).scalars()) == ["owed_twice"]
    assert asked(till, body.receipt)[0]["state"] == "paid"


@pytest.mark.parametrize("changed", [{"amount": 19_000}, {"currency": "EUR"}])
def test_another_amount_than_was_owed_is_recorded_and_named(
    hub: Running, web: Web, till: Terminal, changed: dict[str, Any]
) -> None:
    body = promised(till, stands(hub))
    till.push()
    pays(till, asked(till, body.receipt)[0]["key"], **changed)
    assert verdicts(till.push())[-1] == exception("owed_differs")


@pytest.mark.parametrize("changed", [{"amount": 0}, {"debt": ""}, {"payout_id": ""}, {"debt": "x" * 500}])
def test_i5_what_no_record_can_hold_is_set_aside_alone(
    hub: Running, web: Web, till: Terminal, changed: dict[str, Any]
) -> None:
    pays(till, "nobody:t1", **changed)
    till.sell()
    assert verdicts(till.push()) == [exception("unreadable"), PLAIN]


def test_the_same_payment_under_another_number_counts_once(hub: Running, web: Web, till: Terminal) -> None:
    body = promised(till, stands(hub))
    till.push()
    first = pays(till, asked(till, body.receipt)[0]["key"])
    till.record(first, "cash_paid")
    assert verdicts(till.push())[1:] == [PLAIN, exception("duplicate_operation")]
    assert count(hub, tables.cash_payout) == 1


def test_what_is_withheld_says_so_and_what_a_person_frees_is_owed(
    hub: Running, web: Web, till: Terminal, other: Terminal
) -> None:
    bought = stands(hub)
    takes_back(other, bought, {"1": 1000}, "held", place="store-2", total=10_000)
    body = promised(till, bought)
    assert verdicts(till.push()) == [exception("refund_right")]
    [it] = asked(other, body.receipt)
    assert (it["state"], it["amount"], it["why"], it["key"]) == ("withheld", 20_000, "refund_right", "")
    with hub.engine.connect() as conn:
        row = tables.matter.c
        matter = conn.execute(select(row.id).where(row.code == "refund_right").limit(1)).scalar_one()
    till.record(Settled(matter, "refund_right", "refuse"), "settled")
    till.push()
    assert asked(other, body.receipt)[0]["why"] == "settled"


def test_a_number_of_ours_that_the_hub_has_not_heard_of_waits(hub: Running, web: Web, till: Terminal) -> None:
    promised(till, stands(hub))
    till.push()
    [it] = asked(till, "K7Q2ZD-77")
    assert (it["state"], it["receipt"], it["key"]) == ("waiting", "K7Q2ZD-77", "")
    assert asked(till, "ZZZZZZ-1") == [] and asked(till, "100-48213") == []


def test_a_return_of_an_order_that_comes_late_is_owed_then(hub: Running, web: Web, till: Terminal) -> None:
    late = msgspec.structs.replace(
        return_of(stands(hub), {"1": 1000}, "promise"), purchase="web:o-2", receipt="K7Q2ZD-1"
    )
    till.record(late, "return")
    till.push()
    assert [(it["state"], it["why"]) for it in asked(till, "K7Q2ZD-1")] == [("withheld", "purchase_unknown")]
    web.receive(LAMP, order="o-2", number="100-2", paid=[paid("cash", 20_000)])
    assert [(it["state"], it["amount"]) for it in asked(till, "K7Q2ZD-1")] == [("open", 20_000)]


def test_f36_the_drawer_that_paid_it_expects_less_and_the_books_agree(hub: Running, web: Web, till: Terminal) -> None:
    body = promised(till, stands(hub))
    till.push()
    key = asked(till, body.receipt)[0]["key"]
    till.record(ShiftOpened("shift-1", "T1-Z1", STORE, "KZT", 50_000), "shift_opened")
    first = len(till.raws)
    pays(till, key)
    close = ShiftClosed(
        shift="shift-1", number="T1-Z1", location=STORE, currency="KZT", opened_at=1, opened_by="s-1", float_=50_000,
        expected=30_000, counted=30_000, difference=0, reason="", note="", pieces=[(10_000, 3)], tenders=[],
        moves=[MoveTotal("owed", 1, 20_000)], sales=0, sold=0, sold_vat=0, returns=0, returned=0, returned_vat=0,
        promised=0, rounding=0, first_receipt="", last_receipt="", first=first, waiting=0, first_counted=30_000,
    )  # fmt: skip
    till.record(close, "shift_closed")
    assert verdicts(till.push())[1:] == [PLAIN] * 3
    with database.read(hub.engine) as conn:
        [row] = shifts(conn, STORE)
        assert (row.told, row.booked) == (30_000, 30_000)
        assert list(ledger.faults(conn)) == []
        totals = ledger.totals(conn, "till-1", till.incarnation, 1, 99).totals
        assert [(t.of, t.count, t.amount) for t in totals if t.of == "owed"] == [("owed", 1, 20_000)]
        assert "cash fetched: 1, 20000 minor units of KZT" in list(report.lines(conn))


def test_a_kiosk_neither_asks_nor_pays(hub: Running, web: Web) -> None:
    kiosk = terminal_at(hub, "kiosk-1", kind="kiosk")
    assert kiosk.post("/v1/ask/owed", json={"number": "K7Q2ZD-1"}).status_code == 403
    assert claims(kiosk, "op:t1").status_code == 403
    pays(kiosk, "op:t1")
    assert verdicts(kiosk.push()) == [exception("not_allowed")]


@pytest.mark.parametrize("body", [{"number": ""}, {"number": "—"}, {}])
def test_a_question_that_is_none_is_refused_in_words(hub: Running, web: Web, till: Terminal, body: Any) -> None:
    assert till.post("/v1/ask/owed", json=body).status_code in (400, 422)
