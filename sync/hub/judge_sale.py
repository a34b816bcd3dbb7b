"""Judging sales: the recorded lines are priced again and flagged if they differ, and never refused (I-3, F16, F39)."""

from typing import Any

from msgspec import UNSET
from msgspec.structs import asdict

from sync.domain.pricing import Line, Totals, price_cart
from sync.domain.verdicts import Code
from sync.hub import given, judge_value, movements, sides, takings
from sync.hub.cases import Case, Court, Unfit, check_ids
from sync.hub.given import append
from sync.hub.movements import Move, Post
from sync.hub.purchases import NOT_OF_ROW
from sync.hub.tables import sale, sale_line, sale_serial, sale_tender, sale_vat
from sync.protocol.operations import Sale, SaleLine, SaleTender
from sync.protocol.takings import of_sale

LARGEST_QUANTITY = 10**12
"""A billion pieces, in thousandths."""


def check(body: Sale) -> None:
    """Raise Unfit if no database could hold it."""
    check_ids(body.sale_id, body.receipt, body.location, body.currency)
    for line in body.lines:
        check_ids(line.product, *line.serials)
        if line.expired is not UNSET:
            check_ids(line.expired.over, line.expired.reason, line.expired.approved_by)
    for tender in body.tenders:  # what it names is looked up, whatever it was paid with
        check_ids(tender.reference, tender.attempt)
    if not body.sale_id:
        raise Unfit("the sale has no id")
    if any(abs(line.quantity) > LARGEST_QUANTITY for line in body.lines):
        raise Unfit("a quantity is beyond what can be")


def judge(court: Court, cases: list[Case]) -> None:
    """Record the sales of pushes: each sale once, its stock moved, what collides put before a person."""
    fresh = _first_of_each(court, cases)
    places = movements.known_locations(court.conn, {case.body.location for case in cases})
    goods = movements.known_products(court.conn, {line.product for case in fresh for line in case.body.lines})
    for case in cases:
        case.recorder.touch(f"location:{case.body.location if case.body.location in places else case.who.location}")
    for case in fresh:
        _check_money(court, case)
        _check_place(court, case, places, goods)
    _record(court, fresh)
    takings.book(court, fresh, of_sale)
    judge_value.capture(court, fresh)
    _move_stock(court, fresh, places, goods)


def _first_of_each(court: Court, cases: list[Case]) -> list[Case]:
    seen = _recorded(court, sorted({case.body.sale_id for case in cases}))
    fresh = []
    for case in cases:
        number = case.body.sale_id
        if number in seen:
            detail = f"sale {number} is recorded already: {seen[number]}"
            case.find(court, Code.DUPLICATE_SALE, detail, number, case.body.location)
            continue
        seen[number] = f"operation {case.seq} of {case.who.terminal}"
        fresh.append(case)
    return fresh


_FIND = "SELECT sale.sale_id, sale.seq, sale.terminal FROM {given} JOIN sale ON sale.sale_id = given.id"


def _recorded(court: Court, numbers: list[str]) -> dict[str, str]:
    found = given.run(court.conn, _FIND, (("id", "text"),), [{"id": number} for number in numbers])
    return {row.sale_id: f"operation {row.seq} of {row.terminal}" for row in found}


def _check_money(court: Court, case: Case) -> None:
    differences = differences_of(case.body)
    if differences:
        case.find(court, Code.TOTAL_DIFFERS, "; ".join(differences), case.body.sale_id, case.body.location)


def differences_of(body: Sale) -> list[str]:
    """Where a recorded sale does not add up by the one pricing engine, in words with minor units; [] if it does."""
    try:
        totals = price_cart([_line(line) for line in body.lines], body.vat_included)
    except ValueError as fault:
        return [str(fault)]
    paid = sum(tender.amount for tender in body.tenders)
    return [
        *_line_differences(body, totals),
        *_differs("total", body.total, totals.total),
        *_differs("VAT", body.vat, totals.vat),
        *_differs("VAT table", sorted((v.rate, v.gross, v.vat) for v in body.by_rate), _table(totals)),
        *_differs("due", body.due, body.total + body.rounding),
        *_differs("paid less change", paid - body.change, body.due),
    ]


def _line(line: SaleLine) -> Line:
    labelled = None if line.labelled is UNSET else line.labelled
    return Line(line.product, line.quantity, line.unit_price, line.vat_rate, labelled=labelled)


