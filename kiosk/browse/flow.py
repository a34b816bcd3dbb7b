"""Find: search as you type, departments, and as many cards as the shopper scrolls to. No Kivy.

Pages are asked for when their rows come near; answers that arrive after a newer question, or after the visit was
wiped, are dropped (F55).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from kiosk.desk import Clock, Desk
from kiosk.facts import PriceFacts, counted, here_facts, price_facts
from pos.ui.i18n import _, language
from sync.domain.catalogue import Department, Product, in_language
from sync.domain.stock import Level
from sync.local import Local
from sync.local.queries import Settings, browse, departments, link_status, search_on, settings, stock_here

PAGE = 48
"""Cards of one page."""
LONGEST = 40
"""Letters of a search."""


@dataclass(frozen=True, slots=True)
class Card:
    """One product as a small card. `tone` of what is here: good or quiet."""

    product: str
    name: str
    details: str
    picture: str
    tint: str
    price: PriceFacts
    here: str
    here_icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """One department as a chip; `count` of what was found in it, None when nothing was searched."""

    id: str
    name: str
    icon: str
    on: bool
    count: int | None = None

    @property
    def text(self) -> str:
        """The chip's words: "Home · 11"."""
        return self.name if self.count is None else f"{self.name} · {self.count}"


@dataclass(frozen=True, slots=True)
class BrowseState:
    """What the screen shows. `asked` grows with each new question, so that the list starts at its top again."""

    query: str = ""
    department: str = ""
    shelves: tuple[Shelf, ...] = ()
    cards: tuple[Card, ...] = ()
    more: bool = False
    summary: str = ""
    here: str = ""
    keyboard: bool = True
    waiting: bool = False
    asked: int = 0

    @property
    def nothing(self) -> bool:
        """Whether the answer is that there is nothing."""
        return not self.cards and not self.waiting and self.asked > 0


@dataclass(frozen=True, slots=True)
class _Page:
    products: list[Product]
    last_rank: int
    more: bool
    levels: dict[str, Level]
    departments: list[Department]
    house: Settings
    online: bool


class BrowseFlow:
    """The verbs of finding. Times in UTC ms by `now`."""

    def __init__(self, desk: Desk, now: Clock) -> None:
        self.desk, self.now = desk, now
        self.state = BrowseState()
        self.on_state: Callable[[BrowseState], None] = lambda state: None
        self._pages: list[_Page] = []
        self._asking = False
        self._question = 0

    def opened(self) -> None:
        """Show what there is: the last answer of this visit anew, or the most popular products."""
        if self._pages:
            self.changed(frozenset())
        else:
            self._ask()

    def typed(self, text: str) -> None:
        """The search field's text after a key."""
        if text[:LONGEST] != self.state.query:
            self._set(query=text[:LONGEST], keyboard=True)
            self._ask()

    def choose_department(self, department: str) -> None:
        """Only this department; the same again: all of them."""
        self._set(department="" if department == self.state.department else department)
        self._ask()

    def keyboard(self, shown: bool) -> None:
        """Show or put away the keyboard."""
        self._set(keyboard=shown)

    def seen(self, index: int) -> None:
        """The card at `index` came into view: ask for the next page in time."""
        if self.state.more and not self._asking and index >= len(self.state.cards) - PAGE // 2:
            self._next()

    def changed(self, topics: frozenset[str]) -> None:
        """News: prices and stock of the cards are read again, in place."""
        if self._pages and not self._asking:
            self._again()

    def spoke(self) -> None:
        """The language changed: the same cards in other words."""
        if self._pages:
            self._say()

    def wipe(self) -> None:
        """Forget the search (F55)."""
        self._question += 1
        self._pages, self._asking = [], False
        self.state = BrowseState(asked=self.state.asked)
        self.on_state(self.state)

    # ------------------------------------------------------------------ inside
    def _ask(self) -> None:
        """A new question: what was asked before is not waited for."""
        self._question += 1
        self._asking = True
        self._set(waiting=True)
        self._run(0, PAGE, self._first)

    def _next(self) -> None:
        self._asking = True
        self._run(self._pages[-1].last_rank, PAGE, self._append)

    def _again(self) -> None:
        """Read as many as are shown in one page, so that nothing moves under a finger."""
        self._asking = True
        self._run(0, max(PAGE, len(self.state.cards)), self._replace)

    def _run(self, after: int, limit: int, then: Callable[[_Page], None]) -> None:
        question, now = self._question, self.now()
        query, department = self.state.query, self.state.department

        def got(page: _Page) -> None:
            if question == self._question:
                self._asking = False
                then(page)

        self.desk.run(lambda local: _page(local, query, department, now, after, limit), got)

    def _first(self, page: _Page) -> None:
        self._pages = [page]
        self._say(asked=self.state.asked + 1)

    def _append(self, page: _Page) -> None:
        self._pages.append(page)
        self._say()

    def _replace(self, page: _Page) -> None:
        self._pages = [page]
        self._say()

    def _say(self, **changes: Any) -> None:
        last, now = self._pages[-1], self.now()
        cards = tuple(
            _card(p, page.levels.get(p.id), last.house, now, last.online) for page in self._pages for p in page.products
        )
        searched = bool(self.state.query.strip())
        self._set(
            cards=cards,
            more=last.more,
            waiting=False,
            shelves=self._shelves(last.departments, searched),
            summary=self._summary(len(cards), last.more, searched),
            here=self._here() if searched and cards else "",
            **changes,
        )

    def _shelves(self, known: list[Department], searched: bool) -> tuple[Shelf, ...]:
        spoken, chosen = language(), self.state.department
        found: dict[str, int] = {}
        for product in self._pages[0].products:
            found[product.department] = found.get(product.department, 0) + 1
        count = found.get if searched and not self._pages[0].more else lambda key, none=None: None
        shelves = []
        for department in known:
            on = department.id == chosen
            n = count(department.id, None if chosen else 0)
            if n != 0:  # a chip that leads to nothing only stands in the way
                shelves.append(Shelf(department.id, in_language(department.names, spoken), department.icon, on, n))
        return tuple(shelves)

    def _summary(self, n: int, more: bool, searched: bool) -> str:
        if searched:
            return counted(n, more)
        return "" if self.state.department else _("What people look for here")

    def _here(self) -> str:
        levels = (page.levels.get(p.id) for page in self._pages for p in page.products)
        n = sum(1 for level in levels if level and level.available > 0)
        return _("{n} of them here").format(n=n) if n else _("none of them here")

    def _set(self, **changes: Any) -> None:
        state = replace(self.state, **changes)
        if state != self.state:
            self.state = state
            self.on_state(state)


def _page(local: Local, query: str, department: str, now: int, after: int, limit: int) -> _Page:
    if query.strip():
        ranked = search_on(local, query, now, department, after_rank=after, limit=limit + 1)
    else:
        ranked = browse(local, department, now, after_rank=after, limit=limit + 1)
    more, ranked = len(ranked) > limit, ranked[:limit]
    last = ranked[-1][0] if ranked else after
    products = [product for _rank, product in ranked]
    levels = stock_here(local, [p.id for p in products])
    link = link_status(local, now)
    return _Page(products, last, more, levels, departments(local), settings(local), link.online)


def _card(product: Product, level: Level | None, house: Settings, now: int, online: bool) -> Card:
    here, icon, tone = here_facts(level, product, house, now, online)
    name, details = product.name(language()), in_language(product.details, language())
    price = price_facts(product, house)
    return Card(product.id, name, details, product.picture, product.tint, price, here, icon, tone)
