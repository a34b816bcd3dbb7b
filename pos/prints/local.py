"""The print journal read for its list, on the database thread."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from pos.prints.preview import draw
from pos.prints.state import How, Printed, Sheet
from pos.receipt.document import Document
from sync.actions.printing import LABEL, PrintJob, PrintState, newest
from sync.domain.card_slips import CARD_CASHIER, CARD_CUSTOMER
from sync.local import Local, Settings, settings
from sync.local.arrivals import arrival_by_id
from sync.local.pickups import parcel_by_id
from sync.local.shifts import move_by_id

SHOWN = 100
"""So many jobs are listed."""
PaperOf: TypeAlias = Callable[[Local, str, str, bool, bool], Document | None]
"""A page by what it is, of what; whether it is a copy, or a possible duplicate."""
_HOW = {
    PrintState.PRINTED: How.PRINTED,
    PrintState.FAILED: How.FAILED,
    PrintState.DOUBTFUL: How.DOUBTFUL,
    PrintState.QUEUED: How.DOUBTFUL,
}


def read_prints(base: Callable[[str], str]) -> Callable[[Local], tuple[Settings, tuple[Printed, ...]]]:
    """The newest jobs, as the journal has them: what waits in it may be on paper, for a terminal that stopped left it
    (F48), unless a printer has it in hand (`in_hand`). `base`: what a copy is a copy of."""

    def read(local: Local) -> tuple[Settings, tuple[Printed, ...]]:
        return settings(local), tuple(_printed(local, job, base(job.what)) for job in newest(local, SHOWN))

    return read


def in_hand(prints: tuple[Printed, ...], under_way: frozenset[int]) -> tuple[Printed, ...]:
    """The same, with what a printer works on now."""
    return tuple(replace(it, how=How.PRINTING) if it.job.id in under_way else it for it in prints)


def _printed(local: Local, job: PrintJob, kind: str) -> Printed:
    return Printed(job, kind, _name(local, kind, job.ref), _HOW[job.state])


def _name(local: Local, kind: str, ref: str) -> str:
    if kind == LABEL:
        parcel = parcel_by_id(local, ref)
        return parcel.number if parcel is not None else ""
    if kind == "ticket":
        arrival = arrival_by_id(local, ref)
        return arrival.ticket if arrival is not None else ""
    if kind == "move":
        move = move_by_id(local, ref)
        return move.body.kind if move is not None else ""
    if kind == "shift":
        return ref.rpartition("-Z")[2]
    return "" if kind in ("pick", "x", CARD_CASHIER, CARD_CUSTOMER) else ref.rpartition("-")[2]


def read_sheet(one: Printed, paper_of: PaperOf, columns: int) -> Callable[[Local], Sheet | None]:
    """Its page as it was, or would come out now; None where it can't be written again."""

    def read(local: Local) -> Sheet | None:
        page = paper_of(local, one.kind, one.job.ref, one.is_copy, one.how is How.DOUBTFUL)
        return None if page is None else draw(page, columns)

    return read
