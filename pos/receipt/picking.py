"""The pick list: what is fetched from the shelves for orders, in the order of a walk through the store."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from pos.receipt.document import Blank, Centred, Cut, Document, Item, Row, Rule
from pos.receipt.page import Page, Stub
from pos.receipt.parcel import ending
from pos.ui.i18n import quantity
from sync.domain.stock import by_walk


@dataclass(frozen=True, slots=True)
class PickedLine:
    """Goods to fetch, quantity in thousandths. `unit` is a word after weighed quantities; `department` and `shelf` are
    "" where nobody said, `place` is the department's among the others. `instead`: what may be given in its place, with
    where it lies; `similar`: any article of the same kind may."""

    name: str
    sku: str
    quantity: int
    department: str = ""
    shelf: str = ""
    unit: str = ""
    place: int = 0
    similar: bool = False
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PickedOrder:
    """An order of the list; `ready_by` by the shop's clock, None if nothing was promised. `to`: the store where it is
    collected, "" if that is this one."""

    number: str
    lines: tuple[PickedLine, ...]
    ready_by: datetime | None = None
    to: str = ""


@dataclass(frozen=True, slots=True)
class PickList:
    """Orders to fetch. `stub`: for whom it was printed, where and when; its number is not shown."""

    stub: Stub
    orders: tuple[PickedOrder, ...]


def pick_paper(pick: PickList, lang: str, copy: bool = False, duplicate: bool = False) -> Document:
    """The list in `lang`, which is that of who fetches: by department and shelf, each line with a box to tick."""
    page = _PickPage(pick, lang)
    items = [
        *page.marks(copy, duplicate),
        Centred(page._("Pick list"), bold=True, big=True),
        Blank(),
        *page.stub(pick.stub.terminal, pick.stub),
        *page.orders(),
        *page.walk(),
        Cut(),
    ]
    return Document(tuple(items), lang, copy, duplicate)


def _department(line: PickedLine) -> tuple[bool, int, str]:
    """Where a line's department stands; what is in none comes last."""
    return (line.department == "", line.place, line.department)


_Found = tuple[PickedLine, PickedOrder]


class _PickPage(Page):
    def __init__(self, pick: PickList, lang: str) -> None:
        super().__init__(lang, "", ())
        self.pick = pick

    def stub(self, title: str, stub: Stub) -> Iterator[Item]:
        """Where and when, and for whom."""
        yield Row(title, f"{stub.local_time:%d.%m.%Y %H:%M}")
        if stub.cashier:
            yield Row(stub.cashier)
        yield Rule()

    def orders(self) -> Iterator[Item]:
        """Which orders, by when each."""
        if any(order.ready_by for order in self.pick.orders):
            yield Row("", self._("Ready by"))
        for order in self.pick.orders:
            until = f"{order.ready_by:%d.%m. %H:%M}" if order.ready_by else ""
            yield Row(self._("Order {number}").format(number=order.number), until, bold=True)
            if order.to:
                yield Row(self._("For {store}").format(store=order.to), indent=2)
        yield Rule()

    def walk(self) -> Iterator[Item]:
        """The lines of all orders, as they lie."""
        found: list[_Found] = [(line, order) for order in self.pick.orders for line in order.lines]
        found.sort(key=lambda it: (*_department(it[0]), by_walk(it[0].shelf), it[0].name, it[1].number))
        for (_none, _place, department), lines in groupby(found, key=lambda it: _department(it[0])):
            yield Blank()
            yield Row(department or self._("Without a department"), bold=True)
            yield from self._lines(lines)

    def _lines(self, lines: Iterable[_Found]) -> Iterator[Item]:
        for line, order in lines:
            count = quantity(line.quantity, self.lang)
            what = f"{count} {line.unit}" if line.unit else f"{count} ×"
            yield Row(f"[ ] {what} {line.name}", line.shelf, bold=True)
            yield Row(line.sku, f"… {ending(order.number)}", indent=4)
            if line.similar:
                yield Row(self._("or another of the same kind"), indent=4)
            for other in line.instead:
                yield Row(self._("or {name}").format(name=other), indent=4)
