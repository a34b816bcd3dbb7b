"""The code that a shopper says: only its check value is kept, and that proves it."""

import pytest

from sync.domain.collect_code import check_of, is_code, matches


def test_the_right_code_of_the_right_order_and_no_other_matches():
    check = check_of("web:100-1", "4821")
    assert matches("web:100-1", check, "4821")
    assert not matches("web:100-1", check, "4822")
    assert not matches("web:100-2", check, "4821"), "the same code of another order has another check value"
    assert check == check_of("web:100-1", "4821"), "told again it is the same"
    assert "4821" not in check


@pytest.mark.parametrize("text", ["", "123", "123456789", "12a4", "12 34", "١٢٣٤", "-123"])
def test_what_is_no_code_never_matches_and_has_no_check_value(text):
    assert not is_code(text) and not matches("web:100-1", check_of("web:100-1", "4821"), text)
    with pytest.raises(ValueError, match="4 to 8 digits"):
        check_of("web:100-1", text)


def test_an_order_without_a_code_is_collected_by_none():
    assert not matches("web:100-1", "", "4821")
