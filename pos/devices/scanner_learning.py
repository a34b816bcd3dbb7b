"""Learning a scanner from a printed sheet: its codes are known, so what comes of them tells how the scanner is set.

Pure. `Learning.heard` takes each press of the trigger as it came; `result` is the profile to read by, and what was
found, good and bad. What a profile can put right is put right; what it can't is a finding that says what to set.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from pos.devices.layouts import POSITION
from pos.devices.scanner_profile import ENDS, GS, Case, Press, Profile, said

EAN = "9520134678001"
"""Of the range that GS1 keeps for demonstrations; all ten digits are in it."""


@dataclass(frozen=True, slots=True)
class Card:
    """A code of the sheet. `written`: as a symbology takes it (GS1: with its brackets); `text`: what a scanner sends of
    it that does all things right. `optional`: not every scanner reads such a code."""

    key: str
    family: str
    written: str
    text: str
    optional: bool = False


SHEET = (
    Card("letters", "Code128", "aBcDeFgHiJkLm1", "aBcDeFgHiJkLm1"),
    Card("more_letters", "Code128", "nOpQrStUvWxYz2", "nOpQrStUvWxYz2"),
    Card("signs", "Code128", "!\"#$%&'()*+,-./3", "!\"#$%&'()*+,-./3"),
    Card("more_signs", "Code128", ":;<=>?@[\\]^_`|}~4", ":;<=>?@[\\]^_`|}~4"),
    Card("article", "EAN13", EAN, EAN),
    Card("fields", "Code128", f"(01)0{EAN}(21)AbC(10)xYz", f"010{EAN}21AbC{GS}10xYz", optional=True),
    Card("matrix", "DataMatrix", f"(01)0{EAN}(21)dEf(10)uVw", f"010{EAN}21dEf{GS}10uVw", optional=True),
)
CARDS = {card.key: card for card in SHEET}
_LETTERS = ("letters", "more_letters")
_GS1_SIGNS = frozenset("!\"%&'()*+,-./0123456789:;<=>?_") | {chr(c + d) for c in (65, 97) for d in range(26)}
"""What may stand in a field of a GS1 code (GS1 General Specifications, figure 7.11-1)."""
_ALIKE = 0.6
"""Of a code so many of its signs must be where they should, for it to be told by them."""


class Found(StrEnum):
    """What was found. The first are as they should be, or are put right here; the others want another setting."""

    WELL = "well"
    PREFIX = "prefix"
    SUFFIX = "suffix"
    NO_SUFFIX = "no_suffix"
    LAYOUT = "layout"
    SWAPPED = "swapped"
    SEPARATORS = "separators"
    SEPARATORS_STAND_IN = "separators_stand_in"
    AIM = "aim"
    SEPARATORS_LOST = "separators_lost"
    SEPARATORS_UNTRIED = "separators_untried"
    UPPER = "upper"
    LOWER = "lower"
    NO_CHECK_DIGIT = "no_check_digit"
    OWN_MARKS = "own_marks"
    NO_MATRIX = "no_matrix"
    GARBLED = "garbled"


RIGHT = frozenset(list(Found)[: list(Found).index(Found.SEPARATORS_LOST)])
"""Nothing is to be done about these."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found; `detail` is the sign or the layout that it is about."""

    found: Found
    detail: str = ""

    @property
    def right(self) -> bool:
        """Whether nothing is to be done about it."""
        return self.found in RIGHT


@dataclass(frozen=True, slots=True)
class _Read:
    """A code of the sheet as it came, in three parts; `check` is False for an article without its check digit."""

    card: Card
    before: tuple[Press, ...]
    middle: tuple[Press, ...]
    after: tuple[Press, ...]
    gap: tuple[Press, ...] = ()
    check: bool = True


@dataclass(frozen=True, slots=True)
class _Ends:
    """How many presses stand before a code, and behind it; None: only what ends a line is known."""

    before: int = 0
    after: int | None = None

    def behind(self, presses: Sequence[Press]) -> int:
        """How many of these stand behind the code."""
        if self.after is not None:
            return min(self.after, len(presses))
        return len(presses) - len("".join(press.sign or "?" for press in presses).rstrip(ENDS))


