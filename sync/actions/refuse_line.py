"""This store can't give a line of an order: it goes back to the hub, once, and another source is looked for (F45)."""

from sync.actions.custody import record
from sync.domain.orders import Purchase
from sync.domain.pickups import LineRefusedFor
from sync.local import Local, Staff
from sync.local.pickups import keep_refusal, was_refused
from sync.local.returns import as_it_stands
from sync.protocol.pickups import LineRefused


def refuse_line(local: Local, purchase: Purchase, line: str, reason: LineRefusedFor, *, actor: Staff, now: int) -> bool:
    """Record it; when this returns True, it is fsynced. False: this store is not asked for that line (any more). Raises
    NotRecorded."""
    with local.write():
        here = local.me.location
        bought = as_it_stands(local, purchase)
        found = bought.line(line)
        asked = found is not None and found.awaited and here not in found.refused
        if not asked or was_refused(local, bought.id, line):
            return False
        done = record(
            local, "line_refused", LineRefused(bought.id, bought.number, line, here, reason.value), [], [], actor, now
        )
        keep_refusal(local, done, bought.id, line, here, now)
        return True
