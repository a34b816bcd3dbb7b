"""`python -m sync agent` and `python -m sync enrol`."""

import argparse
import logging
import os
import select
import signal
import sqlite3
import sys
import threading
import time
from pathlib import Path

from sync.flags import EPILOG, add_flags, read_settings
from sync.link.agent import Agent, now_ms, software
from sync.link.ending import write_offline
from sync.link.enrol import AlreadyEnrolled, enrol
from sync.link.first import fill_replica
from sync.link.lock import Busy
from sync.link.reasons import advice
from sync.link.wire import NoAnswer, Refused
from sync.local import NotEnrolled, reason_of
from sync.settings import WrongSetting

GRACE_S = 1.0
"""How long a round may take to end after the agent was told to."""
NICE = 5
"""How far the agent stands back where the app beside it wants the processor too."""


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
    again = (
        "the hub has forgotten this terminal, as after a restore: keep its key and journal, and use a code for its id"
    )
    enroll.add_argument("--again", action="store_true", help=again)
    enroll.set_defaults(run=enrol_main)


def agent_main(arguments: argparse.Namespace) -> int:
    """Run the agent. Exit status 0: ended on purpose; 1: not enrolled, another agent works here, or the disk fails."""
    level = logging.INFO if arguments.verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s agent %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    settings = read_settings(arguments)
    own = settings.terminal
    give_way()
    agent = Agent(settings.home, hub=own.hub, ca=own.ca_file, proxy=own.proxy)
    _end_on_request(agent)
    if arguments.with_parent:
        _end_with(arguments.with_parent, settings.home)
    try:
        agent.run()
    except (Busy, NotEnrolled) as no:
        print(f"storefloor agent: {no}", file=sys.stderr)
        return 1
    except (sqlite3.Error, OSError) as error:
        reason = reason_of(error, settings.home)
        if reason is None:
            raise
        print(f"storefloor agent: {advice(reason.value).said}. {advice(reason.value).do}", file=sys.stderr)
        return 1
    return 0


def give_way() -> None:
    """Let the app beside it come first: a screen that a person looks at never waits for rows that can wait."""
    os.nice(NICE)


def _end_on_request(agent: Agent) -> None:
    """SIGTERM and SIGINT end this process within GRACE_S, whatever a read or a write hangs in.

    A thread waits for them: Python runs no handler while the main thread is deep inside SQLite.
    """
    wanted = (signal.SIGTERM, signal.SIGINT)
    signal.pthread_sigmask(signal.SIG_BLOCK, wanted)

    def wait() -> None:
        signal.sigwait(wanted)
        agent.stop()
        time.sleep(GRACE_S)
        write_offline(agent.home, "stopped", now_ms())
        os._exit(0)  # an agent may be killed at any moment, so it may end at any

    threading.Thread(target=wait, name="end", daemon=True).start()


def _end_with(parent: int, home: Path) -> None:
    """End this process at once when the parent ends: nothing is lost by it, and a new app starts its own agent."""
    try:
        watched = os.pidfd_open(parent)
    except ProcessLookupError:
        raise SystemExit(f"storefloor agent: process {parent} has ended already") from None

    def watch() -> None:
        select.select([watched], [], [])
        write_offline(home, "stopped", now_ms())
        os._exit(0)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def enrol_main(arguments: argparse.Namespace) -> int:
    """Enrol, then fetch the first replica. Exit status 0: ready; 1: the hub said no, or was not reached."""
    settings = read_settings(arguments)
    hub = settings.terminal.hub
    if not hub:
        raise WrongSetting("terminal.hub is needed to enrol: give --hub https://…")
    ca, proxy = settings.terminal.ca_file, settings.terminal.proxy
    try:
        words = {"ca": ca, "proxy": proxy, "software": software(), "again": arguments.again}
        me = enrol(settings.home, hub, arguments.code, now_ms(), **words)
        print(f"Enrolled as {me.name} ({me.kind}) at {me.location}.")
        _fill(settings.home, ca, proxy)
    except (Refused, AlreadyEnrolled) as no:
        print(f"storefloor enrol: {no.fault.message if isinstance(no, Refused) else no}", file=sys.stderr)
        return 1
    except NoAnswer as no:
        print(f"storefloor enrol: the hub at {hub} did not answer. {advice(no.reason).said}", file=sys.stderr)
        print(f"{advice(no.reason).do} ({no})", file=sys.stderr)
        return 1
    return 0


def _fill(home: Path, ca: Path | None, proxy: str) -> None:
    print("Fetching the catalogue …", flush=True)
    fill_replica(home, ca=ca, proxy=proxy)
    print(f"Ready. This terminal's files are in {home}.")
