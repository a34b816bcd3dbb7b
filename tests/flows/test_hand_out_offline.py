"""Handing out without the hub: decided on what is known here, said so, and named when two did the same (I-4, I-9)."""

from pathlib import Path

from pos.hand_out import view
from pos.hand_out.state import Phase, Word
from sync.local import attention, link_status
from tests.flows.handing import CODE, ID, Counter, Packed, cancel, pass_text, web_order
from tests.link.store import now


def test_i4_offline_it_is_decided_here_said_so_and_told_later(counter: Counter) -> None:
    text = pass_text(counter.shop)
    counter.meets()
    counter.goes(False)
    counter.shop.stop()
    counter.opens(text)
    state = counter.out.state
    assert state.word is Word.OFFLINE and "Decided here" in view.custody(state)[1]
    counter.both()
    counter.gives()
    assert counter.over and counter.hand_outs()[0]["claim"] == ""
    assert [step.title for step in view.steps(counter.out.state)][1] == "Decided by this terminal"
    counter.opens(text)
    assert "collected already" in counter.said, "nobody gives it twice at one terminal"
    counter.shop.start()
    counter.goes(True)
    counter.meets()
    assert counter.matters == [] and link_status(counter.local, now()).waiting == 0 and counter.order().complete


def test_i9_one_order_given_at_two_terminals_that_are_offline_is_named_to_both(
    counter: Counter, packed: Packed, tmp_path: Path
) -> None:
    second = Counter(packed, tmp_path, "till-2")
    second.meets()
    for one in (counter, second):
        one.goes(False)
    packed.stop()
    for one in (counter, second):
        one.opens()
        one.types(CODE)
        one.both()
        one.gives()
        assert one.over
    packed.start()
    for one in (second, counter, second):
        one.goes(True)
        one.meets()
    assert counter.matters == second.matters == ["handed_out_twice", "handed_out_twice"], "each parcel by itself"
    [matter, *_more] = attention.matters(second.local)
    assert {side.name for side in matter.facts.sides} == {"till-1", "till-2"}
    second.stop()


def test_i3_a_cancellation_that_nobody_here_heard_of_is_named(counter: Counter) -> None:
    counter.goes(False)
    cancel(counter.shop)
    counter.opens()
    counter.types(CODE)
    counter.both()
    counter.gives()
    assert counter.over
    counter.goes(True)
    counter.meets()
    assert set(counter.matters) == {"parcel_differs"}


def test_a_hub_that_falls_silent_at_the_press_takes_a_second_one(counter: Counter) -> None:
    counter.opens(pass_text(counter.shop))
    assert counter.out.state.word is Word.HELD
    counter.both()
    counter.shop.stop()
    counter.gives()
    state = counter.out.state
    assert (state.phase, state.word) == (Phase.OPEN, Word.SILENT) and counter.hand_outs() == []
    assert "did not answer" in counter.said
    counter.gives()
    assert counter.over and counter.hand_outs()[0]["claim"] == ""
    counter.shop.start()
    counter.meets()
    assert counter.matters == []


def test_a_parcel_that_the_hub_has_not_heard_of_is_decided_here(counter: Counter) -> None:
    web_order(counter.shop, "100-8")
    counter.meets()
    counter.packs("par-8", "B-07", "100-8", n1=1)
    counter.opens(order="web:100-8")
    assert counter.out.state.word is Word.UNHEARD and counter.out.state.alone
    counter.types(CODE)
    counter.reads("STP1:par-8")
    counter.gives()
    assert counter.over
    counter.meets()
    assert counter.matters == []


def test_the_network_that_comes_back_is_asked(counter: Counter) -> None:
    counter.goes(False)
    counter.opens()
    assert counter.out.state.word is Word.OFFLINE
    counter.goes(True)
    counter.out.changed(frozenset({"link"}))
    counter.settled()
    assert counter.out.state.word is Word.HELD and counter.out.state.order == ID


def test_a_pass_proves_an_order_that_this_terminal_never_heard_of_but_no_parcel_of_it(counter: Counter) -> None:
    other = web_order(counter.shop, "100-9")
    text = pass_text(counter.shop, other)
    counter.goes(False)
    counter.opens(text, order="")
    state = counter.out.state
    assert (state.phase, state.number) == (Phase.STOPPED, "100-9") and "Nothing is packed yet" in counter.said
