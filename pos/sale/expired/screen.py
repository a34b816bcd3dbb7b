"""Goods past their expiry on the window: who lets them be sold and why, their PIN, and the way back."""

from pathlib import Path
from typing import Any

from pos.sale.expiring import last_day
from pos.sale.label_words import reasons, who_approves
from pos.sale.state import SaleState
from pos.ui.approval import ApprovalPane, ApprovalSide
from pos.ui.chips import ChipRow
from pos.ui.i18n import _
from pos.ui.kit.buttons import SecondaryButton
from sync.domain.expired import ExpiredReason

from kivy.lang import Builder  # isort: skip
from kivy.properties import ObjectProperty  # isort: skip

Builder.load_file(str(Path(__file__).parents[1] / "expired.kv"))


class WhoSellsExpired(ApprovalPane):
    """Left: what expired, why it is sold all the same, and who may say so."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._why = ChipRow(tell=lambda key: self.screen.flow.expired_reason(ExpiredReason(key)))
        self.add_widget(self._why, index=1)

    def show(self, state: SaleState) -> None:
        """Show what for."""
        asked = state.expiring
        if asked is None:
            return
        self.title, self.why = who_approves(asked.found.product, last_day(asked.over))
        self._why.question, self._why.answers, self._why.chosen = _("Reason"), reasons(), asked.reason.value
        super().show(state)


class KeepOut(SecondaryButton):
    """Back to the sale, without an approval."""

    screen = ObjectProperty(None)


def parts(screen: Any) -> tuple[WhoSellsExpired, ApprovalSide, KeepOut]:
    """What stands left, right, and in place of the primary action."""
    return WhoSellsExpired(screen=screen), ApprovalSide(screen=screen), KeepOut(screen=screen)
