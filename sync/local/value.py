"""Stored value as the terminal's own files know it: codes of its own store credit, and what the hub holds for a cart.

No code is ever stored: one of store credit follows from the terminal's key and the return's id, so that a paper can be
printed again and a stolen file says nothing that its key does not say.
"""

import hashlib
import hmac
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from sync.domain.value import HeldTender, ValueKind, account_of, code_from
from sync.local import files, tables
from sync.local.database import Local, NotEnrolled
from sync.local.tables import Statement, insert

log = logging.getLogger(__name__)
_PURPOSE = b"storefloor store credit 1:"
_identity, _held = tables.identity, tables.held_value
_seed = Statement(sa.select(_identity.c.key).where(_identity.c.terminal != ""))
_columns = [_held.c[name] for name in ("kind", "account", "masked", "hold", "amount", "expires", "left", "until")]
_of_sale = Statement(
    sa.select(*_columns)
    .where(_held.c.sale_id == sa.bindparam("sale_id"), _held.c.releasing == sa.literal_column("0"))
    .order_by(_held.c.hold)
)
_releasing = Statement(
    sa.select(_held.c.hold).where(_held.c.releasing == sa.literal_column("1")).order_by(_held.c.hold)
)
_gone = Statement(
    sa.delete(_held).where(_held.c.hold == sa.bindparam("name"), _held.c.releasing == sa.literal_column("1"))
)
_kept = Statement(
    sa.select(_held.c.hold).where(_held.c.hold == sa.bindparam("name"), _held.c.releasing == sa.literal_column("0"))
)
_use = Statement(sa.delete(_held).where(_held.c.hold == sa.bindparam("name")))
_give_back = Statement(
    sa.update(_held).where(_held.c.sale_id == sa.bindparam("of")).values(releasing=sa.literal_column("1"))
)
_give_one_back = Statement(
    sa.update(_held)
    .where(_held.c.sale_id == sa.bindparam("of"), _held.c.hold == sa.bindparam("name"))
    .values(releasing=sa.literal_column("1"))
)
_put = insert(_held, replace=True)


def credit_code(local: Local, return_id: str) -> str:
    """The code of the store credit that a return of this terminal makes: the same whenever it is asked for.

    Raises NotEnrolled. A terminal that was given another key makes other codes: see `code_of`.
    """
    row = _seed.run(local.raw).fetchone()
    if row is None:
        raise NotEnrolled("This terminal is not enrolled yet.")
    sealed = hmac.new(bytes(row[0]), _PURPOSE + return_id.encode(), hashlib.sha256).digest()
    return code_from(int.from_bytes(sealed[:16], "big"))


def code_of(local: Local, return_id: str, account: str) -> str | None:
    """The code behind a recorded store credit, to print it again; None if this terminal can't know it (any more)."""
    code = credit_code(local, return_id)
    return code if account_of(code) == account else None


def held_for(local: Local, sale_id: str) -> tuple[HeldTender, ...]:
    """What the hub holds for the cart of that sale, as far as this terminal knows; also what ended meanwhile."""
    rows = _of_sale.run(local.raw, sale_id=sale_id).fetchall()
    return tuple(HeldTender(ValueKind(row[0]), *row[1:7]) for row in rows)


def ended(local: Local, sale_id: str, now: int) -> frozenset[str]:
    """Those of its holds whose time is over by this terminal's clock (UTC ms)."""
    return frozenset(row[3] for row in _of_sale.run(local.raw, sale_id=sale_id).fetchall() if row[7] <= now)


def put(local: Local, sale_id: str, held: HeldTender, until: int) -> None:
    """Inside `local.write()`: keep a hold beside the draft of its cart. `until`: its end by this terminal's clock."""
    values = {"kind": held.kind.value, "account": held.account, "masked": held.masked, "amount": held.amount}
    times = {"expires": held.expires, "left": held.left, "until": until}
    _put.run(local.raw, hold=held.hold, sale_id=sale_id, **values, **times, releasing=0)


def used(local: Local, holds: list[str]) -> None:
    """Inside `local.write()`: a recorded sale paid with them."""
    for hold in holds:
        _use.run(local.raw, name=hold)


def give_back(local: Local, sale_id: str, hold: str = "") -> None:
    """Inside `local.write()`: a hold of that cart, or all of them, is not paid with; the agent tells the hub."""
    which = _give_one_back if hold else _give_back
    if which.run(local.raw, of=sale_id, **({"name": hold} if hold else {})).rowcount:
        local.appended()  # so that the agent is woken


def is_kept(home: Path, hold: str) -> bool:
    """Whether an open cart of that home still has this hold. From any thread; False where the file can't be read."""
    try:
        with closing(sqlite3.connect(files.uri(home / files.JOURNAL, "ro"), uri=True)) as db:
            return _kept.run(db, name=hold).fetchone() is not None
    except sqlite3.DatabaseError as error:  # a lease that is let go of costs less than one that nobody ends
        log.warning("whether a cart has the hold %s can't be read: %s", hold, error)
        return False


def to_release(local: Local) -> list[str]:
    """Holds that the hub is to be told of."""
    return [row[0] for row in _releasing.run(local.raw).fetchall()]


def released(local: Local, hold: str) -> None:
    """The hub has let go of it. One that a cart took again meanwhile stays."""
    with local.write() as db:
        _gone.run(db, name=hold)
