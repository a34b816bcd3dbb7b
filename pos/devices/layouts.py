"""What each key position types, unshifted and shifted, on the layouts in use. Positions are USB HID usages.

A scanner presses keys as if the layout were US; the system translates them by the layout of the moment. Knowing both
tables, the pressed key and what came of it tell what the scanner meant.
"""

from typing import TypeAlias

Layout: TypeAlias = dict[int, tuple[str, str]]

_LETTERS = {chr(ord("a") + i): 4 + i for i in range(26)}
_ROW = {digit: 30 + i for i, digit in enumerate("1234567890")}
_SIGNS = {"-": 45, "=": 46, "[": 47, "]": 48, "\\": 49, ";": 51, "'": 52, "`": 53, ",": 54, ".": 55, "/": 56}
POSITION = {**_LETTERS, **_ROW, **_SIGNS, " ": 44}
"""The position of each unshifted US key."""

KEYPAD = {89 + i: digit for i, digit in enumerate("1234567890")} | {84: "/", 85: "*", 86: "-", 87: "+", 99: "."}


def _layout(plain: str, shifted: str, keys: str) -> Layout:
    """Pair the signs that `keys` (named by their US signs) type without and with Shift."""
    return {POSITION[key]: (low, high) for key, low, high in zip(keys, plain, shifted, strict=True)}


_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,./"

US = _layout(
    "1234567890-=qwertyuiop[]\\asdfghjkl;'`zxcvbnm,./ ",
    '!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"~ZXCVBNM<>? ',
    "1234567890-=qwertyuiop[]\\asdfghjkl;'`zxcvbnm,./ ",
)
RU = {
    **_layout("йцукенгшщзхъфывапролджэячсмитьбю.", "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,", _KEYS),
    **_layout("ё1234567890-=\\", 'Ё!"№;%:?*()_+/', "`1234567890-=\\"),
}
KK = {
    **_layout("йцукенгшщзхъфывапролджэячсмитьбю№", "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ?", _KEYS),
    **_layout('("әіңғ,.үұқөһ\\', ")!ӘІҢҒ;:ҮҰҚӨҺ/", "`1234567890-=\\"),
}
KA = {
    **_layout("ქწერტყუიოპ[]ასდფგჰჯკლ;'ზხცვბნმ,./", 'QჭEღთYUIOP{}AშDFGHჟKL:"ძXჩVBNM<>?', _KEYS),
}

LAYOUTS: tuple[Layout, ...] = (US, RU, KK, KA)


def is_shifted(position: int, typed: str) -> bool | None:
    """Whether Shift was held when the key typed this, on whichever layout; None if no layout says so."""
    for layout in LAYOUTS:
        plain, shifted = layout.get(position, ("", ""))
        if plain != shifted and typed in (plain, shifted):
            return typed == shifted
    return None
