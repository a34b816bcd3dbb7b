"""Judging gaps: numbers of an earlier journal that were lost with its disk are declared, and a person is told."""

from sqlalchemy import select

from sync.domain.verdicts import Code
from sync.hub.cases import Case, Court, Unfit, check_ids
from sync.hub.tables import incarnation
from sync.protocol.operations import Gap


def check(body: Gap) -> None:
    """Raise Unfit if it declares nothing."""
    check_ids(body.incarnation)
    if not 1 <= body.first <= body.last:
        raise Unfit(f"the lost numbers {body.first} to {body.last} are no range")


def judge(court: Court, cases: list[Case]) -> None:
    """Note what is lost; numbers that the hub does have are named too, so that nobody looks for them."""
    for case in cases:
        body: Gap = case.body
        query = select(incarnation.c.last_seq).where(incarnation.c.terminal == case.who.terminal)
        have = court.conn.execute(query.where(incarnation.c.incarnation == body.incarnation)).scalar() or 0
        if body.last > have:
            lost = f"operations {max(body.first, have + 1)} to {body.last} of journal {body.incarnation} are lost"
            case.note(court, Code.JOURNAL_LOST, lost, body.incarnation)
