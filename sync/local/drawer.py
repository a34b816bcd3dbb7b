"""Whether a terminal takes and gives cash. This file alone says so; everything else asks it."""

from sync.domain.returns import Basis, Destination
from sync.local.database import Local

WITH_DRAWER = ("till",)
"""Kinds of terminals that have a drawer unless their settings say otherwise."""


def drawer_of(kind: str, said: bool | None = None) -> bool:
    """Whether a terminal enrolled as `kind` has a drawer. `said`: what its settings say (`[devices] drawer`), if they
    do."""
    return kind in WITH_DRAWER if said is None else said


def has_drawer(local: Local) -> bool:
    """Whether this terminal has a drawer: without one it takes no cash and gives none, and has no shift. Raises
    NotEnrolled."""
    return drawer_of(local.me.kind, local.drawer)


def way_of_cash(drawer: bool, wished: Destination, basis: Basis) -> Destination:
    """Where money goes that was wished to go back as it was paid: without a drawer its cash is fetched at a till. Who
    pays what is only promised, the retailer's rules say."""
    fetched = not drawer and wished is Destination.TENDERS and basis is not Basis.PROMISE
    return Destination.COUNTER if fetched else wished
