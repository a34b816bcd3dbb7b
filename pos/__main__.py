"""`python -m pos`: the till. It sells with or without a network; staff sign in with a PIN."""

import argparse
import sys

from pos.launch import launch, parser_of
from sync.settings import Settings


def build_parser() -> argparse.ArgumentParser:
    """All flags."""
    demo = "F12 opens the workbench; answer the demo's tour"
    return parser_of("python -m pos", __doc__, demo, ("terminal", "devices"))


def main(argv: list[str] | None = None) -> int:
    """Sell; the exit status as of `launch`."""
    return launch(build_parser().parse_args(argv), "till", _run)


def _run(settings: Settings, demo: bool) -> None:
    from pos.app import run

    run(settings, demo=demo)


if __name__ == "__main__":
    sys.exit(main())
