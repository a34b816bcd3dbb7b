"""Finding what somebody bought, for staff who wait: by its number, or by what the shopper has instead of it.

What finds a purchase besides its number never leaves the hub; card payments of sales in stores are looked up where they
were recorded.
"""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, Select, literal_column, select

from sync.domain.orders import Purchase, number_key
from sync.domain.phones import Country, country_of, phone_key
from sync.hub import given, purchases, settings
from sync.hub.channels import LARGEST, LONGEST_ID
from sync.hub.faults import Refusal
from sync.hub.order_tables import order_payment, order_tender
from sync.hub.tables import owed_cash, purchase, purchase_key, sale, sale_tender
from sync.protocol.messages import CardPaid, ChannelReceived, FindOrders, FoundOrders

FOUND = 20
"""Purchases of one answer at most."""
SERIES = 6
"""Letters and digits that begin a till's receipt numbers, before the dash."""
DIGITS = 4
"""The last digits of a card, which is what slips show of it."""
_LAST = 253_000_000_000_000
"""The year 9987, UTC ms: calendars here end soon after."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# The index of card payments is found only where the statement says so itself.
_OF_A_CARD = sale_tender.c.kind == literal_column("'card'")


def keys_of(order: ChannelReceived, day: str, country: Country | None) -> set[str]:
    """What finds an order that was placed on that local day, folded as people type it differently: telephone numbers
    as the retailer's country dials them."""
    paid = (f"payment:{reference}" for x in order.paid if (reference := number_key(x.reference)))
    slips = (f"card:{digits}:{x.amount}:{day}" for x in order.paid if day and (digits := last_digits(x.masked)))
    numbers = {f"account:{number_key(order.account)}", f"loyalty:{number_key(order.loyalty)}"}
    return _people(order.email, order.phone, country) | {x for x in numbers if not x.endswith(":")} | {*paid, *slips}


def _people(email: str, phone: str, country: Country | None) -> set[str]:
    folded = email.strip().lower()
    digits = phone_key(phone, country)
    return ({f"email:{folded}"} if folded else set()) | ({f"phone:{digits}"} if digits else set())


def last_digits(masked: str) -> str:
    """The digits that a card slip shows, "" where it shows fewer."""
    digits = "".join(c for c in masked if c.isascii() and c.isdigit())[-DIGITS:]
    return digits if len(digits) == DIGITS else ""


def country_in(kept: dict[str, Any]) -> Country | None:
    """The retailer's country, whose telephone numbers are written without its code."""
    return country_of(kept.get("country"), kept.get("currency", "KZT"))


