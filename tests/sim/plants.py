"""Well-known faults, planted into the product's code for as long as a world runs: proof that the simulator can fail.

Each is a fault that a sync engine or a point of sale has shipped with (the numbers are of the list of field faults).
"""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import httpx
import zstandard
from sqlalchemy import Connection, Engine

from sync.hub import database, feed
from sync.link import agent, push, work
from sync.link.wire import NoAnswer, Refused
from sync.local import Local, replica
from sync.local.journal import Recorded
from sync.protocol.operations import chain
from tests.sim import edges, hub, net, plants_collect, plants_money
from tests.sim.plants_money import Plant, together


def verdict_before_commit() -> Any:
    """The hub answers first and commits a moment later (F6 at the hub)."""
    real_write, real_read, owed = database.write, database.read, list[Any]()

    def settle() -> None:
        while owed:
            raw, transaction = owed.pop()
            transaction.commit()
            raw.close()

    @contextlib.contextmanager
    def late(engine: Engine) -> Iterator[Connection]:
        settle()
        raw = engine.connect()
        conn = raw.execution_options(writes=True)
        transaction = conn.begin()
        try:
            yield conn
        except BaseException:
            transaction.rollback()
            raw.close()
            raise
        owed.append((raw, transaction))

    @contextlib.contextmanager
    def after(engine: Engine) -> Iterator[Connection]:
        settle()
        with real_read(engine) as conn:
            yield conn

    died = hub.Hub._forget

    def forget(self: hub.Hub) -> None:
        owed.clear()
        died(self)

    del real_write
    return together(
        mock.patch.object(database, "write", late),
        mock.patch.object(database, "read", after),
        mock.patch.object(hub.Hub, "_forget", forget),
    )


def receipt_before_fsync() -> Any:
    """The till commits without waiting for the disk (F6)."""
    return mock.patch.object(edges, "after_commit", lambda *_: None)


def cursor_outside_transaction() -> Any:
    """The cursor is moved in a transaction of its own, before the rows (F21)."""
    real = replica.Replica.apply_all

    def apply_all(self: replica.Replica, pages: list[Any], *rest: Any) -> bool:
        last = pages[-1]
        with self.write() as db:
            before = db.execute("SELECT version FROM cursor WHERE scope = ?", (last.scope,)).fetchone()
            db.execute("UPDATE cursor SET version = ? WHERE scope = ?", (last.upto, last.scope))
        with self.write() as db:
            if before is not None:
                db.execute("UPDATE cursor SET version = ? WHERE scope = ?", (before[0], last.scope))
        return real(self, pages, *rest)

    return mock.patch.object(replica.Replica, "apply_all", apply_all)


def overlay_dropped_early() -> Any:
    """A verdict takes an own sale off the screen's sums before the feed brings it."""
    real = push.rule

    def rule(db: sqlite3.Connection, journal: str, rulings: Any, now: int) -> int:
        cleared = real(db, journal, rulings, now)
        db.executemany(
            "DELETE FROM effect WHERE incarnation = ? AND seq = ?", [(journal, each.seq) for each in rulings]
        )
        return cleared

    return mock.patch.object(push, "rule", rule)


def version_gap() -> Any:
    """A reader passes over what one version changed (F19)."""
    return _answers("pull", lambda page: _at(page["versions"], 0, lambda v: v.update(changes=[])), 10)


def page_split_inside_version() -> Any:
    """A page ends inside a version, and the rest of it is never sent (F20)."""
    return _answers("pull", lambda page: _at(page["versions"], -1, lambda v: v.update(changes=v["changes"][:1])), 20)


def included_counted_on_arrival() -> Any:
    """A page says that it holds one operation more of the terminal's own than it does."""
    return _answers("pull", lambda page: page.update(included=page["included"] + 1), 50)


def retry_rebuilds_bytes() -> Any:
    """What is sent again is made anew from what the screen holds, and every quantity is 1 (F14)."""
    real = push.read_from

    def rebuilt(db: sqlite3.Connection, journal: str, first: int, most: int) -> list[Recorded]:
        found = real(db, journal, first, most)
        before = real(db, journal, first - 1, 1)[0].hash if first > 1 else b"\0" * 32
        made = []
        for it in found:
            raw = _with_ones(it.raw)
            before = chain(before, raw)
            made.append(Recorded(it.seq, raw, before))
        return made

    return mock.patch.object(push, "read_from", rebuilt)


def _with_ones(raw: bytes) -> bytes:
    whole = json.loads(raw)
    for line in whole["body"].get("lines", []):
        line["quantity"] = 1000
    return json.dumps(whole, separators=(",", ":"), ensure_ascii=False).encode()


def pull_clears_waiting() -> Any:
    """A pull that went well marks everything as sent (F10)."""
    return _after_each(work.Work, "catch_up", lambda it: it.local)


