"""A card terminal that speaks nexo Sale to POI over HTTP or HTTPS: its own ledger, and faults on request.

Written from the specification, not from the till's client. It keeps every transaction by who asked and under which
ServiceID, so the same question again is a duplicate, and a lost answer can be asked for.
"""

import json
import logging
import ssl
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec

from pos.devices.nexo_seal import Seal
from pos.devices.virtual.card import CardFaults
from pos.devices.virtual.card_port import CardPort
from pos.devices.virtual.listening import TICK_S
from pos.devices.virtual.nexo_papers import receipts
from pos.devices.virtual.nexo_wrong import WRONG, Sent, spoil

log = logging.getLogger(__name__)

_DIGITS = {"JPY": 0, "KRW": 0, "KWD": 3}
_encode = msgspec.json.Encoder(decimal_format="number").encode
Message = dict[str, Any]


@dataclass
class NexoFaults(CardFaults):
    """Besides those of any card terminal: `drop_requests` counts the payments that never come in; `logged_out`
    wants a login first; `no_bank` reaches no bank; `wrong` is the name of what its answers get wrong (see
    `nexo_wrong.WRONG`). `receipts`: how it prints (see `nexo_papers.receipts`)."""

    drop_requests: int = 0
    logged_out: bool = False
    no_bank: bool = False
    wrong: str = ""
    receipts: str = "plain"


@dataclass
class Deal:
    """One transaction in the ledger. `original`: the number of the payment that it gives back of."""

    kind: str
    attempt: str
    amount: int
    currency: str
    state: str = "pending"
    condition: str = ""
    reason: str = ""
    number: str = ""
    original: str = ""
    tapped: bool = False

    @property
    def stamp(self) -> str:
        """Its time, which is part of its name."""
        return f"2026-01-01T00:00:{len(self.number) % 60:02d}.000Z"


