"""The words, numbers and times that a person sees, in the language of the moment. No Kivy here.

Catalogues are `assets/locale/<code>.po`, read as they are when a language is first spoken; English is the source
and needs none. Money is minor units, quantities are thousandths, times are UTC milliseconds: no floats.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from functools import lru_cache
from gettext import c2py
from pathlib import Path
from zoneinfo import ZoneInfo

LANGUAGES = {"en": "English", "ru": "Русский", "kk": "Қазақша", "ka": "ქართული"}
LOCALE = Path(__file__).resolve().parents[2] / "assets" / "locale"

GROUP, BEFORE_SIGN, MINUS, UNKNOWN = "\u202f", "\u00a0", "\u2212", "\u2014"

# ISO 4217: how many digits the minor unit has, and the sign that people read. The rest shows its code.
EXPONENTS = {"KZT": 2, "RUB": 2, "GEL": 2, "EUR": 2, "USD": 2, "KGS": 2, "UZS": 2, "JPY": 0, "KWD": 3}
SIGNS = {"KZT": "₸", "RUB": "₽", "GEL": "₾", "EUR": "€", "USD": "$"}
WHOLE_WHEN_ZERO = frozenset({"KZT"})  # tiyn left circulation: 990 ₸, but 990.50 ₸ where a price has them
DECIMAL = {"en": ".", "ru": ",", "kk": ",", "ka": ","}

_language = "en"
_listeners: list[Callable[[str], None]] = []


class Catalogue:
    """The translations of one language: texts, plural forms and the rule that picks one."""

    def __init__(self, texts: dict[str, str], plurals: dict[str, tuple[str, ...]], rule: str) -> None:
        self.texts = texts
        self.plurals = plurals
        self.pick = c2py(rule)

    def plural(self, one: str, other: str, n: int) -> str:
        forms = self.plurals.get(one)
        if forms is None:
            return one if n == 1 else other
        return forms[self.pick(n)]


@lru_cache(maxsize=8)
def catalogue(code: str) -> Catalogue:
    """Read `<code>.po`. OSError if there is none, ValueError if it is not a catalogue."""
    from babel.messages.pofile import read_po

    with (LOCALE / f"{code}.po").open("rb") as file:
        entries = read_po(file, locale=code)
    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        if not entry.id or entry.fuzzy:
            continue
        if isinstance(entry.id, (tuple, list)):
            forms = tuple(entry.string or ())
            if forms and all(forms):
                plurals[entry.id[0]] = forms
        elif entry.string:
            texts[entry.id] = str(entry.string)
    return Catalogue(texts, plurals, entries.plural_expr)


def language() -> str:
    """The code of the language spoken now."""
    return _language


def spoken_to(shopper: str) -> str:
    """The language of a shopper's paper: theirs, if there are words in it, else that of the screen."""
    return shopper if shopper in LANGUAGES else language()


def set_language(code: str) -> None:
    """Speak another language from now on and tell who listens; ValueError for one that is not offered."""
    global _language
    if code not in LANGUAGES:
        raise ValueError(f"language {code!r} is none of {', '.join(LANGUAGES)}.")
    if code == _language:
        return
    _language = code
    for told in list(_listeners):
        told(code)


def listen(told: Callable[[str], None]) -> None:
    """Call `told(code)` after each change of language."""
    _listeners.append(told)


def unlisten(told: Callable[[str], None]) -> None:
    """Stop calling `told`."""
    _listeners.remove(told)


def _(text: str) -> str:
    """The text in the language of the moment; the English itself where a translation is missing."""
    if _language == "en" or not text:
        return text
    return catalogue(_language).texts.get(text, text)


def ngettext(one: str, other: str, n: int) -> str:
    """The form of a text that goes with `n` things. Put the number in with .format(n=n)."""
    if _language == "en":
        return one if n == 1 else other
    return catalogue(_language).plural(one, other, abs(n))


# ------------------------------------------------------------------------------------------------- numbers


