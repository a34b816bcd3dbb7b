"""What the screen of a blind return shows: the goods as cards, the rules as a list, the one action. No window here."""

from dataclasses import dataclass

from pos.blind.state import PIECE, BlindState, OnCounter, Phase
from pos.goods_back import where
from pos.pictures import initials, path_of
from pos.printing import PaperState
from pos.ui.i18n import _, clock_time, day, language, money, money_parts, ngettext, quantity
from pos.ui.said import StepSaid
from sync.domain.blind import BlindRules, Goods, Outcome, Rule, Ruled
from sync.domain.returns import ReturnRules, disposition_of


@dataclass(frozen=True, slots=True)
class CardSaid:
    """An article as a card. `info` says why it is worth what it is worth; `off`: this store does not sell it."""

    id: str
    name: str
    info: str
    picture: str
    tint: str
    letters: str
    today: str
    lowest: str
    value: int
    open: bool
    off: bool
    reason: str
    condition: str
    where: str
    locked: bool


@dataclass(frozen=True, slots=True)
class RuleSaid:
    """A rule: how it came out (`holds`, `missing`, `fails`), and its number. `verb`: a touch does that."""

    words: str
    value: str
    outcome: str
    verb: str = ""


@dataclass(frozen=True, slots=True)
class Primary:
    """The one action: words, its consequence, icon; `verb` of the flow."""

    text: str
    line: str = ""
    icon: str = "arrow-right"
    verb: str = ""
    off: bool = False
    busy: bool = False


def cards(state: BlindState) -> list[CardSaid]:
    """What lies on the counter, the last scanned first."""
    return [_card(state, line) for line in reversed(state.lines)]


def _card(state: BlindState, line: OnCounter) -> CardSaid:
    product, goods = line.product, state.known.goods.get(line.product.id)
    picture, name = path_of(product.picture), product.name(language())
    lowest, today = goods.lowest if goods else None, goods.today if goods else None
    return CardSaid(
        id=product.id,
        name=name,
        info=why(state, goods),
        picture=picture,
        tint=product.tint or "sand",
        letters="" if picture else initials(name),
        today=_number(today, state.settings.currency),
        lowest=_number(lowest.unit if lowest else None, state.settings.currency),
        value=line.quantity // PIECE,
        open=state.line == product.id,
        off=lowest is None,
        reason=line.reason or "",
        condition=line.condition or "",
        where=_where(state.known.rules, line),
        locked=state.phase is not Phase.GOODS,
    )


def _number(minor: int | None, currency: str) -> str:
    return "—" if minor is None else money_parts(minor, currency)[0]


def why(state: BlindState, goods: Goods | None) -> str:
    """Why it is worth that: since when nothing lower was asked, or until when it was."""
    if goods is None or goods.lowest is None:
        return _("Not sold in this store")
    if not goods.lowest.until:
        weeks = state.known.rules.weeks
        return ngettext("Not lower for {n} week", "Not lower for {n} weeks", weeks).format(n=weeks)
    return _("Lowest until {day}").format(day=day(goods.lowest.until, state.settings.timezone))


def _where(rules: BlindRules, line: OnCounter) -> str:
    if line.condition is None:
        return where(None)
    return where(disposition_of(line.condition, ReturnRules(send_back=rules.send_back)))


# -------------------------------------------------------------------------------------------------- the rules


def rules(state: BlindState) -> list[RuleSaid]:
    """Every rule, as it came out so far; before anything is scanned, as it will be looked at."""
    shown = state.rules or _before_all(state.known.rules)
    said = [_rule(state, one) for one in shown if one.rule not in (Rule.NO_PROOF, Rule.NOT_SOLD_HERE)]
    strange = [one for one in shown if one.rule is Rule.NOT_SOLD_HERE]
    return [*said[:2], _sold_here(strange), *said[2:]]


def _before_all(rules_: BlindRules) -> tuple[Ruled, ...]:
    looked_at = {Rule.LIMIT_SHOPPER: rules_.count, Rule.LIMIT_AMOUNT: rules_.amount, Rule.LIMIT_TILL: rules_.till_day}
    sure = (Rule.CREDIT_ONLY, Rule.LOWEST_PRICE)
    order = (*sure, Rule.NOT_SOLD_HERE, Rule.SHOPPER, *looked_at, Rule.APPROVAL)
    return tuple(
        Ruled(rule, Outcome.HOLDS if rule in sure else Outcome.MISSING, rules_.weeks, looked_at.get(rule, rules_.weeks))
        for rule in order
    )


