"""A return that was worked out before the touch is recorded as if it were decided at the touch (I-8)."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from sync.actions.take_back import Needs, Ready, Wish, make_ready, take_back
from sync.domain.orders import Paid, PaidBy, Purchase
from sync.domain.returns import Basis, Condition, Destination, Exceptional, Refused
from sync.local import Local, RecordedReturn, files
from sync.local.journal import Ruling, rule
from sync.local.proof import prove
from tests.local.bought import DAY, MANAGER, allow, item, know, order
from tests.local.fixture import INCARNATION, NOW, OWN, make_terminal
from tests.local.tills import CASHIER

ITEMS = (item("1", 2), item("2"))
LATER = NOW + 30_000
Answer = RecordedReturn | Refused | Needs


def bought() -> Purchase:
    """An order whose tea may come back for a minute more."""
    whole = order()
    return replace(whole, lines=(whole.lines[0], replace(whole.lines[1], until=NOW + 60_000)))


def wished(**other: Any) -> Wish:
    wish = Wish("r-1", bought(), ITEMS, Basis.PROMISE, "", None, CASHIER, "ru", NOW)
    return replace(wish, **{"return_id" if name == "id" else name: value for name, value in other.items()})


def made_ready(local: Local, **other: Any) -> Ready:
    ready = make_ready(local, wished(**other))
    assert ready is not None
    return ready


def touched(local: Local, ready: Ready | None, **other: Any) -> Answer:
    return take_back(local, wished(**{"now": LATER} | other), ready)


def reads_of(local: Local, work: Callable[[], Answer]) -> tuple[Answer, list[str]]:
    """What it answered, and the statements that read the purchase or the settings for it."""
    seen: list[str] = []
    local.raw.set_trace_callback(seen.append)
    answer = work()
    local.raw.set_trace_callback(None)
    return answer, [it for it in seen if "replica.purchase" in it or "replica.setting" in it]


def test_what_was_made_ready_is_recorded_to_the_letter_without_reading_it_again(tmp_path: Path) -> None:
    done: list[RecordedReturn] = []
    for name, prepared in (("a", True), ("b", False)):
        home = make_terminal(tmp_path / name)
        know(home, bought())
        local = Local.open(home)
        ready = made_ready(local) if prepared else None
        answer, reads = reads_of(local, lambda local=local, ready=ready: touched(local, ready))
        assert isinstance(answer, RecordedReturn) and bool(reads) is not prepared
        assert prove(local) == []
        done.append(answer)
        local.close()
    assert done[0].body == done[1].body
    assert (done[0].envelope.at, done[0].envelope.seq) == (done[1].envelope.at, done[1].envelope.seq) == (LATER, 1)


def test_f28_it_is_recorded_once_however_often_it_is_touched(local: Local, home: Path) -> None:
    know(home, bought())
    ready = made_ready(local)
    first = touched(local, ready)
    assert touched(local, ready) == first
    assert local.raw.execute("SELECT count(*) FROM op").fetchone() == (1,)


def another_counter(local: Local, home: Path) -> None:
    """Another return of this till, of the same line."""
    assert isinstance(touched(local, None, id="r-0", items=(item("1", 2),)), RecordedReturn)


def another_store(local: Local, home: Path) -> None:
    """The feed tells that it came back elsewhere."""
    whole = bought()
    know(home, replace(whole, lines=(replace(whole.lines[0], returned=2000, refunded=66_667), whole.lines[1])))


def another_payment(local: Local, home: Path) -> None:
    """The feed tells that less was paid."""
    know(home, replace(bought(), paid=(Paid("a", PaidBy.ONLINE, 150_000, 149_000, "**** 4242", "ref-9"),)))


def other_rules(local: Local, home: Path) -> None:
    """The retailer has what is sealed sent to the warehouse."""
    allow(home, return_send_back=["sealed"])


def no_shift(local: Local, home: Path) -> None:
    """The retailer asks for a shift, and cash goes out."""
    allow(home, shift_required=True)


def no_drawer(local: Local, home: Path) -> None:
    """The settings of the till say so."""
    local.drawer = False


def the_hub_ruled(local: Local, home: Path) -> None:
    """The agent writes that an earlier return of the same line counts for nothing."""
    agent = Local.open(home, agent=True)
    with agent.write() as db:
        rule(db, INCARNATION, [Ruling(1, "refused", "claimed")], NOW)
    agent.close()


def another_replica(local: Local, home: Path) -> None:
    """The agent filled another one, in which it came back elsewhere."""
    now = files.current(home)
    assert now is not None
    name = files.next_name(home)
    with sqlite3.connect(now) as old, sqlite3.connect(home / name) as new:
        old.backup(new)
    old.close()
    new.close()
    files.point_to(home, name)
    another_store(local, home)
    assert local.refresh()


BETWEEN = [
    another_replica,
    another_counter,
    another_store,
    another_payment,
    other_rules,
    no_shift,
    no_drawer,
    the_hub_ruled,
]


@pytest.mark.parametrize("between", BETWEEN)
@pytest.mark.parametrize("basis", [Basis.PROMISE, Basis.HELD])
def test_i8_what_happened_between_is_decided_on(tmp_path: Path, between: Any, basis: Basis) -> None:
    held = replace(bought(), location=OWN) if basis is Basis.HELD else bought()
    said: list[object] = []
    for name, prepared in (("a", True), ("b", False)):
        home = make_terminal(tmp_path / name)
        know(home, held)
        local = Local.open(home)
        touched(local, None, id="r-before", items=(item("1"),))
        ready = make_ready(local, wished(purchase=held, basis=basis)) if prepared else None
        assert (ready is not None) is prepared
        between(local, home)
        answer, reads = reads_of(
            local, lambda local=local, ready=ready: touched(local, ready, purchase=held, basis=basis)
        )
        assert reads, "it is decided anew"
        said.append(answer.body if isinstance(answer, RecordedReturn) else answer)
        assert prove(local) == []
        local.close()
    assert said[0] == said[1]


def test_a_deadline_that_passes_while_somebody_looks_takes_an_approval(local: Local, home: Path) -> None:
    know(home, bought())
    ready = made_ready(local)
    assert touched(local, ready, now=NOW + 60_001) == Needs(frozenset({Exceptional.DEADLINE}))
    assert isinstance(touched(local, ready, now=NOW + 60_000), RecordedReturn)


def test_who_approved_must_still_be_of_the_staff_at_the_touch(local: Local, home: Path) -> None:
    know(home, bought())
    until = NOW + 10 * DAY
    manager = replace(MANAGER, expires=until)
    ready = made_ready(local, now=NOW + 9 * DAY, approver=manager)
    assert touched(local, ready, now=until, approver=manager) == Needs(frozenset({Exceptional.DEADLINE}))
    done = touched(local, ready, now=until - 1, approver=manager)
    assert isinstance(done, RecordedReturn) and done.body.approved == ["deadline"]


@pytest.mark.parametrize(
    "other",
    [
        {"id": "r-2"},
        {"items": (item("1"),)},
        {"items": (item("1", 2), item("2", condition=Condition.DAMAGED))},
        {"to": Destination.CREDIT},
        {"actor": replace(CASHIER, id="s-other")},
        {"language": "kk"},
        {"basis": Basis.CLAIM, "claim": "claim-1"},
        {"purchase": replace(bought(), paid=(Paid("a", PaidBy.CASH, 150_000),))},
        {"now": NOW - 1},
    ],
)
def test_what_is_asked_for_counts_and_not_what_was_made_ready(tmp_path: Path, other: dict[str, Any]) -> None:
    said: list[object] = []
    for name, prepared in (("a", True), ("b", False)):
        home = make_terminal(tmp_path / name)
        know(home, order("100-1"))
        local = Local.open(home)
        ready = made_ready(local) if prepared else None
        answer, reads = reads_of(local, lambda local=local, ready=ready: touched(local, ready, **other))
        assert isinstance(answer, RecordedReturn) and reads
        body = structs.replace(answer.body, credit="", credit_masked="")  # the code is of the till's own key
        said.append((body, answer.envelope.at, answer.envelope.actor))
        local.close()
    assert said[0] == said[1]


def test_what_another_process_made_ready_is_worth_nothing(local: Local, home: Path) -> None:
    know(home, bought())
    before = Local.open(home)
    ready = made_ready(before)
    before.close()
    answer, reads = reads_of(local, lambda: touched(local, ready))
    assert isinstance(answer, RecordedReturn) and reads


def test_nothing_is_made_ready_that_would_not_be_recorded(local: Local, home: Path) -> None:
    know(home, bought())
    for items, now in (((item("1", 4),), NOW), (ITEMS, NOW + 60_001), ((), NOW)):
        assert make_ready(local, wished(items=items, now=now)) is None
    assert isinstance(touched(local, None), RecordedReturn)
    assert make_ready(local, wished()) is None, "it is recorded"
