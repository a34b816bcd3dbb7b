"""Words, numbers and times as people read them; and that every language has every word and every letter."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from pos.ui import i18n
from tests.screens.words import ROOT, spoken

LANGUAGES = ("ru", "kk", "ka")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.set_language("en")
    yield
    i18n.set_language("en")


def entries(code: str) -> list:
    with (ROOT / "assets" / "locale" / f"{code}.po").open("rb") as file:
        return [entry for entry in read_po(file, locale=code) if entry.id]


def test_money_is_grouped_and_its_sign_never_leaves_it() -> None:
    assert i18n.money(64_990_00, "KZT") == "64\u202f990\u00a0₸"
    assert i18n.money(1_234_567_00, "KZT") == "1\u202f234\u202f567\u00a0₸"
    assert i18n.money(-3_698_00, "KZT") == "\u22123\u202f698\u00a0₸"
    assert i18n.money(0, "KZT") == "0\u00a0₸"


def test_tiyn_show_only_where_a_price_has_them_and_kopecks_always() -> None:
    assert i18n.money(990_50, "KZT", "ru") == "990,50\u00a0₸"
    assert i18n.money(990_00, "RUB", "ru") == "990,00\u00a0₽"
    assert i18n.money(49_90, "GEL", "ka") == "49,90\u00a0₾"
    assert i18n.money(5, "EUR", "en") == "0.05\u00a0€"


def test_a_currency_without_a_minor_unit_has_no_decimals() -> None:
    assert i18n.money(1500, "JPY") == "1\u202f500\u00a0JPY"
    assert i18n.money(1500, "KWD") == "1.500\u00a0KWD"


def test_money_parts_stand_apart_for_a_smaller_sign() -> None:
    assert i18n.money_parts(139_922_00, "KZT") == ("139\u202f922", "₸")


@pytest.mark.parametrize(
    ("milli", "code", "text"),
    [
        (1000, "en", "1"),
        (1250, "en", "1.25"),
        (1250, "ru", "1,25"),
        (-500, "ka", "\u22120,5"),
        (12_500_000, "en", "12\u202f500"),
    ],
)
def test_a_quantity_shows_only_the_decimals_it_has(milli: int, code: str, text: str) -> None:
    assert i18n.quantity(milli, code) == text


def test_times_are_of_the_place_and_days_of_the_language() -> None:
    utc = 1_764_000_000_000  # 24 November 2025, 16:00
    assert i18n.clock_time(utc, "Asia/Almaty") == "21:00"
    assert i18n.day(utc, "Asia/Almaty") == "24 Nov"
    i18n.set_language("ru")
    assert i18n.day(utc, "Asia/Almaty") == "24 нояб."


def test_an_age_is_said_in_words_and_past_an_hour_as_a_time() -> None:
    seen = 1_764_000_000_000
    assert i18n.age(5) == "just now"
    assert i18n.age(125) == "2 min ago"
    assert i18n.age(7200, seen, "Asia/Almaty") == "as of 21:00"
    assert i18n.age(3 * 86400, seen, "Asia/Almaty") == "as of 24 Nov"


def test_russian_takes_the_form_that_goes_with_the_number() -> None:
    i18n.set_language("ru")
    forms = [i18n.ngettext("{n} waiting", "{n} waiting", n).format(n=n) for n in (1, 2, 5, 11, 21, 22, 111)]
    assert forms[0] == "ждёт отправки: 1"
    assert forms[1] == "ждут отправки: 2"
    assert [form.split()[0] for form in forms] == ["ждёт", "ждут", "ждут", "ждут", "ждёт", "ждут", "ждут"]


def test_a_change_of_language_is_told_to_who_listens_and_an_unknown_one_is_refused() -> None:
    heard: list[str] = []
    i18n.listen(heard.append)
    i18n.set_language("ka")
    i18n.set_language("ka")
    i18n.unlisten(heard.append)
    assert heard == ["ka"]
    with pytest.raises(ValueError, match="'de' is none of en, ru, kk, ka"):
        i18n.set_language("de")


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_names_the_same_values_as_the_text(code: str) -> None:
    def names(text: str) -> set[str]:
        import string

        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    wrong = []
    for entry in entries(code):
        source = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        said = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        wanted = set().union(*(names(text) for text in source))
        wrong += [text for text in said if names(text) - wanted or (len(said) == 1 and names(text) != wanted)]
    assert wrong == []


def glyphs(path: Path) -> set[int]:
    """The characters of a font: its cmap tables of format 4 and 12, read as the OpenType standard lays them out."""
    data = path.read_bytes()

    def long(at: int) -> int:
        return int.from_bytes(data[at : at + 4], "big")

    records = range(12, 12 + 16 * int.from_bytes(data[4:6], "big"), 16)
    start = next(long(at + 8) for at in records if data[at : at + 4] == b"cmap")
    found: set[int] = set()
    for record in range(int.from_bytes(data[start + 2 : start + 4], "big")):
        found |= _characters(data, start + long(start + 8 + 8 * record))
    return found


def _characters(data: bytes, at: int) -> set[int]:
    form = struct.unpack(">H", data[at : at + 2])[0]
    if form == 12:
        (count,) = struct.unpack(">L", data[at + 12 : at + 16])
        groups = (struct.unpack(">LLL", data[at + 16 + 12 * i : at + 28 + 12 * i]) for i in range(count))
        return {code for first, last, _ in groups for code in range(first, last + 1)}
    if form == 4:
        half = struct.unpack(">H", data[at + 6 : at + 8])[0]
        ends = struct.unpack(f">{half // 2}H", data[at + 14 : at + 14 + half])
        starts = struct.unpack(f">{half // 2}H", data[at + 16 + half : at + 16 + 2 * half])
        return {
            code for first, last in zip(starts, ends, strict=True) for code in range(first, last + 1) if code != 0xFFFF
        }
    return set()


@pytest.mark.parametrize("weight", ["Regular", "Medium", "SemiBold", "Bold"])
def test_every_letter_of_every_language_is_in_every_weight(weight: str) -> None:
    letters = set("".join(i18n.LANGUAGES.values()) + "".join(i18n.SIGNS.values()) + "0123456789 \u202f\u00a0\u2212—·…×")
    for words in spoken():
        letters |= set("".join(words))
    for code in LANGUAGES:
        for entry in entries(code):
            letters |= set("".join(entry.string) if isinstance(entry.string, tuple) else entry.string)
    there = glyphs(ROOT / "assets" / "fonts" / f"StorefloorSans-{weight}.ttf")
    assert sorted(letter for letter in letters if letter.isprintable() and ord(letter) not in there) == []


def test_all_digits_are_equally_wide_in_every_weight() -> None:
    from PIL import ImageFont

    for weight in ("Regular", "Medium", "SemiBold", "Bold"):
        font = ImageFont.truetype(str(ROOT / "assets" / "fonts" / f"StorefloorSans-{weight}.ttf"), 100)
        assert len({font.getlength(digit) for digit in "0123456789₸₽€"}) == 1
