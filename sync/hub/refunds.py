"""The other doors to the one right: a channel's own returns, and the payment side that gives money back (F32)."""

from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, and_, or_, select

from sync.domain.money import allocate
from sync.domain.order_payments import TILL
from sync.domain.orders import BoughtLine, Purchase
from sync.domain.pricing import vat_of
from sync.domain.returns import Refund, plan_refunds, refund_of
from sync.hub import attention, database, events, given, purchases, settings
from sync.hub.channels import LONGEST_ID, check_ids
from sync.hub.claims import check_lines, check_right
from sync.hub.faults import Refusal
from sync.hub.feed import Recorder
from sync.hub.orders import purchase_id
from sync.hub.returned import Book, Fact, recorded
from sync.hub.tables import purchase, refund_request, taken_back
from sync.protocol.messages import ChannelEvents, ChannelReturn, RefundAsked, RefundsAsked
from sync.protocol.operations import Return, ReturnLine, ReturnRefund

PAGE = 500
"""Refunds of one page at most."""
BY_CHANNEL = "channel"
"""The basis of a channel's return: it gave the money back by itself."""
STORE_REFUNDS = "store_refunds"
"""The setting that names the channel which pays refunds of sales in stores."""


def take_back(engine: Engine, name: str, request: ChannelReturn, now: int) -> dict[str, int]:
    """Record what a channel took back and refunded by itself. The same again changes nothing. Answers moved heads.

    Raises Refusal: 409 `right_gone` (also while a till claims it), `return_differs`; 422 `order_unknown`, `bad_claim`.
    """
    check_ids(request.ret, request.order, *(line for line, _ in request.lines))
    check_lines(request.lines)
    id = purchase_id(name, request.order)
    return database.retrying(engine, lambda conn: _take_back(conn, name, id, request, now))


def _take_back(conn: Connection, name: str, id: str, request: ChannelReturn, now: int) -> dict[str, int]:
    recorder = Recorder(now)
    book = Book(conn, [], [])
    book.hold({id: recorder})
    bought = book.held.get(id)
    if bought is None:
        raise Refusal(422, "order_unknown", f"There is no order {request.order!r} of this channel that was received.")
    if _known(conn, name, id, request):
        return {}
    check_right(conn, book, bought, request.lines, now)
    fact = _fact(name, bought, request, now)
    book.put(_after(bought, fact.body), recorder)
    given.append(conn, taken_back, [fact.row])
    book.write()
    attention.add(conn, book.notes)
    events.append(conn, [*book.events, recorded(fact, now)])
    return recorder.commit(conn)


def _known(conn: Connection, name: str, id: str, request: ChannelReturn) -> bool:
    row = conn.execute(select(taken_back).where(taken_back.c.return_id == f"{name}:{request.ret}")).first()
    if row is None:
        return False
    body = msgspec.json.decode(row.body, type=Return)
    same = row.purchase == id and sorted((x.line, x.quantity) for x in body.lines) == sorted(request.lines)
    if not same:
        raise Refusal(409, "return_differs", f"Return {request.ret} was recorded before with other contents.")
    return True


def _fact(name: str, bought: Purchase, request: ChannelReturn, now: int) -> Fact:
    pairs = [(line, quantity) for id, quantity in request.lines if (line := bought.line(id)) is not None]
    due = [refund_of(line, quantity) for line, quantity in pairs]
    total = min(sum(due), sum(tender.left for tender in bought.paid))
    amounts = allocate(total, due)
    lines = [_line(line, quantity, amount) for (line, quantity), amount in zip(pairs, amounts, strict=True)]
    body = Return(
        return_id=f"{name}:{request.ret}",
        receipt=request.ret,
        purchase=bought.id,
        number=bought.number,
        location="",
        currency=bought.currency,
        lines=lines,
        refunds=[ReturnRefund(r.paid, r.kind.value, r.amount) for r in _plan(bought, total)],
        total=total,
        vat=sum(line.vat for line in lines),
        rounding=0,
        basis=BY_CHANNEL,
        language=bought.language or "en",
    )
    at = request.at if 0 <= request.at <= 2**53 else now
    return Fact(body, name, "", 0, body.return_id, at, now)


