"""Collecting in a real window: the code, the ticket that moves by itself, and every no in words that are not cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from kiosk.collect.flow import CollectState, No, Other, Step
from pos.printing import Paper, PaperState
from sync.domain.arrivals import ArrivalRefusal, ArrivalState, moved_to
from tests.flows.arriving import WAITS, Hall, code
from tests.local.arriving import MINUTE, came, told
from tests.local.fixture import NOW
from tests.screens.test_kiosk import PORTRAIT, SMALL, WIDE, Kiosk, cut, end, touchable

NEAR = {
    "en": "Near the old post office",
    "ru": "У старого почтамта",
    "kk": "Ескі пошта жанында",
    "ka": "ძველ ფოსტასთან",
}


@pytest.fixture
def hall(ui: Any, tmp_path: Any) -> Iterator[Kiosk]:
    made = Kiosk(ui, Hall(tmp_path, WAITS))
    yield made
    end(made)


def moves(kiosk: Kiosk, state: ArrivalState, counter: str = "", after: int = 1) -> None:
    """Somebody with a tablet moves it on, and the news comes."""
    hall: Any = kiosk.store
    arrival = hall.ticket.arrival
    told(hall.home, moved_to(arrival, state, counter, "s-1", NOW + after * MINUTE))
    kiosk.visit.changed({"stock"})
    kiosk.ui.step(4)


def each_state(kiosk: Kiosk) -> Iterator[str]:
    """Everything that the page can show."""
    flow = kiosk.visit.collect
    kiosk.visit.collect_order()
    yield "ask"
    flow.type("100-48213")
    yield "typed"
    flow._set(CollectState(Step.LOOKING, "100-48213"))
    yield "looking"
    for why in (*ArrivalRefusal, *Other):
        flow._set(CollectState(Step.NO, "100-48213", No(why, "100-48213", NEAR, 1_234_500, "KZT")))
        yield f"no-{why}"
    kiosk.visit.scanned(code())
    yield "waiting"
    flow.papered(Paper(kiosk.store.ticket.arrival.id, state=PaperState.FAILED))  # type: ignore[attr-defined]
    yield "no-paper"
    moves(kiosk, ArrivalState.BRINGING)
    flow.papered(Paper(kiosk.store.ticket.arrival.id, state=PaperState.PRINTED))  # type: ignore[attr-defined]
    yield "bringing"
    moves(kiosk, ArrivalState.AT_COUNTER, "12", 3)
    yield "at-counter"
    moves(kiosk, ArrivalState.LEFT, after=9)
    yield "left"
    moves(kiosk, ArrivalState.DONE, after=9)
    yield "done"


def test_from_the_resting_screen_to_her_ticket_and_back_with_nothing_of_her_left(hall: Kiosk) -> None:
    hall.open()
    hall.ui.tap("My order")
    assert hall.ui.sees("Scan the code from your message.")
    hall.visit.scanned(code())
    hall.ui.step(4)
    assert hall.ui.sees("K01") and hall.ui.sees("1 parcel, paid") and hall.ui.sees("We will bring it")
    hall.ui.tap("Done")
    hall.ui.step(4)
    assert hall.visit.state.place == "attract" and not hall.ui.sees("K01")


def test_the_ticket_moves_by_itself_and_nothing_on_it_changes_its_place(hall: Kiosk) -> None:
    hall.open()
    hall.visit.scanned(code())
    hall.ui.step(4)
    where = [hall.ui.find(text).to_window(*hall.ui.find(text).pos) for text in ("K01", "We found your order")]
    moves(hall, ArrivalState.BRINGING)
    assert hall.ui.sees("We are bringing it") and hall.ui.sees("since ")
    moves(hall, ArrivalState.AT_COUNTER, "3")
    assert hall.ui.sees("Come to counter 3") and hall.ui.sees("Your order is here. Show this number.")
    assert where == [hall.ui.find(text).to_window(*hall.ui.find(text).pos) for text in ("K01", "We found your order")]


def test_a_number_is_typed_by_touch_and_without_a_network_she_reads_what_to_do(hall: Kiosk) -> None:
    hall.open()
    hall.visit.collect_order()
    hall.ui.step(4)
    assert hall.screen.ids.primary.off, "there is no number to look for"
    for key in "1-4A":
        hall.ui.tap(key)
    assert hall.visit.collect.state.typed == "1-4A"
    hall.ui.tap("Find the order")
    hall.ui.until(lambda: hall.store.desk.pump() or hall.visit.collect.state.step is Step.NO)
    hall.ui.step(4)
    assert hall.ui.sees("Scan the code from your message, or ask at the counter.")
    hall.ui.tap("Try again")
    hall.ui.step(4)
    assert hall.screen.ask_page.ids.field.text == "1-4A"


def test_an_order_that_waits_elsewhere_ends_the_visit_and_one_mistyped_digit_does_not(hall: Kiosk) -> None:
    hall.open()
    hall.visit.collect_order()
    hall.visit.collect._set(CollectState(Step.NO, "1", No(ArrivalRefusal.UNKNOWN, "1")))
    hall.ui.step(4)
    hall.ui.tap("Try again")
    assert hall.visit.state.place == "collect"
    hall.ui.wait(0.35)  # the same button, which takes no second touch so soon
    hall.visit.collect._set(CollectState(Step.NO, "1", No(ArrivalRefusal.WRONG_STORE, "1", {"en": "Near"})))
    hall.ui.step(4)
    assert hall.ui.sees("It is in Near.")
    hall.ui.tap("Done")
    assert hall.visit.state.place == "attract"


def test_the_wait_stands_on_the_ticket_only_where_it_can_be_said(hall: Kiosk) -> None:
    hall.open()
    hall.visit.scanned(code())
    hall.ui.step(4)
    assert not hall.ui.sees("about")
    called = [came(f"K9{n}", f"web:{n}", at=NOW - 4 * MINUTE, called_at=NOW - MINUTE) for n in range(3)]
    told(hall.store.home, *(replace(x, state=ArrivalState.DONE) for x in called))
    hall.visit.changed({"stock"})
    hall.ui.step(4)
    assert hall.ui.sees("about") and hall.ui.sees("3 min")


@pytest.mark.parametrize(("language", "size"), [("ka", PORTRAIT), ("ru", WIDE), ("kk", SMALL)])
def test_no_word_of_collecting_is_cut_and_no_words_lie_over_another(hall: Kiosk, language: str, size: Any) -> None:
    hall.open(size)
    hall.visit.choose_language(language)
    for name in each_state(hall):
        hall.ui.step(3)
        assert not cut(hall), name
        assert not over_each_other(hall), name


def over_each_other(kiosk: Kiosk) -> list[tuple[str, str]]:
    """Texts of the page whose words touch."""
    from pos.ui.kit.text import StyleLabel

    page = kiosk.screen.ids.page
    labels = [x for x in kiosk.ui.walk(page) if isinstance(x, StyleLabel) and x.text and x.opacity]
    boxes = [(x.text, _words_of(x)) for x in labels]
    return [(a, b) for n, (a, one) in enumerate(boxes) for b, two in boxes[n + 1 :] if _touch(one, two)]


def _words_of(label: Any) -> tuple[float, float, float, float]:
    x, y = label.to_window(*label.pos)
    return x, y, x + min(label.width, label.content_width), y + min(label.height, label.content_height)


def _touch(one: tuple[float, ...], two: tuple[float, ...]) -> bool:
    return one[0] < two[2] - 1 and two[0] < one[2] - 1 and one[1] < two[3] - 1 and two[1] < one[3] - 1


def test_low_reach_brings_all_that_is_touched_within_reach(hall: Kiosk) -> None:
    hall.open()
    hall.visit.low_reach()
    hall.visit.collect_order()
    for _page in ("question", "ticket"):
        hall.ui.step(4)
        highest = max(w.to_window(0, w.top)[1] for w in touchable(hall) if type(w).__name__ != "ShopWindow")
        assert highest <= PORTRAIT[1] * 1150 / 1920
        hall.visit.scanned(code())


def test_the_dark_theme_reaches_the_ticket(hall: Kiosk) -> None:
    from PIL import Image

    hall.ui.dark(True)
    hall.open()
    paint: Callable[[str], Any] = lambda name: Image.open(hall.ui.picture(f"kiosk-collect-{name}-dark"))  # noqa: E731
    hall.visit.scanned(code())
    hall.ui.step(4)
    assert max(paint("ticket").getpixel((2, PORTRAIT[1] - 2))) < 40
