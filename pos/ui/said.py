"""What a screen may be told to draw as steps and as notes and coins. No Kivy here."""

from dataclasses import dataclass
from typing import NamedTuple


class StepSaid(NamedTuple):
    """One step. `state`: done, now, next or fault; `icon` takes the place of the state's own."""

    state: str
    title: str
    line: str = ""
    time: str = ""
    icon: str = ""


@dataclass(frozen=True)
class PieceSaid:
    """So many of one note or coin; `value` as people read it, without the sign."""

    value: str
    count: int
    note: bool
