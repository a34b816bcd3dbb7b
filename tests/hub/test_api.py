"""The hub's face: every wrong input is a Fault with a sentence, no answer tells how the hub is built."""

import secrets
from typing import Any

import httpx
import msgspec
import pytest
import zstandard

from sync.hub import bodies, feed
from sync.hub.serving import Running
from sync.protocol.messages import Fault
from tests.hub.retailer import STORE, product_row
from tests.hub.terminals import HTTP, Terminal, terminal_at


def fault(answer: httpx.Response) -> tuple[int, str]:
    said = msgspec.json.decode(answer.content, type=Fault)
    assert said.message.endswith("."), said
    assert "Traceback" not in answer.text
    assert len(answer.text) < 1000
    return answer.status_code, said.code


def zstd(raw: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(raw)


def test_every_wrong_body_is_answered_with_a_sentence(hub: Running) -> None:
    till = terminal_at(hub)
    packed = {"Content-Encoding": "zstd"}
    wrong: list[tuple[dict[str, Any], tuple[int, str]]] = [
        ({"content": b""}, (400, "bad_body")),
        ({"content": b"{"}, (400, "bad_body")),
        ({"content": b"[" * 100_000}, (400, "bad_body")),
        ({"content": b"\xff\xfe"}, (400, "bad_body")),
        ({"json": {"terminal": 5}}, (400, "bad_body")),
        ({"json": []}, (400, "bad_body")),
        ({"content": b"not zstd", "headers": packed}, (400, "bad_body")),
        ({"content": zstd(b"{}")[:-3], "headers": packed}, (400, "bad_body")),
        ({"content": b"{}", "headers": {"Content-Encoding": "br"}}, (415, "bad_encoding")),
        ({"json": till.push_body() | {"ops": ["{}"], "signature": "zz"}}, (409, "chain")),
        ({"json": till.push_body() | {"ops": ["{}"], "first": -1}}, (400, "bad_push")),
        ({"json": till.push_body() | {"ops": ["{}"], "first": 2**70}}, (400, "bad_push")),
        ({"json": till.push_body() | {"ops": ["{}"], "incarnation": "\x00"}}, (403, "not_yours")),
    ]
    for how, expected in wrong:
        assert fault(till.post("/v1/push", **how)) == expected, how


def test_a_body_is_limited_before_and_after_it_is_unpacked(hub: Running) -> None:
    till = terminal_at(hub)
    bomb = zstd(b"0" * (bodies.PUSH * 20))
    assert len(bomb) < 100_000
    packed = {"Content-Encoding": "zstd"}
    assert fault(till.post("/v1/push", content=bomb, headers=packed)) == (413, "too_large")
    assert fault(till.post("/v1/hello", content=b" " * (bodies.SMALL + 1))) == (413, "too_large")
    window = zstandard.ZstdCompressor(compression_params=zstandard.ZstdCompressionParameters(window_log=27))
    stretched = window.compress(secrets.token_bytes(9_000_000))
    assert fault(till.post("/v1/push", content=stretched, headers=packed)) == (400, "bad_body")


def test_addresses_methods_and_queries_that_are_wrong_say_so(hub: Running) -> None:
    till = terminal_at(hub)
    assert fault(till.get("/v1/nothing")) == (404, "not_found")
    assert fault(till.get("/v1/push")) == (405, "bad_method")
    assert fault(till.get("/v1/pull", scope="config", epoch=till.epoch, since="-1")) == (400, "bad_query")
    assert fault(till.get("/v1/pull", scope="config", epoch=till.epoch, since="9" * 40)) == (400, "bad_query")
    assert fault(till.get("/v1/pull", scope="config", epoch="other", since=0)) == (409, "epoch")
    assert fault(till.get("/v1/pull", scope="config", epoch=till.epoch, since=99)) == (409, "epoch")
    assert fault(till.get("/v1/live", wait=1, since="config@x")) == (400, "bad_query")
    assert fault(till.get("/v1/ask/stock/none")) == (404, "product_unknown")
    assert fault(till.get("/v1/ask/stock/%00")) == (404, "product_unknown")
    assert fault(till.get("/v1/blob/../../etc/passwd")) == (404, "not_found")
    assert fault(till.get("/v1/blob/" + "0" * 64)) == (404, "blob_unknown")


def test_nothing_is_told_to_someone_who_did_not_say_hello(hub: Running) -> None:
    for path in ("/v1/pull", "/v1/live", "/v1/snapshot/config", "/v1/blob/x", "/v1/ask/stock/p-1"):
        assert fault(HTTP.get(hub.url + path)) == (401, "token")
    assert fault(HTTP.post(hub.url + "/v1/push", json={})) == (401, "token")
    for path in ("/v1/channel/orders", "/v1/channel/moves"):
        assert fault(HTTP.post(hub.url + path, json={}, headers={"Authorization": "Bearer guess"})) == (401, "key")
    assert HTTP.get(hub.url + "/v1/health").json()["ok"] is True


def test_a_failure_inside_tells_the_log_and_not_the_asker(hub: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    till = terminal_at(hub)

    def stumble(*_args: object) -> None:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr(feed, "page", stumble)
    answer = till.pull("config")
    assert fault(answer) == (500, "internal")
    assert "secret" not in answer.text


def test_a_push_may_be_packed_and_a_large_answer_is_packed_for_those_who_take_it(hub: Running) -> None:
    till = terminal_at(hub)
    till.sell()
    body = zstd(msgspec.json.encode(till.push_body()))
    packed = till.post("/v1/push", content=body, headers={"Content-Encoding": "zstd"})
    assert packed.json()["last_seq"] == 1
    query = {"scope": "catalogue", "epoch": till.epoch, "since": "0"}
    asked = {"Accept-Encoding": "zstd"} | till.headers
    with HTTP.stream("GET", f"{hub.url}/v1/pull", params=query, headers=asked) as answer:
        assert answer.headers["content-encoding"] == "zstd"
        raw = b"".join(answer.iter_raw())
    page = msgspec.json.decode(zstandard.ZstdDecompressor().stream_reader(raw).read())
    plain = HTTP.get(f"{hub.url}/v1/pull", params=query, headers={"Accept-Encoding": "identity"} | till.headers)
    assert "content-encoding" not in plain.headers
    assert page["versions"] == plain.json()["versions"]
    assert len(page["versions"][0]["changes"]) == 5


def test_a_pull_tells_what_of_the_own_journal_is_in_it(hub: Running) -> None:
    till, other = terminal_at(hub), terminal_at(hub, "till-2")
    scope = f"location:{STORE}"
    assert till.pull(scope).json()["included"] == 0
    till.sell({"p-1": 1000})
    till.sell({"unknown": 1000})
    till.push(1, 1)
    till.push(2, 2)
    page = till.pull(scope, 1).json()
    assert (page["included"], page["upto"], page["head"]) == (2, 3, 3)
    assert page["versions"][0]["changes"][0]["row"]["on_hand"] == 99_000
    assert page["versions"][1]["changes"] == []
    assert other.pull(scope, 1).json()["included"] == 0


def test_an_operation_set_aside_is_included_too_or_the_overlay_would_never_end(hub: Running) -> None:
    till = terminal_at(hub)
    till.raws.append(b"{nonsense")
    till.push()
    assert till.pull(f"location:{STORE}").json()["included"] == 1


def test_stock_is_asked_for_everywhere_at_once(hub: Running) -> None:
    till = terminal_at(hub)
    till.sell({"p-1": 3000})
    till.push()
    answer = till.get("/v1/ask/stock/p-1").json()
    levels = {x["location"]: (x["on_hand"], x["reserved"]) for x in answer["levels"]}
    assert levels == {"store-1": (97_000, 0), "store-2": (100_000, 0), "wh-1": (100_000, 0), "web-1": (100_000, 0)}


def test_a_snapshot_is_fetched_in_ranges_and_says_what_of_the_own_journal_is_in_it(hub: Running) -> None:
    till = terminal_at(hub)
    till.sell()
    till.push()
    info = till.get(f"/v1/snapshot/location:{STORE}").json()
    assert (info["version"], info["included"], info["epoch"]) == (2, 1, till.epoch)
    whole = till.get(f"/v1/blob/{info['digest']}")
    asked = till.headers | {"Range": "bytes=100-199"}
    part = HTTP.get(f"{hub.url}/v1/blob/{info['digest']}", headers=asked)
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert len(whole.content) == info["size"]


def test_a_bulk_change_sends_followers_to_the_snapshot(hub: Running) -> None:
    till: Terminal = terminal_at(hub)
    with feed.recording(hub.engine, 1) as (_, recorder):
        recorder.put("catalogue", "product", product_row("p-1"))
        recorder.bulk("catalogue")
    answer = till.pull("catalogue", 1)
    assert fault(answer) == (410, "snapshot_needed")
    assert answer.json()["want"] == 2
    assert till.get("/v1/snapshot/catalogue").json()["version"] == 2
    assert till.pull("catalogue", 2).json()["versions"] == []
