"""`python -m kiosk`: the screen that shoppers touch. It knows no staff functions and no way out by touch."""

import argparse
import sys

from pos.launch import launch, parser_of
from sync.settings import Settings


def build_parser() -> argparse.ArgumentParser:
    """All flags."""
    demo = "answer the demo's tour: where which words stand"
    return parser_of("python -m kiosk", __doc__, demo, ("terminal", "camera", "scanner", "kiosk"))


def main(argv: list[str] | None = None) -> int:
    """Serve shoppers; the exit status as of `launch`."""
    return launch(build_parser().parse_args(argv), "kiosk", _run)


def _run(settings: Settings, demo: bool, _kind: str) -> None:
    from kiosk.app import run

    run(settings, demo=demo)


if __name__ == "__main__":
    sys.exit(main())
