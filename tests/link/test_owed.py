"""Cash that is owed, asked for through the agent: a claim that nobody heard of is let go of at the hub (I-8)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from sync.hub import database, owed_cash, tables
from sync.hub.feed import Recorder
from sync.link import answers
from sync.link.agent import Agent
from sync.link.questions import Answered, Asking, Unanswered
from sync.protocol.messages import AskOwed, ClaimedOwed, ClaimOwed, OwedAnswer
from tests.link.store import Store, now, until
from tests.link.test_questions import Holding

KEY = "op-1:a"


@pytest.fixture
def debt(store: Store) -> None:
    """200.00 are owed for a slip."""
    row = {"key": KEY, "return_id": "r-1", "purchase": "web:1", "number": "100-1", "receipt": "K7Q2ZD-1"}
    with database.write(store.engine) as conn:
        owed_cash.make(conn, [({**row, "amount": 20_000, "currency": "KZT", "at": 1}, Recorder(now()))], [])


def claimed_by(store: Store) -> str:
    with database.read(store.engine) as conn:
        return str(conn.execute(select(tables.owed_cash.c.claimed_by)).scalar_one())


def answers_now(home: Path) -> bool:
    return isinstance(Asking(home).ask("ask/owed", AskOwed("K7Q2ZD-1"), OwedAnswer, 3), Answered)


def test_a_claim_that_was_answered_too_late_is_let_go_of(
    store: Store, home: Path, debt: None, run_agent: Callable[..., Agent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "RELEASE_S", 0.3)
    monkeypatch.setattr(answers, "AGAIN_S", 0.2)
    with Holding(store.port) as line:
        run_agent(home, hub=line.url)
        until(lambda: answers_now(home))
        line.held = True
        said = Asking(home).ask("claims/owed", ClaimOwed(KEY, "c-1"), ClaimedOwed, 0.4)
        assert said == Unanswered("timeout") and claimed_by(store) != "", "its answer is on the way"
        line.held = False
        until(lambda: claimed_by(store) == "")
