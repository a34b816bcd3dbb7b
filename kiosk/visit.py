"""One shopper's visit: where she is, her language, and how all of it is forgotten (F55).

No Kivy here. The visit owns the flows of the kiosk's tasks and moves between them; screens only call its verbs.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from kiosk.attract.flow import AttractFlow
from kiosk.browse.flow import BrowseFlow
from kiosk.collect.flow import CollectFlow
from kiosk.collect.flow import Step as Collecting
from kiosk.desk import Asking, Clock
from kiosk.facts import Answer, light_of
from kiosk.product.flow import ProductFlow
from kiosk.scan.flow import ScanFlow
from pos.ui.happened import Light
from pos.ui.i18n import set_language
from sync.domain.catalogue import LANGUAGES
from sync.domain.codes import Kind, read
from sync.domain.gs1 import warm
from sync.local.queries import Link, Settings, link_status, settings

REMEMBERED = 16
"""Steps that "Back" can undo; a visit that never ends may not grow for ever."""


ONLINE = Light("online")


@dataclass(frozen=True, slots=True)
class Rules:
    """How long a kiosk waits, in milliseconds, and its own language."""

    idle: int = 60_000
    warning: int = 20_000
    language: str = "en"


@dataclass(frozen=True, slots=True)
class VisitState:
    """`place`: attract, browse, product, scan or collect. `warning`: ms until all is forgotten, None while all is well.

    `ill`: the local files can't be read just now.
    """

    place: str = "attract"
    forward: bool = True
    language: str = "en"
    languages: tuple[str, ...] = LANGUAGES
    low_reach: bool = False
    warning: int | None = None
    light: Light = ONLINE
    retailer: str = ""
    wakes: int = 0
    ill: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One place that "Back" leads to; `product` for the product card."""

    place: str
    product: str = ""


