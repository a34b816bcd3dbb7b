"""What the blind return asks of the local files, as jobs for the database thread."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pos.blind.state import Known
from sync.actions.day import day_now
from sync.actions.printing import PrintState, unprinted
from sync.actions.take_back_blind import WHAT, Velocity, before_of
from sync.domain import codes
from sync.domain.blind import Before
from sync.domain.catalogue import Product
from sync.local import (
    Local,
    RecordedBlind,
    blind_by_receipt,
    blind_rules,
    blind_salt,
    find_code,
    goods_of,
    link_status,
    own_blind,
    settings,
)


@dataclass(frozen=True, slots=True)
class Looked:
    """A scanned article, and what is known with it on the counter."""

    product: Product | None
    known: Known


def known(products: Iterable[str], now: int) -> Callable[[Local], Known]:
    """What this terminal knows by itself of these articles, the rules and its own day."""
    wanted = tuple(dict.fromkeys(products))
    return lambda local: _known(local, wanted, now)


def _known(local: Local, products: Iterable[str], now: int) -> Known:
    link = link_status(local, now)
    with local.read():
        rules, retailer = blind_rules(local), settings(local)
        own = own_blind(local, "", now, rules.days, day_now(local, now, retailer.timezone))
        goods = goods_of(local, products, now, rules.weeks)
        return Known(rules, retailer, link, goods, own.till_today, blind_salt(local))


def look(code: codes.Code, products: Iterable[str], now: int) -> Callable[[Local], Looked]:
    """The article of a scanned code, and what is known with it beside those that lie there."""
    wanted = tuple(products)

    def job(local: Local) -> Looked:
        found = find_code(local, code, now)
        more = (found.product.id,) if found else ()
        return Looked(found.product if found else None, _known(local, dict.fromkeys((*wanted, *more)), now))

    return job


def before(velocity: Velocity, now: int) -> Callable[[Local], Before]:
    """What is known of the shopper: by the hub's word, and by what this terminal did itself."""

    def job(local: Local) -> Before:
        rules = blind_rules(local)
        day = day_now(local, now, settings(local).timezone)
        return before_of(velocity, own_blind(local, velocity.shopper, now, rules.days, day))

    return job


def maybe_unprinted(local: Local) -> RecordedBlind | None:
    """The last blind return whose slip was queued and perhaps never printed: the till stopped in between."""
    waiting = [job.ref for job in unprinted(local) if job.what == WHAT and job.state is PrintState.QUEUED]
    return blind_by_receipt(local, waiting[-1]) if waiting else None