def day_of(at: int, kept: dict[str, Any]) -> str:
    """The retailer's own date (YYYY-MM-DD) at `at` (UTC ms); "" beyond any calendar. Settings that name no time zone
    known here mean UTC."""
    try:
        zone = ZoneInfo(str(kept.get("timezone", "UTC")))
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return datetime.fromtimestamp(at // 1000, zone).date().isoformat() if at < _LAST else ""


def find(conn: Connection, request: FindOrders, now: int) -> FoundOrders:
    """What was bought, by exactly one of what `FindOrders` may ask by, the newest first. Raises Refusal (422)."""
    asked = [request.number, request.email, request.phone, request.account, request.payment]
    if sum(bool(text.strip()) for text in asked) + (request.card is not None) != 1:
        raise Refusal(
            422, "bad_question", "Ask by exactly one of number, e-mail, phone, account, payment and card slip."
        )
    found = list({bought.id: bought for bought in _found(conn, request)}.values())
    found.sort(key=lambda bought: (-bought.at, bought.id))
    return FoundOrders(now, found[:FOUND])


def _found(conn: Connection, request: FindOrders) -> list[Purchase]:
    if request.number.strip():
        text = request.number.strip()[:LONGEST_ID].replace("\x00", "")
        return _by_number(conn, text) or _by_account(conn, text) or _by_payment(conn, text)
    if request.card is not None:
        return _by_slip(conn, request.card)
    if request.account.strip() or request.payment.strip():
        text = (request.account or request.payment).strip()[:LONGEST_ID].replace("\x00", "")
        return _by_account(conn, text) if request.account.strip() else _by_payment(conn, text)
    country = country_in(settings.kept(conn))
    # Also as it is written: an earlier version kept it so.
    people = [_people(request.email.replace("\x00", ""), request.phone, each) for each in (country, None)]
    return _by_keys(conn, people[0] | people[1])


def _read(conn: Connection, query: Select[Any]) -> list[Purchase]:
    newest = query.order_by(purchase.c.at.desc(), purchase.c.id).limit(FOUND)
    return [purchases.read(row.body) for row in conn.execute(newest)]


def _by_keys(conn: Connection, keys: set[str]) -> list[Purchase]:
    mine = (purchase.c.id == purchase_key.c.purchase, purchase_key.c.key.in_(sorted(keys)))
    return _read(conn, select(purchase.c.body).where(*mine)) if keys else []


def _by_number(conn: Connection, text: str) -> list[Purchase]:
    """Orders, and sales of any store and orders paid there by the number on the receipt, however it is typed."""
    key = number_key(text)
    found = _read(conn, select(purchase.c.body).where(purchase.c.number == key)) if key else []
    spellings = [text, text.upper(), f"{key[:SERIES]}-{key[SERIES:]}"]
    paid = select(order_payment.c.order).where(order_payment.c.receipt.in_(spellings))
    debt = (owed_cash.c.receipt.in_(spellings), owed_cash.c.at > 0, owed_cash.c.payout == "")
    if conn.execute(select(owed_cash.c.key).where(*debt)).first() is None:  # else its cash is fetched first
        found += _read(conn, select(purchase.c.body).where(purchase.c.id.in_(paid)))
    return found + _sold(conn, select(sale.c.sale_id).where(sale.c.receipt.in_(spellings)))


def _by_account(conn: Connection, text: str) -> list[Purchase]:
    key = number_key(text)
    return _by_keys(conn, {f"account:{key}", f"loyalty:{key}"}) if key else []


def _by_payment(conn: Connection, text: str) -> list[Purchase]:
    key = number_key(text)
    if not key:
        return []
    query = select(sale.c.sale_id).join(sale_tender, sale_tender.c.sale_id == sale.c.sale_id)
    sold = _sold(conn, query.where(_OF_A_CARD, sale_tender.c.reference.in_([text, text.upper(), key])))
    tender = order_payment.c.payment == order_tender.c.payment, order_tender.c.kind == "card"
    paid = select(order_payment.c.order).where(*tender, order_tender.c.reference.in_([text, text.upper(), key]))
    at_tills = _read(conn, select(purchase.c.body).where(purchase.c.id.in_(paid)))
    return _by_keys(conn, {f"payment:{key}"}) + at_tills + sold


def _by_slip(conn: Connection, slip: CardPaid) -> list[Purchase]:
    digits = last_digits(slip.digits)
    if len(slip.digits) != DIGITS or not digits or not 0 < slip.amount <= LARGEST or not _DAY.fullmatch(slip.day):
        raise Refusal(422, "bad_question", "A card slip is known by four digits, an amount and a day (YYYY-MM-DD).")
    query = select(sale.c.sale_id).join(sale_tender, sale_tender.c.sale_id == sale.c.sale_id)
    of_it = (_OF_A_CARD, sale_tender.c.amount == slip.amount, sale_tender.c.masked.like(f"%{digits}"))
    sold = _sold(conn, query.where(*of_it, sale.c.business_day == slip.day))
    return _by_keys(conn, {f"card:{digits}:{slip.amount}:{slip.day}"}) + sold


def _sold(conn: Connection, query: Select[Any]) -> list[Purchase]:
    """Sales as purchases: as they stand where something of them was claimed or came back, else as they were sold."""
    numbers = list(conn.execute(query.order_by(sale.c.at.desc()).limit(FOUND)).scalars())
    ids = [f"{purchases.SALE}:{number}" for number in numbers]
    stand = given.those_of(conn, "purchase", "id", ids)
    known = _read(conn, select(purchase.c.body).where(purchase.c.id.in_(sorted(stand)))) if stand else []
    return known + purchases.of_sales(conn, [n for n, id in zip(numbers, ids, strict=True) if id not in stand])
