"""The list of what is collected at a store: the replica, what this terminal did since, and who waits."""

from dataclasses import replace
from pathlib import Path

from sync.actions.arrive import arrive
from sync.actions.send_back_parcel import send_back_parcel
from sync.domain.pickups import ParcelState, SentBackFor, cancelled
from sync.local import Local
from sync.local.collecting import Asked, counters, seen_at, to_collect
from sync.local.pickups import parcels_here
from tests.local.bought import allow, know
from tests.local.collecting import packed, pick_up, told
from tests.local.fixture import INCARNATION, NOW
from tests.local.tills import CASHIER


def test_an_order_stands_there_with_its_parcels_who_collects_it_and_who_waits(local: Local, home: Path) -> None:
    know(home, pick_up(collector="Nino O.", proxies=("Timur K.",), ready_by=NOW + 1, language="ka"))
    packed(local, pick_up(), "par-1", n1=3000)
    packed(local, pick_up(), "par-2", shelf="", n2=1000)
    arrival = arrive(local, "web:100-48213", "100-48213", language="ru", now=NOW)
    [found] = to_collect(local)
    assert [(it.id, it.shelf) for it in found.parcels] == [("par-1", "B-4"), ("par-2", "")]
    assert (found.number, found.collector, found.proxies) == ("100-48213", "Nino O.", ("Timur K.",))
    assert (found.ready_by, found.language, found.arrival) == (NOW + 1, "ru", arrival)


def test_who_waits_for_what_is_not_packed_stands_there_too(local: Local) -> None:
    arrive(local, "web:100-9", "100-9", language="kk", now=NOW)
    [found] = to_collect(local)
    assert (found.number, found.parcels, found.language) == ("100-9", (), "kk")


def test_own_steps_count_until_the_replica_includes_them_and_no_longer(local: Local, home: Path) -> None:
    know(home, pick_up())
    it = packed(local, pick_up())
    told(home, it, journal=INCARNATION, included=1)
    assert [(x.state, x.shelf) for x in parcels_here(local, ParcelState.READY)] == [(ParcelState.READY, "B-4")]
    send_back_parcel(local, it.id, SentBackFor.EXPIRED, actor=CASHIER, now=NOW)
    assert to_collect(local) == [] and parcels_here(local, ParcelState.READY) == []
    told(home, it, journal=INCARNATION, included=3)
    assert [x.id for x in parcels_here(local, ParcelState.READY)] == ["par-1"], "the hub has the later word"


def test_what_the_hub_cancelled_meanwhile_is_not_hidden_by_an_own_step(local: Local, home: Path) -> None:
    know(home, pick_up())
    it = packed(local, pick_up())
    told(home, cancelled(it, it.last))  # type: ignore[arg-type]
    assert parcels_here(local, ParcelState.READY) == []
    assert [x.id for x in parcels_here(local, ParcelState.CANCELLED)] == ["par-1"]


def test_a_parcel_of_another_store_is_not_there(local: Local, home: Path) -> None:
    know(home, pick_up())
    it = packed(local, pick_up())
    told(home, replace(it, id="par-far", location="store-near"), place="store-near")
    assert [x.id for found in to_collect(local) for x in found.parcels] == ["par-1"]


def test_how_many_counters_there_are_is_a_setting_and_nonsense_is_one(local: Local, home: Path) -> None:
    assert counters(local) == 1
    for value, wanted in ((3, 3), ("4", 4), (0, 1), (99, 1), ("many", 1)):
        allow(home, collect_counters=value)
        local.refresh()
        assert counters(local) == wanted, value


def test_the_list_says_when_the_hub_last_vouched_for_it(local: Local, home: Path) -> None:
    told(home)
    assert seen_at(local) == NOW


def test_what_was_read_of_orders_before_is_not_read_again(local: Local, home: Path) -> None:
    know(home, pick_up(collector="Nino O."))
    packed(local, pick_up())
    known: dict[str, Asked] = {}
    assert [it.collector for it in to_collect(local, known)] == ["Nino O."]
    know(home, pick_up(collector="Timur K."))
    assert [it.collector for it in to_collect(local, known)] == ["Nino O."]
    assert [it.collector for it in to_collect(local, {})] == ["Timur K."]
