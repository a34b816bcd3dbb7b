"""What a matter says of those that met: made of operations as they were judged, and of what the hub has before them."""

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection, select

from sync.domain.matters import Choice
from sync.domain.orders import PaidBy
from sync.domain.returns import Basis, Destination
from sync.hub.tables import movement, terminal
from sync.hub.withheld import withheld
from sync.protocol.matters import Facts, Side
from sync.protocol.messages import ChannelOrder
from sync.protocol.operations import ReturnLine

if TYPE_CHECKING:
    from sync.hub.cases import Case
    from sync.hub.movements import Move
    from sync.hub.returned import Fact
    from sync.hub.right import Settled

NAMED = 3
"""Earlier returns of a line that are shown, the latest ones."""
LATE_MS = 5 * 60_000
"""From here on the hub heard of it late: the terminal was offline."""


def of_case(case: "Case") -> Side:
    """An operation as one side: whatever of it can be read."""
    envelope, body = case.envelope, case.body
    at = envelope.at if envelope else case.now
    return Side(
        what=envelope.kind if envelope else "unreadable",
        at=at,
        terminal=case.who.terminal,
        location=case.who.location,
        actor=envelope.actor if envelope else "",
        receipt=_text(body, "receipt") or _text(body, "number"),
        amount=_amount(body),
        tenders=sorted({_text(tender, "kind") for tender in getattr(body, "tenders", [])}),
        basis=_text(body, "basis"),
        late=late(at, case.now),
    )


def late(at: int, now: int) -> bool:
    """Whether the hub heard of it so late that the terminal was offline."""
    return now - at > LATE_MS


def _text(body: Any, name: str) -> str:
    value = getattr(body, name, "")
    return value if isinstance(value, str) else ""


def _amount(body: Any) -> int | None:
    value = getattr(body, "total", getattr(body, "amount", None))
    return value if isinstance(value, int) else None


def alone(case: "Case", facts: Facts) -> Facts:
    """The facts with this operation as their one side."""
    currency = facts.currency or _text(case.body, "currency")
    return msgspec.structs.replace(facts, sides=[of_case(case)], currency=currency)


def of_return(fact: "Fact") -> Side:
    """A recorded return, of a terminal or a channel, as one side."""
    body = fact.body
    return Side(
        what="return",
        at=fact.at,
        terminal=fact.terminal,
        location=body.location,
        actor=fact.actor,
        receipt=body.receipt,
        amount=body.total,
        quantity=sum(line.quantity for line in body.lines),
        tenders=sorted({refund.kind for refund in body.refunds}),
        basis=body.basis,
        late=late(fact.at, fact.received_at),
    )


def of_collision(met: list["Fact"], fact: "Fact", settled: "Settled") -> Facts:
    """A return beyond its right: those before it that took of the same line, the latest last, and this one. What may be
    done depends on whether money is gone."""
    body = fact.body
    line = _beyond(met, fact, settled)
    before = [f for f in met if f.body.return_id != body.return_id and any(x.line == line.line for x in f.body.lines)]
    paid = [r for r in body.refunds if r.attempt or (r.kind == PaidBy.CASH and r.to != Destination.COUNTER)]
    drawer = body.basis != Basis.PROMISE and any(r.amount for r in paid)
    _, back = withheld(settled.purchase, body)
    choices = [Choice.LOSS, Choice.CALL] if drawer else [*([Choice.PAY] if back else []), Choice.REFUSE, Choice.CALL]
    bought = settled.purchase.line(line.line)
    return Facts(
        sides=[of_return(each) for each in (*before[-NAMED:], fact)],
        currency=body.currency,
        amount=settled.excess,
        back=back,
        purchase=body.purchase,
        number=body.number,
        line=line.line,
        sku=line.sku,
        words=line.name,
        product=line.product,
        left=bought.quantity if bought else None,
        choices=[choice.value for choice in choices],
    )


def _beyond(met: list["Fact"], fact: "Fact", settled: "Settled") -> ReturnLine:
    """The first line of which more came back than was bought; the first of all if money alone is beyond."""
    back: Counter[str] = Counter()
    for each in met:
        back.update({line.line: line.quantity for line in each.body.lines})
    bought = {line.id: line.quantity for line in settled.purchase.lines}
    lines = fact.body.lines
    return next((line for line in lines if back[line.line] > bought.get(line.line, 0)), lines[0])


def of_difference(fact: "Fact", settled: "Settled") -> Facts:
    """A return that does not add up: what it says, and what was due by the purchase."""
    body, bought = fact.body, settled.purchase
    due = max(0, body.total - settled.excess)
    shop = Side("purchase", bought.at, location=bought.location, name=bought.channel, receipt=bought.number, amount=due)
    first = body.lines[0]
    return Facts(
        sides=[shop, of_return(fact)],
        currency=body.currency,
        amount=settled.excess or None,
        purchase=body.purchase,
        number=body.number,
        line=first.line,
        sku=first.sku,
        words=first.name,
        product=first.product,
    )


def of_goods(conn: Connection, case: "Case", move: "Move", left: int) -> Facts:
    """Stock that is below zero: what took of it last before, and this sale. Thousandths."""
    mine = msgspec.structs.replace(of_case(case), quantity=-move.delta)
    before = _taken_before(conn, f"op:{case.op_id}:", move)
    sides = [*([before] if before else []), mine]
    return Facts(sides=sides, product=move.product, left=left, currency=_text(case.body, "currency"))


def of_move(conn: Connection, move: "Move", left: int, now: int) -> Facts:
    """Stock that a channel's move brought below zero."""
    before = _taken_before(conn, move.key, move)
    mine = Side("move", move.at or now, name=move.source, location=move.location, quantity=-move.delta)
    return Facts(sides=[*([before] if before else []), mine], product=move.product, left=left)


def of_order(name: str, order: ChannelOrder, level: dict[str, Any], now: int) -> Facts:
    """More is promised than is there: the order, and the shelf."""
    product = level["product"]
    wanted = sum(line.quantity for line in order.lines if line.product == product)
    mine = Side("order", order.at, name=name, location=order.location, receipt=order.order, quantity=wanted)
    shelf = Side("stock", now, location=order.location, quantity=level["on_hand"])
    return Facts(sides=[shelf, mine], product=product, left=level["on_hand"] - level["reserved"])


def _taken_before(conn: Connection, own: str, move: "Move") -> Side | None:
    columns = (movement.c.product == move.product, movement.c.location == move.location, movement.c.delta < 0)
    query = select(movement, terminal.c.id.label("machine")).outerjoin(terminal, terminal.c.id == movement.c.source)
    query = query.where(*columns, ~movement.c.key.startswith(own, autoescape=True))
    row = conn.execute(query.order_by(movement.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    what = "sale" if row.reason == "sale" else "move"
    who = {"terminal": row.source} if row.machine else {"name": row.source}
    heard = late(row.at, row.received_at) and bool(row.machine)
    return Side(what, row.at, location=move.location, quantity=-row.delta, late=heard, **who)
