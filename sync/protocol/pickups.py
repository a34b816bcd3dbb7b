"""Operations of parcels, their rows in the feed, and what is claimed online. Part of `operations` and `messages`.

Quantities in thousandths, money in minor units, times UTC in ms. States and words as in `sync.domain.pickups`.
"""

from typing import Any

import msgspec

from sync.domain.pickups import Parcel, ParcelLine

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Parcel)


def row_of(parcel: Parcel) -> dict[str, Any]:
    """A parcel's row of the feed, whose `body` is all of it in JSON."""
    row = {name: getattr(parcel, name) for name in ("id", "order", "location", "shelf", "fence")}
    return row | {"state": parcel.state.value, "body": _encoder.encode(parcel).decode()}


def read(body: str) -> Parcel:
    """A parcel from its row's body."""
    return _decoder.decode(body)


# --- operations ------------------------------------------------------------------------------------------------------


class ParcelPacked(msgspec.Struct, frozen=True):
    """Body of kind `parcel_packed`, schema 1: lines of an order were put into a parcel at `location`, to be collected
    at `to`."""

    parcel: str
    order: str
    number: str
    location: str
    to: str
    lines: list[ParcelLine]
    due: int = 0
    currency: str = ""


class ParcelReceived(msgspec.Struct, frozen=True):
    """Body of kind `parcel_received`, schema 1: it came to the store where it is collected. `fence`: as it was seen.
    `by_hand`: without a scan of its label, by the word of who recorded it."""

    parcel: str
    order: str
    number: str
    location: str
    fence: int
    lines: list[ParcelLine]
    by_hand: bool = False


class ParcelShelved(msgspec.Struct, frozen=True):
    """Body of kind `parcel_shelved`, schema 1: it is ready on that shelf, and waits until `expires`."""

    parcel: str
    order: str
    number: str
    location: str
    shelf: str
    fence: int
    expires: int
    lines: list[ParcelLine]


class HandedParcel(msgspec.Struct, frozen=True):
    """One parcel of a hand-out: the fence that was seen, and what is in it. `by_hand`: its label could not be scanned,
    and who recorded it looked at it."""

    parcel: str
    fence: int
    lines: list[ParcelLine]
    by_hand: bool = False


class HandedOut(msgspec.Struct, frozen=True):
    """Body of kind `handed_out`, schema 1: parcels of an order were given to who may have them.

    `receipt`: the slip's number, of the terminal's own series. `verified`: how the person was made sure of.
    `signature`: the digest of what was signed, "" if nothing was. `claim`: that of the hub, "" without the network.
    `document`: which kind was seen (`sync.domain.pickups.Document`), never its number; `proxy`: who of those that the
    order names, or whose own pass was shown, "" if it was not one of them; `proxy_pass`: that pass's serial, "" without
    one.
    """

    hand_out: str
    receipt: str
    order: str
    number: str
    location: str
    parcels: list[HandedParcel]
    verified: str
    signature: str = ""
    claim: str = ""
    language: str = "en"
    document: str = ""
    proxy: str = ""
    proxy_pass: str = ""


class ParcelSentBack(msgspec.Struct, frozen=True):
    """Body of kind `parcel_sent_back`, schema 1: it waits no more. `to`: where it goes, "" for on sale again here."""

    parcel: str
    order: str
    number: str
    location: str
    fence: int
    reason: str
    lines: list[ParcelLine]
    to: str = ""


class LineRefused(msgspec.Struct, frozen=True):
    """Body of kind `line_refused`, schema 1: this store can't give a line; the hub looks for another source."""

    order: str
    number: str
    line: str
    location: str
    reason: str


class ParcelSurplus(msgspec.Struct, frozen=True):
    """Body of kind `parcel_surplus`, schema 1: at `location` a label was scanned that nobody expects there. `label`: as
    it was read, of an SSCC its 18 digits; `parcel`: the parcel's id, if it is a label of ours. `order` and `number` are
    those of its order, if they were known."""

    surplus: str
    label: str
    location: str
    parcel: str = ""
    order: str = ""
    number: str = ""


class ParcelsMissing(msgspec.Struct, frozen=True):
    """Body of kind `parcels_missing`, schema 1: these parcels of an order were expected at `location` and did not
    come. They stay expected."""

    order: str
    number: str
    location: str
    parcels: list[HandedParcel]


