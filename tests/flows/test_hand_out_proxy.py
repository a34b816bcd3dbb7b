"""Handing out to a proxy with a pass of their own: what it opens, what it is not, and what is told of it (I-3, I-9)."""

from pathlib import Path

import pytest

from pos.attention.view import windows
from pos.hand_out import view
from pos.hand_out.state import Phase, Way, Word
from pos.returns.state import Phase as Finding
from sync.domain.pickups import HandOutRefusal, Verified
from sync.local.pickups import DAY_MS
from sync.protocol import base45
from tests.flows.handing import CODE, NUMBER, Counter, Packed, label, pass_text, web_order
from tests.flows.proxying import SAULE, named, withdrawn
from tests.link.store import now


def test_a_proxys_pass_two_labels_and_one_press_hand_out_and_the_slip_says_who_and_how(counter: Counter) -> None:
    given = named(counter.shop)
    counter.opens(given.text)
    state = counter.out.state
    assert (state.phase, state.way, state.verified, state.word) == (Phase.OPEN, Way.PROXY, Verified.PROXY, Word.HELD)
    said = view.card(state)
    assert said is not None and said.title == "For Nino O., collected by Saule A."
    assert said.line.startswith("A pass of their own") and view.choices(state) == []
    counter.both()
    counter.gives()
    assert counter.over, counter.said
    [body] = counter.hand_outs()
    assert (body["verified"], body["proxy"], body["proxy_pass"]) == ("proxy", SAULE, given.serial)
    counter.out.comes_back()
    assert counter.over and not counter.out.state.returns, "a return is the shopper's, and not offered to a proxy"
    recorded = view.steps(counter.out.state)[0]
    assert recorded.line == "For Nino O., collected by Saule A.: a pass of their own"
    counter.printed(1)
    counter.until(lambda: counter.out.state.slip.paper.value == "printed")
    [paper] = counter.printer.texts
    assert SAULE in paper and given.text not in paper.replace("\n", "")
    counter.meets()
    assert counter.order().complete and counter.matters == []


def test_f44_it_opens_its_own_order_and_no_other_and_the_shoppers_own_pass_still_works(counter: Counter) -> None:
    web_order(counter.shop, "100-2", collect_code="", collector="Giorgi B.", proxies=())
    other = named(counter.shop, "x-2", "Marat B.", order="100-2")
    mine = named(counter.shop)
    counter.meets()
    counter.opens()
    counter.both()
    counter.reads(other.text)
    assert counter.out.state.verified is None and "another order" in counter.said and "100-2" in counter.said
    counter.reads(mine.text)
    assert (counter.out.state.proxy, counter.out.state.person) == (SAULE, SAULE)
    counter.reads(pass_text(counter.shop))
    state = counter.out.state
    assert (state.way, state.verified, state.by_pass, state.proxy, state.proxy_pass) == (
        Way.CODE,
        Verified.CODE,
        True,
        "",
        "",
    ), "the shopper came herself"
    counter.gives()
    [body] = counter.hand_outs()
    assert (body["verified"], body["proxy"], body["proxy_pass"]) == ("code", "", "")


def test_another_way_to_make_sure_forgets_the_proxys_pass(counter: Counter) -> None:
    counter.opens(named(counter.shop).text)
    counter.out.way(Way.CODE)
    assert (counter.out.state.verified, counter.out.state.proxy_pass) == (None, "")
    counter.both()
    counter.types(CODE)
    counter.gives()
    assert counter.hand_outs()[0]["proxy_pass"] == ""


def test_i4_offline_it_is_decided_here_and_the_age_of_what_is_known_of_withdrawals_is_said(counter: Counter) -> None:
    text = named(counter.shop).text
    counter.meets()
    counter.goes(False)
    counter.shop.stop()
    counter.opens(text)
    said = view.card(counter.out.state)
    assert said is not None and said.line.startswith("A pass of their own, not withdrawn as of ")
    assert said.line[-6:-1].replace(":", "").isdigit() and "—" not in said.line
    counter.both()
    counter.gives()
    assert counter.over
    counter.opens(text)
    assert counter.out.state.phase is Phase.STOPPED and counter.said.startswith("This proxy's pass is used up")
    assert "collected already" in view.result(counter.out.state)[0], "and who gave it stands beside"


def test_a_part_is_collected_today_and_the_same_pass_collects_the_rest(counter: Counter) -> None:
    text = named(counter.shop).text
    counter.opens(text)
    counter.reads(label("par-1"))
    counter.out.some()
    counter.gives()
    assert counter.over
    counter.opens(text)
    assert [x.id for x in counter.out.state.ready] == ["par-2"] and counter.out.state.proxy == SAULE


