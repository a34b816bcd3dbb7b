"""Gift cards and store credit before the hub, as tills and channels use them: for tests."""

import uuid
from typing import Any

import httpx
import msgspec
from sqlalchemy import func, select

from sync.domain.value import account_of, code_from, hold_of
from sync.hub import tables
from sync.hub.serving import Running
from sync.protocol.operations import Return, Sale, SaleTender
from tests.hub.returning import Web
from tests.hub.terminals import Terminal, sale_of

CODE = code_from(600_700_800_900_123)
ACCOUNT = account_of(CODE)
PRICE = 29_900
"""Of one p-1, minor units."""
APPLIED = ("applied", "")


def beyond(code: str) -> tuple[str, str]:
    """The verdict of what is recorded and put before a person."""
    return ("applied_with_exception", code)


def details(hub: Running) -> list[str]:
    """What is said of each matter, the oldest first."""
    with hub.engine.connect() as conn:
        return list(conn.execute(select(tables.attention.c.detail).order_by(tables.attention.c.id)).scalars())


def issued(web: Web, amount: int = PRICE, **changed: Any) -> httpx.Response:
    """The channel sold a gift card of that amount."""
    body = {"value": "gift-1", "code": CODE, "amount": amount, "currency": "KZT", "at": 1_000}
    return web.post("value", body | changed)


def holds(till: Terminal, sale: str, amount: int = PRICE, account: str = ACCOUNT) -> httpx.Response:
    """A till asks for an amount to be held."""
    return till.post("/v1/claims/value", json={"account": account, "amount": amount, "sale": sale})


def asks(till: Terminal, account: str = ACCOUNT) -> dict[str, Any]:
    """What the hub says of an account."""
    answer = till.post("/v1/ask/value", json={"account": account})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def pays(till: Terminal, sale: str = "", *, account: str = ACCOUNT, hold: str = "", **changed: Any) -> Sale:
    """Record the sale of one p-1 that is paid with stored value, by the hold that there is or should be."""
    sale = sale or uuid.uuid4().hex
    amount = changed.pop("amount", PRICE)
    tender = SaleTender("gift_card", amount, hold or hold_of(account, sale), account, account[:4])
    rest = [SaleTender("cash", PRICE - amount)] if amount < PRICE else []
    body = sale_of({"p-1": 1000}, receipt=f"{till.name}-{len(till.raws) + 1}", sale_id=sale)
    body = msgspec.structs.replace(body, tenders=[tender, *rest], change=0, **changed)
    till.record(body)
    return body


def onto_credit(body: Return, account: str = ACCOUNT) -> Return:
    """The return, with its money onto store credit instead."""
    refunds = [msgspec.structs.replace(r, to="credit") for r in body.refunds]
    return msgspec.structs.replace(body, refunds=refunds, credit=account, credit_masked="0007")


def balance(hub: Running, account: str = ACCOUNT) -> int:
    """The sum of an account's ledger."""
    entry = tables.value_entry.c
    with hub.engine.connect() as conn:
        return int(conn.execute(select(func.sum(entry.amount)).where(entry.account == account)).scalar() or 0)


def entries(hub: Running, account: str = ACCOUNT) -> list[tuple[str, int]]:
    """An account's ledger: what and how much."""
    entry = tables.value_entry.c
    query = select(entry.reason, entry.amount).where(entry.account == account).order_by(entry.id)
    with hub.engine.connect() as conn:
        return [(row[0], row[1]) for row in conn.execute(query)]


def hold_state(hub: Running, hold: str) -> str:
    """The state of a hold."""
    with hub.engine.connect() as conn:
        query = select(tables.value_hold.c.state).where(tables.value_hold.c.hold == hold)
        return str(conn.execute(query).scalar_one())
