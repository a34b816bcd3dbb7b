"""A store pays and gives back by a card terminal that speaks nexo Sale to POI, in a process of its own, by HTTPS."""

from tests.devices.nexoing import NexoProcess
from tests.flows.carding import on_counter, over, payments, press
from tests.flows.returning import Shop
from tests.stories.at_the_desk import cases, paid_back
from tests.stories.nexo.till import NexoTill
from tests.stories.test_card_refund import MUG, at_hub


def test_f29_a_till_killed_while_a_card_pays_ends_its_sale_and_gives_it_back_later(
    shop: Shop, card: NexoProcess, till: NexoTill
) -> None:
    card.fault("by_hand on")
    till.pay(MUG)
    card.until(lambda it: it["asks"])
    till.off()
    till.start()
    till.until(lambda: till.till.place == "payment")
    card.press("tap")
    till.until(lambda: till.till.place == "done")
    assert [amount for _attempt, amount in card.look()["charged"]] == [10_002]
    body = till.till.done.state.sale.body
    assert [(it.kind, it.amount, it.masked) for it in body.tenders] == [("card", 10_002, "•• 4242")]
    till.printed(1)
    assert "Approval PP400-1.000001\n" in till.printer.texts[-1].replace(" \n", "\n")
    till.till.next_customer()
    card.fault("by_hand off")
    till.online()

    on_counter(till, body.receipt, MUG)
    press(till)
    over(till)
    till.online()
    assert [amount for _attempt, amount in card.look()["given_back"]] == [10_002]
    assert [state for _attempt, state in payments(till)] == ["pending", "approved"]
    assert at_hub(shop) == (["approved"], [10_002]) and paid_back(shop) == [] and cases(shop) == []
