"""Orders that are picked up, and what terminals do with their parcels: for tests of the hub."""

import uuid
from typing import Any

import httpx
from sqlalchemy import select

from sync.domain.pickups import Parcel, ParcelLine, ParcelState
from sync.hub import tables
from sync.hub.serving import Running
from sync.protocol.pickups import (
    HandedOut,
    HandedParcel,
    LineRefused,
    ParcelPacked,
    ParcelReceived,
    ParcelSentBack,
    ParcelShelved,
    read,
)
from tests.hub.retailer import STORE
from tests.hub.returning import ORDER, Web, paid
from tests.hub.terminals import Terminal, verdicts

APPLIED = ("applied", "")
NUMBER = "100-48213"
FAR = 9**15
LINES = (ParcelLine("1", "p-1", "SKU-p-1", "Product p-1", 3000), ParcelLine("2", "p-2", "SKU-p-2", "Product p-2", 1000))


def picked(place: str = STORE, **more: Any) -> list[dict[str, Any]]:
    """Three of p-1 and one p-2, to be picked up."""
    goods = {"1": ("p-1", 3000, 100_000), "2": ("p-2", 1000, 4_990)}
    return [
        {"id": id, "product": product, "quantity": quantity, "amount": amount, "fulfilment": "pickup"}
        | {"pickup_at": place}
        | more
        for id, (product, quantity, amount) in goods.items()
    ]


def orders(web: Web, place: str = STORE, source: str = "", **more: Any) -> httpx.Response:
    """The web shop tells the hub of an order that will be picked up."""
    lines = picked(place, **({"source": source} if source else {}))
    return web.receive(**{"lines": lines, "paid": [paid("online", 104_990)], "received_at": None} | more)


def pack(
    till: Terminal, id: str = "par-1", lines: tuple[ParcelLine, ...] = LINES, place: str = STORE, to: str = STORE
) -> None:
    """Pack lines of the order."""
    till.record(ParcelPacked(id, ORDER, NUMBER, place, to, list(lines), 0, "KZT"), "parcel_packed")


def receive(till: Terminal, id: str = "par-1", place: str = STORE, fence: int = 1) -> None:
    """It came from elsewhere."""
    till.record(ParcelReceived(id, ORDER, NUMBER, place, fence, list(LINES)), "parcel_received")


def shelve(till: Terminal, id: str = "par-1", shelf: str = "B-4", fence: int = 1, place: str = STORE) -> None:
    """It lies on a shelf."""
    till.record(ParcelShelved(id, ORDER, NUMBER, place, shelf, fence, FAR, list(LINES)), "parcel_shelved")


def gives(
    till: Terminal,
    *ids: str,
    fence: int = 1,
    place: str = STORE,
    lines: tuple[ParcelLine, ...] = LINES,
    recorded_at: int = 0,
    **more: Any,
) -> HandedOut:
    """Hand parcels out. `recorded_at`: by the till's clock, UTC ms; 0: now."""
    parcels = [HandedParcel(id, fence, list(lines)) for id in ids or ("par-1",)]
    number = uuid.uuid4().hex
    slip = f"{till.name}-{len(till.raws) + 1}"
    body = HandedOut(number, slip, ORDER, NUMBER, place, parcels, "code", **more)
    till.record(body, "handed_out", **({"at": recorded_at} if recorded_at else {}))
    return body


def sends_back(till: Terminal, id: str = "par-1", reason: str = "expired", to: str = "", fence: int = 1) -> None:
    """It waits no more."""
    till.record(ParcelSentBack(id, ORDER, NUMBER, STORE, fence, reason, list(LINES), to), "parcel_sent_back")


def refuses(till: Terminal, line: str = "1", place: str = STORE) -> None:
    """The store can't give a line."""
    till.record(LineRefused(ORDER, NUMBER, line, place, "not_found"), "line_refused")


def parcel(hub: Running, id: str = "par-1") -> Parcel:
    """A parcel as the hub has it."""
    with hub.engine.connect() as conn:
        return read(conn.execute(select(tables.parcel.c.body).where(tables.parcel.c.id == id)).scalar_one())


def state(hub: Running, id: str = "par-1") -> ParcelState:
    """Where it is on its way."""
    return parcel(hub, id).state


def stock(hub: Running, product: str = "p-1", place: str = STORE) -> tuple[int, int]:
    """Whole pieces on hand, less what there was, and reserved."""
    level = tables.stock
    with hub.engine.connect() as conn:
        mine = (level.c.product == product, level.c.location == place)
        row = conn.execute(select(level.c.on_hand, level.c.reserved).where(*mine)).one()
    return (row.on_hand - 100_000) // 1000, row.reserved // 1000


def beyond(code: str) -> tuple[str, str]:
    """The verdict of what is recorded and put before a person."""
    return ("applied_with_exception", code)


def ready(till: Terminal, hub: Running) -> None:
    """A parcel of the whole order waits on its shelf."""
    pack(till)
    shelve(till)
    assert verdicts(till.push()) == [APPLIED, APPLIED]


def events(web: Web) -> list[tuple[str, dict]]:
    """What the retailer heard, with its body."""
    return [(e["kind"], e["body"]) for e in web.get("events", after=0)["events"]]
