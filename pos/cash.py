"""Notes and coins: which amounts a shopper is likely to hand over, and how change is counted out.

Denominations in minor units. KZT: National Bank of Kazakhstan, circulating series; GEL, RUB, EUR: their central banks.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cash:
    """What a currency's drawer holds, largest first, in minor units."""

    notes: tuple[int, ...]
    coins: tuple[int, ...]

    @property
    def all(self) -> tuple[int, ...]:
        """Notes, then coins."""
        return self.notes + self.coins


def _of(scale: int, notes: tuple[int, ...], coins: tuple[int, ...]) -> Cash:
    return Cash(tuple(n * scale for n in notes), tuple(c * scale for c in coins))


DRAWERS: dict[str, Cash] = {
    "KZT": _of(100, (20000, 10000, 5000, 2000, 1000, 500), (200, 100, 50, 20, 10, 5)),
    "RUB": _of(1, (500000, 200000, 100000, 50000, 20000, 10000, 5000), (1000, 500, 200, 100, 50, 10)),
    "GEL": _of(1, (20000, 10000, 5000, 2000, 1000, 500), (200, 100, 50, 20, 10, 5)),
    "EUR": _of(1, (20000, 10000, 5000, 2000, 1000, 500), (200, 100, 50, 20, 10, 5, 2, 1)),
    "USD": _of(1, (10000, 5000, 2000, 1000, 500, 100), (25, 10, 5, 1)),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """So many of one note or coin."""

    value: int
    count: int
    note: bool


def count_out(amount: int, currency: str) -> tuple[Piece, ...]:
    """An amount as the fewest notes and coins, largest first. What no coin is small enough for is left out."""
    drawer = DRAWERS[currency]
    pieces: list[Piece] = []
    for value in drawer.all:
        count, amount = divmod(amount, value)
        if count:
            pieces.append(Piece(value, count, value in drawer.notes))
    return tuple(pieces)


def _pieces(amount: int, currency: str) -> int:
    return sum(p.count for p in count_out(amount, currency))


def _up(amount: int, step: int) -> int:
    return -(-amount // step) * step


def likely(due: int, currency: str, shown: int = 3) -> tuple[int, ...]:
    """The amounts to offer at one touch, smallest first: exactly what is due, the next round one, then what the
    fewest notes make. `due` is what is to be paid in cash, already rounded; nothing due offers nothing.
    """
    if due <= 0:
        return ()
    notes = DRAWERS[currency].notes
    small = notes[-2] if due > notes[-2] else notes[-1]
    near = {_up(due, n) for n in notes} | {_up(due, n) + n for n in notes if n <= due <= 20 * n or n == notes[0]}
    rest = sorted(near - {due, _up(due, small)}, key=lambda a: (_pieces(a, currency), a))
    first = [a for a in (due, _up(due, small)) if a]
    return tuple(sorted(list(dict.fromkeys(first + rest))[:shown]))
