"""The hub hears of goods that came back with no proof: never refused, credited once, and beyond a limit both sides are
named. On both databases."""

import threading

import pytest
from sqlalchemy import select

from sync.domain.value import account_of
from sync.hub import salt, settings
from sync.hub.api import now_ms
from sync.hub.serving import Running
from sync.hub.tables import attention, blind_return, value_entry
from tests.hub.blind import DAY, blind_of, code_of, limit, line_of, shopper
from tests.hub.retailer import OTHER, START, STORE, on_hand
from tests.hub.terminals import Terminal, count, matters, terminal_at, verdicts

PLAIN = ("applied", "")
BEYOND = ("applied_with_exception", "blind_limit")


@pytest.fixture
def till(hub: Running) -> Terminal:
    limit(hub)
    return terminal_at(hub)


def pushed(till: Terminal, body, **changed):
    till.record(body, "blind_return", **changed)
    return verdicts(till.push(first=len(till.raws)))[-1]


def balance(till: Terminal, credit: int = 1) -> int:
    return till.post("/v1/ask/value", json={"account": account_of(code_of(credit))}).json()["balance"]


def details(hub: Running) -> list[str]:
    with hub.engine.connect() as conn:
        return list(conn.execute(select(attention.c.detail).order_by(attention.c.id)).scalars())


def test_it_is_credited_and_what_is_sealed_is_on_hand_again(hub: Running, till: Terminal) -> None:
    lines = [line_of("p-1", 1), line_of("p-2", 2, "quarantine"), line_of("p-3", 1, "send_back")]
    assert pushed(till, blind_of(lines=lines)) == PLAIN
    assert balance(till) == 29_900 + 2 * 4_990 + 100
    assert [on_hand(hub.engine, p) - START for p in ("p-1", "p-2", "p-3")] == [1000, 0, 0]
    assert matters(hub) == []


def test_F15_it_is_credited_once_however_often_it_comes(hub: Running, till: Terminal) -> None:
    body = blind_of()
    assert pushed(till, body, op_id="a" * 32) == PLAIN
    assert till.push().status_code == 200
    assert pushed(till, body, op_id="b" * 32) == ("applied_with_exception", "duplicate_return")
    assert pushed(till, body, op_id="a" * 32) == ("applied_with_exception", "duplicate_operation")
    assert balance(till) == body.total and count(hub, blind_return) == count(hub, value_entry) == 1
    assert on_hand(hub.engine, "p-1") == START + 1000


def test_beyond_a_limit_it_stands_and_a_person_is_told_of_all_sides(hub: Running, till: Terminal) -> None:
    other = terminal_at(hub, "till-2", place=OTHER)
    assert pushed(till, blind_of(nth=1)) == PLAIN
    assert pushed(other, blind_of(nth=2, location=OTHER)) == PLAIN
    assert pushed(till, blind_of(nth=3)) == BEYOND
    assert balance(till, 3) == 29_900, "the credit is on paper already"
    told = details(hub)[0]
    assert "return 3 of this shopper, 2 may be" in told
    assert all(side in told for side in ("T1-1 at till-1 (store-1)", "T1-2 at till-2 (store-2)", "T1-3 at till-1"))


def test_each_limit_is_looked_at_to_the_last_unit_and_what_is_not_set_allows_nothing(hub: Running) -> None:
    till = terminal_at(hub)
    assert pushed(till, blind_of(nth=1)) == BEYOND, "nothing is set yet"
    limit(hub, blind_limit_count=9, blind_limit_amount=2 * 29_900, blind_till_amount_day=3 * 29_900 - 1)
    assert pushed(till, blind_of(nth=2)) == PLAIN
    assert pushed(till, blind_of(nth=3, shopper=shopper(3))) == BEYOND
    assert "at this till that day" in details(hub)[-1]
    limit(hub, blind_limit_count=9, blind_limit_amount=3 * 29_900 - 1)
    assert pushed(till, blind_of(nth=4)) == BEYOND and "897.00 KZT of this shopper" in details(hub)[-1]


def test_a_late_one_finds_those_that_the_hub_heard_of_before_it(hub: Running, till: Terminal) -> None:
    """Recorded first, offline; heard of last: whichever comes last finds all of them."""
    now = now_ms()
    other = terminal_at(hub, "till-2")
    assert pushed(other, blind_of(nth=1), at=now - DAY) == PLAIN
    assert pushed(other, blind_of(nth=2), at=now) == PLAIN
    assert pushed(till, blind_of(nth=3, evidence="till"), at=now - 5 * DAY) == BEYOND
    assert pushed(till, blind_of(nth=4), at=now - 40 * DAY) == PLAIN, "and so long ago is another month"


