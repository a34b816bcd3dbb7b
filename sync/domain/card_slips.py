"""What a card terminal wants on paper. Its text is hostile until it went through here: bounded, printable, and with no
number in it that could be a card's."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from sync.domain.payments import AttemptState

CUSTOMER, CASHIER = "customer", "cashier"
"""Whose paper it is."""
CARD_CUSTOMER, CARD_CASHIER = "card_customer", "card_cashier"
"""`what` of the print jobs of papers of their own, by the attempt."""
_WHAT = {CUSTOMER: CARD_CUSTOMER, CASHIER: CARD_CASHIER}
_ALONE: dict[AttemptState, tuple[str, ...]] = {
    AttemptState.APPROVED: (CASHIER,),
    AttemptState.DECLINED: (CUSTOMER,),
    AttemptState.REVERSED: (CUSTOMER, CASHIER),
}
MOST_LINES, LONGEST_LINE = 80, 64
"""Of one paper: so many lines, of so many characters each; the rest is left out."""
_READ = 4 * LONGEST_LINE

_SHORTEST, _LONGEST, _KEPT = 13, 19, 4
_NUMBER = re.compile(r"\d(?:[ -]?\d){12,}")
_SPREAD = re.compile(r"\d{3,}(?:[^0-9A-Za-z*•]{1,3}\d{3,})+")
_BEGUN = re.compile(r"\d{2,}(?=[*•xX]{3})")
_APPLICATION = re.compile(r"A000000\d{7,9}")
_COLUMNS = re.compile(r"(\S.*?) {2,}(\S.*)")


@dataclass(frozen=True, slots=True)
class SlipLine:
    """One line; `right` stands on the paper's other edge."""

    left: str
    right: str = ""
    bold: bool = False
    centred: bool = False


@dataclass(frozen=True, slots=True)
class CardSlip:
    """What is printed for the customer, or for the cashier. `signature`: the customer signs it."""

    part: str
    lines: tuple[SlipLine, ...]
    signature: bool = False


def slip(part: str, lines: Iterable[SlipLine], signature: bool = False) -> CardSlip:
    """The paper as it may be kept. Runs of spaces within a line part it into its two sides."""
    read = [_placed(_plain(line)) for _n, line in zip(range(MOST_LINES), lines, strict=False)]
    whole = hidden("\n".join(f"{line.left}\t{line.right}" for line in read)).split("\n")
    sides = (text.partition("\t") for text in whole)
    said = [
        replace(line, left=left[:LONGEST_LINE], right=right[:LONGEST_LINE])
        for line, (left, _tab, right) in zip(read, sides, strict=True)
    ]
    return CardSlip(part, tuple(_without_gaps(said)), signature)


def papers(state: AttemptState, slips: Iterable[CardSlip]) -> tuple[str, ...]:
    """The papers of their own that a payment which ended so has, as `what` of their print jobs. What a card paid stands
    on the shopper's receipt; of a payment that is none the customer's part comes alone, if the terminal gave one."""
    parts = {it.part for it in slips if it.lines or it.signature}
    return tuple(_WHAT[part] for part in _ALONE.get(state, ()) if part in parts)


def hidden(text: str) -> str:
    """The text with every number struck out, but for its last four digits, that could be a card's: 13 digits and more
    in one piece, or groups that together are as long and have a card's check digit. The name of a card application
    (`A0000000031010`) stays."""
    text = _BEGUN.sub(lambda found: "*" * len(found[0]), text)
    text = _NUMBER.sub(lambda found: found[0] if _application(found) else _struck(found[0]), text)
    return _SPREAD.sub(lambda found: _spread(found[0]), text)


def _application(found: re.Match[str]) -> bool:
    start = found.start() - 1
    alone = start >= 0 and not (start and found.string[start - 1].isalnum())
    return alone and _APPLICATION.fullmatch(found.string, start, found.end()) is not None


def _struck(text: str, kept: int = _KEPT) -> str:
    """Every digit but the last is a star; what stands between them stays."""
    left = sum(c.isdigit() for c in text) - kept
    out = []
    for c in text:
        hide = c.isdigit() and left > 0
        left -= c.isdigit()
        out.append("*" if hide else c)
    return "".join(out)


def _spread(text: str) -> str:
    """Groups of digits with anything between them: those that make a card's number are struck out."""
    groups = list(re.finditer(r"\d+", text))
    for first in range(len(groups)):
        for last in range(first + 1, min(first + 7, len(groups))):
            piece = text[groups[first].start() : groups[last].end()]
            digits = [int(c) for c in piece if c.isdigit()]
            if _SHORTEST <= len(digits) <= _LONGEST and _checked(digits):
                text = text.replace(piece, _struck(piece))
    return text


def _checked(digits: list[int]) -> bool:
    """Whether the last is the check digit of the others (Luhn)."""
    doubled = sum(sum(divmod(2 * d, 10)) for d in digits[-2::-2])
    return (sum(digits[-1::-2]) + doubled) % 10 == 0


def _plain(line: SlipLine) -> SlipLine:
    return replace(line, left=_printable(line.left), right=_printable(line.right))


def _printable(text: str) -> str:
    """Every space a plain one, and nothing that is no sign: no control character, none of writing direction."""
    spaced = ("  " if c == "\t" else " " if c.isspace() else c for c in text[:_READ])
    return "".join(c for c in spaced if c.isprintable())


def _placed(line: SlipLine) -> SlipLine:
    """The line as it is laid out: what was set with spaces is set anew, by the width of the paper."""
    left, right = line.left.rstrip(), line.right.strip()
    parted = _COLUMNS.fullmatch(left.strip()) if not right else None
    if parted is not None:
        left, right = parted[1], parted[2]
    centred = line.centred or (not right and left.startswith("    "))
    return replace(line, left=left.strip(), right=right, centred=centred and not right)


def _without_gaps(lines: Iterable[SlipLine]) -> Iterator[SlipLine]:
    """No empty line at either end, and never two together."""
    shown = [SlipLine(""), *lines, SlipLine("")]
    kept = [after for before, after in pairwise(shown) if after.left or after.right or before.left or before.right]
    while kept and not (kept[-1].left or kept[-1].right):
        kept.pop()
    yield from kept
