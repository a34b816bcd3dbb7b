"""Every terminal is told whose keys sign receipts; and a sale that comes after its return is caught up with."""

import msgspec
import pytest
from sqlalchemy import delete

from sync.domain.passes import LONGEST_LIFE_MS
from sync.domain.receipts import SoldAs, purchase_of_sale
from sync.hub import database, enrolment, signers, tables
from sync.hub.api import now_ms
from sync.hub.feed import Recorder
from sync.hub.serving import Running
from sync.protocol.operations import Sale, SaleTender
from tests.hub.returning import Web, back, return_of
from tests.hub.terminals import Terminal, matters, new_code, terminal_at, verdicts


def told(hub: Running) -> dict[str, tuple[str, str, bool, bool]]:
    """Of each key: terminal, location, whether it ended and was revoked."""
    with database.read(hub.engine) as conn:
        rows = conn.execute(tables.signer.select()).mappings().all()
    return {r["public"]: (r["terminal"], r["location"], r["end"] is not None, bool(r["revoked_at"])) for r in rows}


def in_feed(till: Terminal) -> set[str]:
    page = till.pull("config").json()
    changes = [change for version in page["versions"] for change in version["changes"]]
    return {c["row"]["public"] for c in changes if c["entity"] == "signer" and c["row"]}


def test_a_key_is_told_to_all_when_it_is_enrolled_and_a_kiosks_to_nobody(hub: Running) -> None:
    till, far, kiosk = terminal_at(hub), terminal_at(hub, "till-2", place="store-2"), terminal_at(hub, "k-1", "kiosk")
    assert told(hub) == {
        till.public_key: ("till-1", "store-1", False, False),
        far.public_key: ("till-2", "store-2", False, False),
    }
    assert in_feed(till) == in_feed(kiosk) == {till.public_key, far.public_key}


def test_a_machine_that_is_replaced_ends_its_key_and_a_terminal_shut_out_revokes_all_of_them(hub: Running) -> None:
    first, second = terminal_at(hub), Terminal(hub.url)
    second.enrol(new_code(hub))
    assert [told(hub)[t.public_key][2:] for t in (first, second)] == [(True, False), (False, False)]
    with database.write(hub.engine) as conn:
        assert enrolment.revoke(conn, "till-1", now_ms())
    assert [told(hub)[t.public_key][2:] for t in (first, second)] == [(True, True), (False, True)]
    second.enrol(new_code(hub))
    assert told(hub)[second.public_key][2:] == (False, False), "admitted anew"


def test_a_key_that_ended_long_ago_is_forgotten(hub: Running) -> None:
    old, new = terminal_at(hub), Terminal(hub.url)
    later = now_ms() + LONGEST_LIFE_MS
    with database.write(hub.engine) as conn:
        for at, key in ((later - 1000, new.public_key), (later + LONGEST_LIFE_MS + 10**7, "ab" * 32)):
            recorder = Recorder(at)
            signers.enrolled(conn, recorder, "till-1", "Till 1", "till", "store-1", key)
            recorder.commit(conn)
    assert set(told(hub)) == {new.public_key, "ab" * 32}
    assert old.public_key not in told(hub)


def test_a_hub_of_an_earlier_version_tells_its_keys_once(hub: Running) -> None:
    till = terminal_at(hub)
    with database.write(hub.engine) as conn:
        conn.execute(delete(tables.signer))
        conn.execute(delete(tables.setting))
    signers.ensure(hub.engine, now_ms())
    head = till.pull("config").json()["head"]
    assert set(told(hub)) == {till.public_key}
    signers.ensure(hub.engine, now_ms())
    assert till.pull("config").json()["head"] == head


def bought_of(sale: Sale, at: int) -> object:
    said = SoldAs(sale.sale_id, sale.receipt, sale.location, sale.currency, at, sale.change, True, "en", 0)
    return purchase_of_sale(said, sale.lines, sale.tenders)


@pytest.mark.parametrize("basis", ["promise", "budget"])
def test_a_return_by_receipt_that_the_hub_hears_of_before_the_sale_is_settled_when_the_sale_comes(
    hub: Running, basis: str
) -> None:
    web = Web(hub, "desk")
    with database.write(hub.engine) as conn:
        conn.execute(tables.setting.insert(), [{"key": "store_refunds", "value": '"desk"'}])
    seller, other = terminal_at(hub), terminal_at(hub, "till-2", place="store-2")
    sale = seller.sell({"p-1": 2000})
    due = sale.due
    sale = msgspec.structs.replace(sale, tenders=[SaleTender("card", due, "a-1", "ref")], change=0)
    seller.raws.clear()
    seller.record(sale)
    other.record(return_of(bought_of(sale, now_ms()), {"1": 1000}, basis, "store-2"), "return")  # type: ignore[arg-type]
    assert verdicts(other.push())[0] == ("applied_with_exception", "purchase_unknown")
    assert web.refunds() == {}
    assert verdicts(seller.push()) == [("applied", "")]
    assert back(hub, f"sale:{sale.sale_id}") == {"1": (1000, due // 2)}
    assert web.refunds() == {"1": due // 2}
    with database.read(hub.engine) as conn:
        open_ones = conn.execute(tables.attention.select().where(tables.attention.c.settled_at.is_(None))).all()
    assert [row.code for row in open_ones] == [], matters(hub)
