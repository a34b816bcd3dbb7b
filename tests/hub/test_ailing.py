"""What ails of a terminal's devices is a state: each hello says it, its store sees it, and what is well is gone."""

from typing import Any

import pytest

from sync.hub import database, enrolment
from sync.hub.api import now_ms
from sync.hub.serving import Running
from sync.hub.tables import ailment
from tests.hub.retailer import OTHER, STORE
from tests.hub.terminals import Terminal, count, new_code, terminal_at

SINCE = 1_700_000_000_000


def no_paper(**changed: Any) -> dict[str, Any]:
    return {"device": "printer", "fault": "paper_out", "since": SINCE} | changed


def rows(till: Terminal, place: str = STORE) -> list[dict[str, Any]]:
    """What a terminal of the store knows by the feed."""
    found: dict[str, Any] = {}
    for version in till.pull(f"attention:{place}").json()["versions"]:
        found |= {c["key"]: c["row"] for c in version["changes"] if c["entity"] == "ailment"}
    return [row for _, row in sorted(found.items()) if row is not None]


def seen(till: Terminal, place: str = STORE) -> list[tuple[str, str]]:
    return [(row["terminal"], row["fault"]) for row in rows(till, place)]


def head(till: Terminal) -> int:
    return int(till.pull(f"attention:{STORE}").json()["head"])


def test_staff_of_the_store_see_it_until_it_is_well_and_nobody_else_does(hub: Running) -> None:
    till, kiosk, far = terminal_at(hub), terminal_at(hub, "k-1", "kiosk"), terminal_at(hub, "till-2", place=OTHER)
    assert seen(till) == []
    assert kiosk.hello(ails=[no_paper()]).status_code == 200
    assert seen(till) == [("k-1", "paper_out")]
    assert kiosk.pull(f"attention:{STORE}").status_code == 403
    assert seen(far, OTHER) == []
    kiosk.hello(ails=[no_paper(fault="cover_open", since=SINCE + 5)])
    assert seen(till) == [("k-1", "cover_open")]
    kiosk.hello()
    assert seen(till) == [] and count(hub, ailment) == 0


def test_the_same_again_changes_nothing_even_by_another_clock(hub: Running) -> None:
    till, kiosk = terminal_at(hub), terminal_at(hub, "k-1", "kiosk")
    kiosk.hello(ails=[no_paper()])
    stood = head(till)
    for at in (None, now_ms() + 3_600_000):
        kiosk.hello(at, ails=[no_paper()])
    terminal_at(hub, "k-2", "kiosk")
    assert head(till) == stood and seen(till) == [("k-1", "paper_out")]


def test_since_when_is_by_our_clock_and_never_in_the_future(hub: Running) -> None:
    till, kiosk = terminal_at(hub), terminal_at(hub, "k-1", "kiosk")
    ahead = now_ms() + 3_600_000
    kiosk.hello(ahead, ails=[no_paper(since=ahead - 60_000), no_paper(device="camera", since=ahead + 10**12)])
    camera, printer = [row["at"] for row in rows(till)]
    assert abs(printer - (now_ms() - 60_000)) < 30_000 and camera <= now_ms()


@pytest.mark.parametrize("since", [-5, 1 << 70])
def test_what_no_terminal_says_is_cut_and_breaks_nothing(hub: Running, since: int) -> None:
    till, kiosk = terminal_at(hub), terminal_at(hub, "k-1", "kiosk")
    many = [no_paper(device=f"{n}\x00" + "x" * 100, since=since) for n in range(100)]
    assert kiosk.hello(ails=many).status_code == 200
    found = rows(till)
    assert len(found) == 8 and all(0 <= row["at"] <= now_ms() and len(row["device"]) <= 32 for row in found)
    assert kiosk.hello(ails=[{"device": 1}]).status_code == 400
    assert kiosk.hello().status_code == 200 and seen(till) == []


def test_one_that_moves_takes_it_along_and_one_that_is_shut_out_leaves_nothing(hub: Running) -> None:
    till, far, kiosk = terminal_at(hub), terminal_at(hub, "till-2", place=OTHER), terminal_at(hub, "k-1", "kiosk")
    kiosk.hello(ails=[no_paper()])
    assert kiosk.enrol(new_code(hub, "k-1", "kiosk", OTHER)).status_code == 200
    kiosk.hello(ails=[no_paper()])
    assert seen(till) == [] and seen(far, OTHER) == [("k-1", "paper_out")]
    with database.write(hub.engine) as conn:
        assert enrolment.revoke(conn, "k-1", now_ms())
    assert seen(far, OTHER) == [] and count(hub, ailment) == 0