def refusal_drops_the_queue() -> Any:
    """What the hub answers with an error leaves the queue (F17, F18)."""
    real = push.Pusher.drain

    def drain(self: Any, *args: Any) -> int:
        try:
            return real(self, *args)
        except (NoAnswer, Refused):
            _clear_waiting(self._local)
            raise

    return mock.patch.object(push.Pusher, "drain", drain)


def never_tried_again() -> Any:
    """After a failure nothing is sent until somebody sells again (F22)."""
    real_failed, real_once = agent.Agent._failed, agent.Agent._once
    stuck: dict[int, int] = {}

    def count(it: Any) -> int:
        return int(it.local.raw.execute("SELECT count(*) FROM op").fetchone()[0])

    def failed(self: Any, *args: Any) -> float:
        stuck[id(self)] = count(self)
        return real_failed(self, *args)

    def once(self: Any, *args: Any) -> float:
        if stuck.get(id(self)) == count(self):
            return 0.0
        return real_once(self, *args)

    return together(mock.patch.object(agent.Agent, "_failed", failed), mock.patch.object(agent.Agent, "_once", once))


def hint_taken_for_truth() -> Any:
    """A live event moves the cursor, though nothing was pulled."""
    real = work.Work.catch_up

    def catch_up(self: Any, moved: dict[str, int]) -> None:
        real(self, moved)
        with self.replica.write() as db:
            db.executemany(
                "UPDATE cursor SET version = ? WHERE scope = ? AND version < ?", [(v, s, v) for s, v in moved.items()]
            )

    return mock.patch.object(work.Work, "catch_up", catch_up)


def restored_hub_keeps_its_epoch() -> Any:
    """A hub that went back to a backup counts on as if nothing had happened, told so or not."""
    return together(mock.patch.object(database, "new_epoch", lambda conn: ""), versions_told_by_number_alone())


def versions_told_by_number_alone() -> Any:
    """A hub that went back to a backup takes a version for the one of the same number that it gave out before."""
    return mock.patch.object(feed, "_other", lambda *_: None)


def number_accepted_twice() -> Any:
    """Hashes are not compared: a clone's operation takes the number of another and is answered as known (F4, F27)."""
    real = net.Net.deliver

    def deliver(self: net.Net, request: httpx.Request) -> httpx.Response:
        answer = real(self, request)
        if answer.status_code == 409 and request.url.path.endswith("/push"):
            asked = json.loads(_plain(request))
            last = asked["first"] + len(asked["ops"]) - 1
            verdicts = [{"seq": n, "outcome": "applied"} for n in range(asked["first"], last + 1)]
            made = {"verdicts": verdicts, "last_seq": last, "last_hash": "00" * 32}
            return httpx.Response(200, json=made, request=request)
        return answer

    return mock.patch.object(net.Net, "deliver", deliver)


def _plain(request: httpx.Request) -> bytes:
    packed = request.headers.get("content-encoding") == "zstd"
    return zstandard.decompress(request.content) if packed else request.content


def _answers(path: str, change: Callable[[Any], None], percent: int) -> Any:
    """Change some of the hub's answers to a path."""
    real = net.Net.deliver

    def deliver(self: net.Net, request: httpx.Request) -> httpx.Response:
        answer = real(self, request)
        fits = answer.status_code == 200 and request.url.path.endswith(f"/{path}")
        if fits and edges.edges().chance.randrange(100) < percent:
            answer.read()
            body = answer.json()
            change(body)
            return httpx.Response(200, json=body, request=request)
        return answer

    return mock.patch.object(net.Net, "deliver", deliver)


def _at(items: list[Any], index: int, change: Callable[[Any], None]) -> None:
    if items:
        change(items[index])


def _after_each(owner: Any, name: str, local: Callable[[Any], Local]) -> Any:
    real = getattr(owner, name)

    def then_clear(self: Any, *args: Any) -> Any:
        answer = real(self, *args)
        _clear_waiting(local(self))
        return answer

    return mock.patch.object(owner, name, then_clear)


def _clear_waiting(local: Local) -> None:
    with local.write() as db:
        db.execute("DELETE FROM waiting")


PLANTS: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        verdict_before_commit,
        receipt_before_fsync,
        cursor_outside_transaction,
        overlay_dropped_early,
        version_gap,
        page_split_inside_version,
        included_counted_on_arrival,
        retry_rebuilds_bytes,
        pull_clears_waiting,
        refusal_drops_the_queue,
        never_tried_again,
        hint_taken_for_truth,
        restored_hub_keeps_its_epoch,
        versions_told_by_number_alone,
        number_accepted_twice,
    )
}
PLANTS |= plants_money.PLANTS | plants_collect.PLANTS
