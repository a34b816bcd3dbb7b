"""What the screens of a shift say of a state: words, rows and the one action. No window here."""

from dataclasses import dataclass

from pos.cash import DRAWERS
from pos.printing import PaperState
from pos.receipt.shift import DIFFERENCES, MOVE_REASONS, MOVES
from pos.shift.figures import difference_line, difference_words
from pos.shift.state import MoveRow, PastRow, Phase, ShiftState
from pos.ui.i18n import _, clock_time, day, money, money_parts, ngettext
from pos.ui.said import StepSaid
from sync.domain.shifts import DifferenceReason, MoveKind, MoveReason

MOVE_ICONS = {"drop": "lock-keyhole", "pay_in": "plus", "pay_out": "minus", "float": "wallet"}
FITTING = {
    MoveKind.DROP: (MoveReason.SAFE, MoveReason.BANK, MoveReason.OTHER),
    MoveKind.PAY_IN: (MoveReason.CHANGE, MoveReason.OTHER),
    MoveKind.PAY_OUT: (MoveReason.EXPENSE, MoveReason.CHANGE, MoveReason.OTHER),
}
"""The reasons that make sense for each way."""


@dataclass(frozen=True, slots=True)
class Primary:
    """The one action: words, its consequence, icon; `verb` of the flow."""

    text: str
    line: str = ""
    icon: str = "arrow-right"
    verb: str = ""
    off: bool = False
    busy: bool = False


@dataclass(frozen=True, slots=True)
class CountSaid:
    """One note or coin of a count: its value, how many ("—" while it is not counted), the money."""

    minor: int
    value: str
    note: bool
    count: str
    amount: str
    chosen: bool
    counted: bool


@dataclass(frozen=True, slots=True)
class RowSaid:
    """One row of a list: `key` names it."""

    key: str
    icon: str
    name: str
    line: str
    value: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class BoxSaid:
    """A note in a box. An empty title draws none."""

    icon: str = ""
    title: str = ""
    line: str = ""
    good: bool = False


def primary(state: ShiftState) -> Primary:
    """What to do next."""
    return {
        Phase.OPENING: _opening,
        Phase.PAGE: _page,
        Phase.MOVING: _moving,
        Phase.COUNTING: _counting,
        Phase.COMPARING: _comparing,
        Phase.CLOSED: _closed,
        Phase.PAST: _past,
        Phase.APPROVAL: _moving,
    }[state.phase](state)


def _opening(state: ShiftState) -> Primary:
    line = _("float {amount}").format(amount=money(state.float_, state.currency)) if state.said else _("type the float")
    return Primary(_("Open the shift"), line, "check", "open_shift", off=not state.said, busy=state.busy)


def _page(state: ShiftState) -> Primary:
    text = _("Go on counting") if state.around.kept else _("Count and close")
    line = _("shift {number}").format(number=state.around.report.stub.number) if state.around.report else ""
    return Primary(text, line, "coins", "count", off=state.around.report is None, busy=state.busy)


def _moving(state: ShiftState) -> Primary:
    text = {
        MoveKind.DROP: _("Record the drop"),
        MoveKind.PAY_IN: _("Record the pay-in"),
        MoveKind.PAY_OUT: _("Record the pay-out"),
    }[state.move]
    if not state.amount or not state.reason:
        line = _("type the amount") if not state.amount else _("say why")
        return Primary(text, line, "check", off=True)
    return Primary(text, money(state.amount, state.currency), "check", "record", busy=state.busy)


def _counting(state: ShiftState) -> Primary:
    if not state.counts:
        return Primary(_("That is all of it"), _("nothing is counted yet"), "check", off=True)
    line = money(state.total, state.currency)
    return Primary(_("That is all of it"), line, "check", "give", busy=state.busy)


def _comparing(state: ShiftState) -> Primary:
    text = _("Close and hand over {n}").format(n=state.waiting) if state.waiting else _("Close the shift")
    if state.difference and not state.reason:
        return Primary(text, _("say why first"), "check", off=True)
    return Primary(text, difference_words(state.difference, state.currency), "check", "close", busy=state.busy)


