"""Small memories against abuse: nonces spent once, and a limit to guessing codes."""

import time
from collections import OrderedDict

from sync.hub.faults import Refusal

REMEMBERED = 10_000
"""Nonces, or peers, that are kept in mind."""
GUESSES = 20
"""Wrong codes from one address within a window."""
WINDOW_SECONDS = 60.0


class Nonces:
    """A hello can't be sent twice by someone who overheard it."""

    def __init__(self) -> None:
        self._spent: OrderedDict[tuple[str, str], None] = OrderedDict()

    def spend(self, terminal: str, nonce: str) -> None:
        """Raise Refusal if this terminal used the nonce of late, or if it is none."""
        if not 8 <= len(nonce) <= 128:
            raise Refusal(400, "bad_nonce", "The nonce must be 8 to 128 characters, new for each hello.")
        if (terminal, nonce) in self._spent:
            raise Refusal(409, "nonce_used", "This hello was sent before. Say hello with a new nonce.")
        self._spent[terminal, nonce] = None
        if len(self._spent) > REMEMBERED:
            self._spent.popitem(last=False)


class Guesses:
    """Counts wrong codes by address."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()

    def check(self, peer: str) -> None:
        """Raise Refusal (429) while an address has guessed wrong too often."""
        late = time.monotonic() - WINDOW_SECONDS
        recent = [at for at in self._wrong.get(peer, []) if at > late]
        if len(recent) >= GUESSES:
            raise Refusal(429, "too_many", "Too many wrong codes from this address. Wait a minute.")
        if peer in self._wrong:
            self._wrong[peer] = recent

    def count(self, peer: str, refusal: Refusal) -> None:
        """A code that is not known was a guess."""
        if refusal.fault.code == "code_unknown":
            self._wrong.setdefault(peer, []).append(time.monotonic())
            if len(self._wrong) > REMEMBERED:
                self._wrong.popitem(last=False)
