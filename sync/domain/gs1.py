"""What a GS1 code says: element strings of GS1-128, DataBar, DataMatrix and QR, and GS1 Digital Link. Never raises.

Source: GS1 General Specifications, sections 3 (application identifiers), 7.8 (separators); the tables are biip's,
imported with the first code that needs them. Marking codes of Russia and its neighbours are GS1 DataMatrix with `01 21`
and then `91 92` or `93`; only a pack of tobacco has none of the identifiers (29 characters).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from sync.domain.check_digits import gtin14

if TYPE_CHECKING:
    from biip import ParseConfig
    from biip.gs1_element_strings import GS1ElementString

GS = "\x1d"
"""What separates fields of no fixed length. Scanners may send it first as well: that says that the code is GS1."""
MOST_FIELDS = 40
"""Fields of one code at most; what has more is noise. It limits the work that any text can cause."""
_ONE_DAY = timedelta(days=1)


class Fault(Enum):
    """What is wrong with a code that is known to be damaged, or of no use here."""

    CHECK = "check"
    SEPARATORS = "separators"
    UNKNOWN_FIELD = "unknown_field"
    HALF_READ = "half_read"
    LAYOUT = "layout"
    NO_ARTICLE = "no_article"


@dataclass(frozen=True, slots=True)
class Said:
    """What a label says besides its article; 0, "" and None where it says nothing of it.

    `milli`: weight, thousandths of a kilogram. `price`: of all of it, in `10**-places` of the main unit, in `currency`
    (ISO 4217's three digits; "": the store's). `expired`, `best_before_over`: the first moment on the store's wall
    clock at which that date has passed. `marked`: it has the signature of a marking code. `item`, `base`: the number on
    a label of the store's own scale, and its barcode with no weight or price in it, 14 digits.
    """

    serial: str = ""
    milli: int = 0
    pieces: int = 0
    price: int = 0
    places: int = 0
    currency: str = ""
    expired: datetime | None = None
    best_before_over: datetime | None = None
    marked: bool = False
    item: str = ""
    base: str = ""


NOTHING = Said()


@dataclass(frozen=True, slots=True)
class Label:
    """A GS1 code: its article (GTIN-14), the number of a transport unit (SSCC), or "" of either."""

    gtin: str = ""
    sscc: str = ""
    said: Said = NOTHING


def warm() -> None:
    """Load the tables, which takes a tenth of a second: for a moment at which nobody waits."""
    import biip.gs1_digital_link_uris
    import biip.gs1_element_strings  # noqa: F401


def read(text: str, flagged: bool) -> Label | Fault | None:
    """What a text says as GS1 code; None if it is none. `flagged`: the scanner says that it is one; else it must be
    whole and begin with a valid article number, be written with parentheses, or be an address with one."""
    body = _SEPARATORS.sub(GS, text)
    if not body.isascii() or _CONTROL.search(body):
        return Fault.HALF_READ if flagged else None
    if text.startswith(("http://", "https://", "HTTP://", "HTTPS://")):
        return _link(text)
    if body.startswith("("):
        written = "".join(f"{ai}{value.strip()}{GS}" for ai, value in _WRITTEN.findall(body))
        return _sorted(written) if _WRITTEN_WHOLE.fullmatch(body) else None
    if flagged or body.startswith(GS):
        return _sorted(body.lstrip(GS))
    if _TOBACCO.fullmatch(body) and gtin14(body[:14]) and not body.isdigit():
        return Label(body[:14], said=Said(serial=body[14:21], marked=True))
    sure = (body[:2] == "01" and gtin14(body[2:16]) is not None) or _ONLY_SSCC.match(body)
    return _sorted(body) if sure else None


_SEPARATORS = re.compile("\u241d|<GS>|\\{GS\\}|\\[GS\\]", re.IGNORECASE)
"""Scanners that can't send the separator are set to send one of these in its place."""
_CONTROL = re.compile(r"[\x00-\x1c\x1e\x1f\x7f]")
"""No field has them, and no database takes all of them."""
_WRITTEN = re.compile(r"\((\d{2,4})\)([^()]*)")
_WRITTEN_WHOLE = re.compile(r"(?:\(\d{2,4}\)[^()]+)+")
_ONLY_SSCC = re.compile(rf"00\d{{18}}(?:$|{GS})")
_TOBACCO = re.compile(r"\d{14}[!-\"%-/0-9:;<=>?A-Z_a-z]{15}")


