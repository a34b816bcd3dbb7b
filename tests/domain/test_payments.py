"""Payment attempts go forward only (F29, F31)."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.payments import NEXT, AttemptState, BadStep, may_have_gone, settled, step

states = st.sampled_from(AttemptState)


@given(states, states)
def test_an_attempt_steps_only_where_it_may(old: AttemptState, new: AttemptState) -> None:
    if new is old or new in NEXT[old]:
        assert step(old, new) is new
    else:
        with pytest.raises(BadStep, match=f"{old.value} can't become {new.value}"):
            step(old, new)


@given(st.lists(states, max_size=30))
def test_f29_no_path_charges_twice(path: list[AttemptState]) -> None:
    state, approvals = AttemptState.CREATED, 0
    for wanted in path:
        try:
            new = step(state, wanted)
        except BadStep:
            continue
        approvals += new is AttemptState.APPROVED and state is not new
        state = new
    assert approvals <= 1


def test_f31_unknown_is_never_the_end() -> None:
    assert not settled(AttemptState.UNKNOWN)
    assert {AttemptState.APPROVED, AttemptState.DECLINED} <= NEXT[AttemptState.UNKNOWN]


def test_a_settled_attempt_never_becomes_unsettled() -> None:
    for old, new in itertools.product(AttemptState, AttemptState):
        if settled(old) and new in NEXT[old]:
            assert settled(new)


@given(states)
def test_I_8_money_that_may_have_gone_back_is_asked_of_nobody_else(state: AttemptState) -> None:
    assert may_have_gone(state) is not (state in (AttemptState.DECLINED, AttemptState.REVERSED))
    ended = settled(state) and state is not AttemptState.APPROVED
    assert may_have_gone(state) is not ended, "what is not known may have gone"
