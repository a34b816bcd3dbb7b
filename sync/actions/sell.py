"""Close a sale: gather, decide, record in one transaction. When this returns, the sale is on the disk (I-1, F6)."""

import hashlib

from sync.actions.attempts import Attempt, attempts_of, mark_sold
from sync.actions.cart import Cart, CartLine, delete_draft
from sync.actions.clock import new_id
from sync.actions.day import business_day
from sync.actions.printing import queue
from sync.domain.payments import AttemptState
from sync.domain.sales import Refused, SaleRefusal, Sold, Tender, TenderKind, decide_sale
from sync.local import Identity, Local, RecordedSale, Settings, Staff, settings, tables
from sync.local.journal import Effect, Recorded, append, head
from sync.local.queries import sale_by_id
from sync.local.tables import insert
from sync.protocol import operations

_insert_sale = insert(tables.sale)
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def series(terminal: str, incarnation: str) -> str:
    """Six letters and digits that begin this journal's receipt numbers (F11, F40).

    They come from terminal and incarnation, so a terminal that lost its disk never repeats a number.
    """
    bits = int.from_bytes(hashlib.sha256(f"{terminal}:{incarnation}".encode()).digest()[:4], "big")
    return "".join(_LETTERS[bits >> shift & 31] for shift in range(25, -1, -5))


def sell(local: Local, cart: Cart, cash_given: int, actor: Staff, language: str, now: int) -> RecordedSale | Refused:
    """Record the cart as sold, paid by its approved card attempts and `cash_given` minor units. ValueError: < 0.

    Called again for the same cart it gives the sale that is already recorded: nothing is sold or paid twice.
    """
    if cash_given < 0:
        raise ValueError("cash can't be less than nothing")
    with local.write():
        already = sale_by_id(local, cart.sale_id)
        if already is not None:
            return already
        return _decide_and_record(local, cart, cash_given, actor, language, now)


def _decide_and_record(
    local: Local, cart: Cart, cash_given: int, actor: Staff, language: str, now: int
) -> RecordedSale | Refused:
    if any(line.product.price is None for line in cart.lines):
        return Refused(SaleRefusal.BAD_LINE)
    retailer = settings(local)
    card = [a for a in attempts_of(local, cart.sale_id) if a.state is AttemptState.APPROVED]
    decided = decide_sale([x.priced() for x in cart.lines], _tenders(card, cash_given), retailer.policy)
    if isinstance(decided, Refused):
        return decided
    body = _body(local.me, _next_receipt(local), cart, decided, retailer, language)
    day = business_day(now, retailer.timezone)
    done = _record(local, body, actor, now, day)
    for attempt in card:
        mark_sold.run(local.raw, attempt_id=attempt.id)
    delete_draft.run(local.raw, sale_id=cart.sale_id)
    return RecordedSale(operations.open_envelope(done.raw), body)


def _tenders(card: list[Attempt], cash_given: int) -> list[Tender]:
    paid = [Tender(TenderKind.CARD, a.amount, a.id, a.reference, a.masked) for a in card]
    return [*paid, Tender(TenderKind.CASH, cash_given)] if cash_given else paid


def _next_receipt(local: Local) -> str:
    name = series(local.me.terminal, head(local.raw).incarnation)
    row = local.raw.execute(
        "INSERT INTO counter (name, value) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1"
        " RETURNING value",
        (f"receipt:{name}",),
    ).fetchone()
    return f"{name}-{row[0]}"


def _record(local: Local, body: operations.Sale, actor: Staff, now: int, day: str) -> Recorded:
    done = append(
        local,
        "sale",
        body,
        op_id=new_id(now),
        at=now,
        business_day=day,
        actor=actor.id,
        effects=[Effect(body.location, line.product, -line.quantity) for line in body.lines],
    )
    incarnation = head(local.raw).incarnation
    _insert_sale.run(
        local.raw, sale_id=body.sale_id, receipt=body.receipt, incarnation=incarnation, seq=done.seq, at=now
    )
    queue(local, body.receipt, "receipt", now)
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
        tenders=[operations.SaleTender(t.kind.value, t.amount, t.attempt, t.reference, t.masked) for t in sold.tenders],
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
    )
