"""The store's day in figures: who may see it, what it says, where it leads; over a real hub, and over days made by
hand."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pos.collect.listing import Filter
from pos.day import panel, view, words
from pos.day.state import DayState, Read, Topic, Way
from sync.actions.hand_out import Said, hand_out
from sync.domain.arrivals import ArrivalState, moved_to
from sync.domain.collect_day import Waits, day_at
from sync.domain.pickups import ParcelState, Verified
from sync.local import Settings, purchases_by_number
from sync.local.collect_day import CollectDay, OpenOrder
from sync.local.pickups import RecordedHandOut
from tests.flows.collecting import MINUTE, label
from tests.flows.managing import DayFloor, Manager, parcel
from tests.flows.returning import link
from tests.link.store import CASHIER, now
from tests.local.arriving import came

NOW = 1_760_000_000_000
"""13:53 in Almaty."""
ALMATY = "Asia/Almaty"
HOUR = 3_600_000


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[DayFloor]:
    made = DayFloor(tmp_path / "hub")
    yield made
    made.stop()


def test_a_manager_sees_the_day_as_it_is_and_is_led_to_where_something_can_be_done(
    floor: DayFloor, tmp_path: Path
) -> None:
    floor.busy()
    desk = Manager(floor, tmp_path)
    try:
        day = desk.sees()
        said = {x.topic: (x.number, x.tone) for x in view.figures(day.state)}
        assert said == {
            Topic.PICK: ("9", ""),
            Topic.LATE: ("2", "alert"),
            Topic.SHELVES: ("59", "alert"),
            Topic.HERE: ("3", "alert"),
            Topic.OUT: ("30", ""),
        }
        assert day.state.topic is Topic.LATE, "what presses most is open first"
        hours = view.hours(day.state)
        assert hours is not None and [total for _name, total, _counts in hours.rows] == ["9", "33", "30"]
        ways = ((Topic.LATE, "picking"), (Topic.PICK, "picking"), (Topic.SHELVES, "collect"), (Topic.HERE, "collect"))
        for topic, place in ways:
            day.choose(topic)
            day.go_on()
            assert desk.till.place == place, topic
            if topic is Topic.SHELVES:
                assert desk.till.collect.state.filter is Filter.LATE, "three of them have to go back"
            desk.sees()
        assert desk.till.collect.state.filter is Filter.BRING
        desk.till.scanned(label("par-C-12-0"))
        desk.until(lambda: "C-12" in str(desk.till.collect.state.happened))
        assert desk.till.place == "collect", "a scan is answered by Collect"
    finally:
        desk.stop()


def test_own_hand_outs_count_at_once_and_those_of_others_when_the_hub_told_of_them(
    floor: DayFloor, tmp_path: Path
) -> None:
    """Offline the page says that what others did since is not in it."""
    floor.ordered("100-1", 1)
    floor.lies(parcel("par-1", ParcelState.READY, "A-1", order="web:100-1"), parcel("par-2", ParcelState.READY, "A-1"))
    desk = Manager(floor, tmp_path)
    try:
        day = desk.sees()
        assert (day.state.read.figures.on_shelves, day.state.read.figures.hand_outs) == (2, 0)
        [order] = purchases_by_number(desk.local, "100-1")
        how = {"actor": CASHIER, "language": "en", "now": now()}
        done = hand_out(desk.local, "h-1", order, ("par-1",), Said(Verified.CODE), **how)  # type: ignore[arg-type]
        assert isinstance(done, RecordedHandOut), done
        link(desk.home, False)
        desk.local.refresh()
        day.changed(frozenset({"stock", "link"}))
        desk.until(lambda: day.state.read.figures.hand_outs == 1)
        assert day.state.read.offline_since and day.state.read.figures.lying == (("A-1", 1),)
        out = ParcelState.HANDED_OUT
        floor.lies(parcel("par-2", out))
        desk.hears()
        desk.until(lambda: day.state.read.figures.hand_outs == 2)
        assert day.state.read.figures.handed == 2, "the hub told of our own too, and it is counted once"
    finally:
        desk.stop()


def test_a_cashier_is_led_nowhere_near_it(floor: DayFloor, tmp_path: Path) -> None:
    desk = Manager(floor, tmp_path, who=("s-1", "1111"))
    try:
        assert not desk.till.collect.sees_day
        desk.till.collect.see_day()
        assert desk.till.place == "collect"
        desk.till.sign_out()
        desk.till.signin.choose("s-2")
        for digit in "2222":
            desk.till.signin.key(digit)
        desk.till.tab("collect")
        assert desk.till.collect.sees_day, "a lead does"
        desk.sees()
        desk.till.tab("sale")
        assert desk.till.place == "sale"
        desk.till.sign_out()
        assert desk.day.state == DayState()
    finally:
        desk.stop()


# --- days made by hand -----------------------------------------------------------------------------------------------


def a_day(topic: Topic = Topic.OUT, seen: int = NOW, **figures: object) -> DayState:
    """A day at 13:53 with these figures and nothing else."""
    hours = dict.fromkeys(("orders", "came", "given"), (0,) * 24)
    known = CollectDay(day_at(NOW, ZoneInfo(ALMATY)), **{**hours, **figures})  # type: ignore[arg-type]
    read = Read(known, seen=seen, settings=Settings(timezone=ALMATY))
    return DayState(ready=True, read=read, topic=topic, now=NOW)


def an_hour(**counts: int) -> tuple[int, ...]:
    """Counts of hours, as `h9=3`."""
    return tuple(counts.get(f"h{hour}", 0) for hour in range(24))


def test_what_the_hub_never_told_is_not_nought_but_unknown() -> None:
    state = a_day(seen=0)
    assert {x.number for x in view.figures(state)} == {"—"} and view.hours(state) is None
    assert view.empty(state)[0] == "The order system has told nothing yet"
    assert state.way is Way.NOWHERE and panel.panel(state).rows == () == panel.panel(state).big


def test_an_empty_day_says_so_and_leads_nowhere() -> None:
    for topic in Topic:
        state = a_day(topic)
        said = panel.panel(state)
        assert {x.number for x in view.figures(state)} == {"0"} and said.rows == () and said.empty, topic
        assert view.primary(state) == ("", "") and view.hours(state) is None
    assert view.empty(a_day())[0] == "A quiet day so far"


@pytest.mark.parametrize(
    ("opens", "closes", "counts", "first", "last"),
    [
        ("09:00", "21:00", an_hour(h10=1), 9, 20),
        ("09:00", "21:30", an_hour(h10=1), 9, 21),
        ("10:00", "20:00", an_hour(h7=1, h22=2), 7, 22),
        ("", "", an_hour(h13=1), 9, 20),
        ("22:00", "06:00", an_hour(h13=1), 9, 20),
        ("12:00", "14:00", an_hour(h12=1), 12, 19),
        ("00:00", "24:00", an_hour(h0=1), 0, 23),
    ],
)
def test_the_hours_are_those_of_the_store_and_those_in_which_something_happened(
    opens: str, closes: str, counts: tuple[int, ...], first: int, last: int
) -> None:
    state = a_day(given=counts)
    said = view.hours(replace(state, read=replace(state.read, opens=opens, closes=closes)))
    assert said is not None
    assert (said.labels[0], said.labels[-1]) == (str(first), str(last))
    assert said.labels[said.now] == "13" and said.rows[2][2] == counts[first : last + 1]


def test_all_three_rows_of_hours_are_drawn_by_one_measure() -> None:
    said = view.hours(a_day(orders=an_hour(h9=2), came=an_hour(h9=1), given=an_hour(h10=7)))
    assert said is not None and said.most == 7 and [total for _name, total, _counts in said.rows] == ["2", "1", "7"]


def test_late_orders_say_by_how_much_and_where_they_hang() -> None:
    late = (
        OpenOrder("a", "100-1", "Nino O.", NOW - 80 * MINUTE, True),
        OpenOrder("b", "100-2", "", NOW - 7 * MINUTE, False, True),
        OpenOrder("m", "100-5", "", NOW - 2 * MINUTE, False, True, True),
        OpenOrder("c", "100-3", "", NOW - MINUTE, False),
        OpenOrder("d", "100-4", "", NOW + MINUTE, True),
    )
    said = panel.panel(a_day(Topic.LATE, open=late))
    assert [(x.name, x.line, x.value) for x in said.rows] == [
        ("Nino O.", "100-1 · to be picked here", "1 h 20 min"),
        ("Order 100-2", "on the way", "7 min"),
        ("Order 100-5", "a parcel is missing", "2 min"),
        ("Order 100-3", "on no shelf", "1 min"),
    ]
    assert said.big[0].number == "1 h 20 min"
    assert a_day(Topic.LATE, open=late[1:]).way is Way.LATE and a_day(Topic.LATE, open=late).way is Way.PICKING


def test_a_shelf_is_full_where_somebody_said_how_much_it_holds() -> None:
    state = a_day(Topic.SHELVES, lying=(("B-2", 21), ("A-1", 20), ("C-3", 5)), expired=2, cancelled=1)
    assert [(x.name, x.value, x.share, x.tone) for x in panel.panel(state).rows] == [
        ("B-2", "21", 1000, ""),
        ("A-1", "20", 952, ""),
        ("C-3", "5", 238, ""),
    ]
    holds = panel.panel(replace(state, read=replace(state.read, places=20)))
    assert [(x.value, x.share, x.tone) for x in holds.rows] == [
        ("21 of 20", 1000, "alert"),
        ("20 of 20", 1000, "alert"),
        ("5 of 20", 250, ""),
    ]
    assert [(x.number, x.words) for x in holds.big] == [("3", "shelves"), ("2", "full"), ("3", "to send back")]


def test_who_is_here_is_said_with_the_wait_and_a_clock_that_was_set_back_makes_no_wait_below_zero() -> None:
    """F41"""
    long = moved_to(came("K01", at=NOW - 9 * MINUTE), ArrivalState.BRINGING, "2", "s-1", NOW)
    said = panel.panel(a_day(Topic.HERE, here=(long, came("K02", at=NOW + HOUR))))
    assert [(x.name, x.value, x.tone) for x in said.rows] == [("K01", "9 min", "alert"), ("K02", "< 1 min", "")]
    assert [(x.number, x.words) for x in said.big] == [("9 min", "the longest wait"), ("1", "nobody serves yet")]


def test_what_was_handed_out_says_how_long_people_waited_and_when_there_was_most_to_do() -> None:
    waits = Waits(9, 7, 1, 3 * MINUTE + 59_000, 6 * MINUTE)
    said = panel.panel(a_day(hand_outs=8, handed=11, waits=waits, given=an_hour(h12=5, h13=3)))
    assert [x.number for x in said.big] == ["3 min", "6 min"]
    assert [x.value for x in said.rows] == ["8", "11", "9", "7", "1", "12:00 – 13:00"]
    unknown = panel.panel(a_day(waits=replace(waits, average=None, longest=None)))
    assert unknown.big == (), "nobody's wait can be told, so none is said"


def test_the_figures_say_how_fresh_they_are() -> None:
    assert words.checked(NOW, 0, NOW + 3 * MINUTE, ALMATY) == "Figures checked: 3 min ago"
    said = words.checked(NOW, NOW, NOW + 2 * HOUR, ALMATY)
    assert said == "Figures checked: as of 13:53, without what others did since"
