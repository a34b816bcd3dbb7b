"""What the apps ask of the local files. Every function is one consistent read; times are UTC in ms."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from sync.domain import search as folding
from sync.domain.catalogue import LANGUAGES, Department, Location, LocationKind, Product, Words
from sync.domain.code_rules import NO_RULES, CodeRules, code_rules
from sync.domain.expired import may_be_approved
from sync.domain.sales import Policy
from sync.domain.stock import Known, Level, known
from sync.local.attention import needs_you
from sync.local.database import Local
from sync.local.disk import Space
from sync.local.fiscal import NOTHING_WAITS, FiscalWaits, waits
from sync.local.overlay import JOURNALS
from sync.local.pickups import promised_here
from sync.local.rows import LOCATION, PRICES, PRODUCT, first_product, location, products, words
from sync.protocol import operations


@dataclass(frozen=True, slots=True)
class StockRow:
    """One location's stock of a product. `level` is None where nothing is known; `distance_m`: metres from here."""

    location: Location
    own: bool
    level: Level | None
    known: Known
    distance_m: int | None


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff who may sign in here until `expires` (UTC ms)."""

    id: str
    name: str
    role: str
    expires: int


@dataclass(frozen=True, slots=True)
class Settings:
    """What the retailer set for its terminals, with defaults where it did not."""

    retailer: str = ""
    currency: str = "KZT"
    policy: Policy = field(default_factory=Policy)
    timezone: str = "UTC"
    languages: tuple[str, ...] = LANGUAGES
    tax_id: str = ""
    receipt_footer: Words = field(default_factory=dict)
    shift_required: bool = False
    shift_limit: int = 0
    country: str = ""
    refund_days: int = 0
    pickup_signature: bool = False
    sell_expired: bool = True
    codes: CodeRules = NO_RULES


@dataclass(frozen=True, slots=True)
class Link:
    """The link to the hub: since when it is as it is, operations waiting for a verdict and the oldest's time.

    `skew_ms`: how far this terminal's clock is ahead of the hub's. `needs_you`: what a person must settle. `space`:
    how the terminal's own disk stands. `fiscal`: what is not fiscalised.
    """

    online: bool
    since: int
    waiting: int
    oldest: int | None
    skew_ms: int
    reason: str
    needs_you: int
    space: Space = Space.GOOD
    fiscal: FiscalWaits = NOTHING_WAITS


@dataclass(frozen=True, slots=True)
class RecordedSale:
    """A sale as it stands in the journal."""

    envelope: operations.Envelope
    body: operations.Sale


_BY_ID = f"SELECT {PRODUCT} FROM replica.product p {PRICES} WHERE p.id = :key"  # noqa: S608 - constants


def read_rows(local: Local, statement: str, key: str = "", **values: Any) -> list[Any]:
    """Rows of a statement with the own location as `:here`."""
    who = local.identity
    values |= {"here": who.location if who else "", "key": key}
    return local.raw.execute(statement, values).fetchall()


def product(local: Local, id: str, at: int) -> Product | None:
    """The product of that id with the price that holds at `at`."""
    found = read_rows(local, _BY_ID, id)
    return first_product(found, at) if found else None


_SEARCH = f"""SELECT {PRODUCT} FROM (
    SELECT q.* FROM replica.search s CROSS JOIN replica.product q ON q.rank = s.rowid
    WHERE s.search MATCH :query AND s.rowid > :after AND (:department = '' OR q.department = :department)
      AND NOT EXISTS (SELECT 1 FROM json_each(:pieces) piece WHERE instr(q.terms, piece.value) = 0)
    ORDER BY s.rowid LIMIT :most) p {PRICES} ORDER BY p.rank"""  # noqa: S608 - constants


def search(local: Local, query: str, at: int, department: str = "", limit: int = folding.SHOWN) -> list[Product]:
    """Products whose words hold every part of the query, the most popular first. An empty query finds none."""
    return [p for _, p in search_on(local, query, at, department, limit=limit)]


def search_on(
    local: Local, query: str, at: int, department: str = "", after_rank: int = 0, limit: int = folding.SHOWN
) -> list[tuple[int, Product]]:
    """The next of what `search` finds behind a rank, with their ranks."""
    asked = folding.match(query)
    if asked is None:
        return []
    values: dict[str, Any] = {
        "pieces": json.dumps(asked[1]),
        "department": department,
        "after": after_rank,
        "most": limit,
    }
    return products(read_rows(local, _SEARCH, query=asked[0], **values), at)


_BROWSE = f"""SELECT {PRODUCT} FROM (SELECT * FROM replica.product
    WHERE department = :department AND rank > :after ORDER BY rank LIMIT :most) p {PRICES} ORDER BY p.rank"""  # noqa: S608 - constants
_BROWSE_ALL = f"""SELECT {PRODUCT} FROM (SELECT * FROM replica.product
    WHERE rank > :after ORDER BY rank LIMIT :most) p {PRICES} ORDER BY p.rank"""  # noqa: S608 - constants


def browse(
    local: Local, department: str, at: int, after_rank: int = 0, limit: int = folding.SHOWN
) -> list[tuple[int, Product]]:
    """The next products of a department (`""`: of all) behind a rank, with their ranks, the most popular first."""
    statement = _BROWSE if department else _BROWSE_ALL
    return products(read_rows(local, statement, department=department, after=after_rank, most=limit), at)


def departments(local: Local) -> list[Department]:
    """The departments that have products, in the retailer's order."""
    rows = local.raw.execute(
        "SELECT id, names, icon, sort FROM replica.department d"
        " WHERE EXISTS (SELECT 1 FROM replica.product p WHERE p.department = d.id) ORDER BY sort, id"
    )
    return [Department(row[0], words(row[1]), row[2], row[3]) for row in rows]


