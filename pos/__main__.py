"""`python -m pos`: the till, and the tablet, by what it is enrolled as. It sells with or without a network; staff sign
in with a PIN."""

import argparse
import sys

from pos.launch import launch, parser_of
from sync.settings import Settings


def build_parser() -> argparse.ArgumentParser:
    """All flags."""
    demo = "F12 opens the workbench; answer the demo's tour"
    return parser_of(
        "python -m pos",
        __doc__,
        demo,
        ("terminal", "devices", "camera", "label_printer", "scale", "customer_display", "scanner", "fiscal", "sound"),
    )


def main(argv: list[str] | None = None) -> int:
    """Sell; the exit status as of `launch`."""
    return launch(build_parser().parse_args(argv), "pos", _run)


def _run(settings: Settings, demo: bool, kind: str) -> None:
    from pos.app import run

    run(settings, kind, demo=demo)


if __name__ == "__main__":
    sys.exit(main())
