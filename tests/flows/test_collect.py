"""The collect tab without a window: bring, receive, shelve, send back; each scan answers (F45, F52, I-9)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pos.collect.listing import Filter, Step
from pos.collect.state import Phase
from pos.collect.view import Rows, asks_back, facts, person, primary, row, rows, window
from sync.domain.arrivals import ArrivalState
from sync.domain.pickups import ParcelState
from sync.hub import pickups
from sync.local.arrivals import arrival_of
from sync.protocol.pickups import ChannelCancelled
from tests.flows.collecting import ALIA, DANA, HOUR, NINO, SAULE, TIMUR, Floor, Tablet, comes, label
from tests.flows.returning import link
from tests.link.store import now


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    made = Floor(tmp_path / "hub")
    made.day()
    yield made
    made.stop()


@pytest.fixture
def tablet(floor: Floor, tmp_path: Path) -> Iterator[Tablet]:
    made = Tablet(floor, tmp_path)
    yield made
    made.stop()


def said(tablet: Tablet, which: Filter) -> list[str]:
    """The rows of a filter as they are read: shelf, who, how it stands in time."""
    tablet.tab.choose_filter(which)
    return [f"{each.shelf} | {each.who} | {each.timing.words}" for each in rows(tablet.tab.state)]


def test_each_filter_has_its_orders_with_what_presses_most_first(tablet: Tablet) -> None:
    comes(tablet.local, NINO, 4)
    comes(tablet.local, TIMUR, 9)
    tablet.hears()
    assert said(tablet, Filter.BRING) == ["B-02 +1 | Timur K. | waits 9 min", "C-07 | Nino O. | waits 4 min"]
    assert said(tablet, Filter.READY) == ["C-07 | Nino O. | 5 d left", "B-02 +1 | Timur K. | 5 d left"]
    assert said(tablet, Filter.LATE) == ["C-01 | Saule B. | 2 d over", f"— | Order {ALIA} | 7 min late"]
    assert said(tablet, Filter.WAY)[0] == f"— | Order {ALIA} | 7 min late"
    assert said(tablet, Filter.WAY)[1].startswith(f"— | Order {DANA} | 1 h 3")
    assert tablet.tab.state.listing.counts == {Filter.BRING: 2, Filter.READY: 2, Filter.LATE: 2, Filter.WAY: 2}
    lines = [row(tablet.tab.state, each).line for each in tablet.tab.state.read.orders]
    assert any("3 parcels · 20\u202f970\u00a0₸ to pay" in line for line in lines), lines


def test_who_waits_is_counted_on_any_screen_and_is_first_when_the_tab_opens(floor: Floor, tmp_path: Path) -> None:
    tablet = Tablet(floor, tmp_path)
    try:
        tablet.till.tab("sale")
        comes(tablet.local, NINO)
        tablet.till.changed(frozenset({"stock"}))
        assert tablet.tab.state.waiting == 1
        tablet.till.tab("collect")
        tablet.tab.choose_filter(Filter.BRING)
        state = tablet.tab.state
        assert state.chosen is not None and state.chosen.number == NINO and state.step is Step.BRING
    finally:
        tablet.stop()


def test_bring_it_now_calls_the_shopper_to_a_counter_and_then_it_is_handed_out(tablet: Tablet, floor: Floor) -> None:
    floor.put("config", "setting", {"key": "collect_counters", "value": "3"})
    comes(tablet.local, NINO)
    tablet.hears()
    flow = tablet.tab
    flow.choose_filter(Filter.BRING)
    ticket = flow.state.chosen.arrival.ticket  # type: ignore[union-attr]
    assert person(flow.state, flow.state.chosen).title == f"Nino O. waits, ticket {ticket}"  # type: ignore[arg-type]
    flow.choose_counter("2")
    assert primary(flow.state, flow.step).line == "to counter 2"
    flow.go_on()
    arrival = arrival_of(tablet.local, f"web:{NINO}")
    assert arrival is not None and (arrival.state, arrival.counter) == (ArrivalState.BRINGING, "2")
    assert tablet.says == "You bring Nino O. from shelf C-07 to counter 2"
    assert [each.badge for each in rows(flow.state)] == ["being brought"] and flow.state.waiting == 0
    flow.go_on()
    assert tablet.handed == [(f"web:{NINO}",)]
    assert [body["state"] for body in tablet.recorded("arrival_moved")] == ["bringing", "at_counter"]
    tablet.hears()
    assert rows(flow.state)[0].badge == "at counter 2", "the hub says the same"


def test_who_went_away_waits_no_more_and_the_parcels_stay(tablet: Tablet) -> None:
    comes(tablet.local, NINO)
    tablet.hears()
    tablet.tab.choose_filter(Filter.BRING)
    tablet.tab.not_there()
    assert tablet.says == "Nino O. waits no more The parcels stay."
    assert tablet.shown() == [] and tablet.parcel_of("par-11").shelf == "C-07"


def test_an_expected_parcel_is_received_by_its_label_and_lies_on_the_shelf_that_is_scanned(tablet: Tablet) -> None:
    flow = tablet.tab
    flow.choose_filter(Filter.WAY)
    flow.choose(f"web:{DANA}")
    assert flow.step is Step.RECEIVE
    tablet.scan(label("par-51"))
    assert tablet.says == f"Received: a parcel of order {DANA} Put it on a shelf and scan the shelf."
    assert flow.state.phase is Phase.SHELVING and tablet.parcel_of("par-51").state is ParcelState.RECEIVED
    tablet.scan("STS1:D-05")
    assert tablet.says.startswith(f"Order {DANA} is on shelf D-05 Ready. It waits until")
    assert flow.state.phase is Phase.LIST and tablet.parcel_of("par-51").shelf == "D-05"
    assert len(tablet.recorded("parcel_received")) == len(tablet.recorded("parcel_shelved")) == 1
    tablet.scan(label("par-52"))
    assert flow.state.in_hand is not None and flow.state.in_hand.id == "par-52"
    tablet.scan("STS1:D-05")
    assert DANA not in [each.number for each in flow.state.listing.rows], "nothing of it is on the way any more"
    tablet.hears()
    assert tablet.parcel_of("par-52").state is ParcelState.READY


def test_a_parcel_whose_label_no_scanner_reads_is_received_by_hand_and_the_record_says_so(tablet: Tablet) -> None:
    flow = tablet.tab
    flow.choose_filter(Filter.WAY)
    flow.choose(f"web:{DANA}")
    flow.go_on()
    assert tablet.says.startswith(f"Received: a parcel of order {DANA}")
    tablet.scan(label("par-52"))
    assert [body["by_hand"] for body in tablet.recorded("parcel_received")] == [True, False]


def test_a_shelf_is_typed_where_no_label_can_be_read(tablet: Tablet) -> None:
    flow = tablet.tab
    flow.choose_filter(Filter.LATE)
    flow.choose(f"web:{ALIA}")
    assert flow.step is Step.SHELVE
    flow.go_on()
    assert flow.state.phase is Phase.SHELVING and primary(flow.state, flow.step).off
    flow.shelf_typed("полка")
    flow.go_on()
    assert tablet.says == "That is no shelf Type it as it stands there: B-12."
    flow.shelf_typed("a-11 ")
    flow.go_on()
    assert tablet.parcel_of("par-21").shelf == "A-11" and flow.state.phase is Phase.LIST


def test_nothing_is_recorded_if_somebody_thinks_better_of_it(tablet: Tablet) -> None:
    tablet.tab.shelve("par-21")
    assert tablet.tab.state.phase is Phase.SHELVING
    tablet.tab.keep()
    assert tablet.says.startswith("The parcel is on no shelf") and tablet.recorded("parcel_shelved") == []


def test_a_parcel_that_lies_elsewhere_now_is_scanned_and_then_its_new_shelf(tablet: Tablet) -> None:
    tablet.scan(label("par-32"))
    assert tablet.says.startswith(f"Order {TIMUR}, shelf D-11")
    tablet.scan("STS1:B-02")
    assert tablet.parcel_of("par-32").shelf == "B-02"


def test_a_shelf_alone_shows_what_lies_there(tablet: Tablet) -> None:
    tablet.scan("STS1:C-07")
    assert tablet.says == "Shelf C-07: 1 order" and tablet.shown() == [NINO]
    tablet.scan("STS1:Z-99")
    assert tablet.says.startswith("Shelf Z-99 Nothing lies there.")


def test_what_nobody_collected_is_on_sale_here_again_or_goes_back_where_it_came_from(
    tablet: Tablet, floor: Floor
) -> None:
    floor.ordered("100-5", source="wh-1")
    floor.parcel("100-5", "par-61", ParcelState.READY, "E-01", expires=-1, source="wh-1")
    tablet.hears()
    flow = tablet.tab
    flow.choose_filter(Filter.LATE)
    flow.choose(f"web:{SAULE}")
    assert flow.step is Step.SEND_BACK and asks_back(flow.state) == []
    flow.go_on()
    assert tablet.says == f"Sent back: a parcel of order {SAULE} Its goods are on sale here again."
    flow.choose("web:100-5")
    assert [key for key, _words in asks_back(flow.state)] == ["here", "back"]
    flow.choose_back(True)
    assert primary(flow.state, flow.step).line == "to wh-1"
    flow.go_on()
    assert [(x["reason"], x["to"]) for x in tablet.recorded("parcel_sent_back")] == [
        ("expired", ""),
        ("expired", "wh-1"),
    ]
    assert flow.state.back is False and tablet.parcel_of("par-61").state is ParcelState.SENT_BACK


def test_f45_a_cancelled_parcel_is_put_back_and_says_so_when_it_is_scanned(tablet: Tablet, floor: Floor) -> None:
    pickups.cancel(floor.engine, "web", f"web:{ALIA}", ChannelCancelled(ALIA, now()), now())
    tablet.hears()
    tablet.scan(label("par-21"))
    assert tablet.says == f"Order {ALIA} was cancelled Send this parcel back."
    assert tablet.tab.step is Step.SEND_BACK
    tablet.tab.go_on()
    assert tablet.recorded("parcel_sent_back")[0]["reason"] == "cancelled"


def test_a_label_that_does_not_belong_here_is_named_and_nothing_is_recorded(tablet: Tablet, floor: Floor) -> None:
    floor.parcel(NINO, "par-71", ParcelState.HANDED_OUT)
    floor.parcel(NINO, "par-72", ParcelState.SENT_BACK)
    floor.ordered("200-9", place="store-2")
    floor.parcel("200-9", "par-73", ParcelState.EXPECTED, place="store-2", source="wh-1")
    tablet.hears()
    answers = {}
    for id in ("par-none", "par-71", "par-72"):
        tablet.scan(label(id))
        answers[id] = tablet.says
    assert answers["par-none"].startswith("Nobody expects this parcel")
    assert f"of order {NINO} was handed out" in answers["par-71"]
    assert f"of order {NINO} was sent back" in answers["par-72"]
    tablet.scan(label("par-73"))
    assert tablet.says == "This parcel is for store-2 Order 200-9. Send it on; nothing was recorded."
    assert tablet.recorded("parcel_received", "parcel_shelved") == []


def test_what_did_not_come_by_its_day_is_missing(tablet: Tablet, floor: Floor) -> None:
    floor.ordered("100-6", source="wh-1", ready_by=now() - HOUR)
    floor.parcel("100-6", "par-81", ParcelState.EXPECTED, source="wh-1")
    tablet.hears()
    flow = tablet.tab
    flow.choose_filter(Filter.LATE)
    flow.choose("web:100-6")
    told = [each.words for each in facts(flow.state, flow.state.chosen)]  # type: ignore[arg-type]
    assert told[0].startswith("1 parcel did not come by") and told[1] == "from wh-1"


def test_an_order_is_found_by_name_number_ticket_shelf_and_label(tablet: Tablet) -> None:
    ticket = comes(tablet.local, NINO).ticket
    tablet.hears()
    tablet.tab.open_search()
    found = {}
    for query in ("tim", "48351", ticket, "c-01", "par-51", "marat", "zzz"):
        tablet.tab.typed(query)
        found[query] = tablet.shown()
    wanted = {"tim": TIMUR, "48351": NINO, ticket: NINO, "c-01": SAULE, "par-51": DANA, "marat": SAULE}
    assert found == {**{query: [number] for query, number in wanted.items()}, "zzz": []}
    tablet.tab.close_search()
    assert tablet.tab.state.query == "" and not tablet.tab.state.finding


def test_a_phone_and_an_address_are_asked_of_the_hub_which_alone_knows_them(tablet: Tablet, floor: Floor) -> None:
    floor.ordered("100-7", phone="+7 701 555 01 09", email="dana@example.com")
    floor.parcel("100-7", "par-91", ParcelState.READY, "F-03")
    floor.ordered("200-7", place="store-2", phone="+7 701 555 01 08")
    tablet.hears()
    flow = tablet.tab
    for text, shown in (("+7 701 555 01 09", ["100-7"]), ("dana@example.com", ["100-7"]), ("87015550108", [])):
        flow.open_search()
        flow.typed(text)
        flow.find()
        tablet.until(lambda: not tablet.says.startswith("Looking"))
        assert tablet.shown() == shown, tablet.says
        flow.close_search()
    assert tablet.says == "Order 200-7 is not here It is collected at store-2."
    floor.stop()
    flow.open_search()
    flow.typed("+7 701 555 01 09")
    flow.find()
    tablet.until(lambda: not tablet.says.startswith("Looking"))
    assert tablet.says.startswith("No answer about")


def test_a_pass_and_an_orders_number_open_the_hand_out(tablet: Tablet, floor: Floor) -> None:
    shown = floor.pass_of(f"web:{NINO}")
    tablet.scan(shown)
    tablet.scan(NINO)
    assert tablet.handed == [(f"web:{NINO}", shown), (f"web:{NINO}",)]
    tablet.scan(DANA)
    assert tablet.says.startswith(f"Order {DANA} is not ready") and len(tablet.handed) == 2
    assert tablet.tab.state.chosen is not None and tablet.tab.state.chosen.number == DANA


def test_f52_every_other_scan_has_its_sentence(tablet: Tablet) -> None:
    from tests.flows.returning import code

    answers = []
    for text in (code(2), "4870000000023", "STF1:K7Q2ZD-4", "STF2:broken", "999-1"):
        tablet.scan(text)
        answers.append(tablet.says)
    starts = (
        "This is an article",
        "The code was misread",
        "This is a receipt",
        "The pass was only half read",
        "Nobody",
    )
    assert all(answer.startswith(start) for answer, start in zip(answers, starts, strict=True)), answers
    assert tablet.handed == [] and tablet.recorded("parcel_received") == []


def test_without_a_hand_out_nothing_is_drawn_that_leads_to_one(tablet: Tablet) -> None:
    tablet.tab.on_hand_out = None
    tablet.tab.choose_filter(Filter.READY)
    assert tablet.tab.step is Step.NOTHING and not primary(tablet.tab.state, tablet.tab.step).text
    tablet.scan(NINO)
    assert tablet.says == f"Order {NINO} is open" and tablet.tab.state.chosen.number == NINO  # type: ignore[union-attr]


def test_what_is_open_stays_open_when_something_arrives(tablet: Tablet) -> None:
    flow = tablet.tab
    flow.choose_filter(Filter.READY)
    flow.choose(f"web:{NINO}")
    comes(tablet.local, TIMUR)
    tablet.hears()
    assert flow.state.filter is Filter.READY and flow.state.order == f"web:{NINO}" and flow.state.waiting == 1
    assert window(flow.state, flow.state.chosen).shelf == "C-07"  # type: ignore[arg-type]


def test_offline_everything_here_goes_on_and_the_hub_hears_of_it_later(floor: Floor, tmp_path: Path) -> None:
    tablet = Tablet(floor, tmp_path, online=False)
    try:
        floor.stop()
        tablet.scan(label("par-51"))
        tablet.scan("STS1:D-05")
        assert tablet.parcel_of("par-51").shelf == "D-05"
        floor.start()
        link(tablet.home, True)
        tablet.hears()
        assert tablet.parcel_of("par-51").state is ParcelState.READY and tablet.recorded("parcel_shelved")
    finally:
        tablet.stop()


def test_rows_are_made_when_they_are_looked_at(tablet: Tablet) -> None:
    tablet.tab.choose_filter(Filter.READY)
    shown = rows(tablet.tab.state)
    assert isinstance(shown, Rows) and len(shown[0:2]) == 2
    many = replace(tablet.tab.state.listing, rows=tablet.tab.state.listing.rows * 5000)
    assert len(Rows(replace(tablet.tab.state, listing=many), "en")) == 10_000


def test_who_signs_out_leaves_nothing_open(tablet: Tablet) -> None:
    tablet.tab.shelve("par-21")
    tablet.till.sign_out()
    assert tablet.tab.state.phase is Phase.LIST and tablet.tab.state.in_hand is None
