"""A till whose disk fills up in a return: the shopper is told, no money moves, nothing is recorded twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.returns.state import Phase
from pos.ui.i18n import set_language
from sync.domain.returns import Condition, Reason
from sync.local import Local
from sync.local.proof import prove
from tests.crash.small_disk import SmallDisk
from tests.crash.test_full_till import Filled
from tests.flows.till import CODES
from tests.local.bought import know, order
from tests.local.fixture import OWN, make_terminal


@pytest.fixture
def till(disk: SmallDisk) -> Iterator[Filled]:
    set_language("en")
    home = make_terminal(disk.path, online=False)
    know(home, order(location=OWN))
    made = Filled(Path(), home=home)
    yield made
    made.stop()


def said(till: Filled) -> str:
    happened = till.till.returns.state.happened
    return happened.title if happened else ""


def test_i1_a_return_that_the_full_disk_refuses_pays_nothing_and_is_paid_once_when_there_is_room(
    till: Filled, disk: SmallDisk
) -> None:
    till.until(lambda: till.till.signin.state.ready, "the names")
    till.sign_in()
    till.until(lambda: till.till.sale.state.ready, "the sale")
    till.till.tab("returns")
    flow = till.till.returns
    till.until(lambda: flow.state.ready, "the returns tab")
    flow.find("100-48213")
    till.until(lambda: flow.state.purchase is not None, "the order")
    till.till.scanned(CODES["p-coat"])
    till.until(lambda: flow.state.taken == {"1": 1000}, "the coat")
    flow.reason("1", Reason.FAULTY)
    flow.condition("1", Condition.OPENED)
    disk.fill()
    flow.refund()
    till.until(lambda: said(till) == "This return is not recorded", "the refusal")
    assert (flow.state.phase, flow.state.taken, till.printer.kicks) == (Phase.ORDER, {"1": 1000}, 0)
    disk.empty()
    flow.refund()
    till.until(lambda: flow.state.phase is Phase.DONE, "the return")
    till.until(lambda: till.printer.kicks == 1, "the drawer")
    local = Local.open(till.home)
    assert prove(local) == []
    assert local.raw.execute("SELECT count(*), sum(cash) FROM taken_back").fetchone() == (1, 13_300)
    local.close()