def test_another_shopper_is_another_count(hub: Running, till: Terminal) -> None:
    for n in range(1, 5):
        assert pushed(till, blind_of(nth=n, shopper=shopper(n))) == PLAIN


def test_two_tills_at_the_same_moment_know_of_each_other(hub: Running, till: Terminal) -> None:
    limit(hub, blind_limit_count=1)
    tills = [till, terminal_at(hub, "till-2")]
    found: list[tuple[str, str]] = []
    for n, one in enumerate(tills, 1):
        one.record(blind_of(nth=n), "blind_return")
    threads = [threading.Thread(target=lambda t=t: found.append(verdicts(t.push())[0])) for t in tills]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [PLAIN, BEYOND]


WRONG = (
    ({"total": 1}, "which its lines do not add up to"),
    ({"approved_by": ""}, "nobody approved it"),
    ({"lines": [line_of("p-2", 1, amount=29_000)]}, "recorded 29000"),
    ({"lines": [line_of("p-2", 1, today=4_000)]}, "above today's price"),
)
UNREADABLE = (
    {"shopper": ""},
    {"credit": "1234"},
    {"lines": []},
    {"total": -1},
    {"lines": [line_of("p-1", 1, reason="because")]},
    {"lines": [line_of("p-1", 0)]},
    {"rules": ["x" * 201]},
)


def test_what_does_not_add_up_is_shown(hub: Running, till: Terminal) -> None:
    for n, (changed, words) in enumerate(WRONG, 1):
        body = blind_of({"p-2": 1}, nth=n, shopper=shopper(n), **changed)
        assert pushed(till, body) == ("applied_with_exception", "return_differs")
        assert words in details(hub)[-1]


def test_I5_what_no_record_can_hold_is_set_aside_and_those_behind_it_go_on(hub: Running, till: Terminal) -> None:
    for changed in UNREADABLE:
        assert pushed(till, blind_of(**changed)) == ("applied_with_exception", "unreadable"), changed
    assert pushed(till, blind_of()) == PLAIN
    assert count(hub, blind_return) == 1


def test_goods_and_places_that_nobody_knows_are_named(hub: Running, till: Terminal) -> None:
    pushed(till, blind_of({"p-1": 1, "p-9": 1}, location="nowhere"))
    assert sorted(matters(hub)) == ["location_unknown", "product_unknown"]


def test_a_kiosk_takes_nothing_back_and_asks_nothing(hub: Running, till: Terminal) -> None:
    kiosk = terminal_at(hub, "kiosk-1", "kiosk")
    assert pushed(kiosk, blind_of()) == ("applied_with_exception", "not_allowed")
    assert kiosk.post("/v1/ask/velocity", json={"shopper": shopper()}).status_code == 403


def test_a_till_is_told_how_often_a_shopper_came_to_it_and_to_others(hub: Running, till: Terminal) -> None:
    other = terminal_at(hub, "till-2", place=OTHER)
    pushed(other, blind_of({"p-2": 1}, nth=1, location=OTHER))
    pushed(till, blind_of({"p-1": 2}, nth=2))
    pushed(till, blind_of({"p-3": 1}, nth=3), at=now_ms() - 31 * DAY)
    said = till.post("/v1/ask/velocity", json={"shopper": shopper()}).json()
    assert {**said, "now": 0} == {
        "now": 0, "days": 30, "count": 1, "amount": 4_990, "own_count": 1, "own_amount": 59_800,
    }  # fmt: skip
    nobody = till.post("/v1/ask/velocity", json={"shopper": shopper(9)}).json()
    assert (nobody["count"], nobody["own_amount"]) == (0, 0)
    assert till.post("/v1/ask/velocity", json={"shopper": ""}).json()["code"] == "bad_question"


def test_the_salt_of_digests_is_made_once(hub: Running) -> None:
    with hub.engine.connect() as conn:
        made = settings.kept(conn)["blind_salt"]
    salt.ensure(hub.engine, now_ms())
    with hub.engine.connect() as conn:
        assert settings.kept(conn)["blind_salt"] == made and len(made) == 32


def test_f13_the_hubs_books_have_it(hub: Running, till: Terminal) -> None:
    body = blind_of()
    pushed(till, body)
    asked = {"incarnation": till.incarnation, "first": 1, "last": 1}
    totals = till.get("/v1/journal/totals", **asked).json()["totals"]
    assert [(t["of"], t["count"], t["amount"]) for t in totals] == [("blind", 1, body.total)]
    assert STORE in body.location
