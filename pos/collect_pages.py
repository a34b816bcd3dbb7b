"""The papers of orders that are collected, written from this terminal's files: label, slip, ticket, pick list.

Each is written when it is printed, on the database thread: a label printed again says where the parcel lies now.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pos.receipt.document import Document
from pos.receipt.page import Stub
from pos.receipt.parcel import HandedLine, HandOutSlip, ParcelLabel, hand_out_paper, label_paper
from pos.receipt.picking import PickedLine, PickedOrder, PickList, pick_paper
from pos.receipt.ticket import Ticket, ticket_paper
from pos.receipt.words import words
from pos.slips import footer_of, shop, shop_time, stub_of
from pos.ui.i18n import spoken_to
from sync.actions.printing import LABEL, unprinted
from sync.domain.arrivals import Arrival
from sync.domain.catalogue import in_language
from sync.domain.codes import parcel_label
from sync.domain.orders import Purchase, Substitutes
from sync.domain.pickups import Parcel, ParcelState
from sync.local import Local, departments, locations, own_location, purchase_by_id
from sync.local.picking import LineToPick, OrderToPick
from sync.local.pickups import RecordedHandOut, parcel_by_id, parcels_of

_GONE = (ParcelState.CANCELLED, ParcelState.SENT_BACK)


def label_page(local: Local, parcel: Parcel, lang: str, *, copy: bool = False, duplicate: bool = False) -> Document:
    """A parcel's label, as it stands here now."""
    now = parcel_by_id(local, parcel.id) or parcel
    bought = purchase_by_id(local, now.order)
    label = ParcelLabel(
        code=parcel_label(now.id),
        number=now.number,
        store=store_name(local, now.location, lang),
        shelf=now.shelf,
        collector=bought.collector if bought else "",
        expires=None if now.expires is None else shop_time(local, now.expires),
        part=part_of(now, parcels_of(local, now.order), bought),
        instead=tuple(line.name for line in now.substituted),
    )
    return label_paper(label, lang, copy, duplicate)


def unprinted_labels(local: Local) -> list[Parcel]:
    """Parcels that are in the store's hands, and whose label did not come out for certain: the terminal stopped in
    between, or a fault was never seen to (I-1). The oldest first; one that is on its way to the paper now is among
    them."""
    found = (parcel_by_id(local, job.ref) for job in unprinted(local) if job.what == LABEL)
    return [it for it in found if it is not None and it.state not in (*_GONE, ParcelState.HANDED_OUT)]


def part_of(parcel: Parcel, parcels: Iterable[Parcel], bought: Purchase | None) -> tuple[int, int] | None:
    """Which of how many parcels of its order it is at its store; None for the only one, and as long as the order is not
    known here or more of it is still to be packed for there."""
    mine = {it.id: it for it in parcels if it.location == parcel.location and it.state not in _GONE} | {
        parcel.id: parcel
    }
    if bought is None or len(mine) < 2 or _more_to_come(bought, parcel.location, mine.values()):
        return None
    return sorted(mine).index(parcel.id) + 1, len(mine)


def _more_to_come(bought: Purchase, place: str, parcels: Iterable[Parcel]) -> bool:
    waits = [it for it in parcels if it.state is not ParcelState.HANDED_OUT]
    packed = [(line.line, line.quantity) for it in waits for line in it.lines]
    lines = (line for line in bought.lines if line.pickup_at in (place, "") and line.awaited)
    return any(line.awaited > sum(n for id, n in packed if id == line.id) for line in lines)


def store_name(local: Local, location: str, lang: str) -> str:
    """A location's name in that language, "" for one that is not known here."""
    return next((in_language(it.names, lang) for it in locations(local) if it.id == location), "")


def hand_out_page(
    local: Local, done: RecordedHandOut, *, sealed: str = "", copy: bool = False, duplicate: bool = False
) -> Document:
    """The slip of a recorded hand-out, in the language it was made in. `sealed`: the order's pass, if it was shown."""
    body, lang = done.body, spoken_to(done.body.language)
    slip = HandOutSlip(
        stub=stub_of(local, done.envelope, body.receipt),
        number=body.number,
        lines=_handed(done, words(lang)("kg")),
        parcels=len(body.parcels),
        verified="proxy_pass" if body.proxy_pass else body.verified,
        signed=bool(body.signature),
        proxy=body.proxy,
        footer=footer_of(local, lang),
        sealed=sealed,
    )
    return hand_out_paper(slip, shop(local, lang), lang, copy, duplicate)


def _handed(done: RecordedHandOut, kg: str) -> tuple[HandedLine, ...]:
    """What was given, each article of a line of the order once, in whatever parcels it lay."""
    sums: dict[tuple[str, str], HandedLine] = {}
    for line in (x for parcel in done.body.parcels for x in parcel.lines):
        new = HandedLine(line.name, 0, kg if line.unit == "kg" else "", line.instead_name if line.instead_of else "")
        before = sums.get((line.line, line.product), new)
        count, units = before.quantity + line.quantity, before.serials + line.serials
        sums[line.line, line.product] = replace(before, quantity=count, serials=units)
    return tuple(sums.values())


def ticket_page(local: Local, arrival: Arrival, *, copy: bool = False, duplicate: bool = False) -> Document:
    """The ticket of somebody who came, in her language."""
    lang, place = spoken_to(arrival.language), own_location(local)
    store = in_language(place.names, lang) if place else ""
    ticket = Ticket(arrival.ticket, arrival.number, store, shop_time(local, arrival.at))
    return ticket_paper(ticket, lang, copy, duplicate)


def pick_page(
    local: Local, orders: Sequence[OrderToPick], now: int, lang: str, *, copy: bool = False, duplicate: bool = False
) -> Document:
    """The pick list of those orders, in the language of who fetches."""
    places = {it.id: n for n, it in enumerate(departments(local))}
    here = store_name(local, local.me.location, lang)
    stub = Stub(here or local.me.terminal, "", "", shop_time(local, now))
    picked = tuple(_picked(local, order, places, lang) for order in orders)
    return pick_paper(PickList(stub, picked), lang, copy, duplicate)


def _picked(local: Local, order: OrderToPick, places: dict[str, int], lang: str) -> PickedOrder:
    kg = words(lang)("kg")
    lines = tuple(_line(line, places.get(line.department, len(places)), kg, lang) for line in order.lines)
    until = None if order.ready_by is None else shop_time(local, order.ready_by)
    elsewhere = "" if order.to == local.me.location else store_name(local, order.to, lang)
    return PickedOrder(order.number, lines, until, elsewhere)


def _line(line: LineToPick, place: int, kg: str, lang: str) -> PickedLine:
    unit = kg if line.unit == "kg" else ""
    department = in_language(line.department_names, lang)
    listed = tuple(f"{in_language(x.names, lang)} ({x.shelf or '—'})" for x in line.listed)
    similar = line.substitutes is Substitutes.SIMILAR
    goods = (in_language(line.names, lang), line.sku, line.quantity, department, line.shelf, unit, place)
    return PickedLine(*goods, similar, listed)
