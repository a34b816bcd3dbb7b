"""Gift cards and store credit: issued once, held by one till at a time, captured once, credited once (F38)."""

import threading
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import select

from sync.__main__ import main
from sync.domain.value import account_of, code_from, hold_of
from sync.hub import tables
from sync.hub.serving import Running
from sync.hub.value_claims import LEASE_MS
from tests.hub.returning import ORDER, Web, back, return_of, stands
from tests.hub.terminals import Terminal, count, matters, terminal_at, verdicts
from tests.hub.valued import (
    ACCOUNT,
    APPLIED,
    CODE,
    PRICE,
    asks,
    balance,
    beyond,
    details,
    entries,
    hold_state,
    holds,
    issued,
    onto_credit,
    pays,
)

ROUNDS = 8


@pytest.fixture
def web(hub: Running) -> Web:
    web = Web(hub)
    issued(web)
    return web


@pytest.fixture
def tills(hub: Running) -> tuple[Terminal, Terminal]:
    return terminal_at(hub), terminal_at(hub, "till-2", place="store-2")


def test_F38_a_gift_card_is_issued_once_and_the_hub_forgets_its_code(
    hub: Running, tills: tuple[Terminal, Terminal]
) -> None:
    web = Web(hub)
    assert asks(tills[0])["state"] == "unknown"
    assert issued(web).json() == {"account": ACCOUNT, "masked": CODE[-4:], "new": True}
    assert issued(web).json()["new"] is False
    assert issued(web, 1).json()["code"] == "value_differs"
    assert issued(web, 5_000, value="gift-2").json()["new"] is True, "more was put onto it"
    said = asks(tills[0])
    assert (said["kind"], said["masked"], said["balance"], said["currency"], said["state"]) == (
        "gift_card",
        CODE[-4:],
        PRICE + 5_000,
        "KZT",
        "open",
    )
    with hub.engine.connect() as conn:
        for table in tables.metadata.sorted_tables:
            assert CODE not in str(conn.execute(select(table)).all()), f"{table.name} knows the code"
    wrong: dict[str, dict[str, Any]] = {
        "bad_code": {"code": "6007008009001230"},
        "bad_value": {"amount": 0},
        "bad_id": {"value": ""},
    }
    for code, changed in wrong.items():
        answer = issued(web, **({"value": "gift-3"} | changed))
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert "6007" not in issued(web, value="gift-4", code="6007008009001230").text


def test_F38_what_one_till_holds_another_can_t_and_it_is_said_where(
    web: Web, tills: tuple[Terminal, Terminal], hub: Running
) -> None:
    first = holds(tills[0], "s-1", 20_000).json()
    assert (first["amount"], first["left"], first["expires"] - first["now"]) == (20_000, PRICE - 20_000, LEASE_MS)
    assert first["hold"] == hold_of(ACCOUNT, "s-1")
    said = asks(tills[1])
    assert (said["balance"], said["held"]) == (PRICE - 20_000, 20_000)
    answer = holds(tills[1], "s-2", 10_000)
    assert (answer.status_code, answer.json()["code"], answer.json()["have"]) == (409, "value_short", "9900")
    assert "held for other sales now: 200.00 KZT at till-1" in answer.json()["message"]
    again = holds(tills[0], "s-1", 15_000).json()
    assert (again["hold"], again["amount"], again["left"]) == (first["hold"], 15_000, PRICE - 15_000)
    assert holds(tills[1], "s-1", 1).json()["code"] == "not_yours"
    let_go = tills[1].post("/v1/claims/value/release", json={"hold": first["hold"]})
    assert let_go.json()["code"] == "not_yours"
    assert tills[0].post("/v1/claims/value/release", json={"hold": first["hold"]}).status_code == 200
    assert tills[0].post("/v1/claims/value/release", json={"hold": "never-was"}).status_code == 200
    assert holds(tills[1], "s-2").status_code == 200
    with hub.engine.begin() as conn:
        conn.execute(tables.value_hold.update().values(expires=1))
    assert holds(tills[0], "s-1").status_code == 200, "a lease that is over keeps it from nobody"