_STOCK = f"""SELECT {LOCATION}, s.on_hand + 0, s.reserved, s.shelf, c.seen_at
    FROM replica.location l
    LEFT JOIN replica.cursor c ON c.scope = 'location:' || l.id
    LEFT JOIN replica.stock s ON s.location = l.id AND s.product = :product ORDER BY l.sort, l.id"""  # noqa: S608 - constants

_ORDER = {LocationKind.STORE: 1, LocationKind.WAREHOUSE: 2, LocationKind.ONLINE: 3}
_FAR = 1 << 40


def stock_rows(local: Local, product_id: str, now: int) -> list[StockRow]:
    """Stock of a product everywhere, own sales taken off: here, other stores by distance, warehouses, online."""
    with local.read() as raw:
        found = raw.execute(_STOCK, {"product": product_id}).fetchall()
        sold = local.overlay.delta(raw, [product_id])
        promised = promised_here(local, [product_id])
        online = _online(local)
    own_id = local.identity.location if local.identity else ""
    places = {row[0]: location(row) for row in found}
    here = places.get(own_id)
    own = sold.get(product_id, 0), promised.get(product_id, 0)
    rows = [_stock_row(row, places[row[0]], here, own, now, online) for row in found]
    return sorted(rows, key=_nearest)


def _nearest(row: StockRow) -> tuple[bool, int, int, int, str]:
    far = _FAR if row.distance_m is None else row.distance_m
    place = row.location
    return not row.own, _ORDER[place.kind], far if place.kind is LocationKind.STORE else 0, place.sort, place.id


def _stock_row(
    row: tuple[Any, ...], place: Location, here: Location | None, done: tuple[int, int], now: int, online: bool
) -> StockRow:
    """`done`: what this terminal did to what is on hand, and to what is promised, at the own location."""
    on_hand, reserved, shelf, seen_at = row[10:14]
    own = here is not None and place.id == here.id
    distance = None if own or here is None else _metres(here, place)
    if not seen_at:  # not followed, or never heard of: nothing is known of it, not even zero
        return StockRow(place, own, None, Known.UNKNOWN, distance)
    sold, promised = done if own else (0, 0)
    level = Level(place.id, (on_hand or 0) + sold, (reserved or 0) + promised, seen_at, shelf or "")
    return StockRow(place, own, level, known(seen_at, now, online), distance)


