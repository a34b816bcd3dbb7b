"""The simulated hub machine: the real ASGI application over a real SQLite file, killed, backed up and restored."""

import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from sync.hub import database, enrolment, matters
from sync.hub.api import Api, build
from tests.sim.edges import Killed, copy_files, edges, put_back
from tests.sim.net import Net


class Hub:
    """The hub's files in `folder`; up or down."""

    def __init__(self, folder: Path, net: Net) -> None:
        self.folder = folder
        self.net = net
        self.backup: dict[str, bytes] | None = None
        self._engine: Engine | None = None
        self.api: Api | None = None
        net.hub_died = self.died

    @property
    def engine(self) -> Engine:
        """The open database. The hub must be up."""
        assert self._engine is not None, "the hub is down"
        return self._engine

    @property
    def up(self) -> bool:
        """Whether it runs."""
        return self._engine is not None

    def start(self) -> None:
        """Run, unless it runs. It may be killed at any step of this as well."""
        if self.up:
            return
        with edges().running("hub"):
            try:
                self._engine = database.open(f"sqlite:///{self.folder}/hub.db")
                matters.show_all(self._engine, edges().clock("hub"))
            except Killed:
                self.died()
                return
        application, self.api = build(self._engine, self.folder / "snapshots")
        self.net.app = application

    def died(self) -> None:
        """The process is gone; its files are as it left them."""
        files = copy_files(self.folder)
        self._forget()
        put_back(self.folder, files)

    def stop(self) -> None:
        """End gently."""
        self._forget()

    def _forget(self) -> None:
        self.net.app = self.api = None
        engine, self._engine = self._engine, None
        edges().bury("hub")
        if engine is not None:
            with edges().running("hub"):
                engine.dispose()

    def back_up(self) -> None:
        """Keep a copy of the files as they are now, as a snapshot of the volume would."""
        self.backup = copy_files(self.folder)

    def restore(self, quietly: bool) -> bool:
        """Go back to the backup and begin a new epoch, as the manual says; whether there was one.

        `quietly`: without the epoch, and the snapshots that were made since the backup lie there still.
        """
        if self.backup is None:
            return False
        self._forget()
        made = copy_files(self.folder / "snapshots") if quietly else {}
        shutil.rmtree(self.folder)
        put_back(self.folder, self.backup)
        if made:
            put_back(self.folder / "snapshots", copy_files(self.folder / "snapshots") | made)
        self.start()
        if quietly:
            return True
        with edges().running("hub"), database.write(self.engine) as conn:
            database.new_epoch(conn)
        return True

    def code(self, terminal: str, kind: str, place: str) -> str:
        """A one-time code for a terminal."""
        with edges().running("hub"), database.write(self.engine) as conn:
            now = edges().clock("hub")
            return enrolment.create_code(conn, terminal_id=terminal, name=terminal, kind=kind, place=place, now=now)

    def write(self, job: Any, *args: Any) -> None:
        """A transaction of the hub itself: `job(engine, now, *args)`. The hub may die of it."""
        if not self.up:
            return
        with edges().running("hub"):
            try:
                job(self.engine, edges().clock("hub"), *args)
            except Killed:
                self.died()
