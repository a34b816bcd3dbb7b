"""The end of a sale with a drawer that can say how it stands: open, shut, or shut although it was told to open."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.devices.drawer import DRAWER_SHUT
from tests.flows.till import Counter


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path, sensor="high").sign_in()
    made.scan("p-milk")
    made.till.sale.pay()
    made.till.payment.quick(100000)
    yield made
    made.stop()


def test_a_drawer_is_seen_open_at_the_end_of_a_sale_and_seen_shut(counter: Counter) -> None:
    done = counter.till.done
    counter.till.payment.cash_received()
    counter.until(lambda: done.state.drawer_open, "the open drawer")
    assert done.state.drawer_fault is None
    counter.printer.press("shut")
    counter.until(lambda: done.state.drawer_open is False, "the drawer shut by hand")


def test_a_drawer_that_stayed_shut_is_named_and_the_key_opens_it(counter: Counter) -> None:
    done = counter.till.done
    counter.printer.faults.drawer_stuck = True
    counter.till.payment.cash_received()
    counter.until(lambda: done.state.drawer_fault == DRAWER_SHUT, "the fault")
    assert counter.said == "The drawer stayed shut Open it by its key. The sale is kept."
    assert len(counter.operations("sale")) == 1
    counter.printer.faults.drawer_stuck = False
    counter.terminal.devices.drawer.kick("by its key")  # type: ignore[union-attr]
    counter.until(lambda: done.state.drawer_open, "the open drawer")
    assert done.state.drawer_fault is None
