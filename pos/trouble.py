"""When the local files can't be worked on, in people's words: what is wrong, and what to do. No window here."""

from collections.abc import Mapping

from pos.devices.base import N_
from pos.ui.i18n import _
from sync.local import Reason, Space

_CAUSES: Mapping[Reason | None, str] = {
    Reason.FULL: N_("The disk is full"),
    Reason.READ_ONLY: N_("The disk can't be written"),
    Reason.BROKEN: N_("The disk reports an error"),
    Reason.BUSY: N_("Another program holds this till's files"),
    Reason.DAMAGED: N_("This till's files are damaged"),
    Reason.REPLICA: N_("Some goods, prices or orders here can't be read"),
    None: N_("This till can't work on its files"),
}
_REMEDIES: Mapping[Reason | None, str] = {
    Reason.FULL: N_("Free some space on this till's disk, or call support."),
    Reason.READ_ONLY: N_("Call support: the disk was locked against writing."),
    Reason.BROKEN: N_("Call support: the disk must be looked at."),
    Reason.BUSY: N_("Wait a moment and try again."),
    Reason.DAMAGED: N_("Sell at another till and call support. Leave this one as it is."),
    Reason.REPLICA: N_("Goods, prices and orders are fetched anew from the hub. If it lasts, call support."),
    None: N_("Call support."),
}
_SPACES: Mapping[Space, tuple[str, str]] = {
    Space.FULL: (
        N_("The disk is full"),
        N_("Nothing more can be recorded here. Free some space on this till's disk, or call support."),
    ),
    Space.READ_ONLY: (
        N_("The disk can't be written"),
        N_("Nothing more can be recorded here. Call support: the disk was locked against writing."),
    ),
    Space.LOW: (
        N_("The disk is nearly full"),
        N_("Selling goes on in the room that was kept for it. Free some space on this till's disk soon."),
    ),
}


def cause(reason: Reason | None) -> str:
    """What is wrong, without a full stop. None: nobody knows."""
    return _(_CAUSES[reason])


def remedy(reason: Reason | None) -> str:
    """What to do about it, as a sentence."""
    return _(_REMEDIES[reason])


def said_of(space: Space) -> tuple[str, str] | None:
    """How the disk stands, and what to do; None while all is well."""
    found = _SPACES.get(space)
    return (_(found[0]), _(found[1])) if found else None
