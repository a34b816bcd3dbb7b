"""A terminal for tests of the hub: a key, a journal in memory, and real HTTP. It records what it is told to, right or
wrong, which a real terminal would not."""

import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import func, select

from sync.domain.pricing import Line
from sync.domain.sales import Policy, Sold, Tender, TenderKind, decide_sale
from sync.hub import database, enrolment, tables
from sync.hub.api import now_ms
from sync.hub.serving import Running
from sync.protocol.operations import GENESIS, Payment, Sale, SaleLine, SaleTender, SaleVat, chain, encode
from tests.hub.retailer import PRODUCTS, STORE

HTTP = httpx.Client(timeout=30, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))
"""One client for all: each makes a TLS context, which costs more than a push."""
DAY = "2026-03-14"


def new_code(hub: Running, name: str = "till-1", kind: str = "till", place: str = STORE, **more: Any) -> str:
    """A code to enrol with."""
    with database.write(hub.engine) as conn:
        return enrolment.create_code(
            conn, terminal_id=name, name=name, kind=kind, place=place, now=more.pop("now", now_ms()), **more
        )


def sale_of(goods: dict[str, int], *, place: str = STORE, receipt: str = "1-1", **changed: Any) -> Sale:
    """The recorded sale of products (thousandths of each) for cash. `changed` falsifies fields of it."""
    lines = [Line(p, q, PRODUCTS.get(p, 500), 1200) for p, q in goods.items()]
    sale = cash_sale(lines, sale_id=uuid.uuid4().hex, receipt=receipt, location=place)
    return msgspec.structs.replace(sale, **changed)


def cash_sale(lines: list[Line], *, sale_id: str, receipt: str, location: str) -> Sale:
    """The record of a sale in tenge, paid with more cash than it costs; the sums are those of the pricing engine."""
    sold = decide_sale(lines, [Tender(TenderKind.CASH, 10**9)], Policy())
    assert isinstance(sold, Sold)
    recorded = [
        SaleLine(
            product=x.line.product,
            sku=f"SKU-{x.line.product}",
            name=f"Product {x.line.product}",
            quantity=x.line.quantity,
            unit_price=x.line.unit_price,
            amount=x.amount,
            vat_rate=x.line.vat_rate,
            vat=x.vat,
        )
        for x in sold.totals.lines
    ]
    return Sale(
        sale_id=sale_id,
        receipt=receipt,
        location=location,
        currency="KZT",
        lines=recorded,
        total=sold.totals.total,
        vat=sold.totals.vat,
        by_rate=[SaleVat(v.rate, v.gross, v.vat) for v in sold.totals.by_rate],
        vat_included=True,
        rounding=sold.rounding,
        due=sold.due,
        tenders=[SaleTender("cash", 10**9)],
        change=sold.change,
    )


def payment_of(state: str, attempt: str = "a-1", sale: str = "s-1", amount: int = 100) -> Payment:
    """A payment attempt that reached a state."""
    return Payment(attempt, sale, state, amount, "KZT")


@dataclass
class Terminal:
    """One terminal's side of the protocol."""

    url: str
    name: str = "till-1"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    incarnation: str = field(default_factory=lambda: secrets.token_hex(8))
    raws: list[bytes] = field(default_factory=list)
    token: str = ""
    epoch: str = ""

    @property
    def public_key(self) -> str:
        """Its key as the hub takes it."""
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def enrol(self, code: str) -> httpx.Response:
        """Ask for an identity."""
        body = {"code": code, "public_key": self.public_key, "incarnation": self.incarnation}
        return HTTP.post(f"{self.url}/v1/enrol", json=body)

    def hello(self, at: int | None = None, **changed: Any) -> httpx.Response:
        """Say hello and keep the token."""
        at = now_ms() if at is None else at
        nonce = secrets.token_hex(8)
        text = f"hello:{self.name}:{self.incarnation}:{at}:{nonce}"
        body = {"terminal": self.name, "incarnation": self.incarnation, "at": at, "nonce": nonce}
        body |= {"signature": self.key.sign(text.encode()).hex()} | changed
        answer = HTTP.post(f"{self.url}/v1/hello", json=body)
        if answer.status_code == 200:
            self.token, self.epoch = answer.json()["token"], answer.json()["epoch"]
        return answer

    def record(self, body: Any, kind: str = "sale", **changed: Any) -> bytes:
        """Append an operation to the journal."""
        fields = {"op_id": uuid.uuid4().hex, "at": now_ms(), "business_day": DAY, "actor": "s-1", "causes": []}
        raw = encode(seq=len(self.raws) + 1, kind=kind, body=body, **(fields | changed))
        self.raws.append(raw)
        return raw

    def sell(self, goods: dict[str, int] | None = None, **changed: Any) -> Sale:
        """Record a sale."""
        sale = sale_of(goods or {"p-1": 1000}, receipt=f"{self.name}-{len(self.raws) + 1}", **changed)
        self.record(sale)
        return sale

    def hash_at(self, seq: int) -> bytes:
        """The hash of the own chain after that operation."""
        digest = GENESIS
        for raw in self.raws[:seq]:
            digest = chain(digest, raw)
        return digest

    def push_body(self, first: int = 1, last: int | None = None) -> dict[str, Any]:
        """The push of operations `first` to `last`."""
        last = len(self.raws) if last is None else last
        text = f"push:{self.name}:{self.incarnation}:{last}:{self.hash_at(last).hex()}"
        return {
            "terminal": self.name,
            "incarnation": self.incarnation,
            "epoch": self.epoch,
            "first": first,
            "ops": [raw.decode() for raw in self.raws[first - 1 : last]],
            "signature": self.key.sign(text.encode()).hex(),
        }

    def push(self, first: int = 1, last: int | None = None, **changed: Any) -> httpx.Response:
        """Push operations."""
        return self.post("/v1/push", json=self.push_body(first, last) | changed)

    def post(self, path: str, **how: Any) -> httpx.Response:
        """An authorised POST."""
        return HTTP.post(self.url + path, headers=self.headers | how.pop("headers", {}), **how)

    def get(self, path: str, **params: Any) -> httpx.Response:
        """An authorised GET."""
        return HTTP.get(self.url + path, params=params or None, headers=self.headers)

    def pull(self, scope: str, since: int = 0) -> httpx.Response:
        """A page of a scope."""
        return self.get("/v1/pull", scope=scope, epoch=self.epoch, since=since)

    @property
    def headers(self) -> dict[str, str]:
        """The bearer token."""
        return {"Authorization": f"Bearer {self.token}"}


def terminal_at(hub: Running, name: str = "till-1", kind: str = "till", place: str = STORE) -> Terminal:
    """An enrolled terminal that has said hello."""
    terminal = Terminal(hub.url, name)
    assert terminal.enrol(new_code(hub, name, kind, place)).status_code == 200
    assert terminal.hello().status_code == 200
    return terminal


def verdicts(answer: httpx.Response) -> list[tuple[str, str]]:
    """Outcome and code of each verdict of an answered push."""
    assert answer.status_code == 200, answer.text
    return [(v["outcome"], v["code"]) for v in answer.json()["verdicts"]]


def count(hub: Running, table: Any) -> int:
    """Rows of a table."""
    with hub.engine.connect() as conn:
        return int(conn.execute(select(func.count()).select_from(table)).scalar_one())


def matters(hub: Running) -> list[str]:
    """Codes of what was put before a person, in order."""
    with hub.engine.connect() as conn:
        return list(conn.execute(select(tables.attention.c.code).order_by(tables.attention.c.id)).scalars())
