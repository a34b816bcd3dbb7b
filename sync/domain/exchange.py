"""An exchange under way: goods on the counter that are to pay for other goods. Nothing of it is recorded yet. Pure."""

from dataclasses import dataclass

from sync.domain.catalogue import Product
from sync.domain.orders import Purchase
from sync.domain.returns import Basis, Destination, Item, Refund, plan_refunds


@dataclass(frozen=True, slots=True)
class ComingBack:
    """A line of it as people see it: `quantity` thousandths, worth `amount` minor units; `product` where known."""

    name: str
    quantity: int
    unit: str
    amount: int
    product: Product | None = None


@dataclass(frozen=True, slots=True)
class GoodsBack:
    """What a shopper gives back for the goods in a cart. `purchase` as it was told, `items` as they lie on the counter,
    worth `worth` minor units. `basis` is what lets them pay, never a promise; `claim` the claimed right, held until
    `until` by this terminal's clock (UTC ms); `approver` is the staff id of who approved it, "" where nobody had to."""

    return_id: str
    purchase: Purchase
    items: tuple[Item, ...]
    lines: tuple[ComingBack, ...]
    worth: int
    basis: Basis
    claim: str = ""
    until: int = 0
    approver: str = ""
    claimed: tuple[tuple[str, int], ...] = ()

    @property
    def right(self) -> list[tuple[str, int]]:
        """The lines whose right is claimed, and thousandths of each."""
        return list(self.claimed) or [(item.line, item.quantity) for item in self.items]


def paid_by_goods(worth: int, due: int) -> int:
    """What of `worth` pays, where `due` is what nothing else paid: never more than either, never less than nothing."""
    return max(0, min(worth, due))


def left_over(back: GoodsBack, into: int, cash_step: int) -> tuple[Refund, ...]:
    """What goes back once `into` of it paid for other goods: by the purchase's tenders; what other goods had paid for,
    onto store credit."""
    plan = plan_refunds(back.purchase.paid, back.worth, cash_step, Destination.TENDERS, into)
    return tuple(refund for refund in plan or () if refund.to is not Destination.EXCHANGE)