class Learning:
    """One sheet with one scanner. Codes may come in any order, and again."""

    def __init__(self) -> None:
        self._read: dict[str, _Read] = {}
        self._skipped: set[str] = set()

    @property
    def read(self) -> frozenset[str]:
        """The cards that were read."""
        return frozenset(self._read)

    @property
    def wanted(self) -> Card | None:
        """The next card; None when all were read or can't be."""
        return next((card for card in SHEET if card.key not in self._read and card.key not in self._skipped), None)

    def skip(self) -> None:
        """The scanner does not read the next card, which is optional."""
        if self.wanted is not None and self.wanted.optional:
            self._skipped.add(self.wanted.key)

    def leave_out(self, key: str) -> None:
        """A card is not on the sheet at hand; it counts all the same if it comes."""
        if key not in self._read:
            self._skipped.add(key)

    def heard(self, presses: Sequence[Press]) -> Card | None:
        """What came of one press of the trigger: the card that it was, or None for a code that is not of the sheet."""
        ends = self._ends()
        likeness, card = max(((_likeness(card, presses, ends), card) for card in SHEET), key=lambda each: each[0])
        if likeness < _ALIKE:
            if self.wanted is None or not self._could_be(self.wanted, presses, ends):
                return None
            card = self.wanted
        read = _cut(card, presses, ends)
        if read is None:
            return None
        self._read[card.key] = read
        self._skipped.discard(card.key)
        return card

    def _ends(self) -> _Ends:
        """What stands before and behind a code, as far as the letters told."""
        read = next((self._read[key] for key in _LETTERS if key in self._read), None)
        return _Ends(len(read.before), len(read.after)) if read is not None else _Ends()

    def _could_be(self, card: Card, presses: Sequence[Press], ends: _Ends) -> bool:
        """Whether it is as long as the card and ends on its digit: in another layout no other sign need fit."""
        whole = len(presses) - ends.before - ends.behind(presses)
        last = presses[ends.before + whole - 1] if 0 < whole == len(card.text) else None
        return last is not None and bool(self._read) and last.position == POSITION.get(card.text[-1])

    def result(self) -> tuple[Profile, tuple[Finding, ...]]:
        """The profile and what was found. ValueError while a card that is not optional was not read."""
        if any(card.key not in self._read for card in SHEET if not card.optional):
            raise ValueError("the sheet was not read to its end")
        table = self._table()
        before, aim, own_marks = self._before(table)
        suffix = "".join(press.sign for press in self._read["letters"].after)
        case = self._case(table)
        separator = self._separator(table)
        profile = Profile(True, before, suffix, case, separator or "", aim, table)
        return profile, tuple(self._findings(profile, separator, own_marks))

    def _table(self) -> dict[str, str]:
        """What the keys mean that are not where a US keyboard has them; a scanner that sends bytes has no keys."""
        table: dict[str, str] = {}
        for read in self._read.values():
            for press, sign in zip(read.middle, _sent(read), strict=True):
                if press.position and press.sign.lower() != sign.lower():
                    table |= _of_key(press, sign)
            if len(read.gap) == 1 and not read.gap[0].sign and read.gap[0].position:
                table[read.gap[0].key] = GS
        return table

    def _before(self, table: dict[str, str]) -> tuple[str, bool, bool]:
        """The prefix; whether AIM identifiers come behind it; whether other marks do, which tell nothing here."""
        texts = {key: _signs(read.before, table) for key, read in self._read.items()}
        if all(len(text) >= 3 and text[-3] == "]" for text in texts.values()):
            texts = {key: text[:-3] for key, text in texts.items()}
            return _common(texts.values()), True, len(set(texts.values())) > 1
        return _common(texts.values()), False, len(set(texts.values())) > 1

    def _case(self, table: dict[str, str]) -> Case:
        pairs = [
            (sign, wanted)
            for key in _LETTERS
            for sign, wanted in zip(_signs(self._read[key].middle, table), CARDS[key].text, strict=True)
            if wanted.isalpha()
        ]
        came = "".join(sign for sign, _wanted in pairs)
        wanted = "".join(wanted for _sign, wanted in pairs)
        ways: dict[Case, str] = {"swapped": wanted.swapcase(), "upper": wanted.upper(), "lower": wanted.lower()}
        return next((case for case, way in ways.items() if came == way), "kept")

    def _separator(self, table: dict[str, str]) -> str | None:
        """What comes for GS; "": nothing, or what could be a part of the code; None: no such code was read."""
        gaps = [_signs(self._read[key].gap, table) for key in ("fields", "matrix") if key in self._read]
        if not gaps:
            return None
        sent = gaps[0]
        told_apart = len(sent) > 1 or (sent and sent not in _GS1_SIGNS)
        return sent if told_apart and all(gap == sent for gap in gaps) else ""

    def _findings(self, profile: Profile, separator: str | None, own_marks: bool) -> list[Finding]:
        ends = [profile.suffix != "".join(press.sign for press in read.after) for read in self._read.values()]
        found = [Finding(Found.SUFFIX, profile.suffix) if profile.suffix else Finding(Found.NO_SUFFIX)]
        found += [Finding(Found.PREFIX, profile.prefix)] if profile.prefix and not own_marks else []
        found += [Finding(Found.LAYOUT, layout_name(profile.table))] if _has_layout(profile) else []
        found += [Finding(Found.AIM)] if profile.aim else []
        found += _separators(separator)
        found += [Finding(Found(profile.case))] if profile.case in ("swapped", "upper", "lower") else []
        found += [] if self._read["article"].check else [Finding(Found.NO_CHECK_DIGIT)]
        found += [Finding(Found.OWN_MARKS)] if own_marks else []
        found += [Finding(Found.NO_MATRIX)] if "matrix" not in self._read else []
        found += [Finding(Found.GARBLED)] if any(ends) or not self._exact(profile) else []
        return found if not all(each.right for each in found) else [Finding(Found.WELL), *found]

    def _exact(self, profile: Profile) -> bool:
        """Whether by this profile the cards say what is on them, as far as their case goes."""
        reads = ((read, profile.signs(read.middle)) for read in self._read.values())
        return all(signs.lower() == "".join(_sent(read)).lower() for read, signs in reads)