def test_F38_of_a_crowd_at_once_only_as_many_hold_as_there_is_value(hub: Running, web: Web) -> None:
    crowd = [terminal_at(hub, f"till-{n}") for n in range(4)]
    answers: list[httpx.Response] = []

    def ask(till: Terminal, number: int) -> None:
        answers.append(holds(till, f"{till.name}-{number}", PRICE // 3))

    def all_of(number: int) -> list[threading.Thread]:
        return [threading.Thread(target=ask, args=(till, number)) for till in crowd]

    for number in range(ROUNDS):
        answers.clear()
        threads = all_of(number)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(a.status_code for a in answers) == [200, 200, 200, 409]
        for answer, till in [(a, t) for a in answers if a.status_code == 200 for t in crowd]:
            till.post("/v1/claims/value/release", json={"hold": answer.json()["hold"]})


def test_F38_a_sale_captures_its_hold_once_however_often_it_comes(
    hub: Running, web: Web, tills: tuple[Terminal, Terminal]
) -> None:
    till = tills[0]
    hold = holds(till, "s-1", 20_000).json()["hold"]
    pays(till, "s-1", amount=20_000)
    assert verdicts(till.push()) == [APPLIED]
    assert verdicts(till.push()) == [APPLIED], "a retry"
    till.raws.append(till.raws[0].replace(b'"seq":1', b'"seq":2'))
    pays(till, "s-1", amount=20_000)
    assert verdicts(till.push(2)) == [beyond("duplicate_operation"), beyond("duplicate_sale")]
    assert entries(hub) == [("issued", PRICE), ("captured", -20_000)]
    assert hold_state(hub, hold) == "captured"
    till.post("/v1/claims/value/release", json={"hold": hold})
    assert hold_state(hub, hold) == "captured"
    assert holds(till, "s-1").json()["code"] == "value_used"
    assert asks(tills[1])["balance"] == PRICE - 20_000


def test_F38_what_a_fork_says_captures_nothing(hub: Running, web: Web, tills: tuple[Terminal, Terminal]) -> None:
    till = tills[0]
    pays(till, "s-1", amount=1_000)
    till.push()
    twin = Terminal(till.url, till.name, till.key, till.incarnation, [], till.token, till.epoch)
    pays(twin, "s-2", amount=2_000)
    assert twin.push().json()["code"] == "fork"
    assert balance(hub) == PRICE - 1_000


def test_F38_paid_without_a_hold_or_beyond_the_balance_is_recorded_and_both_sides_are_named(
    hub: Running, web: Web, tills: tuple[Terminal, Terminal]
) -> None:
    one, two = tills
    pays(one, "s-1", amount=20_000)
    assert verdicts(one.push()) == [beyond("value_overdrawn")]
    assert "nothing was held for it" in details(hub)[0] and "Paid with it before" not in details(hub)[0]
    holds(two, "s-2", 9_900)
    with hub.engine.begin() as conn:
        conn.execute(tables.value_hold.update().values(expires=1))
    holds(one, "s-3", 9_900)
    pays(one, "s-3", amount=9_900)
    pays(two, "s-2", amount=9_900, location="store-2")
    assert verdicts(one.push(2)) == [APPLIED], "it fits the balance"
    assert verdicts(two.push()) == [beyond("value_overdrawn")], "its lease was over, and another till was faster"
    last = details(hub)[-1]
    assert "99.00 KZT more than was on it" in last and "Paid with it before: till-1-1 at till-1 (store-1)" in last
    with hub.engine.connect() as conn:
        shown = conn.execute(select(tables.matter.c.body).where(tables.matter.c.code == "value_overdrawn")).scalars()
        met = {tuple(side["terminal"] for side in msgspec.json.decode(text)["sides"]) for text in shown}
    assert met == {("till-1",), ("till-1", "till-2")}, "a screen shows both sides, in both stores"
    assert balance(hub) == -9_900 and asks(one)["balance"] == 0
    assert count(hub, tables.sale) == 3, "facts are never refused"


def test_F38_a_hold_whose_lease_is_over_is_good_as_long_as_the_balance_is(
    hub: Running, web: Web, tills: tuple[Terminal, Terminal]
) -> None:
    holds(tills[0], "s-1")
    with hub.engine.begin() as conn:
        conn.execute(tables.value_hold.update().values(expires=1))
    pays(tills[0], "s-1")
    assert verdicts(tills[0].push()) == [APPLIED]
    assert balance(hub) == 0


def test_F38_what_is_paid_with_an_unknown_card_is_settled_when_it_is_issued_late(
    hub: Running, tills: tuple[Terminal, Terminal]
) -> None:
    pays(tills[0], "s-1")
    assert verdicts(tills[0].push()) == [beyond("value_unknown")]
    assert asks(tills[1])["state"] == "unknown"
    assert holds(tills[1], "s-2").json()["code"] == "value_unknown"
    web = Web(hub)
    issued(web, 10_000)
    assert balance(hub) == 10_000 - PRICE
    with hub.engine.connect() as conn:
        open_ones = conn.execute(select(tables.attention.c.code).where(tables.attention.c.settled_at.is_(None)))
        assert list(open_ones.scalars()) == ["value_overdrawn"]
    issued(web, PRICE, value="gift-2")
    assert asks(tills[1])["balance"] == 10_000


def test_who_may_not_sell_or_asks_for_nonsense_gets_no_value(hub: Running, web: Web) -> None:
    kiosk = terminal_at(hub, "kiosk-1", "kiosk")
    for path, body in {
        "ask/value": {"account": ACCOUNT},
        "claims/value": {"account": ACCOUNT, "amount": 1, "sale": "s-1"},
    }.items():
        assert kiosk.post(f"/v1/{path}", json=body).json()["code"] == "not_allowed"
    till = terminal_at(hub)
    assert till.post("/v1/ask/value", json={"account": CODE}).json()["code"] == "bad_value", "a code is no account"
    assert holds(till, "s-1", 0).json()["code"] == "bad_value"
    with hub.engine.begin() as conn:
        conn.execute(tables.value_account.update().values(end=1))
    assert asks(till)["state"] == "ended"
    assert holds(till, "s-1", 1).json()["code"] == "value_closed"


def test_F38_a_return_onto_credit_is_credited_once_and_pays_elsewhere(
    hub: Running, tills: tuple[Terminal, Terminal]
) -> None:
    web, (one, two) = Web(hub), tills
    web.receive()
    account = account_of(code_from(1))
    one.record(onto_credit(return_of(stands(hub), {"1": 3000, "2": 1000}, "claim", claim="c-1"), account), "return")
    assert verdicts(one.push()) == [APPLIED] and verdicts(one.push()) == [APPLIED]
    assert entries(hub, account) == [("credited", 104_990)]
    assert web.refunds() == {}, "nothing is asked of the payment side"
    assert web.events()[-2:] == ["return_recorded", "value_credited"]
    assert asks(two, account)["kind"] == "store_credit"
    assert holds(two, "s-9", PRICE, account).status_code == 200
    pays(two, "s-9", account=account, location="store-2")
    assert verdicts(two.push()) == [APPLIED]
    assert balance(hub, account) == 104_990 - PRICE


def test_F38_I8_a_promise_gives_credit_with_the_verdict_and_never_beyond_its_right(
    hub: Running, tills: tuple[Terminal, Terminal]
) -> None:
    web, (one, two) = Web(hub), tills
    web.receive()
    known, (mine, theirs) = stands(hub), (account_of(code_from(n)) for n in (1, 2))
    one.record(onto_credit(return_of(known, {"1": 2000, "2": 1000}, "promise"), mine), "return")
    two.record(onto_credit(return_of(known, {"1": 3000}, "promise", place="store-2"), theirs), "return")
    assert verdicts(one.push()) == [APPLIED]
    assert verdicts(two.push()) == [beyond("refund_right")]
    assert entries(hub, mine) == [("credited", 66_667 + 4_990)]
    assert entries(hub, theirs) == [], "what exceeds the right is put before a person and not credited"
    assert back(hub) == {"1": (3000, 66_667), "2": (1000, 4_990)}


def test_F38_credit_of_an_order_that_comes_late_is_given_then(hub: Running, tills: tuple[Terminal, Terminal]) -> None:
    other = Web(hub, "other")
    other.receive(order="o-1")
    known = stands(hub, "other:o-1")
    body = onto_credit(return_of(known, {"1": 1000}, "promise", purchase=ORDER))
    tills[0].record(body, "return")
    assert verdicts(tills[0].push()) == [beyond("purchase_unknown")]
    assert entries(hub) == []
    Web(hub).receive()
    assert entries(hub) == [("credited", 33_333)]
    assert matters(hub) == ["purchase_unknown"]


def test_F38_what_a_gift_card_paid_goes_back_onto_it(hub: Running, web: Web, tills: tuple[Terminal, Terminal]) -> None:
    till = tills[0]
    holds(till, "s-1", 20_000)
    pays(till, "s-1", amount=20_000)
    till.push()
    till.post("/v1/claims/refund", json={"claim": "c-1", "purchase": "sale:s-1", "lines": [["1", 1000]]})
    till.record(return_of(stands(hub, "sale:s-1"), {"1": 1000}, "claim", claim="c-1"), "return")
    assert verdicts(till.push(2)) == [APPLIED]
    assert entries(hub) == [("issued", PRICE), ("captured", -20_000), ("refunded", 20_000)]
    assert count(hub, tables.refund_request) == 0


@pytest.mark.parametrize(
    "spoil",
    [
        lambda b: msgspec.structs.replace(b, credit=""),
        lambda b: msgspec.structs.replace(b, refunds=[msgspec.structs.replace(r, to="pocket") for r in b.refunds]),
        lambda b: msgspec.structs.replace(b, refunds=[*b.refunds, *b.refunds]),
        lambda b: msgspec.structs.replace(b, refunds=[msgspec.structs.replace(r, to="exchange") for r in b.refunds]),
    ],
)
def test_money_that_goes_nowhere_known_is_set_aside_with_its_bytes(hub: Running, spoil: Callable[[Any], Any]) -> None:
    Web(hub).receive()
    till = terminal_at(hub)
    till.record(spoil(onto_credit(return_of(stands(hub), {"1": 1000}, "claim", claim="c-1"))), "return")
    assert verdicts(till.push()) == [beyond("unreadable")]
    assert entries(hub) == []


def cli(capsys: pytest.CaptureFixture[str], url: str, *words: str) -> tuple[int, str]:
    status = main(["hub", words[0], "--database", url, *words[1:]])
    said = capsys.readouterr()
    return status, said.out + said.err


def test_an_account_is_shown_with_its_ledger_blocked_and_never_by_its_code(
    hub: Running, web: Web, tills: tuple[Terminal, Terminal], capsys: pytest.CaptureFixture[str], retail_url: str
) -> None:
    till = tills[0]
    holds(till, "s-1", 20_000)
    pays(till, "s-1", amount=20_000)
    till.push()
    holds(till, "s-2", 5_000)
    status, said = cli(capsys, retail_url, "value", CODE[-4:])
    assert status == 0 and CODE not in said
    first, *rest = said.splitlines()
    assert first == f"{ACCOUNT}  gift card …{CODE[-4:]}  99.00 KZT  open"
    assert ["issued" in rest[0], "captured" in rest[1], "-200.00 KZT" in rest[1]] == [True] * 3
    assert "till-1-1 at till-1 (store-1)" in rest[1]
    assert rest[2] == "  held now by till-1 for sale s-2: 50.00 KZT"
    assert "blocked" in cli(capsys, retail_url, "value", ACCOUNT[:8], "--block")[1]
    assert holds(till, "s-3", 1).json()["code"] == "value_closed"
    assert asks(till)["state"] == "blocked"
    assert "open" in cli(capsys, retail_url, "value", ACCOUNT, "--unblock")[1]
    assert cli(capsys, retail_url, "value", "0000")[0] == 1
    assert "names 0 accounts" in cli(capsys, retail_url, "value", "", "--block")[1]
    status, said = cli(capsys, retail_url, "report")
    assert status == 0 and "gift cards and store credit: 1, 99.00 KZT on them" in said
    with hub.engine.begin() as conn:
        conn.execute(tables.value_entry.delete().where(tables.value_entry.c.reason == "captured"))
    status, said = cli(capsys, retail_url, "report")
    assert status == 1 and "DIFFERS sale s-1: 20000 minor units by gift_card, 0 taken from the account" in said


def test_I5_an_account_that_no_record_can_hold_is_set_aside_alone(
    hub: Running, web: Web, tills: tuple[Terminal, Terminal]
) -> None:
    till = tills[0]
    pays(till, "s-1", account="x" * 4_000)
    pays(till, "s-2", amount=-5, account=ACCOUNT)
    holds(till, "s-3")
    pays(till, "s-3")
    outcomes = verdicts(till.push())
    assert outcomes[0] == beyond("unreadable") and outcomes[1][0] == "applied_with_exception"
    assert outcomes[2] == APPLIED
    assert entries(hub) == [("issued", PRICE), ("captured", -PRICE)]
