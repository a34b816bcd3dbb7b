"""What a card terminal's answer means for an attempt. Anything that does not answer the very question is Unfit.

An answer counts if header, attempt, kind, currency and amount are those that were asked for. A refusal counts at once
if it speaks of card, shopper or bank; one that speaks of the message or the terminal is asked about before it counts,
for the message may have been a second copy.
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

import msgspec

from pos.devices import nexo_messages as wire
from pos.devices.base import N_, DeviceFault
from pos.devices.nexo_messages import Header, Reply, Response, TransactionId, Unfit
from pos.devices.nexo_slips import slips
from sync.domain.card_slips import CardSlip
from sync.domain.payments import AttemptState, fits

CARD_BUSY = DeviceFault(
    "card_busy", N_("The card terminal is busy with something else. Nothing was charged. Try again.")
)
CARD_NO_BANK = DeviceFault(
    "card_no_bank", N_("The card terminal can't reach the bank. Nothing was charged. Take cash or try again.")
)

_SURE = frozenset(
    "Aborted Cancel DeviceOut InsertedCard InvalidCard PaymentRestriction Refusal UnreachableHost WrongPIN".split()
)
_STOPPED = ("Aborted", "Cancel")
_FAULTS = {"Busy": CARD_BUSY, "UnreachableHost": CARD_NO_BANK}
_LONGEST_REASON = 120


@dataclass(frozen=True, slots=True)
class Asked:
    """An attempt as it was asked for. `amount` 0: it was asked for before this process began, so the journal alone
    knows. `original`: the payment that money goes back of."""

    attempt: str
    category: str = wire.PAYMENT
    amount: int = 0
    currency: str = ""
    original: TransactionId | None = None
    at: int = 0

    @property
    def service_id(self) -> str:
        """By which it is asked about."""
        return wire.service_id(self.attempt)


@dataclass(frozen=True, slots=True)
class Told:
    """How an attempt stands. `sure`: whether that is its end; `missing`: nobody knows of it; `slips`: what is to be
    printed of it."""

    state: AttemptState
    amount: int = 0
    currency: str = ""
    reference: str = ""
    masked: str = ""
    scheme: str = ""
    reason: str = ""
    fault: DeviceFault | None = None
    sure: bool = True
    missing: bool = False
    slips: tuple[CardSlip, ...] = ()


PENDING = Told(AttemptState.PENDING)
MISSING = Told(AttemptState.UNKNOWN, missing=True)


def check_header(said: Header, asked: Header) -> None:
    """Raise Unfit unless it is the header of the answer to that question."""
    if (said.message_class, said.message_category, said.message_type) != (
        "Service",
        asked.message_category,
        "Response",
    ):
        raise Unfit("it answers another kind of question")
    if (said.service_id, said.sale_id, said.poi_id) != (asked.service_id, asked.sale_id, asked.poi_id):
        raise Unfit("it answers another question")


def moved(reply: Reply, asked: Asked) -> Told:
    """What the answer to a payment, or to money back, says. Raises Unfit."""
    if asked.category == wire.PAYMENT:
        return _payment(reply.payment_response, asked)
    return _reversal(reply.reversal_response, asked)


def status(reply: Reply, asked: Asked, service_id: str, mine: Header) -> Told:
    """What the terminal says of the transaction `service_id` that it was asked about. Raises Unfit."""
    said = reply.transaction_status_response
    if said is None:
        raise Unfit("it says nothing of the transaction")
    if said.response.result == "Failure":
        return _no_status(said.response)
    if said.message_reference is not None and said.message_reference.service_id not in ("", service_id):
        raise Unfit("it speaks of another transaction")
    again = said.repeated_message_response
    if again is None:
        raise Unfit("it does not say how the transaction ended")
    header = again.message_header
    header = replace_ids(header, mine)
    check_header(header, replace_service(mine, asked.category, service_id))
    body = again.repeated_response_message_body
    if asked.category == wire.PAYMENT:
        told = _payment(body.payment_response, asked)
    else:
        told = _reversal(body.reversal_response, asked)
    return replace(told, sure=True)


def replace_ids(header: Header, mine: Header) -> Header:
    """A repeated header that leaves out whose it is has the ids of the message around it."""
    return msgspec.structs.replace(header, sale_id=header.sale_id or mine.sale_id, poi_id=header.poi_id or mine.poi_id)


def replace_service(header: Header, category: str, service_id: str) -> Header:
    """The header that the transaction's own question had."""
    return msgspec.structs.replace(header, message_category=category, service_id=service_id)


