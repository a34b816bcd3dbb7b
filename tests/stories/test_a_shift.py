"""A cashier's day at a drawer, with a real hub: float, sales with change, money given back, a drop, the blind count."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.cash import count_out
from pos.printing import PaperState
from pos.shift.state import Phase
from pos.shift.view import primary, waiting
from sync.hub import database, shift_records
from sync.local import closed_shifts
from sync.protocol.messages import OrderPayment, ReceivedLine
from sync.protocol.operations import ShiftClosed
from tests.flows.returning import ORDER, Shop, code
from tests.stories.at_the_desk import Counter, cases


class Cashier(Counter):
    """A till whose retailer wants shifts, with its own agent."""

    @property
    def shift(self):  # type: ignore[no-untyped-def]
        return self.till.shift

    def begin(self, tenge: str) -> None:
        """Aliya is signed in; the shift begins with its float."""
        assert self.till.place == "shift"
        self.type(tenge)
        self.shift.open_shift()
        assert self.till.place == "sale"

    def type(self, digits: str) -> None:
        for digit in digits:
            self.shift.key(digit)

    def sell(self, number: int, given: int) -> int:
        """One article for cash; what of it stays in the drawer."""
        self.till.scanned(code(number))
        self.till.sale.pay()
        due = self.till.payment.state.cash_due
        self.till.payment.quick(given)
        self.till.payment.cash_received()
        assert self.till.place == "done" and given > due
        self.till.next_customer()
        return due

    def give_back(self) -> int:
        """The headphones of an order that was paid in cash and collected here."""
        self.till.tab("returns")
        self.find(ORDER)
        self.goods(1)
        self.refund()
        assert self.done
        self.till.next_customer()
        return self.returns()[-1]["refunds"][0]["amount"]

    def drop(self, tenge: str) -> None:
        self.till.drawer()
        self.shift.move("drop")
        self.type(tenge)
        self.shift.because("safe")
        self.shift.record()
        self.until(lambda: self.shift.state.slip.paper is PaperState.PRINTED)

    def count(self, amount: int) -> None:
        """Count the drawer piece by piece, and say that it is all."""
        self.till.drawer()
        self.shift.count()
        assert self.shift.state.expected is None
        for piece in count_out(amount, "KZT"):
            self.shift.choose(piece.value)
            self.type(str(piece.count))
        self.shift.give()

    def close(self) -> ShiftClosed:
        self.shift.close()
        assert self.shift.state.phase is Phase.CLOSED
        self.until(lambda: self.shift.state.slip.paper is PaperState.PRINTED)
        return closed_shifts(self.local, 1)[0].body


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    for key, value in {"shift_required": "true", "cash_step": "500"}.items():
        made.put("config", "setting", {"key": key, "value": value})
    yield made
    made.stop()


@pytest.fixture
def cashier(shop: Shop, tmp_path: Path) -> Iterator[Cashier]:
    made = Cashier(shop, tmp_path, "till-1", online=False)
    made.online()
    yield made
    made.stop()


def booked(shop: Shop) -> list[str]:
    """The shifts as the hub lists them."""
    with database.read(shop.engine) as conn:
        return list(shift_records.lines(conn, "", 10))


def test_f36_a_day_of_sales_with_change_a_return_and_a_drop_ends_with_no_difference(
    shop: Shop, cashier: Cashier
) -> None:
    bought = {"lines": [ReceivedLine("1", "p1", 1000, 649_500)], "paid": [OrderPayment("a", "cash", 649_500)]}
    shop.receive(location="store-1", **bought)
    cashier.begin("20000")
    there = 2_000_000
    there += cashier.sell(1, 2_000_000) + cashier.sell(2, 1_000_000)
    there -= cashier.give_back()
    cashier.drop("5000")
    there -= 500_000

    cashier.count(there)
    assert cashier.shift.state.difference == 0
    done = cashier.close()
    assert (done.expected, done.counted, done.difference, done.reason) == (there, there, 0, "")
    assert (done.sales, done.returns) == (2, 1)
    paper = cashier.printer.texts[-1]
    assert "Z report 1" in paper and "Drop x 1" in paper.replace("×", "x") and "Sold x 2" in paper.replace("×", "x")
    cashier.shift.finish()
    assert cashier.till.place == "signin"
    cashier.online()
    assert cases(shop) == [] and any(done.number in line for line in booked(shop))


def test_f37_a_shortage_is_closed_with_its_reason_and_known_at_the_hub(shop: Shop, cashier: Cashier) -> None:
    cashier.begin("20000")
    there = 2_000_000 + cashier.sell(1, 2_000_000)
    cashier.count(there - 50_000)
    assert cashier.shift.state.difference == -50_000 and primary(cashier.shift.state).off
    cashier.shift.because("wrong_change")
    done = cashier.close()
    assert (done.difference, done.reason) == (-50_000, "wrong_change")
    assert "Wrong change was given" in cashier.printer.texts[-1]
    cashier.online()
    assert any(done.number in line for line in booked(shop))


def test_f9_a_shift_that_closes_without_the_network_hands_over_what_waits_and_the_hub_takes_it_later(
    shop: Shop, cashier: Cashier
) -> None:
    cashier.begin("20000")
    cashier.online()
    shop.stop()
    cashier.offline()
    there = 2_000_000 + cashier.sell(1, 2_000_000)
    cashier.count(there)
    said = waiting(cashier.shift.state)
    assert said.icon == "wifi-off" and said.title.startswith("1 record waits")
    assert primary(cashier.shift.state).text == "Close and hand over 1"
    done = cashier.close()
    assert done.waiting == 1 and done.difference == 0
    cashier.shift.finish()

    shop.start()
    cashier.online()
    assert any(done.number in line for line in booked(shop))
