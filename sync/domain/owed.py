"""Cash that is owed to a shopper: a promise's once its verdict is there, or what a terminal without a drawer took goods
for. Any till pays it, once (I-8). Pure. Money in minor units."""

import re
from enum import StrEnum

from sync.domain.money import round_cash
from sync.domain.orders import number_key


class OwedState(StrEnum):
    """What a person with the slip can be told: a till may pay it; it was paid; the hub has no verdict of that return
    yet; it is kept back until somebody settles a matter; a channel's payment side pays it, no till."""

    OPEN = "open"
    PAID = "paid"
    WAITING = "waiting"
    WITHHELD = "withheld"
    ELSEWHERE = "elsewhere"


class PayOutRefusal(StrEnum):
    """Why a till can't pay it out."""

    NO_SHIFT = "no_shift"
    PAID_HERE = "paid_here"
    LEASE_OVER = "lease_over"
    OTHER_CURRENCY = "other_currency"


def decide_pay_out(
    *, paid_here: bool, shift_missing: bool, same_currency: bool, expires: int, now: int
) -> PayOutRefusal | None:
    """Whether a till may pay what it claimed until `expires` (UTC ms by the hub's clock, as `now`). After its lease
    another till may have it."""
    if paid_here:
        return PayOutRefusal.PAID_HERE
    if shift_missing:
        return PayOutRefusal.NO_SHIFT
    if not same_currency:
        return PayOutRefusal.OTHER_CURRENCY
    return PayOutRefusal.LEASE_OVER if now >= expires else None


_SLIP = re.compile(r"[0-9A-Z]{6}[0-9]{1,9}")


def slip_number(text: str) -> str:
    """The number of a till's slip as it is printed (`K7Q2ZD-17`), however it is typed; "" if it can't be one."""
    key = number_key(text)
    return f"{key[:6]}-{key[6:]}" if _SLIP.fullmatch(key) else ""


def in_coins(amount: int, left: int, cash_step: int) -> int:
    """What of an amount a drawer can give: rounded to the smallest coin, and never more than is left of its tender."""
    coins = round_cash(amount, cash_step)
    return coins if coins <= left else left - left % max(1, cash_step)
