"""What people were told, and what they may have done without being told: the truth that the hub must hold."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sync.protocol import operations
from sync.protocol.channel import ChannelReceived
from sync.protocol.pickups import HandedOut
from tests.sim.bank import Bank
from tests.sim.purse import Purse

if TYPE_CHECKING:
    from tests.sim.planned import Plan


@dataclass
class Ledger:
    """Of sales."""

    told: dict[str, tuple[str, operations.Sale]] = field(default_factory=dict)
    """Sales that a receipt was printed for: the machine, and what the receipt says."""
    begun: set[str] = field(default_factory=set)
    """Sale ids that a cashier began to close."""
    poison: set[str] = field(default_factory=set)
    """Ids of operations that no hub can apply."""
    dead_disks: set[str] = field(default_factory=set)
    """What was told by a machine whose disk was lost afterwards."""
    receipts: list[str] = field(default_factory=list)
    """The passes on the receipts of sales."""


@dataclass
class Returns:
    """Of what shoppers brought back."""

    told: dict[str, tuple[str, operations.Return]] = field(default_factory=dict)
    """Returns that a slip was printed for: the machine, and what the slip says."""
    blind: dict[str, tuple[str, operations.BlindReturn]] = field(default_factory=dict)
    """Those with nothing to prove them."""
    begun: set[str] = field(default_factory=set)
    planned: "dict[str, Plan]" = field(default_factory=dict)
    """By till, what is looked at before it is recorded."""
    orders: list[str] = field(default_factory=list)
    """Numbers that shoppers know their orders by."""
    passes: dict[str, str] = field(default_factory=dict)
    """The pass of an order, by its number, on its shopper's telephone."""
    slips: list[str] = field(default_factory=list)
    """Receipts of returns whose cash is fetched at a till."""
    paid_out: dict[str, tuple[str, operations.CashPaid]] = field(default_factory=dict)
    """Such cash that was paid: the machine, and what its paper says."""
    exchanged: int = 0
    """Exchanges that a receipt was printed for."""

    def took(self, machine: str, body: operations.Return) -> None:
        """A slip was printed."""
        self.told[body.return_id] = machine, body
        if operations.owed_of(body):
            self.slips.append(body.receipt)


@dataclass
class Collected:
    """Of what shoppers picked up."""

    orders: list[str] = field(default_factory=list)
    """Numbers of orders that are picked up."""
    bodies: dict[str, ChannelReceived] = field(default_factory=dict)
    """Each of them as its channel told it last."""
    begun: set[str] = field(default_factory=set)
    told: dict[str, tuple[str, HandedOut]] = field(default_factory=dict)
    """Hand-outs that were recorded before the parcels were given: the machine, and what the slip says."""
    mine: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Parcels that the hub said are one terminal's: whose, and until when by the hub's clock, UTC ms."""


@dataclass
class Shop:
    """What everybody at the counters knows, and the bank."""

    bank: Bank = field(default_factory=Bank)
    ledger: Ledger = field(default_factory=Ledger)
    returns: Returns = field(default_factory=Returns)
    purse: Purse = field(default_factory=Purse)
    collected: Collected = field(default_factory=Collected)
    rules: dict[str, set[int]] = field(default_factory=dict)
    """Every value that each of the retailer's limits ever had."""
