"""A shopper is reminded once of what waits and is near its end; of what is gone or too late, never."""

import pytest

from sync.domain.pickups import Parcel
from sync.hub import database, feed, keeping, reminders, settings
from sync.hub.api import now_ms
from sync.hub.serving import Running
from tests.hub.collecting import events, gives, orders, parcel, ready
from tests.hub.returning import Web
from tests.hub.terminals import Terminal, terminal_at

DAY_MS = reminders.DAY_MS


@pytest.fixture
def web(hub: Running) -> Web:
    return Web(hub)


@pytest.fixture
def till(hub: Running) -> Terminal:
    return terminal_at(hub)


def on_its_shelf(hub: Running, web: Web, till: Terminal) -> tuple[Parcel, int]:
    """A parcel that is ready, and when it ends."""
    orders(web)
    ready(till, hub)
    it = parcel(hub)
    assert it.expires is not None
    return it, it.expires


def reminded(web: Web) -> list[dict]:
    return [body for kind, body in events(web) if kind == reminders.REMINDER]


def is_needed(hub: Running, now: int) -> bool:
    with database.read(hub.engine) as conn:
        return reminders.needed(conn, now)


def test_a_parcel_that_waits_is_told_of_once_two_days_before_its_end(hub: Running, web: Web, till: Terminal) -> None:
    it, end = on_its_shelf(hub, web, till)
    early, late = end - 2 * DAY_MS - 1, end - 2 * DAY_MS
    assert not is_needed(hub, early) and reminders.remind(hub.engine, early) == 0
    assert is_needed(hub, late) and reminders.remind(hub.engine, late) == 1
    assert not is_needed(hub, late) and reminders.remind(hub.engine, late) == 0
    told = {"parcel": it.id, "number": it.number, "location": it.location, "shelf": it.shelf, "expires": end}
    assert reminded(web) == [told]


def test_who_has_the_parcel_is_not_reminded_and_of_one_that_is_over_nobody_is(
    hub: Running, web: Web, till: Terminal
) -> None:
    _it, end = on_its_shelf(hub, web, till)
    assert is_needed(hub, end)
    gives(till)
    till.push()
    assert reminders.remind(hub.engine, end - DAY_MS) == 0
    assert not is_needed(hub, end) and reminded(web) == []


def test_a_parcel_whose_time_is_over_is_not_told_of(hub: Running, web: Web, till: Terminal) -> None:
    _it, end = on_its_shelf(hub, web, till)
    assert reminders.remind(hub.engine, end) == 0 and not is_needed(hub, end)
    assert reminded(web) == []


@pytest.mark.parametrize(("days", "when"), [(0, 0), (1, 1), (5, 5), ("soon", 2)])
def test_the_retailer_says_how_many_days_before(
    hub: Running, web: Web, till: Terminal, days: object, when: int
) -> None:
    _it, end = on_its_shelf(hub, web, till)
    with feed.recording(hub.engine, now_ms()) as (conn, recorder):
        settings.put(conn, recorder, "pickup_remind_days", days)
    assert not is_needed(hub, end - when * DAY_MS - 1)
    assert reminders.remind(hub.engine, end - when * DAY_MS) == (1 if when else 0)


def test_the_work_beside_the_hub_reminds(hub: Running, web: Web, till: Terminal, tmp_path) -> None:
    _it, end = on_its_shelf(hub, web, till)
    assert keeping.needed(hub.engine, tmp_path, end - DAY_MS)
    keeping.work(hub.engine, tmp_path, end - DAY_MS)
    assert len(reminded(web)) == 1
