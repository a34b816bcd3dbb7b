"""Finding an article: as you type, in any language, by any part of a name or the article number; and where it lies."""

from collections.abc import Callable
from dataclasses import dataclass

from pos import code_words
from pos.flow import Flow
from pos.terminal import Terminal
from pos.ui.happened import Happened
from pos.ui.i18n import _
from sync.actions.clock import now_ms
from sync.domain import codes
from sync.domain.catalogue import Product
from sync.local import (
    Found,
    Local,
    Settings,
    StockRow,
    browse,
    find_code,
    link_status,
    product,
    search,
    settings,
    stock_rows,
)

USUAL = Settings()


@dataclass(frozen=True, slots=True)
class LookupState:
    """`query` was asked last, `results` answer `answered`; `card` is the article in the window, `rows` its stock."""

    ready: bool = False
    query: str = ""
    answered: str = ""
    results: tuple[Product, ...] = ()
    card: Product | None = None
    rows: tuple[StockRow, ...] = ()
    online: bool = False
    now: int = 0
    settings: Settings = USUAL
    happened: Happened | None = None


class LookupFlow(Flow[LookupState]):
    """Verbs of the lookup. `on_add` puts an article into the sale, `on_leave` goes back to it."""

    def __init__(
        self,
        terminal: Terminal,
        on_add: Callable[[Product], None],
        on_leave: Callable[[], None],
        clock: Callable[[], int] = now_ms,
    ) -> None:
        super().__init__(LookupState())
        self._terminal = terminal
        self._on_add = on_add
        self._on_leave = on_leave
        self._clock = clock

    def start(self) -> None:
        """Begin with nothing typed: what sells most is shown."""
        self._say(_hint, query="", card=None, rows=())
        self._ask("")

    def changed(self, topics: frozenset[str]) -> None:
        """Stock, prices or names changed: what is on the screen is read again."""
        if topics & {"stock", "catalogue", "pricelist", "link", "verdicts", "config"}:
            self._ask(self.state.query)
            if self.state.card is not None:
                self._show(self.state.card.id)

    def typed(self, query: str) -> None:
        """The text in the field is another."""
        if query != self.state.query:
            self._to(query=query)
            self._ask(query)

    def _ask(self, query: str) -> None:
        self._terminal.run(lambda local: self._find(local, query), lambda found: self._answer(query, *found))

    def _find(self, local: Local, query: str) -> tuple[tuple[Product, ...], Settings]:
        now = self._clock()
        if query.strip():
            return tuple(search(local, query, now)), settings(local)
        return tuple(p for _rank, p in browse(local, "", now)), settings(local)

    def _answer(self, query: str, results: tuple[Product, ...], known: Settings) -> None:
        if query == self.state.query:  # an answer to what was typed before is old
            self._to(ready=True, answered=query, results=results, settings=known)

    def choose(self, product_id: str) -> None:
        """Put an article into the window."""
        self._say(_hint)
        self._show(product_id)

    def scanned(self, text: str) -> None:
        """A code was read: its article comes into the window, nothing is added."""
        code, now = codes.read(text, self.state.settings.codes), self._clock()
        self._terminal.run(lambda local: find_code(local, code, now), lambda found: self._found(code, found))

    def _found(self, code: codes.Code, found: Found | None) -> None:
        if found is not None:
            self._say(_hint)
            self._show(found.product.id)
        elif code.kind is codes.Kind.BAD_CHECK:
            self._say(lambda: Happened("refused", _("The code was misread"), _("Scan it again.")))
        elif code.kind is codes.Kind.PASS:
            self._say(lambda: Happened("refused", _("This pass is for an order"), _("Open Returns and scan it there.")))
        elif code.collecting:
            self._say(lambda: Happened("refused", _("This label is for parcels"), _("Open Collect and scan it there.")))
        else:
            self._say(lambda: code_words.what(code, _("Nothing was changed.")) or _not_ours())

    def _show(self, product_id: str) -> None:
        now = self._clock()

        def read(local: Local) -> tuple[Product | None, list[StockRow], bool]:
            return product(local, product_id, now), stock_rows(local, product_id, now), link_status(local, now).online

        self._terminal.run(read, lambda found: self._shown(now, *found))

    def _shown(self, now: int, card: Product | None, rows: list[StockRow], online: bool) -> None:
        self._to(card=card, rows=tuple(rows), online=online, now=now)

    def close(self) -> None:
        """Take the article out of the window."""
        self._to(card=None, rows=())

    def leave(self) -> None:
        """Back to the sale, with nothing added."""
        self._on_leave()

    def add(self) -> None:
        """Put the article in the window into the sale."""
        card = self.state.card
        if card is not None and card.price is not None:
            self._on_add(card)


def _not_ours() -> Happened:
    return Happened("refused", _("This code is not ours"), _("Type a part of its name instead."))


def _hint() -> Happened:
    return Happened("working", _("Type or scan"), _("Nothing is added until you say so."), icon="search")
