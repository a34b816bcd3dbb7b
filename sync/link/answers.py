"""The agent's end of `sync.link.questions`: a thread that asks the hub for the app, one question at a time.

It has a wire of its own, so that neither a push nor a page of the feed waits for a person's question, nor it for them.
"""

import logging
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sync.domain.value import hold_of
from sync.link.questions import (
    PATIENCE_MOST_S,
    QUESTION_MOST,
    REPLY_MOST,
    TAKEN,
    Answered,
    Question,
    Reply,
    Said,
    Unanswered,
    allowed,
    framed,
    receive,
    same_user,
)
from sync.link.wire import NoAnswer, Refused, Wire
from sync.local.value import is_kept
from sync.local.wake import address
from sync.protocol.messages import HoldValue, ReleaseOwed, ReleaseRight, ReleaseValue
from sync.protocol.pickups import ReleaseParcels, ReleasePick

log = logging.getLogger(__name__)
RIGHT, VALUE, OWED, PARCEL = "claims/refund", "claims/value", "claims/owed", "claims/parcel"
PICK = "claims/pick"
"""What is claimed: the right to a refund, an amount of a gift card or of store credit, cash that is owed, parcels, the
picking of an order."""
HEARD_S = 1.0
"""How long a question may take to arrive, and the byte that says that its reply was taken."""
AGAIN_S = 5.0
RELEASE_S = 3.0
"""How long a release waits for its answer."""
SURE_S = 30.0
"""So long after a claim went unanswered it is released once more: it may have been slower than its release."""
LEASES_S = {RIGHT: 300.0, VALUE: 900.0, OWED: 900.0, PARCEL: 120.0, PICK: 600.0}
"""After that the hub has let go of it by itself."""


@dataclass
class _Late:
    """A claim that may be held at the hub, and that the till does not use: by `path`. `key`: the debt, of cash that is
    owed. Monotonic seconds."""

    path: str
    claim: str
    key: str
    since: float
    due: float
    released: bool = False


def ask(wire: Wire, path: str, body: msgspec.Raw, seconds: float) -> Answered[msgspec.Raw] | Unanswered | Said:
    """Ask the hub over this wire, and wait about so many seconds at most. Raises Refused (401): say hello again."""
    try:
        answer = wire.post(path, body, msgspec.Raw, timeout=seconds)
    except NoAnswer as no:
        return Unanswered(no.reason)
    except Refused as no:
        if no.status == 401:
            raise
        return Said(no.fault)
    return Answered(answer) if len(bytes(answer)) < REPLY_MOST - 1024 else Unanswered("not_the_hub")


