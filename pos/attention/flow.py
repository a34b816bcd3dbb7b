"""Settling what collided. What was chosen is recorded first, by somebody who may; the network has no part in it."""

from collections.abc import Callable
from dataclasses import replace

from pos.approval import ApprovalPad
from pos.attention import words
from pos.attention.state import AttentionState, Phase, Read
from pos.flow import Flow
from pos.terminal import Terminal
from sync.actions.approve import may_approve
from sync.actions.clock import now_ms
from sync.actions.settle import Gone, NeedsApproval, RecordedWord, settle
from sync.domain.matters import Choice
from sync.local import Local, Staff, link_status, locations, product, settings
from sync.local.attention import matters, waiting_words

TOPICS = frozenset({"attention", "link", "verdicts", "config", "catalogue"})


class AttentionFlow(Flow[AttentionState]):
    """Verbs of the screen."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int] = now_ms) -> None:
        super().__init__(AttentionState())
        self._terminal = terminal
        self._clock = clock
        self._actor: Staff | None = None
        self._pad = ApprovalPad(terminal, self._approving, self._approved, clock)

    def start(self, actor: Staff) -> None:
        """The tab, or the red light, was touched: the oldest case is open."""
        self._actor = actor
        self._say(None, phase=Phase.CASES, choice=None, may=may_approve(actor, self._clock()))
        self._look()

    @property
    def lists_cases(self) -> bool:
        """Whether nobody is in the midst of one."""
        return self.state.phase is Phase.CASES

    def leave(self) -> None:
        """The person signs out; what was chosen and not settled is forgotten."""
        self._actor = None
        self._pad.clear()
        self._saying = None
        self.state = AttentionState()

    def changed(self, topics: frozenset[str]) -> None:
        """Cases came or settled themselves."""
        if self.state.ready and topics & TOPICS:
            self._look()

    def _look(self) -> None:
        now = self._clock()
        self._terminal.run(lambda local: _read(local, now), lambda read: self._seen(read, now))

    def _seen(self, read: Read, now: int) -> None:
        ids = [each.id for each in read.matters]
        before = self.state.matter
        gone = before is not None and before.id not in ids
        shown = self.state.open if self.state.open in ids else (ids[0] if ids else "")
        kept = self.state.choice if shown == self.state.open else None
        if gone and self.state.phase is Phase.APPROVAL:
            self._pad.clear()
            self._to(phase=Phase.CASES, approval=self._pad.state)
        self._to(ready=True, read=read, open=shown, choice=kept, now=now)
        if ids and self._saying is None:
            self._say(words.hint)
        if gone and before is not None and self.state.phase is Phase.CASES:
            title = words.told(before.code).title
            self._say(lambda: words.gone(title()))

    def choose(self, id: str) -> None:
        """A case was touched."""
        if self.state.phase is Phase.CASES and id != self.state.open:
            self._to(open=id, choice=None)

    def pick(self, choice: Choice) -> None:
        """One way to settle it was touched."""
        matter = self.state.matter
        if self.state.phase is Phase.CASES and matter is not None and choice in matter.choices:
            self._to(choice=choice)

    def settle(self) -> None:
        """The primary action: by who is at the till if they may, else by somebody who gives a PIN."""
        if not self.state.may_settle:
            return
        if self.state.may:
            self._record(None)
        else:
            self._pad.open()

    def _record(self, approver: Staff | None) -> None:
        matter, choice, actor, now = self.state.matter, self.state.choice, self._actor, self._clock()
        if matter is None or choice is None or actor is None:
            return

        def job(local: Local) -> RecordedWord | Gone | NeedsApproval:
            return settle(local, matter.id, choice, "", approver=approver, actor=actor, now=now)

        self._to(phase=Phase.RECORDING)
        self._terminal.run(job, self._recorded, self._not_recorded)

    def _recorded(self, answer: RecordedWord | Gone | NeedsApproval) -> None:
        self._to(phase=Phase.CASES)
        if isinstance(answer, NeedsApproval):
            self._to(may=False)
            self._pad.open()
            return
        matter, online = self.state.matter, self.state.read.online
        code = answer.body.code if isinstance(answer, RecordedWord) else matter.code if matter else ""
        self._without(matter.id if matter else "")
        title = words.told(code).title
        if isinstance(answer, Gone):
            self._say(lambda: words.gone(title()))
        else:
            self._say(lambda: words.settled(title(), Choice(answer.body.choice), online, answer.body.code))
        self._look()
        self._terminal.notice(frozenset({"link"}))

    def _without(self, id: str) -> None:
        """The list as it is once that case is off it; the next one is open."""
        left = tuple(each for each in self.state.read.matters if each.id != id)
        self._to(read=replace(self.state.read, matters=left), open=left[0].id if left else "", choice=None)

    def _not_recorded(self, error: Exception) -> None:
        reason = self._terminal.reason_of(error)
        self._say(lambda: words.not_recorded(reason), phase=Phase.CASES)

    # ----------------------------------------------------------------------------------------------- approval

    def key(self, key: str) -> None:
        """A digit or `delete` of a PIN."""
        if self.state.phase is Phase.APPROVAL:
            self._pad.key(key)

    def approver(self, staff_id: str) -> None:
        """Somebody says that they approve."""
        if self.state.phase is Phase.APPROVAL:
            self._pad.choose(staff_id)

    def keep(self) -> None:
        """Back to the case without an approval."""
        if self.state.phase is Phase.APPROVAL:
            self._pad.clear()
            self._say(words.not_approved, phase=Phase.CASES, approval=self._pad.state)

    def _approving(self) -> None:
        if self.state.phase is Phase.APPROVAL:
            self._to(approval=self._pad.state)
        elif self.state.may_settle:
            self._say(words.ask_somebody, phase=Phase.APPROVAL, approval=self._pad.state)

    def _approved(self, person: Staff) -> None:
        self._to(phase=Phase.CASES, approval=self._pad.state)
        self._record(person)

    def scanned(self, _text: str) -> None:
        """A code was read while somebody gives a PIN."""
        self._say(words.sign_first)

    def spoken(self) -> None:
        """The language changed."""
        self._pad.spoken()
        super().spoken()


def _read(local: Local, now: int) -> Read:
    found = matters(local)
    ids = dict.fromkeys(each.facts.product for each in found if each.facts.product)
    goods = {id: product(local, id, now) for id in ids}
    return Read(
        here=local.me.location,
        matters=tuple(found),
        waiting=waiting_words(local),
        products={id: one for id, one in goods.items() if one is not None},
        places={place.id: place for place in locations(local)},
        settings=settings(local),
        online=link_status(local, now).online,
    )
