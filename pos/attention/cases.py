"""What each code means to a person: a title, what happened, what was kept, what there is to do. One table."""

from dataclasses import dataclass

from pos.devices.base import N_
from pos.ui.i18n import _
from sync.domain.verdicts import Code


@dataclass(frozen=True, slots=True)
class Told:
    """A code in words; its methods give them in the language of the moment."""

    icon: str
    _title: str
    _happened: str
    _kept: str
    _todo: str

    def title(self) -> str:
        """What it is called."""
        return _(self._title)

    def happened(self) -> str:
        """What happened."""
        return _(self._happened)

    def kept(self) -> str:
        """What was kept, and what there is to do."""
        return f"{_(self._kept)} {_(self._todo)}"


BOTH = N_("Both stay on record.")
AS_IT_CAME = N_("It is recorded as it came.")
ASIDE = N_("It is kept aside and counts for nothing.")
ONCE = N_("The first one counts, the second is kept beside it.")
ALL_KEPT = N_("Nothing that was recorded is lost.")
HOW = N_("How was it settled?")
CUSTOMER = N_("What does the customer get?")
LOOK = N_("Look into it, then say what it was.")
OFFICE = N_("Tell the office, then say what it was.")
MACHINE = N_("Let support look at the machine.")
BANK = N_("Look at the bank's own list first.")
WAIT = N_("It settles itself. There is nothing to do here.")

