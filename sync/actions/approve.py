"""Somebody who may approves what a cashier may not decide alone: by PIN, offline too, counted as at sign-in."""

from dataclasses import dataclass

from sync.actions.sign_in import SignInRefused, sign_in
from sync.local import Local, Staff, staff

ROLES = frozenset({"lead", "manager"})
"""The roles whose members may approve."""


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The PIN was right, and this person may not approve."""

    staff: Staff


def approve(local: Local, staff_id: str, pin: str, now: int) -> Staff | SignInRefused | NotAllowed:
    """Who approves, once the PIN is right. Wrong ones count and delay as in `sign_in`, which raises the same."""
    who = sign_in(local, staff_id, pin, now)
    if isinstance(who, SignInRefused):
        return who
    return who.staff if may_approve(who.staff, now) else NotAllowed(who.staff)


def may_approve(who: Staff, now: int) -> bool:
    """Whether their word counts at `now` (UTC ms)."""
    return who.role in ROLES and now < who.expires


def approvers(local: Local) -> list[Staff]:
    """Who may approve at this location, by name."""
    return [who for who in staff(local) if who.role in ROLES]
