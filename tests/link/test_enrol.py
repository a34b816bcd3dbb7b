"""Enrolment: a code once, a key that never leaves, an answer that may be lost."""

from pathlib import Path

import pytest

from sync.link.enrol import AlreadyEnrolled, enrol, seed_of
from sync.link.keys import public_key
from sync.link.wire import NoAnswer, Refused
from sync.local import Local
from tests.link.store import Store, now


def test_a_code_makes_this_machine_a_terminal(store: Store, tmp_path: Path) -> None:
    me = enrol(tmp_path / "till", store.url, store.code(), now())
    assert (me.terminal, me.kind, me.location, me.hub) == ("till-1", "till", "store-1", store.url)


def test_a_hub_that_was_not_reached_is_asked_again_with_the_same_key(store: Store, tmp_path: Path) -> None:
    home, code = tmp_path / "till", store.code()
    store.stop()
    with pytest.raises(NoAnswer):
        enrol(home, store.url, code, now())
    local = Local.open(home)
    assert local.identity is None
    key = public_key(seed_of(local))
    local.close()
    store.start()
    enrol(home, store.url, code, now())
    local = Local.open(home)
    assert public_key(seed_of(local)) == key
    local.close()


def test_a_code_serves_one_machine_only(store: Store, tmp_path: Path) -> None:
    code = store.code()
    enrol(tmp_path / "one", store.url, code, now())
    with pytest.raises(Refused) as caught:
        enrol(tmp_path / "two", store.url, code, now())
    assert caught.value.fault.code == "code_used"


def test_a_terminal_is_not_enrolled_over(store: Store, home: Path) -> None:
    with pytest.raises(AlreadyEnrolled, match="till-1"):
        enrol(home, store.url, store.code("till-2"), now())


def test_the_key_lies_in_a_file_for_its_owner_alone(home: Path) -> None:
    assert (home / "journal.db").stat().st_mode & 0o077 == 0
