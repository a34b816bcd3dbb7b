"""Receipts that a card terminal sends with its answers: PaymentReceipt, with lines of text.

Nothing in them decides about money. One that can't be read is left out, and its text is never logged.
"""

import logging
from collections.abc import Iterator
from urllib.parse import parse_qs

import msgspec

from sync.domain.card_slips import CASHIER, CUSTOMER, LONGEST_LINE, MOST_LINES, CardSlip, SlipLine, slip

log = logging.getLogger(__name__)

QUALIFIERS = {"CustomerReceipt": CUSTOMER, "CashierReceipt": CASHIER}
_FIELDS = frozenset({"key", "name", "value"})


class _Text(msgspec.Struct, frozen=True, rename="pascal"):
    """A piece of a line. `end_of_line_flag`: it is the last of its line."""

    text: str = ""
    character_style: str = ""
    character_width: str = ""
    alignment: str = ""
    end_of_line_flag: bool = True


class _Content(msgspec.Struct, frozen=True, rename="pascal"):
    output_format: str = "Text"
    output_text: list[_Text] = []


class _Receipt(msgspec.Struct, frozen=True, rename="pascal"):
    document_qualifier: str
    output_content: _Content
    required_signature_flag: bool = False


_decode = msgspec.json.Decoder(list[_Receipt] | None).decode


def slips(raw: msgspec.Raw) -> tuple[CardSlip, ...]:
    """The customer's and the cashier's paper, the first of each; empty where there is none that can be read."""
    try:
        receipts = _decode(raw) if bytes(raw) else None
    except (msgspec.DecodeError, RecursionError):
        log.warning("the card terminal sent a receipt that can't be read; it is left out")
        return ()
    found: dict[str, CardSlip] = {}
    for it in receipts or ():
        part = QUALIFIERS.get(it.document_qualifier)
        if part is None or it.output_content.output_format != "Text":
            log.warning("the card terminal sent a paper of another kind; it is left out")
        elif part not in found:
            found[part] = slip(part, _lines(it.output_content.output_text), it.required_signature_flag)
    return tuple(found.values())


def _lines(texts: list[_Text]) -> Iterator[SlipLine]:
    """Pieces up to the end of a line are one line, as its last piece is set."""
    left = right = ""
    for it in texts[: 4 * MOST_LINES]:
        more, other = _sides(it.text[: 16 * LONGEST_LINE])
        left, right = left + more, right + other
        if it.end_of_line_flag:
            yield _line(left, right, it)
            left = right = ""
    if left or right:
        yield _line(left, right, texts[-1])


def _line(left: str, right: str, it: _Text) -> SlipLine:
    bold = it.character_style == "Bold" or it.character_width == "DoubleWidth"
    return SlipLine(left, right, bold, it.alignment == "Centred")


def _sides(text: str) -> tuple[str, str]:
    """Some terminals write a line as `key=…&name=…&value=…`: the name left, the value right. Others plainly."""
    if not text.startswith(("key=", "name=", "value=")):
        return text, ""
    try:
        said = parse_qs(text, keep_blank_values=True, max_num_fields=len(_FIELDS))
    except ValueError:
        return text, ""
    if "key" not in said or not set(said) <= _FIELDS:
        return text, ""
    return said.get("name", [""])[0], said.get("value", [""])[0]
