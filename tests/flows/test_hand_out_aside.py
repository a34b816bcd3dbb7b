"""A hand-out that was begun while somebody looks at something else: nothing that is scanned is lost (F52)."""

from pathlib import Path

import pytest

from pos.hand_out.flow import ASIDE_MS
from pos.hand_out.state import Phase, Word
from tests.flows.handing import CODE, Counter, Packed, label
from tests.flows.returning import code
from tests.link.store import now


def begun(counter: Counter) -> None:
    """One of two parcels is scanned, and the person made sure of."""
    counter.opens()
    counter.reads(label("par-1"))
    counter.types(CODE)


def said_at_the_sale(counter: Counter) -> str:
    happened = counter.till.sale.state.happened
    return happened.title if happened else ""


@pytest.mark.parametrize("tab", ["sale", "lookup", "returns"])
def test_f52_a_label_of_what_was_begun_leads_back_to_it_from_another_tab(counter: Counter, tab: str) -> None:
    begun(counter)
    counter.till.tab(tab)
    counter.till.scanned(label("par-2"))
    counter.settled()
    assert counter.till.place == "hand_out"
    assert set(counter.out.state.scanned) == {"par-1", "par-2"} and counter.out.state.may_go_on
    counter.gives()
    assert counter.over


def test_other_scans_stay_where_somebody_looks_and_the_tab_leads_back(counter: Counter) -> None:
    begun(counter)
    counter.till.tab("sale")
    counter.till.scanned(code(2))
    assert counter.till.place == "sale" and counter.till.sale.state.cart.lines
    counter.till.scanned(label("par-9"))
    assert counter.till.place == "sale" and "label is for parcels" in said_at_the_sale(counter)
    counter.till.tab("collect")
    counter.settled()
    assert counter.till.place == "hand_out" and counter.out.state.word is Word.HELD
    assert set(counter.out.state.scanned) == {"par-1"} and counter.out.state.verified is not None


def test_i9_meanwhile_others_may_have_the_parcels_and_it_says_so(
    counter: Counter, packed: Packed, tmp_path: Path
) -> None:
    second = Counter(packed, tmp_path, "till-2")
    second.meets()
    begun(counter)
    counter.till.tab("lookup")
    counter.until(lambda: _free(second))
    second.both()
    second.types(CODE)
    second.gives()
    assert second.over
    second.meets()
    counter.till.tab("collect")
    counter.settled()
    assert counter.out.state.phase is Phase.STOPPED and "collected already" in counter.said
    second.stop()


def _free(second: Counter) -> bool:
    second.opens()
    return second.out.state.word is Word.HELD


def test_who_goes_back_to_the_list_signs_out_or_comes_late_begins_anew(counter: Counter) -> None:
    begun(counter)
    counter.out.back()
    counter.till.tab("sale")
    counter.till.tab("collect")
    assert counter.till.place == "collect"
    begun(counter)
    counter.till.tab("lookup")
    assert counter.out.aside
    counter.out._clock = lambda: now() + ASIDE_MS
    assert not counter.out.aside
    counter.out._clock = now
    counter.till.sign_out()
    assert not counter.out.aside and counter.out.state.scanned == {}


def test_a_touch_of_the_order_alone_is_nothing_begun(counter: Counter) -> None:
    counter.opens()
    counter.till.tab("lookup")
    assert not counter.out.aside
    counter.till.scanned(label("par-1"))
    assert counter.till.place == "lookup"
    happened = counter.till.lookup.state.happened
    assert happened is not None and happened.title == "This label is for parcels"
