"""The shopper's window: each state of a sale on it, with nothing cut and nothing to touch."""

from typing import Any

from pos.shown import Shown, ShownLine
from tests.screens.stage import Stage
from tests.screens.test_till import cut, suns


def line(number: int, name: str, count: int = 1000, unit: str = "pcs", each: int = 1599000) -> ShownLine:
    return ShownLine(str(number), name, count, unit, each, each * count // 1000, picture="kettle-clay", tint="sky")


def test_a_shopper_sees_lines_weight_what_is_due_and_change(ui: Stage, window: Any) -> None:
    from pos.customer.screen import CustomerScreen

    ui.device("kiosk")
    screen = ui.show(CustomerScreen())
    goods = tuple(line(n, f"Kettle Samal, glazed, number {n}", 2000) for n in range(9))
    apples = line(0, "Apples", 1234, "kg", 79900)
    sale = Shown("sale", "en", "KZT", goods, "8", total=28_782_000, saved=300_000, due=28_782_000)
    for shown, words in (
        (Shown(), "Welcome"),
        (sale, "and 3 more lines"),
        (Shown("sale", "en", "KZT", goods, "8", apples, due=28_782_000), "1.234 kg"),
        (Shown("pay", "en", "KZT", goods, due=28_782_000, given=30_000_000, change=1_218_000), "Change"),
        (Shown("pay", "ru", "KZT", goods, due=28_782_000, card="wait"), ""),
        (Shown("done", "en", "KZT", due=28_782_000, change=1_218_000), "Your change"),
    ):
        screen.show(shown)
        ui.step(4)
        if shown is sale:
            ui.picture("customer-sale-en")
        assert ui.sees(words) if words else shown.language == "ru"
        assert cut(ui) == [] and suns(ui) == 0
    ui.language("en")
