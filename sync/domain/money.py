"""Money as integers of minor units. A currency's exponent is that of ISO 4217."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Currency:
    """One ISO 4217 currency: `exponent` decimals in records, `sign` for people."""

    code: str
    exponent: int
    sign: str


CURRENCIES = {
    c.code: c
    for c in (
        Currency("KZT", 2, "₸"),
        Currency("RUB", 2, "₽"),
        Currency("GEL", 2, "₾"),
        Currency("EUR", 2, "€"),
        Currency("USD", 2, "$"),
    )
}


class UnknownCurrency(ValueError):
    """The code is not one that this retailer may use; the message names it."""


def currency(code: str) -> Currency:
    """The currency of an ISO 4217 code. Raises UnknownCurrency."""
    try:
        return CURRENCIES[code]
    except KeyError:
        known = ", ".join(sorted(CURRENCIES))
        raise UnknownCurrency(f"Currency {code!r} is not known here. Known are {known}.") from None


def divide(numerator: int, denominator: int) -> int:
    """Integer division rounded half away from zero, as tills round. The denominator is positive."""
    if denominator <= 0:
        raise ValueError("the denominator must be positive")
    sign = -1 if numerator < 0 else 1
    return sign * ((abs(numerator) * 2 + denominator) // (denominator * 2))


def allocate(total: int, weights: list[int]) -> list[int]:
    """Split `total` in proportion to non-negative weights; the parts add up to it exactly.

    The largest remainders get the odd units, earlier parts first. All weights zero: the first takes all.
    """
    whole = sum(weights)
    if not weights or any(w < 0 for w in weights):
        raise ValueError("weights must be given and not negative")
    if whole == 0:
        return [total] + [0] * (len(weights) - 1)
    sign, size = (-1, -total) if total < 0 else (1, total)
    parts = [size * w // whole for w in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % whole), i))
    for i in order[: size - sum(parts)]:
        parts[i] += 1
    return [sign * p for p in parts]


def round_cash(amount: int, step: int) -> int:
    """The amount a drawer can pay: the nearest multiple of `step` minor units. A step of 0 or 1 keeps it."""
    return amount if step <= 1 else divide(amount, step) * step
