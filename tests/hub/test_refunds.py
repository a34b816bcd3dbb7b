"""The other doors: a channel's own returns, the payment side, and what the retailer's systems are told."""

import threading

import pytest

from sync.hub import tables
from sync.hub.feed import recording
from sync.hub.serving import Running
from sync.hub.settings import put
from tests.hub.returning import Web, asks, back, claims, paid, stands, takes_back
from tests.hub.terminals import count, sale_of, terminal_at, verdicts


@pytest.fixture
def web(hub: Running) -> Web:
    web = Web(hub)
    web.receive()
    return web


def returns(web: Web, lines: dict[str, int], ret: str = "w-1", order: str = "o-1") -> tuple[int, str]:
    answer = web.post("returns", {"ret": ret, "order": order, "lines": list(lines.items()), "at": 1})
    body = answer.json()
    return answer.status_code, body["code"] if "code" in body else str(body["new"])


def test_F32_what_the_web_took_back_no_till_gives_back_again(hub: Running, web: Web) -> None:
    assert returns(web, {"1": 2000}) == (200, "True")
    assert back(hub) == {"1": (2000, 66_667), "2": (0, 0)}
    assert stands(hub).paid[0].refunded == 66_667
    till = terminal_at(hub)
    answer = claims(till, "c-1", {"1": 2000})
    assert answer.json()["code"] == "right_gone"
    assert "2 came back already (w-1 at web, 666.67 KZT)" in answer.json()["message"]
    assert web.refunds() == {}


def test_F32_what_a_till_claims_or_took_back_the_web_does_not(hub: Running, web: Web) -> None:
    till = terminal_at(hub)
    claims(till, "c-1", {"1": 2000})
    assert returns(web, {"1": 2000}) == (409, "right_gone")
    assert returns(web, {"1": 1000}) == (200, "True")
    takes_back(till, stands(hub), {"1": 2000}, "claim", claim="c-1")
    assert returns(web, {"1": 1000}, "w-2") == (409, "right_gone")
    assert back(hub)["1"] == (3000, 100_000)


def test_F28_the_same_return_again_changes_nothing_and_another_is_another(hub: Running, web: Web) -> None:
    assert returns(web, {"1": 1000}) == (200, "True")
    assert returns(web, {"1": 1000}) == (200, "False")
    assert returns(web, {"1": 2000}) == (409, "return_differs")
    assert returns(web, {"1": 1000}, "w-2") == (200, "True")
    assert back(hub)["1"] == (2000, 66_667)
    assert count(hub, tables.taken_back) == 2


def test_a_channels_wrong_return_is_refused_with_its_reason(hub: Running, web: Web) -> None:
    assert returns(web, {"1": 1000}, order="o-9") == (422, "order_unknown")
    assert returns(web, {"9": 1000}) == (422, "bad_claim")
    assert returns(web, {"1": 0}) == (422, "bad_claim")
    assert returns(web, {}) == (422, "bad_claim")
    assert returns(web, {"1": 1}, "") == (422, "bad_id")
    assert returns(Web(hub, "phone"), {"1": 1000}) == (422, "order_unknown")
    assert back(hub)["1"] == (0, 0)


def test_F35_an_unpaid_order_comes_back_without_money(hub: Running, web: Web) -> None:
    web.receive(paid=[paid("cash", 500)])
    assert returns(web, {"1": 3000, "2": 1000}) == (200, "True")
    assert sum(line.refunded for line in stands(hub).lines) == 500
    assert [line.left for line in stands(hub).lines] == [0, 0]


def test_a_refund_is_asked_for_until_it_is_done_and_only_of_its_channel(hub: Running, web: Web) -> None:
    takes_back(terminal_at(hub), stands(hub), {"1": 1000})
    (asked,) = web.get("refunds")["refunds"]
    stranger = Web(hub, "we")
    assert stranger.refunds() == {}
    assert stranger.post("refunds/done", {"key": asked["key"]}).json()["code"] == "refund_unknown"
    assert stranger.get("events")["events"] == []
    assert web.get("refunds", after=asked["key"])["refunds"] == []
    assert web.post("refunds/done", {"key": asked["key"]}).json() == {"key": asked["key"], "new": True}
    assert web.post("refunds/done", {"key": asked["key"]}).json()["new"] is False
    assert web.post("refunds/done", {"key": "x:t1"}).status_code == 404
    assert web.post("refunds/done", {"key": "\x00"}).status_code == 422
    assert web.refunds() == {}
    assert stands(hub).paid[0].refunded == 33_333


def test_refunds_of_sales_are_asked_of_the_channel_that_the_retailer_set(hub: Running, web: Web) -> None:
    till = terminal_at(hub)
    sale = sale_of({"p-1": 1000}, receipt="K7QX3M-1")
    card = [{"kind": "card", "amount": sale.due, "reference": "RRN 1", "masked": "**** 1"}]
    till.record(sale_of({"p-1": 1000}, receipt="K7QX3M-1", tenders=card, change=0))
    till.push()
    (bought,) = asks(till, number="K7QX3M-1")
    assert verdicts(takes_back(till, bought, {"1": 1000})) == [("applied", "")]
    assert web.refunds() == {}
    with recording(hub.engine, 1) as (conn, recorder):
        put(conn, recorder, "store_refunds", "web")
    (asked,) = web.get("refunds")["refunds"]
    assert (asked["reference"], asked["amount"], asked["order"]) == ("RRN 1", 29_900, "K7QX3M-1")
    assert web.events() == ["return_recorded", "refund_promised"]


def test_events_say_what_a_message_to_the_shopper_needs_and_no_address(hub: Running, web: Web) -> None:
    takes_back(terminal_at(hub), stands(hub), {"1": 1000}, receipt="A-17")
    answer = web.get("events")
    recorded, promised = answer["events"]
    assert (recorded["number"], promised["number"], answer["next"]) == (1, 2, 2)
    assert recorded["body"]["lines"] == [{"line": "1", "quantity": 1000, "amount": 33_333}]
    assert promised["body"]["refunds"] == [{"kind": "online", "amount": 33_333, "masked": "**** 4242"}]
    assert (promised["body"]["receipt"], promised["body"]["number"]) == ("A-17", "100-48213")
    assert (promised["body"]["language"], promised["purchase"]) == ("ru", "web:o-1")
    assert "example.com" not in str(answer) and "701555" not in str(answer)
    assert web.get("events", after=2) == {"events": [], "next": 2, "epoch": answer["epoch"]}
    assert web.get("events", after="x")["code"] == "bad_query"


def test_F19_no_reader_of_events_passes_over_one_that_commits_late(hub: Running, web: Web) -> None:
    """Ten writers and a reader that goes on from what it saw: it sees every event once, in order."""
    lines = {str(n): ("p-1", 10, 1_000) for n in range(10)}
    web.receive(lines)
    seen: list[int] = []
    done = threading.Event()

    def read() -> None:
        while True:
            last = done.is_set()
            page = web.get("events", after=seen[-1] if seen else 0)
            seen.extend(e["number"] for e in page["events"])
            if last and not page["events"]:
                return

    def write(line: str) -> None:
        for n in range(10):
            assert returns(web, {line: 1000}, f"{line}-{n}") == (200, "True")

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(line,)) for line in lines]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert seen == list(range(1, 101))
    assert all(line.left == 0 for line in stands(hub).lines)
