"""What is sold: products, their words in each language, departments and locations."""

from dataclasses import dataclass, field
from enum import StrEnum

from sync.domain.pricing import Price

LANGUAGES = ("en", "ru", "kk", "ka")
"""The languages from the start; the first is the one that everything has."""

Words = dict[str, str]
"""Text by language code."""


def in_language(words: Words, language: str) -> str:
    """The text in that language, else in the first language that has it, else ""."""
    if words.get(language):
        return words[language]
    return next((words[k] for k in LANGUAGES if words.get(k)), next(iter(words.values()), ""))


class LocationKind(StrEnum):
    """The kinds of places that hold stock."""

    STORE = "store"
    WAREHOUSE = "warehouse"
    ONLINE = "online"


@dataclass(frozen=True, slots=True)
class Location:
    """A place that holds stock. `latitude`, `longitude` in millionths of a degree; `opens`, `closes`: local HH:MM."""

    id: str
    kind: LocationKind
    names: Words
    address: str = ""
    latitude: int | None = None
    longitude: int | None = None
    opens: str = ""
    closes: str = ""
    pricelist: str = ""
    sort: int = 0


@dataclass(frozen=True, slots=True)
class Department:
    """A part of the assortment; `icon` is a name of the icon font."""

    id: str
    names: Words
    icon: str = "tag"
    sort: int = 0


@dataclass(frozen=True, slots=True)
class Product:
    """One article. `unit` is `pcs` or `kg`; `vat_rate` in basis points; `price` holds now, None: not for sale here.
    `serial`: each unit is sold by a number of its own."""

    id: str
    sku: str
    names: Words
    details: Words = field(default_factory=dict)
    descriptions: Words = field(default_factory=dict)
    department: str = ""
    unit: str = "pcs"
    vat_rate: int = 0
    picture: str = ""
    tint: str = "sand"
    price: Price | None = None
    price_label: Words = field(default_factory=dict)
    serial: bool = False

    def name(self, language: str) -> str:
        """The name for people, in the language asked or the nearest there is."""
        return in_language(self.names, language)

    @property
    def numbered(self) -> bool:
        """Whether each unit is asked for its number; what is weighed has no units."""
        return self.serial and self.unit == "pcs"
