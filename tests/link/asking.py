"""Orders at the hub, and asking it about them: straight over a wire, as a `Terminal(asking=…)` in tests does."""

from pathlib import Path
from typing import TypeVar

import msgspec
from sqlalchemy import select

from sync.hub import database, orders
from sync.hub.tables import refund_claim
from sync.link.answers import ask
from sync.link.questions import Answered, Said, Unanswered
from sync.link.session import hello
from sync.link.wire import Wire
from sync.local import Local
from sync.protocol.messages import ChannelReceived, OrderPayment, ReceivedLine
from tests.link.store import Store, now

T = TypeVar("T")
DAY = 24 * 3_600_000


def received(store: Store, number: str = "100-1", pieces: int = 3, location: str = "") -> str:
    """A shopper has that many pieces of product 1, for 100.00 each, paid online. Answers the purchase's id."""
    order = ChannelReceived(
        order=number,
        number=number,
        lines=[ReceivedLine("1", "p1", pieces * 1000, pieces * 10_000)],
        paid=[OrderPayment("a", "online", pieces * 10_000, "**** 4242", "ref-1")],
        placed_at=now() - DAY,
        received_at=now() - 1000,
        location=location,
        customer="Daniyar M.",
        email="d@example.com",
    )
    orders.receive(store.engine, "web", order, now())
    return f"web:{number}"


def claims(store: Store) -> dict[str, str]:
    """The claimed rights at the hub, by id, and how they stand."""
    with database.read(store.engine) as conn:
        return {row.claim: row.state for row in conn.execute(select(refund_claim))}


class Straight:
    """Asks the hub itself, as a terminal of that home."""

    def __init__(self, home: Path) -> None:
        local = Local.open(home)
        self.wire = Wire(local.me.hub)
        hello(local, self.wire, now, "test")
        local.close()

    def ask(self, path: str, body: msgspec.Struct, kind: type[T], patience_s: float) -> Answered[T] | Unanswered | Said:
        """As `Asking.ask`, without an agent in between."""
        found = ask(self.wire, path, msgspec.Raw(msgspec.json.encode(body)), patience_s)
        return Answered(msgspec.json.decode(found.value, type=kind)) if isinstance(found, Answered) else found

    def close(self) -> None:
        """Close the connections."""
        self.wire.close()
