"""Judging returns with no proof: the goods are back and the credit is on paper, so nothing is refused (I-3). The credit
goes onto its account once; what is beyond the limits that the retailer set is put before a person, the sides named.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select, text

from sync.domain.blind import DAY_MS, BlindRules, priced
from sync.domain.returns import Condition, Disposition, Reason
from sync.domain.value import ValueKind, ValueState, is_account
from sync.domain.verdicts import Code
from sync.hub import given, movements, takings
from sync.hub.cases import LONGEST_ID, Case, Court, Unfit, check_ids
from sync.hub.faults import Refusal
from sync.hub.judge_return import check_place, move_stock
from sync.hub.judge_sale import LARGEST_QUANTITY
from sync.hub.purchases import kept_number
from sync.hub.said import money
from sync.hub.sides import late, of_case
from sync.hub.tables import blind_return
from sync.hub.vault import Account, Entry
from sync.protocol.blind import AskVelocity, VelocityAnswer
from sync.protocol.matters import Facts, Side
from sync.protocol.operations import BlindLine, BlindReturn
from sync.protocol.takings import of_blind

NAMED = 3
"""Earlier blind returns that a matter names, the latest ones."""
MOST_RULES = 600
_DAYS = BlindRules().days


def check(body: BlindReturn) -> None:
    """Raise Unfit (or ValueError, of a word that is none) if no record could hold it."""
    check_ids(body.return_id, body.receipt, body.location, body.currency, body.credit, body.credit_masked)
    check_ids(body.evidence, body.shopper, body.approved_by, body.language, *body.approved)
    if not body.return_id or not body.shopper or not is_account(body.credit):
        raise Unfit("the return has no id, names no shopper, or its credit no account")
    if len(body.rules) > MOST_RULES or any(len(rule) > 200 for rule in body.rules):
        raise Unfit("there are more rules, or longer ones, than can be")
    if not body.lines or body.total < 0:
        raise Unfit("it has no lines, or its money is negative")
    for line in body.lines:
        _check_line(line)


def _check_line(line: BlindLine) -> None:
    check_ids(line.product)
    Reason(line.reason)
    Condition(line.condition)
    Disposition(line.disposition)
    if not 0 < line.quantity <= LARGEST_QUANTITY:
        raise Unfit("a quantity is none, or beyond what can be")
    if min(line.amount, line.unit_price) < 0 or not 0 <= line.vat_rate <= 10_000:
        raise Unfit("an amount or a VAT rate is none")


@dataclass(frozen=True, slots=True)
class _Limits:
    """As the retailer set them; days of the window in ms."""

    count: int
    amount: int
    till_day: int
    window: int


def judge(court: Court, cases: list[Case]) -> None:
    """Record blind returns of pushes in their order, each once: credit, stock, and what exceeds the limits."""
    places = movements.known_locations(court.conn, {case.body.location for case in cases})
    fresh = _first_of_each(court, cases)
    goods = movements.known_products(court.conn, {line.product for case in fresh for line in case.body.lines})
    limits = limits_of(court.conn)
    for case in cases:
        case.recorder.touch(f"location:{case.body.location if case.body.location in places else case.who.location}")
    for case in fresh:
        _find_differences(court, case)
        _find_beyond(court, case, limits)
        given.append(court.conn, blind_return, [_row(case)])
        _credit(court, case)
        check_place(court, case, places, goods)
    takings.book(court, fresh, of_blind)
    court.vault.write()
    move_stock(court, fresh, places, goods)


def lock(court: Court, cases: list[Case]) -> None:
    """Hold the shoppers, before any stock, so that two tills that take back from one at the same moment know of each
    other. The accounts are held by `judge_value`."""
    if court.conn.dialect.name == "postgresql":  # on SQLite writers go one by one
        hold = text("SELECT pg_advisory_xact_lock(hashtextextended(:shopper, 3))")
        for shopper in sorted({case.body.shopper for case in cases}):
            court.conn.execute(hold, {"shopper": shopper})


def _first_of_each(court: Court, cases: list[Case]) -> list[Case]:
    ids = sorted({case.body.return_id for case in cases})
    query = select(blind_return.c.return_id, blind_return.c.seq, blind_return.c.terminal)
    known = court.conn.execute(query.where(blind_return.c.return_id.in_(ids)))
    seen = {row.return_id: f"operation {row.seq} of {row.terminal}" for row in known}
    fresh = []
    for case in cases:
        number = case.body.return_id
        if number in seen:
            detail = f"return {number} is recorded already: {seen[number]}"
            case.find(court, Code.DUPLICATE_RETURN, detail, number, case.body.location)
            continue
        seen[number] = f"operation {case.seq} of {case.who.terminal}"
        fresh.append(case)
    return fresh


def _find_differences(court: Court, case: Case) -> None:
    body: BlindReturn = case.body
    found = differences_of(body)
    if found:
        case.find(court, Code.RETURN_DIFFERS, f"{_named(case)}: {'; '.join(found)}", body.return_id, body.location)


def differences_of(body: BlindReturn) -> list[str]:
    """Where a recorded blind return does not add up, in words with minor units; [] if it does."""
    found = []
    for n, line in enumerate(body.lines, 1):
        due = priced(line.unit_price, line.quantity, line.vat_rate, body.vat_included)
        if (line.amount, line.vat) != due:
            found.append(f"line {n} ({line.sku}): recorded {line.amount} with VAT {line.vat}, worth {due[0]}")
        if line.today and line.unit_price > line.today:
            found.append(f"line {n} ({line.sku}): {line.unit_price} is above today's price, {line.today}")
    if body.total != sum(line.amount for line in body.lines) or body.vat != sum(line.vat for line in body.lines):
        found.append(f"total: recorded {body.total} with VAT {body.vat}, which its lines do not add up to")
    return found if body.approved_by else [*found, "nobody approved it"]


def limits_of(conn: Connection) -> _Limits:
    """The limits as they stand at the hub; what is not set allows nothing."""
    return _Limits(
        count=kept_number(conn, "blind_limit_count"),
        amount=kept_number(conn, "blind_limit_amount"),
        till_day=kept_number(conn, "blind_till_amount_day"),
        window=(kept_number(conn, "blind_limit_days") or _DAYS) * DAY_MS,
    )


def _find_beyond(court: Court, case: Case, limits: _Limits) -> None:
    """Whichever of two comes later finds both, however late the hub heard of either."""
    body: BlindReturn = case.body
    before = _of_shopper(court.conn, case, limits.window)
    amount = body.total + sum(row.total for row in before)
    today = body.total + _of_till(court.conn, case)
    beyond = []
    if len(before) + 1 > limits.count:
        beyond.append(f"return {len(before) + 1} of this shopper, {limits.count} may be")
    if amount > limits.amount:
        beyond.append(f"{money(amount, body.currency)} of this shopper, {money(limits.amount, body.currency)} may be")
    if today > limits.till_day:
        may = money(limits.till_day, body.currency)
        beyond.append(f"{money(today, body.currency)} at this till that day, {may} may be")
    if beyond:
        met = "; ".join(_told(row) for row in before[-NAMED:])
        detail = f"{_named(case)}: {', '.join(beyond)}." + (f" Before it: {met}." if met else "")
        facts = Facts(sides=[*(_side(row) for row in before[-NAMED:]), of_case(case)], currency=body.currency)
        case.find(court, Code.BLIND_LIMIT, detail, body.return_id, body.location, facts)


def _of_shopper(conn: Connection, case: Case, window: int) -> list[Any]:
    assert case.envelope is not None  # a case with a body has one
    at = case.envelope.at
    mine = (blind_return.c.shopper == case.body.shopper, blind_return.c.at.between(at - window, at + window))
    query = select(blind_return).where(*mine, blind_return.c.currency == case.body.currency)
    return list(conn.execute(query.order_by(blind_return.c.at, blind_return.c.return_id)))


def _of_till(conn: Connection, case: Case) -> int:
    assert case.envelope is not None  # a case with a body has one
    day = (blind_return.c.terminal == case.who.terminal, blind_return.c.business_day == case.envelope.business_day)
    return int(conn.execute(select(func.coalesce(func.sum(blind_return.c.total), 0)).where(*day)).scalar_one())


def _named(case: Case) -> str:
    body: BlindReturn = case.body
    return f"{body.receipt} at {case.who.terminal} ({body.location}), {money(body.total, body.currency)}"


def _told(row: Any) -> str:
    return f"{row.receipt} at {row.terminal} ({row.location}), {money(row.total, row.currency)}"


def _side(row: Any) -> Side:
    return Side(
        what="blind_return",
        at=row.at,
        terminal=row.terminal,
        location=row.location,
        actor=row.actor,
        receipt=row.receipt,
        amount=row.total,
        late=late(row.at, row.received_at),
    )


def _row(case: Case) -> dict[str, Any]:
    body: BlindReturn = case.body
    envelope = case.envelope
    assert envelope is not None  # a case with a body has one
    return {
        "return_id": body.return_id,
        "terminal": case.who.terminal,
        "incarnation": case.who.incarnation,
        "seq": case.seq,
        "receipt": body.receipt,
        "location": body.location,
        "currency": body.currency,
        "at": envelope.at,
        "business_day": envelope.business_day,
        "actor": envelope.actor,
        "received_at": case.now,
        "total": body.total,
        "vat": body.vat,
        "credit": body.credit,
        "shopper": body.shopper,
        "approved_by": body.approved_by,
        "evidence": body.evidence,
        "body": msgspec.json.encode(body).decode(),
    }


def _credit(court: Court, case: Case) -> None:
    """Onto the account of its code, once for the operation."""
    body: BlindReturn = case.body
    assert case.envelope is not None  # a case with a body has one
    kind, state = ValueKind.STORE_CREDIT.value, ValueState.OPEN.value
    like = Account(body.credit, kind, body.credit_masked[:4], body.currency, state, None)
    entry = Entry(
        key=f"credit:{case.op_id}",
        account=body.credit,
        amount=body.total,
        reason="credited",
        about=body.return_id,
        named=_named(case),
        at=case.envelope.at,
        received_at=case.now,
        source=case.who.terminal,
    )
    court.vault.credit(like, entry)


def velocity(conn: Connection, terminal: str, request: AskVelocity, now: int) -> VelocityAnswer:
    """How often a shopper brought goods back with no proof in the days that count: at the asking terminal, and at all
    others. Raises Refusal (422) for what names no shopper."""
    if not 0 < len(request.shopper) <= LONGEST_ID or not request.shopper.isprintable():
        raise Refusal(422, "bad_question", "Name a shopper by the digest of a phone number.")
    window = limits_of(conn).window
    own = blind_return.c.terminal == terminal
    mine = (blind_return.c.shopper == request.shopper, blind_return.c.at > now - window)
    query = select(own.label("own"), func.count(), func.coalesce(func.sum(blind_return.c.total), 0))
    found = {bool(row[0]): (int(row[1]), int(row[2])) for row in conn.execute(query.where(*mine).group_by(own))}
    others, ours = found.get(False, (0, 0)), found.get(True, (0, 0))
    return VelocityAnswer(now, window // DAY_MS, *others, *ours)
