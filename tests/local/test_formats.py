"""F26: a journal of an older format opens in the newer software and goes on, with everything that it holds."""

import gzip
from pathlib import Path

import pytest

from sync.actions.cart import open_cart
from sync.actions.printing import unprinted
from sync.local import Local, link_status, sale_by_receipt, tables
from sync.local.journal import verify_chain
from sync.local.proof import prove
from tests.local.bought import item, order, taken
from tests.local.fixture import INCARNATION, NOW

JOURNALS = Path(__file__).parent / "journals"
"""Files that released software wrote: three sales, one by card, one with an exception, an open cart."""


@pytest.fixture(params=sorted(JOURNALS.glob("*.gz")), ids=lambda path: path.name.split(".")[0])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    home = tmp_path / "till"
    home.mkdir(mode=0o700)
    (home / "journal.db").write_bytes(gzip.decompress(request.param.read_bytes()))
    return home


def shape(local: Local) -> set[str]:
    rows = local.raw.execute("SELECT sql FROM main.sqlite_master WHERE sql IS NOT NULL")
    return {"".join(row[0].split()) for row in rows}


def test_f26_a_journal_of_each_earlier_format_opens_and_goes_on(old: Path) -> None:
    local = Local.open(old)
    assert local.raw.execute("PRAGMA user_version").fetchone() == (tables.FORMAT,)
    status = link_status(local, NOW)
    assert (status.waiting, status.needs_you, local.me.incarnation) == (3, 1, INCARNATION)
    assert [line.product.id for line in open_cart(local, NOW).lines] == ["p-soap"]
    receipts = [job.ref for job in unprinted(local)]
    assert len(receipts) == 3 and all(sale_by_receipt(local, receipt) for receipt in receipts)
    assert prove(local) == []
    body = taken(local, order(), item("2")).body
    assert body.receipt == f"{receipts[0].split('-')[0]}-4"
    assert verify_chain(local) == prove(local) == []
    local.close()


def test_f26_a_journal_that_was_brought_up_has_the_shape_of_a_new_one(old: Path, tmp_path: Path) -> None:
    brought, fresh = Local.open(old), Local.open(tmp_path / "fresh")
    assert shape(brought) == shape(fresh)
    brought.close()
    brought = Local.open(old)
    assert shape(brought) == shape(fresh), "and it is brought up once"
    brought.close()
    fresh.close()
