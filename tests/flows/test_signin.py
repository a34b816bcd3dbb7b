"""Signing in at the till."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.ui.i18n import set_language
from sync.actions.sign_in import FIRST_DELAY_MS
from tests.crash.test_full_till import Filled
from tests.flows.till import Counter


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path, devices=False)
    yield made
    set_language("en")
    made.stop()


def test_the_last_digit_signs_in_without_a_network(counter: Counter) -> None:
    counter.sign_in()
    assert counter.till.place == "sale"
    assert counter.till.actor is not None and counter.till.actor.id == "s-aliya"
    assert counter.said.startswith("Aliya is signed in")


def test_a_wrong_pin_says_how_many_tries_are_left(counter: Counter) -> None:
    counter.sign_in(pin="9999")
    state = counter.till.signin.state
    assert counter.till.place == "signin" and state.wrong and state.filled == 0
    assert state.notice == "Aliya: wrong PIN. 4 more tries before a pause."


def test_five_wrong_pins_are_a_pause_that_is_told_in_words(counter: Counter) -> None:
    for _n in range(5):
        counter.sign_in(pin="9999")
    assert counter.till.signin.state.notice.startswith("Too many wrong PINs. Try again at ")
    counter.sign_in()
    assert counter.till.place == "signin", "the right PIN must not end the pause"
    counter.now += FIRST_DELAY_MS
    counter.sign_in()
    assert counter.till.place == "sale"


def test_an_expired_pin_says_what_to_do(counter: Counter) -> None:
    counter.sign_in("s-old", "3333")
    assert "Connect the till once" in counter.till.signin.state.notice


def test_digits_before_a_name_ask_for_the_name(counter: Counter) -> None:
    counter.till.signin.key("1")
    assert counter.till.signin.state.notice == "Choose your name first, then the PIN."
    assert counter.till.signin.state.filled == 0


def test_another_name_forgets_the_digits_before(counter: Counter) -> None:
    counter.till.signin.choose("s-aliya")
    counter.till.signin.key("1")
    counter.till.signin.choose("s-marat")
    for digit in "2222":
        counter.till.signin.key(digit)
    assert counter.till.actor is not None and counter.till.actor.id == "s-marat"


def test_delete_takes_one_digit_back(counter: Counter) -> None:
    counter.till.signin.choose("s-aliya")
    for key in ("1", "9", "delete", "1", "1", "1"):
        counter.till.signin.key(key)
    assert counter.till.place == "sale"


def test_a_scan_before_signing_in_is_answered_and_is_no_wrong_pin_f52(counter: Counter) -> None:
    for _n in range(6):
        counter.scan("p-milk")
    assert counter.till.signin.state.notice == "Sign in first, then scan. Nothing was added."
    counter.sign_in()
    assert counter.till.place == "sale"


def test_a_refusal_changes_its_language_with_the_screen(counter: Counter) -> None:
    counter.sign_in(pin="9999")
    set_language("ru")
    counter.till.spoken()
    assert counter.till.signin.state.notice == "Aliya: PIN неверный. До паузы ещё 4 попытки."


def test_signing_out_keeps_the_open_sale_for_the_next_person(counter: Counter) -> None:
    counter.sign_in()
    counter.scan("p-milk")
    counter.till.sign_out()
    assert counter.till.place == "signin" and counter.till.signin.state.chosen is None
    counter.sign_in("s-marat", "2222")
    assert counter.lines == {"p-milk": 1000}
    assert counter.said.startswith("The open sale is back")


def test_f51_f52_what_is_scanned_before_the_first_screen_is_up_is_answered_there(tmp_path: Path) -> None:
    till = Filled(tmp_path)
    till.until(lambda: till.till.signin.state.ready, "the names")
    till.sign_in()
    till.until(lambda: till.till.actor is not None, "the PIN's answer")
    assert till.place_is("signin"), "the till still asks whether a shift must be opened"
    till.scan("p-bread")
    till.until(lambda: list(till.lines) == ["p-bread"], "the goods")
    till.stop()
