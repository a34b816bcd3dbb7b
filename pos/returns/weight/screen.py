"""How much of weighed goods comes back: the right side while it lies on the scale, or is typed."""

from pos.returns.state import ReturnState
from pos.returns.view import weight_said
from pos.ui.weight import WeighByHand, WeighOnScale


class TakeByHand(WeighByHand):
    """The weight as far as it is typed, and what may still come back."""

    def show(self, state: ReturnState) -> None:
        """Show another weight."""
        self.show_weight(weight_said(state))


class TakeOnScale(WeighOnScale):
    """What lies on the scale, and what may still come back."""

    def show(self, state: ReturnState) -> None:
        """Show another weight."""
        self.show_weight(weight_said(state))
