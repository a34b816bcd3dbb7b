"""The slip of a blind return, and the code that it carries, from the recorded amounts alone."""

from collections.abc import Callable

from pos.receipt.blind import BlindReceipt, GivenLine, blind_receipt
from pos.receipt.credit import Credit
from pos.receipt.document import Document
from pos.receipt.page import ReceiptVat
from pos.receipt.words import words
from pos.slips import footer_of, shop, stub_of
from sync.domain.value import grouped
from sync.local import Local, RecordedBlind
from sync.local.value import code_of
from sync.protocol.operations import BlindReturn


def slip_of(local: Local, done: RecordedBlind, copy: bool, duplicate: bool) -> Document:
    """The slip in the language it was recorded in."""
    body = done.body
    return blind_receipt(_receipt(local, done), shop(local, body.language), body.language, copy, duplicate)


def _receipt(local: Local, done: RecordedBlind) -> BlindReceipt:
    body = done.body
    kg = words(body.language)("kg")
    return BlindReceipt(
        stub=stub_of(local, done.envelope, body.receipt),
        currency=body.currency,
        lines=tuple(
            GivenLine(x.name, x.quantity, x.unit_price, x.amount, x.reason, kg if x.unit == "kg" else "")
            for x in body.lines
        ),
        total=body.total,
        vat=_by_rate(body),
        credit=Credit(code_of(local, body.return_id, body.credit) or "", body.credit_masked, body.total),
        weeks=weeks_of(body),
        vat_included=body.vat_included,
        footer=footer_of(local, body.language),
    )


def weeks_of(body: BlindReturn) -> int:
    """Of how many weeks the lowest price was, as its rules say; 0 if they don't."""
    said = next((rule for rule in body.rules if rule.startswith("lowest_price:")), "")
    limit = said.rpartition("/")[2]
    return int(limit) if limit.isdecimal() else 0


def _by_rate(body: BlindReturn) -> tuple[ReceiptVat, ...]:
    rates = sorted({line.vat_rate for line in body.lines}, reverse=True)
    of = {rate: [line for line in body.lines if line.vat_rate == rate] for rate in rates}
    return tuple(ReceiptVat(rate, sum(x.amount for x in of[rate]), sum(x.vat for x in of[rate])) for rate in rates)


def code_on_screen(body: BlindReturn) -> Callable[[Local], str]:
    """The code in groups, for a till whose paper did not come; "" where it can't know it any more."""

    def job(local: Local) -> str:
        code = code_of(local, body.return_id, body.credit)
        return grouped(code) if code else ""

    return job
