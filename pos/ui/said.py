"""What a screen may be told to draw as steps and as notes and coins. No Kivy here."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from pos.cash import Piece
from pos.ui.i18n import money_parts


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


def pieces_said(pieces: Iterable[Piece], currency: str) -> list[PieceSaid]:
    """Notes and coins as people read them."""
    return [PieceSaid(money_parts(p.value, currency)[0], p.count, p.note) for p in pieces]
