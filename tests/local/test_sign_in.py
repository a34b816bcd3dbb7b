"""PIN sign-in with no hub in reach, and what guessing costs."""

from pathlib import Path

from sync.actions.sign_in import FREE_TRIES, LONGEST_DELAY_MS, SignedIn, SignInRefusal, SignInRefused, sign_in
from sync.local import Local
from tests.local.fixture import NOW


def wrong(local: Local, at: int = NOW) -> SignInRefused:
    refused = sign_in(local, "s-aliya", "0000", at)
    assert isinstance(refused, SignInRefused)
    return refused


def test_the_right_pin_signs_in(local: Local) -> None:
    done = sign_in(local, "s-marat", "2222", NOW)
    assert isinstance(done, SignedIn)
    assert (done.staff.name, done.staff.role) == ("Marat", "manager")


def test_a_wrong_pin_says_how_many_are_left(local: Local) -> None:
    assert [wrong(local).left for _ in range(FREE_TRIES - 1)] == [4, 3, 2, 1]
    assert wrong(local).reason is SignInRefusal.LOCKED


def test_after_five_wrong_pins_even_the_right_one_has_to_wait(local: Local) -> None:
    for _ in range(FREE_TRIES):
        last = wrong(local)
    assert sign_in(local, "s-aliya", "1111", NOW + 1) == SignInRefused(SignInRefusal.LOCKED, last.until)
    assert isinstance(sign_in(local, "s-aliya", "1111", last.until), SignedIn)


def test_the_delay_doubles_up_to_its_limit(local: Local) -> None:
    at, delays = NOW, []
    for _ in range(FREE_TRIES + 8):
        refused = wrong(local, at)
        if refused.until:
            delays.append(refused.until - at)
            at = refused.until
    assert delays[:3] == [30_000, 60_000, 120_000]
    assert delays[-1] == LONGEST_DELAY_MS


def test_a_lock_survives_a_restart(home: Path) -> None:
    local = Local.open(home)
    for _ in range(FREE_TRIES):
        wrong(local)
    local.close()
    local = Local.open(home)
    assert wrong(local).reason is SignInRefusal.LOCKED
    local.close()


def test_f41_a_clock_that_ran_ahead_does_not_lock_for_ever(local: Local) -> None:
    ahead = NOW + 10**9
    for _ in range(FREE_TRIES):
        sign_in(local, "s-aliya", "0000", ahead)
    assert isinstance(sign_in(local, "s-aliya", "1111", NOW), SignedIn)


def test_a_good_sign_in_forgives_the_wrong_ones(local: Local) -> None:
    wrong(local)
    sign_in(local, "s-aliya", "1111", NOW)
    assert wrong(local).left == FREE_TRIES - 1


def test_one_persons_lock_is_not_anothers(local: Local) -> None:
    for _ in range(FREE_TRIES):
        wrong(local)
    assert isinstance(sign_in(local, "s-marat", "2222", NOW), SignedIn)


def test_an_expired_verifier_signs_nobody_in(local: Local) -> None:
    assert sign_in(local, "s-old", "3333", NOW) == SignInRefused(SignInRefusal.EXPIRED)


def test_nobody_is_nobody(local: Local) -> None:
    assert sign_in(local, "s-nobody", "1111", NOW) == SignInRefused(SignInRefusal.UNKNOWN)
