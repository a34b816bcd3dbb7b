"""Payment attempts: created → pending → approved | declined | unknown | reversed (design, section 5).

`unknown` is resolved by asking again, never by charging again (F29, F31). Money that goes back through a card terminal
is an attempt of the same steps, bound to its return: `unknown` is asked about and never given back again.
"""

from enum import StrEnum


class AttemptState(StrEnum):
    """Where a payment attempt stands."""

    CREATED = "created"
    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    UNKNOWN = "unknown"
    REVERSED = "reversed"


NEXT: dict[AttemptState, frozenset[AttemptState]] = {
    AttemptState.CREATED: frozenset({AttemptState.PENDING, AttemptState.DECLINED}),
    AttemptState.PENDING: frozenset(
        {AttemptState.APPROVED, AttemptState.DECLINED, AttemptState.UNKNOWN, AttemptState.REVERSED}
    ),
    AttemptState.UNKNOWN: frozenset({AttemptState.APPROVED, AttemptState.DECLINED, AttemptState.REVERSED}),
    AttemptState.APPROVED: frozenset({AttemptState.REVERSED}),
    AttemptState.DECLINED: frozenset(),
    AttemptState.REVERSED: frozenset(),
}


class BadStep(ValueError):
    """An attempt can't go that way; the message names both states."""


def step(old: AttemptState, new: AttemptState) -> AttemptState:
    """The new state, if an attempt may go there from the old one. The same state again changes nothing."""
    if new is old or new in NEXT[old]:
        return new
    raise BadStep(f"A payment that is {old.value} can't become {new.value}.")


def fits(asked: int, currency: str, said: int, said_in: str) -> bool:
    """Whether a card terminal's approval of `said` minor units answers a question for `asked`: the same currency, more
    than nothing, and no more than was asked. Less is a partial approval: it counts, and the rest is still to pay."""
    return said_in == currency and 0 < said <= asked


def may_have_gone(state: AttemptState) -> bool:
    """Whether an attempt to give money back has, or may have, given it: then nobody else is asked for it (I-8)."""
    return state not in (AttemptState.DECLINED, AttemptState.REVERSED)


def settled(state: AttemptState) -> bool:
    """Whether nobody needs to ask the card terminal any more."""
    return state in (AttemptState.APPROVED, AttemptState.DECLINED, AttemptState.REVERSED)
