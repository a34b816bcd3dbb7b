"""Quantities and money in sentences for people: exact, without a float."""

from sync.domain.money import CURRENCIES


def pieces(thousandths: int) -> str:
    """`1500` as `1.5`."""
    whole, rest = divmod(thousandths, 1000)
    return f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)


def money(amount: int, currency: str) -> str:
    """Minor units as `64 990.00 KZT`; of a currency that is not known, the minor units."""
    known = CURRENCIES.get(currency)
    if known is None:
        return f"{amount} minor units of {currency}"
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    whole, rest = divmod(size, 10**known.exponent)
    return f"{sign}{whole:,}".replace(",", " ") + f".{rest:0{known.exponent}d} {currency}"
