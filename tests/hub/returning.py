"""Orders that shoppers have, and terminals that take them back: for tests of the hub."""

import uuid
from typing import Any

import httpx
import msgspec
from sqlalchemy import select

from sync.domain.orders import Purchase
from sync.domain.returns import Accepted, Basis, Condition, Item, Reason, ReturnRules, decide_return
from sync.hub import channels, database, feed, tables
from sync.hub.api import now_ms
from sync.hub.serving import Running
from sync.hub.settings import put
from sync.protocol.messages import FoundOrders
from sync.protocol.operations import Return, ReturnLine, ReturnRefund
from tests.hub.retailer import STORE
from tests.hub.terminals import HTTP, Terminal

ORDER = "web:o-1"


def paid(kind: str, amount: int, id: str = "t1") -> dict[str, Any]:
    """A payment of an order."""
    return {"id": id, "kind": kind, "amount": amount, "masked": "**** 4242", "reference": f"pay-{id}"}


class Web:
    """A web shop that tells the hub which orders arrived, and that gives money back."""

    def __init__(self, hub: Running, name: str = "web") -> None:
        self.hub = hub
        with database.write(hub.engine) as conn:
            self.key = channels.register(conn, name, name, 1)

    @property
    def headers(self) -> dict[str, str]:
        """The API key."""
        return {"Authorization": f"Bearer {self.key}"}

    def post(self, what: str, body: Any) -> httpx.Response:
        """An authorised POST."""
        return HTTP.post(f"{self.hub.url}/v1/channel/{what}", json=body, headers=self.headers)

    def get(self, what: str, **params: Any) -> Any:
        """An authorised GET's answer."""
        return HTTP.get(f"{self.hub.url}/v1/channel/{what}", params=params, headers=self.headers).json()

    def receive(self, of: dict[str, tuple[str, int, int]] | None = None, /, **changed: Any) -> httpx.Response:
        """An order of lines (product, pieces, amount), paid online unless said otherwise."""
        lines = of or {"1": ("p-1", 3, 100_000), "2": ("p-2", 1, 4_990)}
        body: dict[str, Any] = {
            "order": "o-1",
            "number": "100-48213",
            "lines": [
                {"id": id, "product": product, "quantity": pieces * 1000, "amount": amount}
                for id, (product, pieces, amount) in lines.items()
            ],
            "paid": [paid("online", sum(amount for _, _, amount in lines.values()))],
            "placed_at": 1_000,
            "received_at": 2_000,
            "customer": "Daniyar M.",
            "email": " Daniyar@Example.com",
            "phone": "+7 701 555 01 23",
            "language": "ru",
        }
        return self.post("received", body | changed)

    def refunds(self) -> dict[str, int]:
        """Open refunds: amounts by tender."""
        return {r["paid"]: r["amount"] for r in self.get("refunds")["refunds"]}

    def events(self, after: int = 0) -> list[str]:
        """Kinds of events, in order."""
        return [e["kind"] for e in self.get("events", after=after)["events"]]


def asks(till: Terminal, **by: str) -> list[Purchase]:
    """What the hub finds."""
    answer = till.post("/v1/ask/orders", json=by)
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=FoundOrders).purchases


def claims(till: Terminal, claim: str, lines: dict[str, int], purchase: str = ORDER) -> httpx.Response:
    """Claim thousandths of lines."""
    body = {"claim": claim, "purchase": purchase, "lines": list(lines.items())}
    return till.post("/v1/claims/refund", json=body)


def allow(hub: Running, **settings: object) -> None:
    """What the retailer set."""
    with feed.recording(hub.engine, now_ms()) as (conn, recorder):
        for key, value in settings.items():
            put(conn, recorder, key, value)


def stands(hub: Running, id: str = ORDER) -> Purchase:
    """The purchase as the hub has it."""
    with hub.engine.connect() as conn:
        body = conn.execute(select(tables.purchase.c.body).where(tables.purchase.c.id == id)).scalar_one()
    return msgspec.json.decode(body, type=Purchase)


def back(hub: Running, id: str = ORDER) -> dict[str, tuple[int, int]]:
    """What came back of each line: thousandths and minor units."""
    return {line.id: (line.returned, line.refunded) for line in stands(hub, id).lines}


def return_of(
    bought: Purchase, items: dict[str, int], basis: str = "claim", place: str = STORE, **changed: Any
) -> Return:
    """The return of thousandths of lines as a till decides it with that purchase before it. `changed` falsifies it."""
    condition = Condition(changed.pop("condition", "sealed"))
    asked = [Item(line, quantity, Reason.CHANGED_MIND, condition) for line, quantity in items.items()]
    made = decide_return(bought, asked, place, now_ms(), ReturnRules(10**12, 10**12), Basis(basis))
    assert isinstance(made, Accepted), made
    number = uuid.uuid4().hex
    body = Return(
        return_id=number,
        receipt=f"R-{number[:4]}",
        purchase=bought.id,
        number=bought.number,
        location=place,
        currency=bought.currency,
        lines=[_line(bought, taken) for taken in made.lines],
        refunds=[ReturnRefund(r.paid, r.kind.value, r.amount) for r in made.refunds],
        total=made.total,
        vat=sum(taken.vat for taken in made.lines),
        rounding=made.rounding,
        basis=basis,
    )
    return msgspec.structs.replace(body, **changed)


def _line(bought: Purchase, taken: Any) -> ReturnLine:
    line = bought.line(taken.item.line)
    assert line is not None
    return ReturnLine(
        line=line.id,
        product=line.product,
        sku=line.sku,
        name=line.name,
        quantity=taken.item.quantity,
        amount=taken.amount,
        vat_rate=line.vat_rate,
        vat=taken.vat,
        reason=taken.item.reason.value,
        condition=taken.item.condition.value,
        disposition=taken.disposition.value,
    )


def takes_back(
    till: Terminal, bought: Purchase, items: dict[str, int], basis: str = "claim", **more: Any
) -> httpx.Response:
    """Record a return and push it."""
    till.record(return_of(bought, items, basis, **more), "return")
    return till.push(len(till.raws))
