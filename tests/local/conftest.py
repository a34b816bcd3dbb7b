"""An enrolled till with a small assortment, its files open."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.local import Local
from tests.local.fixture import make_terminal


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_terminal(tmp_path)


@pytest.fixture
def local(home: Path) -> Iterator[Local]:
    opened = Local.open(home)
    yield opened
    opened.close()