class Visit:
    """The verbs of a visit. `monotonic` counts idle time, so a clock that is set can't wipe or keep a visit (ms)."""

    def __init__(self, desk: Asking, rules: Rules, now: Clock, monotonic: Clock) -> None:
        self.desk, self.rules, self.now, self.monotonic = desk, rules, now, monotonic
        self.state = VisitState(language=rules.language)
        self.on_state: Callable[[VisitState], None] = lambda state: None
        self.attract = AttractFlow(desk, now)
        self.browse = BrowseFlow(desk, now)
        self.product = ProductFlow(desk, now)
        self.scan = ScanFlow()
        self.collect = CollectFlow(desk, now)
        self._steps: list[Step] = []
        self._touched = monotonic()
        self._scans = 0
        self._link: Link | None = None
        self._house: Settings | None = None

    def open(self) -> None:
        """Show the resting screen. Called once, when the window stands."""
        set_language(self.rules.language)
        self._ask_house()
        self.attract.opened()
        self.desk.run(lambda _local: warm(), lambda _none: None)

    # ------------------------------------------------------------------ where she goes
    def find(self) -> None:
        """To search and departments. Starts afresh when she comes from the resting screen."""
        if self.state.place == "attract":
            self.browse.wipe()
        self.browse.opened()
        self._go(Step("browse"))

    def find_something_else(self) -> None:
        """To an empty search, from a product card or an answer."""
        self.browse.wipe()
        self.find()

    def hold_code(self) -> None:
        """To the screen that says how to scan and takes a typed number."""
        self.scan.wait()
        self._go(Step("scan"))

    def collect_order(self) -> None:
        """To the screen that asks for the code or the number of an order."""
        self.collect.opened()
        self._go(Step("collect"))

    def done(self) -> None:
        """She has what she came for: nothing of her stays."""
        self.forget()

    def choose(self, product: str) -> None:
        """The product card of what she touched."""
        self.product.show(product)
        self._go(Step("product", product))

    def scanned(self, raw: str) -> None:
        """A code was read, on whatever screen: its product card, her ticket, or an answer of its own."""
        self.touched()
        self._scans += 1
        if read(raw).kind is Kind.PASS or self._asks_for_order():
            self.collect.scanned(raw)
            self._go(Step("collect"))
            return
        asked = self._scans
        self.product.scanned(raw, lambda answer, product: self._answered(asked, answer, product))

    def typed_number(self) -> None:
        """Look up the number that she typed."""
        if self.scan.state.digits:
            self.scanned(self.scan.state.digits)

    def back(self) -> None:
        """One step back; from the first screen to the resting one."""
        self.touched()
        if len(self._steps) > 1:
            self._steps.pop()
            self._enter(self._steps[-1], forward=False)
        else:
            self._leave(self.state.language)

    # ------------------------------------------------------------------ how she likes it
    def choose_language(self, language: str) -> None:
        """Everything in another language, at once."""
        self.touched()
        self._speak(language)

    def low_reach(self) -> None:
        """All that can be touched within reach of someone who sits, or back."""
        self.touched()
        self._set(low_reach=not self.state.low_reach)

    # ------------------------------------------------------------------ time and news
    def touched(self) -> None:
        """Somebody is here: any touch, key or scan."""
        self._touched = self.monotonic()
        if self.state.warning is not None:
            self._set(warning=None)

    def tick(self) -> None:
        """Once a second: ages grow older, and an abandoned screen forgets."""
        self.product.tick()
        self.collect.tick()
        if self.state.ill:
            self._ask_house()
        idle = self.monotonic() - self._touched
        if self._at_rest():
            return
        if idle >= self.rules.idle + (0 if self.state.place == "attract" else self.rules.warning):
            self.forget()
        elif idle >= self.rules.idle and self.state.warning is None and self.state.place != "attract":
            self._set(warning=self.rules.idle + self.rules.warning - idle)

    def forget(self) -> None:
        """Wipe the visit: place, search, products seen, typed number, language, reach (F55)."""
        self._leave(self.rules.language)
        self._set(low_reach=False)

    def fell_ill(self) -> None:
        """The local files could not be read. Nothing of the visit can be trusted; each tick tries again."""
        if not self.state.ill:
            self._set(ill=True)
            self._steps.clear()
            self._wipe()
            self._set(place="attract", forward=False, warning=None)

    def changed(self, topics: Iterable[str]) -> None:
        """The replica has news: what is on the screen is read again."""
        news = frozenset(topics)
        self._ask_house()
        told = {"attract": self.attract.changed, "browse": self.browse.changed, "product": self.product.changed}
        told["collect"] = self.collect.changed
        if self.state.place in told:
            told[self.state.place](news)

    # ------------------------------------------------------------------ inside
    def _answered(self, asked: int, answer: Answer, product: str) -> None:
        if asked != self._scans:
            return
        if answer is Answer.FOUND:
            self._go(Step("product", product))
        else:
            self.scan.answer(answer, product)
            self._go(Step("scan"))

    def _go(self, step: Step) -> None:
        self.touched()
        if not self._steps or self._steps[-1] != step:
            self._steps = [*self._steps, step][-REMEMBERED:]
        self._set(place=step.place, forward=True)

    def _enter(self, step: Step, forward: bool) -> None:
        if step.place == "product":
            self.product.show(step.product)
        if step.place == "browse":
            self.browse.opened()
        if step.place == "scan":
            self.scan.wait()
        if step.place == "collect" and self.collect.state.ticket is None:
            self.collect.opened()
        self._set(place=step.place, forward=forward)

    def _leave(self, language: str) -> None:
        self._steps.clear()
        self._scans += 1
        self._wipe()
        self._speak(language)
        self.attract.opened()
        self._set(place="attract", forward=False, warning=None, wakes=self.state.wakes + 1)

    def _wipe(self) -> None:
        for flow in (self.browse, self.product, self.scan, self.collect):
            flow.wipe()

    def _asks_for_order(self) -> bool:
        return self.state.place == "collect" and self.collect.state.step is not Collecting.TICKET

    def _speak(self, language: str) -> None:
        set_language(language)
        self._set(language=language, light=light_of(self._link, self._house))
        for flow in (self.attract, self.browse, self.product):
            flow.spoke()

    def _at_rest(self) -> bool:
        state = self.state
        return state.place == "attract" and state.language == self.rules.language and not state.low_reach

    def _ask_house(self) -> None:
        now = self.now()
        self.desk.run(lambda local: (settings(local), link_status(local, now)), self._got_house)

    def _got_house(self, read: tuple[Settings, Link]) -> None:
        house, self._link = read
        self._house = house
        languages = tuple(code for code in house.languages if code in LANGUAGES) or LANGUAGES
        was_ill = self.state.ill
        light = light_of(self._link, house)
        self._set(retailer=house.retailer, languages=languages, light=light, ill=False)
        if was_ill:
            self.attract.opened()

    def _set(self, **changes: Any) -> None:
        state = replace(self.state, **changes)
        if state != self.state:
            self.state = state
            self.on_state(state)
