"""Somebody who may approves, by name and PIN. Wrong PINs are counted as at the sign-in, and delay as there."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pos.pins import PIN_LENGTH, locked, refused, role_words
from pos.terminal import Terminal
from pos.trouble import cause
from pos.ui.i18n import _, clock_time
from sync.actions.approve import NotAllowed, approve, approvers
from sync.actions.sign_in import FIRST_DELAY_MS, SignInRefused
from sync.local import Local, Staff, settings


@dataclass(frozen=True, slots=True)
class Approval:
    """Who may approve and whose PIN is typed: `filled` digits; `wrong`: refused, `notice` says why."""

    people: tuple[Staff, ...] = ()
    chosen: Staff | None = None
    filled: int = 0
    busy: bool = False
    wrong: bool = False
    notice: str = ""


NOBODY_YET = Approval()


class ApprovalPad:
    """Holds `state`, tells `changed()` of each new one and `approved(person)` once a PIN is right."""

    def __init__(
        self,
        terminal: Terminal,
        changed: Callable[[], None],
        approved: Callable[[Staff], None],
        clock: Callable[[], int],
    ) -> None:
        self.state = Approval()
        self._terminal = terminal
        self._changed = changed
        self._approved = approved
        self._clock = clock
        self._pin = ""
        self._not_before = 0
        self._zone = ""
        self._refusal: Callable[[], str] = lambda: ""

    def open(self) -> None:
        """Read who may approve here, and ask."""
        self._terminal.run(_who, self._opened)

    def _opened(self, found: tuple[list[Staff], str]) -> None:
        people, self._zone = found
        self._pin = ""
        self._refusal = lambda: "" if people else _("Nobody here may approve this. Call the office.")
        only = people[0] if len(people) == 1 else None
        self.state = Approval(tuple(people), only, notice=self._refusal(), wrong=not people)
        self._changed()

    def clear(self) -> None:
        """Forget every digit, and who was chosen."""
        self._pin = ""
        self.state = Approval()

    def spoken(self) -> None:
        """The language changed."""
        if self.state.people:
            self._to(notice=self._refusal())

    def choose(self, staff_id: str) -> None:
        """Somebody says who they are; digits typed for another person are forgotten."""
        if not self.state.busy:
            self._pin = ""
            self._refusal = lambda: ""
            person = next((p for p in self.state.people if p.id == staff_id), None)
            self._to(chosen=person, filled=0, wrong=False, notice="")

    def key(self, key: str) -> None:
        """A digit or `delete`."""
        if self.state.busy:
            return
        if self.state.chosen is None:
            self._refuse(lambda: _("Choose your name first, then the PIN."))
        elif key == "delete":
            self._pin = self._pin[:-1]
            self._to(filled=len(self._pin), wrong=False, notice="")
        elif key.isascii() and key.isdigit():
            self._pin = (self._pin + key)[:PIN_LENGTH]
            self._to(filled=len(self._pin), wrong=False, notice="")
            if len(self._pin) == PIN_LENGTH:
                self._check(self.state.chosen)

    def _check(self, person: Staff) -> None:
        pin, self._pin = self._pin, ""
        now = self._clock()
        if now < self._not_before:
            self._refuse(lambda: locked(self._not_before, self._zone))
            return
        self._to(busy=True)
        self._terminal.run(lambda local: approve(local, person.id, pin, now), self._checked, self._failed)

    def _checked(self, answer: Staff | SignInRefused | NotAllowed) -> None:
        name = self.state.chosen.name if self.state.chosen else ""
        self._to(busy=False, filled=0)
        if isinstance(answer, Staff):
            self.clear()
            self._approved(answer)
        elif isinstance(answer, SignInRefused):
            self._refuse(lambda: refused(answer, name, self._zone))
        else:
            role = role_words(answer.staff.role)
            self._refuse(lambda: _("{name} ({role}) may not approve this.").format(name=name, role=role))

    def _failed(self, error: Exception) -> None:
        """A wrong PIN that could not be counted: the next try waits as long as the first delay does."""
        reason = self._terminal.reason_of(error)
        self._not_before = self._clock() + FIRST_DELAY_MS
        self._to(busy=False, filled=0)
        self._refuse(lambda: self._not_counted(cause(reason)))

    def _not_counted(self, why: str) -> str:
        when = clock_time(self._not_before, self._zone, seconds=True)
        return _("{cause}, so this PIN could not be checked. Try again at {time}.").format(cause=why, time=when)

    def _refuse(self, say: Callable[[], str]) -> None:
        self._refusal = say
        self._to(wrong=True, filled=0, notice=say())

    def _to(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]
        self._changed()


def _who(local: Local) -> tuple[list[Staff], str]:
    return approvers(local), settings(local).timezone
