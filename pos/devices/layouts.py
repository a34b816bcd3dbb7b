"""What each key position types, unshifted and shifted, on the layouts in use. Positions are USB HID usages.

A scanner presses keys as if the layout were US; the system translates them by the layout of the moment. Knowing both
tables, the pressed key and what came of it tell what the scanner meant.
"""

from collections.abc import Iterable
from typing import TypeAlias

Layout: TypeAlias = dict[int, tuple[str, str]]

_LETTERS = {chr(ord("a") + i): 4 + i for i in range(26)}
_ROW = {digit: 30 + i for i, digit in enumerate("1234567890")}
_SIGNS = {"-": 45, "=": 46, "[": 47, "]": 48, "\\": 49, ";": 51, "'": 52, "`": 53, ",": 54, ".": 55, "/": 56}
POSITION = {**_LETTERS, **_ROW, **_SIGNS, " ": 44}
"""The position of each unshifted US key."""

KEYPAD = {89 + i: digit for i, digit in enumerate("1234567890")} | {84: "/", 85: "*", 86: "-", 87: "+", 99: "."}

CONTROLS = {48: "\x1d", 49: "\x1c", 35: "\x1e", 45: "\x1f", 7: "\x04", 47: "\x1b", 16: "\r", 13: "\n", 12: "\t"}
"""What scanners mean by Ctrl and a key: the separators of GS1 and ISO/IEC 15434 (GS, FS, RS, US, EOT), and ends."""
ENDS = {40: "\r", 88: "\r", 43: "\t"}
"""Enter, the keypad's Enter, Tab."""


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


def sign_of(position: int, shift: bool, control: bool = False) -> str:
    """What the key means as scanners press it, on a US keyboard; "" for a key that means nothing."""
    if control:
        return CONTROLS.get(position, "")
    if position in ENDS or position in KEYPAD:
        return ENDS.get(position) or KEYPAD[position]
    return US.get(position, ("", ""))[shift]


def fitting(typed: Iterable[tuple[int, str]]) -> tuple[Layout, ...]:
    """The layouts on which those positions type all that; every one where none does."""
    pairs = [(position, sign) for position, sign in typed if sign]
    found = tuple(one for one in LAYOUTS if all(sign in one.get(position, (sign,)) for position, sign in pairs))
    return found or LAYOUTS


def is_shifted(position: int, typed: str, caps: bool = False, layouts: tuple[Layout, ...] = LAYOUTS) -> bool | None:
    """Whether Shift was held when the key typed this on one of the layouts; None if none says so. Caps Lock turns a key
    round that has the two cases of one letter; a Georgian key has two letters, and stays."""
    for layout in layouts:
        plain, shifted = layout.get(position, ("", ""))
        if plain != shifted and typed in (plain, shifted):
            return (typed == shifted) != (caps and plain.upper() == shifted)
    return None
