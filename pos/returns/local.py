"""What the returns task asks of the local files, as jobs for the database thread."""

from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from pos.receipt.document import Document
from pos.receipt.owed import PaidSlip, paid_slip
from pos.returns.state import Copied
from pos.slips import shop, stub_of
from pos.ui.i18n import language
from sync.actions.pay_out import PAYOUT
from sync.actions.printing import PrintState, unprinted
from sync.domain import codes
from sync.domain.catalogue import in_language
from sync.domain.labelled import Measured, weighed
from sync.domain.orders import Purchase
from sync.domain.owed import OwedState
from sync.local import (
    Found,
    Local,
    RecordedReturn,
    blind_rules,
    find_code,
    link_status,
    locations,
    product,
    purchases_as_of,
    purchases_by_number,
    return_by_receipt,
    return_rules,
    settings,
    stock_here,
)
from sync.local.drawer import has_drawer
from sync.local.owed import RecordedPayOut, payout_by_key, payout_by_receipt
from sync.local.returns import as_it_stands
from sync.protocol.messages import Owed


@dataclass(frozen=True, slots=True)
class Own:
    """Orders as this terminal knows them, as of `seen` (UTC ms)."""

    purchases: list[Purchase]
    seen: int


def find_own(number: str) -> Callable[[Local], Own]:
    """Orders of that number in this terminal's own copy."""
    return lambda local: Own(purchases_by_number(local, number), purchases_as_of(local))


def of_code(code: codes.Code, now: int) -> Callable[[Local], Found | None]:
    """The article of a scanned code, and what its label says besides."""
    return lambda local: find_code(local, code, now)


def weight_of(found: Found, currency: str) -> Measured | None:
    """How much of goods sold by the kilogram a label says; None if it does not."""
    price = found.product.price
    return weighed(found.said, price.unit if price else 0, currency)


def standing(purchase: Purchase, now: int) -> Callable[[Local], tuple[Purchase, Copied]]:
    """The order with what this terminal took back of it and nobody was told yet, and all else the screen shows."""

    def job(local: Local) -> tuple[Purchase, Copied]:
        with local.read():
            stands = as_it_stands(local, purchase)
        return stands, _copied(local, stands, now)

    return job


def _copied(local: Local, purchase: Purchase, now: int) -> Copied:
    ids = list(dict.fromkeys(id for x in purchase.lines for id in (x.product, *(it.product for it in x.given))))
    found = {id: product(local, id, now) for id in ids}
    return Copied(
        here=local.me.location,
        products={id: one for id, one in found.items() if one is not None},
        shelves={id: level.shelf for id, level in stock_here(local, ids).items() if level.shelf},
        rules=return_rules(local, now),
        settings=settings(local),
        link=link_status(local, now),
        as_of=purchases_as_of(local),
        blind=blind_rules(local).allowed,
        drawer=has_drawer(local),
    )


def around(now: int) -> Callable[[Local], Copied]:
    """What the screen shows besides an order: settings, link, the age of the own copy."""
    return lambda local: Copied(
        settings=settings(local),
        link=link_status(local, now),
        as_of=purchases_as_of(local),
        here=local.me.location,
        blind=blind_rules(local).allowed,
        drawer=has_drawer(local),
    )


@dataclass(frozen=True, slots=True)
class SlipKnown:
    """A slip as the hub told of it and as this till's own journal knows better, and what the screen shows besides:
    settings and link, and the names of the locations that it tells of."""

    debts: tuple[Owed, ...]
    places: dict[str, str]
    copied: Copied


def slip_of(debts: tuple[Owed, ...], now: int) -> Callable[[Local], SlipKnown]:
    """What is known of a slip. What was paid here is paid, whether the hub has heard of it or not."""

    def job(local: Local) -> SlipKnown:
        known = tuple(_paid_here(local, debt) for debt in debts)
        told = {debt.why for debt in known}
        places = [place for place in locations(local) if place.id in told]
        return SlipKnown(known, {it.id: in_language(it.names, language()) for it in places}, around(now)(local))

    return job


def _paid_here(local: Local, debt: Owed) -> Owed:
    done = payout_by_key(local, debt.key) if debt.state == OwedState.OPEN else None
    if done is None:
        return debt
    told = {"why": done.body.location, "at": done.envelope.at, "till": local.me.terminal}
    return replace(debt, state=OwedState.PAID.value, **told)


def payout_page(done: RecordedPayOut, *, copy: bool = False, duplicate: bool = False) -> Callable[[Local], Document]:
    """The slip of cash that was owed and paid, in the language it was paid in."""

    def write(local: Local) -> Document:
        body = done.body
        stub = stub_of(local, done.envelope, body.receipt)
        paid = PaidSlip(stub, body.number, body.currency, body.amount)
        return paid_slip(paid, shop(local, body.language), body.language, copy, duplicate)

    return write


def maybe_unpaid(local: Local) -> RecordedPayOut | None:
    """The last payment of owed cash whose slip was queued and perhaps never printed: the till stopped in between."""
    waiting = [job.ref for job in unprinted(local) if job.what == PAYOUT and job.state is PrintState.QUEUED]
    return payout_by_receipt(local, waiting[-1]) if waiting else None


def maybe_unprinted(local: Local) -> RecordedReturn | None:
    """The last return whose slip was queued and perhaps never printed: the till stopped in between."""
    waiting = [job.ref for job in unprinted(local) if job.what == "return" and job.state is PrintState.QUEUED]
    return return_by_receipt(local, waiting[-1]) if waiting else None
