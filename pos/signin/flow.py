"""Signing in: who it is, the PIN, and in words why not. The verifiers lie in the replica: no network is needed."""

from collections.abc import Callable
from dataclasses import dataclass

from pos.flow import Flow
from pos.pins import PIN_LENGTH, locked, refused
from pos.terminal import Terminal
from pos.trouble import cause, remedy
from pos.ui.i18n import _, clock_time
from sync.actions.clock import now_ms
from sync.actions.sign_in import FIRST_DELAY_MS, SignedIn, SignInRefused, sign_in
from sync.domain import codes
from sync.domain.catalogue import Location
from sync.domain.gs1 import warm
from sync.local import Link, Local, Reason, Settings, Staff, link_status, own_location, settings, staff
from sync.local.drawer import has_drawer


@dataclass(frozen=True, slots=True)
class Facts:
    """What the sign-in screen shows of this terminal, and what is true of it whoever signs in: `drawer`: it takes and
    gives cash."""

    terminal: str
    location: Location | None
    people: tuple[Staff, ...]
    settings: Settings
    link: Link
    drawer: bool = True


@dataclass(frozen=True, slots=True)
class SignInState:
    """`filled` digits of `length`; `notice` says what happened, `wrong` that it was refused; `busy`: being checked."""

    ready: bool = False
    facts: Facts | None = None
    chosen: Staff | None = None
    filled: int = 0
    length: int = PIN_LENGTH
    busy: bool = False
    wrong: bool = False
    notice: str = ""


class SignInFlow(Flow[SignInState]):
    """Verbs of the sign-in screen. `on_signed_in` gets the person."""

    def __init__(
        self,
        terminal: Terminal,
        on_signed_in: Callable[[Staff], None],
        *,
        length: int = PIN_LENGTH,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        super().__init__(SignInState(length=length))
        self._terminal = terminal
        self._on_signed_in = on_signed_in
        self._clock = clock
        self._pin = ""
        self._not_before = 0
        self._unreadable = False
        self._refusal: Callable[[], str] = lambda: ""

    def start(self) -> None:
        """Read who may sign in here."""
        self._terminal.run(self._read, self._shown, self._unread)

    def _unread(self, error: Exception) -> None:
        """The files can't be worked on; they are tried again by themselves."""
        reason = self._terminal.reason_of(error)
        self._unreadable = True
        self._refuse(lambda: f"{cause(reason)}. {remedy(reason)}")

    def changed(self, topics: frozenset[str]) -> None:
        """Staff, settings or the link changed: read again."""
        if topics & {"staff", "config", "link", "verdicts"}:
            self.start()

    def spoken(self) -> None:
        """The language changed."""
        self._to(notice=self._refusal())

    def choose(self, staff_id: str) -> None:
        """Somebody says who they are; digits typed for another person are forgotten."""
        if self.state.busy or self.state.facts is None:
            return
        person = next((p for p in self.state.facts.people if p.id == staff_id), None)
        self._pin = ""
        self._refusal = lambda: ""
        self._to(chosen=person, filled=0, wrong=False, notice="")

    def key(self, key: str) -> None:
        """A digit, `delete`, or `clear` from the pad or a keyboard."""
        if self.state.busy:
            return
        if key == "delete":
            self._pin = self._pin[:-1]
        elif key == "clear":
            self._pin = ""
        elif key.isascii() and key.isdigit():
            self._pin = (self._pin + key)[: self.state.length]
        self._typed()

    def scanned(self, text: str) -> None:
        """A scan here is answered too (F52), and never counts as a wrong PIN."""
        facts = self.state.facts
        code = codes.read(text, facts.settings.codes) if facts is not None else None
        if code is None or code.kind is not codes.Kind.BADGE or self.state.busy:
            self._refuse(lambda: _("Sign in first, then scan. Nothing was added."))
        elif facts is not None and any(person.id == code.key for person in facts.people):
            self.choose(code.key)  # a badge says who it is; that it is so, the PIN says
        else:
            self._refuse(lambda: _("This badge is of nobody who may sign in here."))

    def _typed(self) -> None:
        if self.state.chosen is None:
            self._pin = ""
            self._refuse(lambda: _("Choose your name first, then the PIN."))
            return
        self._to(filled=len(self._pin), wrong=False, notice="")
        if len(self._pin) == self.state.length:
            self._check(self.state.chosen)

    def _check(self, person: Staff) -> None:
        pin, self._pin = self._pin, ""
        now = self._clock()
        if now < self._not_before:
            self._refuse(lambda: locked(self._not_before, self._zone))
            return
        self._to(busy=True)
        self._terminal.run(lambda local: sign_in(local, person.id, pin, now), self._checked, self._failed)

    def _checked(self, answer: SignedIn | SignInRefused) -> None:
        self._to(busy=False, filled=0)
        if isinstance(answer, SignedIn):
            person = self.state.chosen
            self.leave()
            if person is not None:
                self._on_signed_in(person)
        else:
            self._refuse(lambda: self._why_not(answer))

    def leave(self) -> None:
        """Forget who was chosen and every digit: the next person starts from nothing."""
        self._pin = ""
        self._refusal = lambda: ""
        self._to(chosen=None, filled=0, busy=False, wrong=False, notice="")

    def _failed(self, error: Exception) -> None:
        """A wrong PIN that could not be counted: the next try waits as long as the first delay does."""
        reason = self._terminal.reason_of(error)
        self._not_before = self._clock() + FIRST_DELAY_MS
        self._to(busy=False, filled=0)
        self._refuse(lambda: self._not_counted(reason))

    def _not_counted(self, reason: Reason | None) -> str:
        when = clock_time(self._not_before, self._zone, seconds=True)
        text = _("{cause}, so this PIN could not be checked. Try again at {time}.")
        return text.format(cause=cause(reason), time=when)

    def _refuse(self, say: Callable[[], str]) -> None:
        self._refusal = say
        self._to(wrong=True, filled=0, notice=say())

    def _read(self, local: Local) -> Facts:
        place, known, me, now = own_location(local), settings(local), local.me, self._clock()
        return Facts(
            terminal=me.name,
            location=place,
            people=tuple(staff(local)),
            settings=known,
            link=link_status(local, now),
            drawer=has_drawer(local),
        )

    def _shown(self, facts: Facts) -> None:
        if self._unreadable:
            self._unreadable = False
            self._refusal = lambda: ""
            self._to(wrong=False, notice="")
        still = self.state.chosen
        people = {p.id: p for p in facts.people}
        if self.state.facts is None:  # whoever types a PIN now does not wait for what the first label needs
            self._terminal.run_after_frame(lambda _local: warm())
        only = facts.people[0] if len(facts.people) == 1 else None
        self._to(ready=True, facts=facts, chosen=people.get(still.id) if still else only)

    def _why_not(self, answer: SignInRefused) -> str:
        return refused(answer, self.state.chosen.name if self.state.chosen else "", self._zone)

    @property
    def _zone(self) -> str | None:
        return self.state.facts.settings.timezone if self.state.facts else None