def well(response: Response | None) -> bool:
    """Whether a request simply worked. Raises Unfit where there is no answer."""
    if response is None:
        raise Unfit("it does not answer")
    return response.result == "Success"


def _no_status(response: Response) -> Told:
    if response.error_condition == "NotFound":
        return MISSING
    if response.error_condition == "InProgress":
        return PENDING
    raise Unfit(f"it can't say how the transaction stands: {response.error_condition}")


def _payment(said: wire.PaymentResponse | None, asked: Asked) -> Told:
    if said is None:
        raise Unfit("it says nothing of a payment")
    ours = said.sale_data.sale_transaction_id if said.sale_data else None
    if ours is not None and ours.transaction_id != asked.attempt:
        raise Unfit("it speaks of another attempt")
    if said.response.result == "Failure":
        return _refused(said.response, said.payment_receipt)
    theirs, result = said.poi_data.poi_transaction_id if said.poi_data else None, said.payment_result
    if ours is None or theirs is None or result is None or result.amounts_resp is None:
        raise Unfit("an approval that does not say of what")
    if result.payment_type != "Normal":
        raise Unfit("it approves something else than a payment")
    paid = result.amounts_resp
    currency = paid.currency or asked.currency
    amount = wire.minor(paid.authorized_amount, currency)
    if asked.amount and not fits(asked.amount, asked.currency, amount, currency):
        raise Unfit("it approves another amount")
    card = result.payment_instrument_data.card_data if result.payment_instrument_data else None
    told = Told(AttemptState.APPROVED, amount, currency, wire.reference_of(theirs), slips=slips(said.payment_receipt))
    return replace(told, masked=wire.masked(card.masked_pan), scheme=_plain(card.payment_brand)) if card else told


def _reversal(said: wire.ReversalResponse | None, asked: Asked) -> Told:
    if said is None:
        raise Unfit("it says nothing of money that went back")
    if said.response.result == "Failure":
        return _refused(said.response, said.payment_receipt)
    theirs = said.poi_data.poi_transaction_id if said.poi_data else None
    told = Told(AttemptState.APPROVED, asked.amount, asked.currency, slips=slips(said.payment_receipt))
    if said.reversed_amount is not None and asked.amount:
        amount = wire.minor(said.reversed_amount, asked.currency)
        if amount != asked.amount:
            raise Unfit("it gave another amount back")
    elif said.response.result != "Success":
        raise Unfit("it gave a part back, and not how much")
    return replace(told, reference=wire.reference_of(theirs)) if theirs else told


def _refused(response: Response, receipt: msgspec.Raw) -> Told:
    condition = response.error_condition
    if condition == "InProgress":
        return PENDING
    reason = "cancelled" if condition in _STOPPED else _reason(response)
    told = Told(AttemptState.DECLINED, reason=reason, fault=_FAULTS.get(condition), slips=slips(receipt))
    return replace(told, sure=condition in _SURE)


def _reason(response: Response) -> str:
    """Why, in the terminal's own words, else by the name of the condition."""
    said = _fields(response.additional_response[:4096])
    words = [said[name][0] for name in ("refusalReason", "message") if name in said]
    return _plain(words[0] if words else response.error_condition)


def _fields(text: str) -> dict[str, list[str]]:
    """The values of `name=value&…`; of any other text none."""
    try:
        return parse_qs(text, max_num_fields=100)
    except ValueError:  # more of them than anybody means
        return {}


def _plain(text: str) -> str:
    """Printable, short, and with no number in it that could be a card's."""
    shown = "".join(c for c in text if c.isprintable())[:_LONGEST_REASON]
    return re.sub(r"\d(?:[ -]?\d){8,}", "••", shown)
