"""A return becomes store credit at one till and pays at a till of another store, once."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.domain.returns import Destination
from sync.domain.value import parse
from tests.flows.paying import Paying, balance
from tests.flows.returning import DAY, STAFF, Shop, code
from tests.link.store import now
from tests.stories.at_the_desk import Counter, cases, desk, paid_back

THERE = "store-2"
MUG = 2


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    yield made
    made.stop()


def credited(till: Counter) -> str:
    """Take headphones back onto store credit. The code on the slip."""
    till.find()
    till.goods(1)
    till.flow.send_to(Destination.CREDIT)
    till.refund()
    assert till.done
    till.printed(1)
    return code_on(till.printer.texts[0])


def code_on(paper: str) -> str:
    """The code that a slip shows in groups of four."""
    found = [parse(line) for line in re.findall(r"\d{4} \d{4} \d{4} \d{4}", paper)]
    assert len(found) == 1 and found[0] is not None, paper
    return found[0]


def elsewhere(shop: Shop, folder: Path) -> Paying:
    """A till of another store, with somebody at it, at its payment for one mug."""
    staff = [{"id": id, "name": name, "role": role, "location": THERE} for id, name, role, _pin in STAFF]
    import argon2

    quick = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    for row, (_id, _name, _role, pin) in zip(staff, STAFF, strict=True):
        shop.put(f"staff:{THERE}", "staff", {**row, "expires": now() + 30 * DAY, "verifier": quick.hash(pin)})
    till = Counter(shop, folder, "till-9", online=False, place=THERE)
    till.online()
    paying = Paying(till)
    paying.goods(MUG)
    return paying


def test_credit_of_a_return_pays_in_another_store_once_and_its_paper_can_be_printed_again(
    shop: Shop, tmp_path: Path
) -> None:
    shop.receive()
    till = desk(shop, tmp_path)
    made = credited(till)
    body = till.returns()[0]
    assert {r["to"] for r in body["refunds"]} == {"credit"} and made not in str(body), "no operation holds the code"
    till.online()
    till.until(lambda: balance(shop, made) == 6_499_000)
    assert paid_back(shop) == [], "nothing goes back by the tenders as well"
    till.flow.print_again()
    till.printed(2)
    assert code_on(till.printer.texts[1]) == made

    paying = elsewhere(shop, tmp_path)
    paying.show(made)
    assert paying.flow.state.by_value == paying.flow.state.rest
    due = paying.flow.state.rest
    paying.take()
    paying.desk.until(lambda: paying.till.place == "done")
    paying.desk.online()  # type: ignore[attr-defined]
    paying.desk.until(lambda: balance(shop, made) == 6_499_000 - due)
    assert cases(shop) == []
    till.stop()
    paying.desk.stop()


def test_f38_all_of_it_was_spent_so_a_second_try_is_refused_in_words(shop: Shop, tmp_path: Path) -> None:
    from sync.protocol.messages import OrderPayment, ReceivedLine

    lines = [ReceivedLine("1", "p1", 1000, 10_002, now() + 5 * DAY)]
    shop.receive(lines=lines, paid=[OrderPayment("a", "card", 10_002, "Visa •• 4821", "r-1")])
    till = desk(shop, tmp_path)
    made = credited(till)
    till.online()
    till.until(lambda: balance(shop, made) == 10_002)
    first = elsewhere(shop, tmp_path)
    first.show(made)
    first.take()
    first.desk.until(lambda: first.till.place == "done")

    till.till.tab("sale")
    till.till.scanned(code(MUG))
    second = Paying(till)
    till.till.sale.pay()
    second.show(made)
    assert "Cash and card go on." in second.said and second.flow.state.by_value == 0
    first.desk.online()  # type: ignore[attr-defined]
    second.show(made)
    assert second.said.startswith("Nothing is left on it")
    assert cases(shop) == []
    till.stop()
    first.desk.stop()


def test_f33_a_promise_of_credit_is_good_once_the_hub_has_heard_of_it(shop: Shop, tmp_path: Path) -> None:
    shop.receive()
    till = desk(shop, tmp_path)
    shop.stop()
    till.offline()
    made = credited(till)
    assert till.returns()[0]["basis"] == "promise"
    shop.start()
    till.online()
    till.until(lambda: balance(shop, made) == 6_499_000)
    assert paid_back(shop) == [] and cases(shop) == []
    till.stop()