def _plan(bought: Purchase, total: int) -> tuple[Refund, ...]:
    plan = plan_refunds(bought.paid, total, 0)
    return plan if plan is not None else ()  # never: no more is asked for than is left


def _line(line: BoughtLine, quantity: int, amount: int) -> ReturnLine:
    return ReturnLine(
        line=line.id,
        product=line.product,
        sku=line.sku,
        name=line.name,
        quantity=quantity,
        amount=amount,
        vat_rate=line.vat_rate,
        vat=vat_of(amount, line.vat_rate, included=True),
        reason="",
        condition="",
        disposition="",
        unit=line.unit,
    )


def _after(bought: Purchase, body: Return) -> Purchase:
    lines, refunds = {x.line: x for x in body.lines}, {r.paid: r.amount for r in body.refunds}
    return replace(
        bought,
        lines=tuple(_line_after(x, lines[x.id]) if x.id in lines else x for x in bought.lines),
        paid=tuple(replace(x, refunded=x.refunded + refunds.get(x.id, 0)) for x in bought.paid),
    )


def _line_after(line: BoughtLine, back: ReturnLine) -> BoughtLine:
    return replace(line, returned=line.returned + back.quantity, refunded=line.refunded + back.amount)


# What the payment side is asked, and the events


def _prefixes(conn: Connection, name: str) -> tuple[str, ...]:
    """How the ids of the purchases begin whose money is this channel's matter: its own, and those of stores if the
    retailer set it so."""
    stores = settings.kept(conn).get(STORE_REFUNDS) == name
    return (f"{name}:", f"{purchases.SALE}:") if stores else (f"{name}:",)


def _mine(conn: Connection, name: str) -> ColumnElement[bool]:
    """The requests that this channel is asked for. What a till took for an order goes back by whoever does so for the
    stores, if the retailer named one: the order's own channel never had it."""
    of_order, by_till = _of(refund_request.c.purchase, _prefixes(conn, name)), _of(refund_request.c.paid, (TILL,))
    stores = settings.kept(conn).get(STORE_REFUNDS)
    if not stores:
        return of_order
    return or_(of_order, by_till) if stores == name else and_(of_order, ~by_till)


def _of(column: Any, prefixes: tuple[str, ...]) -> ColumnElement[bool]:
    """Ids that begin so; `;` follows `:` in every byte order."""
    return or_(*((column >= prefix) & (column < f"{prefix[:-1]};") for prefix in prefixes))


def asked(conn: Connection, name: str, after: str) -> RefundsAsked:
    """A page of what is open, by key. `next` is where it goes on, "" at the end."""
    columns = (refund_request, purchase.c.body)
    query = select(*columns).join_from(refund_request, purchase, purchase.c.id == refund_request.c.purchase)
    query = query.where(refund_request.c.done_at.is_(None), _mine(conn, name), refund_request.c.key > after)
    rows = conn.execute(query.order_by(refund_request.c.key).limit(PAGE)).all()
    return RefundsAsked([_told(row) for row in rows], rows[-1].key if len(rows) == PAGE else "")


def _told(row: Any) -> RefundAsked:
    return RefundAsked(
        key=row.key,
        purchase=row.purchase,
        order=purchases.read(row.body).number,
        ret=row.return_id,
        paid=row.paid,
        kind=row.kind,
        amount=row.amount,
        currency=row.currency,
        reference=row.reference,
        at=row.at,
    )


def done(engine: Engine, name: str, key: str, now: int) -> bool:
    """The money went back; True the first time. Raises Refusal (404) if this channel was not asked for it."""
    if not (1 <= len(key) <= 3 * LONGEST_ID and key.isprintable()):
        raise Refusal(422, "bad_id", "That is no key of a refund.")

    def job(conn: Connection) -> bool:
        mine = (refund_request.c.key == key, _mine(conn, name))
        if conn.execute(select(refund_request.c.key).where(*mine)).first() is None:
            raise Refusal(404, "refund_unknown", "This channel was not asked for that refund.")
        open_one = (*mine, refund_request.c.done_at.is_(None))
        return conn.execute(refund_request.update().where(*open_one).values(done_at=now)).rowcount > 0

    return database.retrying(engine, job)


def told(conn: Connection, name: str, after: int) -> ChannelEvents:
    """What happened to this channel's purchases behind event `after`."""
    return events.page(conn, _prefixes(conn, name), after)
