"""Who is here to collect, on the terminal's own files: recorded at once, merged with what the hub tells (I-1)."""

from dataclasses import replace
from pathlib import Path

from sync.actions.arrive import arrive
from sync.actions.move_arrival import move_arrival
from sync.domain.arrivals import DAY_MS, Arrival, ArrivalState
from sync.local import Local, link_status
from sync.local.arrivals import arrival_by_id, arrival_of, arrivals_here, usual_wait_here
from sync.local.journal import KEPT_MS, Ruling, prune, rule
from sync.local.proof import prove
from tests.local.arriving import MINUTE, came, forgotten, told
from tests.local.bought import know
from tests.local.collecting import given, packed, pick_up
from tests.local.fixture import INCARNATION, NOW
from tests.local.tills import CASHIER

ORDER, NUMBER = "web:100-48213", "100-48213"


def comes(local: Local, order: str = ORDER, now: int = NOW) -> Arrival:
    return arrive(local, order, order.partition(":")[2], language="ka", now=now)


def moves(local: Local, id: str, state: ArrivalState, now: int = NOW, counter: str = "") -> Arrival:
    after = move_arrival(local, id, state, actor=CASHIER, now=now, counter=counter)
    assert after is not None
    return after


def test_i1_who_comes_has_a_ticket_at_once_that_is_recorded_and_waits_for_the_hub(local: Local) -> None:
    made = comes(local)
    assert (made.ticket, made.state, made.language, made.at) == ("A01", ArrivalState.WAITING, "ka", NOW)
    assert arrivals_here(local) == [made] == [arrival_of(local, ORDER)]
    assert link_status(local, NOW).waiting == 1
    assert prove(local) == []


def test_the_same_order_again_has_the_same_ticket_and_another_order_the_next_one(local: Local) -> None:
    made = comes(local)
    assert comes(local, now=NOW + MINUTE) == made
    assert comes(local, "web:100-2").ticket == "A02"
    assert link_status(local, NOW).waiting == 2, "the second time recorded nothing"


def test_another_terminals_ticket_of_that_order_is_told_and_no_second_one_is_made(local: Local, home: Path) -> None:
    told(home, came("K07"))
    assert comes(local).ticket == "K07"
    assert link_status(local, NOW).waiting == 0


def test_tickets_begin_anew_each_day(local: Local) -> None:
    comes(local)
    assert comes(local, "web:100-2", now=NOW + DAY_MS).ticket == "A01"
    assert comes(local, "web:100-3", now=NOW + DAY_MS).ticket == "A02"


def test_staff_take_it_on_and_call_it_and_what_is_later_is_never_undone(local: Local) -> None:
    made = comes(local)
    taken = moves(local, made.id, ArrivalState.BRINGING, NOW + MINUTE)
    assert (taken.state, taken.by, taken.taken_at) == (ArrivalState.BRINGING, CASHIER.id, NOW + MINUTE)
    there = moves(local, made.id, ArrivalState.AT_COUNTER, NOW + 2 * MINUTE, "3")
    assert moves(local, made.id, ArrivalState.BRINGING, NOW + 3 * MINUTE) == there
    assert link_status(local, NOW).waiting == 3, "a step back is no step"
    assert arrival_by_id(local, made.id) == there and arrivals_here(local) == [there]


def test_who_left_is_called_no_more_and_may_come_again(local: Local) -> None:
    made = comes(local)
    moves(local, made.id, ArrivalState.LEFT)
    assert arrivals_here(local) == [] and arrival_of(local, ORDER) is None
    again = comes(local)
    assert (again.ticket, again.id != made.id) == ("A02", True)


def test_an_arrival_that_is_not_known_here_is_not_moved(local: Local) -> None:
    assert move_arrival(local, "a-9", ArrivalState.LEFT, actor=CASHIER, now=NOW) is None
    assert link_status(local, NOW).waiting == 0


def test_a_hand_out_ends_the_arrival_here_at_once(local: Local, home: Path) -> None:
    know(home, pick_up())
    told(home, came("K01"), came("K02", "web:100-2"))
    packed(local, pick_up())
    given(local, pick_up())
    assert [x.ticket for x in arrivals_here(local)] == ["K02"]
    found = arrival_by_id(local, "a-K01")
    assert found is not None and (found.state, found.called_at) == (ArrivalState.DONE, NOW)
    assert prove(local) == []


def test_what_the_hub_tells_counts_where_it_is_further(local: Local, home: Path) -> None:
    made = comes(local)
    moves(local, made.id, ArrivalState.BRINGING)
    told(home, replace(made, state=ArrivalState.AT_COUNTER, counter="2"), journal=INCARNATION, included=1)
    assert [(x.state, x.counter) for x in arrivals_here(local)] == [(ArrivalState.AT_COUNTER, "2")]
    told(home, replace(made, state=ArrivalState.WAITING), journal=INCARNATION, included=1)
    assert [x.state for x in arrivals_here(local)] == [ArrivalState.BRINGING], "our own step is not included yet"


def test_what_is_included_and_gone_at_the_hub_is_gone_here(local: Local, home: Path) -> None:
    made = comes(local)
    told(home, made, journal=INCARNATION, included=1)
    forgotten(home, made.ticket)
    assert arrivals_here(local) == []


def test_the_first_who_came_is_the_first_in_the_list(local: Local, home: Path) -> None:
    told(home, came("K02", "web:2", at=NOW - MINUTE), came("K01", "web:1", at=NOW - 3 * MINUTE))
    comes(local, "web:3")
    assert [x.ticket for x in arrivals_here(local)] == ["K01", "K02", "A01"]


def test_how_long_it_takes_is_said_of_those_who_were_called_here(local: Local, home: Path) -> None:
    assert usual_wait_here(local, NOW) is None
    called = [came(f"K0{n}", f"web:{n}", at=NOW - (n + 1) * MINUTE, called_at=NOW - MINUTE) for n in (2, 4, 9)]
    told(home, *(replace(x, state=ArrivalState.DONE) for x in called))
    assert usual_wait_here(local, NOW) == 4 * MINUTE


def test_a_row_that_disagrees_with_its_operation_is_named_by_the_proof(local: Local) -> None:
    comes(local)
    with local.write() as db:
        db.execute("UPDATE arrival_step SET body = replace(body, 'A01', 'A09')")
    assert prove(local) == ["Ticket A01 of operation 1 (arrived) and what is kept beside it disagree."]


def test_old_arrivals_go_with_their_operations(local: Local) -> None:
    first, second = comes(local), comes(local, "web:100-2")
    with local.write() as db:
        rule(db, INCARNATION, [Ruling(1, "applied"), Ruling(2, "applied")], NOW)
    assert prune(local, NOW + KEPT_MS + DAY_MS) == 1
    assert arrival_by_id(local, first.id) is None and arrival_by_id(local, second.id) == second
    assert prove(local) == []
