"""Enrolling, hello, and who may do what."""

import pytest

from sync.hub import database, enrolment, feed, roles, signatures, tables
from sync.hub.api import now_ms
from sync.hub.serving import Running
from tests.hub.retailer import ONLINE, OTHER, START, STORE, WAREHOUSE, location_row, on_hand
from tests.hub.terminals import HTTP, Terminal, new_code, terminal_at


def test_a_code_gives_its_identity_once_and_the_same_answer_to_the_same_key(hub: Running) -> None:
    till = Terminal(hub.url)
    code = new_code(hub)
    first = till.enrol(code).json()
    again = till.enrol(code.lower().replace("-", " ")).json()
    assert (first["terminal"], first["kind"], first["location"]) == ("till-1", "till", STORE)
    assert first | {"now": 0} == again | {"now": 0}
    stranger = Terminal(hub.url).enrol(code)
    assert (stranger.status_code, stranger.json()["code"]) == (409, "code_used")
    assert till.hello().status_code == 200


def test_a_code_that_is_unknown_or_late_is_refused_with_a_sentence(hub: Running) -> None:
    late = new_code(hub, now=now_ms() - 10, valid_ms=1)
    unknown = Terminal(hub.url).enrol("ABCD-EFGH-JKMN")
    expired = Terminal(hub.url).enrol(late)
    assert (unknown.status_code, unknown.json()["code"]) == (403, "code_unknown")
    assert (expired.status_code, expired.json()["code"]) == (410, "code_expired")
    assert "new one" in expired.json()["message"]


def test_the_hub_keeps_no_code_and_no_key_in_the_clear(hub: Running) -> None:
    code = new_code(hub)
    with hub.engine.connect() as conn:
        row = conn.execute(tables.enrol_code.select()).one()
    assert code.replace("-", "") not in str(row)
    assert row.code_hash == enrolment.hash_code(code)


def test_guessing_codes_is_stopped(hub: Running) -> None:
    answers = [Terminal(hub.url).enrol(f"GUESS-{n}").status_code for n in range(25)]
    assert answers == [403] * 20 + [429] * 5


def test_a_key_or_a_journal_name_that_is_none_is_refused(hub: Running) -> None:
    body = {"code": new_code(hub), "public_key": "zz", "incarnation": "a" * 16}
    assert HTTP.post(f"{hub.url}/v1/enrol", json=body).json()["code"] == "bad_key"
    till = Terminal(hub.url, incarnation="no/slash")
    assert till.enrol(body["code"]).json()["code"] == "bad_incarnation"


def test_a_code_needs_a_known_kind_and_location(hub: Running) -> None:
    with pytest.raises(ValueError, match="kiosk, tablet, till"):
        new_code(hub, kind="toaster")
    with pytest.raises(ValueError, match="no location"):
        new_code(hub, place="nowhere")


def test_F41_a_wrong_clock_is_measured_and_not_refused(hub: Running) -> None:
    till = terminal_at(hub)
    assert till.hello(at=now_ms() - 3_600_000).status_code == 200
    with hub.engine.connect() as conn:
        skew = conn.execute(tables.terminal.select()).one().skew
    assert abs(skew + 3_600_000) < 30_000


def test_a_hello_signed_by_another_key_or_sent_twice_is_refused(hub: Running) -> None:
    till = terminal_at(hub)
    other = Terminal(hub.url, incarnation=till.incarnation).hello()
    assert (other.status_code, other.json()["code"]) == (401, "signature")
    assert till.hello(nonce="another-nonce").json()["code"] == "signature"
    assert till.hello(nonce="another-nonce").json()["code"] == "nonce_used"
    assert till.hello(nonce="").json()["code"] == "bad_nonce"
    assert Terminal(hub.url, "nobody").hello().json()["code"] == "terminal_unknown"


def test_a_token_that_is_forged_expired_or_of_a_revoked_terminal_opens_nothing(hub: Running) -> None:
    till = terminal_at(hub)
    good = till.token
    with database.read(hub.engine) as conn:
        secret = database.hub_row(conn).secret
    late = signatures.make_token(secret, signatures.Token("till-1", till.incarnation, now_ms() - 1))
    forged = signatures.make_token("ab" * 32, signatures.Token("till-1", till.incarnation, now_ms() + 10**6))
    for till.token in (late, forged, "-", "x.y", good[:-1]):
        answer = till.pull("config")
        assert (answer.status_code, answer.json()["code"]) == (401, "token")
    till.token = good
    assert till.pull("config").status_code == 200
    with database.write(hub.engine) as conn:
        assert enrolment.revoke(conn, "till-1", 1)
    for answer in (till.pull("config"), till.push(), till.hello()):
        assert (answer.status_code, answer.json()["code"]) == (403, "revoked")


def test_welcome_names_the_scopes_and_a_kiosk_is_given_neither_staff_nor_orders(hub: Running) -> None:
    places = {f"location:{p}" for p in (STORE, OTHER, WAREHOUSE, ONLINE)}
    till, kiosk = terminal_at(hub), terminal_at(hub, "kiosk-1", "kiosk")
    mine = {s["name"]: s["version"] for s in till.hello().json()["scopes"]}
    theirs = {s["name"] for s in kiosk.hello().json()["scopes"]}
    for_staff = {f"staff:{STORE}", "orders", f"attention:{STORE}"}
    assert set(mine) == places | {"config", "catalogue", "pricelist:base"} | for_staff
    assert theirs == set(mine) - for_staff
    assert mine["catalogue"] == 1


def test_the_role_is_checked_at_the_hub_whatever_the_terminal_asks(hub: Running) -> None:
    till, kiosk = terminal_at(hub), terminal_at(hub, "kiosk-1", "kiosk")
    for path in (f"/v1/snapshot/staff:{STORE}", f"/v1/live?wait=1&scope=staff:{STORE}"):
        assert kiosk.get(path).json()["code"] == "not_allowed"
    for scope in (f"staff:{STORE}", "orders", f"attention:{STORE}"):
        assert kiosk.pull(scope).status_code == 403
    for scope in (f"staff:{OTHER}", f"attention:{OTHER}"):
        assert till.pull(scope).status_code == 403
    staff = till.pull(f"staff:{STORE}").json()["versions"][0]["changes"]
    assert [c["key"] for c in staff] == ["s-1"]
    for scope in ("", "nonsense", "location:", "location:\x00", "staff", "catalogue:x", "orders:x"):
        assert till.pull(scope).status_code == 404


def test_a_kiosk_that_records_a_sale_is_set_aside_and_shown(hub: Running) -> None:
    kiosk = terminal_at(hub, "kiosk-1", "kiosk")
    kiosk.sell()
    verdict = kiosk.push().json()["verdicts"][0]
    assert (verdict["outcome"], verdict["code"]) == ("applied_with_exception", "not_allowed")
    assert on_hand(hub.engine, "p-1") == START


def test_a_terminal_follows_eight_locations_of_its_kind_and_distance(hub: Running) -> None:
    with feed.recording(hub.engine, 1) as (conn, _):
        for n in range(10):
            row = location_row(f"far-{n}", "store", 44_000_000 + n * 100_000, 77_000_000)
            conn.execute(tables.location.insert().values(row))
        conn.execute(tables.location.insert().values(location_row("unknown", "store")))
    with database.read(hub.engine) as conn:
        scopes = roles.followed(conn, "kiosk", STORE)
    places = [s.removeprefix("location:") for s in scopes if s.startswith("location:")]
    assert places == [STORE, ONLINE, WAREHOUSE, OTHER, "far-0", "far-1", "far-2", "far-3"]
