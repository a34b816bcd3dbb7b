"""Facts about products as a shopper reads them: prices, places with stock, and how old each number is. No Kivy."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from zoneinfo import ZoneInfo

from pos.ui.happened import Light
from pos.ui.i18n import _, age, clock_time, language, money, ngettext, number, quantity
from sync.domain.catalogue import Location, LocationKind, Product, in_language
from sync.domain.money import divide
from sync.domain.pricing import PIECE, vat_of
from sync.domain.stock import Known, Level, known
from sync.local.queries import Link, Settings, StockRow

MANY = 40
"""From this number on, another place only says "40+": a shopper needs no more, and it moves less."""


class Answer(Enum):
    """What a code turned out to be, for a shopper."""

    FOUND = "found"
    NOT_OURS = "not_ours"
    MISREAD = "misread"
    RECEIPT = "receipt"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """A price with VAT in minor units; `regular` is struck, None: nothing is. `unit` None: not for sale here."""

    unit: int | None = None
    regular: int | None = None
    currency: str = "KZT"
    label: str = ""
    vat: str = ""

    @property
    def struck(self) -> str:
        """The regular price as text, "" when nothing is struck."""
        return "" if self.regular is None else money(self.regular, self.currency)


NO_PRICE = PriceFacts()


@dataclass(frozen=True, slots=True)
class Place:
    """One row of "Where you can get it". `mark`: fresh, copy or unknown."""

    location: str
    number: str
    none: bool
    icon: str
    place: str
    line: str
    mark: str
    age: str


def price_facts(product: Product, house: Settings) -> PriceFacts:
    """What the law wants on a price: VAT in it, whatever the list holds; per kilogram where it is weighed."""
    price = product.price
    if price is None:
        return PriceFacts(currency=house.currency, label=_("Not for sale in this store"))
    unit, regular = _with_vat(price.unit, product, house), _with_vat(price.regular, product, house)
    if regular is not None and regular <= (unit or 0):
        regular = None
    return PriceFacts(unit, regular, house.currency, _label(product, unit, regular), _vat_line(product))


def _with_vat(minor: int | None, product: Product, house: Settings) -> int | None:
    if minor is None or house.policy.vat_included:
        return minor
    return minor + vat_of(minor, product.vat_rate, included=False)


def _label(product: Product, unit: int | None, regular: int | None) -> str:
    said = in_language(product.price_label, language())
    if said or not regular or unit is None:
        return said
    return _("{n} % off").format(n=divide((regular - unit) * 100, regular))


def _vat_line(product: Product) -> str:
    rate = number(product.vat_rate // 100) if product.vat_rate % 100 == 0 else quantity(product.vat_rate * 10)
    vat = _("with {rate} % VAT").format(rate=rate) if product.vat_rate else _("without VAT")
    return " · ".join([_("for 1 kg"), vat]) if product.unit == "kg" else vat


def amount_text(milli: int, unit: str, own: bool = False) -> str:
    """An available quantity: pieces as a whole number ("40+" for other places), weights as "2.5"."""
    if unit == "kg":
        return quantity(divide(milli, 100) * 100)
    pieces = milli // PIECE
    return f"{MANY}+" if pieces >= MANY and not own else number(pieces)


def place_facts(row: StockRow, product: Product, house: Settings, now: int) -> Place:
    """One stock row as words. An unknown number is "—", never 0."""
    level = row.level
    if level is None or row.known is Known.UNKNOWN:
        line = _("Ask us, or come back when we are online")
        return Place(row.location.id, "\u2014", True, _icon(row), _place(row, None), line, "unknown", _("not now"))
    free = level.available
    text = amount_text(free, product.unit, row.own)
    mark = "fresh" if row.known is Known.CONFIRMED else "copy"
    return Place(
        row.location.id, text, free < _least(product), _icon(row), _place(row, level),
        _line(row, free, product, house, now), mark, seen(level.seen_at, row.known, now, house),
    )  # fmt: skip


def seen(at: int, how: Known, now: int, house: Settings) -> str:
    """How old a number is: "2 min ago" while confirmed, else the time of its copy."""
    seconds = max(0, now - at) // 1000
    if how is Known.CONFIRMED or seconds >= 24 * 3600:
        return age(seconds, at, house.timezone)
    return _("as of {time}").format(time=clock_time(at, house.timezone))


def _least(product: Product) -> int:
    return PIECE if product.unit == "pcs" else 1


def _icon(row: StockRow) -> str:
    if row.own:
        return "map-pin"
    return {LocationKind.STORE: "store", LocationKind.WAREHOUSE: "warehouse"}.get(row.location.kind, "truck")


def _place(row: StockRow, level: Level | None) -> str:
    if row.own:
        shelf = level.shelf if level else ""
        return _("Here, on shelf {shelf}").format(shelf=shelf) if shelf else _("Here, in this store")
    if row.location.kind is LocationKind.ONLINE:
        return _("To your door")
    return in_language(row.location.names, language())


def _line(row: StockRow, free: int, product: Product, house: Settings, now: int) -> str:
    kind = row.location.kind
    if row.own:
        return _own_line(free, product)
    if kind is LocationKind.ONLINE:
        none = free < _least(product)
        return _("Sold out online for now") if none else _("From our online store, brought home")
    if kind is LocationKind.WAREHOUSE:
        return _("Our stores are filled from here")
    parts = [distance(row.distance_m), opening(row.location, house, now)]
    if product.unit == "pcs" and free // PIECE == 1:
        parts.append(_("last one"))
    return " · ".join(p for p in parts if p) or row.location.address


def _own_line(free: int, product: Product) -> str:
    if free < _least(product):
        return _("None on the shelf now")
    return _("The last one") if product.unit == "pcs" and free // PIECE == 1 else _("Take it with you today")


def distance(metres: int | None) -> str:
    """ "2.4 km", "450 m"; "" when it isn't known. From 100 km up whole kilometres."""
    if metres is None:
        return ""
    if metres < 1000:
        return _("{n} m").format(n=number(max(50, divide(metres, 50) * 50)))
    step = 100 if metres < 100_000 else 1000
    return _("{n} km").format(n=quantity(divide(metres, step) * step))


