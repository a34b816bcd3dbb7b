"""A proxy's own pass as text: the envelope of every pass (`sync.protocol.passes`) around claims of its own.

Byte for byte in `sync/README.md`. A terminal that is older than these passes reads no order in one, and says that it
can't read it: it fails to the safe side.
"""

from sync.domain.passes import ProxyPass
from sync.protocol.cbor import Item
from sync.protocol.passes import BadPass, Sealed, named_in, number_in, sealed_text, seconds, word_in

_ISS, _SUB, _EXP, _IAT, _CTI, _PROXY = 1, 2, 4, 6, 7, -65539
_NAME, _NUMBER, _PLACE = 1, 2, 3


def write(shown: ProxyPass, seed: bytes) -> str:
    """The text of a proxy's pass, signed with the key of that seed (32 bytes). Its times are whole seconds. Raises
    TooLarge."""
    said: dict[int, Item] = {_NAME: shown.name}
    if shown.number != named_in(shown.order)[1]:
        said[_NUMBER] = shown.number
    if shown.place:
        said[_PLACE] = shown.place
    claims: dict[int, Item] = {
        _ISS: shown.retailer,
        _SUB: shown.order,
        _EXP: seconds(shown.expires),
        _IAT: seconds(shown.issued),
        _CTI: bytes.fromhex(shown.serial),
        _PROXY: said,
    }
    return sealed_text(shown.kid, claims, seed)


def said_by(sealed: Sealed) -> ProxyPass | None:
    """What a proxy's pass says, None if it is a pass of another kind; believe it only if the key signed it. Raises
    BadPass."""
    claims = sealed.claims()
    if _PROXY not in claims:
        return None
    said, serial, order = claims[_PROXY], claims.get(_CTI), word_in(claims, _SUB)
    if not isinstance(said, dict) or not isinstance(serial, bytes):
        raise BadPass("it does not say whose it is")
    return ProxyPass(
        kid=sealed.kid,
        retailer=word_in(claims, _ISS),
        serial=serial.hex(),
        issued=number_in(claims, _IAT) * 1000,
        expires=number_in(claims, _EXP) * 1000,
        order=order,
        number=word_in(said, _NUMBER, named_in(order)[1]),
        name=word_in(said, _NAME),
        place=word_in(said, _PLACE, ""),
    )
