"""How the hub says no: one exception that becomes the `Fault` answer."""

from sync.protocol.messages import Fault


class Refusal(Exception):
    """An answer that is not 2xx: HTTP status, a code for programs, a sentence for people."""

    def __init__(self, status: int, code: str, message: str, want: int | None = None, have: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.fault = Fault(code, message, want, have)
