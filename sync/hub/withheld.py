"""What was withheld of a promise and is still free: pure, of the purchase as it stands (I-8)."""

from sync.domain.orders import Purchase
from sync.domain.returns import Basis
from sync.hub.right import UNIT
from sync.protocol.operations import Return


def withheld(purchase: Purchase, body: Return) -> tuple[dict[str, int], int]:
    """By line what of a recorded promise was not paid and is still free, and how much the tenders hold for it. Only
    lines of which all is back count: nothing else can come of what is free then."""
    if body.basis != Basis.PROMISE:
        return {}, 0
    free: dict[str, int] = {}
    for line in body.lines:
        bought = purchase.line(line.line)
        if bought is not None and not bought.left:
            rest = min(line.amount, bought.amount - bought.refunded)
            free |= {line.line: rest} if rest > UNIT else {}
    return free, min(sum(free.values()), sum(paid.left for paid in purchase.paid))
