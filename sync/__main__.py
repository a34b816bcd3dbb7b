"""`python -m sync`: the hub, the agent of a terminal, enrolment, the simulated channel, and the doctor."""

import argparse
import sys

from sync.flags import EPILOG


def build_parser() -> argparse.ArgumentParser:
    """All verbs with their flags; each part registers its own."""
    from sync import doctor
    from sync.connectors import simulated
    from sync.hub import cli as hub
    from sync.link import cli as link

    parser = argparse.ArgumentParser(prog="python -m sync", description=__doc__, epilog=EPILOG)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for part in (hub, link, simulated, doctor):
        part.register(verbs)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one verb. Exit status 0: done; 1: it could not be done; 2: the words or a setting were wrong."""
    from sync.settings import WrongSetting

    arguments = build_parser().parse_args(argv)
    try:
        return int(arguments.run(arguments) or 0)
    except WrongSetting as wrong:
        print(f"storefloor: {wrong}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
