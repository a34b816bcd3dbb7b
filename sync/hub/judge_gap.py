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
    query = select(incarnation.c.incarnation, incarnation.c.last_seq)
    query = query.where(incarnation.c.terminal == court.who.terminal)
    stands = {row.incarnation: row.last_seq for row in court.conn.execute(query)}
    for case in cases:
        body: Gap = case.body
        have = stands.get(body.incarnation, 0)
        if body.last > have:
            lost = f"operations {max(body.first, have + 1)} to {body.last} of journal {body.incarnation} are lost"
            court.note(Code.JOURNAL_LOST, lost, case.seq, body.incarnation)
