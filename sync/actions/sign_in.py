"""Sign in by PIN, offline too: argon2 verifiers lie in the replica; wrong PINs are counted in the journal's file."""

import logging
from dataclasses import dataclass
from enum import StrEnum

import argon2
import sqlalchemy as sa

from sync.local import Local, NotRecorded, Staff, tables
from sync.local.tables import Statement, insert

log = logging.getLogger(__name__)

FREE_TRIES = 5
FIRST_DELAY_MS = 30_000
LONGEST_DELAY_MS = 15 * 60_000


class SignInRefusal(StrEnum):
    """Why a sign-in was refused."""

    UNKNOWN = "unknown"
    WRONG_PIN = "wrong_pin"
    LOCKED = "locked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is at the terminal now."""

    staff: Staff


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """The reason; `until` (UTC ms): no try counts before; `left`: wrong PINs until the next delay."""

    reason: SignInRefusal
    until: int = 0
    left: int = 0


_lock = tables.lockout
_read = Statement(sa.select(_lock.c.wrong, _lock.c.until).where(_lock.c.staff == sa.bindparam("staff")))
_write = insert(_lock, replace=True)
_clear = Statement(sa.delete(_lock).where(_lock.c.staff == sa.bindparam("staff")))
_hasher = argon2.PasswordHasher()


def sign_in(local: Local, staff_id: str, pin: str, now: int) -> SignedIn | SignInRefused:
    """Check a PIN. After FREE_TRIES wrong ones each further one doubles the delay, up to LONGEST_DELAY_MS.

    Raises NotRecorded for a wrong PIN that can't be counted. A right one signs in on a full disk, too: a person may
    look at the till, and only the count of earlier mistakes stays.
    """
    row = local.raw.execute(
        "SELECT id, name, role, expires, verifier FROM replica.staff WHERE id = ?", (staff_id,)
    ).fetchone()
    if row is None:
        return SignInRefused(SignInRefusal.UNKNOWN)
    wrong, until = _read.run(local.raw, staff=staff_id).fetchone() or (0, 0)
    if now < until <= now + LONGEST_DELAY_MS:  # a lock that lies further ahead was made by a wrong clock
        return SignInRefused(SignInRefusal.LOCKED, until)
    if row[3] <= now:
        return SignInRefused(SignInRefusal.EXPIRED)
    if not _verified(row[4], pin):
        return _refuse(local, staff_id, wrong + 1, now)
    if wrong:
        _forgive(local, staff_id)
    return SignedIn(Staff(*row[:4]))


def _forgive(local: Local, staff_id: str) -> None:
    try:
        with local.write() as db:
            _clear.run(db, staff=staff_id)
    except NotRecorded as no:
        log.warning("%s: the mistakes that %s made before stay counted", no, staff_id)


def _refuse(local: Local, staff_id: str, wrong: int, now: int) -> SignInRefused:
    over = wrong - FREE_TRIES
    until = now + min(LONGEST_DELAY_MS, FIRST_DELAY_MS << min(over, 10)) if over >= 0 else 0
    with local.write() as db:
        _write.run(db, staff=staff_id, wrong=wrong, until=until)
    return SignInRefused(SignInRefusal.LOCKED if until else SignInRefusal.WRONG_PIN, until, max(0, -over))


def _verified(verifier: str, pin: str) -> bool:
    try:
        return _hasher.verify(verifier, pin)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False
