"""One round of the agent in a process of its own: `python -m tests.bench._apply_once HOME` writes its seconds."""

import json
import sys
import time
from pathlib import Path

from sync.link.cli import give_way
from sync.link.first import fill_replica


def main(home: Path) -> None:
    """Hello, push, catch up, at the agent's own priority."""
    give_way()
    began = time.monotonic()
    fill_replica(home)
    (home / "took").write_text(json.dumps(time.monotonic() - began))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
