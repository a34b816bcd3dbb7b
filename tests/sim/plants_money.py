"""Well-known faults of counters, planted for as long as a world runs: money that goes out twice, or that nobody saw.

The numbers are of the list of field faults.
"""

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from sqlalchemy import Connection

from sync.actions import exchange, take_back
from sync.domain.orders import PaidBy
from sync.domain.returns import Refund
from sync.domain.sales import STORED
from sync.hub import card_back, judge_blind, judge_owed, judge_return, judge_settled, judge_shift, right
from sync.hub import push as hub_push
from sync.hub.tables import value_entry
from sync.local import Local, passes, returns
from sync.protocol import takings
from tests.sim import edges

Plant = Callable[[], contextlib.AbstractContextManager[Any]]


@contextlib.contextmanager
def together(*patches: Any) -> Iterator[None]:
    """Several patches at once."""
    with contextlib.ExitStack() as stack:
        for each in patches:
            stack.enter_context(each)
        yield


def own_returns_forgotten() -> Any:
    """What a till took back itself is free again until the hub says otherwise (F32)."""
    return mock.patch.object(returns, "_own", lambda *_: [])


def refund_asked_for_each_return() -> Any:
    """The payment side is asked for whatever a return says, left or not (I-8)."""

    def asked(_: Any, left: Any, refunds: list[Any], most: int) -> Any:
        return tuple(Refund(r.paid, PaidBy(r.kind), r.amount) for r in refunds if r.amount), []

    return mock.patch.object(right, "_asked", asked)


def collision_nobody_is_told_of() -> Any:
    """A second return of a line is applied as if it were the first."""
    return mock.patch.object(judge_return, "_find_collisions", lambda *_: None)


def captured_again_on_retry() -> Any:
    """A push that comes again takes what its sales were paid with from the cards again (F38)."""
    real = hub_push._examine

    def examine(conn: Connection, row: Any, request: Any, stands: Any, *rest: Any) -> Any:
        if stands is not None and request.first <= stands.last_seq:
            _capture_again(conn, request)
        return real(conn, row, request, stands, *rest)

    return mock.patch.object(hub_push, "_examine", examine)


def _capture_again(conn: Connection, request: Any) -> None:
    for text in request.ops:
        whole = json.loads(text)
        for tender in whole["body"].get("tenders", []) if whole["kind"] == "sale" else []:
            if tender["kind"] in STORED:
                _again(conn, tender["reference"], -tender["amount"], "captured", whole["body"]["sale_id"])


def _again(conn: Connection, account: str, amount: int, reason: str, about: str) -> None:
    made = {"key": f"again:{edges.edges().chance.getrandbits(60)}", "account": account, "amount": amount}
    made |= {"reason": reason, "about": about, "named": "", "at": 0, "received_at": 0, "source": ""}
    conn.execute(value_entry.insert().values(**made))


def change_forgotten() -> Any:
    """What a drawer should hold counts the cash that was given, and forgets the change (F36)."""
    return mock.patch.object(takings, "net_cash", lambda given, _: given)


def shifts_run_into_each_other() -> Any:
    """The hub adds to a shift what was sold before it was opened (F8)."""
    real = judge_shift.Span

    def span(terminal: str, begins: str, first: int, *rest: Any) -> Any:
        return real(terminal, begins, 0, *rest)

    return mock.patch.object(judge_shift, "Span", span)


def second_word_taken_for_the_first() -> Any:
    """What two people settled offline is settled twice, and neither hears of the other."""
    return mock.patch.object(judge_settled, "_second", lambda *_: None)


def exchange_is_a_back_door() -> Any:
    """What comes back for other goods is not held against what came back before (F32)."""
    real = judge_return._find_collisions

    def find(court: Any, case: Any, *rest: Any) -> None:
        if not case.body.exchange:
            real(court, case, *rest)

    return mock.patch.object(judge_return, "_find_collisions", find)


def exchange_in_two_transactions() -> Any:
    """A till commits what came back before it sells the other goods, and may die between the two (I-1)."""
    real = exchange._take_back

    def take(local: Local, *rest: Any) -> Any:
        done = real(local, *rest)
        local.raw.execute("COMMIT")
        local.raw.execute("BEGIN IMMEDIATE")
        return done

    return mock.patch.object(exchange, "_take_back", take)


def limits_by_each_till_alone() -> Any:
    """How often somebody came with no proof is counted by each till for itself, and never put together."""
    real = judge_blind._of_shopper

    def of_shopper(conn: Connection, case: Any, window: int) -> list[Any]:
        return [row for row in real(conn, case, window) if row.terminal == case.who.terminal]

    return mock.patch.object(judge_blind, "_of_shopper", of_shopper)


def credit_again_on_retry() -> Any:
    """The credit of a return with no proof has the name of the attempt: a push that comes again gives it again."""
    real = hub_push._examine

    def examine(conn: Connection, row: Any, request: Any, stands: Any, *rest: Any) -> Any:
        if stands is not None and request.first <= stands.last_seq:
            for text in request.ops:
                whole = json.loads(text)
                if whole["kind"] == "blind_return":
                    body = whole["body"]
                    _again(conn, body["credit"], body["total"], "credited", body["return_id"])
        return real(conn, row, request, stands, *rest)

    return mock.patch.object(hub_push, "_examine", examine)


def budget_never_spent() -> Any:
    """What a till paid without the hub does not lower what it may still pay."""
    real = returns.read_rules
    return mock.patch.object(returns, "read_rules", lambda given, spent=0, **rest: real(given, **rest))


def pass_is_the_truth() -> Any:
    """A till believes what a pass says of a purchase, and forgets what came back of it since (F32)."""
    return together(
        mock.patch.object(passes, "_stands", lambda _, said: (said, False)),
        mock.patch.object(take_back, "as_it_stands", lambda _, bought: bought),
        mock.patch.object(exchange, "as_it_stands", lambda _, bought: bought),
    )


def debt_paid_again_unseen() -> Any:
    """Cash that was paid at one till is paid at another, and nobody hears of the second time (I-8)."""
    return mock.patch.object(judge_owed, "_twice", lambda *_: None)


def both_sides_give_it_back() -> Any:
    """The payment side is asked for what a card terminal was asked for, whatever becomes of that (F31)."""
    return mock.patch.object(card_back, "may_have_gone", lambda _: False)


PLANTS: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        own_returns_forgotten,
        refund_asked_for_each_return,
        collision_nobody_is_told_of,
        second_word_taken_for_the_first,
        change_forgotten,
        shifts_run_into_each_other,
        captured_again_on_retry,
        exchange_is_a_back_door,
        exchange_in_two_transactions,
        limits_by_each_till_alone,
        credit_again_on_retry,
        budget_never_spent,
        pass_is_the_truth,
        debt_paid_again_unseen,
        both_sides_give_it_back,
    )
}
