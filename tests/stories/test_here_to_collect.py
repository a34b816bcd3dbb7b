"""A shopper comes to collect: she shows her code at the kiosk, a tablet moves it, the kiosk shows it, the hand-out ends
it; and all of it once more with the network gone in between."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.collect.flow import Step
from kiosk.collect.words import beside, stages
from sync.actions.move_arrival import move_arrival
from sync.domain.arrivals import ArrivalRefusal, ArrivalState
from sync.local import attention
from sync.local.arrivals import arrivals_here
from tests.flows.arriving import ORDER, Clerk, Front, order
from tests.link.store import CASHIER, Store, now


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "hub")
    yield made
    made.stop()


@pytest.fixture
def front(store: Store, tmp_path: Path) -> Iterator[Front]:
    made = Front(store, tmp_path)
    yield made
    made.stop()


@pytest.fixture
def clerk(store: Store, tmp_path: Path) -> Iterator[Clerk]:
    made = Clerk(store, tmp_path, "s-1-tablet-1")
    yield made
    made.local.close()


def shown(front: Front) -> list[str]:
    """How the three steps stand on the kiosk."""
    assert front.state.ticket is not None
    return [stage.state for stage in stages(front.state.ticket)]


def moves(clerk: Clerk, state: ArrivalState, counter: str = "") -> None:
    [waits] = arrivals_here(clerk.local)
    assert move_arrival(clerk.local, waits.id, state, actor=CASHIER, now=now(), counter=counter)


def test_from_the_code_in_her_message_to_the_parcel_in_her_hand(store: Store, front: Front, clerk: Clerk) -> None:
    order(store)
    clerk.readies()
    front.meets()
    assert front.scans(front.pass_text()).step is Step.TICKET
    assert shown(front) == ["done", "next", "next"]

    front.meets()
    clerk.meets()
    assert [(x.ticket, x.number) for x in arrivals_here(clerk.local)] == [("K01", ORDER)]
    moves(clerk, ArrivalState.BRINGING)
    clerk.meets()
    front.meets()
    assert shown(front) == ["done", "now", "next"]
    moves(clerk, ArrivalState.AT_COUNTER, "2")
    clerk.meets()
    front.meets()
    assert front.state.ticket is not None and stages(front.state.ticket)[2].title == "Come to counter 2"

    clerk.gives()
    front.meets()
    assert shown(front) == ["done", "done", "done"] and beside(front.state.ticket) == "This number is done."  # type: ignore[arg-type]
    assert arrivals_here(clerk.local) == [] == arrivals_here(front.local)
    assert attention.matters(clerk.local) == []
    front.visit.done()
    no = front.scans(front.pass_text()).no
    assert no is not None and no.why is ArrivalRefusal.ALREADY_TAKEN


def test_with_no_network_she_has_her_ticket_and_everybody_agrees_later(
    store: Store, front: Front, clerk: Clerk
) -> None:
    order(store)
    clerk.readies()
    front.meets()
    text = front.pass_text()
    store.stop()
    ticket = front.scans(text).ticket
    assert ticket is not None and ticket.arrival.ticket == "K01"
    again = front.scans(text).ticket
    assert again is not None and again.arrival == ticket.arrival
    store.start()
    clerk.gives()
    front.meets()
    clerk.meets()
    assert arrivals_here(clerk.local) == [] == arrivals_here(front.local), "the hub heard of her last"
