"""A step on the way of an order to its counter. No Kivy."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """One step: `state` is done, now or next."""

    title: str
    line: str
    icon: str
    state: str
