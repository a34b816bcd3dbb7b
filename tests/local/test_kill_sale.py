"""I-1, F6: the till is killed at every step of a sale; what was said to be done is on the disk, whole and once."""

from pathlib import Path
from typing import Any

from sync.actions.attempts import open_attempts
from sync.actions.cart import open_cart
from sync.actions.printing import unprinted
from sync.local import Local, sale_by_receipt, stock_here
from sync.local.journal import integrity
from tests.local import jobs
from tests.local.fixture import NOW, make_terminal
from tests.local.victim import killed_at_every_step


def counts(local: Local) -> dict[str, Any]:
    one = local.raw.execute
    return {
        "sales": one("SELECT count(*) FROM op WHERE kind = 'sale'").fetchone()[0],
        "ops": one("SELECT count(*) FROM op").fetchone()[0],
        "waiting": one("SELECT count(*) FROM waiting").fetchone()[0],
        "index": one("SELECT count(*) FROM sale").fetchone()[0],
        "counter": one("SELECT coalesce(max(receipts), 0) FROM op").fetchone()[0],
        "printing": len(unprinted(local)),
        "milk": 10_000 - stock_here(local, ["p-milk"])["p-milk"].on_hand,
    }


def check(local: Local, told: list[str]) -> None:
    assert integrity(local) == []
    now = counts(local)
    assert now["sales"] == now["index"] == now["counter"] == now["printing"]
    assert now["ops"] == now["waiting"]
    assert now["milk"] == 2000 * now["sales"]
    assert all(sale_by_receipt(local, receipt) for receipt in told)
    assert len(set(told)) == len(told)


def test_i1_f6_a_till_killed_at_every_step_of_a_cash_sale_loses_and_doubles_nothing(tmp_path: Path) -> None:
    home, told, steps = make_terminal(tmp_path), [], 0
    for step, said in killed_at_every_step(jobs.sale, home):
        steps = max(steps, step)
        told += [said] if said else []
        local = Local.open(home)
        check(local, told)
        assert counts(local)["sales"] >= len(told)
        local.close()
    assert steps > 15


def test_i1_f30_a_till_killed_at_every_step_of_a_card_sale_charges_each_cart_once(tmp_path: Path) -> None:
    home, told = make_terminal(tmp_path), []
    for _, said in killed_at_every_step(jobs.card_sale, home):
        told += [said] if said else []
        local = Local.open(home)
        check(local, told)
        charged = local.raw.execute(
            "SELECT count(*) FROM attempt WHERE state = 'approved' AND sale_id <> ?", (open_cart(local, NOW).sale_id,)
        ).fetchone()[0]
        assert charged == counts(local)["sales"]  # a charge without a sale belongs to the cart that is still open
        assert len(open_attempts(local)) <= 1
        local.close()


def test_a_killed_till_comes_back_with_its_cart(tmp_path: Path) -> None:
    home, with_cart = make_terminal(tmp_path), 0
    for step, _ in killed_at_every_step(jobs.sale, home):
        local = Local.open(home)
        cart = open_cart(local, NOW)
        if cart.lines:
            with_cart += 1
            assert [(x.product.id, x.quantity) for x in cart.lines] == [("p-milk", 2000), ("p-bread", 1000)]
        local.close()
        if step > 60:
            break
    assert with_cart > 3