def _closed(state: ShiftState) -> Primary:
    return Primary(_("Sign in"), _("the next person"), "user", "finish")


def _past(state: ShiftState) -> Primary:
    busy = state.slip.paper is PaperState.PRINTING
    off = state.shown is None or state.slip.paper is PaperState.ABSENT
    line = _("marked as a copy") if not off else ""
    return Primary(_("Print the Z report"), line, "printer", "print_again", off=off, busy=busy)


# ------------------------------------------------------------------------------------------------------- counting


def pieces(state: ShiftState) -> tuple[list[CountSaid], list[CountSaid]]:
    """Notes and coins as two columns, the largest first."""
    notes = DRAWERS[state.currency].notes if state.currency in DRAWERS else state.values[: len(state.values) // 2]
    least = min(notes)
    said = [_piece(state, value, value >= least) for value in state.values]
    return [p for p in said if p.note], [p for p in said if not p.note]


def _piece(state: ShiftState, value: int, note: bool) -> CountSaid:
    count = state.counts.get(value)
    return CountSaid(
        value,
        money_parts(value, state.currency)[0],
        note,
        "—" if count is None else str(count),
        money_parts(value * count, state.currency)[0] if count else "",
        state.value == value,
        count is not None,
    )


def kinds_left(state: ShiftState) -> str:
    """How many kinds nobody counted: they count as none."""
    n = len(state.values) - len(state.counts)
    if not n:
        return _("Every kind is counted.")
    text = ngettext("{n} kind is not counted; it counts as none.", "{n} kinds are not counted; they count as none.", n)
    return text.format(n=n)


# ------------------------------------------------------------------------------------------------------ the page


def title(state: ShiftState) -> str:
    """Which shift."""
    report = state.around.report
    return _("Shift {number}").format(number=report.stub.number) if report else _("No shift is open")


def subtitle(state: ShiftState) -> str:
    """Whose, and since when."""
    report = state.around.report
    if report is None:
        return ""
    at = state.around.opened_at
    return _("{name}, since {day}, {time}").format(
        name=report.opened_by, day=day(at, state.zone), time=clock_time(at, state.zone)
    )


def drawer_rows(state: ShiftState) -> list[RowSaid]:
    """What was done to the drawer by hand: the float first, the newest last."""
    report = state.around.report
    if report is None:
        return []
    at = clock_time(state.around.opened_at, state.zone)
    first = RowSaid(
        "", MOVE_ICONS["float"], _("Opening float"), f"{at} · {report.opened_by}", _sum(state, report.float_)
    )
    return [*(_move_row(state, move) for move in reversed(state.around.moves)), first]


def _move_row(state: ShiftState, move: MoveRow) -> RowSaid:
    why = move.note or _(MOVE_REASONS.get(move.reason, move.reason))
    line = " · ".join((clock_time(move.at, state.zone), move.by, why))
    amount = move.amount if move.kind == "pay_in" else -move.amount
    return RowSaid(move.move, MOVE_ICONS.get(move.kind, "banknote"), _(MOVES[move.kind]), line, _sum(state, amount))


def _sum(state: ShiftState, minor: int) -> str:
    return money(minor, state.currency)


def hero(state: ShiftState) -> tuple[str, int | None]:
    """The page's large number: the cash that should be there, or None where this person is not shown it."""
    report = state.around.report
    if report is None or report.cash is None:
        return _("Cash in the drawer"), None
    return _("Cash in the drawer"), report.cash.expected


def move_words(kind: MoveKind) -> str:
    """What becomes of cash that is moved."""
    return {
        MoveKind.DROP: _("Take the notes out once the drawer opens. The slip goes into the bag with them."),
        MoveKind.PAY_IN: _("Put the cash in once the drawer opens. The slip stays in the drawer."),
        MoveKind.PAY_OUT: _("Somebody who may approves it. Put the slip with its bill into the drawer."),
    }[kind]


# ----------------------------------------------------------------------------------------------------- the close


def verdict(state: ShiftState) -> tuple[str, str]:
    """What the comparison says, and what it means."""
    if not state.difference:
        return _("Exact"), _("What was counted is what should be there.")
    words = _("Over") if state.difference > 0 else _("Short")
    return words, _("It is recorded as it is. Nobody has to make it fit.")


def why(state: ShiftState) -> list[tuple[str, str]]:
    """The reasons to choose from."""
    if state.phase is Phase.COMPARING:
        return [(reason.value, _(DIFFERENCES[reason])) for reason in DifferenceReason]
    return [(reason.value, _(MOVE_REASONS[reason])) for reason in FITTING[state.move]]


def waiting(state: ShiftState) -> BoxSaid:
    """What the hub has not heard of yet (F9)."""
    link = state.around.link
    if not state.waiting:
        return BoxSaid("shield-check", _("The order system has it all"), _("Nothing of this till waits."), good=True)
    text = ngettext("{n} record waits for the order system", "{n} records wait for the order system", state.waiting)
    line = _("Closing hands it over: it goes up by itself, and nothing of it is lost.")
    if not link.online:
        offline = _("Offline since {time}.").format(time=clock_time(link.since, state.zone))
        line = f"{offline} {line}"
    return BoxSaid("hourglass" if link.online else "wifi-off", text.format(n=state.waiting), line)


def page_box(state: ShiftState) -> BoxSaid:
    """What waits for the hub now; nothing is said while all is well."""
    n = state.around.link.waiting
    if not n:
        return BoxSaid()
    text = ngettext("{n} record waits for the order system", "{n} records wait for the order system", n).format(n=n)
    return BoxSaid("hourglass", text, _("They go up by themselves. Nothing is lost."))


def approval_words(state: ShiftState) -> tuple[str, str]:
    """Who is asked for what."""
    if state.difference:
        words = difference_words(state.difference, state.currency)
        return _("Who approves this difference?"), _("{amount}. It is more than one person may close on alone.").format(
            amount=words[:1].upper() + words[1:]
        )
    amount = money(state.amount, state.currency)
    reason = _(MOVE_REASONS.get(state.reason, state.reason))
    why = state.note or reason
    return _("Who approves this pay-out?"), f"{amount} · {why}"


def closing_steps(state: ShiftState) -> list[StepSaid]:
    """The close and the paper: each stands by itself."""
    report = state.shown
    if report is None:
        return []
    at = f"{report.stub.local_time:%H:%M}"
    said = [StepSaid("done", _("Recorded"), difference_line(report), at)]
    if report.waiting:
        line = ngettext("{n} record goes up by itself", "{n} records go up by themselves", report.waiting)
        said.append(StepSaid("now", _("Handed over"), line.format(n=report.waiting), icon="send"))
    return [*said, _paper(state)]


def _paper(state: ShiftState) -> StepSaid:
    slip = state.slip
    if slip.paper is PaperState.ABSENT:
        return StepSaid("next", _("No printer"), _("The report is kept and can be printed elsewhere."), icon="printer")
    if slip.paper is PaperState.PRINTING:
        return StepSaid("now", _("Z report"), _("It is being printed."), icon="printer")
    if slip.paper is PaperState.PRINTED:
        return StepSaid("done", _("Z report printed"), _("Put it with the cash."))
    doubtful = slip.paper is PaperState.DOUBTFUL
    line = slip.fault.sentence if slip.fault else ""
    return StepSaid("fault", _("Perhaps printed") if doubtful else _("Not printed"), line, icon="printer")


def past_rows(state: ShiftState) -> list[RowSaid]:
    """Closed shifts, the newest first."""
    return [_past_row(state, row) for row in state.around.past]


def _past_row(state: ShiftState, row: PastRow) -> RowSaid:
    when = f"{day(row.closed_at, state.zone)}, {clock_time(row.closed_at, state.zone)}"
    line = f"{when} · {row.by} · {difference_words(row.difference, row.currency)}"
    name = _("Shift {number}").format(number=short(row.number))
    return RowSaid(row.number, "receipt", name, line, money(row.counted, row.currency), row.number == state.chosen)


def short(number: str) -> str:
    """A shift's number as people say it: "12" of K7Q2ZD-Z12."""
    return number.rpartition("-Z")[2]