def _metres(a: Location, b: Location) -> int | None:
    """The great-circle distance; None where a position is missing."""
    if a.latitude is None or a.longitude is None or b.latitude is None or b.longitude is None:
        return None
    north, south = radians(a.latitude / 1e6), radians(b.latitude / 1e6)
    half = sin((north - south) / 2) ** 2
    half += cos(north) * cos(south) * sin(radians((a.longitude - b.longitude) / 1e6) / 2) ** 2
    return round(2 * 6_371_000 * asin(min(1.0, sqrt(half))))


_HERE = """SELECT asked.value, coalesce(s.on_hand, 0), coalesce(s.reserved, 0), coalesce(s.shelf, ''), c.seen_at,
    i.location
    FROM json_each(?) asked JOIN identity i
    JOIN replica.cursor c ON c.scope = 'location:' || i.location AND c.seen_at > 0
    LEFT JOIN replica.stock s ON s.location = i.location AND s.product = asked.value"""


def stock_here(local: Local, product_ids: list[str]) -> dict[str, Level]:
    """Stock at the own location, own sales already taken off; empty while nothing is known of it."""
    with local.read() as raw:
        rows = raw.execute(_HERE, (json.dumps(product_ids),)).fetchall()
        sold = local.overlay.delta(raw, product_ids)
        promised = promised_here(local, product_ids)
    return {row[0]: _level(row, sold.get(row[0], 0), promised.get(row[0], 0)) for row in rows}


def _level(row: tuple[Any, ...], sold: int, promised: int) -> Level:
    return Level(row[5], row[1] + sold, row[2] + promised, row[4], row[3])


def locations(local: Local) -> list[Location]:
    """All locations, in the retailer's order."""
    return [location(r) for r in local.raw.execute(f"SELECT {LOCATION} FROM replica.location l ORDER BY sort, id")]  # noqa: S608 - constants


def own_location(local: Local) -> Location | None:
    """Where this terminal stands; None before enrolment or before the first replica."""
    row = local.raw.execute(
        f"SELECT {LOCATION} FROM replica.location l WHERE l.id = (SELECT location FROM identity)"  # noqa: S608 - constants
    ).fetchone()
    return location(row) if row else None


def staff(local: Local) -> list[Staff]:
    """Who may sign in at this location, by name."""
    rows = local.raw.execute("SELECT id, name, role, expires FROM replica.staff ORDER BY name, id")
    return [Staff(*row) for row in rows]


_setting = msgspec.json.Decoder()


def _value(text: str) -> object:
    """A setting's value: JSON, or the text itself where it is none."""
    try:
        return _setting.decode(text)
    except msgspec.DecodeError:
        return text


def settings(local: Local) -> Settings:
    """The retailer's settings. Keys: retailer, currency, vat_included, cash_step, timezone (in `timezones` that of each
    store that has another, by location), languages, tax_id, receipt_footer, shift_required, shift_limit (a difference
    above it, in minor units, takes an approval; 0: none does), country (ISO 3166, whose telephone numbers are written
    without its code), refund_days (what the payment side takes at most to give money back; 0: nobody says),
    pickup_signature (whether who collects an order signs for it), sell_expired (`approval` or `never`:
    `sync.domain.expired`), scale_labels, badge_prefixes, loyalty_prefixes, gift_card_prefixes
    (`sync.domain.code_rules`); each value is JSON or plain text."""
    return _settings(setting_rows(local), local.identity.location if local.identity else "")


# Keys and withdrawn serials of passes are long, and not for here (`sync.local.passes`).
_SETTINGS = "SELECT key, value FROM replica.setting WHERE key NOT GLOB 'pass_*'"


def setting_rows(local: Local) -> tuple[tuple[str, str], ...]:
    """Keys and values as they stand in the replica; read once in a transaction that writes, which sees no change."""
    if local.told is None:
        rows = tuple(local.raw.execute(_SETTINGS).fetchall())
        if not local.writing:
            return rows
        local.told = rows
    return local.told


