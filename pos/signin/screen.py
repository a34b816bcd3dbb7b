"""Signing in on the window: the clock over the sun, who it is, the PIN."""

from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401
from pos.network import light
from pos.pictures import drawn_at, initials
from pos.pins import role_words
from pos.signin.flow import SignInFlow, SignInState
from pos.ui.happened import Light
from pos.ui.i18n import _, clock_time, day, language, weekday
from pos.ui.kit.frame import Panel
from pos.ui.kit.touch import Pressable
from pos.ui.theme import theme
from sync.actions.clock import now_ms
from sync.domain.catalogue import in_language
from sync.local import Staff

from kivy.core.window import Window  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip
from kivy.uix.relativelayout import RelativeLayout  # isort: skip
from kivy.uix.stencilview import StencilView  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

ART = 0.305
"""The height of a picture, as a part of the window's."""
TINTS = ("blush", "sky", "mint", "sand")


class PersonCard(Pressable, BoxLayout):
    """One person; the chosen one has the ink border."""

    name, role, letters, tint = (StringProperty("") for _n in range(4))
    chosen = BooleanProperty(False)


class PeopleRow(BoxLayout):
    """Two people side by side."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)

    def on_item(self, _row: Any, pair: Any) -> None:
        """Show another pair: two people, who is chosen, and whom to tell."""
        if pair is None:
            return
        people, chosen, tell = pair
        for place in (self.ids.left, self.ids.right):
            place.opacity, place.off = 0, True
        for place, (number, person) in zip((self.ids.left, self.ids.right), people, strict=False):
            place.opacity, place.off, place.tag = 1, False, person.id
            place.name, place.role = person.name, role_words(person.role)
            place.letters, place.tint = initials(person.name), TINTS[number % len(TINTS)]
            place.chosen = person.id == chosen
        self._tell = tell

    def tapped(self, card: PersonCard) -> None:
        """One of the two was touched."""
        self._tell(card.tag)


class Sunrise(StencilView, RelativeLayout):
    """The sun behind the clock, cut off by the shelf and the column's edge; `across` is its diameter."""

    across = NumericProperty(0)


class SignInScreen(Panel):
    """Reads the flow's state; touches call its verbs."""

    ART = ART

    state = ObjectProperty(SignInState(), rebind=True)
    flow = ObjectProperty(None)
    clock = StringProperty("")
    today = StringProperty("")
    light = ObjectProperty(Light("online"))

    def __init__(self, flow: SignInFlow, on_light: Any) -> None:
        self.touched_light = on_light
        pixels = Window.height * ART
        self.art = drawn_at("vase-clay", pixels), drawn_at("bag-pine", pixels)
        super().__init__(flow=flow, state=flow.state)
        flow.on_state = self._look
        theme.follow(language=self._spoken)
        self._look(flow.state)

    def _spoken(self, *_args: Any) -> None:
        """The language changed."""
        self._look(self.flow.state)

    def _look(self, state: SignInState) -> None:
        self.state = state
        self.tick()

    def tick(self) -> None:
        """The clock and the light; nothing is drawn when nothing changed."""
        facts, now = self.state.facts, now_ms()
        zone = facts.settings.timezone if facts else None
        self.clock, self.today = clock_time(now, zone), _upper(weekday(now, zone))
        if facts is not None:
            self.light = light(facts.link, now, zone)

    def pairs(self, state: SignInState, _language: str) -> list[Any]:
        """The people, two by two."""
        people = list(enumerate(state.facts.people)) if state.facts else []
        chosen = state.chosen.id if state.chosen else ""
        return [(people[i : i + 2], chosen, self.flow.choose) for i in range(0, len(people), 2)]

    def brand(self, state: SignInState) -> str:
        """Whose store it is."""
        return (state.facts.settings.retailer if state.facts else "") or theme.brand

    def place(self, state: SignInState, _language: str) -> str:
        """Which terminal, and where."""
        if state.facts is None:
            return ""
        where = state.facts.location
        name = in_language(where.names, language()) if where else ""
        return " · ".join(x for x in (state.facts.terminal, name) if x)

    def address(self, state: SignInState, _language: str) -> str:
        """The street, and the opening hours."""
        where = state.facts.location if state.facts else None
        if where is None:
            return ""
        hours = _("open {opens} to {closes}").format(opens=where.opens, closes=where.closes) if where.opens else ""
        return " · ".join(x for x in (where.address, hours) if x)

    def whose(self, state: SignInState, _language: str) -> str:
        """Whose PIN is asked for."""
        if state.chosen is None:
            return _("Your PIN")
        return _("Your PIN, {name}").format(name=state.chosen.name.split()[0])

    def hint(self, state: SignInState, _language: str) -> str:
        """What happened, else what the last digit does and how long it works without a network."""
        if state.notice:
            return state.notice
        if state.busy:
            return _("Checking the PIN")
        if not state.ready:
            return ""
        if state.facts and not state.facts.people:
            return _("Nobody may sign in here yet. The names come with the first connection.")
        return _("The last digit signs you in.") + self._until(state.chosen, state)

    @staticmethod
    def _until(person: Staff | None, state: SignInState) -> str:
        if person is None or state.facts is None:
            return ""
        when = day(person.expires, state.facts.settings.timezone)
        # Some languages shorten the month with a dot of its own.
        return " " + _("Works without a network until {day}.").format(day=when).replace("..", ".")


def _upper(text: str) -> str:
    """A sentence begins with a capital where the language has any; Georgian has none."""
    return text[:1].upper() + text[1:] if language() != "ka" else text