class Answers:
    """Answers the app of a home while there is a session. `online` and `offline` are told by the agent."""

    def __init__(self, home: Path, stale: Callable[[], None]) -> None:
        """`stale` is called, in our thread, when the hub does not know the session any more."""
        self._home = home
        self._where = address(home, "ask")
        self._token = ""
        self._ending = threading.Event()
        self._door: socket.socket | None = None
        self._late: dict[str, _Late] = {}
        self._stale = stale

    def start(self, wire: Wire) -> None:
        """Begin to answer, over a wire that is ours from now on."""
        threading.Thread(target=self._run, args=(wire,), name="answers", daemon=True).start()

    def online(self, token: str) -> None:
        """There is a session: this is its token."""
        self._token = token

    def offline(self) -> None:
        """There is no session: whoever asks hears so at once."""
        self._token = ""

    def stop(self) -> None:
        """End soon; from any thread. A question under way is not answered any more."""
        self._ending.set()
        door = self._door
        if door is not None:
            try:
                door.shutdown(socket.SHUT_RDWR)
            except OSError as error:  # it was closed at this very moment
                log.debug("the door is closed already: %s", error)

    def _run(self, wire: Wire) -> None:
        try:
            while not self._ending.is_set():
                try:
                    self._open_door(wire)
                except OSError as error:
                    if not self._ending.is_set():
                        log.warning("the app can't ask just now: %s", error)
                        self._ending.wait(AGAIN_S)
        finally:
            wire.close()

    def _open_door(self, wire: Wire) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.bind(self._where)
            door.listen(8)
            self._door = door
            try:
                while not self._ending.is_set():
                    self._next(door, wire)
            finally:
                self._door = None

    def _next(self, door: socket.socket, wire: Wire) -> None:
        door.settimeout(1.0 if self._late else None)
        try:
            line, _ = door.accept()
        except TimeoutError:
            self._give_back(wire)
            return
        with line:
            try:
                if same_user(line):
                    self._serve(line, wire)
            except (OSError, msgspec.MsgspecError) as error:
                log.info("a question came to nothing: %s", error)
        self._give_back(wire)

    def _serve(self, line: socket.socket, wire: Wire) -> None:
        raw = receive(line, time.monotonic() + HEARD_S, QUESTION_MOST)
        question = msgspec.json.decode(raw, type=Question)
        seconds = min(question.until / 1e9 - time.monotonic(), PATIENCE_MOST_S)
        if seconds <= 0:
            return
        claimed = _claim_in(question)
        claim = claimed[0]
        reply, asked = self._reply(question, wire, seconds)
        if claim and asked:  # from here on it may be held, whatever happens to us and to the line
            self._late[claim] = _Late(question.path, *claimed, time.monotonic(), time.monotonic())
        line.settimeout(HEARD_S)
        line.sendall(framed(reply))
        if _taken(line) and reply.how == "answered":
            self._late.pop(claim, None)

    def _reply(self, question: Question, wire: Wire, seconds: float) -> tuple[Reply, bool]:
        """What to say, and whether the hub may have heard the question."""
        if not allowed(question.path):
            return _unanswered("not_allowed"), False
        token = self._token
        if not token:
            return _unanswered("offline"), False
        wire.token = token
        try:
            result = ask(wire, question.path, question.body, seconds)
        except Refused as no:
            self._stale()
            return _unanswered(no.fault.code), False
        if isinstance(result, Answered):
            return Reply("answered", result.value), True
        if isinstance(result, Said):
            return Reply("said", msgspec.Raw(msgspec.json.encode(result.fault))), False
        return _unanswered(result.reason), True

    def _give_back(self, wire: Wire) -> None:
        """Release the claims that nobody uses, as far as it is time and the hub answers."""
        for late in list(self._late.values()):
            now = time.monotonic()
            if now - late.since > LEASES_S[late.path] or self._is_used(late):
                del self._late[late.claim]
            elif now >= late.due and self._token and not self._ending.is_set():
                self._release(late, wire)

    def _is_used(self, late: _Late) -> bool:
        """A longer lease was asked for and not heard of, and the cart still has the hold: it is not to be let go."""
        return late.path == VALUE and is_kept(self._home, late.claim)

    def _release(self, late: _Late, wire: Wire) -> None:
        wire.token = self._token
        path, body = _letting_go(late)
        late.due = time.monotonic() + AGAIN_S
        try:
            result = ask(wire, path, msgspec.Raw(msgspec.json.encode(body)), RELEASE_S)
        except Refused as no:
            log.info("a claim is not given back yet: %s", no)
            return
        if isinstance(result, Unanswered):
            return
        log.info("the claim %s was answered too late, and is given back", late.claim)
        if late.released:
            del self._late[late.claim]
        late.released, late.due = True, max(late.due, late.since + SURE_S)


def _unanswered(reason: str) -> Reply:
    return Reply("unanswered", msgspec.Raw(msgspec.json.encode(reason)))


def _claim_in(question: Question) -> tuple[str, str]:
    """The id of the claim that a question makes, "" if it makes none; and of cash that is owed its key."""
    if question.path == VALUE:
        wanted = msgspec.json.decode(question.body, type=HoldValue)
        return hold_of(wanted.account, wanted.sale), ""
    if question.path == OWED:
        owed = msgspec.json.decode(question.body, type=ReleaseOwed)
        return owed.claim, owed.key
    if question.path not in (RIGHT, PARCEL, PICK):
        return "", ""
    return msgspec.json.decode(question.body, type=ReleaseRight).claim, ""  # a claim's id and nothing more


def _letting_go(late: _Late) -> tuple[str, msgspec.Struct]:
    if late.path == VALUE:
        return "claims/value/release", ReleaseValue(late.claim)
    if late.path == PARCEL:
        return "claims/parcel/release", ReleaseParcels(late.claim)
    if late.path == PICK:
        return "claims/pick/release", ReleasePick(late.claim)
    if late.path == OWED:
        return "claims/owed/release", ReleaseOwed(late.key, late.claim)
    return "claims/release", ReleaseRight(late.claim)


def _taken(line: socket.socket) -> bool:
    """Whether the app took the reply. Once this says no, the app can't say yes any more: its send fails."""
    try:
        return line.recv(1) == TAKEN
    except OSError:
        line.shutdown(socket.SHUT_RD)
        line.setblocking(False)
        return line.recv(1) == TAKEN  # what was said before we stopped listening counts
