"""Who is here to collect an order: tickets without a network, steps that are never undone, an honest wait."""

import itertools
from dataclasses import replace

import pytest

from sync.domain.arrivals import (
    LATELY_MS,
    Arrival,
    ArrivalRefusal,
    ArrivalState,
    NotNow,
    Ready,
    by_place,
    decide_arrival,
    furthest,
    moved_to,
    ticket_of,
    usual_wait,
    web_ticket,
)
from sync.domain.orders import BoughtLine, Fulfilment, Purchase
from sync.domain.pickups import Parcel, ParcelLine, ParcelState

NOW, MINUTE, HERE = 1_773_480_000_000, 60_000, "store-1"
LINE = ParcelLine("1", "p-1", "SKU", "Coat", 1000)
CAME = Arrival("a-1", "web:o-1", "o-1", HERE, "K01", ArrivalState.WAITING, NOW)


def parcel(state: ParcelState = ParcelState.READY, place: str = HERE, **more: object) -> Parcel:
    return Parcel("par-1", "web:o-1", "o-1", place, place, state, 1, (LINE,), **more)  # type: ignore[arg-type]


def bought(place: str = HERE, **more: object) -> Purchase:
    line = BoughtLine(
        "1", "p-1", "SKU", "Coat", 1000, 5000, 0, 0, fulfilment=Fulfilment.PICKUP, pickup_at=place, **more
    )  # type: ignore[arg-type]
    return Purchase("web:o-1", "o-1", "web", "", "KZT", NOW, None, (line,), ())


def test_no_two_terminals_of_a_store_give_the_same_ticket_and_each_goes_on_after_ninety_nine() -> None:
    terminals = [(kind, f"s-1-{kind}-{n}") for kind in ("kiosk", "till", "tablet") for n in range(1, 21)]
    series = [{ticket_of(kind, id, n) for n in range(1, 200)} for kind, id in terminals]
    assert all(len(tickets) == 99 for tickets in series)
    assert len(set().union(*series)) == 99 * len(terminals)
    assert [ticket_of("kiosk", "s-1-kiosk-1", n) for n in (1, 42, 99, 100)] == ["K01", "K42", "K99", "K01"]
    assert ticket_of("kiosk", "s-1-kiosk-8", 5) == "K105" and ticket_of("till", "front", 7) == "A07"


def test_the_hubs_tickets_have_a_letter_of_their_own_and_the_first_number_that_is_free() -> None:
    assert web_ticket([]) == "W01"
    assert web_ticket(["W01", "W03", "K02"]) == "W02"
    assert web_ticket(f"W{n:02d}" for n in range(1, 100)) == "W100"


def test_in_whatever_order_steps_are_heard_of_the_furthest_counts() -> None:
    steps = [
        (ArrivalState.BRINGING, "", "s-1", 1),
        (ArrivalState.AT_COUNTER, "3", "s-1", 2),
        (ArrivalState.DONE, "", "s-1", 3),
    ]
    for order in itertools.permutations(steps):
        stands = CAME
        for state, counter, by, at in order:
            stands = moved_to(stands, state, counter, by, NOW + at)
        assert stands.state is ArrivalState.DONE and stands.by == "s-1"
    assert moved_to(stands, ArrivalState.LEFT) == stands, "who was served did not leave"


def test_who_took_it_on_first_stays_named_and_a_counter_stays_told() -> None:
    taken = moved_to(CAME, ArrivalState.BRINGING, "", "s-1", NOW + 1)
    there = moved_to(
        moved_to(taken, ArrivalState.AT_COUNTER, "2", "s-2", NOW + 2), ArrivalState.DONE, "", "s-3", NOW + 3
    )
    assert (there.by, there.taken_at, there.counter, there.called_at) == ("s-1", NOW + 1, "2", NOW + 2)


def test_of_what_is_said_of_one_arrival_the_furthest_counts_and_nothing_of_nothing() -> None:
    done = moved_to(CAME, ArrivalState.DONE, at=NOW)
    assert furthest([done, CAME]) == furthest([CAME, done]) == done
    assert furthest([]) is None


