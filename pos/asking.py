"""Questions to the hub that a person waits for, on a thread of their own: neither a frame nor a sale waits for one."""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from sync.link.questions import Answered, Asks, Said, Unanswered

T = TypeVar("T")
Failed = Callable[[Exception], None]
CLOSING_S = 1.0


@dataclass(frozen=True, slots=True)
class _Question:
    path: str
    body: msgspec.Struct
    kind: type[Any]
    then: Callable[[Any], None]
    failed: Failed
    until: float


class AskThread:
    """Asks one question after the other, in the order they were given. `wake` only signals that `pump` has work."""

    def __init__(self, asking: Asks, wake: Callable[[], None]) -> None:
        self._asking = asking
        self._wake = wake
        self._questions: queue.SimpleQueue[_Question | None] = queue.SimpleQueue()
        self._done: deque[Callable[[], None]] = deque()
        self._thread: threading.Thread | None = None

    def ask(
        self,
        path: str,
        body: msgspec.Struct,
        kind: type[T],
        then: Callable[[Answered[T] | Unanswered | Said], None],
        failed: Failed,
        patience_s: float,
    ) -> None:
        """Queue a question and return at once. Patience counts from now."""
        self._questions.put(_Question(path, body, kind, then, failed, time.monotonic() + patience_s))
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="asking", daemon=True)
            self._thread.start()

    def pump(self) -> None:
        """Call back for the questions that ended up to now."""
        for _turn in range(len(self._done)):
            self._done.popleft()()

    def close(self) -> None:
        """End the thread; what is still asked is heard by nobody."""
        self._questions.put(None)
        if self._thread is not None:
            self._thread.join(CLOSING_S)

    def _work(self) -> None:
        while (question := self._questions.get()) is not None:
            try:
                self._answer(question.then, self._ask(question))
            except Exception as error:  # noqa: BLE001 - every failure goes back to the one who asked
                self._answer(question.failed, error)

    def _ask(self, question: _Question) -> object:
        left = question.until - time.monotonic()
        if left <= 0:  # an earlier question took it all
            return Unanswered("timeout")
        return self._asking.ask(question.path, question.body, question.kind, left)

    def _answer(self, callback: Callable[[Any], None], value: Any) -> None:
        self._done.append(lambda: callback(value))
        self._wake()