def _grouped(digits: str) -> str:
    head = len(digits) % 3
    groups = ([digits[:head]] if head else []) + [digits[i : i + 3] for i in range(head, len(digits), 3)]
    return GROUP.join(groups)


def _decimal(value: int, places: int, lang: str, keep: str) -> str:
    """An integer with `places` digits after the point. `keep`: "all" places, "whole" drops a zero part, "trim"."""
    whole, part = divmod(abs(value), 10**places)
    tail = str(part).zfill(places) if places else ""
    if keep == "trim":
        tail = tail.rstrip("0")
    elif keep == "whole" and part == 0:
        tail = ""
    text = _grouped(str(whole)) + (DECIMAL.get(lang, ".") + tail if tail else "")
    return (MINUS if value < 0 else "") + text


def exponent(currency: str) -> int:
    """How many digits of an amount are minor units (ISO 4217; Babel's table for currencies not listed here)."""
    if currency in EXPONENTS:
        return EXPONENTS[currency]
    from babel.numbers import get_currency_precision

    return get_currency_precision(currency)


def money_parts(minor: int, currency: str, lang: str | None = None) -> tuple[str, str]:
    """Digits and sign apart, for a large number with a smaller sign: ("64 990", "₸")."""
    keep = "whole" if currency in WHOLE_WHEN_ZERO else "all"
    digits = _decimal(minor, exponent(currency), lang or _language, keep)
    return digits, SIGNS.get(currency, currency)


def money(minor: int, currency: str, lang: str | None = None) -> str:
    """An amount of minor units as people read it: 6499000, "KZT" is "64 990 ₸"; it never breaks over lines."""
    digits, sign = money_parts(minor, currency, lang)
    return f"{digits}{BEFORE_SIGN}{sign}"


def quantity(milli: int, lang: str | None = None) -> str:
    """Thousandths as people read them: 1000 is "1", 1250 is "1.25"."""
    return _decimal(milli, 3, lang or _language, "trim")


def kilograms(grams: int) -> str:
    """Grams as a scale shows kilograms, with all three decimals: "0.640"."""
    return _decimal(grams, 3, _language, "all")


def number(value: int) -> str:
    """A whole number with its groups: "12 500"."""
    return _decimal(value, 0, _language, "all")


# --------------------------------------------------------------------------------------------------- times

Zone = str | dt.tzinfo | None


def _local(utc_ms: int, tz: Zone) -> dt.datetime:
    seconds, ms = divmod(utc_ms, 1000)
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC).replace(microsecond=ms * 1000)
    return moment.astimezone(ZoneInfo(tz) if isinstance(tz, str) else tz)


def clock_time(utc_ms: int, tz: Zone = None, seconds: bool = False) -> str:
    """The time of day as 14:26 in a zone (a name, a tzinfo, or None for this machine's own)."""
    return _local(utc_ms, tz).strftime("%H:%M:%S" if seconds else "%H:%M")


def day(utc_ms: int, tz: Zone = None) -> str:
    """The day as "24 Nov", "24 нояб."."""
    from babel.dates import format_date

    return format_date(_local(utc_ms, tz).date(), "d MMM", locale=_language)


def weekday(utc_ms: int, tz: Zone = None) -> str:
    """The day in full as "Tuesday, 24 November"."""
    from babel.dates import format_date

    return format_date(_local(utc_ms, tz).date(), "EEEE, d MMMM", locale=_language)


def age(seconds: int, seen_ms: int | None = None, tz: Zone = None) -> str:
    """How old a number is: "just now", "2 min ago", and past an hour the time it was seen, "as of 14:02".

    `seen_ms` is when it was seen; left out, it is counted back from now.
    """
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        minutes = seconds // 60
        return ngettext("{n} min ago", "{n} min ago", minutes).format(n=minutes)
    seen = seen_ms if seen_ms is not None else time.time_ns() // 1_000_000 - seconds * 1000
    when = clock_time(seen, tz) if seconds < 24 * 3600 else day(seen, tz)
    return _("as of {time}").format(time=when)
