"""A terminal that is newer than its hub, and the hub's upgrade: set aside with the reason, and taken up later."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from sync.hub import cases, database, records, tables
from sync.hub.cases import Reader
from sync.hub.serving import Running, Serving
from sync.protocol.operations import Sale
from tests.hub.retailer import START, STORE, on_hand
from tests.hub.returning import Web, back, stands, takes_back
from tests.hub.terminals import Terminal, matters, sale_of, terminal_at, verdicts

BEHIND = [("applied_with_exception", "schema_unknown"), ("applied_with_exception", "kind_unknown"), ("applied", "")]


def newer(till: Terminal) -> None:
    """A sale in tomorrow's schema, one of a kind of tomorrow, and one of today."""
    for old, new in ((b'"schema":1', b'"schema":2'), (b'"sale"', b'"kiosk_sale"'), (b"", b"")):
        raw = till.record(sale_of({"p-1": 1000}))
        till.raws[-1] = raw.replace(old, new, 1)


def upgrade(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on this hub is tomorrow's: it knows the second schema of a sale."""

    def second(body: dict[str, Any]) -> dict[str, Any]:
        return body | {"language": "kk"}

    monkeypatch.setitem(cases.READERS, "sale", Reader(2, Sale, {1: second}))


def open_matters(hub: Running) -> list[str]:
    with hub.engine.connect() as conn:
        query = select(tables.attention.c.code).where(tables.attention.c.settled_at.is_(None))
        return list(conn.execute(query.order_by(tables.attention.c.id)).scalars())


def test_I5_I7_what_a_newer_terminal_records_is_set_aside_and_what_follows_goes_on(hub: Running) -> None:
    till = terminal_at(hub)
    newer(till)
    first = till.push()
    assert verdicts(first) == BEHIND
    assert [v["detail"] for v in first.json()["verdicts"]] == ["sale schema 2", "kind kiosk_sale", ""]
    assert on_hand(hub.engine, "p-1") == START - 1000
    assert matters(hub) == ["schema_unknown", "kind_unknown"]
    with hub.engine.connect() as conn:
        kept = conn.execute(select(tables.operation.c.raw).order_by(tables.operation.c.seq)).scalars()
        assert [bytes(raw) for raw in kept] == till.raws


def test_I2_I3_an_upgraded_hub_applies_what_it_could_not_read_once_and_every_verdict_stays(
    retail_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = Serving(retail_url, tmp_path / "snapshots", port=0)
    with Running(where) as hub:
        till = terminal_at(hub)
        newer(till)
        before = till.push().json()
    upgrade(monkeypatch)
    for _ in range(2):
        with Running(where) as hub:
            till.url = hub.url
            assert till.push().json() == before
            assert on_hand(hub.engine, "p-1") == START - 2000
            assert records.report(hub.engine).sales[0].sales == 2
            assert open_matters(hub) == ["kind_unknown"]  # still of tomorrow
            page = till.pull(f"location:{STORE}").json()
            levels = [c["row"]["on_hand"] for v in page["versions"][1:] for c in v["changes"]]
            assert levels == [START - 1000, START - 2000]
            with database.read(hub.engine) as conn:
                assert records.stock_differences(conn) == []


def test_I3_what_is_wrong_with_an_operation_is_found_when_it_is_taken_up(
    retail_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = Serving(retail_url, tmp_path / "snapshots", port=0)
    with Running(where) as hub:
        till = terminal_at(hub)
        right = sale_of({"p-9": 1000})
        raw = till.record(msgspec.structs.replace(right, vat=right.vat + 1))
        till.raws[-1] = raw.replace(b'"schema":1', b'"schema":2', 1)
        till.push()
    upgrade(monkeypatch)
    with Running(where) as hub:
        assert open_matters(hub) == ["total_differs", "product_unknown"]
        assert records.report(hub.engine).sales[0].total == right.total


def test_I2_I3_a_return_that_an_older_hub_could_not_read_is_paid_once_after_its_upgrade(
    retail_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = Serving(retail_url, tmp_path / "snapshots", port=0)
    with monkeypatch.context() as older, Running(where) as hub:
        older.delitem(cases.READERS, "return")
        web, till = Web(hub), terminal_at(hub)
        web.receive()
        before = takes_back(till, stands(hub), {"1": 1000}, "promise")
        assert verdicts(before) == [("applied_with_exception", "kind_unknown")]
        assert web.refunds() == {}
        assert till.pull("orders").json()["included"] == 1
    for _ in range(2):
        with Running(where) as hub:
            till.url, web.hub = hub.url, hub
            assert till.push().json() == before.json()
            assert web.refunds() == {"t1": 33_333}
            assert web.events() == ["return_recorded", "refund_promised"]
            assert back(hub)["1"] == (1000, 33_333)
            assert open_matters(hub) == []
