"""The figures of a store's day are what a person would count: in worlds made by hand, and in many made by chance."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from sync.actions.arrive import arrive
from sync.actions.move_arrival import move_arrival
from sync.actions.refuse_line import refuse_line
from sync.actions.send_back_parcel import send_back_parcel
from sync.actions.shifts import open_shift
from sync.domain.arrivals import ArrivalState, moved_to
from sync.domain.collect_day import Waits, day_at
from sync.domain.orders import Purchase
from sync.domain.pickups import Custody, LineRefusedFor, Parcel, ParcelLine, ParcelState, SentBackFor, handed
from sync.local import Local
from sync.local.collect_day import Known, collect_day, shelf_places
from sync.local.pickups import parcels_here
from sync.local.replica import Replica
from tests.local import arriving
from tests.local.arriving import came
from tests.local.bought import allow, know
from tests.local.collecting import given, packed, pick_up, told
from tests.local.fixture import INCARNATION, NOW, OWN
from tests.local.tills import CASHIER

HOUR, MINUTE = 3_600_000, 60_000
ALMATY = ZoneInfo("Asia/Almaty")
"""There it is 13:53 on 9 October."""
DAY = day_at(NOW, ALMATY)


def parcel(id: str, state: ParcelState, shelf: str = "", at: int = NOW, **more: object) -> Parcel:
    """A parcel of an order of its own, as the hub tells it; `at`: when it changed hands last."""
    line = ParcelLine("1", "p-tea", "100007", "Black tea", 1000)
    known = {"expires": NOW + HOUR if shelf else None, "last": Custody(state, "till-9", OWN, "s-9", at)} | more
    order = str(known.pop("order", f"web:{id}"))
    here = state not in (ParcelState.EXPECTED, ParcelState.HANDED_OUT, ParcelState.SENT_BACK)
    made = Parcel(id, order, order.partition(":")[2], OWN, OWN, state, 1, (line,), shelf=shelf, here=here)
    return replace(made, **known)  # type: ignore[arg-type]


def to_be_picked(home: Path, *orders: Purchase) -> None:
    """The hub tells that all of these is to be picked in this store."""
    know(home, *orders)
    replica = Replica(home)
    with replica.write() as db:
        for order in orders:
            for line in order.lines:
                row = (order.id, line.id, OWN, OWN, line.product, line.quantity)
                db.execute("INSERT OR REPLACE INTO pick VALUES (?, ?, ?, ?, ?, ?, 1)", row)
    replica.close()


def test_on_an_empty_day_everything_is_nought_and_nothing_is_averaged(local: Local) -> None:
    found = collect_day(local, NOW, ALMATY)
    assert (found.open, found.lying, found.here, found.waits) == ((), (), (), Waits())
    assert (found.expired, found.cancelled, found.hand_outs, found.handed, found.on_shelves) == (0, 0, 0, 0, 0)
    assert [sum(hours) for hours in (found.orders, found.came, found.given)] == [0, 0, 0]


def test_what_lies_on_shelves_is_counted_by_shelf_with_what_has_to_go_back(local: Local, home: Path) -> None:
    ready, gone = ParcelState.READY, ParcelState.CANCELLED
    shelves = ("B-2", "B-12", "B-12", "B-2", "A-1")
    waits = [parcel(f"par-{n}", ready, shelf) for n, shelf in enumerate(shelves)]
    over = [parcel("par-x", ready, "B-12", expires=NOW - 1), parcel("par-y", gone, "C-1"), parcel("par-z", gone)]
    edge = parcel("par-e", ready, "A-1", expires=NOW)
    elsewhere = replace(parcel("par-f", ready, "B-2"), location="store-near")
    told(home, *waits, *over, edge)
    told(home, elsewhere, place="store-near")
    found = collect_day(local, NOW, ALMATY)
    assert found.lying == (("B-12", 3), ("A-1", 2), ("B-2", 2), ("C-1", 1)), "the fullest first, then as people count"
    assert (found.on_shelves, found.expired, found.cancelled) == (8, 1, 1), "one that was cancelled lies on no shelf"


def test_what_this_till_did_is_counted_once_and_at_once(local: Local, home: Path) -> None:
    """The hub tells the shelf where it lay; from there it went to another one, and two were given."""
    order = pick_up()
    know(home, order)
    made = [packed(local, order, "par-1", n1=1000), packed(local, order, "par-2", n1=1000)]
    told(home, *(replace(it, shelf="Z-9") for it in made), parcel("par-3", ParcelState.READY, "B-4", expires=NOW - 1))
    before = collect_day(local, NOW, ALMATY)
    assert (before.lying, before.expired) == ((("B-4", 3),), 1)
    given(local, order, "par-1", "par-2", now=NOW + 5)
    send_back_parcel(local, "par-3", SentBackFor.EXPIRED, actor=CASHIER, now=NOW + 6)
    after = collect_day(local, NOW + 7, ALMATY)
    assert (after.lying, after.expired, after.hand_outs, after.handed) == ((), 0, 1, 2)
    assert after.given[13] == 1 and sum(after.given) == 1
    by = [Custody(ParcelState.HANDED_OUT, local.me.terminal, OWN, CASHIER.id, NOW + 5)] * 2
    told(home, *(handed(it, by[0]) for it in made), journal=INCARNATION, included=99)
    assert collect_day(local, NOW + 7, ALMATY).handed == 2, "the hub tells of the same"


def test_hand_outs_are_counted_from_midnight_to_midnight_of_the_store(local: Local, home: Path) -> None:
    out = ParcelState.HANDED_OUT
    times = {"a": DAY.start - 1, "b": DAY.start, "c": DAY.end - 1, "d": DAY.end}
    rows = [parcel(f"par-{id}", out, at=at) for id, at in times.items()]
    two = [parcel(f"par-{n}", out, at=NOW, order="web:one") for n in (1, 2)]
    other = [parcel("par-3", out, at=NOW, last=Custody(out, "till-9", "store-near", "s-9", NOW))]
    told(home, *rows, *two, *other)
    found = collect_day(local, NOW, ALMATY)
    assert (found.hand_outs, found.handed) == (3, 4), "two parcels of one hand-out; what another store gave is its own"
    assert (found.given[0], found.given[13], found.given[23]) == (1, 1, 1)


def test_orders_are_late_by_what_they_were_promised_and_say_where_they_are(local: Local, home: Path) -> None:
    picks = [pick_up("100-1", ready_by=NOW - 3 * HOUR, collector="Nino O."), pick_up("100-2", ready_by=NOW + HOUR)]
    to_be_picked(home, *picks, pick_up("100-3"))
    know(home, pick_up("100-4", ready_by=NOW - MINUTE), pick_up("100-5", ready_by=NOW - 9 * HOUR))
    comes = parcel("par-4", ParcelState.EXPECTED, order="web:100-4")
    lies = parcel("par-5", ParcelState.READY, "B-4", order="web:100-5")
    told(home, comes, lies, parcel("par-6", ParcelState.RECEIVED), parcel("par-7", ParcelState.EXPECTED, missing=NOW))
    found = collect_day(local, NOW, ALMATY)
    assert [each.number for each in found.to_pick] == ["100-1", "100-2", "100-3"], "what was promised nothing is last"
    assert [(x.number, x.late(NOW), x.to_pick, x.coming) for x in found.late(NOW)] == [
        ("100-1", 3 * HOUR, True, False),
        ("100-4", MINUTE, False, True),
    ]
    assert found.open[0].collector == "Nino O." and "par-6" in [x.number for x in found.open]
    assert [x.number for x in found.open if x.missing] == ["par-7"]


def test_what_was_packed_or_refused_here_is_not_to_be_picked_any_more(local: Local, home: Path) -> None:
    order = pick_up()
    to_be_picked(home, order)
    assert len(collect_day(local, NOW, ALMATY).to_pick) == 1
    packed(local, order, "par-1", n1=3000)
    assert len(collect_day(local, NOW, ALMATY).to_pick) == 1, "the tea is left"
    refuse_line(local, order, "2", LineRefusedFor.NOT_FOUND, actor=CASHIER, now=NOW)
    assert collect_day(local, NOW, ALMATY).to_pick == ()


def test_orders_that_came_today_are_those_to_be_collected_here_even_if_they_ended_since(
    local: Local, home: Path
) -> None:
    def lines(order: Purchase, **more: object) -> Purchase:
        return replace(order, lines=tuple(replace(x, **more) for x in order.lines))  # type: ignore[arg-type]

    know(
        home,
        pick_up("100-1", at=NOW),
        pick_up("100-2", at=DAY.start - 1),
        pick_up("100-3", place="store-near", at=NOW),
        lines(pick_up("100-4", at=DAY.start), pickup_at="", refused=(OWN,)),
        lines(pick_up("100-5", at=NOW), cancelled=1000),
        lines(pick_up("100-6", at=NOW), fulfilment="ship"),
    )
    found = collect_day(local, NOW, ALMATY)
    assert (sum(found.orders), found.orders[0], found.orders[13]) == (3, 1, 2)
    known: dict[str, Known | None] = {}
    assert collect_day(local, NOW, ALMATY, known) == collect_day(local, NOW, ALMATY, known) == found
    assert known["web:100-3"] is None, "one of another store is not read again either"


def test_shoppers_who_are_here_came_and_waited(local: Local, home: Path) -> None:
    done = moved_to(came("K03", "web:3", at=NOW - HOUR), ArrivalState.DONE, at=NOW - HOUR + 6 * MINUTE)
    arriving.told(home, came("K01", "web:1", at=NOW - 2 * MINUTE), done, came("K04", "web:4", at=DAY.start - HOUR))
    mine = arrive(local, "web:5", "5", language="en", now=NOW - MINUTE)
    found = collect_day(local, NOW, ALMATY)
    assert [each.ticket for each in found.here] == ["K04", "K01", mine.ticket], "somebody waits since yesterday"
    assert found.waits == Waits(3, 1, 0, 6 * MINUTE, 6 * MINUTE)
    assert (found.came[12], found.came[13]) == (1, 2)
    move_arrival(local, mine.id, ArrivalState.LEFT, actor=CASHIER, now=NOW)
    assert collect_day(local, NOW, ALMATY).waits.left == 1


def test_a_clock_that_jumps_shows_another_day_and_comes_back_to_the_same_figures(local: Local, home: Path) -> None:
    """F41: nothing is counted up; every figure is read from what is recorded."""
    order = pick_up()
    know(home, order)
    packed(local, order)
    given(local, order, now=NOW)
    before = collect_day(local, NOW, ALMATY)
    tomorrow = collect_day(local, NOW + 24 * HOUR, ALMATY)
    assert (before.hand_outs, tomorrow.hand_outs, tomorrow.day.start) == (1, 0, before.day.end)
    assert collect_day(local, NOW - 1, ALMATY) == before == collect_day(local, NOW, ALMATY)


def test_a_shift_that_is_open_past_midnight_does_not_hold_the_stores_day_back(local: Local, home: Path) -> None:
    late = DAY.end - HOUR
    open_shift(local, "shift-1", 0, CASHIER, late)
    order = pick_up()
    know(home, order)
    packed(local, order)
    given(local, order, now=DAY.end + MINUTE)
    found = collect_day(local, DAY.end + 2 * MINUTE, ALMATY)
    assert (found.day.start, found.hand_outs, found.given[0]) == (DAY.end, 1, 1)


@pytest.mark.parametrize(("value", "places"), [(20, 20), ("12", 12), (0, 0), (-1, 0), ("x", 0), (1000, 0)])
def test_how_many_a_shelf_holds_is_a_setting(local: Local, home: Path, value: object, places: int) -> None:
    assert shelf_places(local) == 0
    allow(home, shelf_places=value)
    assert shelf_places(local) == places


@pytest.mark.parametrize("seed", range(6))
def test_in_any_world_the_figures_are_those_of_a_person_who_walks_along_the_shelves(
    local: Local, home: Path, seed: int
) -> None:
    """Counted once by the index, and once by looking at each parcel; with own steps over what the hub told."""
    random = Random(seed)
    states, shelves = list(ParcelState), ("", "A-1", "A-2", "B-10", "B-9")
    rows = []
    for n in range(80):
        state = random.choice(states)
        shelf = random.choice(shelves) if state in (ParcelState.READY, ParcelState.CANCELLED) else ""
        at = random.choice((DAY.start - 1, DAY.start, NOW, NOW - HOUR, DAY.end))
        expires = random.choice((None, NOW - 1, NOW, NOW + 1))
        rows.append(parcel(f"par-{n}", state, shelf, at, expires=expires, order=f"web:{n // 2}"))
    told(home, *rows)
    for n, it in enumerate(random.sample(rows, 30)):
        if it.state is ParcelState.READY and random.random() < 0.5:
            given(local, pick_up(it.number, id=it.order), it.id, now=NOW + n) if (it.expires or NOW) > NOW + n else None
        elif it.here:
            send_back_parcel(local, it.id, SentBackFor.EXPIRED, actor=CASHIER, now=NOW + n)
    found = collect_day(local, NOW, ALMATY)
    lies = parcels_here(local, ParcelState.READY, ParcelState.CANCELLED)
    assert dict(found.lying) == dict(Counter(it.shelf for it in lies if it.shelf))
    ready = [it for it in lies if it.state is ParcelState.READY and it.shelf]
    assert found.expired == sum(it.expires is not None and it.expires < NOW for it in ready)
    assert found.cancelled == sum(it.state is ParcelState.CANCELLED and bool(it.shelf) for it in lies)
    out = [it.last for it in parcels_here(local, ParcelState.HANDED_OUT) if it.last and DAY.has(it.last.at)]
    assert found.handed == len(out) and sum(found.given) == found.hand_outs
    hours = Counter(datetime.fromtimestamp(each.at // 1000, UTC).astimezone(ALMATY).hour for each in out)
    assert {hour for hour, n in enumerate(found.given) if n} == set(hours)
