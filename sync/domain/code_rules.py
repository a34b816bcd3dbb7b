"""What the retailer set about codes: the labels of its scales, and the cards that are no articles. Pure.

A template says what each sign of a scale's label is, as it stands there: `22IIIIIWWwwwC`.

    digits   stand there as they are; they come first, one at least
    I        number of the item
    W, w     weight: kilograms, and their decimals        P, p   price: main units, and their decimals        N   pieces
    V        check digit of the weight, price or count (GS1 General Specifications, 7.9.2-7.9.4; of 4 or 5 digits)
    C        check digit of the whole, at the end: labels of 8, 12, 13 or 14 digits have one
    .        any digit
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sync.domain.check_digits import check_digit, gtin14
from sync.domain.gs1 import Fault, Said

_LENGTHS = range(8, 33)
_CHECKED = (8, 12, 13, 14)
_MOST = 64
"""Templates, and prefixes of one kind, at most."""
_SHAPE = re.compile(r"\d+[IVC.]*(?:W+w*|w+|P+p*|p+|N+)[IV.]*C?")


class WrongTemplate(ValueError):
    """That is no template, or one that can't be told from other codes. The message says why."""


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of label. Make it with `template`."""

    pattern: str
    prefix: str

    def read(self, text: str) -> Said | Fault | None:
        """What a label says; None if it is none of this kind, a fault if a check digit in it is wrong."""
        if len(text) == len(self.pattern) + 1 and len(text) in _CHECKED and text[0] == "0":
            text = text[1:]  # a UPC-A as scanners give it that make an EAN of it
        if not text.startswith(self.prefix) or len(text) != len(self.pattern):
            return None
        if not (text.isascii() and text.isdigit()):
            return None
        if any(sign.isdigit() and sign != digit for sign, digit in zip(self.pattern, text, strict=True)):
            return None
        item = self._digits(text, "I")
        if not int(item):
            return None
        if self.pattern[-1] == "C" and check_digit(text[:-1]) != text[-1]:
            return Fault.CHECK
        measure = self._digits(text, "WwPpN")
        if "V" in self.pattern and self._digits(text, "V") != _of_measure(measure):
            return Fault.CHECK
        return self._said(Said(item=item, base=self._base(text)), int(measure))

    def _said(self, said: Said, measure: int) -> Said:
        if "N" in self.pattern:
            return replace(said, pieces=measure)
        if "p" in self.pattern.lower().replace("w", ""):
            return replace(said, price=measure, places=self.pattern.count("p"))
        return replace(said, milli=measure * 1000 // 10 ** self.pattern.count("w"))

    def _base(self, text: str) -> str:
        """The 14-digit key of the same label with nothing weighed; "" where the label is no GTIN."""
        zeros = len(self._digits(text, "WwPpN")) * "0"
        empty = {sign: "0" for sign in "WwPpN"} | {"V": _of_measure(zeros) if "V" in self.pattern else ""}
        body = "".join(empty.get(sign, digit) for sign, digit in zip(self.pattern, text, strict=True))[:-1]
        return gtin14(body + check_digit(body)) or "" if self.pattern[-1] == "C" else ""

    def _digits(self, text: str, signs: str) -> str:
        return "".join(digit for sign, digit in zip(self.pattern, text, strict=True) if sign in signs)


def template(pattern: str) -> Template:
    """The template that is written so. WrongTemplate: says why not."""
    if not pattern.isascii() or not _SHAPE.fullmatch(pattern):
        raise WrongTemplate(
            f"{pattern[:40]!r}: digits first, then I, one of W, P or N without a gap, V and C at most once"
        )
    if len(pattern) not in _LENGTHS or "I" not in pattern:
        raise WrongTemplate(f"{pattern[:40]!r}: 8 to 32 signs, of which some are the item's (I)")
    if len(pattern) in _CHECKED and pattern[-1] != "C":
        raise WrongTemplate(f"{pattern!r}: labels of {len(pattern)} digits end with a check digit (C)")
    measure = sum(sign in "WwPpN" for sign in pattern)
    if (
        pattern.count("C") > (pattern[-1] == "C")
        or pattern.count("V") > 1
        or ("V" in pattern and measure not in (4, 5))
    ):
        raise WrongTemplate(f"{pattern!r}: C stands at the end alone, V once, for 4 or 5 digits of weight or price")
    if measure > 9:
        raise WrongTemplate(f"{pattern!r}: no weight, price or count has more than nine digits")
    return Template(pattern, pattern[: -len(pattern.lstrip("0123456789"))])


def _of_measure(digits: str) -> str:
    from biip.checksums import gs1_price_weight_check_digit

    return str(gs1_price_weight_check_digit(digits))


_BALTIC = ("23IIIIIIWwwwC", "24IIIIIIWWwwC", "25IIIIIIWWWwC")
_NORDIC = ("20IIIIIIPPppC", "21IIIIIIPPPpC", "22IIIIIIPPPPC", *_BALTIC)
_SCALES = ("20IIIIIWWwwwC", "21IIIIIWWwwwC", "22IIIIIWWwwwC")
PRESETS: Mapping[str, tuple[str, ...]] = {
    "RU": _SCALES,
    "KZ": _SCALES,
    "GE": _SCALES,
    "DE": (*("22IIIIVPPPppC", "23IIIIVPPPppC", "25IIIIVNNNNNC", "26IIIIVNNNNNC", "28IIIIVWWwwwC", "29IIIIVWWwwwC"),),
    "DK": (
        *("21IIIIPPPPppC", "22IIIIPPPPppC", "23IIIIPPPPppC", "24IIIIPPPPppC"),
        *("26IIIIWWWwwwC", "27IIIIIWWwwwC", "28IIIIWWWwwwC"),
    ),
    "EE": _BALTIC,
    "FI": _BALTIC,
    "GB": ("20IIIIIVPPppC",),
    "LT": _BALTIC,
    "LV": _BALTIC,
    "NO": _NORDIC,
    "SE": _NORDIC,
}
"""Templates by country. Those of DE to SE are their GS1 organisations'. RU, KZ and GE have no rule of the
country: theirs is what scales there print as they are set most often: `20` to `22`, five digits of the item, five of
grams."""


@dataclass(frozen=True, slots=True)
class CodeRules:
    """What the retailer set. `badges`, `loyalty`, `gift_cards`: what those codes begin with. `wrong`: what was set and
    can't be used, in words."""

    templates: tuple[Template, ...] = ()
    badges: tuple[str, ...] = ()
    loyalty: tuple[str, ...] = ()
    gift_cards: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()

    def on_scale_label(self, text: str) -> Said | Fault | None:
        """What a label of the store's scales says: by the first template that fits. None: it is no such label."""
        readings = (one.read(text) for one in self.templates)
        return next((said for said in readings if said is not None), None)


