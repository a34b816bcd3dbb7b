"""HTTP to the hub: requests of `sync.protocol`, and the three ways they can end.

An answer, a refusal (`Fault`), or nothing that counts: no connection, a timeout, a captive portal's page, a cut body.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec
import zstandard

from sync.link.bulk import Bulk
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

    `transport` carries the requests; None: the network, through the HTTP proxy `proxy` if one is named. The proxies of
    the environment don't count: what a login shell happens to hold is not what a till talks through.
    """

    def __init__(
        self,
        hub: str,
        ca: Path | None = None,
        timeout: httpx.Timeout = TIMEOUT,
        transport: httpx.BaseTransport | None = None,
        proxy: str = "",
    ) -> None:
        self.token = ""
        self._hub = hub.rstrip("/")
        self._ca = ca
        self._timeout = timeout
        self._transport = transport
        self._proxy = proxy
        self._made: httpx.Client | None = None
        self._made_bulk: httpx.Client | None = None
        self._closed = False

    @property
    def _http(self) -> httpx.Client:
        """Made when first needed, so that an authority's file that can't be read is a reason to show, as others are."""
        if self._closed:  # by the agent that ends, while a thread was about to listen on
            raise NoAnswer("stopped", "the wire is closed")
        if self._made is None:
            self._made = httpx.Client(
                base_url=f"{self._hub}/v{VERSION}/",
                verify=_trust(self._hub, self._ca),
                transport=self._transport,
                proxy=self._proxy or None,
                timeout=self._timeout,
                follow_redirects=False,
                trust_env=False,
                headers={"Accept": "application/json"},
                limits=httpx.Limits(max_connections=4, keepalive_expiry=60),
            )
        return self._made

    @property
    def _bulk(self) -> httpx.Client:
        """For large bodies; through a proxy, or where something else carries the requests, the same as for others."""
        if self._transport is not None or self._proxy:
            return self._http
        if self._made_bulk is None:
            self._made_bulk = httpx.Client(
                base_url=f"{self._hub}/v{VERSION}/",
                transport=Bulk(_trust(self._hub, self._ca)),
                timeout=self._timeout,
                follow_redirects=False,
                trust_env=False,
            )
        return self._made_bulk

    @property
    def near(self) -> bool:
        """Whether the hub is on this machine, to which packing and unpacking cost more than copying."""
        host = urlsplit(self._hub).hostname or ""
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    def close(self) -> None:
        """Close the connections; whoever waits for an answer gets none."""
        self._closed = True
        for made in (self._made, self._made_bulk):
            if made is not None:
                made.close()

    def post(self, path: str, body: msgspec.Struct | msgspec.Raw, answer: type[T], timeout: float | None = None) -> T:
        """POST a message; no single wait is longer than `timeout` seconds. Raises NoAnswer, Refused."""
        raw = msgspec.json.encode(body)
        headers = {"Content-Type": "application/json", **self._bearer()}
        if len(raw) > SMALL:
            raw = zstandard.compress(raw, 3)
            headers["Content-Encoding"] = "zstd"
        with _calm():
            waits = self._timeout if timeout is None else httpx.Timeout(timeout)
            return _read(self._http.post(path, content=raw, headers=headers, timeout=waits), answer)

    def get(self, path: str, answer: type[T], timeout: float | None = None, **query: Any) -> T:
        """GET a message. Raises NoAnswer, Refused."""
        waits = TIMEOUT if timeout is None else httpx.Timeout(timeout, connect=5.0)
        with _calm():
            return _read(self._http.get(path, params=query, headers=self._bearer(), timeout=waits), answer)

    @contextmanager
    def stream(
        self, path: str, timeout: float, headers: dict[str, str], bulk: bool = False
    ) -> Iterator[httpx.Response]:
        """GET a body piece by piece; no single wait is longer than `timeout` seconds. Raises NoAnswer, Refused.

        `bulk`: it is large, and worth a connection of its own.
        """
        waits = httpx.Timeout(timeout, connect=5.0)
        http = self._bulk if bulk else self._http
        with (
            _calm(),
            http.stream("GET", path, headers={**self._bearer(), **headers}, timeout=waits) as response,
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
    try:
        return ssl.create_default_context(cafile=str(ca)) if ca else ssl.create_default_context()
    except OSError as error:  # ssl.SSLError is one
        raise NoAnswer("ca_file", f"{ca}: {error.strerror or error}") from error


@contextmanager
def _calm() -> Iterator[None]:
    """Turn every way in which a network fails into NoAnswer."""
    try:
        yield
    except httpx.ConnectTimeout as error:
        raise NoAnswer("no_connection", "nobody takes the connection") from error
    except httpx.TimeoutException as error:
        raise NoAnswer("timeout", str(error)) from error
    except httpx.DecodingError as error:
        raise NoAnswer("not_the_hub", str(error)) from error
    except httpx.ProxyError as error:
        raise NoAnswer("proxy", str(error)) from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise NoAnswer(_reason(error), str(error)) from error


_CERTIFICATE = {9: "certificate_early", 10: "certificate_expired", 62: "certificate_name", 64: "certificate_name"}
"""OpenSSL's numbers (x509_vfy.h) of what can be wrong with a certificate; all others: nobody we trust signed it."""


def _reason(error: BaseException | None) -> str:
    """Why there was no connection: TLS says it deep inside of what httpx raises."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return _CERTIFICATE.get(error.verify_code, "certificate_unknown")
        if isinstance(error, ssl.SSLError):
            return "no_tls"
        error = error.__cause__ or error.__context__
    return "no_connection"


def from_hex(text: str) -> bytes:
    """Bytes that an answer carries as hex. Raises NoAnswer where they are none."""
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise NoAnswer("not_the_hub", "bytes that are no hex") from error


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
    if response.status_code == 407:
        raise NoAnswer("proxy", "it wants a user and a password")
    try:
        fault = msgspec.json.decode(response.content, type=messages.Fault)
    except msgspec.MsgspecError:
        raise NoAnswer("not_the_hub", f"status {response.status_code} without a reason") from None
    if response.status_code >= 500 or response.status_code == 429:
        raise NoAnswer("hub_busy", fault.code)
    raise Refused(response.status_code, fault)
