"""Goods past their expiry: refused, unless somebody who may says otherwise, with a reason. Pure."""

from enum import StrEnum


class ExpiredReason(StrEnum):
    """Why goods past their expiry were sold all the same."""

    MARKED_DOWN = "marked_down"
    DATE_WRONG = "date_wrong"
    CHECKED = "checked"


def may_be_approved(setting: object) -> bool:
    """What the setting `sell_expired` says: `approval`, or nothing at all, allows it with an approval. Whatever else
    stands there forbids it, so that a slip in the setting sells nothing."""
    return setting is None or setting == "approval"
