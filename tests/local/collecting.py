"""Orders that are picked up, and parcels that the hub told, for tests of the terminal's own files."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from sync.actions.clock import new_id
from sync.actions.hand_out import Said, hand_out
from sync.actions.pack_parcel import pack_parcel
from sync.actions.shelve_parcel import shelve_parcel
from sync.domain.orders import Fulfilment, Purchase
from sync.domain.pickups import Parcel, Refused, Verified
from sync.local import Local
from sync.local.pickups import RecordedHandOut
from sync.local.replica import Replica
from sync.protocol.pickups import row_of
from tests.local.bought import order
from tests.local.fixture import NOW, OWN
from tests.local.tills import CASHIER

CODE = Said(Verified.CODE)


def pick_up(number: str = "100-48213", place: str = OWN, **more: Any) -> Purchase:
    """The order of `tests.local.bought`, to be picked up: three coats and one tea."""
    lines = tuple(replace(x, fulfilment=Fulfilment.PICKUP, pickup_at=place) for x in order().lines)
    return order(number, **{"lines": lines, "received_at": None} | more)


def told(home: Path, *parcels: Parcel, journal: str = "", included: int = 0, place: str = OWN) -> None:
    """Put parcels into the replica, as a page of the feed would that includes our journal up to `included`."""
    replica = Replica(home)
    with replica.write() as db:
        for it in parcels:
            row = row_of(it)
            values = [row[name] for name in ("id", "order", "location", "state", "shelf", "fence", "body")]
            db.execute("INSERT OR REPLACE INTO parcel VALUES (?, ?, ?, ?, ?, ?, ?, 1)", values)
        cursor = (f"location:{place}", "epoch-1", 1, journal, included, NOW, "")
        db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?, ?, ?, ?)", cursor)
    replica.close()


def packed(local: Local, bought: Purchase, id: str = "par-1", shelf: str = "B-4", **wanted: int) -> Parcel:
    """A parcel of the whole order, or of some of its lines, on a shelf."""
    lines = wanted or {"1": 3000, "2": 1000}
    made = pack_parcel(local, id, bought, {k.removeprefix("n"): v for k, v in lines.items()}, actor=CASHIER, now=NOW)
    assert isinstance(made, Parcel), made
    if shelf:
        made = shelve_parcel(local, id, shelf, actor=CASHIER, now=NOW)
        assert isinstance(made, Parcel), made
    return made


def asks(
    local: Local, bought: Purchase, *ids: str, said: Said = CODE, id: str = "", now: int = NOW
) -> RecordedHandOut | Refused:
    """Ask to hand parcels out."""
    parcels = ids or ("par-1",)
    return hand_out(local, id or new_id(now), bought, parcels, said, actor=CASHIER, language="ru", now=now)


def given(local: Local, bought: Purchase, *ids: str, **how: Any) -> RecordedHandOut:
    """As `asks`, where it is recorded."""
    done = asks(local, bought, *ids, **how)
    assert isinstance(done, RecordedHandOut), done
    return done
