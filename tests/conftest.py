"""What tests of several parts need."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from tests.crash.small_disk import MIB, NoDisk, RealDisk, SmallDisk

Disk = TypeVar("Disk", SmallDisk, RealDisk)


@contextmanager
def mounted(disk: Disk) -> Iterator[Disk]:
    """The disk, mounted for the length of the block; the test is skipped where nothing may be mounted (see also the
    limit on a file's size, which needs no right)."""
    try:
        disk.__enter__()
    except NoDisk as why:
        pytest.skip(str(why))
    try:
        yield disk
    finally:
        disk.__exit__()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A tmpfs of 4 MiB."""
    with mounted(SmallDisk(tmp_path / "disk")) as made:
        yield made


@pytest.fixture
def large(tmp_path: Path) -> Iterator[SmallDisk]:
    """One large enough for a terminal's first replica and what that leaves free."""
    with mounted(SmallDisk(tmp_path / "large", 96 * MIB)) as made:
        yield made


@pytest.fixture
def real_disk(tmp_path: Path) -> Iterator[RealDisk]:
    """An ext4 of its own, which can be made to fail under the programs that use it."""
    with mounted(RealDisk(tmp_path / "image", tmp_path / "real")) as made:
        yield made
