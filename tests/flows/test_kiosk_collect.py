"""Collecting at the kiosk: a pass proves itself with no network, a typed number is the hub's, each no has its words."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kiosk.collect.flow import No, Other, Step
from kiosk.collect.words import beside, happened, minutes, refusal, stages
from pos.equipment import equip
from pos.printing import Paper, PaperState
from pos.ui.i18n import set_language
from sync.domain.arrivals import ArrivalRefusal, ArrivalState, moved_to
from sync.domain.passes import DAY_MS
from sync.domain.pickups import Parcel, ParcelLine, ParcelState
from sync.hub import ask_pickup
from sync.local import Local, link_status
from sync.local.arrivals import arrivals_here
from sync.protocol import proxy_passes
from sync.settings import DeviceSettings
from tests.domain.passes import SEED, key_of, pass_of, proxy_pass, text_of
from tests.flows.arriving import ORDER, WAITS, Clerk, Front, Hall, code, order
from tests.flows.kiosk import CODES
from tests.link.store import Store
from tests.local.arriving import MINUTE, came
from tests.local.arriving import told as arrivals_told
from tests.local.bought import order as bought
from tests.local.collecting import pick_up, told
from tests.local.fixture import NOW
from tests.local.fixture import OWN as HERE
from tests.local.test_passes import told as trusts


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Callable[..., Hall]]:
    made: list[Hall] = []

    def open_hall(*parcels: Parcel) -> Hall:
        made.append(Hall(tmp_path, *(parcels or (WAITS,))))
        return made[-1]

    yield open_hall
    set_language("en")
    for one in made:
        one.desk.stop()


def test_i1_a_pass_at_any_screen_gives_a_ticket_with_no_network_and_it_is_recorded(hall) -> None:
    kiosk = hall()
    kiosk.visit.scanned(CODES["milk"])
    assert kiosk.shows() is None
    arrival = kiosk.ticket.arrival
    assert (arrival.ticket[0], arrival.order, arrival.state) == ("K", "web:100-48213", ArrivalState.WAITING)
    assert kiosk.ticket.parcels == 1
    assert arrivals_here(kiosk.local) == [arrival]
    assert link_status(kiosk.local, NOW).waiting == 1


def test_the_same_pass_again_gives_the_same_ticket(hall) -> None:
    kiosk = hall()
    kiosk.shows()
    first = kiosk.ticket.arrival
    kiosk.visit.done()
    assert kiosk.visit.collect.state.ticket is None and kiosk.visit.state.place == "attract"
    kiosk.shows()
    assert kiosk.ticket.arrival == first


def test_no_person_is_on_the_kiosks_disk(hall) -> None:
    kiosk = hall()
    kiosk.shows()
    kiosk.desk.stop()
    for path in kiosk.home.rglob("*"):
        assert not path.is_file() or b"Daniyar" not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("parcel", "why"),
    [
        (replace(WAITS, location="store-near"), ArrivalRefusal.WRONG_STORE),
        (replace(WAITS, state=ParcelState.HANDED_OUT), ArrivalRefusal.ALREADY_TAKEN),
        (replace(WAITS, state=ParcelState.CANCELLED), ArrivalRefusal.CANCELLED),
        (replace(WAITS, expires=NOW - 1), ArrivalRefusal.EXPIRED),
        (replace(WAITS, state=ParcelState.EXPECTED), ArrivalRefusal.NOT_READY),
        (replace(WAITS, due=50_000), ArrivalRefusal.UNPAID),
    ],
    ids=lambda x: x.value if isinstance(x, ArrivalRefusal) else "",
)
def test_each_reason_has_its_own_words_and_takes_no_ticket(hall, parcel: Parcel, why: ArrivalRefusal) -> None:
    kiosk = hall(parcel if why is not ArrivalRefusal.ALREADY_TAKEN else replace(parcel, lines=tuple(_all_of_it())))
    if why is ArrivalRefusal.CANCELLED:
        told(kiosk.home, replace(parcel, lines=tuple(_all_of_it())))
    no = kiosk.shows()
    assert no is not None and no.why is why
    assert arrivals_here(kiosk.local) == []


def _all_of_it() -> list[ParcelLine]:
    return [ParcelLine(x.id, x.product, x.sku, x.name, x.quantity) for x in pick_up().lines]


def test_every_reason_is_a_sentence_of_its_own_and_the_store_and_the_sum_are_named() -> None:
    reasons = [*ArrivalRefusal, *Other]
    said = {refusal(No(why, "100-1"))[0] for why in reasons}
    assert len(said) == len(reasons)
    assert refusal(No(ArrivalRefusal.WRONG_STORE, places={"en": "Near"}))[1] == "It is in Near."
    assert "500" in refusal(No(ArrivalRefusal.UNPAID, due=50_000, currency="KZT"))[1]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (lambda: code()[:-9], Other.NOT_A_PASS),
        (lambda: code(expires=NOW - 2 * DAY_MS, issued=NOW - 40 * DAY_MS), Other.OLD_PASS),
        (lambda: text_of(pass_of(bought("100-7"))), Other.AT_TILL),
        (lambda: "STF1:T1-17", Other.NOT_AN_ORDER),
        (lambda: "x" * 400, Other.NOT_AN_ORDER),
    ],
)
def test_a_code_that_proves_no_order_is_answered_for_what_it_is(hall, text: Callable[[], str], why: Other) -> None:
    kiosk = hall()
    kiosk.visit.collect_order()
    no = kiosk.shows(text())
    assert no is not None and no.why is why
    kiosk.visit.collect.again()
    assert kiosk.visit.collect.state.step is Step.ASK


def proxys(**more: Any) -> str:
    """The code in the message to who collects it for her."""
    return proxy_passes.write(proxy_pass(order="web:100-48213", number="100-48213", place=HERE, **more), SEED)


def test_a_proxys_pass_gives_a_ticket_with_no_network_the_same_as_the_shoppers_and_nobodys_name_stays(hall) -> None:
    kiosk = hall()
    assert kiosk.shows(proxys()) is None
    arrival = kiosk.ticket.arrival
    assert (arrival.order, arrival.state, kiosk.ticket.parcels) == ("web:100-48213", ArrivalState.WAITING, 1)
    kiosk.visit.done()
    kiosk.shows()
    assert kiosk.ticket.arrival == arrival, "she came too"
    kiosk.desk.stop()
    for path in kiosk.home.rglob("*"):
        assert not path.is_file() or b"Saule" not in path.read_bytes(), path


def test_a_proxys_pass_that_holds_no_more_and_one_of_another_store_are_answered_for_what_they_are(hall) -> None:
    kiosk = hall(replace(WAITS, order="web:another"))
    shown = {
        proxys(): ArrivalRefusal.NOT_READY,
        proxys(serial="1122334455667788", issued=NOW, expires=NOW + DAY_MS): ArrivalRefusal.NOT_READY,
        proxys(expires=NOW - DAY_MS, issued=NOW - 2 * DAY_MS): Other.OLD_PASS,
        proxys()[:-9]: Other.NOT_A_PASS,
    }
    for text, why in shown.items():
        no = kiosk.shows(text)
        assert no is not None and no.why is why
    trusts(kiosk.home, key_of(), revoked={proxy_pass().serial: proxy_pass().expires})
    no = kiosk.shows(proxys())
    assert no is not None and no.why is Other.WITHDRAWN and refusal(no)[0] == "This code holds no more"
    assert arrivals_here(kiosk.local) == []


def test_the_ticket_follows_its_row_live(hall) -> None:
    kiosk = hall()
    kiosk.shows()
    arrival = kiosk.ticket.arrival
    assert [x.state for x in stages(kiosk.ticket)] == ["done", "next", "next"]
    taken = moved_to(arrival, ArrivalState.BRINGING, by="s-1", at=NOW + MINUTE)
    arrivals_told(kiosk.home, taken)
    kiosk.visit.changed({"stock"})
    assert [x.state for x in stages(kiosk.ticket)] == ["done", "now", "next"]
    there = moved_to(taken, ArrivalState.AT_COUNTER, "3", "s-1", NOW + 2 * MINUTE)
    arrivals_told(kiosk.home, there)
    kiosk.visit.changed({"stock"})
    assert [(x.title, x.state) for x in stages(kiosk.ticket)][2] == ("Come to counter 3", "now")
    arrivals_told(kiosk.home, moved_to(there, ArrivalState.DONE, at=NOW + 3 * MINUTE))
    kiosk.visit.changed({"stock"})
    assert {x.state for x in stages(kiosk.ticket)} == {"done"} and beside(kiosk.ticket) == "This number is done."
    assert kiosk.ticket.parcels == 1


def test_a_wait_is_said_of_those_before_her_and_no_longer_than_it_holds(hall) -> None:
    kiosk = hall()
    before = [came(f"K9{n}", f"web:{n}", at=NOW - 5 * MINUTE, called_at=NOW - MINUTE) for n in range(3)]
    kiosk.shows()
    assert minutes(kiosk.ticket, NOW) == "", "nobody was called here of late"
    arrivals_told(kiosk.home, *(replace(x, state=ArrivalState.DONE) for x in before))
    kiosk.visit.changed({"stock"})
    assert minutes(kiosk.ticket, NOW) == "4 min"
    assert minutes(kiosk.ticket, NOW + 3 * MINUTE + 1) == "1 min"
    assert minutes(kiosk.ticket, NOW + 4 * MINUTE) == ""


def test_an_abandoned_ticket_is_forgotten_and_still_counts_f55(hall) -> None:
    kiosk = hall()
    kiosk.shows()
    kiosk.wait(60)
    assert kiosk.visit.state.warning == 20_000
    kiosk.wait(20)
    assert kiosk.visit.state.place == "attract"
    assert kiosk.visit.collect.state.ticket is None and kiosk.visit.collect.state.typed == ""
    assert len(arrivals_here(kiosk.local)) == 1


def until(true: Callable[[], bool], pump: Callable[[], None]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it did not come in time"
        pump()
        time.sleep(0.01)


def test_a_number_that_is_typed_without_a_network_is_refused_in_words(hall) -> None:
    kiosk = hall()
    kiosk.visit.collect_order()
    kiosk.visit.collect.type("100-48213")
    kiosk.visit.collect.look_up()
    assert kiosk.visit.collect.state.step is Step.LOOKING
    until(lambda: kiosk.visit.collect.state.step is not Step.LOOKING, kiosk.desk.pump)
    no = kiosk.visit.collect.state.no
    assert no is not None and no.why is Other.OFFLINE
    assert refusal(no)[1] == "Scan the code from your message, or ask at the counter."
    kiosk.visit.collect.again()
    assert kiosk.visit.collect.state.typed == "100-48213", "it is there to be mended"


def test_a_ticket_is_put_on_paper_where_there_is_a_printer_and_counts_without_it(hall) -> None:
    kiosk = hall()
    asked = []

    def prints(arrival) -> Paper:
        asked.append(arrival.ticket)
        return Paper(arrival.id)

    kiosk.visit.collect.prints = prints
    kiosk.shows()
    assert asked == [kiosk.ticket.arrival.ticket] and kiosk.ticket.paper is PaperState.PRINTING
    kiosk.visit.collect.papered(Paper(kiosk.ticket.arrival.id, state=PaperState.FAILED))
    said = happened(kiosk.visit.collect.state)
    assert said is not None and (said.kind, said.title) == ("fault", "Remember this number")
    kiosk.visit.collect.papered(Paper("another", state=PaperState.PRINTED))
    assert kiosk.ticket.paper is PaperState.FAILED


def test_a_kiosk_has_a_printer_and_no_drawer() -> None:
    from kiosk.app import papers

    devices = equip(papers(DeviceSettings("127.0.0.1:9100", 42, True, "127.0.0.1:9101")))
    assert papers(DeviceSettings("127.0.0.1:9100", 42, True, "x")) == DeviceSettings("127.0.0.1:9100", 42, False, "")
    assert callable(devices)


# --- with the hub ----------------------------------------------------------------------------------------------------


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    store = Store(tmp_path / "hub")
    made = Front(store, tmp_path)
    yield made
    made.stop()
    store.stop()


def test_a_typed_number_is_the_hubs_to_judge_from_not_ready_to_its_ticket(front: Front, tmp_path: Path) -> None:
    assert front.types(ORDER).no == No(ArrivalRefusal.UNKNOWN, ORDER)
    order(front.store)
    no = front.types(ORDER.lower()).no
    assert no is not None and no.why is ArrivalRefusal.NOT_READY
    Clerk(front.store, tmp_path).readies()
    state = front.types("10048213")
    assert state.step is Step.TICKET and state.ticket is not None
    assert (state.ticket.arrival.order, state.ticket.parcels, state.ticket.arrival.ticket) == (f"web:{ORDER}", 1, "K01")


def test_a_wrong_store_is_named(front: Front) -> None:
    order(front.store, place="store-2")
    no = front.types(ORDER).no
    assert no is not None and (no.why, no.places) == (ArrivalRefusal.WRONG_STORE, {"en": "store-2"})


def test_an_unpaid_order_says_how_much_and_takes_no_number(front: Front, tmp_path: Path) -> None:
    order(front.store, paid=0)
    Clerk(front.store, tmp_path).readies()
    no = front.types(ORDER).no
    assert no is not None and (no.why, no.due, no.currency) == (ArrivalRefusal.UNPAID, 30_000, "KZT")
    assert arrivals_here(front.local) == []


def test_who_tries_numbers_is_told_to_scan_instead(front: Front) -> None:
    for n in range(ask_pickup.MISSES):
        front.types(f"7-{n}")
    no = front.types("7-99").no
    assert no is not None and no.why is Other.TOO_MANY


def test_the_kiosks_files_open_again_with_the_ticket(front: Front, tmp_path: Path) -> None:
    order(front.store)
    Clerk(front.store, tmp_path).readies()
    ticket = front.types(ORDER).ticket
    again = Local.open(front.home)
    try:
        assert ticket is not None and arrivals_here(again) == [ticket.arrival]
    finally:
        again.close()
