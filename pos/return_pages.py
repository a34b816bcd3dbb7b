"""The slip of a recorded return, from the recorded amounts alone."""

from collections.abc import Iterator

from pos.receipt.back_by import how
from pos.receipt.credit import Credit
from pos.receipt.document import Document
from pos.receipt.page import ReceiptVat
from pos.receipt.returned import BackLine, BackTender, ReturnReceipt, return_receipt
from pos.receipt.words import words
from pos.slips import footer_of, shop, stub_of
from sync.domain.card_slips import CUSTOMER
from sync.domain.returns import Basis
from sync.local import Local, RecordedReturn, settings
from sync.local.card_back import card_refunds_of
from sync.local.card_slips import slip_lines
from sync.local.value import code_of
from sync.protocol.operations import Return, ReturnLine, credit_of, exchanged_of, owed_of


def return_page(local: Local, back: RecordedReturn, *, copy: bool = False, duplicate: bool = False) -> Document:
    """The slip of a recorded return in the shopper's language, from the recorded amounts alone."""
    body = back.body
    return return_receipt(as_slip(local, back), shop(local, body.language), body.language, copy, duplicate)


def as_slip(local: Local, back: RecordedReturn) -> ReturnReceipt:
    """A recorded return as plain data for the page."""
    body = back.body
    kg = words(body.language)("kg")
    units = [kg if x.unit == "kg" else "" for x in body.lines]
    said = zip(body.lines, units, strict=True)
    lines = (BackLine(x.name, x.quantity, x.amount, x.reason, unit, tuple(x.serials)) for x, unit in said)
    return ReturnReceipt(
        stub=stub_of(local, back.envelope, body.receipt),
        order=body.number,
        currency=body.currency,
        lines=tuple(lines),
        tenders=tuple(_back(local, body)),
        total=body.total,
        vat=_by_rate(body.lines),
        rounding=body.rounding,
        promised=body.basis == Basis.PROMISE,
        vat_included=settings(local).policy.vat_included,
        footer=footer_of(local, body.language),
        credit=_credit(local, body),
        owed=owed_of(body),
    )


def _back(local: Local, body: Return) -> Iterator[BackTender]:
    """Where the money goes: into other goods, onto store credit, back by each tender, and how that stands now."""
    if exchanged_of(body):
        yield BackTender("exchange", exchanged_of(body))
    if credit_of(body):
        yield BackTender("store_credit", credit_of(body), f"•• {body.credit_masked}")
    say, days = words(body.language), settings(local).refund_days
    hows = {it.id: how(it.state, days, say) for it in card_refunds_of(local, body.return_id)}
    for r in body.refunds:
        if not r.to:
            slip = slip_lines(local, r.attempt, CUSTOMER)
            yield BackTender(r.kind, r.amount, r.masked, hows.get(r.attempt, ""), slip)
    if owed_of(body):
        yield BackTender("counter", owed_of(body))


def _credit(local: Local, body: Return) -> Credit | None:
    """The code that a slip of store credit shows: derived anew for each print, and stored nowhere."""
    if not body.credit:
        return None
    code = code_of(local, body.return_id, body.credit) or ""
    return Credit(code, body.credit_masked, credit_of(body), waits=body.basis == Basis.PROMISE)


def _by_rate(lines: list[ReturnLine]) -> tuple[ReceiptVat, ...]:
    rates = sorted({line.vat_rate for line in lines}, reverse=True)
    return tuple(
        ReceiptVat(
            rate,
            sum(line.amount for line in lines if line.vat_rate == rate),
            sum(line.vat for line in lines if line.vat_rate == rate),
        )
        for rate in rates
    )
