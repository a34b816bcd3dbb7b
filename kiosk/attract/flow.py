"""The resting screen: goods that this store really sells, standing on the shelf with their prices. No Kivy."""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.desk import Clock, Desk
from kiosk.facts import PriceFacts, price_facts
from pos.ui.i18n import language
from sync.domain.catalogue import Product
from sync.local import Local
from sync.local.queries import Settings, browse, departments, settings, stock_here

GOODS = 5
"""Places on the shelf."""
STATURE = {"sofa": 430, "lamp": 350, "shopping-basket": 280, "shirt": 250, "baby": 235}
"""How large goods are drawn, in dp, by their department's icon: an armchair stands higher than a mug."""
SMALL = 210
LOOKED_AT = 200
"""How many of the most popular products are looked at to fill the shelf."""


@dataclass(frozen=True, slots=True)
class Goods:
    """One thing on the shelf; `size` in dp."""

    product: str
    name: str
    picture: str
    price: PriceFacts
    size: int


@dataclass(frozen=True, slots=True)
class AttractState:
    """Goods, the largest first, each with a picture of its own. Empty: a store without products yet."""

    goods: tuple[Goods, ...] = ()


class AttractFlow:
    """The verbs of the resting screen."""

    def __init__(self, desk: Desk, now: Clock) -> None:
        self.desk, self.now = desk, now
        self.state = AttractState()
        self.on_state: Callable[[AttractState], None] = lambda state: None
        self._read: tuple[list[tuple[Product, int]], Settings] | None = None

    def opened(self) -> None:
        """Read what stands on the shelf."""
        now = self.now()
        self.desk.run(lambda local: (_goods(local, now), settings(local)), self._got)

    def changed(self, topics: frozenset[str]) -> None:
        """News: prices may have changed, or what is here."""
        self.opened()

    def spoke(self) -> None:
        """The language changed."""
        if self._read is not None:
            self._got(self._read)

    def _got(self, read: tuple[list[tuple[Product, int]], Settings]) -> None:
        self._read = read
        products, house = read
        spoken = language()
        goods = tuple(Goods(p.id, p.name(spoken), p.picture, price_facts(p, house), size) for p, size in products)
        state = AttractState(goods)
        if state != self.state:
            self.state = state
            self.on_state(state)


def _goods(local: Local, now: int) -> list[tuple[Product, int]]:
    """Popular products that are here, cost something and have a picture, of as many departments as there are."""
    popular = [product for _rank, product in browse(local, "", now, limit=LOOKED_AT)]
    levels = stock_here(local, [p.id for p in popular])
    icons = {department.id: department.icon for department in departments(local)}
    chosen: dict[str, Product] = {}
    for product in popular:
        level = levels.get(product.id)
        if product.picture and product.price and level and level.available > 0:
            chosen.setdefault(product.picture, product)
    sized = [(p, STATURE.get(icons.get(p.department, ""), SMALL)) for p in _mixed(list(chosen.values()))]
    return sorted(sized, key=lambda pair: -pair[1])[:GOODS]


def _mixed(products: list[Product]) -> list[Product]:
    """The first of each department, and only where those are few the others too."""
    first: dict[str, Product] = {}
    for product in products:
        first.setdefault(product.department, product)
    others = [p for p in products if first[p.department] is not p]
    return [*first.values(), *others[: max(0, GOODS - len(first))]]
