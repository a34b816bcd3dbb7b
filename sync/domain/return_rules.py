"""The retailer's rules of returns, from settings, read alike by terminal and hub; what is unreadable allows nothing."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from sync.domain.returns import Condition, PromisedCash, ReturnRules
from sync.domain.special import GiftMoney, ShippingBack

_Word = TypeVar("_Word", bound=StrEnum)


def read_rules(given: Mapping[str, object], *, spent: int = 0, cash_step: int = 0) -> ReturnRules:
    """The rules that settings say.

    `return_budget` and `return_cap` (minor units; `spent` of the budget is gone), `return_send_back` (a list of
    conditions), `bundle_parts` (`approval`: a part of a bundle needs one), `return_shipping` (`never`, `whole`,
    `always`), `return_gift` (`credit`, `payer`), `promised_cash` (`counter`, `channel`).
    """
    conditions = given.get("return_send_back")
    named = conditions if isinstance(conditions, list) else []
    return ReturnRules(
        budget=max(0, amount_of(given.get("return_budget")) - spent),
        cap=amount_of(given.get("return_cap")),
        cash_step=cash_step,
        send_back=frozenset(c for c in Condition if c.value in named),
        whole_bundles=given.get("bundle_parts") == "approval",
        shipping=_word(ShippingBack, given.get("return_shipping"), ShippingBack.NEVER),
        gift=_word(GiftMoney, given.get("return_gift"), GiftMoney.CREDIT),
        promised_cash=_word(PromisedCash, given.get("promised_cash"), PromisedCash.COUNTER),
    )


def amount_of(value: object) -> int:
    """Minor units of a setting: a whole number, or the digits of one."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return 0
    return max(0, value) if isinstance(value, int) else int(value) if value.isdecimal() else 0


def _word(kind: type[_Word], value: object, usual: _Word) -> _Word:
    return kind(value) if isinstance(value, str) and value in list(kind) else usual
