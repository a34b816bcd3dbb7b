"""What is to be picked, at the terminal: the most urgent first, without what was packed or refused here (I-1, F45)."""

from dataclasses import replace
from pathlib import Path

from sync.actions.refuse_line import refuse_line
from sync.domain.orders import Purchase
from sync.domain.pickups import LineRefusedFor
from sync.local import Local
from sync.local.picking import OrderToPick, to_pick
from sync.local.replica import Replica
from tests.local.bought import know
from tests.local.collecting import packed, pick_up
from tests.local.fixture import INCARNATION, NOW, OWN
from tests.local.tills import CASHIER

HOUR = 3_600_000


def asked(home: Path, *orders: Purchase, journal: str = "", included: int = 0, **left: int) -> None:
    """What the hub tells of orders: the orders, and what is left to be picked of their lines here."""
    know(home, *orders, journal=journal, included=included)
    replica = Replica(home)
    with replica.write() as db:
        db.execute("DELETE FROM pick")
        for bought in orders:
            for line in bought.lines:
                row = (bought.id, line.id, OWN, line.pickup_at, line.product, left.get(f"n{line.id}", line.quantity))
                db.execute("INSERT INTO pick VALUES (?, ?, ?, ?, ?, ?, 1)", row)
        cursor = (f"location:{OWN}", "epoch-1", 1, journal, included, NOW, "")
        db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?, ?, ?, ?)", cursor)
    replica.close()


def left(one: OrderToPick) -> dict[str, int]:
    """Thousandths to pick of each line."""
    return {line.id: line.quantity for line in one.lines}


def test_the_most_urgent_order_is_first_and_one_without_a_promise_last(local: Local, home: Path) -> None:
    late, soon = pick_up("100-1", ready_by=NOW - HOUR), pick_up("100-2", ready_by=NOW + HOUR)
    asked(home, pick_up("100-3"), soon, late, pick_up("100-4", at=NOW - 9 * HOUR * 24))
    assert [one.number for one in to_pick(local)] == ["100-1", "100-2", "100-4", "100-3"]


def test_lines_stand_by_department_and_shelf_with_what_is_known_of_their_goods(local: Local, home: Path) -> None:
    asked(home, pick_up())
    [one] = to_pick(local)
    assert left(one) == {"1": 3000, "2": 1000} and one.to == OWN and one.pieces == 4000
    coat = next(line for line in one.lines if line.product == "p-coat")
    assert coat.names["en"] == "Wool coat" and coat.on_hand == 10_000 and coat.department
    departments = [line.department for line in one.lines]
    assert len(set(departments)) == 2


def test_what_was_packed_or_refused_here_is_not_picked_again_before_the_hub_knows(local: Local, home: Path) -> None:
    asked(home, pick_up())
    packed(local, pick_up(), n1=2000, shelf="")
    assert left(to_pick(local)[0]) == {"1": 1000, "2": 1000}
    assert refuse_line(local, pick_up(), "2", LineRefusedFor.NOT_FOUND, actor=CASHIER, now=NOW)
    assert left(to_pick(local)[0]) == {"1": 1000}
    packed(local, pick_up(), "par-2", n1=1000, shelf="")
    assert to_pick(local) == []


def test_what_the_replica_includes_is_not_taken_off_twice(local: Local, home: Path) -> None:
    asked(home, pick_up())
    packed(local, pick_up(), n1=2000, shelf="")
    asked(home, pick_up(), journal=INCARNATION, included=1, n1=1000)
    assert left(to_pick(local)[0]) == {"1": 1000, "2": 1000}


def test_a_parcel_for_another_store_is_not_picked_again_though_its_row_is_not_followed(
    local: Local, home: Path
) -> None:
    far = pick_up(place="store-near")
    asked(home, far)
    [one] = to_pick(local)
    assert one.to == "store-near"
    packed(local, far, n1=3000, shelf="")
    assert left(to_pick(local)[0]) == {"2": 1000}
    asked(home, far, journal=INCARNATION, included=1, n1=0)
    replica = Replica(home)
    with replica.write() as db:
        db.execute("DELETE FROM pick WHERE line = '1'")
    replica.close()
    assert left(to_pick(local)[0]) == {"2": 1000}


def test_lines_for_two_stores_are_picked_apart(local: Local, home: Path) -> None:
    both = pick_up()
    both = replace(both, lines=(both.lines[0], replace(both.lines[1], pickup_at="store-near")))
    asked(home, both)
    assert sorted((one.to, *left(one)) for one in to_pick(local)) == [(OWN, "1"), ("store-near", "2")]


def test_an_order_that_did_not_come_yet_is_not_shown(local: Local, home: Path) -> None:
    asked(home, pick_up())
    replica = Replica(home)
    with replica.write() as db:
        db.execute("DELETE FROM purchase")
    replica.close()
    assert to_pick(local) == []
