"""Toledo 8217, the protocol of shop scales: one letter asks, STX … CR answers. What the answers mean.

`W` asks for the weight: `STX 01.234 CR` in kilograms, `N` behind it when a tare is taken off, or `STX ? s CR` with a
status byte while there is none to give. `T` takes what lies there as tare, `C` forgets it, `Z` sets zero.
"""

import re
from dataclasses import dataclass

from pos.devices.base import Load

WEIGH, TARE, CLEAR, ZERO = b"W", b"T", b"C", b"Z"

_KILOGRAMS = re.compile(rb"(\d{1,3})\.(\d{3})(N?)")
_POUNDS = re.compile(rb"\d{1,3}\.\d{2}N?")
_ALWAYS, _MOTION, _OVER, _UNDER, _CENTRE, _NET = 0x40, 0x01, 0x02, 0x04, 0x10, 0x20


class Garbled(Exception):
    """Something came back that is no answer: another speed, other bits, another device."""


class Pounds(Exception):
    """The scale weighs in pounds."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One answer: what lies there, in thousandths of a kilogram when it is steady; `net`: less a tare."""

    load: Load
    grams: int = 0
    net: bool = False


def read(answer: bytes) -> Weighed:
    """The meaning of one answer, from STX to CR. Raises Garbled or Pounds."""
    start, end = answer.rfind(b"\x02"), answer.find(b"\r")
    if start < 0 or end < start:
        raise Garbled
    # An adapter that is set to eight bits hands over the parity bit with each byte.
    body = bytes(byte & 0x7F for byte in answer[start + 1 : end]).strip(b" ")
    if body[:1] == b"?":
        return _status(body[1:])
    if found := _KILOGRAMS.fullmatch(body):
        grams, net = int(found[1]) * 1000 + int(found[2]), bool(found[3])
        return Weighed(Load.STEADY if grams else Load.EMPTY, grams, net)
    raise Pounds if _POUNDS.fullmatch(body) else Garbled


def _status(status: bytes) -> Weighed:
    """What a status byte says. Over capacity comes first: such a load trembles too."""
    if len(status) != 1 or not status[0] & _ALWAYS:
        raise Garbled
    bits, net = status[0], bool(status[0] & _NET)
    if bits & _OVER:
        return Weighed(Load.OVER, net=net)
    if bits & _MOTION:
        return Weighed(Load.MOVING, net=net)
    if bits & _UNDER:
        return Weighed(Load.BELOW, net=net)
    return Weighed(Load.EMPTY if bits & _CENTRE else Load.MOVING, net=net)
