"""What a blind return asks of the local files: the rules, what goods cost of late, what this terminal took back so."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from sync.domain.blind import DAY_MS, BlindRules, Goods, Past, lowest_price
from sync.domain.pricing import Price, price_now
from sync.domain.returns import Condition
from sync.local.database import Local
from sync.local.queries import settings
from sync.local.returns import amount_of, setting_of
from sync.protocol import operations

LONGEST_WEEKS = 52
"""How far back the lowest price is looked for at most: the hub keeps no more."""


@dataclass(frozen=True, slots=True)
class RecordedBlind:
    """A blind return as it stands in the journal."""

    envelope: operations.Envelope
    body: operations.BlindReturn


@dataclass(frozen=True, slots=True)
class OwnBlind:
    """Blind returns that this terminal recorded: of a shopper within the days that count, and of a business day."""

    count: int
    amount: int
    till_today: int


_blind = msgspec.json.Decoder(operations.BlindReturn)
_SETTINGS = "SELECT key, value FROM replica.setting WHERE key GLOB 'blind_*' OR key = 'return_send_back'"
_AMOUNTS = {
    "count": "blind_limit_count",
    "amount": "blind_limit_amount",
    "till_day": "blind_till_amount_day",
    "offline": "blind_offline_amount",
}


def _given(local: Local) -> dict[str, object]:
    return {key: setting_of(text) for key, text in local.raw.execute(_SETTINGS).fetchall()}


def blind_rules(local: Local) -> BlindRules:
    """The retailer's rules. Settings: `blind_limit_count` returns and `blind_limit_amount` minor units of one shopper
    within `blind_limit_days` (30), `blind_till_amount_day` of one till a day, `blind_offline_amount` of one return
    without the network, `blind_weeks` (8) of the lowest price. What is missing or can't be read allows nothing."""
    given, usual = _given(local), BlindRules()
    conditions = given.get("return_send_back")
    named = conditions if isinstance(conditions, list) else []
    return BlindRules(
        weeks=min(LONGEST_WEEKS, amount_of(given.get("blind_weeks", usual.weeks))),
        days=amount_of(given.get("blind_limit_days", usual.days)),
        vat_included=settings(local).policy.vat_included,
        send_back=frozenset(c for c in Condition if c.value in named),
        **{name: amount_of(given.get(key)) for name, key in _AMOUNTS.items()},
    )


def blind_salt(local: Local) -> str:
    """The retailer's salt of shoppers' digests; "" until the hub has told it."""
    salt = _given(local).get("blind_salt")
    return salt if isinstance(salt, str) else ""


_LIST = "coalesce((SELECT pricelist FROM replica.location WHERE id = :here), '')"
_PRICES = f'SELECT unit, regular, start, "end" FROM replica.price WHERE product = :product AND list = {_LIST}'  # noqa: S608 - constants
_PAST = f"SELECT unit, until FROM replica.price_past WHERE product = :product AND list = {_LIST}"  # noqa: S608 - constants


def goods_of(local: Local, products: Iterable[str], now: int, weeks: int) -> dict[str, Goods]:
    """Inside `local.read()` or `write()`: what this store knows of articles, by product: today's price, and the lowest
    within `weeks` before `now` (UTC ms). One with no price here is in it too, one that the catalogue lacks is not."""
    found = {product: _goods(local, product, now, weeks) for product in products}
    return {product: one for product, one in found.items() if one is not None}


def _goods(local: Local, product: str, now: int, weeks: int) -> Goods | None:
    row = local.raw.execute("SELECT vat_rate FROM replica.product WHERE id = ?", (product,)).fetchone()
    if row is None:
        return None
    values = {"product": product, "here": local.me.location}
    prices = [Price(*price) for price in local.raw.execute(_PRICES, values).fetchall()]
    past = [Past(*one) for one in local.raw.execute(_PAST, values).fetchall()]
    today = price_now(prices, now)
    return Goods(int(row[0]), lowest_price(prices, past, now, weeks), today.unit if today else None)


_OF_SHOPPER = "SELECT count(*), coalesce(sum(total), 0) FROM blind_return WHERE shopper = ? AND at > ?"
_OF_DAY = "SELECT coalesce(sum(total), 0) FROM blind_return WHERE business_day = ?"


def own_blind(local: Local, shopper: str, now: int, days: int, business_day: str) -> OwnBlind:
    """What this terminal recorded, whatever became of it at the hub. `shopper` "" counts nobody's."""
    count, amount = local.raw.execute(_OF_SHOPPER, (shopper, now - days * DAY_MS)).fetchone()
    today = local.raw.execute(_OF_DAY, (business_day,)).fetchone()[0]
    return OwnBlind(int(count), int(amount), int(today))


def blind_by_id(local: Local, return_id: str) -> RecordedBlind | None:
    """The blind return with that id, recorded here."""
    return _recorded(local, "b.return_id = ?", return_id)


def blind_by_receipt(local: Local, receipt: str) -> RecordedBlind | None:
    """The blind return with that receipt number, exactly as printed."""
    return _recorded(local, "b.receipt = ?", receipt)


def _recorded(local: Local, which: str, *values: Any) -> RecordedBlind | None:
    same = "o.incarnation = b.incarnation AND o.seq = b.seq"
    query = f"SELECT o.bytes FROM blind_return b JOIN op o ON {same} WHERE {which}"  # noqa: S608 - constants
    row = local.raw.execute(query, values).fetchone()
    if row is None:
        return None
    envelope = operations.open_envelope(row[0])
    return RecordedBlind(envelope, _blind.decode(envelope.body))
