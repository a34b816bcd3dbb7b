"""A receipt of one till at the other: proved by the key that the hub enrolled, with no network."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from pos.printing import as_receipt
from sync.domain.passes import DAY_MS, SKEW_MS, Answer
from sync.domain.returns import Basis, Refused, ReturnRefusal
from sync.local import Local, RecordedSale, purchases_by_number
from sync.local.passes import verify_pass
from sync.local.receipts import own_key, receipt_pass
from sync.local.replica import Replica
from sync.protocol.operations import SaleLine
from sync.protocol.passes import kid_of, public_of
from tests.domain.passes import RETAILER
from tests.local.bought import allow, asked, item, know, order, taken
from tests.local.fixture import NOW, OWN, make_terminal
from tests.local.tills import sold


@pytest.fixture
def seller(tmp_path: Path) -> Iterator[Local]:
    """The till that sold; it knows whose receipts it prints."""
    local = Local.open(make_terminal(tmp_path / "there", terminal="t-till-9"))
    allow(local.home, pass_retailer=RETAILER, return_days=14)
    local.refresh()
    yield local
    local.close()


def tell(home: Path, seller: Local, *, place: str = "store-far", end: int | None = None, revoked: bool = False) -> None:
    """What the hub said of that till's key."""
    public = public_of(own_key(seller))
    replica = Replica(home)
    with replica.write() as db:
        row = (kid_of(bytes.fromhex(public)), "t-till-9", "Till 9", place, public, end, NOW if revoked else None)
        db.execute("INSERT OR REPLACE INTO signer VALUES (?, ?, ?, ?, ?, ?, ?, 1)", row)
    replica.close()


@pytest.fixture
def trusting(home: Path, seller: Local) -> Path:
    allow(home, pass_retailer=RETAILER)
    tell(home, seller, place=OWN)
    return home


def text_of(seller: Local, sale: RecordedSale) -> str:
    text = receipt_pass(seller, sale)
    assert text
    return text


def answer(local: Local, text: str, now: int = NOW) -> Answer:
    local.refresh()
    return verify_pass(local, text, now).answer


def test_a_sale_of_one_till_is_taken_back_at_another_by_its_receipt_alone(
    seller: Local, local: Local, trusting: Path
) -> None:
    sale = sold(seller, "p-coat", "p-bun")
    local.refresh()
    shown = verify_pass(local, text_of(seller, sale), NOW)
    assert (shown.answer, shown.known) == (Answer.OK, False)
    assert shown.purchase is not None
    assert [(line.sku, line.name, line.left) for line in shown.purchase.lines] == [
        ("100010", "Wool coat", 1000), ("100004", "Bun", 1000),
    ]  # fmt: skip
    done = taken(local, shown.purchase, item("1"), item("2"), basis=Basis.HELD)
    assert (done.body.purchase, done.body.number) == (f"sale:{sale.body.sale_id}", sale.body.receipt)
    assert sum(r.amount for r in done.body.refunds) == sale.body.due
    assert answer(local, text_of(seller, sale)) is Answer.USED


def test_f32_a_receipt_shown_again_gives_back_no_more_than_is_left(seller: Local, local: Local, trusting: Path) -> None:
    text = text_of(seller, sold(seller, "p-coat", "p-bun"))
    local.refresh()
    first = verify_pass(local, text, NOW).purchase
    assert first is not None
    taken(local, first, item("1"))
    again = verify_pass(local, text, NOW).purchase
    assert again is not None
    assert [line.left for line in again.lines] == [0, 1000]
    assert asked(local, again, item("1")) == Refused(ReturnRefusal.TOO_MANY, "1", 0)


def test_each_thing_that_is_wrong_with_a_receipt_is_said_apart(seller: Local, local: Local, home: Path) -> None:
    text = text_of(seller, sold(seller, "p-coat"))
    assert answer(local, text) is Answer.FOREIGN, "a till that was never heard of"
    allow(home, pass_retailer=RETAILER)
    tell(home, seller)
    assert answer(local, text) is Answer.OK
    assert answer(local, text[:60]) is Answer.UNREADABLE
    assert answer(local, text.replace("-1:", "-2:")) is Answer.ALTERED
    assert answer(local, text, NOW + 31 * DAY_MS) is Answer.EXPIRED
    assert answer(local, text, NOW - SKEW_MS - 2000) is Answer.NOT_YET
    tell(home, seller, revoked=True)
    assert answer(local, text) is Answer.REVOKED
    tell(home, seller, end=NOW - DAY_MS)
    assert answer(local, text) is Answer.REVOKED, "its key was replaced before it signed this"
    tell(home, seller, end=NOW)
    assert answer(local, text) is Answer.OK, "a machine that was replaced since"
    allow(home, pass_retailer="another")
    assert answer(local, text) is Answer.FOREIGN


def test_a_till_that_moved_gives_no_rights_of_the_store_it_left(seller: Local, local: Local, trusting: Path) -> None:
    text = text_of(seller, sold(seller, "p-coat"))
    tell(trusting, seller, place="store-far")
    local.refresh()
    shown = verify_pass(local, text, NOW)
    assert shown.purchase is not None
    assert (shown.answer, shown.purchase.location) == (Answer.OK, "")


def test_its_own_receipts_a_till_knows_before_the_hub_told_it_its_key(seller: Local) -> None:
    sale = sold(seller, "p-coat")
    assert answer(seller, text_of(seller, sale)) is Answer.OK


def test_an_own_sale_is_found_by_its_number_with_no_network_until_and_after_the_hub_knows_it(seller: Local) -> None:
    sale = sold(seller, "p-coat", "p-bun")
    for typed in (sale.body.receipt, sale.body.receipt.lower().replace("-", " ")):
        [found] = purchases_by_number(seller, typed)
        assert (found.id, found.lines[0].name, found.lines[0].until) == (
            f"sale:{sale.body.sale_id}", "Wool coat", NOW + 14 * DAY_MS,
        )  # fmt: skip
    taken(seller, found, item("1"), basis=Basis.HELD)
    [again] = purchases_by_number(seller, sale.body.receipt)
    assert [line.left for line in again.lines] == [0, 1000]
    know(seller.home, again, order())
    seller.refresh()
    assert [it.id for it in purchases_by_number(seller, sale.body.receipt)] == [found.id]


def test_a_receipt_prints_its_pass_and_a_long_one_its_name_and_says_so(seller: Local) -> None:
    sale = sold(seller, "p-coat", "p-bun")
    assert as_receipt(seller, sale).sealed == text_of(seller, sale)
    line = sale.body.lines[0]
    assert isinstance(line, SaleLine)
    long = RecordedSale(sale.envelope, msgspec.structs.replace(sale.body, lines=[line] * 80))
    assert as_receipt(seller, long).sealed is None


def test_a_till_that_was_not_told_whose_receipts_it_prints_prints_the_name(local: Local) -> None:
    assert receipt_pass(local, sold(local, "p-coat")) == ""
