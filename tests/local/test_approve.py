"""Who may approve: by PIN, without the network, wrong ones counted."""

from sync.actions.approve import NotAllowed, approve, approvers, may_approve
from sync.actions.sign_in import SignInRefusal, SignInRefused
from sync.local import Local, Staff
from tests.local.bought import MANAGER
from tests.local.fixture import NOW
from tests.local.tills import CASHIER


def test_a_manager_approves_with_the_pin(local: Local) -> None:
    assert approve(local, "s-marat", "2222", NOW) == MANAGER
    assert [who.id for who in approvers(local)] == ["s-marat"]


def test_a_cashier_with_the_right_pin_may_not(local: Local) -> None:
    assert approve(local, "s-aliya", "1111", NOW) == NotAllowed(CASHIER)


def test_wrong_pins_are_counted_as_at_sign_in(local: Local) -> None:
    assert approve(local, "s-marat", "0000", NOW) == SignInRefused(SignInRefusal.WRONG_PIN, 0, 4)
    for _ in range(4):
        last = approve(local, "s-marat", "0000", NOW)
    assert isinstance(last, SignInRefused) and last.reason is SignInRefusal.LOCKED
    assert approve(local, "s-marat", "2222", NOW) == SignInRefused(SignInRefusal.LOCKED, NOW + 30_000)
    assert approve(local, "nobody", "2222", NOW) == SignInRefused(SignInRefusal.UNKNOWN)


def test_a_word_counts_while_its_owner_may_sign_in() -> None:
    lead = Staff("s-lead", "Lead", "lead", NOW)
    assert may_approve(lead, NOW - 1) and not may_approve(lead, NOW)
