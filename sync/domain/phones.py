"""Telephone numbers as they are looked up, however people write them (ITU-T E.164). Pure.

A number may come with its country's code, with the digit that is dialled inside the country, or with neither.
"""

from dataclasses import dataclass

LONGEST = 15
"""Digits of a number with its country's code at most."""
_WRITTEN_WITH = frozenset("+0123456789 ()-./\u00a0\u2011\u2013")


@dataclass(frozen=True, slots=True)
class Country:
    """How numbers are dialled: the country's code, what stands before a number inside it, digits of a number."""

    code: str
    trunk: str
    digits: int


COUNTRIES = {
    "KZ": Country("7", "8", 10),
    "RU": Country("7", "8", 10),
    "GE": Country("995", "0", 9),
    "AM": Country("374", "0", 8),
    "AZ": Country("994", "0", 9),
    "BY": Country("375", "80", 9),
    "KG": Country("996", "0", 9),
    "UZ": Country("998", "8", 9),
    "TJ": Country("992", "8", 9),
    "MD": Country("373", "0", 8),
    "UA": Country("380", "0", 9),
    "TR": Country("90", "0", 10),
}
_OF_CURRENCY = {
    "KZT": "KZ", "RUB": "RU", "GEL": "GE", "AMD": "AM", "AZN": "AZ", "BYN": "BY", "KGS": "KG", "UZS": "UZ",
    "TJS": "TJ", "MDL": "MD", "UAH": "UA", "TRY": "TR",
}  # fmt: skip


def country_of(setting: object, currency: object) -> Country | None:
    """The retailer's country: the setting `country` (ISO 3166, two letters), else the one of its currency; None for
    one that is not known here, whose numbers are looked up as they are written."""
    named = setting.strip().upper() if isinstance(setting, str) and setting.strip() else _OF_CURRENCY.get(str(currency))
    return COUNTRIES.get(named or "")


def phone_key(text: str, country: Country | None) -> str:
    """The digits of a number with its country's code; of what is no number of the country, its digits."""
    digits = "".join(c for c in text if c.isascii() and c.isdigit())
    if country is None or text.lstrip().startswith("+"):
        return digits
    if digits.startswith("00"):
        return digits[2:]
    for before in (country.code, country.trunk, ""):
        if digits.startswith(before) and len(digits) == len(before) + country.digits:
            return country.code + digits[len(before) :]
    return digits


def is_phone(text: str, country: Country | None) -> bool:
    """Whether a text is written as a telephone number: of the country, or with the code of any."""
    if not text or not set(text) <= _WRITTEN_WITH:
        return False
    digits = sum(c.isdigit() for c in text)
    least = 10 if country is None else min(10, country.digits + len(country.trunk))
    known = country is not None and len(phone_key(text, country)) == len(country.code) + country.digits
    return known or least <= digits <= LONGEST
