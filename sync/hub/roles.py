"""What a kind of terminal may do and follow. Decided here, whatever the terminal's own screens show or hide."""

import math
from dataclasses import dataclass

from sqlalchemy import Connection, select

from sync.domain.catalogue import LocationKind
from sync.hub.faults import Refusal
from sync.hub.tables import location
from sync.protocol.arrivals import BODIES as ARRIVALS
from sync.protocol.pickups import BODIES as PICKUPS

KINDS = ("kiosk", "tablet", "till")
"""The kinds of terminals."""
FOLLOWED = 8
"""Locations whose stock a terminal follows, its own among them."""

_SHIFTS = {"shift_opened", "cash_moved", "shift_closed"}
_COLLECTING = set(PICKUPS) | set(ARRIVALS)
_MONEY = {"cash_paid", "order_paid", "sale", "payment", "return", "blind_return"}
_STAFFED = _SHIFTS | _COLLECTING | _MONEY | {"settled", "gap"}
_MAY_DO = {"kiosk": {"arrived", "gap"}, "tablet": _STAFFED, "till": _STAFFED}
_OPEN_TO_ALL = ("catalogue", "config")
_FOR_STAFF = ("staff", "orders", "attention")


def may_do(kind: str, operation: str) -> bool:
    """Whether a terminal of that kind records such operations."""
    return operation in _MAY_DO.get(kind, ())


@dataclass(frozen=True, slots=True)
class _Place:
    id: str
    kind: str
    latitude: int | None
    longitude: int | None
    pricelist: str
    sort: int


def followed(conn: Connection, kind: str, own: str) -> list[str]:
    """The scopes that a terminal of that kind at location `own` follows, the most needed first."""
    columns = (location.c[name] for name in ("id", "kind", "latitude", "longitude", "pricelist", "sort"))
    places = [_Place(*row) for row in conn.execute(select(*columns))]
    here = next((p for p in places if p.id == own), None)
    scopes = ["config", "catalogue"]
    if here and here.pricelist:
        scopes.append(f"pricelist:{here.pricelist}")
    scopes.append(f"location:{own}")
    if kind != "kiosk":
        scopes += [f"staff:{own}", "orders", f"attention:{own}"]
    others = sorted((p for p in places if p.id != own), key=lambda p: _nearness(here, p))
    return scopes + [f"location:{p.id}" for p in others[: FOLLOWED - 1]]


def _nearness(here: _Place | None, place: _Place) -> tuple[bool, float, int, str]:
    """Warehouses and online channels first, then stores by distance; those without coordinates last."""
    return place.kind == LocationKind.STORE, _distance(here, place), place.sort, place.id


def _distance(here: _Place | None, place: _Place) -> float:
    if here is None or None in (here.latitude, here.longitude, place.latitude, place.longitude):
        return math.inf
    assert here.latitude is not None and here.longitude is not None  # for the type checker: seen above
    assert place.latitude is not None and place.longitude is not None
    shrink = math.cos(math.radians(here.latitude / 1_000_000))
    return math.hypot(place.latitude - here.latitude, (place.longitude - here.longitude) * shrink)


def check_scope(kind: str, own: str, scope: str) -> None:
    """Raise Refusal unless such a terminal may read the scope. Verifiers of PINs and orders never leave for a kiosk."""
    name, _, of = scope.partition(":")
    of_a_place = name in ("pricelist", "location", "staff", "attention") and of and scope.isprintable()
    if not of_a_place and scope not in (*_OPEN_TO_ALL, "orders"):
        raise Refusal(404, "scope_unknown", f"There is no scope {scope[:64]!r}.")
    foreign = name in ("staff", "attention") and of != own
    if foreign or (kind == "kiosk" and name in _FOR_STAFF):
        raise Refusal(403, "not_allowed", f"This terminal may not follow {scope[:64]}.")
