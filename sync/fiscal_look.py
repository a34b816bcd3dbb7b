"""What a support person asks of the fiscal printer: what is paid and not fiscalised, since when and why (F49)."""

import socket
from collections.abc import Callable

from sync.local import Local
from sync.local.fiscal import FiscalState, not_fiscalised
from sync.settings import FiscalSettings, WrongSetting, address

NAMED = 4
"""So many receipts are named, the oldest first."""
Look = tuple[str, str, str]
"""Grade, what was seen, what to do; as in `sync.doctor.Finding`."""


def receipts(local: Local, age: Callable[[int], str]) -> Look | None:
    """What waits; None where nothing was ever to be fiscalised. `age` says how long ago a time (UTC ms) was."""
    rows = not_fiscalised(local)
    if not rows:
        ever = local.raw.execute("SELECT 1 FROM fiscal LIMIT 1").fetchone()
        return ("ok", "all that is paid is fiscalised", "") if ever else None
    wrong = [row for row in rows if row.state is FiscalState.FAILED]
    named = ", ".join(f"{row.ref} {row.state}{f' ({row.why})' if row.why else ''}" for row in rows[:NAMED])
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    seen = f"{len(rows)} not fiscalised, the oldest {age(rows[0].at)}: {named}{more}"
    if wrong:
        return "wrong", seen, "Make those that failed by hand on the fiscal printer, then settle them under Attention."
    return "look", seen, "Nothing is lost; they are registered by themselves when the fiscal printer can."


def printer(settings: FiscalSettings) -> Look | None:
    """Whether something listens where the fiscal printer should be; None where none is set."""
    if not settings.driver:
        return None
    try:
        host, port = address(settings.address, "fiscal.address")
    except WrongSetting:  # a plugin's address is as its driver takes it
        return "ok", f"{settings.driver} at {settings.address}; the till itself asks it", ""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError as fault:
        seen = f"{settings.address}: {fault.strerror or fault}"
        return "wrong", seen, "Check power, cable and address. Sales go on; what is paid is fiscalised later."
    return "ok", f"{settings.address} takes connections", ""