def test_i3_withdrawn_while_the_till_was_offline_it_is_given_and_named_later(counter: Counter) -> None:
    text = named(counter.shop).text
    counter.meets()
    counter.goes(False)
    withdrawn(counter.shop)
    counter.opens(text)
    counter.both()
    counter.gives()
    assert counter.over, "nobody told this till"
    counter.goes(True)
    counter.meets()
    assert counter.matters == ["proxy_differs"]
    counter.till.needs()
    counter.until(lambda: counter.till.attention.state.matter is not None)
    state = counter.till.attention.state
    assert state.matter is not None
    assert [it.what for it in windows(state, state.matter)] == [
        "Withdrew the proxy's pass",
        f"Handed out, slip {counter.hand_outs()[0]['receipt']}",
    ]


def test_withdrawn_while_it_stands_on_the_screen_it_counts_no_more(counter: Counter) -> None:
    named(counter.shop, "x-2", "Marat B.")
    counter.opens(named(counter.shop).text)
    counter.both()
    assert counter.out.state.may_go_on
    withdrawn(counter.shop)
    counter.meets()
    counter.out.changed(frozenset({"config"}))
    assert counter.out.state.verified is None and not counter.out.state.may_go_on
    assert counter.said.startswith("This proxy's pass was withdrawn") and SAULE in counter.said
    counter.reads(named(counter.shop, "x-2", "Marat B.").text)
    assert counter.out.state.person == "Marat B.", "another proxy's holds as before"


def test_each_thing_that_is_wrong_with_it_has_its_own_sentence(counter: Counter, packed: Packed) -> None:
    text = named(packed).text
    raw = bytearray(base45.decode(text.removeprefix("STF2:")))
    raw[raw.index(b"Saule")] ^= 1
    soon = named(packed, "x-2", "Marat B.", until=now() + 2000)
    withdrawn(packed)
    counter.meets()
    counter.opens()
    counter.reads("STF2:" + base45.encode(bytes(raw)))
    assert counter.said.startswith("This pass was changed")
    counter.reads(text[:-8])
    assert counter.said.startswith("The pass was only half read")
    counter.reads(text)
    assert counter.said.startswith("This proxy's pass was withdrawn") and NUMBER in counter.said
    later = now() + DAY_MS
    counter.out._clock = lambda: later  # the next day
    counter.reads(soon.text)
    assert counter.said.startswith("This proxy's pass expired on ") and "Marat B." in counter.said
    assert counter.out.state.verified is None


def test_a_pass_of_a_hub_that_is_not_ours_is_foreign(counter: Counter, tmp_path: Path) -> None:
    other = Packed(tmp_path / "other")
    web_order(other)
    foreign = named(other).text
    other.stop()
    counter.opens()
    counter.reads(foreign)
    assert counter.said.startswith("This pass is not ours") and counter.out.state.verified is None


@pytest.mark.parametrize("holds", [True, False])
def test_f32_nothing_comes_back_on_it_at_the_returns_counter(counter: Counter, holds: bool) -> None:
    text = named(counter.shop).text
    if not holds:
        withdrawn(counter.shop)
        counter.meets()
    counter.till.tab("returns")
    counter.till.scanned(text)
    counter.until(lambda: counter.till.returns.state.happened is not None and not counter.till.returns.state.busy)
    happened = counter.till.returns.state.happened
    assert happened is not None and happened.title == "This pass is for collecting only" and NUMBER in happened.line
    assert counter.till.returns.state.phase is Finding.FIND and counter.returns() == []


def test_at_the_list_it_opens_the_hand_out_and_a_withdrawn_one_says_whose_it_was(
    counter: Counter, packed: Packed
) -> None:
    first, second = named(packed), named(packed, "x-2", "Marat B.")
    withdrawn(packed, "x-2")
    counter.meets()
    counter.till.tab("collect")
    counter.till.scanned(second.text)
    counter.until(lambda: counter.till.collect.state.happened is not None)
    happened = counter.till.collect.state.happened
    assert happened is not None and happened.title == "This proxy's pass was withdrawn" and "Marat B." in happened.line
    counter.till.scanned(first.text)
    counter.settled()
    assert counter.till.place == "hand_out" and counter.out.state.proxy == SAULE


def test_an_order_that_this_till_never_heard_of_is_not_given_on_it(counter: Counter, packed: Packed) -> None:
    web_order(packed, "100-9", collect_code="", proxies=())
    text = named(packed, "x-9", order="100-9").text
    counter.goes(False)
    counter.opens(text, order="")
    assert counter.out.state.stopped is not None and counter.out.state.stopped.reason is HandOutRefusal.UNKNOWN
    assert counter.out.state.order == "web:100-9"


def test_the_wrong_store_names_the_right_one(counter: Counter, packed: Packed, tmp_path: Path) -> None:
    far = Counter(packed, tmp_path, "till-far", place="store-2")
    far.opens(named(packed).text)
    assert far.out.state.stopped is not None and far.out.state.stopped.reason is HandOutRefusal.WRONG_STORE
    far.stop()
