"""Keyboard-wedge scanners: what is pressed is what was on the label, and typing is not a scan."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.devices.layouts import KA, KK, POSITION, RU, US, Layout
from pos.devices.scanner_profile import Profile
from pos.devices.wedge import ENTER, KEYPAD_ENTER, TAB, Scan, Wedge

EAN = "4006381333931"
LAYOUTS = {"us": US, "ru": RU, "kk": KK, "ka": KA}
SHIFT, CONTROL, ALT = 225, 224, 226
UNSHIFTED = {US[position][0]: position for position in US}
SHIFTED = {US[position][1]: position for position in US}
ASCII = "".join(sorted(set(UNSHIFTED) | set(SHIFTED)))


class Keyboard:
    """Presses keys as a scanner does: by US position, while the system translates by another layout."""

    def __init__(self, layout: Layout = US, profile: Profile | None = None, text: bool = True) -> None:
        self.wedge = Wedge(profile=profile)
        self.layout, self.text, self.now = layout, text, 1_000
        self.caps, self.told = False, True
        self.scans: list[Scan] = []

    def press(self, sign: str, gap_ms: int) -> None:
        self.now += gap_ms
        shifted = sign not in UNSHIFTED
        position = SHIFTED[sign] if shifted else UNSHIFTED[sign]
        if shifted:
            self.wedge.key(SHIFT, None, self.now)
        typed = self.layout.get(position, US[position])[shifted]
        pair = self.layout.get(position, US[position])
        if self.caps and pair[0].upper() == pair[1]:
            typed = pair[not shifted]
        self.wedge.key(position, typed, self.now, self.caps and self.told)
        if self.text:
            self.wedge.text(typed, self.now)

    def send(self, code: str, gap_ms: int = 2, suffix: int | None = ENTER) -> list[Scan]:
        """One label. The scans so far."""
        for sign in code:
            self.press(sign, gap_ms)
        if suffix is not None:
            self.now += gap_ms
            self.take(self.wedge.key(suffix, None, self.now))
        return self.scans

    def take(self, scan: Scan | None) -> None:
        if scan is not None:
            self.scans.append(scan)

    @property
    def codes(self) -> list[str]:
        return [scan.text for scan in self.scans]


@given(
    st.sampled_from(sorted(LAYOUTS)),
    st.text(ASCII.replace(" ", ""), min_size=3, max_size=40),
    st.integers(1, 30),
    st.sampled_from([ENTER, TAB, KEYPAD_ENTER]),
)
def test_f53_any_code_is_exact_under_any_layout(layout: str, code: str, gap: int, suffix: int) -> None:
    keyboard = Keyboard(LAYOUTS[layout])
    keyboard.send(code, gap, suffix)
    assert keyboard.codes == [code]


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_digits_decode_by_position_when_text_input_is_off(layout: str) -> None:
    keyboard = Keyboard(LAYOUTS[layout], text=False)
    keyboard.send(EAN)
    assert keyboard.codes == [EAN]


def test_f51_ten_quick_scans_are_ten_scans_in_order() -> None:
    keyboard = Keyboard(RU)
    codes = [f"STF1:T1-{n:06d}" for n in range(10)]
    for code in codes:
        keyboard.send(code, gap_ms=1)
    assert keyboard.codes == codes


def test_f51_the_same_code_ten_times_is_ten_scans() -> None:
    keyboard = Keyboard()
    for _n in range(10):
        keyboard.send(EAN, gap_ms=0)
    assert keyboard.codes == [EAN] * 10


@pytest.mark.parametrize("gap", [10, 80, 100])
def test_a_slow_scanner_is_still_a_scanner_when_the_check_digit_is_right(gap: int) -> None:
    keyboard = Keyboard()
    keyboard.send(EAN, gap)
    assert [(scan.text, scan.certain) for scan in keyboard.scans] == [(EAN, True)]


@pytest.mark.parametrize("words", ["milk", "молоко", "4006381333932", "100002"])
def test_words_and_numbers_that_a_person_types_are_no_scan(words: str) -> None:
    keyboard = Keyboard()
    ru = {RU[p][0]: US[p][0] for p in RU if RU[p][0] not in UNSHIFTED}
    keyboard.send("".join(ru.get(c, c) for c in words), gap_ms=90)
    assert keyboard.scans == []


def test_typing_that_a_stalled_screen_delivers_at_once_is_no_certain_scan() -> None:
    keyboard = Keyboard()
    keyboard.send("mil", gap_ms=180, suffix=None)
    keyboard.now += 400
    keyboard.send("k fresh", gap_ms=0)
    assert keyboard.scans == []
    keyboard.send("milk", gap_ms=0)
    assert [scan.certain for scan in keyboard.scans] == [False], "whole words in one stall may be searched instead"


def test_a_scan_right_after_half_a_typed_word_is_read_alone() -> None:
    keyboard = Keyboard()
    keyboard.send("mi", gap_ms=180, suffix=None)
    keyboard.now += 300
    keyboard.send(EAN)
    assert keyboard.codes == [EAN]


def test_f52_a_damaged_number_at_a_scanners_speed_is_still_heard() -> None:
    keyboard = Keyboard()
    keyboard.send("4006381333932")
    assert [(scan.text, scan.certain) for scan in keyboard.scans] == [("4006381333932", False)]


def test_two_characters_are_no_scan() -> None:
    assert Keyboard().send("42") == []


def test_without_its_suffix_nothing_is_a_scan() -> None:
    keyboard = Keyboard()
    keyboard.send(EAN, suffix=None)
    keyboard.now += 1_000
    keyboard.send("", suffix=ENTER)
    assert keyboard.scans == []


def test_a_gap_in_the_middle_of_a_code_that_nothing_proves_is_no_scan() -> None:
    keyboard = Keyboard()
    keyboard.send("A-17/", suffix=None)
    keyboard.now += 200
    keyboard.send("000177", gap_ms=20)
    assert keyboard.scans == []


@pytest.mark.parametrize("typed", ["", "05"])
@pytest.mark.parametrize("cut", range(1, 15))
@pytest.mark.parametrize("stall", [130, 400, 990])
def test_f51_our_own_label_that_a_stall_broke_is_whole_even_right_behind_typing(
    typed: str, cut: int, stall: int
) -> None:
    """Half of a parcel's label stood in the queue of a busy screen, right behind its shelf, typed."""
    keyboard, code = Keyboard(KK), "STP1:T1-000177"
    for sign in typed:
        keyboard.press(sign, 180)
    keyboard.now += 900
    keyboard.send(code[:cut], suffix=None)
    keyboard.now += stall
    keyboard.send(code[cut:])
    assert [(scan.text, scan.certain) for scan in keyboard.scans] == [(code, True)]


