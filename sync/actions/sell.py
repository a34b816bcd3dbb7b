"""Close a sale: gather, decide, record in one transaction. When this returns, the sale is on the disk (I-1, F6)."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

from msgspec import UNSET, UnsetType

from sync.actions.cart import Allowed, Cart, CartLine, delete_draft
from sync.actions.clock import new_id
from sync.actions.day import day_now
from sync.actions.printing import queue_first
from sync.actions.sold_units import keep_within
from sync.actions.tenders import gather, told, use
from sync.domain.sales import Refused, SaleRefusal, Sold, Tender, TenderKind, decide_sale
from sync.domain.value import HeldTender
from sync.local import Identity, Local, RecordedSale, Settings, Staff, settings, tables
from sync.local.journal import Effect, Recorded, append, next_number
from sync.local.queries import sale_by_id
from sync.local.shifts import count_in, is_open
from sync.local.tables import insert
from sync.protocol import operations, takings

_insert_sale = insert(tables.sale)
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@lru_cache(maxsize=4)
def series(terminal: str, incarnation: str) -> str:
    """Six letters and digits that begin this journal's receipt numbers (F11, F40).

    They come from terminal and incarnation, so a terminal that lost its disk never repeats a number.
    """
    bits = int.from_bytes(hashlib.sha256(f"{terminal}:{incarnation}".encode()).digest()[:4], "big")
    return "".join(_LETTERS[bits >> shift & 31] for shift in range(25, -1, -5))


def sell(
    local: Local,
    cart: Cart,
    cash_given: int,
    actor: Staff,
    language: str,
    now: int,
    held: tuple[HeldTender, ...] | None = None,
) -> RecordedSale | Refused:
    """Record the cart as sold, paid by what the hub holds for it, its approved card attempts and `cash_given` minor
    units. ValueError: < 0.

    `held`: which of the holds kept with the cart pay; the others are given back. None: all of them. One that ended is
    refused (VALUE_ENDED): ask for it again. Called again for the same cart this gives the sale that is already
    recorded: nothing is sold or paid twice.
    """
    with local.write():
        return sell_within(local, cart, cash_given, actor, language, now, held=held)


def sell_within(
    local: Local,
    cart: Cart,
    cash_given: int,
    actor: Staff,
    language: str,
    now: int,
    *,
    held: tuple[HeldTender, ...] | None = None,
    exchange: Tender | None = None,
    causes: Sequence[str] = (),
) -> RecordedSale | Refused:
    """As `sell`, inside `local.write()`. `exchange`: what came back pays too; `causes`: the operations that it follows
    from."""
    if cash_given < 0:
        raise ValueError("cash can't be less than nothing")
    already = sale_by_id(local, cart.sale_id)
    if already is not None:
        return already
    if any(line.product.price is None or not line.whole for line in cart.lines):
        return Refused(SaleRefusal.BAD_LINE)
    gathered = gather(local, cart.sale_id, held, now)
    if isinstance(gathered, Refused):
        return gathered
    paid = [*gathered.tenders, *([exchange] if exchange else [])]
    tenders = [*paid, Tender(TenderKind.CASH, cash_given)] if cash_given else paid
    retailer = settings(local)
    if cash_given and retailer.shift_required and not is_open(local):
        return Refused(SaleRefusal.NO_SHIFT)
    decided = decide_sale([x.priced() for x in cart.lines], tenders, retailer.policy)
    if isinstance(decided, Refused):
        return decided
    body = _body(local.me, next_receipt(local), cart, decided, retailer, language)
    done = _record(local, body, actor, now, day_now(local, now, retailer.timezone), causes)
    use(local, cart.sale_id, gathered)
    keep_within(local, cart)
    delete_draft.run(local.raw, sale_id=cart.sale_id)
    return RecordedSale(operations.open_envelope(done.raw), body)


def next_receipt(local: Local) -> str:
    """Inside `local.write()`: the next number of this journal's series, for a sale's or a return's receipt."""
    name, number = next_number(local, lambda journal: series(local.me.terminal, journal))
    return f"{name}-{number}"


def _record(
    local: Local, body: operations.Sale, actor: Staff, now: int, day: str, causes: Sequence[str] = ()
) -> Recorded:
    done = append(
        local,
        "sale",
        body,
        op_id=new_id(now),
        at=now,
        business_day=day,
        actor=actor.id,
        causes=list(causes),
        effects=[Effect(body.location, line.product, -line.quantity) for line in body.lines],
    )
    where = {"incarnation": done.incarnation, "seq": done.seq}
    _insert_sale.run(local.raw, sale_id=body.sale_id, receipt=body.receipt, at=now, **where)
    count_in(local, takings.of_sale(body), now)
    queue_first(local, body.receipt, "receipt", now)
    return done


def _body(me: Identity, receipt: str, cart: Cart, sold: Sold, retailer: Settings, language: str) -> operations.Sale:
    lines = [
        _line(line, priced.amount, priced.vat, language)
        for line, priced in zip(cart.lines, sold.totals.lines, strict=True)
    ]
    return operations.Sale(
        sale_id=cart.sale_id,
        receipt=receipt,
        location=me.location,
        currency=retailer.currency,
        lines=lines,
        total=sold.totals.total,
        vat=sold.totals.vat,
        by_rate=[operations.SaleVat(v.rate, v.gross, v.vat) for v in sold.totals.by_rate],
        vat_included=retailer.policy.vat_included,
        rounding=sold.rounding,
        due=sold.due,
        tenders=told(sold.tenders),
        change=sold.change,
        language=language,
    )


def _line(line: CartLine, amount: int, vat: int, language: str) -> operations.SaleLine:
    p = line.priced()
    return operations.SaleLine(
        product=line.product.id,
        sku=line.product.sku,
        name=line.product.name(language),
        quantity=line.quantity,
        unit_price=p.unit_price,
        amount=amount,
        vat_rate=p.vat_rate,
        vat=vat,
        unit=line.product.unit,
        regular_price=p.regular_price,
        scanned=line.scanned,
        units=list(line.serials) or UNSET,
        labelled=UNSET if line.labelled.amount is None else line.labelled.amount,
        mark=line.labelled.mark or UNSET,
        expired=_allowed(line.labelled.expired),
    )


def _allowed(it: Allowed | None) -> operations.SoldExpired | UnsetType:
    return UNSET if it is None else operations.SoldExpired(it.over, it.reason, it.approved_by)