NO_RULES = CodeRules()


def code_rules(given: Mapping[str, object]) -> CodeRules:
    """The rules in the settings `scale_labels` (templates, and countries of `PRESETS`), `badge_prefixes`,
    `loyalty_prefixes` and `gift_card_prefixes`; each is a list, or text with commas. What is wrong in it is left out
    and named in `wrong`."""
    wrong: list[str] = []
    templates: list[Template] = []
    for written in _list(given.get("scale_labels")):
        try:
            templates += [template(pattern) for pattern in PRESETS.get(written.upper(), (written,))]
        except WrongTemplate as fault:
            wrong.append(f"scale_labels: {fault}")
    return CodeRules(
        templates=tuple(templates[:_MOST]),
        badges=_prefixes(given, "badge_prefixes", wrong),
        loyalty=_prefixes(given, "loyalty_prefixes", wrong),
        gift_cards=_prefixes(given, "gift_card_prefixes", wrong),
        wrong=tuple(wrong),
    )


def _prefixes(given: Mapping[str, object], key: str, wrong: list[str]) -> tuple[str, ...]:
    told = _list(given.get(key))
    wrong += [f"{key}: {prefix[:40]!r} is too short: two signs at least" for prefix in told if len(prefix) < 2]
    return tuple(prefix for prefix in told if len(prefix) >= 2)[:_MOST]


def _list(value: object) -> list[str]:
    parts: Iterable[object] = value if isinstance(value, list) else str("" if value is None else value).split(",")
    return [text for part in parts if (text := str(part).strip())]
