"""Whether a terminal takes and gives cash: by its kind, unless its settings say otherwise."""

from pathlib import Path

import pytest

from sync.domain.returns import Basis, Destination
from sync.local import Local
from sync.local.drawer import drawer_of, has_drawer, way_of_cash
from sync.settings import load
from tests.local.fixture import make_terminal


@pytest.mark.parametrize(
    ("kind", "said", "has"),
    [
        ("till", None, True),
        ("tablet", None, False),
        ("kiosk", None, False),
        ("till", False, False),
        ("tablet", True, True),
    ],
)
def test_a_till_has_a_drawer_and_a_tablet_none_unless_the_settings_say_so(
    tmp_path: Path, kind: str, said: bool | None, has: bool
) -> None:
    local = Local.open(make_terminal(tmp_path, kind), drawer=said)
    assert has_drawer(local) is has and drawer_of(kind, said) is has
    local.close()


def test_a_file_a_variable_and_a_flag_say_it_and_saying_nothing_leaves_it_to_the_kind(tmp_path: Path) -> None:
    file = tmp_path / "terminal.toml"
    file.write_text("[devices]\ndrawer = false\n")
    assert load(None, {}, {}).devices.drawer is None
    assert load(file, {}, {}).devices.drawer is False
    assert load(file, {"STOREFLOOR_DEVICES_DRAWER": "yes"}, {}).devices.drawer is True
    assert load(file, {}, {"devices.drawer": "true"}).devices.drawer is True


def test_only_cash_that_would_be_paid_now_is_fetched_at_a_till() -> None:
    counter, tenders, credit = Destination.COUNTER, Destination.TENDERS, Destination.CREDIT
    assert way_of_cash(False, tenders, Basis.CLAIM) is counter and way_of_cash(True, tenders, Basis.CLAIM) is tenders
    assert way_of_cash(False, tenders, Basis.PROMISE) is tenders, "the retailer's rules say who pays a promise"
    assert way_of_cash(False, credit, Basis.CLAIM) is credit
