"""A scanner is learned from one sheet: what it puts around a code, what it does to it, and what must be set."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from pos.devices.layouts import POSITION, US
from pos.devices.scanner_framing import Framer
from pos.devices.scanner_learning import CARDS, EAN, SHEET, Found, Learning
from pos.devices.scanner_profile import GS, Press, Profile, WrongProfile, load, save
from pos.devices.scanner_serial import presses_of, text_of

AIMS = {"EAN13": "]E0", "Code128": "]C0", "DataMatrix": "]d2"}
MARKING = f"010{EAN}21Ab+c%{GS}91EE08{GS}92dGVzdA=="
Way = Callable[[str], str]


def same(text: str) -> str:
    return text


def sheet(way: Way = same, before: str = "", end: str = "\r", aim: bool = False) -> list[list[Press]]:
    """What a serial scanner sends of each card."""
    sent = [before + (AIMS[card.family] if aim else "") + way(card.text) + end for card in SHEET]
    return [presses_of(text.encode()) for text in sent]


def learned(bursts: Iterable[list[Press]]) -> tuple[Profile, dict[Found, str]]:
    learning = Learning()
    for burst in bursts:
        assert learning.heard(burst) is not None
    while learning.wanted is not None:
        learning.skip()
    profile, findings = learning.result()
    return profile, {finding.found: finding.detail for finding in findings}


def read_back(profile: Profile, sent: str) -> list[str]:
    """What a till reads of a scanner that sends this, once it was learned."""
    return [heard.text for heard in Framer(profile, text_of).feed(presses_of(sent.encode()), 0) if heard.whole]


def test_a_scanner_that_does_all_things_right_is_found_well() -> None:
    profile, found = learned(sheet())
    assert profile == Profile(learned=True, suffix="\r")
    assert set(found) == {Found.WELL, Found.SUFFIX, Found.SEPARATORS}
    assert read_back(profile, MARKING + "\r") == [MARKING]


@pytest.mark.parametrize("before", ["", "~", "ID:"])
@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\t", ""])
@pytest.mark.parametrize("aim", [False, True])
def test_prefix_suffix_and_identifiers_are_learned_and_taken_off(before: str, end: str, aim: bool) -> None:
    profile, found = learned(sheet(before=before, end=end, aim=aim))
    assert (profile.prefix, profile.suffix, profile.aim) == (before, end, aim)
    assert found.get(Found.PREFIX, "") == before and (Found.AIM in found) == aim
    assert (Found.NO_SUFFIX in found) == (end == "")
    code = ("]d2" if aim else "") + MARKING
    framer = Framer(profile, text_of)
    heard = framer.feed(presses_of((before + code + end).encode()), 0) + framer.feed([], 1000)
    assert [(each.text, each.whole) for each in heard] == [(code, True)]


def test_swapped_letters_are_put_right() -> None:
    profile, found = learned(sheet(str.swapcase))
    assert profile.case == "swapped" and Found.SWAPPED in found
    assert read_back(profile, MARKING.swapcase() + "\r") == [MARKING]


@pytest.mark.parametrize(("way", "which"), [(str.upper, Found.UPPER), (str.lower, Found.LOWER)])
def test_letters_that_lost_their_case_want_another_setting(way: Way, which: Found) -> None:
    _profile, found = learned(sheet(way))
    assert which in found and Found.WELL not in found


def test_swallowed_separators_are_said_plainly() -> None:
    profile, found = learned(sheet(lambda text: text.replace(GS, "")))
    assert Found.SEPARATORS_LOST in found and Found.WELL not in found and profile.separator == ""


@pytest.mark.parametrize("stands_in", ["^", "|", "~", "<GS>"])
def test_what_stands_in_for_a_separator_is_turned_back_into_one(stands_in: str) -> None:
    profile, found = learned(sheet(lambda text: text.replace(GS, stands_in)))
    assert found[Found.SEPARATORS_STAND_IN] == stands_in
    assert read_back(profile, MARKING.replace(GS, stands_in) + "\r") == [MARKING]


def test_a_separator_sent_as_a_sign_that_codes_have_too_can_not_be_told_apart() -> None:
    _profile, found = learned(sheet(lambda text: text.replace(GS, "-")))
    assert Found.SEPARATORS_LOST in found


def test_an_article_without_its_check_digit_wants_another_setting() -> None:
    _profile, found = learned(sheet(lambda text: text[:-1] if text == EAN else text))
    assert Found.NO_CHECK_DIGIT in found


def test_a_scanner_that_reads_lines_alone_is_learned_too() -> None:
    profile, found = learned(sheet()[:5])
    assert Found.NO_MATRIX in found and Found.SEPARATORS_UNTRIED in found and profile.suffix == "\r"


def test_marks_of_the_scanners_own_before_each_kind_are_named() -> None:
    marks = {"Code128": "D", "EAN13": "A", "DataMatrix": "Z"}
    bursts = [presses_of((marks[card.family] + card.text + "\r").encode()) for card in SHEET]
    _profile, found = learned(bursts)
    assert Found.OWN_MARKS in found


def test_the_cards_may_come_in_any_order_and_twice() -> None:
    bursts = sheet(before="~")
    profile, _found = learned([*reversed(bursts), bursts[0]])
    assert profile.prefix == "~"


def test_a_code_that_is_not_of_the_sheet_is_not_taken_for_one() -> None:
    learning = Learning()
    for text in ("4006381333931\r", "STF1:T1-000177\r", "x"):
        assert learning.heard(presses_of(text.encode())) is None
    assert learning.wanted == SHEET[0]


def test_nothing_is_learned_from_half_a_sheet() -> None:
    learning = Learning()
    learning.heard(sheet()[0])
    learning.skip()  # it is not optional
    assert learning.wanted == SHEET[1]
    with pytest.raises(ValueError, match="to its end"):
        learning.result()


def keyed(text: str, swaps: dict[str, str]) -> list[Press]:
    """The keys that a scanner presses, set to a layout on which each sign of `swaps` is another US key's."""
    shifted = {US[position][1]: position for position in US}
    presses = []
    for sign in text:
        us = swaps.get(sign, sign)
        if us == GS:
            presses.append(Press(GS, 48))
        elif us in POSITION:
            presses.append(Press(us, POSITION[us]))
        else:
            presses.append(Press(us, shifted[us], True))
    return [*presses, Press("\r", 40)]


