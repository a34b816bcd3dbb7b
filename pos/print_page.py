"""The way from a till to the list of its prints."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pos.prints.flow import PrintsFlow


class PrintPage:
    """A part of the till: its flow of prints, made when it is first wanted, and how to get there."""

    @cached_property
    def prints(self: Any) -> "PrintsFlow":
        """What was printed here, and how it ended."""
        from pos.papers import base, copy_of, paper_of
        from pos.prints.flow import PrintsFlow

        return self._made(PrintsFlow(self.terminal, self.printing, paper_of, base, copy_of))  # type: ignore[no-any-return]

    def papers(self: Any) -> None:
        """Show them."""
        if self.actor is None or self.place == "prints" or self._kept_here():
            return
        self.returns.away()
        self.prints.start()
        self._show("prints")
