"""The collect tab in a real window over a real hub: touches, scanner keys, and nothing cut in four languages."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pos.collect import words
from pos.collect.listing import Filter
from pos.collect.state import Phase
from sync.domain.arrivals import ArrivalState
from sync.domain.pickups import ParcelState, StepRefusal, StepRefused
from sync.local.arrivals import arrivals_here
from sync.local.pickups import parcel_by_id
from tests.flows.attention import collisions, heard
from tests.flows.collecting import ALIA, DANA, NINO, Floor, comes, label
from tests.flows.returning import link
from tests.screens.stage import Stage
from tests.screens.test_returns import Desk
from tests.screens.test_tablet import small
from tests.screens.test_till import cut, look, suns

SHADES = [("en", False), ("ru", True), ("kk", False), ("ka", True)]


class FloorDesk(Desk):
    """A tablet, or a till, at the tab Collect on the day of the pictures."""

    kind = "tablet"

    def __init__(self, ui: Stage, window: Any, folder: Path) -> None:
        super().__init__(ui, window, folder)
        self.shop.stop()
        self.shop = self.floor = Floor(folder / "floor")

    def open(self, *, online: bool = True, day: bool = True) -> None:
        self.ui.device(self.kind)
        if day:
            self.floor.day()
        super().open(online=online)
        if day:
            for number, minutes in ((NINO, 2), ("100-48203", 7)):
                self.terminal.run(lambda local, number=number, minutes=minutes: comes(local, number, minutes))
        self.till.tab("collect")
        self.settled()

    @property
    def tab(self) -> Any:
        return self.till.collect

    def settled(self) -> None:
        """Wait until the list was read once more, whatever is under way."""
        read: list[bool] = []
        self.terminal.run(lambda _local: True, read.append)
        self.ui.until(lambda: read and self.tab.state.ready and not self.tab.state.working, what="the list")
        self.ui.step(3)

    def filter(self, which: Filter) -> None:
        self.tab.choose_filter(which)
        self.ui.step(3)

    def known(self, read: Any) -> Any:
        """What the local files say."""
        found: list[Any] = []
        self.terminal.run(read, found.append)
        self.ui.until(lambda: found, what="the files")
        return found[0]


@pytest.fixture
def desk(ui: Stage, window: Any, tmp_path: Path) -> Iterator[FloorDesk]:
    made = FloorDesk(ui, window, tmp_path)
    yield made
    made.stop()


def test_a_shopper_who_waits_is_brought_her_parcels_by_touches(desk: FloorDesk) -> None:
    ui = desk.ui
    desk.open()
    assert ui.sees("To bring") and ui.sees("Nino O.") and ui.sees("waits 7 min")
    ui.tap("Nino O.")
    ui.step(2)
    assert ui.sees("Next, from shelf") and suns(ui) == 1
    ui.tap("Bring it now")
    ui.until(lambda: ui.sees("You bring Nino O."), what="the step")
    desk.settled()
    assert ui.sees("being brought")
    [first] = [x for x in desk.known(arrivals_here) if x.number == NINO]
    assert first.state is ArrivalState.BRINGING
    ui.tap("Hand out")
    ui.until(lambda: desk.till.place == "hand_out", what="the hand-out")
    desk.till.tab("collect")
    desk.settled()
    assert ui.sees("at the counter")


def test_a_parcel_comes_by_the_scanners_keys_and_its_shelf_by_the_keys_of_a_person(desk: FloorDesk) -> None:
    ui = desk.ui
    desk.open()
    ui.tap("On the way")
    ui.keys(label("par-51") + "\n")
    ui.until(lambda: desk.tab.state.phase is Phase.SHELVING, what="the parcel")
    desk.settled()
    assert ui.sees(f"Received: a parcel of order {DANA}") and ui.sees("Where does it lie?") and suns(ui) == 0
    ui.tap("D")
    ui.tap("-")
    ui.keys("05")
    ui.until(lambda: desk.tab.state.shelf == "D-05", what="the position")
    ui.step(2)
    assert suns(ui) == 1
    ui.tap("Put on a shelf")
    ui.until(lambda: ui.sees(f"Order {DANA} is on shelf D-05"), what="the shelf")
    found = desk.known(lambda local: parcel_by_id(local, "par-51"))
    assert found.shelf == "D-05" and found.state is ParcelState.READY
    ui.keys(label("par-52") + "\n")
    ui.until(lambda: desk.tab.state.phase is Phase.SHELVING, what="the other parcel")
    ui.step(2)
    ui.keys("STS1:D-06\n")
    ui.until(lambda: ui.sees(f"Order {DANA} is on shelf D-06"), what="the other shelf")
    assert desk.tab.state.phase is Phase.LIST


def test_typed_letters_look_for_a_name_and_a_scan_leaves_no_letters_there(desk: FloorDesk) -> None:
    ui = desk.ui
    desk.open()
    ui.keys("sau")
    ui.until(lambda: desk.tab.state.query == "sau", what="the search")
    ui.step(2)
    assert [each.collector for each in desk.tab.state.listing.rows] == ["Saule B."] and ui.sees("Send back")
    ui.keys(label("par-11") + "\n")
    ui.until(lambda: ui.sees(f"Order {NINO}, shelf C-07"), what="the parcel")
    desk.settled()
    assert not desk.tab.state.finding and ui.sees("Ready")
    ui.tap("Find")
    ui.step(3)
    ui.tap("n")
    ui.tap("i")
    ui.until(lambda: desk.tab.state.query == "ni", what="what was typed")
    assert ui.sees("Nino O.")
    ui.tap("Back to the list")
    ui.step(2)
    assert ui.sees("To bring") and desk.tab.state.query == ""


def test_who_comes_meanwhile_is_counted_at_the_tab_and_moves_nothing(desk: FloorDesk) -> None:
    ui = desk.ui
    desk.open(day=False)
    assert ui.sees("Nobody waits") and suns(ui) == 0
    desk.till.tab("sale")
    desk.floor.day()
    heard(desk.terminal.home)
    desk.terminal.run(lambda local: local.refresh())
    desk.terminal.run(lambda local: comes(local, NINO))
    desk.till.changed(frozenset({"stock"}))
    ui.until(lambda: desk.tab.state.waiting == 1, what="the shopper")
    desk.shell.bar_changed()
    ui.step(2)
    assert next(tab for tab in desk.shell.bar.tabs if tab.key == "collect").count >= 1
    assert desk.till.place == "sale"


def seen(desk: FloorDesk, name: str, shades: list[tuple[str, bool]] = SHADES) -> None:
    """Nothing is cut, one thing is yellow at most, everything is for thumbs."""
    for language, dark in shades:
        desk.ui.language(language)
        desk.ui.dark(dark)
        look(desk.ui, f"collect-{name}-{language}{'-dark' if dark else ''}")
    if desk.kind == "tablet":
        assert small(desk.ui) == []
    desk.ui.language("en")
    desk.ui.dark(False)
    desk.ui.step(2)


def shelving(desk: FloorDesk) -> None:
    """A parcel in the hand, and its shelf typed."""
    desk.filter(Filter.WAY)
    desk.tab.choose(f"web:{ALIA}")
    desk.tab.go_on()
    desk.ui.until(lambda: desk.tab.state.phase is Phase.SHELVING, what="the shelf")
    desk.tab.shelf_typed("B-12")


def test_nothing_is_cut_in_any_language(desk: FloorDesk) -> None:
    desk.floor.put("config", "setting", {"key": "collect_counters", "value": "3"})
    desk.open()
    desk.tab.choose(f"web:{NINO}")
    seen(desk, "bring")
    for which in (Filter.READY, Filter.LATE, Filter.WAY):
        desk.filter(which)
        seen(desk, which.value, SHADES[1:])
    shelving(desk)
    seen(desk, "shelf", SHADES[1:])
    desk.tab.keep()
    desk.settled()
    desk.tab.open_search()
    for query, name in (("100", "find"), ("zzz", "none")):
        desk.tab.typed(query)
        seen(desk, name, SHADES[1:])


def test_a_wide_window_gives_its_room_to_the_list(desk: FloorDesk) -> None:
    desk.ui.resize(1920, 1080)
    desk.open()
    seen(desk, "bring-wide", SHADES[1:3])
    shelving(desk)
    seen(desk, "shelf-wide", SHADES[:2])


def every_sentence(desk: FloorDesk) -> list[Any]:
    """What the strip may say, with orders and places as long as they get."""
    read, parcel = desk.tab.state.read, desk.known(lambda local: parcel_by_id(local, "par-11"))
    order = next(each for each in read.orders if each.number == NINO)
    states = ("handed_out", "sent_back", "cancelled")
    ended = [replace(parcel, state=ParcelState(state)) for state in states]
    coming = StepRefused(StepRefusal.NOT_HERE, parcel)
    told = [words.hint, words.nobody_knows, words.an_article, words.a_receipt, words.misread, words.no_position]
    told += [words.wait_first, lambda: words.not_recorded(None), lambda: words.asking("+7 701 555 01 02")]
    told += [lambda: words.needs_network("+7 701 555 01 02"), lambda: words.found(2, "+7 701 555 01 02")]
    told += [lambda: words.not_listed("Nino"), lambda: words.elsewhere(NINO, [], read)]
    told += [lambda it=it: words.as_it_is(it, read) for it in ended] + [lambda: words.refused(coming, read)]
    told += [lambda: words.opened(parcel, 0), lambda: words.opened(parcel, 1 << 50), lambda: words.came(parcel)]
    told += [lambda: words.opened_order(NINO), lambda: words.not_ready(NINO), lambda: words.nothing_left(NINO)]
    told += [lambda: words.on_this_shelf("B-12", 5), lambda: words.on_this_shelf("B-12", 0)]
    told += [lambda: words.bring(order, "C-07", "2"), lambda: words.gone(order), lambda: words.which_shelf(parcel)]
    told += [lambda: words.surplus(0, "UTC"), lambda: words.surplus(1 << 40, "UTC"), lambda: words.unit_came(12, 3)]
    told += [lambda: words.unit_came(0, 12), lambda: words.missing(parcel, read), lambda: words.missing_before(parcel)]
    told += [lambda: words.not_shelved(parcel), lambda: words.not_shelved(None)]
    return [*told, lambda: words.shelved(parcel, "UTC"), lambda: words.sent_back(parcel, "wh-1", read)]


def test_every_sentence_of_the_strip_fits_in_every_language(desk: FloorDesk) -> None:
    desk.open()
    said = every_sentence(desk)
    for language, _dark in SHADES[1:]:
        desk.ui.language(language)
        for say in said:
            desk.tab._say(say)
            desk.ui.step(1)
            assert cut(desk.ui) == [], language


class TillDesk(FloorDesk):
    """The same on a till."""

    kind = "till"


def test_the_tabs_of_a_till_stand_beside_each_other_offline_with_what_needs_a_person(
    ui: Stage, window: Any, tmp_path: Path
) -> None:
    desk = TillDesk(ui, window, tmp_path)
    try:
        desk.open()
        collisions(desk.shop, desk.terminal.home)
        link(desk.terminal.home, False)
        desk.terminal.run(lambda local: local.refresh())
        desk.till.changed(frozenset({"link", "attention"}))
        ui.until(
            lambda: desk.till.sale.state.link.needs_you and not desk.till.sale.state.link.online, what="the matters"
        )
        desk.shell.tick()
        for language, dark in SHADES[1:]:
            ui.language(language)
            ui.dark(dark)
            look(ui, f"collect-till-{language}")
            bar = desk.shell.bar
            assert bar.ids.person.right <= bar.right and bar.ids.tabs.right <= bar.ids.light.x
    finally:
        desk.stop()
