"""Exchanges: a sale that goods paid for, held against the return that they came back by. Both are facts (I-3)."""

from typing import Any

import msgspec
from sqlalchemy import select

from sync.domain.sales import TenderKind
from sync.domain.verdicts import Code
from sync.hub.cases import Case, Court
from sync.hub.said import money
from sync.hub.tables import taken_back
from sync.protocol.operations import Return, Sale, exchanged_of

_return = msgspec.json.Decoder(Return)


def check(court: Court, sales: list[Case]) -> None:
    """Name what does not fit, once the returns of the same pushes are recorded: the value that goods paid with is the
    value that came back for just this sale."""
    paid = [case for case in sales if case.verdict.code is not Code.DUPLICATE_SALE and _returns_of(case.body)]
    if not paid:
        return
    names = sorted({name for case in paid for name in _returns_of(case.body)})
    rows = court.conn.execute(select(taken_back).where(taken_back.c.return_id.in_(names)))
    known = {row.return_id: row for row in rows}
    for case in paid:
        found = [text for name in _returns_of(case.body) for text in _differences(case, name, known.get(name))]
        if found:
            body: Sale = case.body
            case.find(court, Code.EXCHANGE_DIFFERS, f"{body.receipt}: {'; '.join(found)}", body.sale_id, body.location)


def _returns_of(body: Sale) -> list[str]:
    return sorted({tender.reference for tender in body.tenders if tender.kind == TenderKind.EXCHANGE})


def _differences(case: Case, name: str, row: Any) -> list[str]:
    body: Sale = case.body
    paid = sum(t.amount for t in body.tenders if t.kind == TenderKind.EXCHANGE and t.reference == name)
    if row is None:
        return [f"{money(paid, body.currency)} were paid by return {name}, which is not here"]
    back = _return.decode(row.body)
    found = []
    if back.exchange != body.sale_id or row.terminal != case.who.terminal:
        found.append(f"return {back.receipt} at {row.terminal} paid for another sale")
    if exchanged_of(back) != paid or back.currency != body.currency:
        worth = money(exchanged_of(back), back.currency)
        found.append(f"{money(paid, body.currency)} were paid by return {back.receipt}, which gave {worth} for goods")
    return found
