"""How often a wrong collecting code was said here for an order. It outlives a restart: else switching a terminal off
would give five more tries. No code is kept."""

from sync.local import tables
from sync.local.database import Local
from sync.local.tables import insert

_count = insert(tables.code_try, replace=True)


def wrong_tries(local: Local, order: str) -> int:
    """Wrong codes of an order (a purchase's id) so far."""
    row = local.raw.execute('SELECT wrong FROM code_try WHERE "order" = ?', (order,)).fetchone()
    return int(row[0]) if row else 0


def count_wrong(local: Local, order: str, now: int) -> int:
    """Inside `local.write()`: one more; how many it are by now."""
    wrong = wrong_tries(local, order) + 1
    _count.run(local.raw, order=order, wrong=wrong, at=now)
    return wrong


def forget_tries(local: Local, order: str) -> None:
    """Inside `local.write()`: the order was handed out."""
    local.raw.execute('DELETE FROM code_try WHERE "order" = ?', (order,))
