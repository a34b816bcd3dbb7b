"""The product card: what it is, what it costs, where it is now. No Kivy.

The card keeps the rows it read and says them anew each second (ages), in another language, or after news.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from kiosk.desk import Clock, Desk
from kiosk.facts import NO_PRICE, Answer, Place, PriceFacts, place_facts, price_facts
from pos.ui.happened import Happened
from pos.ui.i18n import _, clock_time, language
from sync.domain.catalogue import LocationKind, Product, in_language
from sync.domain.codes import Code, Fault, Kind, read
from sync.domain.value import parse
from sync.local import Local
from sync.local.queries import Link, Settings, StockRow, link_status, settings, stock_rows
from sync.local.queries import product as product_by_id
from sync.local.scanned import find_code


@dataclass(frozen=True, slots=True)
class ProductState:
    """What the card shows. `gone`: the product left the catalogue while it was on the screen."""

    product: str = ""
    name: str = ""
    details: str = ""
    description: str = ""
    number: str = ""
    article: str = ""
    where: str = ""
    picture: str = ""
    tint: str = "sand"
    price: PriceFacts = NO_PRICE
    places: tuple[Place, ...] = ()
    chosen: str = ""
    happened: Happened | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """What one look into the local files gave."""

    product: Product | None
    rows: list[StockRow]
    house: Settings
    link: Link


@dataclass(slots=True)
class _Card:
    read: Read
    scanned_at: int | None
    first: dict[str, str] = field(default_factory=dict)


class ProductFlow:
    """The verbs of the card. Times in UTC ms by `now`."""

    def __init__(self, desk: Desk, now: Clock) -> None:
        self.desk, self.now = desk, now
        self.state = ProductState()
        self.on_state: Callable[[ProductState], None] = lambda state: None
        self._card: _Card | None = None
        self._wanted = ""
        self._visit = 0

    def scanned(self, raw: str, answered: Callable[[Answer, str], None]) -> None:
        """Look a scanned or typed code up; `answered` hears what it is and the product's id, or the label."""
        code, now, visit = read(raw), self.now(), self._visit

        def then(looked: tuple[Code, Read | None]) -> None:
            known, found = looked
            if visit != self._visit:
                return
            if found is None or found.product is None:
                what = _answer(known)
                answered(what, "" if what is Answer.CARD else known.label)
                return
            self._wanted = found.product.id
            self._take(found, now)
            answered(Answer.FOUND, found.product.id)

        self.desk.run(lambda local: _find(local, code, now), then)

    def show(self, product: str) -> None:
        """Show the card of a product that was touched."""
        if self._card is None or self._wanted != product:
            self._card = None
            self._set(ProductState(product=product))
        self._wanted = product
        self._read_again()

    def choose_place(self, location: str) -> None:
        """Mark one place among the rows."""
        if any(place.location == location for place in self.state.places):
            self._say(location)

    def changed(self, topics: frozenset[str]) -> None:
        """News came: read the card again."""
        if self._wanted:
            self._read_again()

    def tick(self) -> None:
        """Ages grow older: say the rows anew."""
        if self._card is not None:
            self._say()

    def spoke(self) -> None:
        """The language changed: say everything anew."""
        self.tick()

    def wipe(self) -> None:
        """Forget the card; answers still under way are dropped (F55)."""
        self._visit += 1
        self._card, self._wanted = None, ""
        self._set(ProductState())

    def _read_again(self) -> None:
        wanted, visit, now = self._wanted, self._visit, self.now()

        def then(found: Read) -> None:
            if visit == self._visit and wanted == self._wanted:
                self._take(found, None)

        self.desk.run(lambda local: _read(local, product_by_id(local, wanted, now), now), then)

    def _take(self, found: Read, scanned_at: int | None) -> None:
        same = self._card is not None and found.product is not None and self.state.product == found.product.id
        if found.product is None:
            price = replace(self.state.price, unit=None, regular=None, label=_("No longer sold here"), vat="")
            self._set(replace(self.state, gone=True, places=(), price=price, where="", happened=None))
            self._card = None
            return
        kept = self._card.scanned_at if same and self._card is not None and scanned_at is None else scanned_at
        chosen = self.state.chosen if same else ""
        self._card = _Card(found, kept)
        self._say(chosen or (found.rows[0].location.id if found.rows else ""))

    def _say(self, chosen: str = "") -> None:
        card = self._card
        if card is None or card.read.product is None:
            return
        product, house, spoken, now = card.read.product, card.read.house, language(), self.now()
        state = ProductState(
            product=product.id,
            name=product.name(spoken),
            details=in_language(product.details, spoken),
            description=in_language(product.descriptions, spoken),
            number=product.sku,
            article=_("Article {n}").format(n=product.sku),
            where=_where(card.read.rows, chosen or self.state.chosen),
            picture=product.picture,
            tint=product.tint,
            price=price_facts(product, house),
            places=tuple(place_facts(row, product, house, now) for row in card.read.rows),
            chosen=chosen or self.state.chosen,
            happened=_happened(card, house),
        )
        self._set(state)

    def _set(self, state: ProductState) -> None:
        if state != self.state:
            self.state = state
            self.on_state(state)


def _find(local: Local, code: Code, now: int) -> tuple[Code, Read | None]:
    """What the code is by the retailer's rules, and what is known of its product."""
    found = find_code(local, code, now)
    known = read(code.raw, settings(local).codes)
    return known, None if found is None else _read(local, found.product, now)


def _read(local: Local, product: Product | None, now: int) -> Read:
    rows = stock_rows(local, product.id, now) if product else []
    return Read(product, rows, settings(local), link_status(local, now))


def _where(rows: list[StockRow], chosen: str) -> str:
    """How to get to the chosen place: the shelf here, else address and hours."""
    row = next((row for row in rows if row.location.id == chosen), None)
    if row is None:
        return ""
    if row.own:
        return _("Shelf {shelf}").format(shelf=row.level.shelf) if row.level and row.level.shelf else ""
    place = row.location
    hours = f"{place.opens}\u2013{place.closes}" if place.opens and place.closes else ""
    return ", ".join(part for part in (place.address, hours) if part) if place.kind is LocationKind.STORE else ""


def _answer(code: Code) -> Answer:
    if code.card or parse(code.raw) is not None:
        return Answer.CARD
    if code.kind is Kind.BAD_CHECK or code.fault in (Fault.SEPARATORS, Fault.HALF_READ, Fault.UNKNOWN_FIELD):
        return Answer.MISREAD
    return Answer.RECEIPT if code.kind is Kind.RECEIPT else Answer.NOT_OURS


def _happened(card: _Card, house: Settings) -> Happened | None:
    if not card.read.link.online:
        line = _("Prices and stock are what we last knew")
        return Happened("working", _("No network now"), line, icon="wifi-off")
    if card.scanned_at is None:
        return Happened("good", _("Stock is live"), _("Numbers change by themselves"), icon="refresh-cw")
    at = clock_time(card.scanned_at, house.timezone)
    return Happened("good", _("Scanned, {time}").format(time=at), _("Numbers change by themselves"))