def test_f51_a_label_in_three_heaps_is_whole_and_the_next_one_stands_alone() -> None:
    keyboard = Keyboard()
    for part in ("ST", "F1:T1-4006381", "333931"):
        keyboard.now += 300
        keyboard.send(part, suffix=ENTER if part == "333931" else None)
    keyboard.now += 300
    keyboard.send(EAN)
    assert keyboard.codes == ["STF1:T1-4006381333931", EAN]


def test_a_barcode_in_two_heaps_is_put_together_but_an_amount_is_not() -> None:
    keyboard = Keyboard()
    keyboard.send("487001", suffix=None)
    keyboard.now += 700
    keyboard.send("2100212", gap_ms=40)
    assert [(scan.text, scan.certain) for scan in keyboard.scans] == [("4870012100212", True)]
    keyboard.send("1500", gap_ms=300, suffix=None)
    keyboard.now += 300
    keyboard.send("0002", gap_ms=300)  # 15000002 has a right check digit, and is still an amount
    assert len(keyboard.scans) == 1


def test_what_landed_in_a_field_is_told_so_that_it_can_be_taken_out() -> None:
    keyboard = Keyboard(RU)
    keyboard.send("STF1:T1-1")
    assert (keyboard.scans[0].text, keyboard.scans[0].typed) == ("STF1:T1-1", "ЫЕА1ЖЕ1-1")


def test_a_prefix_that_was_set_makes_any_speed_certain_and_is_left_out() -> None:
    keyboard = Keyboard(KK, profile=Profile(prefix="~"))
    keyboard.send("~abc-42", gap_ms=100)
    assert [(scan.text, scan.certain) for scan in keyboard.scans] == [("abc-42", True)]
    keyboard.send("abc-42", gap_ms=100)
    assert len(keyboard.scans) == 1


def test_a_group_separator_sent_as_control_bracket_is_kept() -> None:
    keyboard = Keyboard(RU)
    keyboard.send("]d2010400638133393121Ab", suffix=None)
    keyboard.wedge.key(CONTROL, None, keyboard.now)
    keyboard.wedge.key(POSITION["]"], None, keyboard.now)
    keyboard.send("93xyz")
    assert keyboard.codes == ["]d2010400638133393121Ab\x1d93xyz"]


def test_a_key_held_shift_loses_no_case_when_text_input_tells_it() -> None:
    """Shift's key-up and repeated key-downs get lost; the typed sign still tells the case."""
    wedge = Wedge()
    wedge.key(SHIFT, None, 0)
    for sign in "ABcD":
        wedge.key(POSITION[sign.lower()], sign.lower(), 1)
        wedge.text(sign, 1)
    scan = wedge.key(ENTER, None, 2)
    assert scan is not None and scan.text == "ABcD"


