"""How an import shows how far it is: one line that moves on a terminal, a few lines in a log."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from sync.hub.importing import Progress

EVERY_S = 0.1
"""Between two pictures on a terminal."""
LOGGED_S = 5.0
"""Between two lines in a log."""


@contextmanager
def shown(out: TextIO) -> Iterator[Callable[[Progress], None]]:
    """A watcher for `import_files` that writes to `out`; its moving line is ended when the block ends."""
    moving = out.isatty()
    picture = _Picture(out, moving)
    try:
        yield picture.draw
    finally:
        picture.end()


class _Picture:
    def __init__(self, out: TextIO, moving: bool) -> None:
        self._out = out
        self._moving = moving
        self._last = 0.0
        self._part: tuple[str, str] = ("", "")

    def draw(self, progress: Progress) -> None:
        """Write where it is, if something new is to be said."""
        part, now = (progress.step, progress.kind), time.monotonic()
        if part == self._part and now - self._last < (EVERY_S if self._moving else LOGGED_S):
            return
        self._part, self._last = part, now
        text = _line(progress)
        self._out.write(f"\r{text:<72}" if self._moving else f"{text}\n")
        self._out.flush()

    def end(self) -> None:
        """Leave the moving line."""
        if self._moving and self._part != ("", ""):
            self._out.write(f"\r{'':<72}\r")
            self._out.flush()


def _line(progress: Progress) -> str:
    share = 100 if not progress.total else progress.done * 100 // progress.total
    if progress.step == "read":
        return f"reading {progress.kind} … {share} % of {progress.total / 1_000_000:.1f} MB"
    return f"writing {progress.kind} … {progress.done} of {progress.total} files"
