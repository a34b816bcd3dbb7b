"""What a till says to a card terminal by nexo Sale to POI, and what it hears. Each call waits, in a thread for it.

Nothing here knows what was said before: `pos.devices.nexo` keeps that. Every call raises NotSent if nothing left this
machine, Lost if no whole answer came, and Unfit if what came does not answer.
"""

import logging
import secrets
from dataclasses import dataclass, replace
from threading import Event

from pos.devices import nexo_judge as judge
from pos.devices import nexo_messages as wire
from pos.devices.base import N_, DeviceFault, DeviceState
from pos.devices.card import CARD_BABBLE, CARD_OFF
from pos.devices.nexo_judge import Asked, Told
from pos.devices.nexo_line import Line, Lost, NotSent
from pos.devices.nexo_messages import PAYMENT, REVERSAL, Unfit
from pos.devices.nexo_seal import Seal
from pos.devices.nexo_slips import QUALIFIERS
from sync.actions.clock import now_ms
from sync.domain.payments import AttemptState

log = logging.getLogger(__name__)

CARD_NOT_READY = DeviceFault(
    "card_not_ready", N_("The card terminal says that it is not ready. Nothing was charged. Look at its screen.")
)
Body = dict[str, object]


@dataclass(frozen=True)
class NexoSettings:
    """One card terminal. `answer_s`: for the answer to a short question; `shopper_s`: to a payment, longer than the
    terminal itself waits; `ask_again_s`: how often an unknown attempt is asked about; `sure_s`: how long nobody must
    know of an attempt before it counts as never received; `retry_s` and `look_s`: how often the terminal is looked for
    while it is away, and while it is there."""

    line: Line
    poi_id: str
    sale_id: str
    name: str = "card terminal"
    seal: Seal | None = None
    answer_s: float = 5.0
    shopper_s: float = 180.0
    ask_again_s: float = 2.0
    sure_s: float = 5.0
    retry_s: float = 5.0
    look_s: float = 30.0


