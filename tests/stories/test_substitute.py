"""A mug is out; the web order allows another article. It is picked, told, collected, and comes back as what it is."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from sync.actions.clock import new_id
from sync.actions.hand_out import Said, hand_out
from sync.actions.pack_parcel import pack_parcel
from sync.actions.shelve_parcel import shelve_parcel
from sync.actions.take_back import Wish, take_back
from sync.domain.orders import Purchase
from sync.domain.packing import Put
from sync.domain.pickups import Parcel, Verified
from sync.domain.returns import Basis, Condition, Item, Reason
from sync.hub import database, orders, tables
from sync.link.first import fill_replica
from sync.local import Local, RecordedReturn, purchases_by_number, stock_here
from sync.local.pickups import RecordedHandOut
from sync.protocol.messages import ChannelReceived, OrderPayment, ReceivedLine
from tests.link.store import CASHIER, OWN, Store, now

ORDER = "100-48277"


class Staff:
    """Somebody at a till; `meets` is a round of its agent."""

    def __init__(self, store: Store, folder: Path, name: str) -> None:
        self.home = store.terminal(folder, name, "till", OWN)
        self.local = Local.open(self.home)

    def meets(self) -> None:
        fill_replica(self.home)
        self.local.refresh()

    def order(self) -> Purchase:
        [found] = purchases_by_number(self.local, ORDER)
        return found

    def promised(self, *numbers: int) -> list[int]:
        """Pieces that are promised here."""
        return [stock_here(self.local, [f"p{n}"])[f"p{n}"].reserved // 1000 for n in numbers]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "hub")
    yield made
    made.stop()


@pytest.fixture
def hire(store: Store, tmp_path: Path) -> Iterator[Callable[[str], Staff]]:
    made: list[Staff] = []

    def one(name: str) -> Staff:
        made.append(Staff(store, tmp_path, name))
        return made[-1]

    yield one
    for each in made:
        each.local.close()


def told(store: Store) -> dict[str, dict]:
    """What the retailer's own systems were told, by kind."""
    with database.read(store.engine) as conn:
        rows = conn.execute(select(tables.event.c.kind, tables.event.c.body)).all()
    return {row.kind: msgspec.json.decode(row.body) for row in rows}


def test_what_was_given_instead_is_told_collected_and_comes_back_as_itself(
    store: Store, hire: Callable[[str], Staff]
) -> None:
    way = {"fulfilment": "pickup", "pickup_at": OWN, "substitutes": "listed", "substitute_ids": ("p3",)}
    line = ReceivedLine("1", "p2", 2000, 60_000, **way)
    paid = [OrderPayment("a", "online", 60_000)]
    orders.receive(store.engine, "web", ChannelReceived(ORDER, ORDER, [line], paid, now(), location=OWN), now())
    nino, omar = hire("till-1"), hire("till-2")
    nino.meets()
    assert nino.promised(2, 3) == [2, 0]
    # One mug is there; for the other one the order lists a kettle.
    kettle = Put("1", "p3", "1003", "Kettle", 1000)
    made = pack_parcel(nino.local, "par-1", nino.order(), {"1": 1000}, put=(kettle,), actor=CASHIER, now=now())
    assert isinstance(made, Parcel) and nino.promised(2, 3) == [1, 1], "at once, before the hub hears of it"
    shelve_parcel(nino.local, "par-1", "B-4", actor=CASHIER, now=now())
    nino.meets()
    heard = told(store)
    assert heard["line_substituted"]["lines"][0]["paid"] == 30_000
    assert heard["parcel_ready"]["substituted"][0]["name"] == "Kettle"
    # Collected at the other till, with no network.
    omar.meets()
    said = Said(Verified.CODE)
    given = hand_out(omar.local, new_id(now()), omar.order(), ("par-1",), said, actor=CASHIER, language="en", now=now())
    assert isinstance(given, RecordedHandOut)
    assert [x.left_as("p3") for x in omar.order().lines] == [1000]
    # The kettle comes back, still with no network: this store holds the right.
    item = Item("1", 1000, Reason.CHANGED_MIND, Condition.SEALED, product="p3")
    how = {"claim": "", "approver": None, "actor": CASHIER, "language": "en"}
    back = take_back(omar.local, Wish(new_id(now()), omar.order(), (item,), Basis.HELD, **how, now=now()))
    assert isinstance(back, RecordedReturn)
    assert [(x.product, x.amount) for x in back.body.lines] == [("p3", 30_000)], "what was paid for the mug"
    omar.meets()
    nino.meets()
    [known] = nino.order().lines
    assert (known.returned, known.refunded, known.left_as("p3"), known.left_as("p2")) == (1000, 30_000, 0, 1000)
    assert nino.promised(2, 3) == [0, 0]
    with database.read(store.engine) as conn:
        assert conn.execute(select(tables.matter.c.code)).scalars().all() == []