class VirtualNexo(CardPort):
    """`start` it, pay at `host`:`port`, read `charged` and `given_back`, set `faults`, `stop` it."""

    def __init__(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        poi_id: str = "P400-1",
        tls: ssl.SSLContext | None = None,
        seal: Seal | None = None,
    ) -> None:
        """Port 0 takes a free one."""
        super().__init__(port, host, "virtual nexo")
        self.poi_id, self.tls, self.seal = poi_id, tls, seal
        self.faults: NexoFaults = NexoFaults()
        self.ledger: dict[tuple[str, str], Deal] = {}
        self.asked: list[str] = []

    def set_fault(self, name: str, value: str) -> None:
        """Set a fault from text, as the command line does. ValueError names what is unknown."""
        usual: dict[str, Any] = {field.name: field.default for field in fields(NexoFaults)}
        if name not in usual:
            raise ValueError(f"unknown fault {name!r}; there are {', '.join(sorted(usual))}")
        off = value in ("off", "no", "none", "")
        if name == "wrong" and not off and value not in WRONG:
            raise ValueError(f"nothing is wrong by the name {value!r}; there are {', '.join(WRONG)}")
        kind = type(usual[name])
        setattr(self.faults, name, usual[name] if off else True if kind is bool else kind(value))
        self._stir()

    def look(self) -> dict[str, Any]:
        """Its faults; what it asks the shopper for, None where it asks for nothing; how the newest attempt stands."""
        with self._lock:
            shown = [asdict(deal) | {"back": deal.kind == "Reversal"} for deal in self.ledger.values()]
        asked = [deal for deal in shown if deal["state"] == "pending"]
        money = {"charged": self.charged, "given_back": self.given_back, "asked": len(self.asked)}
        last = shown[-1] if shown else None
        found = {"faults": asdict(self.faults), "asks": asked[0] if asked else None, "last": last, "count": len(shown)}
        return found | money

    def press(self, name: str) -> None:
        """What the shopper does: `tap` holds a card to it, `refuse` stops it."""
        if name not in ("tap", "refuse"):
            raise ValueError(f"nobody can {name!r} it")
        with self._lock:
            for deal in [it for it in self.ledger.values() if it.state == "pending"][:1]:
                deal.tapped = True
                if name == "refuse":
                    deal.state, deal.condition = "declined", "Cancel"
        self._stir()

    def _server_at(self, host: str, port: int) -> "_Server":
        return _Server((host, port), self)

    def answer(self, raw: bytes) -> Sent | None:
        """The answer to one request. None: the line drops without one."""
        message = self.seal.open(raw) if self.seal else raw
        said: Message = json.loads(message, parse_float=Decimal)["SaleToPOIRequest"]
        header = said["MessageHeader"]
        kind = header["MessageCategory"]
        self.asked.append(kind)
        does: dict[str, Callable[[Message, Message], Message | None]] = {
            "Payment": self._payment,
            "Reversal": self._reversal,
            "TransactionStatus": self._status,
            "Diagnosis": self._well,
            "Login": self._login,
            "Abort": self._abort,
        }
        body = does[kind](header, said[f"{kind}Request"])
        while self.faults.silent and not self._done.wait(TICK_S):
            pass
        return None if body is None or self._done.is_set() or self.faults.off else self._sent(header, kind, body)

    def _sent(self, header: Message, kind: str, body: Message) -> Sent:
        if kind == "Abort":
            return Sent(b"ok")
        mine = header | {"MessageType": "Response"}
        moves = kind in ("Payment", "Reversal", "TransactionStatus")
        whole = {"SaleToPOIResponse": {"MessageHeader": mine, f"{kind}Response": body}}
        wrong = self.faults.wrong if moves else ""
        return spoil(wrong, whole, lambda it: self._sealed(_encode(it)))

    def _sealed(self, message: bytes) -> bytes:
        return self.seal.close(message) if self.seal else message

    # What it is asked for.

    def _well(self, header: Message, asked: Message) -> Message:
        if self.faults.logged_out:
            return _failed("LoggedOut")
        return {"Response": {"Result": "Success"}, "POIStatus": {"GlobalStatus": "OK"}}

    def _login(self, header: Message, asked: Message) -> Message:
        self.faults.logged_out = False
        return {"Response": {"Result": "Success"}}

    def _payment(self, header: Message, asked: Message) -> Message | None:
        amounts = asked["PaymentTransaction"]["AmountsReq"]
        amount = _minor(amounts["RequestedAmount"], amounts["Currency"])
        attempt = asked["SaleData"]["SaleTransactionID"]["TransactionID"]
        return self._deal(header, Deal("Payment", attempt, amount, amounts["Currency"]))

    def _reversal(self, header: Message, asked: Message) -> Message | None:
        original = asked["OriginalPOITransaction"]["POITransactionID"]["TransactionID"]
        currency = asked["SaleData"]["SaleToAcquirerData"].removeprefix("currency=")
        attempt = asked["SaleData"]["SaleTransactionID"]["TransactionID"]
        amount = _minor(asked["ReversedAmount"], currency)
        return self._deal(header, Deal("Reversal", attempt, amount, currency, original=original))

    def _deal(self, header: Message, deal: Deal) -> Message | None:
        """Take a transaction on, once; the shopper's card, then the bank."""
        key = header["SaleID"], header["ServiceID"]
        with self._lock:
            if self.faults.drop_requests > 0:
                self.faults.drop_requests -= 1
                return None
            refused = self._refused(header, key, deal)
            if refused is not None:
                return refused
            self.ledger[key] = deal
            self._shopper(deal)
            if deal.state == "pending":
                self._decide(deal)
            lost = deal.state == "approved" and self.faults.lose_answers > 0
            self.faults.lose_answers -= lost
        return None if lost else self._said(deal)

    def _refused(self, header: Message, key: tuple[str, str], deal: Deal) -> Message | None:
        if header["POIID"] != self.poi_id or self.faults.logged_out:
            return _failed("LoggedOut" if self.faults.logged_out else "MessageFormat")
        if key in self.ledger:
            return _failed("NotAllowed", "message=ServiceID+was+used+before")
        if any(it.state == "pending" for it in self.ledger.values()):
            return _failed("Busy")
        why = self._no_refund(deal) if deal.kind == "Reversal" else ""
        return _failed("Refusal", f"message={why}") if why else None

    def _no_refund(self, deal: Deal) -> str:
        """Why so much can't go back of that payment; "" if it can."""
        of = [it for it in self.ledger.values() if it.number == deal.original and it.state == "approved"]
        if not of:
            return "no+such+payment"
        gone = [it for it in self.ledger.values() if it.original == deal.original and it.state == "approved"]
        fits = of[0].currency == deal.currency and deal.amount <= of[0].amount - sum(it.amount for it in gone)
        return "" if fits else "more+than+was+charged"

    def _shopper(self, deal: Deal) -> None:
        def over() -> bool:
            return deal.state != "pending" or self._done.is_set()

        if self.faults.slow_s:
            self._lock.wait_for(over, self.faults.slow_s)
        if self.faults.by_hand:
            self._lock.wait_for(lambda: over() or deal.tapped or not self.faults.by_hand)

    def _decide(self, deal: Deal) -> None:
        if self.faults.decline or self.faults.no_bank:
            deal.state, deal.reason = "declined", self.faults.decline
            deal.condition = "UnreachableHost" if self.faults.no_bank else "Refusal"
            return
        if self.faults.partial and deal.kind == "Payment":
            deal.amount = min(deal.amount, self.faults.partial)
        moved = self.charged if deal.kind == "Payment" else self.given_back
        moved.append((deal.attempt, deal.amount))
        deal.state = "approved"
        deal.number = f"{deal.kind[0]}{self.poi_id}.{len(moved):06d}"
        if self.faults.reverse_after and deal.kind == "Payment":
            self.given_back.append((deal.attempt, deal.amount))
            deal.state, deal.condition, deal.reason = "declined", "Refusal", "taken back by the bank"

    def _status(self, header: Message, asked: Message) -> Message:
        about = asked["MessageReference"]
        with self._lock:
            deal = self.ledger.get((about["SaleID"], about["ServiceID"]))
        if deal is None or deal.kind != about["MessageCategory"]:
            return _failed("NotFound")
        if deal.state == "pending":
            return _failed("InProgress")
        was = header | {"MessageType": "Response", "MessageCategory": deal.kind, "ServiceID": about["ServiceID"]}
        again = {
            "MessageHeader": was,
            "RepeatedResponseMessageBody": {f"{deal.kind}Response": self._said(deal, asked["ReceiptReprintFlag"])},
        }
        return {
            "Response": {"Result": "Success"},
            "MessageReference": about,
            "RepeatedMessageResponse": again,
        }

    def _abort(self, header: Message, asked: Message) -> Message:
        about = asked["MessageReference"]
        with self._lock:
            deal = self.ledger.get((about["SaleID"], about["ServiceID"]))
            if deal is not None and deal.state == "pending":
                deal.state, deal.condition = "declined", "Aborted"
        self._stir()
        return {}

    def _said(self, deal: Deal, printed: bool = True) -> Message:
        """The answer to a transaction, now or again; `printed`: with its receipts."""
        amount = _major(deal.amount, deal.currency)
        papers = receipts(asdict(deal), amount, self.faults.receipts) if printed else []
        return self._answer(deal) | ({"PaymentReceipt": papers} if papers else {})

    def _answer(self, deal: Deal) -> Message:
        ours = {"TransactionID": deal.attempt, "TimeStamp": "2026-01-01T00:00:00.000Z"}
        if deal.state != "approved":
            why = f"refusalReason={deal.reason.replace(' ', '+')}" if deal.reason else ""
            return _failed(deal.condition, why) | {"SaleData": {"SaleTransactionID": ours}}
        theirs = {"POIData": {"POITransactionID": {"TransactionID": deal.number, "TimeStamp": deal.stamp}}}
        if deal.kind == "Reversal":
            amount = _major(deal.amount, deal.currency)
            return {"Response": {"Result": "Success"}, "ReversedAmount": amount} | theirs
        partial = self.faults.partial and deal.amount == self.faults.partial
        card = {"CardData": {"PaymentBrand": "Visa", "MaskedPan": "426398******4242"}}
        amounts = {"Currency": deal.currency, "AuthorizedAmount": _major(deal.amount, deal.currency)}
        result = {"PaymentType": "Normal", "PaymentInstrumentData": card, "AmountsResp": amounts}
        said = {"Response": {"Result": "Partial" if partial else "Success"}, "SaleData": {"SaleTransactionID": ours}}
        return said | theirs | {"PaymentResult": result}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], terminal: VirtualNexo) -> None:
        self.terminal = terminal
        super().__init__(address, _Talk)
        if terminal.tls is not None:
            self.socket = terminal.tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.info("a till's connection ended", exc_info=True)


class _Talk(BaseHTTPRequestHandler):
    """One connection."""

    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer one message, or drop the line."""
        self.close_connection = True
        said = self.server.terminal.answer(self.rfile.read(int(self.headers["Content-Length"])))
        if said is None:
            return
        self.send_response(said.status)
        self.send_header("Content-Length", str(said.length or len(said.body)))
        self.end_headers()
        self.wfile.write(said.body)

    def log_message(self, format: str, *args: Any) -> None:
        log.debug(format, *args)


def serving(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    """TLS with a certificate of its own; None without one."""
    if certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def _failed(condition: str, more: str = "") -> Message:
    said = {"Result": "Failure", "ErrorCondition": condition}
    return {"Response": said | ({"AdditionalResponse": more} if more else {})}


def _minor(amount: Decimal | int, currency: str) -> int:
    return int(Decimal(amount).scaleb(_DIGITS.get(currency, 2)))


def _major(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-_DIGITS.get(currency, 2))
