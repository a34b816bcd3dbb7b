"""Somebody else collects an order: named by its channel, with a signed pass of their own that is withdrawn alone."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import select, update

from sync.domain.passes import DAY_MS, SHORTEST_LIFE_MS, ProxyPass
from sync.hub import database, pass_keys, settings, tables
from sync.hub.api import now_ms
from sync.hub.serving import Running
from sync.protocol import passes, proxy_passes
from tests.hub.collecting import APPLIED, NUMBER, beyond, events, gives, orders, ready
from tests.hub.retailer import STORE
from tests.hub.returning import ORDER, Web
from tests.hub.terminals import HTTP, Terminal, terminal_at, verdicts


@pytest.fixture
def web(hub: Running) -> Web:
    return Web(hub)


@pytest.fixture
def till(hub: Running) -> Terminal:
    return terminal_at(hub)


def name(web: Web, proxy: str = "x-1", name: str = "Saule A.", **more: Any) -> httpx.Response:
    return web.post("proxies", {"order": "o-1", "proxy": proxy, "name": name} | more)


def withdraw(web: Web, proxy: str = "x-1") -> httpx.Response:
    return web.post("proxies/withdrawn", {"order": "o-1", "proxy": proxy})


def told(hub: Running) -> dict[str, Any]:
    with database.read(hub.engine) as conn:
        return settings.kept(conn)


def says(hub: Running, text: str) -> ProxyPass:
    """What a given pass says; it is signed by a key that terminals were told of."""
    sealed = passes.read(text)
    assert sealed.signed_by(told(hub)["pass_keys"][sealed.kid]["public"])
    said = proxy_passes.said_by(sealed)
    assert said is not None
    return said


def test_a_channel_names_a_proxy_and_gets_a_pass_that_says_whose_it_is_and_nothing_of_the_goods(
    hub: Running, web: Web
) -> None:
    own = orders(web).json()["pass"]
    answer = name(web)
    assert answer.status_code == 200, answer.text
    given = answer.json()
    said = says(hub, given["text"])
    assert (said.order, said.number, said.name, said.place) == (ORDER, NUMBER, "Saule A.", STORE)
    assert (said.serial, said.issued, said.expires) == (given["serial"], given["issued"], given["expires"])
    assert said.expires - said.issued == SHORTEST_LIFE_MS and given["new"] is True
    raw = repr(passes.read(given["text"])).lower()
    assert not [word for word in ("p-1", "104990", "daniyar", "pay-t1", "4242") if word in raw]
    heard = {"number": NUMBER, "proxy": "x-1", "serial": said.serial, "expires": said.expires}
    assert events(web) == [("proxy_named", heard)], "no name"
    again = name(web).json()
    assert (again["text"], again["new"]) == (given["text"], False) and len(events(web)) == 1
    assert HTTP.get(f"{hub.url}/v1/channel/orders/o-1/pass", headers=web.headers).json() == own


def test_a_proxy_is_withdrawn_alone_and_terminals_hear_of_it(hub: Running, web: Web, till: Terminal) -> None:
    own = orders(web).json()["pass"]
    first, second = name(web).json(), name(web, "x-2", "Marat B.").json()
    assert withdraw(web).json() == {"order": "o-1", "proxy": "x-1", "new": True}
    assert told(hub)["pass_revoked"] == {first["serial"]: first["expires"]}
    rows = {c["key"]: c["row"] for v in till.pull("config").json()["versions"] for c in v["changes"]}
    assert msgspec.json.decode(rows["pass_revoked"]["value"]) == {first["serial"]: first["expires"]}
    assert withdraw(web).json()["new"] is False, "again changes nothing"
    assert [kind for kind, _ in events(web)] == ["proxy_named", "proxy_named", "proxy_withdrawn"]
    assert name(web).json()["code"] == "proxy_withdrawn", "a request that is sent again undoes nothing"
    assert name(web, "x-2", "Marat B.").json()["text"] == second["text"]
    assert HTTP.get(f"{hub.url}/v1/channel/orders/o-1/pass", headers=web.headers).json() == own


def test_the_command_takes_back_one_proxys_pass_or_all_passes_of_an_order(hub: Running, web: Web) -> None:
    orders(web)
    one, other = name(web).json(), name(web, "x-2").json()
    assert pass_keys.revoke_passes(hub.engine, one["serial"], now_ms()) == 1
    assert pass_keys.revoke_passes(hub.engine, ORDER, now_ms()) == 2
    assert {one["serial"], other["serial"]} < set(told(hub)["pass_revoked"])


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"name": " "}, 422, "bad_proxy"),
    ({"name": "saule@example.com"}, 422, "bad_proxy"),
    ({"name": "S" * 61}, 422, "bad_proxy"),
    ({"name": "a\nb"}, 422, "bad_proxy"),
    ({"until": 1_000}, 422, "bad_proxy"),
    ({"until": 2**53}, 422, "bad_proxy"),
    ({"proxy": ""}, 422, "bad_id"),
    ({"order": "o-9"}, 404, "order_unknown"),
    ({"name": "Marat B."}, 409, "proxy_differs"),
]


def test_what_no_proxy_can_be_is_refused_with_a_sentence(hub: Running, web: Web) -> None:
    orders(web)
    name(web)
    for changed, status, code in WRONG:
        answer = name(web, **changed)
        assert (answer.status_code, answer.json()["code"]) == (status, code), changed
        assert len(answer.json()["message"]) > 20
    assert [kind for kind, _ in events(web)] == ["proxy_named"]


def test_another_channel_names_nobody_for_it_and_withdraws_nobody(hub: Running, web: Web) -> None:
    orders(web)
    name(web)
    other = Web(hub, "other")
    assert name(other).json()["code"] == "order_unknown"
    assert withdraw(other).json()["code"] == "proxy_unknown"
    assert withdraw(web, "x-9").status_code == 404
    assert HTTP.post(f"{hub.url}/v1/channel/proxies", json={}).json()["code"] == "key"


def test_nobody_is_named_for_what_is_sent_or_was_collected_and_ten_at_most(
    hub: Running, web: Web, till: Terminal
) -> None:
    web.receive()
    assert name(web).json()["code"] == "bad_proxy", "it is sent"
    orders(web, order="o-3", number="3")
    answers = [name(web, f"x-{n}", order="o-3") for n in range(11)]
    assert [x.status_code for x in answers] == [200] * 10 + [422]
    web.post("proxies/withdrawn", {"order": "o-3", "proxy": "x-1"})
    assert name(web, "x-11", order="o-3").status_code == 200


def test_once_it_is_collected_nobody_is_named_any_more(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    ready(till, hub)
    gives(till)
    till.push()
    assert name(web).json()["code"] == "order_collected"


def test_the_end_that_the_channel_asks_for_is_kept_to_the_second(hub: Running, web: Web) -> None:
    orders(web)
    until = now_ms() + DAY_MS
    assert name(web, until=until).json()["expires"] == until // 1000 * 1000


def test_named_from_many_places_at_once_there_is_one_pass(hub: Running, web: Web) -> None:
    orders(web)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: name(web).json(), range(8)))
    assert len({x["serial"] for x in answers}) == 1 and [x["new"] for x in answers].count(True) == 1


def test_a_key_that_is_revoked_takes_its_proxies_along_and_the_same_request_makes_a_new_pass(
    hub: Running, web: Web
) -> None:
    orders(web)
    before = name(web).json()
    pass_keys.revoke(hub.engine, passes.read(before["text"]).kid, now_ms())
    after = name(web).json()
    assert after["serial"] != before["serial"] and says(hub, after["text"]).name == "Saule A."


def test_a_hand_out_by_a_proxys_pass_is_told_with_who_it_was(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    ready(till, hub)
    given = name(web).json()
    gives(till, proxy="Saule A.", proxy_pass=given["serial"])
    assert verdicts(till.push())[-1] == APPLIED
    kind, body = events(web)[-1]
    assert (kind, body["proxy"], body["proxy_pass"]) == ("parcel_handed_out", "x-1", given["serial"])


def test_I3_given_on_a_pass_that_was_withdrawn_before_is_a_fact_and_both_sides_are_named(
    hub: Running, web: Web, till: Terminal
) -> None:
    orders(web)
    ready(till, hub)
    given = name(web).json()
    withdraw(web)
    with database.write(hub.engine) as conn:  # a minute ago: the till was offline
        conn.execute(update(tables.proxy_pass).values(revoked_at=now_ms() - 60_000))
    gives(till, proxy="Saule A.", proxy_pass=given["serial"])
    assert verdicts(till.push())[-1] == beyond("proxy_differs")
    [matter] = [x for x in till.pull("attention:store-1").json()["versions"][-1]["changes"] if x["row"]]
    facts = msgspec.json.decode(matter["row"]["body"])
    assert [side["what"] for side in facts["sides"]] == ["proxy_withdrawn", "handed_out"]
    assert facts["sides"][0]["name"] == "web"
    with hub.engine.connect() as conn:
        assert conn.execute(select(tables.hand_out.c.order)).scalars().all() == [ORDER], "it is recorded"


def test_given_before_it_was_withdrawn_is_no_matter_and_a_pass_that_a_restored_hub_forgot_is_none_either(
    hub: Running, web: Web, till: Terminal
) -> None:
    orders(web)
    ready(till, hub)
    given = name(web).json()
    gives(till, proxy="Saule A.", proxy_pass=given["serial"])
    withdraw(web)
    with database.write(hub.engine) as conn:
        conn.execute(update(tables.proxy_pass).values(revoked_at=now_ms() + 60_000))
    assert verdicts(till.push())[-1] == APPLIED


def test_I3_a_pass_of_another_order_is_named_if_a_terminal_gave_on_it(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    orders(web, order="o-2", number="2")
    ready(till, hub)
    given = name(web, order="o-2").json()
    gives(till, proxy="Saule A.", proxy_pass=given["serial"])
    assert verdicts(till.push())[-1] == beyond("proxy_differs")
