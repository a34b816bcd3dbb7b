"""The hub's passes: one of each order that a shopper has, signed by keys that terminals know before they are used."""

import threading
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import Engine, select

from sync.__main__ import main
from sync.domain.passes import DAY_MS, LONGEST_LIFE_MS, Pass, Purpose, carried
from sync.hub import database, feed, pass_keys, settings, tables
from sync.hub.api import now_ms
from sync.hub.faults import Refusal
from sync.hub.serving import Running
from sync.protocol import passes
from sync.protocol.messages import GivenPass
from tests.hub.retailer import STORE, as_sent
from tests.hub.returning import ORDER, Web, stands, takes_back
from tests.hub.terminals import HTTP, terminal_at

NOW = 1_760_000_000_000


@pytest.fixture
def web(hub: Running) -> Web:
    return Web(hub)


def of(web: Web, order: str = "o-1") -> httpx.Response:
    return HTTP.get(f"{web.hub.url}/v1/channel/orders/{order}/pass", headers=web.headers)


def told(engine: Engine) -> dict[str, Any]:
    """The settings as the hub has them."""
    with database.read(engine) as conn:
        return settings.kept(conn)


def says(given: dict[str, Any] | GivenPass, engine: Engine) -> Pass:
    """What a given pass says; it is signed by a key that terminals were told of."""
    text = given.text if isinstance(given, GivenPass) else given["text"]
    sealed = passes.read(text)
    assert sealed.signed_by(told(engine)["pass_keys"][sealed.kid]["public"])
    return sealed.says()


def test_a_received_order_has_a_pass_that_proves_it(web: Web) -> None:
    answer = web.receive()
    assert answer.status_code == 200, answer.text
    given = answer.json()["pass"]
    shown = says(given, web.hub.engine)
    assert shown.purchase == carried(stands(web.hub))
    assert (shown.purpose, shown.whole, shown.serial) == (Purpose.RETURN, True, given["serial"])
    assert (shown.issued, shown.expires) == (given["issued"], given["expires"])
    with database.read(web.hub.engine) as conn:
        assert shown.retailer == database.hub_row(conn).id == settings.kept(conn)["pass_retailer"]
    assert of(web).json() == given, "the same pass again"


def test_a_pass_holds_nobodys_name_address_or_payment_reference(web: Web) -> None:
    raw = repr(passes.read(web.receive().json()["pass"]["text"])).lower()
    assert not [word for word in ("daniyar", "example.com", "701555", "701 555", "pay-t1") if word in raw]


def test_f32_once_something_came_back_the_pass_says_so(web: Web) -> None:
    first = web.receive().json()["pass"]
    assert takes_back(terminal_at(web.hub), stands(web.hub), {"1": 1000}, location=STORE).status_code == 200
    later = of(web).json()
    assert later["serial"] != first["serial"]
    assert [line.returned for line in says(later, web.hub.engine).purchase.lines] == [1000, 0]


def test_a_pass_is_asked_for_by_its_own_channel_and_only_for_what_was_received(web: Web) -> None:
    assert of(web).json()["code"] == "order_unknown"
    web.receive()
    assert of(Web(web.hub, "other")).status_code == 404
    assert HTTP.get(f"{web.hub.url}/v1/channel/orders/o-1/pass").json()["code"] == "key"
    assert of(web, "o%001").status_code == 404


def test_an_order_may_have_any_id(web: Web) -> None:
    assert web.receive(order="2026/7 a", number="7").status_code == 200
    assert says(of(web, "2026%2F7%20a").json(), web.hub.engine).purchase.id == "web:2026/7 a"


def test_of_an_order_with_many_lines_the_pass_carries_what_fits(web: Web) -> None:
    web.receive({str(n): ("p-1", 1, 100) for n in range(12)})
    shown = says(of(web).json(), web.hub.engine)
    assert (len(shown.purchase.lines), shown.whole) == (10, False)
    web.receive({f"{n}" * 100: ("p-1", 1, 100) for n in range(9)}, order="o-2", number="2")
    shown = says(of(web, "o-2").json(), web.hub.engine)
    assert 1 <= len(shown.purchase.lines) < 9
    assert not shown.whole


def test_an_order_whose_ids_fit_into_no_pass_is_received_all_the_same(web: Web) -> None:
    many = [{"id": f"{n}" * 100, "kind": "card", "amount": 10} for n in range(9)]
    answer = web.receive(paid=many)
    assert (answer.status_code, answer.json()["pass"]) == (200, None)
    assert (of(web).status_code, of(web).json()["code"]) == (422, "pass_too_large")


