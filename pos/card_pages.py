"""Papers of their own of card payments: the cashier's slip, and the customer's of a payment that did not go through."""

from pos.receipt.card_slip import CardPaper, card_paper
from pos.receipt.document import Document
from pos.receipt.page import Stub
from pos.slips import name_of, shop, shop_time
from sync.actions.attempts import attempt
from sync.domain.card_slips import CARD_CASHIER, CASHIER, CUSTOMER
from sync.local import Local
from sync.local.card_back import card_refund
from sync.local.card_slips import card_slip

PARTS = {CARD_CASHIER: CASHIER}
"""Whose part a paper is; any other is the customer's."""


def card_page(
    local: Local, what: str, attempt_id: str, lang: str, *, copy: bool = False, duplicate: bool = False
) -> Document:
    """The paper `what` of that payment, or of money that went back. LookupError: it has none."""
    part = PARTS.get(what, CUSTOMER)
    found = card_slip(local, attempt_id, part)
    asked = attempt(local, attempt_id) or card_refund(local, attempt_id)
    if found is None or asked is None:
        raise LookupError(attempt_id)
    said, at = found
    me = local.identity
    stub = Stub(me.name if me else "", "", name_of(local, asked.actor), shop_time(local, at))
    paper = CardPaper(stub, said.lines, part == CASHIER, said.signature)
    return card_paper(paper, shop(local, lang), lang, copy, duplicate)
