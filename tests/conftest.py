"""What tests of several parts need."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.small_disk import NoDisk, SmallDisk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A tmpfs of 4 MiB; skipped where nothing may be mounted (see also the limit on a file's size, which needs no
    right)."""
    made = SmallDisk(tmp_path / "disk")
    try:
        made.__enter__()
    except NoDisk as why:
        pytest.skip(str(why))
    yield made
    made.__exit__()