def _common(texts: Iterable[str]) -> str:
    """What all of them begin with."""
    alike = takewhile(lambda signs: len(set(signs)) == 1, zip(*texts, strict=False))
    return "".join(signs[0] for signs in alike)


def _separators(separator: str | None) -> list[Finding]:
    if separator is None:
        return [Finding(Found.SEPARATORS_UNTRIED)]
    if separator == "":
        return [Finding(Found.SEPARATORS_LOST)]
    return [Finding(Found.SEPARATORS) if separator == GS else Finding(Found.SEPARATORS_STAND_IN, separator)]


def _has_layout(profile: Profile) -> bool:
    return any(sign != GS for sign in profile.table.values())


def layout_name(table: Mapping[str, str]) -> str:
    """What a layout is called by its best known letters; "" for one that is known here only by its keys."""
    if table.get("20") == "a":
        return "AZERTY"
    return "QWERTZ" if table.get("28") == "z" else ""


def _signs(presses: Sequence[Press], table: dict[str, str]) -> str:
    return "".join(said(press, table) for press in presses)


def _of_key(press: Press, sign: str) -> dict[str, str]:
    """What a key means, with Shift and without where it is a letter's."""
    if not sign.isalpha():
        return {press.key: sign}
    return {f"{press.position}": sign.lower(), f"{press.position}s": sign.upper()}


def _sent(read: _Read) -> str:
    """The signs that `middle` should be."""
    text = read.card.text.replace(GS, "")
    return text if read.check else text[:-1]


def _likeness(card: Card, presses: Sequence[Press], ends: _Ends) -> float:
    """The share of a card's signs that are where they should, less a little for each press too many."""
    text = card.text.replace(GS, "")
    inner = presses[: len(presses) - ends.behind(presses)]
    head, _gs, tail = card.text.partition(GS)
    start = _at(head, inner, ends.before)
    fit = _fits(head, inner, start) + (_fits(tail, inner, max(0, len(inner) - len(tail))) if tail else 0)
    return fit / len(text) - 0.02 * abs(len(inner) - start - len(text))


def _fits(text: str, presses: Sequence[Press], start: int) -> int:
    """How many signs of a text stand at that place, large or small; digits by their keys too, which all layouts share
    but for Shift."""
    pairs = zip(presses[start : start + len(text)], text, strict=False)
    return sum(
        press.sign.lower() == sign.lower() or (sign.isdigit() and press.position == POSITION[sign])
        for press, sign in pairs
    )


def _at(text: str, presses: Sequence[Press], before: int) -> int:
    """Where the text begins: where most of its signs fit, and of equals where other codes began."""
    starts = range(max(1, len(presses) - len(text) + 2))
    return max(starts, key=lambda start: (_fits(text, presses, start), start == before))


def _cut(card: Card, presses: Sequence[Press], ends: _Ends) -> _Read | None:
    """The presses of a card in their parts; None where they are too few for the card."""
    behind = ends.behind(presses)
    inner, after = tuple(presses[: len(presses) - behind]), tuple(presses[len(presses) - behind :])
    head, _gs, tail = card.text.partition(GS)
    start = _at(head, inner, ends.before)
    before, rest = inner[:start], inner[start:]
    if not tail:
        short = card.family == "EAN13" and len(rest) == len(head) - 1
        size = len(head) - short
        whole = len(rest) >= size
        return _Read(card, before, rest[:size], rest[size:] + after, check=not short) if whole else None
    if len(rest) < len(head) + len(tail):
        return None
    split = len(rest) - len(tail)
    return _Read(card, before, rest[: len(head)] + rest[split:], after, rest[len(head) : split])