CASES: dict[Code, Told] = {
    Code.REFUND_RIGHT: Told(
        "copy", N_("The same goods came back twice"), N_("More came back than was bought."), BOTH, CUSTOMER
    ),
    Code.RETURN_DIFFERS: Told(
        "receipt", N_("A return does not add up"), N_("The till and the order count it differently."), BOTH, CUSTOMER
    ),
    Code.PURCHASE_UNKNOWN: Told(
        "search",
        N_("A return of an unknown order"),
        N_("The order system has no such order yet."),
        AS_IT_CAME,
        CUSTOMER,
    ),
    Code.STOCK_BELOW_ZERO: Told(
        "layers", N_("More was sold than was there"), N_("The shelf's number is below zero."), BOTH, LOOK
    ),
    Code.OVERSOLD: Told(
        "copy", N_("More is promised than is there"), N_("An online order took what the shelf lacks."), BOTH, CUSTOMER
    ),
    Code.UNIT_SOLD_TWICE: Told(
        "copy",
        N_("The same unit was sold twice"),
        N_("Two sales have its own code, and it did not come back in between."),
        BOTH,
        N_("Look whether one was misread, or a code was copied."),
    ),
    Code.PAYMENT_UNKNOWN: Told(
        "credit-card",
        N_("A card answer is not known"),
        N_("The card terminal did not say whether it took the money."),
        N_("Nobody is charged twice."),
        BANK,
    ),
    Code.PAYMENT_STEP: Told(
        "credit-card",
        N_("A card payment went an odd way"),
        N_("Its steps do not follow each other."),
        AS_IT_CAME,
        BANK,
    ),
    Code.CARD_BACK_UNKNOWN: Told(
        "credit-card",
        N_("A refund by card is not known"),
        N_("The card terminal did not say whether it gave the money back."),
        N_("Nothing goes back twice."),
        BANK,
    ),
    Code.FISCAL_FAILED: Told(
        "receipt",
        N_("A receipt is not fiscalised"),
        N_("The fiscal printer took it for wrong."),
        AS_IT_CAME,
        N_("Make it by hand there."),
    ),
    Code.CLOCK_WRONG: Told(
        "clock",
        N_("A till's clock runs ahead"),
        N_("It recorded in the future."),
        AS_IT_CAME,
        N_("Set the clock right."),
    ),
    Code.FORK: Told(
        "users",
        N_("Two machines share one name"),
        N_("Both recorded under the same numbers."),
        N_("Both are kept, the second aside."),
        MACHINE,
    ),
    Code.TWIN: Told(
        "users", N_("An old machine speaks again"), N_("It uses the name of the one in its place."), ALL_KEPT, MACHINE
    ),
    Code.CHAIN: Told(
        "users", N_("A till's entries part ways"), N_("They do not continue what was sent before."), ALL_KEPT, MACHINE
    ),
    Code.JOURNAL_LOST: Told(
        "history",
        N_("A till lost entries with its disk"),
        N_("Their numbers are known, their contents are not."),
        N_("What was sent before is safe."),
        N_("Count the drawer against its papers."),
    ),
    Code.JOURNAL_DIFFERS: Told(
        "history", N_("A till's books differ"), N_("It holds other entries than the order system."), BOTH, MACHINE
    ),
    Code.TOTAL_DIFFERS: Told(
        "receipt", N_("A sale does not add up"), N_("Its lines and its total differ."), AS_IT_CAME, OFFICE
    ),
    Code.PRODUCT_UNKNOWN: Told(
        "tag", N_("An article is not known"), N_("It was sold, and the catalogue lacks it."), AS_IT_CAME, OFFICE
    ),
    Code.LOCATION_UNKNOWN: Told(
        "map-pin", N_("A place is not known"), N_("An entry names a location that there is not."), AS_IT_CAME, OFFICE
    ),
    Code.NOT_ALLOWED: Told(
        "lock",
        N_("A terminal did what it may not"),
        N_("Its kind or its place does not fit the entry."),
        AS_IT_CAME,
        LOOK,
    ),
    Code.DUPLICATE_SALE: Told("copy", N_("A sale came twice"), N_("Two entries carry the same sale."), ONCE, OFFICE),
    Code.DUPLICATE_RETURN: Told(
        "copy", N_("A return came twice"), N_("Two entries carry the same return."), ONCE, OFFICE
    ),
    Code.DUPLICATE_OPERATION: Told(
        "copy", N_("An entry came twice"), N_("Two entries carry the same name."), ONCE, OFFICE
    ),
    Code.UNREADABLE: Told(
        "circle-alert", N_("An entry can't be read"), N_("Its contents make no sense."), ASIDE, OFFICE
    ),
    Code.KIND_UNKNOWN: Told(
        "hourglass", N_("A newer till wrote this"), N_("The order system is too old to read it."), ASIDE, WAIT
    ),
    Code.SCHEMA_UNKNOWN: Told(
        "hourglass", N_("A newer till wrote it so"), N_("The order system is too old to read it."), ASIDE, WAIT
    ),
    Code.HUB_RESTORED: Told(
        "history",
        N_("The order system went back in time"),
        N_("It was restored from a backup."),
        N_("The tills gave it again what it lacked."),
        N_("Let channels tell again what they told since."),
    ),
    Code.OWED_TWICE: Told(
        "banknote",
        N_("The same cash was paid out twice"),
        N_("Two tills paid what was owed once."),
        BOTH,
        LOOK,
    ),
    Code.ORDER_OVERPAID: Told(
        "wallet",
        N_("An order was paid twice"),
        N_("More was paid for it than is due."),
        N_("All of the money is in the books."),
        CUSTOMER,
    ),
    Code.OWED_DIFFERS: Told(
        "banknote",
        N_("Cash was paid out that is not owed"),
        N_("The order system knows no such debt, or another amount."),
        AS_IT_CAME,
        LOOK,
    ),
    Code.VALUE_OVERDRAWN: Told(
        "gift", N_("A gift card paid more than it held"), N_("It was used where nobody could ask."), BOTH, CUSTOMER
    ),
    Code.VALUE_UNKNOWN: Told(
        "gift", N_("A gift card is not known"), N_("The order system has none like it."), AS_IT_CAME, CUSTOMER
    ),
    Code.EXCHANGE_DIFFERS: Told(
        "receipt", N_("An exchange does not add up"), N_("Its return gave another amount than it paid."), BOTH, OFFICE
    ),
    Code.HANDED_OUT_TWICE: Told(
        "package", N_("A parcel was handed out twice"), N_("It was given where nobody could ask."), BOTH, CUSTOMER
    ),
    Code.PARCEL_DIFFERS: Told(
        "package",
        N_("A parcel is not where it should be"),
        N_("What was done with it does not fit its order."),
        BOTH,
        LOOK,
    ),
    Code.PROXY_DIFFERS: Told(
        "users",
        N_("A proxy's pass did not hold"),
        N_("The order was given on a pass that was withdrawn before."),
        BOTH,
        N_("Call the customer, then say what it was."),
    ),
    Code.SUBSTITUTE_DIFFERS: Told(
        "package",
        N_("Something else was packed than ordered"),
        N_("The order does not allow another article."),
        AS_IT_CAME,
        CUSTOMER,
    ),
    Code.PARCEL_SURPLUS: Told(
        "package",
        N_("A parcel came that nobody expects"),
        N_("Its label was scanned; no order for this store knows it."),
        N_("It is on record, with who found it and when."),
        N_("Keep it aside, look where it belongs, and send it on."),
    ),
    Code.PARCEL_MISSING: Told(
        "package",
        N_("A parcel did not come"),
        N_("It was expected with the others, and was not among them."),
        N_("It is still expected, and received if it comes."),
        N_("Ask where it was packed, and call the customer."),
    ),
    Code.BLIND_LIMIT: Told(
        "shield-check",
        N_("A return without proof, beyond its limits"),
        N_("The rules allow less than was given."),
        AS_IT_CAME,
        LOOK,
    ),
    Code.DUPLICATE_SHIFT: Told("copy", N_("A shift came twice"), N_("Two entries carry the same shift."), ONCE, OFFICE),
    Code.SHIFT_DIFFERS: Told(
        "coins", N_("A shift's sums differ"), N_("Its count and its entries do not agree."), BOTH, LOOK
    ),
    Code.SHIFT_UNKNOWN: Told(
        "coins", N_("An entry of an unknown shift"), N_("It names a shift that is not open."), AS_IT_CAME, OFFICE
    ),
    Code.SHIFT_LEFT_OPEN: Told(
        "coins", N_("A shift was never closed"), N_("The till went on with another one."), AS_IT_CAME, LOOK
    ),
    Code.SHIFT_LATE: Told(
        "history", N_("An entry came after the count"), N_("Its shift was closed already."), AS_IT_CAME, LOOK
    ),
    Code.SETTLED_ALREADY: Told(
        "users",
        N_("Two people settled it differently"),
        N_("The first word stands."),
        BOTH,
        N_("Agree with each other."),
    ),
    Code.MATTER_UNKNOWN: Told(
        "search",
        N_("A settled case is not known"),
        N_("The order system forgot what it was about."),
        N_("The word on it is kept."),
        LOOK,
    ),
}
OTHER = Told("circle-alert", N_("Something needs a person"), N_("A newer order system noted it."), ALL_KEPT, HOW)
"""For a code that this software has no words for."""


def told(code: str) -> Told:
    """A code in words."""
    return CASES.get(Code(code), OTHER) if code in Code.__members__.values() else OTHER
