"""Letters for displays that know few: what a code page lacks is written with letters that it has, never as "?"."""

import unicodedata
from functools import lru_cache

_CYRILLIC = {"ә": "а", "ғ": "г", "қ": "к", "ң": "н", "ө": "о", "ұ": "у", "ү": "у", "һ": "х", "і": "и", "ё": "е"}
"""Kazakh letters by the Russian ones that stand next to them."""
_LATIN = {"ъ": "", "ь": ""} | dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщыэюяәғқңөұүһі",
        "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch y e yu ya a g q n o u u h i".split(),
        strict=True,
    )
)
_GEORGIAN = dict(
    zip(
        "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
        "a b g d e v z t i k l m n o p zh r s t u p k gh q sh ch ts dz ts ch kh j h".split(),
        strict=True,
    )
)
_SIGNS = {
    "₸": "T", "₽": "R", "₾": "L", "€": "E", "№": "N", "«": '"', "»": '"', "“": '"', "”": '"', "„": '"', "’": "'",
    "‘": "'", "–": "-", "—": "-", "−": "-", "×": "x", "…": ".", "·": "-", "•": "*", "\u00a0": " ", "\u202f": " ",
    "\u2009": " ", "\u2007": " ", "\u2011": "-",
}  # fmt: skip


@lru_cache(maxsize=2048)
def plain(text: str, page: str) -> str:
    """`text` with nothing in it that the code page lacks. It may be longer, as ც becomes ts."""
    return "".join(_one(letter, page) for letter in text)


def _one(letter: str, page: str) -> str:
    """A letter as itself, by its neighbour in its own script, in Latin letters, or as its sign; at last a space."""
    small = letter.lower()
    bare = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    latin = _LATIN.get(small, _GEORGIAN.get(small))
    for known in (letter, _like(letter, _CYRILLIC.get(small)), _SIGNS.get(letter), _like(letter, latin), bare):
        if known is not None and (known or latin == "") and _has(page, known):
            return known
    return " "


def _like(letter: str, other: str | None) -> str | None:
    """`other` in the case of `letter`."""
    return other if other is None or letter == letter.lower() else other.capitalize()


def _has(page: str, text: str) -> bool:
    try:
        text.encode(page)
    except UnicodeEncodeError:
        return False
    return text.isprintable()