def test_the_keypad_decodes_too() -> None:
    wedge = Wedge()
    for digit in EAN:
        wedge.key(98 if digit == "0" else 88 + int(digit), None, 0)
    scan = wedge.key(KEYPAD_ENTER, None, 1)
    assert scan is not None and scan.text == EAN


def test_caps_lock_is_found_in_a_code_of_both_cases_when_the_window_does_not_know_of_it() -> None:
    keyboard = Keyboard(RU)
    keyboard.caps, keyboard.told = True, False
    keyboard.send("STF1:aBc-9%z")
    assert keyboard.codes == ["STF1:aBc-9%z"]


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_caps_lock_at_the_keyboard_turns_no_letter_of_a_scan_round(layout: str) -> None:
    keyboard = Keyboard(LAYOUTS[layout])
    keyboard.caps = True
    keyboard.send("STF1:aBc-9%z")
    assert keyboard.codes == ["STF1:aBc-9%z"]


@pytest.mark.parametrize("number", ["29", "029", "0029"])
def test_a_group_separator_sent_by_its_number_under_alt_is_kept(number: str) -> None:
    keyboard = Keyboard()
    keyboard.send("0104006381333931" + "21Ab", suffix=None)
    keyboard.wedge.key(ALT, None, keyboard.now)
    for digit in number:
        keyboard.wedge.key(98 if digit == "0" else 88 + int(digit), None, keyboard.now)
    keyboard.send("93xyz")
    assert keyboard.codes == ["010400638133393121Ab\x1d93xyz"]


def test_a_scanner_that_sends_its_enter_as_control_m_ends_a_code() -> None:
    keyboard = Keyboard(RU)
    keyboard.send(EAN, suffix=None)
    keyboard.wedge.key(CONTROL, None, keyboard.now)
    keyboard.take(keyboard.wedge.key(POSITION["m"], None, keyboard.now))
    assert keyboard.codes == [EAN]


def test_a_scanner_that_was_learned_to_send_no_end_ends_by_silence() -> None:
    keyboard = Keyboard(profile=Profile(learned=True, suffix=""))
    keyboard.send("abc-123", suffix=None)
    keyboard.take(keyboard.wedge.fell_silent(keyboard.now + 20))
    assert keyboard.codes == ["abc-123"]
    keyboard.now += 5_000
    keyboard.send("milk", gap_ms=110, suffix=None)
    assert keyboard.wedge.fell_silent(keyboard.now + 110) is None, "a person types so"


def test_a_scanner_that_was_not_learned_needs_its_end() -> None:
    keyboard = Keyboard()
    keyboard.send(EAN, suffix=None)
    assert keyboard.wedge.fell_silent(keyboard.now + 20) is None


def test_a_scanner_set_to_another_layout_is_read_by_what_was_learned_of_its_keys() -> None:
    german = Profile(learned=True, suffix="\r", table={"28": "z", "29": "y", "28s": "Z", "29s": "Y", "35s": "&"})
    keyboard = Keyboard(RU, german)
    keyboard.send("yZ^1")
    assert keyboard.codes == ["zY&1"]


def test_a_scanner_that_ends_on_two_keys_presses_enter_for_nobody() -> None:
    keyboard = Keyboard()
    keyboard.send(EAN)
    keyboard.send("")
    assert keyboard.wedge.belongs_to_scan
    keyboard.send("")
    assert not keyboard.wedge.belongs_to_scan, "the third one is a person's"
    keyboard.send(EAN)
    keyboard.send("12")
    assert not keyboard.wedge.belongs_to_scan, "somebody typed before it"
    keyboard.send(EAN)
    keyboard.now += 2_000
    keyboard.send("")
    assert not keyboard.wedge.belongs_to_scan
    assert keyboard.codes == [EAN] * 3


def test_a_sign_that_was_learned_to_stand_behind_codes_is_left_out() -> None:
    keyboard = Keyboard(KA, Profile(learned=True, suffix="#\r"))
    keyboard.send("abc-42#")
    assert keyboard.codes == ["abc-42"]


def test_the_rest_of_a_marking_code_behind_a_stall_is_not_taken_for_a_whole_one() -> None:
    keyboard = Keyboard()
    keyboard.send("]d20104006381", suffix=None)
    keyboard.now += 400
    keyboard.send("33393121Ab", suffix=None)
    keyboard.wedge.key(CONTROL, None, keyboard.now)
    keyboard.wedge.key(POSITION["]"], None, keyboard.now)
    keyboard.send("93xyz")
    assert keyboard.codes == ["]d2010400638133393121Ab\x1d93xyz"]