def opening(location: Location, house: Settings, now: int) -> str:
    """ "open until 22:00" or "opens at 10:00", by the clock of the retailer; "" without hours."""
    if not location.opens or not location.closes:
        return ""
    clock = _wall_clock(house, now)
    late = location.closes <= location.opens  # open past midnight
    is_open = (clock >= location.opens) + (clock < location.closes) > (0 if late else 1)
    if is_open:
        return _("open until {time}").format(time=location.closes)
    return _("opens at {time}").format(time=location.opens)


def _wall_clock(house: Settings, now: int) -> str:
    moment = datetime.fromtimestamp(now // 1000, UTC)
    return moment.astimezone(ZoneInfo(house.timezone)).strftime("%H:%M")


def here_facts(level: Level | None, product: Product, house: Settings, now: int, online: bool) -> tuple[str, str, str]:
    """Stock here for a small card: (words, icon, tone). Tones: good, quiet."""
    if level is None:
        return _("stock not known now"), "wifi-off", "quiet"
    words = _here_words(level, product)
    if known(level.seen_at, now, online) is not Known.CONFIRMED:
        return " · ".join([words, seen(level.seen_at, Known.COPY, now, house)]), "clock", "quiet"
    if level.available < _least(product):
        return words, "map-pin", "quiet"
    return " · ".join(p for p in (words, level.shelf) if p), "map-pin", "good"


def _here_words(level: Level, product: Product) -> str:
    if level.available < _least(product):
        return _("none here")
    n = amount_text(level.available, product.unit, own=True)
    return _("{n} kg here").format(n=n) if product.unit == "kg" else _("{n} here").format(n=n)


def light_of(link: Link | None, house: Settings | None = None) -> Light:
    """The network light for shoppers: online or offline since. Nobody has to wait for what a kiosk sends."""
    if link is None or link.online:
        return Light("online")
    return Light("offline", since=clock_time(link.since, house.timezone if house else None) if link.since else "")


def counted(n: int, more: bool) -> str:
    """ "14 products"; "64+ products" when there are more than were asked for."""
    text = ngettext("{n} product", "{n} products", n)
    return text.format(n=f"{n}+" if more else number(n))
