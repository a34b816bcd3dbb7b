"""Goods past their expiry at a till: refused, and sold where somebody who may approves it and the store allows it."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pos.sale.label_words import reasons
from pos.ui.i18n import set_language
from sync.domain.codes import check_digit
from sync.domain.expired import ExpiredReason, may_be_approved
from sync.local import files
from tests.flows.test_labels import label, renamed, scan
from tests.flows.test_units import numbered
from tests.flows.till import Counter
from tests.local.bought import allow
from tests.local.fixture import make_terminal

OLD = "17251008"
"""Good until yesterday."""


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path, home=numbered(make_terminal(tmp_path), "p-bread")).sign_in()
    yield made
    set_language("en")
    made.stop()


def ask(counter: Counter, text: str) -> None:
    """Scan what expired, and ask for an approval."""
    assert "expired on 8 Oct 2025 Nothing was added." in scan(counter, text)
    assert counter.lines == {}
    counter.till.sale.act()


def give(counter: Counter, pin: str = "2222") -> None:
    """Type a PIN."""
    for digit in pin:
        counter.till.sale.key(digit)


def sold(counter: Counter) -> list[dict[str, Any]]:
    """Pay in cash; the lines of the recorded sale."""
    counter.till.sale.pay()
    for digit in "99999":
        counter.till.payment.key(digit)
    counter.till.payment.cash_received()
    assert counter.till.place == "done", counter.said
    lines: list[dict[str, Any]] = json.loads(counter.operations("sale")[-1])["body"]["lines"]
    return lines


def test_somebody_who_may_lets_it_be_sold_and_the_operation_says_who_and_why_and_the_paper_nothing(
    counter: Counter,
) -> None:
    sale = counter.till.sale
    ask(counter, label("p-milk", OLD))
    assert counter.said == "Somebody who may must approve Milk 1 l is not added yet. The rest of the sale is kept."
    assert [p.name for p in sale.state.approval.people] == ["Marat"]
    sale.approver("s-marat")
    sale.expired_reason(ExpiredReason.CHECKED)
    give(counter)
    assert counter.said == "Milk 1 l added past its expiry Marat approved. It is on record."
    assert sale.state.expiring is None and counter.lines == {"p-milk": 1000}
    counter.scan("p-milk")
    assert [x.quantity for x in sale.state.cart.lines] == [1000, 1000], "what is good has a line of its own"
    counter.kill()
    counter.start()
    counter.sign_in()
    first, second = sold(counter)
    approved = {"over": "2025-10-09T00:00", "reason": "checked", "approved_by": "s-marat"}
    assert first["expired"] == approved and "expired" not in second
    counter.until(lambda: counter.printer.texts)
    for word in ("Marat", "xpir", "8 Oct", "approv"):
        assert word not in counter.printer.texts[0]


def test_the_usual_reason_is_that_it_is_marked_down_and_it_can_be_undone(counter: Counter) -> None:
    ask(counter, label("p-milk", OLD))
    counter.till.sale.approver("s-marat")
    give(counter)
    counter.till.sale.act()
    assert counter.lines == {}
    ask(counter, label("p-milk", OLD))
    counter.till.sale.approver("s-marat")
    give(counter)
    assert sold(counter)[0]["expired"]["reason"] == "marked_down"


def test_another_one_takes_another_approval(counter: Counter) -> None:
    ask(counter, label("p-milk", OLD))
    counter.till.sale.approver("s-marat")
    give(counter)
    line = counter.till.sale.state.cart.lines[0]
    counter.till.sale.set_quantity(line.line_id, 2000)
    assert counter.said == "Scan the next Milk 1 l Each one past its expiry is approved. Nothing was changed."
    assert scan(counter, label("p-milk", OLD)).startswith("Milk 1 l expired on 8 Oct 2025")
    assert counter.lines == {"p-milk": 1000}


def test_the_setting_forbids_it(tmp_path: Path) -> None:
    home = make_terminal(tmp_path)
    allow(home, sell_expired="never")
    counter = Counter(tmp_path, home=home).sign_in()
    assert scan(counter, label("p-milk", OLD)).startswith("Milk 1 l expired on 8 Oct 2025")
    happened = counter.till.sale.state.happened
    assert happened is not None and happened.action == ""
    counter.till.sale.act()
    assert counter.till.sale.state.expiring is None and counter.lines == {}
    counter.stop()


@pytest.mark.parametrize(
    ("setting", "may"),
    [(None, True), ("approval", True), ("never", False), (False, False), (True, False), ("aproval", False)],
)
def test_a_slip_in_the_setting_sells_nothing(setting: object, may: bool) -> None:
    assert may_be_approved(setting) is may


def test_who_may_not_can_not_approve(counter: Counter) -> None:
    sale = counter.till.sale
    ask(counter, label("p-milk", OLD))
    sale.approver("s-aliya")
    give(counter, "1111")
    assert sale.state.approval.notice == "Choose your name first, then the PIN."
    sale.approver("s-marat")
    give(counter, "2223")
    assert sale.state.approval.wrong and sale.state.expiring is not None
    _change(counter, "UPDATE staff SET role = 'cashier' WHERE id = 's-marat'")
    counter.now += 60_000
    give(counter)
    assert sale.state.approval.notice == "Marat (Cashier) may not approve this."
    assert scan(counter, label("p-kefir", "")) == (
        "First the approval, then the next scan The last scan was not taken."
    )
    sale.keep_out()
    assert counter.said == "Milk 1 l was not added Take it off the shelf and bring another."
    assert counter.lines == {} and sale.state.expiring is None and sale.state.approval.people == ()


def test_where_nobody_may_it_says_so(counter: Counter) -> None:
    _change(counter, "UPDATE staff SET role = 'cashier'")
    ask(counter, label("p-milk", OLD))
    assert counter.till.sale.state.approval.notice == "Nobody here may approve this. Call the office."
    counter.till.sale.keep_out()
    assert counter.lines == {}


def test_nothing_else_is_done_meanwhile_and_nothing_of_the_cart_is_lost(counter: Counter) -> None:
    counter.scan("p-kefir")
    scan(counter, label("p-milk", OLD))
    counter.till.sale.act()
    counter.till.sale.pay()
    assert counter.till.place == "sale"
    counter.till.sign_out()
    counter.sign_in()
    assert counter.lines == {"p-kefir": 1000} and counter.till.sale.state.expiring is None


def test_a_marked_unit_keeps_its_code_and_one_with_a_number_is_asked_for_it(counter: Counter) -> None:
    sale = counter.till.sale
    scan(counter, label("p-milk", f"{OLD}21SN-77"))
    counter.till.sale.act()
    sale.approver("s-marat")
    give(counter)
    scan(counter, label("p-bread", OLD))
    counter.till.sale.act()
    sale.approver("s-marat")
    give(counter)
    assert sale.state.numbering is not None
    scan(counter, "SN-0001")
    milk, bread = sold(counter)
    assert milk["mark"] == label("p-milk", f"{OLD}21SN-77") and milk["expired"]["approved_by"] == "s-marat"
    assert bread["serials"] == ["SN-0001"] and bread["expired"]["approved_by"] == "s-marat"


def test_a_label_with_number_and_expiry_does_not_slip_by_while_a_number_is_asked_for(counter: Counter) -> None:
    counter.scan("p-bread")
    assert scan(counter, label("p-bread", f"{OLD}21SN-0002")) == (
        "This Rye bread is past its expiry Bring another, and scan its number."
    )
    assert counter.lines == {} and counter.till.sale.state.numbering is not None


def test_a_scales_label_with_an_expiry_is_weighed_goods_all_the_same(tmp_path: Path) -> None:
    home = make_terminal(tmp_path)
    renamed(home, "p-apple", "123")
    counter = Counter(tmp_path, home=home).sign_in()
    code = "487000000005"
    text = f"]C101{(code + check_digit(code)).zfill(14)}3103000640{OLD}"
    assert "expired on 8 Oct 2025" in scan(counter, text)
    counter.till.sale.act()
    counter.till.sale.approver("s-marat")
    give(counter)
    assert counter.lines == {"p-apple": 640}
    counter.stop()


def test_the_words_stand_in_four_languages(counter: Counter) -> None:
    ask(counter, label("p-milk", OLD))
    said = set()
    for spoken in ("en", "ru", "kk", "ka"):
        set_language(spoken)
        counter.till.sale.spoken()
        said |= {counter.said, *(words for _key, words in reasons())}
    assert len(said) == 16


def _change(counter: Counter, statement: str) -> None:
    path = files.current(counter.home)
    assert path is not None
    db = sqlite3.connect(path)
    with db:
        db.execute(statement)
    db.close()
