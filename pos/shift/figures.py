"""The figures of a shift as rows: X and Z reports, and how the cash came to be what it should be. No window here."""

from dataclasses import dataclass

from pos.receipt.returned import TENDERS
from pos.receipt.shift import DIFFERENCES, MOVES, ShiftReport, TenderSum
from pos.shift.state import ShiftState
from pos.ui.i18n import _, money

HIDDEN = "•••"
"""In the place of an amount that this person is not shown."""


@dataclass(frozen=True, slots=True)
class LineSaid:
    """One row of figures: `strong` stands out, `quiet` steps back."""

    name: str
    value: str
    strong: bool = False
    quiet: bool = False


def difference_words(difference: int, currency: str) -> str:
    """Over or short in a few words; zero is calm."""
    if not difference:
        return _("no difference")
    text = _("{amount} over") if difference > 0 else _("{amount} short")
    return text.format(amount=money(abs(difference), currency))


def figures(report: ShiftReport | None) -> list[LineSaid]:
    """The X or Z report as rows. Where the cash may not be seen, nothing that adds up to it is."""
    if report is None:
        return []
    seen, currency = report.cash is not None, report.currency
    rows = [
        LineSaid(
            _counted_word(_("Sold"), report.sales), money(report.sold, currency) if seen else HIDDEN, quiet=not seen
        ),
        LineSaid(
            _counted_word(_("Taken back"), report.returns),
            money(-report.returned, currency) if seen else HIDDEN,
            quiet=not seen,
        ),
    ]
    if report.orders:
        amount = money(report.ordered, currency) if seen else HIDDEN
        rows.append(LineSaid(_counted_word(_("Orders paid"), report.orders), amount, quiet=not seen))
    rows += [_tender(t, currency) for t in report.tenders if seen or t.kind != "cash"]
    if not seen:
        rows.append(LineSaid(_("Cash"), HIDDEN, quiet=True))
    return rows


def cash_rows(report: ShiftReport) -> list[LineSaid]:
    """How the cash came to be what it should be."""
    currency = report.currency
    cash = next((t for t in report.tenders if t.kind == "cash"), TenderSum("cash", 0, 0))
    rows = [LineSaid(_("Opening float"), money(report.float_, currency))]
    rows.append(LineSaid(_("Cash taken, less change"), money(cash.sold, currency)))
    if cash.refunded:
        rows.append(LineSaid(_("Cash given back"), money(-cash.refunded, currency)))
    return [*rows, *move_rows(report)]


def move_rows(report: ShiftReport) -> list[LineSaid]:
    """Cash that was moved by hand."""
    rows = []
    for move in report.moves:
        signed = money(move.amount if move.kind == "pay_in" else -move.amount, report.currency)
        rows.append(LineSaid(_counted_word(_(MOVES.get(move.kind, move.kind)), move.count), signed))
    return rows


def _counted_word(word: str, count: int) -> str:
    return f"{word} × {count}"


def _tender(tender: TenderSum, currency: str) -> LineSaid:
    return LineSaid(_(TENDERS.get(tender.kind, tender.kind)), money(tender.sold - tender.refunded, currency))


def compared_rows(state: ShiftState) -> list[LineSaid]:
    """The drawer's sums and the count beside them; until somebody may see how it came, the two sums alone."""
    report, currency = state.around.report, state.currency
    expected = state.expected or 0
    rows = cash_rows(report) if report is not None and report.cash is not None else []
    rows.append(LineSaid(_("Expected"), money(expected, currency), strong=True))
    rows.append(LineSaid(_("Counted"), money(state.total, currency), strong=True))
    name = _("Over") if state.difference > 0 else _("Short") if state.difference < 0 else _("Difference")
    return [*rows, LineSaid(name, money(abs(state.difference), currency), strong=True)]


def report_rows(report: ShiftReport) -> list[LineSaid]:
    """What there should be and what was counted, of a closed shift."""
    cash, currency = report.cash, report.currency
    if cash is None or cash.counted is None:
        return []
    name = _("Over") if cash.difference > 0 else _("Short") if cash.difference < 0 else _("Difference")
    rows = [LineSaid(_("Expected"), money(cash.expected, currency), strong=True)]
    rows.append(LineSaid(_("Counted"), money(cash.counted, currency), strong=True))
    return [*rows, LineSaid(name, money(abs(cash.difference), currency), strong=True)]


def fiscal_rows(report: ShiftReport) -> list[LineSaid]:
    """The number of its Z report at the fiscal printer, or that there is none yet; nothing without such a printer."""
    mark = report.stub.fiscal
    if mark is None:
        return []
    if mark.registered is None:
        return [LineSaid(_("Fiscal Z report"), _("refused") if mark.refused else _("not yet"), quiet=True)]
    return [LineSaid(_("Fiscal Z report"), mark.number)]


def closed_foot(report: ShiftReport) -> str:
    """Which Z report was just made, and how it stands at the fiscal printer."""
    name, mark = closed_head(report)[0], report.stub.fiscal
    if mark is None:
        return name
    if mark.registered is None:
        text = _("{report} · the fiscal printer refused it") if mark.refused else _("{report} · not fiscalised yet")
        return text.format(report=name)
    return _("{report} · fiscal number {number}").format(report=name, number=mark.number)


def closed_head(report: ShiftReport) -> tuple[str, str]:
    """Which Z report it is, from when to when, and by whom."""
    name = _("Z report {number}").format(number=report.stub.number)
    times = f"{report.opened:%H:%M} – {report.stub.local_time:%H:%M}"
    return name, f"{report.stub.local_time:%d.%m.%Y}, {times} · {report.stub.cashier}"


def difference_line(report: ShiftReport) -> str:
    """How far the count was off, and why."""
    cash = report.cash
    if cash is None:
        return ""
    words = difference_words(cash.difference, report.currency)
    reason = cash.note or _(DIFFERENCES.get(cash.reason, cash.reason))
    return f"{words} · {reason}" if cash.difference and reason else words
