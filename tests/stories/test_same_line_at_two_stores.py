"""One lamp is paid back at two stores that can't hear of each other; a manager settles it, and both see it gone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from pos.attention.view import ways, windows
from pos.returns.plan import primary
from sync.domain.matters import Choice
from sync.hub import database, matters
from sync.hub.tables import ENTITIES
from sync.local import link_status
from sync.protocol.messages import OrderPayment, ReceivedLine
from tests.flows.returning import DAY, Shop
from tests.link.store import now
from tests.stories.at_the_desk import Counter, cases, desk


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    yield made
    made.stop()


def staff_of_both(shop: Shop) -> None:
    """The same people work at both stores."""
    with database.read(shop.engine) as conn:
        people = [dict(row._mapping) for row in conn.execute(select(ENTITIES["staff"]))]
    shop.put("staff:store-2", "staff", *({**person, "location": ""} for person in people))


def needs(till: Counter) -> int:
    """What the light of a till says."""
    till.terminal.pump()
    till.local.refresh()
    return link_status(till.local, now()).needs_you


def test_i8_the_same_line_refunded_at_two_stores_is_settled_by_a_manager_and_is_gone_from_both(
    shop: Shop, tmp_path: Path
) -> None:
    staff_of_both(shop)
    for key in ("return_budget", "return_cap"):
        shop.put("config", "setting", {"key": key, "value": "9000000"})
    lamp = [ReceivedLine("1", "p5", 1000, 1_480_000, now() + 5 * DAY)]
    shop.receive(lines=lamp, paid=[OrderPayment("a", "cash", 1_480_000)])
    here, there = desk(shop, tmp_path), Counter(shop, tmp_path, "till-2", online=False, place="store-2")
    there.online()
    shop.stop()
    for till in (here, there):
        till.offline()
        till.find()
        till.goods(5)
        assert "14 800" in primary(till.flow.state).line.replace("\u202f", " ")
        till.refund()
        assert till.done and till.returns()[0]["basis"] == "budget"

    shop.start()
    for till in (here, there):
        till.online()
    assert cases(shop) == ["refund_right"]
    for till in (here, there):
        till.until(lambda till=till: needs(till) == 1)

    there.till.needs()
    state = there.till.attention.state
    (matter,) = state.read.matters
    assert sorted(side.who for side in windows(state, matter)) == ["till-1, store-1", "till-2"]
    assert [side.what.split(",")[0] for side in windows(state, matter)] == ["Taken back", "Taken back"]
    assert matter.facts.amount == 1_480_000 and [way.choice for way in ways(matter)] == [Choice.CALL, Choice.LOSS]
    there.till.attention.pick(Choice.CALL)
    there.till.attention.settle()
    there.till.attention.approver("s-3")
    for digit in "3333":
        there.till.attention.key(digit)
    assert there.till.attention.state.read.matters == ()

    for till in (here, there):
        till.until(lambda till=till: needs(till) == 0)
    with database.read(shop.engine) as conn:
        word = matters.settlement_of(conn, matter.id)
    assert (word.choice, word.actor, word.by) == ("call", "s-1", "Aliya K., till-2")
    here.stop()
    there.stop()
