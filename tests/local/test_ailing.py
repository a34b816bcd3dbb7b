"""What ails of a terminal's own devices is kept as a state, over a restart, and the agent is woken for what is new."""

from pathlib import Path

import pytest

from sync.local import Local
from sync.local.ailing import keep_ailing, own_ailing
from sync.local.wake import Listener
from sync.protocol.messages import Ails
from tests.local.fixture import NOW, make_terminal


@pytest.fixture
def local(tmp_path: Path) -> Local:
    return Local.open(make_terminal(tmp_path, "kiosk"))


def test_it_is_kept_with_since_when_and_goes(local: Local) -> None:
    keep_ailing(local, {"printer": "paper_out"}, (), NOW)
    keep_ailing(local, {"printer": "paper_out", "camera": "camera_gone"}, (), NOW + 5)
    assert own_ailing(local.raw) == [Ails("camera", "camera_gone", NOW + 5), Ails("printer", "paper_out", NOW)]
    keep_ailing(local, {"printer": "cover_open"}, (), NOW + 9)
    assert own_ailing(local.raw) == [Ails("printer", "cover_open", NOW + 9)]
    keep_ailing(local, {}, (), NOW + 10)
    assert own_ailing(local.raw) == []


def test_what_is_not_known_yet_after_a_start_stays_as_it_was(local: Local) -> None:
    keep_ailing(local, {"printer": "paper_out"}, (), NOW)
    again = Local.open(local.home)
    keep_ailing(again, {}, {"printer", "camera"}, NOW + 5)
    assert own_ailing(again.raw) == [Ails("printer", "paper_out", NOW)]
    keep_ailing(again, {"printer": "paper_out"}, {"camera"}, NOW + 6)
    assert own_ailing(again.raw) == [Ails("printer", "paper_out", NOW)]


def test_the_agent_is_woken_for_what_is_new_alone(local: Local) -> None:
    ear = Listener(local.home, "agent")
    keep_ailing(local, {"printer": "paper_out"}, (), NOW)
    assert ear.wait(5) is not None
    keep_ailing(local, {"printer": "paper_out"}, (), NOW + 1)
    assert ear.wait(0) is None
    ear.close()
