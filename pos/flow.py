"""What every flow is: a frozen state, verbs that make the next one, and one listener. No window here.

What just happened is kept as a function that says it, so that it changes its language with the screen.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, Generic, TypeVar

from pos.devices.base import DeviceFault
from pos.ui.happened import Happened
from pos.ui.i18n import _

S = TypeVar("S")
Say = Callable[[], Happened]


class Flow(Generic[S]):
    """Holds `state` and tells `on_state` of each new one. Verbs end in `_to` or `_say`.

    `remember` hears of everything that happened, once. `also` is told of each new state besides the screen.
    """

    def __init__(self, state: S) -> None:
        self.state = state
        self.on_state: Callable[[S], None] = _nobody
        self.remember: Callable[[Happened], None] = _nobody
        self.also: Callable[[], None] = _nothing
        self._saying: Say | None = None

    def _to(self, **changes: Any) -> None:
        """The next state: this one with changes. `happened` is said anew in the language of now."""
        self.state = replace(self.state, **changes)  # type: ignore[type-var]
        self.on_state(self.state)
        self.also()

    def _say(self, say: Say | None, **changes: Any) -> None:
        """The next state, with what just happened."""
        self._saying = say
        said = say() if say else None
        if said is not None:
            self.remember(said)
        self._to(happened=said, **changes)

    def mended(self, faults: Collection[DeviceFault], back: str) -> None:
        """A device is well again: where what just happened still says what ailed it, `back` (English) takes its place.

        What it was about, and the way to act on it, stay: what was not printed is not printed yet.
        """
        saying, said = self._saying, getattr(self.state, "happened", None)
        if saying is None or said is None or not any(fault.sentence in said.line for fault in faults):
            return
        self._saying = lambda: _without(saying(), faults, back)
        self.spoken()

    def spoken(self) -> None:
        """The language changed: say again what just happened."""
        self._to(happened=self._saying() if self._saying else None)


def _without(said: Happened, faults: Collection[DeviceFault], back: str) -> Happened:
    for fault in faults:
        said = replace(said, line=said.line.replace(fault.sentence, _(back)))
    return said


def _nobody(state: Any) -> None:
    """No screen looks yet."""


def _nothing() -> None:
    """Nobody follows it."""
