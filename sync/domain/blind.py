"""Goods that come back with nothing to prove their purchase: for store credit alone, at the lowest price of the last
weeks, within limits, approved by somebody who may. No rule is hidden: each that was looked at is told with its outcome.

Pure. Money in minor units, quantities in thousandths, VAT in basis points, times UTC in ms.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sync.domain.pricing import Price, line_amount, price_now, vat_of
from sync.domain.returns import Condition, Disposition, Reason, ReturnRules, disposition_of

WEEK_MS = 7 * 24 * 3_600_000
DAY_MS = 24 * 3_600_000
PHONE_DIGITS = range(9, 16)
"""Digits of a phone number, with or without its country's (ITU-T E.164: 15 at most)."""
_SAME_PHONE = 9
"""The last digits by which a phone number is known, however its beginning is typed: +7 701 …, 8 701 …, 701 …"""


class Rule(StrEnum):
    """What is looked at, in this order. These are the reason codes that the operation carries."""

    NO_PROOF = "no_proof"
    CREDIT_ONLY = "credit_only"
    LOWEST_PRICE = "lowest_price"
    NOT_SOLD_HERE = "not_sold_here"
    SHOPPER = "shopper"
    LIMIT_SHOPPER = "limit_shopper"
    LIMIT_AMOUNT = "limit_amount"
    LIMIT_TILL = "limit_till"
    LIMIT_OFFLINE = "limit_offline"
    APPROVAL = "approval"


class Outcome(StrEnum):
    """How a rule came out: it holds, something is missing to say so, or it forbids the return."""

    HOLDS = "holds"
    MISSING = "missing"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Ruled:
    """One rule. `have` of `limit`: returns, minor units, or weeks of the lowest price; `product`: whose it is."""

    rule: Rule
    outcome: Outcome
    have: int = 0
    limit: int = 0
    product: str = ""


@dataclass(frozen=True, slots=True)
class BlindRules:
    """What the retailer set. `count` returns and `amount` of one shopper within `days`; `till_day` of one till on one
    business day; `offline`: one return at most while the hub gives no answer. Anything that is 0 allows nothing."""

    weeks: int = 8
    count: int = 0
    amount: int = 0
    days: int = 30
    till_day: int = 0
    offline: int = 0
    vat_included: bool = True
    send_back: frozenset[Condition] = frozenset()

    @property
    def allowed(self) -> bool:
        """Whether this retailer takes anything back with no proof."""
        return min(self.weeks, self.count, self.amount, self.days, self.till_day) > 0


@dataclass(frozen=True, slots=True)
class Past:
    """A price that was asked until `until` and no more."""

    unit: int
    until: int


@dataclass(frozen=True, slots=True)
class Lowest:
    """The lowest price of a stretch of time, and when it ended: 0 if it is asked now."""

    unit: int
    until: int = 0


@dataclass(frozen=True, slots=True)
class Goods:
    """What the store knows of an article: its lowest price of the weeks that count, and today's. None: it has none."""

    vat_rate: int
    lowest: Lowest | None
    today: int | None = None


@dataclass(frozen=True, slots=True)
class BlindItem:
    """What the shopper puts on the counter."""

    product: str
    quantity: int
    reason: Reason
    condition: Condition


@dataclass(frozen=True, slots=True)
class Before:
    """Blind returns of this shopper within the days that count: how many, and minor units. `by_hub`: by its numbers,
    which know every till; else by this till's own."""

    count: int
    amount: int
    by_hub: bool


@dataclass(frozen=True, slots=True)
class BlindLine:
    """A line that comes back: `amount` is the credit for it, VAT included, `vat` of that is VAT."""

    item: BlindItem
    unit_price: int
    amount: int
    vat: int
    disposition: Disposition


@dataclass(frozen=True, slots=True)
class _Weighed:
    lines: tuple[BlindLine, ...]
    total: int
    vat: int
    rules: tuple[Ruled, ...]


@dataclass(frozen=True, slots=True)
class Accepted(_Weighed):
    """It may be recorded: every rule holds."""


@dataclass(frozen=True, slots=True)
class Refused(_Weighed):
    """It may not, or not yet. `because`: the first rule that fails, else the first that misses something."""

    because: Ruled

    @property
    def only(self) -> Rule | None:
        """The one rule that still misses something, if nothing else stands in the way."""
        open_ones = [ruled.rule for ruled in self.rules if ruled.outcome is not Outcome.HOLDS]
        return open_ones[0] if len(open_ones) == 1 and self.because.outcome is Outcome.MISSING else None


