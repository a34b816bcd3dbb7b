"""`python -m sync agent` and `python -m sync enrol`."""

import argparse
import logging
import os
import select
import signal
import sys
import threading
import time
from pathlib import Path

from sync.flags import EPILOG, add_flags, read_settings
from sync.link.agent import Agent, software
from sync.link.enrol import AlreadyEnrolled, enrol
from sync.link.first import fill_replica
from sync.link.lock import Busy
from sync.link.wire import NoAnswer, Refused
from sync.local import NotEnrolled
from sync.settings import WrongSetting


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verbs `agent` and `enrol`."""
    agent = subparsers.add_parser("agent", help="talk to the hub for a terminal, until ended", epilog=EPILOG)
    add_flags(agent, ["terminal"])
    agent.add_argument("--with-parent", type=int, metavar="PID", help="end when that process ends")
    agent.add_argument("--verbose", action="store_true", help="say more about each exchange")
    agent.set_defaults(run=agent_main)
    enroll = subparsers.add_parser("enrol", help="make this machine a terminal, with a one-time code", epilog=EPILOG)
    add_flags(enroll, ["terminal"])
    enroll.add_argument("--code", required=True, help="the one-time code that the hub printed")
    enroll.set_defaults(run=enrol_main)


def agent_main(arguments: argparse.Namespace) -> int:
    """Run the agent. Exit status 0: ended on purpose; 1: not enrolled, or another agent works here."""
    level = logging.INFO if arguments.verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s agent %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    settings = read_settings(arguments)
    agent = Agent(settings.home, hub=settings.terminal.hub, ca=settings.terminal.ca_file)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: agent.stop())
    if arguments.with_parent:
        _end_with(arguments.with_parent)
    try:
        agent.run()
    except (Busy, NotEnrolled) as no:
        print(f"storefloor agent: {no}", file=sys.stderr)
        return 1
    return 0


def _end_with(parent: int) -> None:
    """End this process at once when the parent ends: nothing is lost by it, and a new app starts its own agent."""
    try:
        watched = os.pidfd_open(parent)
    except ProcessLookupError:
        raise SystemExit(f"storefloor agent: process {parent} has ended already") from None

    def watch() -> None:
        select.select([watched], [], [])
        os._exit(0)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def enrol_main(arguments: argparse.Namespace) -> int:
    """Enrol, then fetch the first replica. Exit status 0: ready; 1: the hub said no, or was not reached."""
    settings = read_settings(arguments)
    hub = settings.terminal.hub
    if not hub:
        raise WrongSetting("terminal.hub is needed to enrol: give --hub https://…")
    now, ca = time.time_ns() // 1_000_000, settings.terminal.ca_file
    try:
        me = enrol(settings.home, hub, arguments.code, now, ca=ca, software=software())
        print(f"Enrolled as {me.name} ({me.kind}) at {me.location}.")
        _fill(settings.home, ca)
    except (Refused, AlreadyEnrolled) as no:
        print(f"storefloor enrol: {no.fault.message if isinstance(no, Refused) else no}", file=sys.stderr)
        return 1
    except NoAnswer as no:
        print(f"storefloor enrol: the hub at {hub} did not answer ({no}).", file=sys.stderr)
        return 1
    return 0


def _fill(home: Path, ca: Path | None) -> None:
    print("Fetching the catalogue …", flush=True)
    fill_replica(home, ca=ca)
    print(f"Ready. This terminal's files are in {home}.")