QWERTZ = {"y": "z", "z": "y", "Y": "Z", "Z": "Y", "-": "/", "/": "&", "&": "^", "(": "*", ")": "(", "=": ")", ";": "<",
          ":": ">", "_": "?", "?": "_", "+": "]", "*": "}", "#": "\\", "'": "|", '"': "@"}  # fmt: skip


def test_a_scanner_set_to_german_keys_is_read_all_the_same() -> None:
    profile, found = learned([keyed(card.text, QWERTZ) for card in SHEET])
    assert found[Found.LAYOUT] == "QWERTZ"
    heard = Framer(profile).feed(keyed(MARKING + "/yZ:_?", QWERTZ), 0)
    assert [(each.text, each.whole) for each in heard] == [(MARKING + "/yZ:_?", True)]


AZERTY = {**dict(zip("aqzwmAQZWM", "qawz;QAWZ:", strict=True)), **dict(zip("1234567890", "!@#$%^&*()", strict=True)),
          "&": "1", '"': "3", "'": "4", "(": "5", "-": "6", "_": "8", ")": "-", ",": "m", ";": ",", ":": ".", "!": "/",
          "?": "M", ".": "<", "/": ">", "*": "\\", "%": '"', "$": "]"}  # fmt: skip


def test_a_scanner_set_to_french_keys_whose_digits_need_shift_is_read_all_the_same() -> None:
    profile, found = learned([keyed(card.text, AZERTY) for card in SHEET])
    assert found[Found.LAYOUT] == "AZERTY"
    heard = Framer(profile).feed(keyed(MARKING + "/?;aQz", AZERTY), 0)
    assert [(each.text, each.whole) for each in heard] == [(MARKING + "/?;aQz", True)]


def test_a_key_that_means_nothing_else_is_learned_as_the_separator() -> None:
    def sent(text: str) -> list[Press]:
        return [Press("", 65) if press.sign == GS else press for press in keyed(text, {})]

    profile, found = learned([sent(card.text) for card in SHEET])
    assert Found.SEPARATORS in found
    assert [heard.text for heard in Framer(profile).feed(sent(MARKING), 0)] == [MARKING]


def test_what_was_learned_is_kept_for_each_scanner_and_comes_back(tmp_path: Path) -> None:
    first, second = Profile(learned=True, prefix="~", suffix="\t", table={"28": "z"}), Profile(learned=True, aim=True)
    save(tmp_path, "wedge", first)
    save(tmp_path, "scanner", second)
    assert (load(tmp_path, "wedge"), load(tmp_path, "scanner")) == (first, second)
    assert load(tmp_path / "elsewhere", "wedge") == Profile()


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"wedge": 1}', '{"wedge": {"prefix": 5}}', '{"wedge": {"case": "loud"}}', "\x00\xff"]
)
def test_a_kept_profile_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "scanner.json").write_text(text)
    with pytest.raises(WrongProfile):
        load(tmp_path, "wedge")


def test_every_sign_of_the_sheet_is_there_once() -> None:
    signs = "".join(CARDS[key].text for key in ("letters", "more_letters", "signs", "more_signs"))
    assert len(signs) == len(set(signs)) and {sign.lower() for sign in US_SIGNS} - {sign.lower() for sign in signs} == {
        *"0567890{ "
    }


US_SIGNS = {sign for pair in US.values() for sign in pair}