def _table(totals: Totals) -> list[tuple[int, int, int]]:
    return [(v.rate, v.gross, v.vat) for v in totals.by_rate]


def _line_differences(body: Sale, totals: Totals) -> list[str]:
    return [
        f"line {n} ({line.sku}): recorded {line.amount} with VAT {line.vat}, priced {priced.amount} with {priced.vat}"
        for n, (line, priced) in enumerate(zip(body.lines, totals.lines, strict=True), 1)
        if (line.amount, line.vat) != (priced.amount, priced.vat)
    ]


def _differs(what: str, recorded: object, expected: object) -> list[str]:
    return [] if recorded == expected else [f"{what}: recorded {recorded}, should be {expected}"]


def _check_place(court: Court, case: Case, places: set[str], goods: set[str]) -> None:
    body: Sale = case.body
    if body.location not in places:
        case.find(court, Code.LOCATION_UNKNOWN, f"location {body.location} is not known", body.sale_id)
    elif body.location != case.who.location:
        detail = f"sold at {body.location} by a terminal of {case.who.location}"
        case.find(court, Code.NOT_ALLOWED, detail, body.sale_id, body.location)
    for number in dict.fromkeys(line.product for line in body.lines if line.product not in goods):
        case.find(court, Code.PRODUCT_UNKNOWN, f"product {number} is not known", number, body.location)


def _record(court: Court, cases: list[Case]) -> None:
    append(court.conn, sale, [_sale_row(case) for case in cases])
    lines, units, tenders, rates = [], [], [], []
    for case in cases:
        number, body = case.body.sale_id, case.body
        for n, line in enumerate(body.lines, 1):
            lines.append({"sale_id": number, "n": n} | _plain(line))
            named = enumerate(line.serials, 1)
            units += [{"sale_id": number, "n": n, "unit": unit, "serial": serial} for unit, serial in named]
        tenders += [{"sale_id": number, "n": n} | _tender(x) for n, x in enumerate(body.tenders, 1)]
        rates += [{"sale_id": number, "n": n} | asdict(x) for n, x in enumerate(body.by_rate, 1)]
    append(court.conn, sale_line, lines)
    append(court.conn, sale_serial, units)
    append(court.conn, sale_tender, tenders)
    append(court.conn, sale_vat, rates)


def _plain(line: SaleLine) -> dict[str, Any]:
    """What a row has of a line; the rest of it stands in its operation."""
    return {name: said for name, said in asdict(line).items() if name not in NOT_OF_ROW}


def _tender(it: SaleTender) -> dict[str, Any]:
    """What is kept of a tender: what stayed on a card is the ledger's to say."""
    return {name: getattr(it, name) for name in ("kind", "amount", "attempt", "reference", "masked")}


def _sale_row(case: Case) -> dict[str, Any]:
    body: Sale = case.body
    envelope = case.envelope
    assert envelope is not None  # a case with a body has one
    return {
        "sale_id": body.sale_id,
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
        "lines": len(body.lines),
        "total": body.total,
        "vat": body.vat,
        "vat_included": int(body.vat_included),
        "rounding": body.rounding,
        "due": body.due,
        "change": body.change,
        "language": body.language,
    }


def _move_stock(court: Court, cases: list[Case], places: set[str], goods: set[str]) -> None:
    placed = [case for case in cases if case.body.location in places]
    posts = [Post(case.recorder, move, case) for case in placed for move in _moves(case, goods)]
    for post, after in zip(posts, movements.post_all(court.conn, posts), strict=True):
        move = post.move
        if after < 0 and move.delta < 0:
            detail = f"{move.product} at {move.location}: {after} thousandths on hand"
            facts = sides.of_goods(court.conn, post.owner, move, after)
            post.owner.find(court, Code.STOCK_BELOW_ZERO, detail, move.product, move.location, facts)


def _moves(case: Case, goods: set[str]) -> list[Move]:
    envelope = case.envelope
    assert envelope is not None  # a case with a body has one
    return [
        Move(
            f"op:{case.op_id}:{n}",
            line.product,
            case.body.location,
            -line.quantity,
            "sale",
            envelope.at,
            case.who.terminal,
        )
        for n, line in enumerate(case.body.lines, 1)
        if line.product in goods
    ]
