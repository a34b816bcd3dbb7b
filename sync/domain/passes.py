"""What a signed pass says, and whether it holds. Pure: how it is written and signed is `sync.protocol.passes`.

A pass proves a purchase to a terminal that knows nothing of it and has no network. It carries no name, address or
telephone number of anybody; a proxy's pass says whose it is, and nothing of what was bought. Money in minor units,
quantities in thousandths, times UTC in ms (I-8, F32).
"""

from collections.abc import Container
from dataclasses import dataclass, replace
from enum import StrEnum

from sync.domain.order_payments import at_till, paid_also
from sync.domain.orders import BoughtLine, Fulfilment, Purchase
from sync.domain.pricing import vat_of

SKEW_MS = 10 * 60_000
"""How far the clocks of hub and terminal may be apart: this much before its time and after its end a pass holds."""
MOST_LINES = 10
"""Lines that one pass carries; an order with more is proved by the lines that it does carry."""
DAY_MS = 24 * 3_600_000
SHORTEST_LIFE_MS = 30 * DAY_MS
LONGEST_LIFE_MS = 180 * DAY_MS
"""No pass is good for longer, and so a key that signs no more can be forgotten after this."""


class Purpose(StrEnum):
    """What the shopper comes for with it."""

    COLLECT = "collect"
    RETURN = "return"


class Answer(StrEnum):
    """What a shown pass turned out to be. Each has its own sentence for the shopper.

    `unreadable`: no pass, or only a part of one was read. `altered`: not what the hub signed. `foreign`: another
    retailer's, or signed by a key that this terminal does not know. `not_yet`: made in the future, so a clock is wrong.
    `used`: everything that it proves came back already. Of a proxy's pass: `collect_only`, it holds, and opens the
    hand-out of its order and nothing else; `taken`: all of the order was collected.
    """

    OK = "ok"
    UNREADABLE = "unreadable"
    ALTERED = "altered"
    FOREIGN = "foreign"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    REVOKED = "revoked"
    USED = "used"
    COLLECT_ONLY = "collect_only"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass says. `kid` names the key that signed it, `retailer` the hub that gave it, `serial` the pass itself.

    `purchase` is what the hub knew at `issued`, as `carried` leaves it; `whole`: with all of its lines.
    """

    kid: str
    retailer: str
    serial: str
    purpose: Purpose
    issued: int
    expires: int
    purchase: Purchase
    whole: bool = True


@dataclass(frozen=True, slots=True)
class ProxyPass:
    """A pass of their own for somebody whom the shopper sends: it collects one order and does nothing else.

    `order` is the purchase's id, `number` what people call it, `name` whose pass it is, as staff read it ("Saule A.");
    `place`: the store where it is collected, "" if that was not known yet. What was bought, and for how much, is none
    of a proxy's business.
    """

    kid: str
    retailer: str
    serial: str
    issued: int
    expires: int
    order: str
    number: str
    name: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class PassKey:
    """The public half of a key (hex), as terminals know it. `start`: when it began to sign; `end`: after this nothing
    that it signed holds, None while it signs."""

    kid: str
    public: str
    start: int
    end: int | None = None
    revoked: bool = False


def carried(purchase: Purchase, most: int = MOST_LINES) -> Purchase:
    """The part of a purchase that a pass carries: whole seconds, no person, no names of goods, no references.

    Of more than `most` lines those stay that may still be collected, or come back. A deadline is never earlier than it
    was.
    """
    lines = purchase.lines
    if len(lines) > most:
        lines = tuple(sorted(lines, key=lambda line: line.left + line.awaited == 0)[:most])
    return replace(
        purchase,
        at=_second(purchase.at),
        received_at=None if purchase.received_at is None else _second(purchase.received_at),
        lines=tuple(_carried_line(line) for line in lines),
        paid=tuple(replace(paid, reference="") for paid in purchase.paid),
        customer="",
        own=(),
    )


def _carried_line(line: BoughtLine) -> BoughtLine:
    until = None if line.until is None else max(1000, _second(line.until + 999))
    vat = vat_of(line.amount, line.vat_rate, included=True)
    way = Fulfilment.PICKUP if line.fulfilment is Fulfilment.PICKUP else Fulfilment.SHIP
    kept = replace(line, sku="", name="", until=until, vat=vat, serials=line.serials_left, serials_back=())
    return replace(kept, fulfilment=way, refused=())


def _second(at: int) -> int:
    return at // 1000 * 1000


def purpose_of(purchase: Purchase) -> Purpose:
    """What is not received yet, or not all of it, is collected; what is received may come back."""
    return Purpose.COLLECT if purchase.received_at is None or purchase.awaited else Purpose.RETURN


def life(purchase: Purchase, now: int) -> tuple[int, int]:
    """From when to when a pass of the purchase holds that is made now, in whole seconds: until its last deadline, at
    least SHORTEST_LIFE_MS and at most LONGEST_LIFE_MS. A line without a deadline takes the longest."""
    issued = _second(now)
    ends = [issued + LONGEST_LIFE_MS if line.until is None else line.until for line in purchase.lines]
    if purchase.received_at is None or not ends:
        return issued, issued + SHORTEST_LIFE_MS
    expires = max(_second(max(ends) + 999), issued + SHORTEST_LIFE_MS)
    return issued, min(expires, issued + LONGEST_LIFE_MS)


def proxy_life(now: int, until: int | None = None) -> tuple[int, int]:
    """From when to when a proxy's pass holds that is made now, in whole seconds: as the order's own that is not
    received yet, or no longer than until the last whole second before `until`. Raises ValueError for an end that is not
    ahead, or further than LONGEST_LIFE_MS."""
    issued = _second(now)
    expires = issued + SHORTEST_LIFE_MS if until is None else _second(until)
    if not issued < expires <= issued + LONGEST_LIFE_MS:
        raise ValueError(f"a pass ends within {LONGEST_LIFE_MS // DAY_MS} days")
    return issued, expires


def check(
    shown: Pass | ProxyPass | None, key: PassKey | None, *, now: int, retailer: str, revoked: Container[str], used: bool
) -> Answer:
    """Whether a pass holds. `key` is the one that it names, None if it is not known here. `shown` is what it says, None
    if that key did not sign it: what anybody could have written is not looked at. `revoked` are serials."""
    if key is None:
        return Answer.FOREIGN
    if shown is None:
        return Answer.ALTERED
    if shown.retailer != retailer:
        return Answer.FOREIGN
    if key.revoked or shown.serial in revoked:
        return Answer.REVOKED
    return _by_time(shown, key, now) or (Answer.USED if used else Answer.OK)


def check_proxy(
    shown: ProxyPass, key: PassKey, *, now: int, retailer: str, revoked: Container[str], taken: bool
) -> Answer:
    """Whether a proxy's pass holds that this key signed. `taken`: all of its order was collected. It is never `ok`, so
    that nothing takes it for the order's own pass."""
    answer = check(shown, key, now=now, retailer=retailer, revoked=revoked, used=False)
    return answer if answer is not Answer.OK else Answer.TAKEN if taken else Answer.COLLECT_ONLY