@lru_cache(maxsize=4)
def _settings(rows: tuple[tuple[str, str], ...], place: str) -> Settings:
    given = {key: _value(text) for key, text in rows}
    usual = Settings()
    languages = given.get("languages", list(LANGUAGES))
    footer = given.get("receipt_footer", {})
    if isinstance(languages, str):
        languages = [part.strip() for part in languages.split(",") if part.strip()]
    return Settings(
        retailer=str(given.get("retailer", usual.retailer)),
        currency=str(given.get("currency", usual.currency)),
        policy=Policy(_truth(given.get("vat_included", True)), int(str(given.get("cash_step", 0)))),
        timezone=_zone(given, place) or str(given.get("timezone", usual.timezone)),
        languages=tuple(str(x) for x in languages) if isinstance(languages, list) else LANGUAGES,
        tax_id=str(given.get("tax_id", "")),
        receipt_footer={k: str(v) for k, v in footer.items()} if isinstance(footer, dict) else {"en": str(footer)},
        shift_required=_truth(given.get("shift_required", False)),
        shift_limit=int(str(given.get("shift_limit", 0))),
        country=str(given.get("country", "")),
        refund_days=int(str(given.get("refund_days", 0))),
        pickup_signature=_truth(given.get("pickup_signature", False)),
        sell_expired=may_be_approved(given.get("sell_expired")),
        codes=code_rules(given),
    )


def _zone(given: Mapping[str, object], place: str) -> str:
    """The time zone that a store has of its own; "" for none that this machine knows."""
    stores = given.get("timezones")
    name = str(stores.get(place, "")) if isinstance(stores, dict) else ""
    try:
        return name if name and ZoneInfo(name) else ""
    except (ZoneInfoNotFoundError, ValueError):
        return ""


def _truth(value: object) -> bool:
    return str(value).strip().lower() not in ("false", "0", "no", "")


def _online(local: Local) -> bool:
    row = local.raw.execute("SELECT online FROM replica.link").fetchone()
    return bool(row and row[0])


_OLDEST = f"""{JOURNALS} SELECT min((SELECT w.at FROM waiting w WHERE w.incarnation = name ORDER BY w.seq LIMIT 1))
    FROM journal WHERE name IS NOT NULL"""  # noqa: S608 - constants


def link_status(local: Local, now: int) -> Link:
    """How the link to the hub stands, and what waits. A status that the agent let grow old counts as offline."""
    with local.read() as raw:
        row = raw.execute("SELECT online, since, skew, reason, tried_at FROM replica.link").fetchone()
        waiting = raw.execute("SELECT count(*) FROM waiting").fetchone()[0]
        oldest = raw.execute(_OLDEST).fetchone()[0]
        needs, fiscal = needs_you(raw), waits(raw)
    online, since, skew, reason, tried_at = row or (0, now, 0, "starting", now)
    if online and abs(now - tried_at) > SILENT_MS:  # a clock may have jumped back since
        online, since, reason = 0, tried_at, "agent_silent"
    return Link(bool(online), since, waiting, oldest, skew, reason, needs, local.space, fiscal)


SILENT_MS = 10 * 60_000
"""An agent that has written nothing for this long is not online, whatever it wrote last."""


_sale = msgspec.json.Decoder(operations.Sale)


def last_sale(local: Local) -> RecordedSale | None:
    """The newest sale recorded here."""
    row = local.raw.execute("SELECT bytes FROM op WHERE kind = 'sale' ORDER BY rowid DESC LIMIT 1").fetchone()
    return _sale_in(row[0]) if row else None


def sale_by_receipt(local: Local, receipt: str) -> RecordedSale | None:
    """The sale with that receipt number, exactly as printed."""
    return _recorded(local, "WHERE s.receipt = ?", (receipt,))


def sale_by_id(local: Local, sale_id: str) -> RecordedSale | None:
    """The sale with that id."""
    return _recorded(local, "WHERE s.sale_id = ?", (sale_id,))


def _recorded(local: Local, which: str, values: tuple[str, ...]) -> RecordedSale | None:
    row = local.raw.execute(
        f"SELECT o.bytes FROM sale s JOIN op o ON o.incarnation = s.incarnation AND o.seq = s.seq {which}",  # noqa: S608 - constants
        values,
    ).fetchone()
    return _sale_in(row[0]) if row else None


def _sale_in(raw: bytes) -> RecordedSale:
    envelope = operations.open_envelope(raw)
    return RecordedSale(envelope, _sale.decode(envelope.body))
