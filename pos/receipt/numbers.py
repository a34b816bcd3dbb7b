"""Numbers on paper: without a currency sign, with the same decimals on every line, so that they stand in columns."""

from collections.abc import Iterable

from pos.ui.i18n import DECIMAL, WHOLE_WHEN_ZERO, exponent


def decimals(currency: str, amounts: Iterable[int]) -> int:
    """How many decimals all amounts of one page show: none where coins left circulation and all are whole."""
    places = exponent(currency)
    if currency in WHOLE_WHEN_ZERO and all(amount % 10**places == 0 for amount in amounts):
        return 0
    return places


def amount(minor: int, currency: str, lang: str, places: int) -> str:
    """Minor units as "1 234,50", which never wraps. `places`: the currency's own, or 0 for whole amounts."""
    own = exponent(currency)
    whole, part = divmod(abs(minor), 10**own)
    text = f"{whole:,}".replace(",", "\u00a0")
    if places:
        text += f"{DECIMAL.get(lang, '.')}{part:0{own}d}"
    return f"-{text}" if minor < 0 else text


def percent(basis_points: int, lang: str) -> str:
    """Basis points as "12%" or "7,5%"."""
    whole, part = divmod(basis_points, 100)
    tail = f"{part:02d}".rstrip("0")
    return f"{whole}{DECIMAL.get(lang, '.')}{tail}%" if tail else f"{whole}%"
