"""Money back by card in the journal: written with its return, resumed after a kill, ended once (F29, F30, I-1)."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sync.actions.give_back import UnknownRefund, card_refunds_of, open_card_refunds, resolve_refund
from sync.actions.take_back import Wish, take_back
from sync.domain.orders import Paid, PaidBy, Purchase
from sync.domain.payments import AttemptState, BadStep
from sync.domain.returns import Basis, Destination
from sync.local import Local, RecordedReturn
from sync.local.attention import matters
from sync.local.proof import prove
from sync.protocol.operations import Payment, open_envelope
from tests.local import jobs
from tests.local.bought import item, know, order
from tests.local.fixture import NOW, OWN, make_terminal
from tests.local.tills import CASHIER
from tests.local.victim import killed_at_every_step


def sale(**more: Any) -> Purchase:
    """Coats and tea that were bought here: 900.00 by card, 600.00 in cash."""
    paid = (Paid("1", PaidBy.CARD, 90_000, 0, "•• 4242", "100001"), Paid("2", PaidBy.CASH, 60_000))
    made = replace(order(), id="sale:s-9", number="7K2M-1", channel="", location=OWN, paid=paid)
    return replace(made, **more)


def back(local: Local, purchase: Purchase, basis: Basis = Basis.HELD, **more: Any) -> RecordedReturn:
    """One coat comes back, at a till with a card terminal."""
    how = {"claim": "", "approver": None, "actor": CASHIER, "language": "en", "now": NOW, "by_card": True} | more
    done = take_back(local, Wish("r-1", purchase, (item("1"),), basis, **how))
    assert isinstance(done, RecordedReturn), done
    return done


def said(local: Local) -> list[Payment]:
    """The journal's payments, oldest first."""
    rows = local.raw.execute("SELECT bytes FROM op WHERE kind = 'payment' ORDER BY seq").fetchall()
    return [msgspec.json.decode(open_envelope(row[0]).body, type=Payment) for row in rows]


def test_F30_the_attempt_stands_in_the_journal_with_its_return(local: Local) -> None:
    done = back(local, sale())
    (attempt,) = open_card_refunds(local)
    card = next(refund for refund in done.body.refunds if refund.kind == "card")
    assert card.attempt == attempt.id and (attempt.amount, attempt.original) == (card.amount, "100001")
    (told,) = said(local)
    assert (told.state, told.refund, told.sale_id, told.amount) == ("pending", "r-1", "s-9", card.amount)
    assert prove(local) == []
    assert back(local, sale()) == done and len(said(local)) == 1, "the same return again asks for nothing more (F28)"


@pytest.mark.parametrize("why", ["promise", "credit", "no terminal", "no reference", "a channel's"])
def test_what_no_card_terminal_may_give_has_no_attempt(local: Local, why: str) -> None:
    paid = tuple(replace(it, reference="") for it in sale().paid)
    bought = {"no reference": sale(paid=paid), "a channel's": sale(id="web:9", location=OWN)}.get(why, sale())
    more: dict[str, Any] = {"by_card": False} if why == "no terminal" else {}
    more |= {"to": Destination.CREDIT} if why == "credit" else {}
    done = back(local, bought, Basis.PROMISE if why == "promise" else Basis.HELD, **more)
    assert not any(refund.attempt for refund in done.body.refunds) and said(local) == []


def test_F29_it_ends_once_and_the_same_end_again_changes_nothing(local: Local) -> None:
    back(local, sale())
    (attempt,) = open_card_refunds(local)
    for _time in range(2):
        resolve_refund(local, attempt.id, AttemptState.UNKNOWN, "", "lost", NOW)
    assert [matter.code for matter in matters(local)] == ["card_back_unknown"]
    for _time in range(2):
        ended = resolve_refund(local, attempt.id, AttemptState.APPROVED, "200001", "", NOW)
    assert (ended.state, ended.reference) == (AttemptState.APPROVED, "200001")
    assert [payment.state for payment in said(local)] == ["pending", "unknown", "approved"]
    assert open_card_refunds(local) == () and matters(local) == []
    with pytest.raises(BadStep):
        resolve_refund(local, attempt.id, AttemptState.DECLINED, "", "", NOW)
    with pytest.raises(UnknownRefund):
        resolve_refund(local, "another", AttemptState.APPROVED, "", "", NOW)


def test_a_payment_that_is_changed_beside_the_journal_is_found(local: Local) -> None:
    back(local, sale())
    with local.write() as db:
        db.execute("DELETE FROM card_refund")
    assert any("its attempt is not beside it" in fault for fault in prove(local))


def test_i1_F29_a_till_killed_at_every_step_has_return_and_attempt_together(tmp_path: Path) -> None:
    home, told, steps = make_terminal(tmp_path), [], 0
    know(home, sale(lines=(replace(sale().lines[0], quantity=900_000, amount=90_000_00), sale().lines[1])))
    for step, ended in killed_at_every_step(jobs.give_back_by_card, home, stride=3):
        steps = max(steps, step)
        told += [ended] if ended else []
        local = Local.open(home)
        assert prove(local) == []
        rows = local.raw.execute("SELECT return_id FROM taken_back").fetchall()
        parts = [card_refunds_of(local, row[0]) for row in rows]
        assert all(len(of_one) == 1 for of_one in parts), "none without its return, none twice"
        ends = Counter(payment.attempt for payment in said(local) if payment.state == "approved")
        assert set(ends.values()) <= {1} and set(told) <= set(ends)
        assert len(open_card_refunds(local)) <= 1
        local.close()
    assert steps > 15
