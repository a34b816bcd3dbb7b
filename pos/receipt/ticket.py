"""The ticket of somebody who came for an order: the number that is called."""

from dataclasses import dataclass
from datetime import datetime

from pos.receipt.document import Blank, Centred, Cut, Document, Huge, Row, Rule
from pos.receipt.page import Page


@dataclass(frozen=True, slots=True)
class Ticket:
    """What is called ("K42"), for which order, and when it was given, by the shop's clock."""

    ticket: str
    number: str
    store: str
    local_time: datetime


def ticket_paper(ticket: Ticket, lang: str, copy: bool = False, duplicate: bool = False) -> Document:
    """The ticket in `lang`, which is the shopper's; it names no person."""
    page = Page(lang, "", ())
    _ = page._
    items = [
        *page.marks(copy, duplicate),
        Centred(_("Your number")),
        Huge(ticket.ticket, 8),
        Centred(_("We call this number."), bold=True),
        Blank(),
        Rule(),
        Row(_("Order {number}").format(number=ticket.number), f"{ticket.local_time:%d.%m.%Y %H:%M}"),
        *([Row(ticket.store)] if ticket.store else []),
        Cut(),
    ]
    return Document(tuple(items), lang, copy, duplicate)
