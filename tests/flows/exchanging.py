"""Goods that pay for other goods at a desk: from the order to the sale, for the tests of exchanges."""

import json
from typing import Any

from sync.domain.returns import Destination
from sync.protocol.messages import OrderPayment, ReceivedLine
from sync.protocol.operations import open_envelope
from tests.flows.returning import ORDER, Desk, Shop, code
from tests.link.store import now

DAY = 24 * 3_600_000


def worth(shop: Shop, amount: int, *paid: tuple[str, int], **more: Any) -> str:
    """A shopper has a pair of headphones for so many minor units, paid by these tenders (all of it online). Answers the
    purchase's id."""
    lines = [ReceivedLine("1", "p1", 1000, amount, now() + 5 * DAY)]
    ways = paid or (("online", amount),)
    tenders = [OrderPayment(chr(97 + n), kind, part, "", f"r-{n}") for n, (kind, part) in enumerate(ways)]
    number = more.pop("number", ORDER)
    return shop.receive(number, lines=lines, paid=tenders, **more)


def into_sale(desk: Desk, number: str = ORDER) -> None:
    """Find the order, put the headphones on the counter, and take them into the sale."""
    desk.till.tab("returns")
    desk.find(number)
    desk.goods(1)
    desk.flow.send_to(Destination.EXCHANGE)
    desk.refund()


def scan(desk: Desk, *numbers: int) -> None:
    """Scan what the customer takes instead."""
    for number in numbers:
        desk.till.scanned(code(number))


def press(desk: Desk) -> None:
    """The primary action of the sale, and what comes of it."""
    desk.till.sale.pay()
    desk.until(lambda: not desk.till.sale.state.asking)


def operations(desk: Desk) -> list[tuple[str, dict[str, Any], list[str], str]]:
    """What the journal holds of returns and sales: kind, body, causes, op_id, oldest first."""
    rows = desk.local.raw.execute("SELECT bytes FROM op WHERE kind IN ('return', 'sale') ORDER BY seq").fetchall()
    found = [open_envelope(row[0]) for row in rows]
    return [(it.kind, json.loads(bytes(it.body)), it.causes, it.op_id) for it in found]


def said(desk: Desk) -> str:
    """What the sale says just happened."""
    happened = desk.till.sale.state.happened
    return f"{happened.title} {happened.line}" if happened else ""
