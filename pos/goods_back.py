"""Goods that come back, in words: why, how, and where they go then. No window here."""

from pos.ui.i18n import _
from sync.domain.returns import Disposition


def reasons() -> list[tuple[str, str]]:
    """Why it comes back: key and words."""
    return [
        ("not_as_expected", _("Not as expected")),
        ("faulty", _("Faulty")),
        ("wrong_item", _("Wrong item")),
        ("changed_mind", _("Changed mind")),
    ]


def conditions() -> list[tuple[str, str]]:
    """How it comes back: key and words."""
    return [("sealed", _("Sealed")), ("opened", _("Opened, complete")), ("damaged", _("Damaged"))]


def where(disposition: Disposition | None) -> str:
    """Where goods go, as a sentence; None: nobody said how they came back."""
    if disposition is None:
        return _("The condition decides where it goes.")
    return {
        Disposition.RESTOCK: _("Goes back to the shelf, to be sold again."),
        Disposition.QUARANTINE: _("Goes to the check desk, not to the shelf."),
        Disposition.SEND_BACK: _("Goes back to the warehouse."),
    }[disposition]
