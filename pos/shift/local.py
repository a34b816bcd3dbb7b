"""What a shift's screens and papers need of this terminal's files. Each function is a job for the database thread."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pos.receipt.document import Document
from pos.receipt.page import Stub
from pos.receipt.shift import CashSum, MoveSlip, MoveSum, ShiftReport, TenderSum, move_slip, shift_report
from pos.shift.state import Around, MoveRow, PastRow
from pos.shift.view import short
from pos.slips import fiscal_mark, shop
from sync.actions.cart import open_cart
from sync.actions.counting import Count, kept_count
from sync.actions.printing import PrintState, unprinted
from sync.actions.shifts import Z_REPORT
from sync.local import (
    Local,
    OpenShift,
    RecordedClose,
    RecordedMove,
    ShiftTotals,
    closed_shifts,
    link_status,
    open_shift_of,
    settings,
    shift_by_number,
    staff,
    totals,
)
from sync.local.shifts import moves_of, opened_by_id
from sync.protocol.operations import ShiftClosed

Write = Callable[[Local], Document]
"""Makes a page in the database thread."""
SHOWN = 30
"""So many closed shifts are listed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the drawer stands: what is known, a count that was begun, goods in the cart, money that is not settled."""

    around: Around
    count: Count | None
    in_cart: int
    unsettled: bool
    unprinted: str


def standing(now: int, may_see: bool) -> Callable[[Local], Standing]:
    """How the drawer stands now. `may_see`: whether the cash that should be there is read at all."""

    def read(local: Local) -> Standing:
        cart, count = open_cart(local, now), kept_count(local)
        unsettled = any(attempt.holds_money for attempt in cart.attempts)
        doubtful = [job.ref for job in unprinted(local) if job.what == Z_REPORT and job.state is PrintState.QUEUED]
        around = _around(local, now, may_see, kept=count is not None)
        return Standing(around, count, len(cart.lines), unsettled, doubtful[-1] if doubtful else "")

    return read


def _around(local: Local, now: int, may_see: bool, kept: bool) -> Around:
    shift, names = open_shift_of(local), _names(local)
    past = tuple(_past(done, names) for done in closed_shifts(local, SHOWN))
    known = Around(settings=settings(local), link=link_status(local, now), past=past, kept=kept)
    if shift is None:
        return known
    moves = tuple(_moved(move, names) for move in moves_of(local, shift.shift))
    report = x_report(local, shift, now, may_see)
    return Around(known.settings, known.link, shift.shift, report, shift.at, moves, past, kept)


def _names(local: Local) -> dict[str, str]:
    return {person.id: person.name for person in staff(local)}


def _moved(move: RecordedMove, names: dict[str, str]) -> MoveRow:
    body, envelope = move.body, move.envelope
    by = names.get(envelope.actor, "")
    return MoveRow(body.move, body.kind, body.amount, body.reason, body.note, envelope.at, by)


def _past(done: RecordedClose, names: dict[str, str]) -> PastRow:
    body, envelope = done.body, done.envelope
    by = names.get(envelope.actor, "")
    return PastRow(body.number, envelope.at, by, body.counted, body.difference, body.currency)


def _clock(local: Local, at: int) -> datetime:
    """The shop's own clock."""
    return datetime.fromtimestamp(at // 1000, UTC).astimezone(ZoneInfo(settings(local).timezone))


def _stub(local: Local, number: str, actor: str, at: int) -> Stub:
    series = number.rpartition("-Z")[0]
    return Stub(series, short(number), _names(local).get(actor, ""), _clock(local, at))


# ------------------------------------------------------------------------------------------------------- reports


def x_report(local: Local, shift: OpenShift, now: int, may_see: bool) -> ShiftReport:
    """The open shift until now; without its cash for those who may not see it."""
    sums = totals(local, shift)
    cash = CashSum(sums.expected) if may_see else None
    stub = _stub(local, shift.number, shift.actor, now)
    opened = (_clock(local, shift.at), _names(local).get(shift.actor, ""))
    return _report(stub, False, shift.currency, opened, shift.float_, sums, cash)


def z_report(local: Local, done: RecordedClose) -> ShiftReport:
    """A closed shift, from what was recorded alone."""
    body, envelope = done.body, done.envelope
    pieces = tuple((value, count) for value, count in body.pieces)
    cash = CashSum(body.expected, body.counted, body.first_counted, pieces, body.reason, body.note)
    stub = replace(_stub(local, body.number, envelope.actor, envelope.at), fiscal=fiscal_mark(local, body.number))
    names = _names(local)
    opened = (_clock(local, body.opened_at), names.get(body.opened_by, ""))
    approved = names.get(body.approved_by, "")
    return _report(stub, True, body.currency, opened, body.float_, body, cash, body.waiting, approved)


def _report(
    stub: Stub,
    closed: bool,
    currency: str,
    opened: tuple[datetime, str],
    float_: int,
    sums: ShiftTotals | ShiftClosed,
    cash: CashSum | None,
    waiting: int = 0,
    approved_by: str = "",
) -> ShiftReport:
    return ShiftReport(
        stub=stub,
        closed=closed,
        currency=currency,
        opened=opened[0],
        opened_by=opened[1],
        float_=float_,
        sales=sums.sales,
        sold=sums.sold,
        sold_vat=sums.sold_vat,
        returns=sums.returns,
        returned=sums.returned,
        returned_vat=sums.returned_vat,
        tenders=tuple(TenderSum(t.kind, t.sold, t.refunded) for t in sums.tenders),
        moves=tuple(MoveSum(m.kind, m.count, m.amount) for m in sums.moves),
        cash=cash,
        promised=sums.promised,
        rounding=sums.rounding,
        first_receipt=sums.first_receipt,
        last_receipt=sums.last_receipt,
        between=(sums.between.sales, sums.between.returns) if sums.between is not None else (0, 0),
        waiting=waiting,
        approved_by=approved_by,
        orders=sums.orders,
        ordered=sums.ordered,
        orders_between=sums.between.orders if sums.between is not None else 0,
    )


# -------------------------------------------------------------------------------------------------------- papers


def x_page(now: int, may_see: bool, language: str) -> Write:
    """The X report of the open shift on paper. LookupError: none is open."""

    def write(local: Local) -> Document:
        shift = open_shift_of(local)
        if shift is None:
            raise LookupError("no shift is open")
        return shift_report(x_report(local, shift, now, may_see), shop(local, language), language)

    return write


def z_page(number: str, *, copy: bool = False, duplicate: bool = False) -> Write:
    """The Z report of a closed shift, in the language it was closed in. LookupError: there is none of that number."""

    def write(local: Local) -> Document:
        done = closed(number)(local)
        lang = done.body.language
        return shift_report(z_report(local, done), shop(local, lang), lang, copy, duplicate)

    return write


def move_page(done: RecordedMove, language: str, *, copy: bool = False, duplicate: bool = False) -> Write:
    """The slip of cash that was moved by hand."""

    def write(local: Local) -> Document:
        slip = as_slip(local, done)
        return move_slip(slip, shop(local, language), language, copy, duplicate)

    return write


def as_slip(local: Local, done: RecordedMove) -> MoveSlip:
    """A recorded movement as plain data for the page. LookupError: its shift is not known here."""
    body, envelope, shift = done.body, done.envelope, opened_by_id(local, done.body.shift)
    if shift is None:
        raise LookupError(body.shift)
    number, currency = shift.body.number, shift.body.currency
    stub = replace(_stub(local, number, envelope.actor, envelope.at), fiscal=fiscal_mark(local, body.move))
    approved = _names(local).get(body.approved_by, "")
    return MoveSlip(stub, body.kind, short(number), currency, body.amount, body.reason, body.note, approved)


def z_of(number: str) -> Callable[[Local], ShiftReport]:
    """The figures of a closed shift by its number. LookupError: there is none."""
    return lambda local: z_report(local, closed(number)(local))


def closed(number: str) -> Callable[[Local], RecordedClose]:
    """A closed shift by its number. LookupError: there is none."""

    def read(local: Local) -> RecordedClose:
        done = shift_by_number(local, number)
        if done is None:
            raise LookupError(number)
        return done

    return read
