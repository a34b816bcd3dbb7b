"""What the retailer's own systems are told of returns, so that they can tell the shopper.

Numbers are given out under one row's lock that is held until the commit: they have no holes, commit order is their
order, and no reader passes over one that commits late (F19).
"""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from sync.hub import database, given
from sync.hub.tables import event, event_head
from sync.protocol.messages import ChannelEvent, ChannelEvents

PAGE = 500
"""Events of one page at most."""
LOOKED_AT = 5000
"""Rows that one page looks at: the events of other channels are passed over."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a purchase; `body` is what the system that is told needs, and no address."""

    kind: str
    purchase: str
    at: int
    body: dict[str, Any]


def append(conn: Connection, found: list[Event]) -> None:
    """Number and keep them: after all row locks but the feed's heads."""
    if not found:
        return
    statement = database.insert(conn, event_head).values(one=1, last=len(found))
    raised = statement.on_conflict_do_update(
        index_elements=["one"], set_={"last": event_head.c.last + statement.excluded.last}
    )
    last = conn.execute(raised.returning(event_head.c.last)).scalar_one()
    numbered = enumerate(found, last - len(found) + 1)
    given.append(conn, event, [_row(number, each) for number, each in numbered])


def _row(number: int, each: Event) -> dict[str, Any]:
    body = msgspec.json.encode(each.body).decode()
    return {"number": number, "kind": each.kind, "purchase": each.purchase, "at": each.at, "body": body}


def page(conn: Connection, prefixes: tuple[str, ...], after: int) -> ChannelEvents:
    """The events behind number `after` of purchases whose ids begin so. `next` goes past those of others too."""
    query = select(event).where(event.c.number > after).order_by(event.c.number).limit(LOOKED_AT)
    found: list[ChannelEvent] = []
    upto = after
    for row in conn.execute(query):
        upto = row.number
        if row.purchase.startswith(prefixes):
            found.append(ChannelEvent(row.number, row.kind, row.purchase, row.at, msgspec.Raw(row.body.encode())))
        if len(found) == PAGE:
            break
    return ChannelEvents(found, upto, database.hub_row(conn).epoch)
