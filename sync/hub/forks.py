"""Operations that don't fit into the hub's chain of a journal: kept aside, changing nothing (I-2, F4, F27).

Two machines that write one journal part somewhere. What the hub took first stands; the other's is kept beside it, and a
person is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from sync.domain.verdicts import Code
from sync.hub import attention, database
from sync.hub.attention import Note
from sync.hub.faults import Refusal
from sync.hub.signatures import signed
from sync.hub.tables import fork, operation
from sync.protocol.messages import Push
from sync.protocol.operations import chain


@dataclass(frozen=True, slots=True)
class Link:
    """One pushed operation with the hash that seals it."""

    seq: int
    raw: bytes
    hash: bytes


def stored_of(conn: Connection, request: Push) -> dict[int, Any]:
    """What the ledger holds of the pushed numbers, and of the one before them."""
    columns = (operation.c.seq, operation.c.hash, operation.c.outcome, operation.c.code, operation.c.detail)
    mine = (operation.c.terminal == request.terminal, operation.c.incarnation == request.incarnation)
    span = operation.c.seq.between(request.first - 1, request.first + len(request.ops) - 1)
    return {row.seq: row for row in conn.execute(select(*columns).where(*mine, span))}


def chained(request: Push, before: bytes) -> list[Link]:
    """The pushed operations, chained onto the hash of what precedes them."""
    links = []
    for seq, text in enumerate(request.ops, request.first):
        raw = text.encode()
        before = chain(before, raw)
        links.append(Link(seq, raw, before))
    return links


def is_signed(row: Any, request: Push, links: list[Link]) -> bool:
    """Whether the terminal (its row) signed just this chain."""
    last = links[-1]
    text = f"push:{request.terminal}:{request.incarnation}:{last.seq}:{last.hash.hex()}"
    return signed(row.public_key, request.signature, text)


def quarantine(conn: Connection, row: Any, request: Push, links: Sequence[Link], now: int) -> Refusal:
    """The same number with other bytes: keep them, change nothing."""
    who = {"terminal": row.id, "incarnation": request.incarnation, "received_at": now}
    rows = [{"seq": link.seq, "hash": link.hash, "raw": link.raw} | who for link in links]
    conn.execute(database.insert(conn, fork).on_conflict_do_nothing(), rows)
    message = f"Number {links[0].seq} is recorded here with other bytes. Both are kept; begin a new journal."
    return Refusal(409, "fork", message, want=links[0].seq)


def tell_of_fork(conn: Connection, row: Any, request: Push, links: Sequence[Link], now: int) -> None:
    """Put it before a person, once."""
    detail = f"operation {links[0].seq} came again with other bytes; {len(links)} kept aside"
    note = Note(Code.FORK, detail, row.location, row.id, request.incarnation, links[0].seq, row.id, now)
    attention.add_once(conn, note)


def branches(conn: Connection, request: Push) -> list[bytes]:
    """The hashes of what is kept aside under the number before the pushed ones."""
    mine = (fork.c.terminal == request.terminal, fork.c.incarnation == request.incarnation)
    found = conn.execute(select(fork.c.hash).where(*mine, fork.c.seq == request.first - 1)).scalars()
    return [bytes(it) for it in found]


def of_a_branch(conn: Connection, row: Any, request: Push, now: int) -> Refusal | None:
    """What continues operations that were kept aside is kept beside them: no push carries a long branch whole."""
    for before in branches(conn, request):
        links = chained(request, before)
        if is_signed(row, request, links):
            return quarantine(conn, row, request, links, now)
    return None