BODIES: dict[str, Any] = {
    "parcel_packed": ParcelPacked,
    "parcel_received": ParcelReceived,
    "parcel_shelved": ParcelShelved,
    "handed_out": HandedOut,
    "parcel_sent_back": ParcelSentBack,
    "line_refused": LineRefused,
    "parcel_surplus": ParcelSurplus,
    "parcels_missing": ParcelsMissing,
}
"""The kinds of operations of parcels, with their bodies; each in schema 1."""


# --- online ----------------------------------------------------------------------------------------------------------


class ClaimParcels(msgspec.Struct, frozen=True):
    """POST /v1/claims/parcel: parcels are about to be handed out here. `claim` is the terminal's own id for it."""

    claim: str
    parcels: list[str]


class ClaimedParcels(msgspec.Struct, frozen=True):
    """They are this terminal's until `expires` (UTC ms by the hub's clock, which says `now`), and stand so."""

    claim: str
    expires: int
    now: int
    parcels: list[Parcel]


class ReleaseParcels(msgspec.Struct, frozen=True):
    """POST /v1/claims/parcel/release: they are not handed out after all. One that is gone is fine."""

    claim: str


class ClaimPick(msgspec.Struct, frozen=True):
    """POST /v1/claims/pick: an order (a purchase's id) is about to be picked here, by `actor` (staff id, "" for nobody
    known). `claim` is the terminal's own id for it; the same again lasts longer."""

    claim: str
    order: str
    actor: str = ""


class ClaimedPick(msgspec.Struct, frozen=True):
    """Nobody else at this place picks it until `expires` (UTC ms by the hub's clock, which says `now`)."""

    claim: str
    order: str
    expires: int
    now: int


class PickedBy(msgspec.Struct, frozen=True):
    """Who picks an order already: what a refused claim's `have` says. Names as people know them; `staff` may be ""."""

    terminal: str
    staff: str = ""


class ReleasePick(msgspec.Struct, frozen=True):
    """POST /v1/claims/pick/release: it is not picked after all, or is done. One that is gone is fine."""

    claim: str


class ChannelCancelled(msgspec.Struct, frozen=True):
    """POST /v1/channel/cancelled: what of these lines of an order was not handed out yet is not wanted any more; no
    lines: of all of them. Again changes nothing."""

    order: str
    at: int
    lines: list[str] = []


class AnnouncedLine(msgspec.Struct, frozen=True):
    """Thousandths of an order's line in an announced parcel; `serials`: the units, if they have numbers."""

    line: str
    quantity: int
    serials: tuple[str, ...] = ()


class AnnouncedParcel(msgspec.Struct, frozen=True):
    """A parcel on its way: `parcel` is its id, as on its label. One that the hub has keeps its lines."""

    parcel: str
    order: str
    lines: list[AnnouncedLine] = []


class ChannelParcels(msgspec.Struct, frozen=True):
    """POST /v1/channel/parcels: parcels are on their way from `source` to the store `to`. `sscc`: the transport unit
    they come in, 18 digits, "" for none. One that the hub does not have was packed at `source` at `at` (UTC ms)."""

    source: str
    to: str
    parcels: list[AnnouncedParcel]
    at: int
    sscc: str = ""


class ChannelProxy(msgspec.Struct, frozen=True):
    """POST /v1/channel/proxies: the shopper sends somebody for an order, with a pass of their own. `proxy` is the
    channel's own id for it: the same again gives the same pass. `name`: whose it is, as staff read it ("Saule A.").
    `until`: when it ends (UTC ms), None for as long as the order's own."""

    order: str
    proxy: str
    name: str
    until: int | None = None


class GivenProxyPass(msgspec.Struct, frozen=True):
    """A proxy's pass: `text` goes into a QR code as an order's does. `serial` names it. Times are UTC ms, of whole
    seconds. `new`: it was made by this request."""

    purchase: str
    proxy: str
    serial: str
    text: str
    issued: int
    expires: int
    new: bool


class WithdrawProxy(msgspec.Struct, frozen=True):
    """POST /v1/channel/proxies/withdrawn: the shopper sends nobody after all. The order's own pass, and those of
    others, hold as before. Again changes nothing."""

    order: str
    proxy: str