def test_terminals_learn_the_keys_through_the_feed_and_the_private_halves_stay(web: Web) -> None:
    web.receive()
    till = terminal_at(web.hub, kind="kiosk", name="kiosk-1")
    rows = {c["key"]: c["row"] for v in till.pull("config").json()["versions"] for c in v["changes"]}
    sent = msgspec.json.decode(rows["pass_keys"]["value"])
    assert sent == told(web.hub.engine)["pass_keys"]
    assert all(set(key) == {"public", "from", "until", "revoked"} for key in sent.values())
    with web.hub.engine.connect() as conn:
        seeds = [row.seed for row in conn.execute(select(tables.pass_key))]
    assert len(seeds) == len(sent) == 2
    everything = repr(rows) + of(web).text
    assert not [seed for seed in seeds if seed.hex() in everything]


# --- keys ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def bought(engine: Engine) -> Engine:
    """A hub with one order that was received, and nothing that serves it."""
    row = {"id": ORDER, "number": "10048213", "at": 1, "body": BODY}
    with feed.recording(engine, NOW) as (conn, recorder):
        conn.execute(tables.purchase.insert().values(row))
        recorder.put("orders", "purchase", row)
    return engine


BODY = (
    '{"id":"web:o-1","number":"100-48213","channel":"web","location":"","currency":"KZT","at":1000,"received_at":2000,'
    '"lines":[{"id":"1","product":"p-1","sku":"SKU-p-1","name":"Product p-1","quantity":3000,"amount":100000,'
    '"vat_rate":1200,"vat":10714}],"paid":[{"id":"a","kind":"online","amount":100000}]}'
)


def signer(engine: Engine, now: int = NOW) -> str:
    """The kid on a pass that is given now."""
    return says(pass_keys.pass_of(engine, ORDER, now), engine).kid


def test_the_next_key_is_told_before_it_signs(bought: Engine) -> None:
    first = signer(bought)
    known = told(bought)["pass_keys"]
    [following] = set(known) - {first}
    assert pass_keys.rotate(bought, NOW + 5) == following
    assert signer(bought, NOW + 5) == following
    now_known = told(bought)["pass_keys"]
    assert set(now_known) > set(known)
    assert now_known[first] == known[first] | {"until": NOW + 5 + LONGEST_LIFE_MS}
    assert [now_known[kid]["until"] for kid in now_known if kid != first] == [None, None]


def test_a_key_that_signs_no_more_has_no_private_half_and_is_forgotten_in_time(bought: Engine) -> None:
    first = signer(bought)
    pass_keys.rotate(bought, NOW)
    with bought.connect() as conn:
        seeds = {row.kid: row.seed for row in conn.execute(select(tables.pass_key))}
    assert [kid for kid, seed in seeds.items() if seed is None] == [first]
    pass_keys.rotate(bought, NOW + LONGEST_LIFE_MS - DAY_MS)
    assert first in told(bought)["pass_keys"]
    pass_keys.rotate(bought, NOW + LONGEST_LIFE_MS + DAY_MS)
    assert first not in told(bought)["pass_keys"]


def test_what_a_key_signed_never_outlives_its_end(bought: Engine) -> None:
    given = pass_keys.pass_of(bought, ORDER, NOW)
    kid = signer(bought)
    pass_keys.rotate(bought, NOW)
    assert given.expires <= told(bought)["pass_keys"][kid]["until"]


def test_a_revoked_key_is_told_as_revoked_and_the_order_gets_another_pass(bought: Engine) -> None:
    given = pass_keys.pass_of(bought, ORDER, NOW)
    kid = signer(bought)
    pass_keys.revoke(bought, kid, NOW + 1)
    assert told(bought)["pass_keys"][kid]["revoked"] is True
    assert [key["revoked"] for key in told(bought)["pass_keys"].values()].count(False) == 2
    again = pass_keys.pass_of(bought, ORDER, NOW + 1)
    assert (again.serial != given.serial, says(again, bought).kid != kid) == (True, True)
    with pytest.raises(LookupError, match="no pass key"):
        pass_keys.revoke(bought, "0" * 16, NOW)