def decide_blind(
    items: list[BlindItem],
    goods: Mapping[str, Goods],
    rules: BlindRules,
    before: Before | None,
    till_today: int,
    approved: bool,
) -> Accepted | Refused:
    """Decide a blind return. `before` None: the shopper is not known yet. `till_today`: minor units that this till gave
    on this business day. ValueError: nothing on the counter, or a quantity of none."""
    if not items or any(item.quantity <= 0 for item in items):
        raise ValueError("a blind return has goods, and some of each")
    lines = tuple(line for item in items if (line := _line(item, goods.get(item.product), rules)) is not None)
    total = sum(line.amount for line in lines)
    ruled = (
        Ruled(Rule.NO_PROOF, Outcome.HOLDS),
        Ruled(Rule.CREDIT_ONLY, Outcome.HOLDS),
        Ruled(Rule.LOWEST_PRICE, Outcome.HOLDS, rules.weeks, rules.weeks),
        *_sold_here(items, goods),
        *_limits(rules, before, total, till_today),
        Ruled(Rule.APPROVAL, Outcome.HOLDS if approved else Outcome.MISSING),
    )
    weighed = lines, total, sum(line.vat for line in lines), ruled
    open_ones = [one for one in ruled if one.outcome is not Outcome.HOLDS]
    if not open_ones:
        return Accepted(*weighed)
    return Refused(*weighed, next((one for one in open_ones if one.outcome is Outcome.FAILS), open_ones[0]))


def _line(item: BlindItem, known: Goods | None, rules: BlindRules) -> BlindLine | None:
    if known is None or known.lowest is None:
        return None
    unit = known.lowest.unit
    amount, vat = priced(unit, item.quantity, known.vat_rate, rules.vat_included)
    where = disposition_of(item.condition, ReturnRules(send_back=rules.send_back))
    return BlindLine(item, unit, amount, vat, where)


def priced(unit: int, quantity: int, vat_rate: int, included: bool) -> tuple[int, int]:
    """What so much is worth at a price, VAT included, and the VAT in it."""
    asked = line_amount(quantity, unit)
    vat = vat_of(asked, vat_rate, included)
    return (asked if included else asked + vat), vat


def _sold_here(items: list[BlindItem], goods: Mapping[str, Goods]) -> list[Ruled]:
    products = dict.fromkeys(item.product for item in items)
    strange = [id for id in products if (one := goods.get(id)) is None or one.lowest is None]
    return [Ruled(Rule.NOT_SOLD_HERE, Outcome.FAILS, product=id) for id in strange] or [
        Ruled(Rule.NOT_SOLD_HERE, Outcome.HOLDS)
    ]


def _limits(rules: BlindRules, before: Before | None, total: int, till_today: int) -> list[Ruled]:
    till = _within(Rule.LIMIT_TILL, till_today + total, rules.till_day)
    if before is None:
        waits = [(Rule.LIMIT_SHOPPER, rules.count), (Rule.LIMIT_AMOUNT, rules.amount)]
        missing = [Ruled(rule, Outcome.MISSING, 0, limit) for rule, limit in waits]
        return [Ruled(Rule.SHOPPER, Outcome.MISSING), *missing, till]
    found = [
        Ruled(Rule.SHOPPER, Outcome.HOLDS),
        _within(Rule.LIMIT_SHOPPER, before.count + 1, rules.count),
        _within(Rule.LIMIT_AMOUNT, before.amount + total, rules.amount),
        till,
    ]
    return found if before.by_hub else [*found, _within(Rule.LIMIT_OFFLINE, total, rules.offline)]


def _within(rule: Rule, have: int, limit: int) -> Ruled:
    return Ruled(rule, Outcome.HOLDS if have <= limit else Outcome.FAILS, have, limit)


def told(rules: tuple[Ruled, ...]) -> list[str]:
    """Each rule as the operation carries it: `limit_shopper:holds:2/3`, `not_sold_here:fails:<product>`."""
    return [_told(one) for one in rules]


def _told(one: Ruled) -> str:
    about = f":{one.have}/{one.limit}" if one.limit or one.have else f":{one.product}" if one.product else ""
    return f"{one.rule}:{one.outcome}{about}"


def lowest_price(prices: list[Price], past: list[Past], now: int, weeks: int) -> Lowest | None:
    """The lowest price that was asked within `weeks` before `now`; of equal ones the one that was asked last. None: it
    was not for sale. `prices` are those of one list as they stand, `past` what they were before they were raised."""
    since = now - weeks * WEEK_MS
    found = [Lowest(one.unit, one.until) for one in past if since < one.until <= now]
    edges, today = sorted({since, now, *_edges(prices, since, now)}), price_now(prices, now)
    for begin, end in zip(edges, [*edges[1:], now], strict=True):
        price = price_now(prices, begin)
        if price is not None:
            found.append(Lowest(price.unit, 0 if price == today else end))
    return min(found, key=lambda one: (one.unit, one.until > 0, -one.until), default=None)


def _edges(prices: list[Price], since: int, now: int) -> set[int]:
    """The moments within at which a price begins or ends."""
    times = {at for price in prices for at in (price.start, price.end) if at is not None}
    return {at for at in times if since < at < now}


def phone_key(phone: str) -> str:
    """The digits by which a phone number is the same one however it is typed; "" if it is none."""
    digits = "".join(c for c in phone if c.isascii() and c.isdigit())
    return digits[-_SAME_PHONE:] if len(digits) in PHONE_DIGITS else ""


def shopper_of(phone: str, salt: str) -> str:
    """What stands for a shopper in journals: a digest of the phone number with the retailer's salt, hex. ValueError: no
    phone number, or no salt."""
    key = phone_key(phone)
    if not key or not salt:
        raise ValueError("a shopper is known by a phone number and the retailer's salt")
    return hashlib.sha256(f"{salt}:{key}".encode()).hexdigest()[:32]
