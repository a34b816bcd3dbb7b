"""Whom a till believes at the other end of nexo Sale to POI, and what both sides call an attempt."""

from pathlib import Path

import pytest

from pos.devices import nexo_messages as wire
from pos.devices.base import StatusUpdate
from pos.devices.card import CARD_OFF
from pos.devices.nexo import NexoTerminal
from pos.devices.nexo_line import CARD_UNTRUSTED
from pos.devices.nexo_seal import Seal
from sync.actions.clock import new_id
from sync.domain.payments import AttemptState
from tests.devices.conftest import Heard
from tests.devices.nexoing import NexoProcess, answer, ended, paid
from tests.link.authority import Authority

APPROVED, DECLINED, UNKNOWN = AttemptState.APPROVED, AttemptState.DECLINED, AttemptState.UNKNOWN
PENDING, REVERSED = AttemptState.PENDING, AttemptState.REVERSED


def test_a_terminal_whose_certificate_nobody_trusts_is_never_spoken_to(
    bank: NexoProcess, heard: Heard, tmp_path: Path
) -> None:
    import ssl

    till = bank.till(heard, tls=ssl.create_default_context(cafile=str(Authority(tmp_path).file)))
    attempt = new_id()
    till.start(attempt, 500, "KZT")
    assert answer(heard, attempt, DECLINED).fault == CARD_UNTRUSTED
    assert heard.wait(StatusUpdate).fault == CARD_UNTRUSTED and bank.charged(attempt) == []
    ended(till)


def test_a_terminal_with_another_passphrase_is_not_believed(bank: NexoProcess, heard: Heard) -> None:
    till = bank.till(heard, seal=Seal("till", 1, "another one"))
    attempt = new_id()
    till.start(attempt, 500, "KZT")
    assert answer(heard, attempt, DECLINED).fault == CARD_OFF, "it drops what it can't open, so nothing is asked of it"
    assert bank.charged(attempt) == []
    ended(till)


def test_a_key_file_says_what_is_wrong_with_it_and_nothing_of_what_it_holds(tmp_path: Path) -> None:
    from pos.devices.nexo_seal import WrongKeyFile, read_key

    file = tmp_path / "card.toml"
    with pytest.raises(WrongKeyFile, match="No such file"):
        read_key(file)
    for text in ('passphrase = "hidden"', "hidden", 'identifier = "a"\nversion = "hidden"\npassphrase = "hidden"'):
        file.write_text(text)
        with pytest.raises(WrongKeyFile) as said:
            read_key(file)
        assert "hidden" not in str(said.value)
    assert "secret" not in repr(Seal("a", 1, "secret"))


def test_one_attempt_has_one_service_id_for_ever() -> None:
    assert wire.service_id("a1") == wire.service_id("a1") == "Y92J4Y8FZK"
    assert wire.service_id("a1") != wire.service_id("a2") and wire.service_id("a1") != wire.service_id("a1", "reverse")


@pytest.mark.parametrize(("pan", "shown"), [("426398******4242", "•• 4242"), ("4263982640269299", "•• 9299"), ("", "")])
def test_of_a_cards_number_four_digits_are_kept_whatever_came(pan: str, shown: str) -> None:
    assert wire.masked(pan) == shown


def test_a_payments_name_at_the_terminal_is_one_text_and_two_again(till: NexoTerminal, heard: Heard) -> None:
    _attempt, reference = paid(till, heard, 500)
    named = wire.transaction_of(reference)
    assert named is not None and wire.reference_of(named) == reference
    assert [wire.transaction_of(text) for text in ("100001", "a@", "@b", "")] == [None] * 4
