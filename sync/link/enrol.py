"""Enrolment: a one-time code becomes this terminal's identity."""

import uuid
from pathlib import Path

import sqlalchemy as sa

from sync.link import keys
from sync.link.wire import Wire
from sync.local import Identity, Local, tables
from sync.local.tables import Statement, insert
from sync.protocol.messages import Enrol, Enrolled

_identity = tables.identity
_key = Statement(sa.select(_identity.c.key, _identity.c.incarnation))
_write = insert(_identity, replace=True)


class AlreadyEnrolled(RuntimeError):
    """This home belongs to a terminal already."""


def enrol(
    home: Path,
    hub_url: str,
    code: str,
    now: int,
    *,
    ca: Path | None = None,
    proxy: str = "",
    software: str = "",
    again: bool = False,
) -> Identity:
    """Ask the hub for an identity and store it. Raises AlreadyEnrolled, wire.NoAnswer, wire.Refused.

    Key and incarnation are stored before the hub is asked, so that a lost answer is asked for again with the same key.
    `again`: this machine is a terminal already, which a restored hub has forgotten; key and journal stay.
    """
    local = Local.open(home)
    wire = Wire(hub_url, ca, proxy=proxy)
    try:
        known = local.identity
        if known is not None and not again:
            raise AlreadyEnrolled(f"This terminal is enrolled as {known.name}.")
        seed, incarnation = _prepare(local, hub_url)
        request = Enrol(code.strip(), keys.public_key(seed), incarnation, software)
        answer = wire.post("enrol", request, Enrolled)
        if known is not None and answer.terminal != known.terminal:
            what = f"The code is that of {answer.terminal}, this machine is {known.terminal}. Nothing was changed here."
            raise AlreadyEnrolled(f"{what} Make a code with --terminal {known.terminal}.")
        _store(local, answer.terminal, answer.name, answer.kind, answer.location, hub_url, incarnation, seed, now)
        return local.me
    finally:
        wire.close()
        local.close()


def _prepare(local: Local, hub_url: str) -> tuple[bytes, str]:
    with local.write() as db:
        row = _key.run(db).fetchone()
        if row is not None:
            return bytes(row[0]), str(row[1])
        seed, incarnation = keys.new_seed(), uuid.uuid4().hex
        _store_row(local, "", "", "", "", hub_url, incarnation, seed, 0)
    return seed, incarnation


def _store(local: Local, *values: str | bytes | int) -> None:
    with local.write():
        _store_row(local, *values)
    local.forget_identity()


def _store_row(local: Local, *values: str | bytes | int) -> None:
    names = ("terminal", "name", "kind", "location", "hub", "incarnation", "key", "enrolled_at")
    _write.run(local.raw, id=1, **dict(zip(names, values, strict=True)))


def seed_of(local: Local) -> bytes:
    """This terminal's private key. Raises LookupError before enrolment."""
    row = _key.run(local.raw).fetchone()
    if row is None:
        raise LookupError("This terminal has no key yet.")
    return bytes(row[0])