def called(minutes: int, ago: int = 10) -> Arrival:
    """Somebody who was called `ago` minutes before now, after so many minutes."""
    at = NOW - ago * MINUTE
    waiting = replace(CAME, id=f"a-{minutes}", at=at - minutes * MINUTE)
    return moved_to(waiting, ArrivalState.DONE, at=at)


def test_a_wait_is_said_only_of_enough_people_of_the_last_hours() -> None:
    assert usual_wait([called(2), called(9)], NOW) is None
    assert usual_wait([called(2), called(4), called(9), CAME], NOW) == 4 * MINUTE
    old = [called(n, LATELY_MS // MINUTE + 1) for n in (2, 4, 9)]
    assert usual_wait(old, NOW) is None


def test_clocks_that_disagree_are_no_wait() -> None:
    assert usual_wait([called(-1), called(4), called(9)], NOW) is None


@pytest.mark.parametrize(
    ("parcels", "said"),
    [
        ([parcel()], Ready(1)),
        ([parcel(), parcel(ParcelState.EXPECTED)], Ready(1)),
        ([parcel(due=500, currency="KZT")], NotNow(ArrivalRefusal.UNPAID, HERE, 500, "KZT")),
        ([parcel(expires=NOW - 1)], NotNow(ArrivalRefusal.EXPIRED, HERE)),
        ([parcel(ParcelState.RECEIVED)], NotNow(ArrivalRefusal.NOT_READY, HERE)),
        ([parcel(place="store-2")], NotNow(ArrivalRefusal.WRONG_STORE, "store-2")),
        ([parcel(ParcelState.HANDED_OUT)], NotNow(ArrivalRefusal.ALREADY_TAKEN)),
        ([parcel(ParcelState.CANCELLED)], NotNow(ArrivalRefusal.CANCELLED)),
        ([parcel(ParcelState.SENT_BACK)], NotNow(ArrivalRefusal.EXPIRED)),
        ([], NotNow(ArrivalRefusal.UNKNOWN)),
    ],
    ids=lambda x: "" if isinstance(x, list) else str(getattr(x, "reason", "ready")),
)
def test_each_state_of_an_order_has_its_own_answer(parcels: list[Parcel], said: Ready | NotNow) -> None:
    assert decide_arrival(parcels, HERE, NOW) == said


def test_an_order_of_which_nothing_is_packed_yet_is_not_ready_or_waits_elsewhere() -> None:
    assert decide_arrival([], HERE, NOW, bought()) == NotNow(ArrivalRefusal.NOT_READY, HERE)
    assert decide_arrival([], HERE, NOW, bought("store-2")) == NotNow(ArrivalRefusal.WRONG_STORE, "store-2")


def test_a_pass_that_is_older_than_the_hand_out_does_not_say_that_it_still_waits() -> None:
    assert decide_arrival([parcel(ParcelState.HANDED_OUT)], HERE, NOW, bought()) == NotNow(ArrivalRefusal.ALREADY_TAKEN)
    assert decide_arrival([parcel(ParcelState.CANCELLED)], HERE, NOW, bought()) == NotNow(ArrivalRefusal.CANCELLED)


def test_where_no_more_is_known_than_the_store_of_an_order_it_is_to_come_or_waits_elsewhere() -> None:
    unknown = NotNow(ArrivalRefusal.UNKNOWN)
    assert by_place(unknown, "here", "here") == NotNow(ArrivalRefusal.NOT_READY, "here")
    assert by_place(unknown, "there", "here") == NotNow(ArrivalRefusal.WRONG_STORE, "there")
    assert by_place(unknown, "", "here") is unknown
    taken = NotNow(ArrivalRefusal.ALREADY_TAKEN)
    assert by_place(taken, "there", "here") is taken and by_place(Ready(2), "there", "here") == Ready(2)
