"""HTTP to the hub: requests of `sync.protocol`, and the three ways they can end.

An answer, a refusal (`Fault`), or nothing that counts: no connection, a timeout, a captive portal's page, a cut body.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec
import zstandard

from sync.protocol import VERSION, messages

T = TypeVar("T")
SMALL = 1024
"""Bodies above this are compressed."""
LARGEST = 256 * 1024 * 1024
"""Bytes of an answer that are read at most; a page of the feed with 100,000 rows is a tenth of it."""
TIMEOUT = httpx.Timeout(30.0, connect=5.0)


class NoAnswer(Exception):
    """The hub was not reached. Not a failure: everything waits, and is tried again (I-4). `reason` is a short word."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class Refused(Exception):
    """The hub answered, and said no."""

    def __init__(self, status: int, fault: messages.Fault) -> None:
        super().__init__(f"{status} {fault.code}: {fault.message}")
        self.status = status
        self.fault = fault


class Wire:
    """Requests to one hub. `ca`: a PEM file of the authority that signed its certificate; None: the system's.

    `transport` carries the requests; None: the network.
    """

    def __init__(
        self,
        hub: str,
        ca: Path | None = None,
        timeout: httpx.Timeout = TIMEOUT,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        verify = _trust(hub, ca)
        self.token = ""
        self._http = httpx.Client(
            base_url=f"{hub.rstrip('/')}/v{VERSION}/",
            verify=verify,
            transport=transport,
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
            headers={"Accept": "application/json"},
            limits=httpx.Limits(max_connections=4, keepalive_expiry=60),
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def post(self, path: str, body: msgspec.Struct, answer: type[T]) -> T:
        """POST a message. Raises NoAnswer, Refused."""
        raw = msgspec.json.encode(body)
        headers = {"Content-Type": "application/json", **self._bearer()}
        if len(raw) > SMALL:
            raw = zstandard.compress(raw, 3)
            headers["Content-Encoding"] = "zstd"
        with _calm():
            return _read(self._http.post(path, content=raw, headers=headers), answer)

    def get(self, path: str, answer: type[T], timeout: float | None = None, **query: Any) -> T:
        """GET a message. Raises NoAnswer, Refused."""
        waits = TIMEOUT if timeout is None else httpx.Timeout(timeout, connect=5.0)
        with _calm():
            return _read(self._http.get(path, params=query, headers=self._bearer(), timeout=waits), answer)

    @contextmanager
    def stream(self, path: str, timeout: float, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """GET a body piece by piece; no single wait is longer than `timeout` seconds. Raises NoAnswer, Refused."""
        waits = httpx.Timeout(timeout, connect=5.0)
        with (
            _calm(),
            self._http.stream("GET", path, headers={**self._bearer(), **headers}, timeout=waits) as response,
        ):
            if response.status_code not in (200, 206):
                response.read()
                _raise_refusal(response)
            yield response

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


def _trust(hub: str, ca: Path | None) -> ssl.SSLContext:
    """Whom to believe. Reading the system's authorities takes a tenth of a second, which plain HTTP can do without."""
    if not hub.startswith("https:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody
    return ssl.create_default_context(cafile=str(ca)) if ca else ssl.create_default_context()


@contextmanager
def _calm() -> Iterator[None]:
    """Turn every way in which a network fails into NoAnswer."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise NoAnswer("timeout", str(error)) from error
    except httpx.DecodingError as error:
        raise NoAnswer("not_the_hub", str(error)) from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        reason = "certificate" if "CERTIFICATE_VERIFY_FAILED" in str(error) else "no_connection"
        raise NoAnswer(reason, str(error)) from error


def _read(response: httpx.Response, answer: type[T]) -> T:
    if response.status_code != 200:
        _raise_refusal(response)
    if len(response.content) > LARGEST:
        raise NoAnswer("not_the_hub", "the answer is too large")
    try:
        return msgspec.json.decode(response.content, type=answer)
    except msgspec.MsgspecError as error:
        raise NoAnswer("not_the_hub", str(error)) from error


def _raise_refusal(response: httpx.Response) -> None:
    """A Fault is a refusal; a redirect, a page, or a busy gateway is not the hub."""
    try:
        fault = msgspec.json.decode(response.content, type=messages.Fault)
    except msgspec.MsgspecError:
        raise NoAnswer("not_the_hub", f"status {response.status_code} without a reason") from None
    if response.status_code >= 500 or response.status_code == 429:
        raise NoAnswer("hub_busy", fault.code)
    raise Refused(response.status_code, fault)
