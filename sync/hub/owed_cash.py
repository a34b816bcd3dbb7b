"""Cash that is owed to a shopper: asked for by its slip, claimed by one till at a time, paid once (I-8, F32).

A debt's row is locked while a claim is looked at, as it is when a payment is judged: behind stock, before the feed.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, func, select

from sync.domain.order_payments import TILL
from sync.domain.orders import PaidBy, number_key
from sync.domain.owed import OwedState, slip_number
from sync.domain.returns import Basis, Destination
from sync.domain.verdicts import Code
from sync.hub import attention, database, purchases, roles
from sync.hub.attention import Note
from sync.hub.channels import LONGEST_ID, check_ids
from sync.hub.faults import Refusal
from sync.hub.feed import Recorder
from sync.hub.said import money
from sync.hub.tables import attention as noted
from sync.hub.tables import owed_cash, refund_request, sale, taken_back
from sync.protocol.messages import AskOwed, ClaimedOwed, ClaimOwed, Owed, OwedAnswer, ReleaseOwed
from sync.protocol.operations import Return

LEASE_MS = 15 * 60_000
"""How long a debt is kept for the till that is about to pay it: its network may go before it can tell of it."""
SETTLED = "settled"
"""Why nothing is paid of what was withheld: a person decided so."""
_KEEPS_BACK = (Code.REFUND_RIGHT, Code.PURCHASE_UNKNOWN, Code.RETURN_DIFFERS)
_return = msgspec.json.Decoder(Return)


def check_terminal(row: Any) -> None:
    """Raise Refusal unless staff pay out cash at such a terminal."""
    if not roles.may_do(row.kind, "cash_paid"):
        raise Refusal(403, "not_allowed", f"A {row.kind} pays no cash.")


# What is owed, as returns are judged


def make(conn: Connection, rows: Iterable[tuple[dict[str, Any], Recorder]], notes: list[Note]) -> None:
    """Write down debts, each once. One that a till paid before the hub knew of it is paid by now, and nobody needs to
    wonder about it."""
    for row, recorder in rows:
        values = row | {"claim": "", "claimed_by": "", "expires": 0, "payout": "", "paid_at": None}
        statement = database.insert(conn, owed_cash).values(values | {"paid_by": "", "paid_where": ""})
        told = {name: row[name] for name in row if name != "key"}
        statement = statement.on_conflict_do_update(index_elements=["key"], set_=told)
        if conn.execute(statement.returning(owed_cash.c.payout)).scalar_one():
            attention.settle(conn, Code.OWED_DIFFERS, [row["key"]], "hub", recorder)
            notes[:] = [n for n in notes if n.code is not Code.OWED_DIFFERS or n.about != row["key"]]


def held(conn: Connection, keys: Iterable[str]) -> dict[str, Any]:
    """Debts by key, locked in the order of keys. Of one that nobody knows a row is made, whose `at` is 0."""
    names = sorted(set(keys))
    nothing = {c.name: "" for c in owed_cash.columns} | {"amount": 0, "at": 0, "expires": 0, "paid_at": None}
    for name in names:
        conn.execute(database.insert(conn, owed_cash).values(nothing | {"key": name}).on_conflict_do_nothing())
    return _locked(conn, names)


def _locked(conn: Connection, names: list[str]) -> dict[str, Any]:
    query = select(owed_cash).where(owed_cash.c.key.in_(names)).order_by(owed_cash.c.key).with_for_update()
    return {row.key: row for row in conn.execute(query)}


# What a till asks


def ask(conn: Connection, row: Any, request: AskOwed, now: int) -> OwedAnswer:
    """What whoever has that slip can be told. Raises Refusal (403 `not_allowed`, 422 `bad_question`)."""
    check_terminal(row)
    text = request.number.strip().removeprefix("STF1:")[:LONGEST_ID].replace("\x00", "")
    if not number_key(text):
        raise Refusal(422, "bad_question", "Ask by the number on the slip.")
    slip = slip_number(text)
    mine = taken_back.c.receipt.in_(sorted({text, text.upper(), slip} - {""})), taken_back.c.basis != "channel"
    returns = conn.execute(select(taken_back).where(*mine).order_by(taken_back.c.at, taken_back.c.return_id)).all()
    beyond = [] if returns else _beyond_orders(conn, {text, text.upper(), slip} - {""})
    if beyond:
        return OwedAnswer(beyond, now)
    if not returns:
        return OwedAnswer([_not_heard_of(slip)] if slip and _is_ours(conn, slip) else [], now)
    return OwedAnswer([owed for each in returns for owed in _of_return(conn, each)], now)


def _beyond_orders(conn: Connection, receipts: set[str]) -> list[Owed]:
    """What was paid beyond an order and goes back, by the receipt of that payment."""
    rows = conn.execute(select(owed_cash).where(owed_cash.c.receipt.in_(sorted(receipts))).order_by(owed_cash.c.key))
    return [_told(row) for row in rows if row.at and row.return_id.startswith(TILL)]


def _not_heard_of(receipt: str) -> Owed:
    return Owed("", receipt, 0, "", OwedState.WAITING.value, "", 0)


def _is_ours(conn: Connection, slip: str) -> bool:
    """Whether a till of ours gives such numbers, as far as the hub heard of it."""
    series = slip.partition("-")[0]
    used = [
        select(c).where(c > f"{series}-", c < f"{series}.").limit(1) for c in (sale.c.receipt, taken_back.c.receipt)
    ]
    return any(conn.execute(query).first() is not None for query in used)


def _of_return(conn: Connection, row: Any) -> list[Owed]:
    """Debts of a return, what is kept back of it, and what another pays."""
    body = _return.decode(row.body)
    rows = conn.execute(
        select(owed_cash).where(owed_cash.c.return_id == body.return_id).order_by(owed_cash.c.key)
    ).all()
    found = [_told(each) for each in rows]
    mine = refund_request.c.return_id == body.return_id, refund_request.c.kind == PaidBy.CASH.value
    asked = conn.execute(select(func.coalesce(func.sum(refund_request.c.amount), 0)).where(*mine)).scalar_one()
    told = row.receipt, body.currency
    if asked:
        found.append(Owed("", row.receipt, int(asked), body.currency, OwedState.ELSEWHERE.value, "", row.at))
    rest = _promised(body) - int(asked) - sum(each.amount for each in rows)
    if rest > purchases.kept_number(conn, "cash_step"):
        why = _kept_back(conn, body.return_id)
        found.append(Owed("", told[0], rest, told[1], OwedState.WITHHELD.value, why, row.at, number=body.number))
    return found


def _told(row: Any) -> Owed:
    same = {
        "key": row.key,
        "receipt": row.receipt,
        "amount": row.amount,
        "currency": row.currency,
        "number": row.number,
    }
    if not row.payout:
        return Owed(**same, state=OwedState.OPEN.value, why="", at=row.at)
    return Owed(**same, state=OwedState.PAID.value, why=row.paid_where, at=row.paid_at or 0, till=row.paid_by)


def _promised(body: Return) -> int:
    """Cash that was to be given later, minor units."""
    ways = {Destination.COUNTER.value} | ({Destination.TENDERS.value} if body.basis == Basis.PROMISE else set())
    return sum(refund.amount for refund in body.refunds if refund.kind == PaidBy.CASH and refund.to in ways)


def _kept_back(conn: Connection, return_id: str) -> str:
    """The code of the matter that keeps it back, or that it was decided."""
    codes = [code.value for code in _KEEPS_BACK]
    query = select(noted.c.code).where(
        noted.c.about == return_id, noted.c.code.in_(codes), noted.c.settled_at.is_(None)
    )
    return conn.execute(query.order_by(noted.c.id).limit(1)).scalar() or SETTLED


# Claiming


def claim(engine: Engine, row: Any, request: ClaimOwed, now: int) -> ClaimedOwed:
    """Keep a debt for the terminal of that row. The same terminal may claim it anew: it has one drawer. Raises Refusal
    as `ClaimedOwed` says; of `owed_paid` `have` is where, of `owed_claimed` which till."""
    check_terminal(row)
    check_ids(request.key[: request.key.rfind(":")], request.claim)
    if len(request.key) > 3 * LONGEST_ID or not request.key.isprintable():
        raise Refusal(422, "bad_id", "That is no key of a debt.")
    return database.retrying(engine, lambda conn: _claim(conn, row.id, request, now))


def _claim(conn: Connection, who: str, request: ClaimOwed, now: int) -> ClaimedOwed:
    row = _locked(conn, [request.key]).get(request.key)
    if row is None or not row.at:
        raise Refusal(404, "owed_unknown", "Nothing is owed under that key.")
    if row.payout:
        raise Refusal(
            409, "owed_paid", f"{_named(row)} was paid by {row.paid_by} ({row.paid_where}).", have=row.paid_where
        )
    if row.claimed_by not in ("", who) and row.expires > now:
        raise Refusal(409, "owed_claimed", f"{_named(row)} is being paid by {row.claimed_by}.", have=row.claimed_by)
    kept = {"claim": request.claim, "claimed_by": who, "expires": now + LEASE_MS}
    conn.execute(owed_cash.update().where(owed_cash.c.key == row.key).values(**kept))
    return ClaimedOwed(row.key, request.claim, row.receipt, row.amount, row.currency, now + LEASE_MS, now)


def _named(row: Any) -> str:
    return f"{money(row.amount, row.currency)} of {row.receipt}"


def release(engine: Engine, row: Any, request: ReleaseOwed) -> None:
    """Let go of a claim. One that is gone, another's, or that was used, stays what it is."""
    check_ids(request.claim)

    def job(conn: Connection) -> None:
        mine = owed_cash.c.key == request.key, owed_cash.c.claim == request.claim, owed_cash.c.claimed_by == row.id
        nobody = {"claim": "", "claimed_by": "", "expires": 0}
        conn.execute(owed_cash.update().where(*mine, owed_cash.c.payout == "").values(**nobody))

    database.retrying(engine, job)