class NexoTalk:
    """One terminal's questions to one card terminal. Safe from any thread; `stop` ends every wait."""

    def __init__(self, settings: NexoSettings, stop: Event) -> None:
        self.settings = settings
        self._stop = stop

    def move(self, asked: Asked) -> Told:
        """Charge, or give back. This is the one message that moves money: it is sent once for an attempt."""
        return self._move(asked, asked.service_id)

    def _move(self, asked: Asked, number: str) -> Told:
        name, body = _payment(asked) if asked.category == PAYMENT else _refund(asked)
        reply, _mine = self._talk(asked.category, number, name, body, self.settings.shopper_s)
        return judge.moved(reply, asked)

    def take_back(self, asked: Asked) -> Told:
        """Give a payment back, whole, once it is known which transaction of the terminal it was. REVERSED if it went,
        else how the payment stands."""
        told = self.how(asked)
        original = wire.transaction_of(told.reference)
        if told.state is not AttemptState.APPROVED or original is None:
            return told
        whole = replace(asked, category=REVERSAL, amount=told.amount, currency=told.currency, original=original)
        back = self._move(whole, wire.service_id(asked.attempt, "reverse"))
        gone = back.state is AttemptState.APPROVED
        return replace(told, state=AttemptState.REVERSED, slips=back.slips) if gone else told

    def how(self, asked: Asked) -> Told:
        """How an attempt stands. Of one that this process did not begin, it is not known whether it charged or gave
        back: both are asked for. One that was approved may have been taken back since."""
        known = asked.amount > 0
        told = self._status(asked, asked.service_id)
        if told.missing and not known:
            told = self._status(replace(asked, category=REVERSAL), asked.service_id)
        elif told.state is AttemptState.APPROVED and asked.category == PAYMENT:
            back = self._status(replace(asked, category=REVERSAL), wire.service_id(asked.attempt, "reverse"))
            if back.state is AttemptState.PENDING:
                return back
            if back.state is AttemptState.APPROVED:
                return replace(told, state=AttemptState.REVERSED, slips=back.slips)
        return told

    def _status(self, asked: Asked, number: str) -> Told:
        body: Body = {"MessageReference": self._about(asked.category, number)}
        body |= {"ReceiptReprintFlag": True, "DocumentQualifier": list(QUALIFIERS)}
        answer_s = self.settings.answer_s
        reply, mine = self._talk("TransactionStatus", _any(), "TransactionStatusRequest", body, answer_s)
        return judge.status(reply, asked, number, mine)

    def abort(self, asked: Asked) -> None:
        """Ask the terminal to stop an attempt. How it ended the attempt's own answer says, or a question."""
        body: Body = {"MessageReference": self._about(asked.category, asked.service_id), "AbortReason": "MerchantAbort"}
        self._post(self._header("Abort", _any()), "AbortRequest", body, self.settings.answer_s)

    def _about(self, category: str, number: str) -> dict[str, str]:
        ours, theirs = self.settings.sale_id, self.settings.poi_id
        return {"MessageCategory": category, "ServiceID": number, "SaleID": ours, "POIID": theirs}

    def health(self) -> tuple[DeviceState, DeviceFault | None]:
        """How the terminal is; one that wants us to log in first is logged in to."""
        try:
            if self._diagnosed() or (self._logged_in() and self._diagnosed()):
                return DeviceState.READY, None
            return DeviceState.TROUBLE, CARD_NOT_READY
        except NotSent as no:
            return DeviceState.OFF, no.fault
        except Lost as why:
            log.warning("card terminal %s gave no answer: %s", self.settings.name, why)
            return DeviceState.OFF, CARD_OFF
        except Unfit as why:
            log.warning("card terminal %s said what is no answer: %s", self.settings.name, why)
            return DeviceState.TROUBLE, CARD_BABBLE

    def _diagnosed(self) -> bool:
        body: Body = {"HostDiagnosisFlag": False}
        reply, _mine = self._talk("Diagnosis", _any(), "DiagnosisRequest", body, self.settings.answer_s)
        said = reply.diagnosis_response.response if reply.diagnosis_response else None
        return judge.well(said) or (said is not None and said.error_condition == "Busy")

    def _logged_in(self) -> bool:
        software = {"ProviderIdentification": "Storefloor", "ApplicationName": "Storefloor", "SoftwareVersion": "1"}
        body: Body = {"DateTime": wire.stamp(now_ms()), "SaleSoftware": software, "OperatorLanguage": "en"}
        reply, _mine = self._talk("Login", _any(), "LoginRequest", body, self.settings.answer_s)
        return judge.well(reply.login_response.response if reply.login_response else None)

    def _header(self, category: str, number: str) -> wire.Header:
        ours, theirs = self.settings.sale_id, self.settings.poi_id
        return wire.Header(
            message_category=category,
            message_type="Request",
            sale_id=ours,
            poi_id=theirs,
            service_id=number,
            protocol_version=wire.VERSION,
        )

    def _talk(
        self, category: str, number: str, name: str, body: Body, patience_s: float
    ) -> tuple[wire.Reply, wire.Header]:
        """A question and the answer that carries its header. Raises NotSent, Lost, Unfit."""
        mine = self._header(category, number)
        raw = self._post(mine, name, body, patience_s)
        reply = wire.read(self.settings.seal.open(raw) if self.settings.seal else raw)
        judge.check_header(reply.message_header, mine)
        return reply, mine

    def _post(self, mine: wire.Header, name: str, body: Body, patience_s: float) -> bytes:
        message = wire.request(mine, name, body)
        sealed = self.settings.seal.close(message) if self.settings.seal else message
        return self.settings.line.post(sealed, patience_s, self._stop)


def _payment(asked: Asked) -> tuple[str, Body]:
    amount = {"Currency": asked.currency, "RequestedAmount": wire.written(asked.amount, asked.currency)}
    return "PaymentRequest", {"SaleData": _sale(asked), "PaymentTransaction": {"AmountsReq": amount}}


def _refund(asked: Asked) -> tuple[str, Body]:
    """Reversals name no currency of their own, so the sale's data do."""
    sale = _sale(asked) | {"SaleToAcquirerData": f"currency={asked.currency}"}
    body = {"OriginalPOITransaction": {"POITransactionID": asked.original}, "ReversalReason": "MerchantCancel"}
    return "ReversalRequest", body | {
        "SaleData": sale,
        "ReversedAmount": wire.written(asked.amount, asked.currency),
    }


def _sale(asked: Asked) -> Body:
    named = wire.TransactionId(transaction_id=asked.attempt, time_stamp=wire.stamp(asked.at or now_ms()))
    return {"SaleTransactionID": named}


def _any() -> str:
    """A ServiceID for a question that nobody asks about later."""
    return wire.service_id(secrets.token_hex(16), "question")