def _link(text: str) -> Label | Fault | None:
    """An address with an article in it, on any domain. One without is somebody's web page."""
    if _IN_LINK.search(text) is None:
        return None
    from biip import ParseError
    from biip.gs1_digital_link_uris import GS1DigitalLinkURI

    try:
        return _of(list(GS1DigitalLinkURI.parse(text, config=_config()).element_strings))
    except (ParseError, ValueError):
        return Fault.HALF_READ


_IN_LINK = re.compile(r"/(?:01|gtin)/\d{8,14}(?=$|[/?#;])")


def _sorted(body: str) -> Label | Fault:
    """The label of element strings, or why there is none."""
    found: list[GS1ElementString] = []
    try:
        found.extend(_fields(body))
    except _Damaged as damaged:
        return damaged.fault
    return _of(found)


class _Damaged(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def _fields(body: str) -> Iterator["GS1ElementString"]:
    """One field after the other. What a later table may know is passed over, where it ends for sure."""
    from biip import ParseError
    from biip.gs1_application_identifiers import GS1ApplicationIdentifier
    from biip.gs1_element_strings import GS1ElementString

    rest, known = body, 0
    for _field in range(MOST_FIELDS):
        rest = rest.lstrip(GS)
        if not rest:
            return
        try:
            ai = GS1ApplicationIdentifier.extract(rest)
        except ParseError:
            if not known or GS not in rest:
                raise _Damaged(Fault.UNKNOWN_FIELD) from None
            rest = rest.partition(GS)[2]
            continue
        try:
            field = GS1ElementString.extract(rest, config=_config())
        except ParseError:
            raise _Damaged(Fault.HALF_READ) from None
        known += 1
        rest = rest[len(field) :]
        if rest and "," in ai.pattern and not rest.startswith(GS):
            raise _Damaged(Fault.SEPARATORS)  # the field is as long as it may be, and goes on
        yield field
    raise _Damaged(Fault.HALF_READ)


def _config() -> "ParseConfig":
    from biip import ParseConfig

    return ParseConfig(gs1_element_strings_verify_date=False)


def _of(fields: list["GS1ElementString"]) -> Label | Fault:
    """What the fields say together."""
    values = {field.ai.ai: field.value for field in reversed(fields)}
    article, unit = values.get("01", ""), values.get("00", "")
    if article and gtin14(article) is None:
        return Fault.CHECK
    if not article and not unit:
        return Fault.NO_ARTICLE
    said = Said(serial=values.get("21", ""), marked="21" in values and bool({"91", "92", "93"} & values.keys()))
    if GS not in said.serial and not said.marked and _swallowed(said.serial):
        return Fault.SEPARATORS
    for field in fields:
        said = _with(said, field)
    return Label(article, unit, said)


def _swallowed(serial: str) -> bool:
    """Whether the signature of a marking code seems to stand in its serial number: `93` and four characters behind the
    6, 7 or 13 of dairy, of beer and tobacco, and of most other goods. Digits alone are somebody's plain numbers."""
    return any(
        len(serial) == n + 6 and serial[n : n + 2] == "93" and not serial.isdigit() and not serial[n + 2 :].isdigit()
        for n in (6, 7, 13)
    )


def _with(said: Said, field: "GS1ElementString") -> Said:
    """What one more field says; the first of a kind counts."""
    ai, groups = field.ai.ai, field.pattern_groups
    if ai[:3] == "310" and not said.milli:
        return replace(said, milli=int(groups[0]) * 1000 // 10 ** int(ai[3]))
    if ai == "30" and groups[0] and not said.pieces:
        return replace(said, pieces=int(groups[0]))
    if ai[:3] in ("392", "393") and not said.price:
        return replace(said, price=int(groups[-1]), places=int(ai[3]), currency=groups[0] if ai[2] == "3" else "")
    if ai in ("17", "7003") and field.date is not None and said.expired is None:
        return replace(said, expired=field.datetime or datetime.combine(field.date, datetime.min.time()) + _ONE_DAY)
    if ai in ("15", "16") and field.date is not None and said.best_before_over is None:
        return replace(said, best_before_over=datetime.combine(field.date, datetime.min.time()) + _ONE_DAY)
    return said
