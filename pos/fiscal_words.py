"""What people are told of fiscal receipts: quietly, for a sale goes on without them (F49). No window here."""

from pos.ui.i18n import _, ngettext
from pos.ui.said import StepSaid
from sync.local.fiscal import FiscalRow, FiscalState, FiscalWaits


def what_waits(fiscal: FiscalWaits, since: str) -> str:
    """How much waits for the fiscal printer and since when, and that nobody waits for it."""
    text = ngettext(
        "{n} receipt waits for the fiscal printer, from {time}; selling goes on.",
        "{n} receipts wait for the fiscal printer, the oldest from {time}; selling goes on.",
        fiscal.waiting,
    )
    return text.format(n=fiscal.waiting, time=since)


def step_of(row: FiscalRow | None, why: str) -> StepSaid:
    """The step of the last screen of a sale. `why`: what is in the fiscal printer's way now, "" for nothing."""
    if row is not None and row.state is FiscalState.DONE:
        name = _("Fiscal receipt {number}").format(number=row.number)
        return StepSaid("done", name, _("Registered by the fiscal printer."))
    if row is not None and row.state is FiscalState.FAILED:
        return StepSaid("fault", _("Fiscal receipt refused"), _("Open Attention: why, and what to do."), icon="receipt")
    if why:
        return StepSaid("fault", _("Fiscal receipt waits"), _("It is registered later by itself."), icon="receipt")
    return StepSaid("now", _("Fiscal receipt is registered"), _("It does not hold up the next sale."))
