"""A till with its real agent, and what the hub knows of returns, for the stories of goods that come back."""

from pathlib import Path

from sqlalchemy import select

from sync.hub import database
from sync.hub.tables import attention, refund_request
from sync.local import link_status
from tests.flows.returning import Desk, Shop
from tests.link.store import OWN, now


class Counter(Desk):
    """A till at the returns tab whose own agent is its only way to the hub."""

    def made_asking(self) -> None:
        return None

    def open(self) -> None:
        self.terminal.start()

    def off(self) -> None:
        self.terminal.stop()

    def online(self) -> None:
        """Wait until the agent has the hub."""
        self._link(lambda link: link.online and not link.waiting)

    def offline(self) -> None:
        """Wait until the agent noticed that the hub is gone."""
        self._link(lambda link: not link.online)

    def _link(self, right: object) -> None:
        def seen() -> bool:
            self.local.refresh()
            return bool(right(link_status(self.local, now())))  # type: ignore[operator]

        self.until(seen)
        self.till.changed(frozenset({"link"}))


def paid_back(shop: Shop) -> list[tuple[str, int]]:
    """What the payment side was asked to give back: tender and minor units."""
    with database.read(shop.engine) as conn:
        rows = conn.execute(select(refund_request).order_by(refund_request.c.key))
        return [(row.paid, row.amount) for row in rows]


def cases(shop: Shop) -> list[str]:
    """What a person at the office must settle, by code."""
    with database.read(shop.engine) as conn:
        return [row.code for row in conn.execute(select(attention))]


def desk(shop: Shop, folder: Path, name: str = "till-1", place: str = OWN, kind: str = "till") -> Counter:
    """A till, or a tablet, that is online."""
    made = Counter(shop, folder, name, online=False, place=place, kind=kind)
    made.online()
    return made