def _rule(state: BlindState, one: Ruled) -> RuleSaid:
    rules_ = state.known.rules
    words = {
        Rule.CREDIT_ONLY: _("Store credit, never money"),
        Rule.LOWEST_PRICE: ngettext("Lowest price of {n} week", "Lowest price of {n} weeks", rules_.weeks),
        Rule.SHOPPER: _("Shopper's phone"),
        Rule.LIMIT_SHOPPER: ngettext("Visits in {n} day", "Visits in {n} days", rules_.days),
        Rule.LIMIT_AMOUNT: ngettext("Credit in {n} day", "Credit in {n} days", rules_.days),
        Rule.LIMIT_TILL: _("This till today"),
        Rule.LIMIT_OFFLINE: _("Without the network"),
        Rule.APPROVAL: _("Approved by"),
    }[one.rule]
    n = rules_.weeks if one.rule is Rule.LOWEST_PRICE else rules_.days
    verb = "ask_phone" if one.rule is Rule.SHOPPER and state.lines and state.phase is Phase.GOODS else ""
    return RuleSaid(words.format(n=n), _value(state, one), one.outcome.value, verb)


def _value(state: BlindState, one: Ruled) -> str:
    currency = state.settings.currency
    if one.rule is Rule.SHOPPER:
        return f"•• {state.phone[-4:]}" if state.phone else _("to ask")
    if one.rule is Rule.APPROVAL:
        return state.approver.name if state.approver else _("somebody who may")
    if one.rule is Rule.LIMIT_SHOPPER:
        return _of(one, quantity(one.have * PIECE), quantity(one.limit * PIECE))
    if one.rule in (Rule.LIMIT_AMOUNT, Rule.LIMIT_TILL, Rule.LIMIT_OFFLINE):
        return _of(one, money_parts(one.have, currency)[0], money(one.limit, currency))
    return ""


def _of(one: Ruled, have: str, limit: str) -> str:
    if one.outcome is Outcome.MISSING:
        return _("at most {limit}").format(limit=limit)
    return _("{have} of {limit}").format(have=have, limit=limit)


def _sold_here(found: list[Ruled]) -> RuleSaid:
    strange = [one for one in found if one.outcome is Outcome.FAILS]
    if strange:
        words = ngettext("{n} article is not", "{n} articles are not", len(strange)).format(n=len(strange))
        return RuleSaid(_("Sold in this store"), words, Outcome.FAILS.value)
    outcome = found[0].outcome if found else Outcome.MISSING
    return RuleSaid(_("Sold in this store"), "", outcome.value)


def failing(state: BlindState) -> str:
    """Which rule forbids it, in its own words."""
    one = state.failing
    if one is None:
        return ""
    said = _sold_here([one]) if one.rule is Rule.NOT_SOLD_HERE else _rule(state, one)
    return f"{said.words}: {said.value}" if said.value else said.words


# ----------------------------------------------------------------------------------------------- what to do


def primary(state: BlindState) -> Primary:
    """What to do next."""
    if state.phase is Phase.DONE:
        return Primary(_("Next customer"), verb="next")
    if state.phase is Phase.ASKING:
        return Primary(_("Looking at the limits"), busy=True)
    if state.phase is Phase.RECORDING:
        return Primary(_("Recording the return"), busy=True)
    if state.phase is Phase.PHONE:
        line = "" if state.phone_may_be else _("All digits of the number")
        return Primary(_("Look at the limits"), line, "search", "check", off=not state.phone_may_be)
    return _give(state)


def _give(state: BlindState) -> Primary:
    text = _("Give store credit")
    if not state.lines:
        return Primary(text, _("Nothing is on the counter yet"), off=True)
    if state.failing is not None:
        return Primary(text, failing(state), off=True)
    if state.unsaid is not None:
        return Primary(text, _("Say why and how it came back"), off=True)
    if state.before is None:
        return Primary(_("Shopper's phone"), _("It decides whether it may be"), "smartphone", "ask_phone")
    amount = money(state.plan.total if state.plan else 0, state.settings.currency)
    line = amount if state.approver else _("{amount} · somebody approves").format(amount=amount)
    return Primary(text, line, "ticket", "give", off=not state.only_approval)


# ------------------------------------------------------------------------------------------------- the end


def steps(state: BlindState) -> list[StepSaid]:
    """The return, the approval, the slip: each stands by itself."""
    done = state.recorded
    if done is None:
        return []
    n, at = len(done.body.lines), clock_time(done.envelope.at, state.settings.timezone)
    kept = ngettext("{n} line, receipt {number}", "{n} lines, receipt {number}", n)
    recorded = StepSaid("done", _("Return recorded"), kept.format(n=n, number=done.body.receipt), at)
    who = state.approver.name if state.approver else ""
    return [recorded, StepSaid("done", _("Approved"), who, icon="user-round-check"), _slip(state)]


def _slip(state: BlindState) -> StepSaid:
    paper = state.slip.paper
    if paper is PaperState.PRINTED:
        return StepSaid("done", _("Slip printed"), _("It carries the code. Hand it over."))
    if paper is PaperState.PRINTING:
        return StepSaid("now", _("Slip is printing"), _("It carries the code of the credit."))
    if paper is PaperState.ABSENT:
        return StepSaid("next", _("No printer here"), _("Let the customer write the code down."), icon="printer")
    title = _("Slip may be on paper") if paper is PaperState.DOUBTFUL else _("Slip not printed")
    return StepSaid("fault", title, _("See below what to do."), icon="printer")
