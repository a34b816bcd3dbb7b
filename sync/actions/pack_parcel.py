"""Pack lines of an order into a parcel that is collected at a store."""

from dataclasses import replace

from sync.actions.custody import by, record
from sync.actions.printing import LABEL, queue
from sync.domain.orders import BoughtLine, Purchase
from sync.domain.packing import Article, PackRefusal, PackRefused, Put, decide_pack, may_stand_in
from sync.domain.pickups import Parcel, ParcelLine, ParcelState, moved, packed
from sync.domain.special import PIECE
from sync.local import Local, Staff, product
from sync.local.pickups import parcel_now, parcels_now
from sync.local.returns import as_it_stands
from sync.protocol.pickups import ParcelPacked


def pack_parcel(
    local: Local,
    parcel_id: str,
    purchase: Purchase,
    wanted: dict[str, int],
    *,
    put: tuple[Put, ...] = (),
    actor: Staff,
    now: int,
) -> Parcel | PackRefused:
    """Record a parcel of thousandths of lines, packed here; when this returns it, it is fsynced, and its label is
    printed after. `put`: what goes in besides and is more than plain goods: another article in place of a line's own,
    if its order allows that, or units by their numbers. The same `parcel_id` again gives the parcel as it is. Raises
    NotRecorded."""
    with local.write():
        already = parcel_now(local, parcel_id)
        if already is not None:
            return already
        bought = as_it_stands(local, purchase)
        decided = decide_pack(bought, parcels_now(local, bought.id), wanted, put)
        if isinstance(decided, PackRefused):
            return decided
        wrong = _wrong(local, bought, decided.lines, now)
        if wrong is not None:
            return wrong
        here, lines = local.me.location, decided.lines
        new = Parcel(parcel_id, bought.id, bought.number, decided.to, here, ParcelState.EXPECTED, 0, lines)
        # What is not paid is known before the hub says so, for as long as there is no network.
        new = replace(new, due=bought.due, currency=bought.currency)
        made = packed(new, by(local, ParcelState.RECEIVED if here == decided.to else ParcelState.EXPECTED, actor, now))
        body = ParcelPacked(
            parcel_id, bought.id, bought.number, here, decided.to, list(lines), bought.due, bought.currency
        )
        record(local, "parcel_packed", body, [made], moved(None, made), actor, now)
        queue(local, parcel_id, LABEL, now)
        return made


def _wrong(local: Local, bought: Purchase, lines: tuple[ParcelLine, ...], now: int) -> PackRefused | None:
    """What may not stand in for something else, or is packed without the number of each unit."""
    for line in lines:
        of = bought.line(line.line)
        assert of is not None  # else it were refused
        if line.instead_of and not substitute_fits(local, of, line.product, now):
            return PackRefused(PackRefusal.NO_SUBSTITUTE, line.line, line.quantity)
        goods = product(local, line.product, now)
        if goods is not None and goods.numbered and len(set(line.serials)) * PIECE != line.quantity:
            return PackRefused(PackRefusal.NO_NUMBER, line.line, line.quantity)
    return None


def substitute_fits(local: Local, line: BoughtLine, other: str, now: int) -> bool:
    """Inside `local.read()` or `write()`: whether that article may be given in place of a line's own, as far as is
    known here. One that the catalogue here does not have may not."""
    found = _article(local, other, now)
    ordered = _article(local, line.product, now) or Article(line.product, "", line.unit, numbered=False)
    return found is not None and may_stand_in(line, ordered, found)


def _article(local: Local, id: str, now: int) -> Article | None:
    found = product(local, id, now)
    return Article(id, found.department, found.unit, found.numbered) if found is not None else None
