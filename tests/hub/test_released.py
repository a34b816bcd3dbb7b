"""I-7: what was ever released is accepted by the newest hub. `released/` holds operations as terminals recorded them;
files there are added and never changed."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from sync.hub import tables
from sync.hub.cases import READERS, Reader
from sync.hub.serving import Running
from sync.protocol.operations import SCHEMAS, open_envelope
from tests.hub.blind import limit
from tests.hub.collecting import orders
from tests.hub.returning import Web, paid
from tests.hub.terminals import Terminal, terminal_at

RELEASED = Path(__file__).parent / "released"
JOURNALS = sorted(RELEASED.glob("journal-*.jsonl"))


def operations(journal: Path) -> list[bytes]:
    return journal.read_bytes().splitlines()


@pytest.mark.parametrize("journal", JOURNALS, ids=lambda path: path.stem)
def test_I7_a_terminal_upgrades_with_a_full_journal_of_any_release(hub: Running, journal: Path) -> None:
    limit(hub)  # what is not set allows no return without a proof
    orders(Web(hub), paid=[paid("online", 100_000)])  # the order of which parcels are packed, and the rest is paid
    terminal: Terminal = terminal_at(hub)
    terminal.raws = operations(journal)
    verdicts = terminal.push().json()["verdicts"]
    assert [v["code"] for v in verdicts] == [""] * len(terminal.raws)
    with hub.engine.connect() as conn:
        sales = conn.execute(select(tables.sale.c.receipt, tables.sale.c.total, tables.sale.c.vat)).all()
        sold = conn.execute(select(tables.movement.c.delta).where(tables.movement.c.reason == "sale")).scalars().all()
        back = conn.execute(select(tables.taken_back.c.receipt, tables.taken_back.c.total)).all()
    assert [tuple(row) for row in sales] == [("T1-1", 64750, 6937)]
    assert sorted(sold) == [-2000, -1250]
    returned = any(open_envelope(raw).kind == "return" for raw in terminal.raws)
    assert [tuple(row) for row in back] == ([("T1-2", 4950)] if returned else [])


def test_I7_every_released_schema_of_every_kind_is_among_the_released_operations() -> None:
    envelopes = [open_envelope(raw) for journal in JOURNALS for raw in operations(journal)]
    released = {(e.kind, e.schema) for e in envelopes}
    known = {(kind, schema) for kind, reader in READERS.items() for schema in range(1, reader.newest + 1)}
    assert released == known
    assert {kind: reader.newest for kind, reader in READERS.items()} == SCHEMAS


class _Third(msgspec.Struct):
    pieces: int
    where: str


def _second(body: dict[str, Any]) -> dict[str, Any]:
    return {"pieces": body["count"]}


def _third(body: dict[str, Any]) -> dict[str, Any]:
    return body | {"where": "here"}


def test_F23_an_old_body_goes_up_every_step_to_the_newest() -> None:
    reader = Reader(3, _Third, {1: _second, 2: _third})
    assert reader.read(1, msgspec.Raw(b'{"count":7}')) == _Third(7, "here")
    assert reader.read(2, msgspec.Raw(b'{"pieces":7}')) == _Third(7, "here")
    assert reader.read(3, msgspec.Raw(b'{"pieces":7,"where":"there"}')) == _Third(7, "there")