def all_taken(purchase: Purchase) -> bool:
    """Whether what was to be collected of it was, and nothing waits any more."""
    return not purchase.awaited and any(line.handed for line in purchase.lines)


def _by_time(shown: Pass | ProxyPass, key: PassKey, now: int) -> Answer | None:
    if shown.issued < key.start - SKEW_MS:
        return Answer.FOREIGN  # older than the key that signed it: the hub made none such
    if shown.issued > now + SKEW_MS:
        return Answer.NOT_YET
    end = shown.expires if key.end is None else min(shown.expires, key.end)
    return Answer.EXPIRED if now > end + SKEW_MS else None


def used_up(purchase: Purchase) -> bool:
    """Whether nothing of it can be collected or come back any more."""
    goods = [line for line in purchase.lines if line.goods]
    return bool(goods) and all(line.left == 0 and not line.awaited for line in goods)


def together(known: Purchase, said: Purchase) -> Purchase:
    """What the terminal knows of a purchase and what a pass says of it: the later of both, line by line and tender by
    tender. What is returned and refunded only grows, so the greater is the later; what was received stays received.
    What one of them says was given is a gift: so says the paper that was made for whoever got it."""
    known = paid_also(known, (paid for paid in said.paid if at_till(paid)))
    lines, paid = {line.id: line for line in said.lines}, {paid.id: paid.refunded for paid in said.paid}
    received = said.received_at if known.received_at is None else known.received_at
    return replace(
        known,
        lines=tuple(_later(line, lines.get(line.id, line)) for line in known.lines),
        paid=tuple(replace(p, refunded=max(p.refunded, paid.get(p.id, 0))) for p in known.paid),
        received_at=received,
        own=(*known.own, *(id for id in said.own if id not in known.own)),
        gift=known.gift or said.gift,
    )


def _later(line: BoughtLine, other: BoughtLine) -> BoughtLine:
    back = line.serials_back + tuple(s for s in other.serials_back if s not in line.serials_back)
    returned, refunded = max(line.returned, other.returned), max(line.refunded, other.refunded)
    handed, cancelled = max(line.handed, other.handed), max(line.cancelled, other.cancelled)
    return replace(line, returned=returned, refunded=refunded, serials_back=back, handed=handed, cancelled=cancelled)
