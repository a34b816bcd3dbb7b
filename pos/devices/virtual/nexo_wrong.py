"""Answers that no till may believe: what a card terminal, or somebody in its place, could send."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Message = dict[str, Any]
Seals = Callable[[Message], bytes]


@dataclass(frozen=True)
class Sent:
    """An HTTP answer. `length`: what its header claims, 0: as long as it is."""

    body: bytes
    status: int = 200
    length: int = 0


def spoil(wrong: str, whole: Message, seals: Seals) -> Sent:
    """The answer with what is wrong with it; "" is nothing."""
    return WRONG[wrong](whole, seals) if wrong else Sent(seals(whole))


def _of(whole: Message, change: Callable[[Message], None]) -> Message:
    """The message with each answer to a payment or a reversal changed, also one that is repeated."""
    said = whole["SaleToPOIResponse"]
    again = said.get("TransactionStatusResponse", {}).get("RepeatedMessageResponse", {})
    for body in (said, again.get("RepeatedResponseMessageBody", {})):
        for kind in ("PaymentResponse", "ReversalResponse"):
            if kind in body:
                change(body[kind])
    return whole


def _more(said: Message) -> None:
    if "PaymentResult" in said:
        said["PaymentResult"]["AmountsResp"]["AuthorizedAmount"] *= 10


def _less_than_nothing(said: Message) -> None:
    if "PaymentResult" in said:
        said["PaymentResult"]["AmountsResp"]["AuthorizedAmount"] = Decimal("-1.00")


def _parts(said: Message) -> None:
    if "PaymentResult" in said:
        said["PaymentResult"]["AmountsResp"]["AuthorizedAmount"] = Decimal("1.0000001")


def _endless(said: Message) -> None:
    if "PaymentResult" in said:
        said["PaymentResult"]["AmountsResp"]["AuthorizedAmount"] = Decimal("1E+999999")


def _currency(said: Message) -> None:
    if "PaymentResult" in said:
        said["PaymentResult"]["AmountsResp"]["Currency"] = "USD"


def _attempt(said: Message) -> None:
    if "SaleData" in said:
        said["SaleData"]["SaleTransactionID"]["TransactionID"] = "somebody-elses"


def _no_amount(said: Message) -> None:
    said.pop("PaymentResult", None)


def _refund(said: Message) -> None:
    if "PaymentResult" in said:
        said["PaymentResult"]["PaymentType"] = "Refund"


def _header(name: str, value: str) -> Callable[[Message, Seals], Sent]:
    def change(whole: Message, seals: Seals) -> Sent:
        said = whole["SaleToPOIResponse"]
        return Sent(seals({"SaleToPOIResponse": said | {"MessageHeader": said["MessageHeader"] | {name: value}}}))

    return change


def _with(change: Callable[[Message], None]) -> Callable[[Message, Seals], Sent]:
    return lambda whole, seals: Sent(seals(_of(whole, change)))


def _long(whole: Message, seals: Seals) -> Sent:
    return Sent(seals(whole | {"Padding": "x" * 1_000_000}))


def _cut(whole: Message, seals: Seals) -> Sent:
    body = seals(whole)
    return Sent(body[: len(body) // 2], length=len(body))


def _rejected(whole: Message, seals: Seals) -> Sent:
    """What some terminals say to a message that they do not understand."""
    event = {"EventToNotify": "Reject", "EventDetails": "message=Did+not+understand"}
    header = whole["SaleToPOIResponse"]["MessageHeader"] | {"MessageClass": "Event", "MessageCategory": "Event"}
    return Sent(seals({"SaleToPOIRequest": {"MessageHeader": header, "EventNotification": event}}))


WRONG: dict[str, Callable[[Message, Seals], Sent]] = {
    "malformed": lambda whole, seals: Sent(seals(whole)[:-7]),
    "html": lambda whole, seals: Sent(b"<html><body>approved</body></html>"),
    "empty": lambda whole, seals: Sent(b""),
    "deep": lambda whole, seals: Sent(b"[" * 50_000),
    "long": _long,
    "cut": _cut,
    "status": lambda whole, seals: Sent(seals(whole), 500),
    "rejected": _rejected,
    "service_id": _header("ServiceID", "0000000000"),
    "sale_id": _header("SaleID", "another-till"),
    "poi_id": _header("POIID", "another-terminal"),
    "category": _header("MessageCategory", "CardAcquisition"),
    "attempt": _with(_attempt),
    "more": _with(_more),
    "negative": _with(_less_than_nothing),
    "parts": _with(_parts),
    "endless": _with(_endless),
    "currency": _with(_currency),
    "no_amount": _with(_no_amount),
    "refund": _with(_refund),
}
"""What can be wrong, by name."""