def test_the_next_key_can_be_revoked_too(bought: Engine) -> None:
    first = signer(bought)
    [following] = set(told(bought)["pass_keys"]) - {first}
    pass_keys.revoke(bought, following, NOW)
    assert signer(bought) == first
    assert pass_keys.rotate(bought, NOW) not in (first, following)


@pytest.mark.parametrize("by", ["serial", "purchase"])
def test_a_revoked_pass_is_told_until_it_would_have_expired(bought: Engine, by: str) -> None:
    given = pass_keys.pass_of(bought, ORDER, NOW)
    which = given.serial if by == "serial" else ORDER
    assert pass_keys.revoke_passes(bought, which, NOW) == 1
    assert told(bought)["pass_revoked"] == {given.serial: given.expires}
    assert pass_keys.revoke_passes(bought, which, NOW) == 0
    assert pass_keys.pass_of(bought, ORDER, NOW).serial != given.serial
    pass_keys.rotate(bought, given.expires + DAY_MS)
    assert told(bought)["pass_revoked"] == {}


def test_a_pass_is_the_same_until_half_of_its_time_is_over(bought: Engine) -> None:
    given = pass_keys.pass_of(bought, ORDER, NOW)
    half = (given.expires - given.issued) // 2
    assert pass_keys.pass_of(bought, ORDER, NOW + half - 1) == given
    later = pass_keys.pass_of(bought, ORDER, NOW + half + 1000)
    assert later.serial != given.serial
    assert later.expires > given.expires


def test_an_order_that_is_not_here_has_no_pass(bought: Engine) -> None:
    with pytest.raises(Refusal) as refused:
        pass_keys.pass_of(bought, "web:o-2", NOW)
    assert (refused.value.status, refused.value.fault.code) == (404, "order_unknown")
    assert pass_keys.pass_if_any(bought, "web:o-2", NOW) is None


def test_keys_are_made_once_whoever_asks_first(bought: Engine) -> None:
    given: list[GivenPass] = []
    asking = [threading.Thread(target=lambda: given.append(pass_keys.pass_of(bought, ORDER, NOW))) for _ in range(8)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert len(given) == 8
    assert len({says(one, bought).kid for one in given}) == 1
    assert len(told(bought)["pass_keys"]) == 2


def test_rotating_from_two_places_ends_no_key_without_another(bought: Engine) -> None:
    signer(bought)
    turning = [threading.Thread(target=pass_keys.rotate, args=(bought, NOW + n)) for n in range(4)]
    for thread in turning:
        thread.start()
    for thread in turning:
        thread.join()
    known = told(bought)["pass_keys"]
    assert [key["until"] is None for key in known.values()].count(True) == 2
    assert len(known) == 6
    assert signer(bought, NOW + 9) in known


def test_the_settings_of_keys_are_versions_of_the_feed_like_any_other(bought: Engine) -> None:
    with database.read(bought) as conn:
        before = feed.heads(conn, ["config"])["config"]
    signer(bought)
    signer(bought)
    with database.read(bought) as conn:
        page = as_sent(feed.page(conn, "config", before.epoch, before.version, NOW))
    [version] = page.versions
    assert sorted(change.key for change in version.changes) == ["pass_keys", "pass_retailer", "pass_revoked"]


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_shows_keys_turns_them_and_takes_back(
    bought: Engine, retail_url: str, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*arguments: str) -> tuple[int, list[str], str]:
        where = ["--database", retail_url, "--folder", str(tmp_path)]
        status = main(["hub", "pass-key", *arguments, *where])
        out = capsys.readouterr()
        return status, out.out.splitlines(), out.err

    status, [signing, following], _ = said()
    assert (status, signing.split("  ")[-1], following.split("  ")[-1]) == (0, "signs", "is next")
    _, [ended, signs, _next], _ = said("--rotate")
    assert "signs no more" in ended
    assert (signs.split("  ")[0], signs.split("  ")[-1]) == (following.split("  ")[0], "signs")
    _, after, _ = said("--revoke", signs.split("  ")[0])
    assert "revoked on" in after[1]
    pass_keys.pass_of(bought, ORDER, now_ms())
    assert "1 passes hold no more" in said("--revoke-passes", ORDER)[1][0]
    status, _, problem = said("--revoke-passes", ORDER)
    assert (status, "no pass of" in problem) == (1, True)
    status, _, problem = said("--revoke", "nonsense")
    assert (status, "no pass key" in problem) == (1, True)
