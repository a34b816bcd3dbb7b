"""Paying with cash: what was handed over, and what goes back."""

from pos.payment import words
from pos.payment.state import Phase
from pos.payment.stored import StoredFlow


class CashFlow(StoredFlow):
    """Verbs of the tab for cash."""

    def key(self, key: str) -> None:
        """A digit, "000" or `delete` of the amount that was handed over, in whole units of the currency."""
        if self.state.tender == "value":
            self._stored_key(key)
        if self.state.tender != "cash" or self.state.phase is not Phase.CHOOSING:
            return
        self._to(given=self.state.typed(key), chosen=0)
        self._given()

    def quick(self, amount: int) -> None:
        """One of the likely amounts."""
        if self.state.phase is Phase.CHOOSING:
            self._to(given=amount, chosen=amount)
            self._given()

    def _given(self) -> None:
        at = self._clock()
        given, currency, zone = self.state.given, self.state.settings.currency, self.state.settings.timezone
        self._say(lambda: words.given(given, currency, at, zone) if given else words.due(self.state))

    def clear(self) -> None:
        """Nothing was given after all."""
        self._to(given=0, chosen=0)
        self._say(lambda: words.due(self.state))
