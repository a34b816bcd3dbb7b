"""HTTP for large bodies: as httpx knows it, with a third of the work for each byte.

httpx takes 64 KiB from the socket at a time and carries each through its parser. A catalogue has half a gigabyte, and
the processor that it costs is the one that the hub's, or the till's, other work waits for.
"""

import http.client
import ssl
from collections.abc import Iterator

import httpx

PIECE = 1 << 20
"""Bytes taken at once at most; what has come is handed on at once, so a line that breaks loses nothing."""


class Bulk(httpx.BaseTransport):
    """One connection for each request, without a proxy. Raises httpx's own errors."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        self._trust = trust

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it, and come back with the head of the answer; the body is read by whoever iterates over it."""
        waits = request.extensions.get("timeout", {})
        connection = self._connection(request.url, waits.get("connect"))
        try:
            answer = _asked(connection, request, waits.get("read"))
        except BaseException:
            connection.close()
            raise
        return httpx.Response(answer.status, headers=answer.getheaders(), stream=_Body(connection, answer))

    def _connection(self, url: httpx.URL, patience: float | None) -> http.client.HTTPConnection:
        if url.scheme == "https":
            return http.client.HTTPSConnection(url.host, url.port, timeout=patience, context=self._trust)
        return http.client.HTTPConnection(url.host, url.port, timeout=patience)


def _asked(
    connection: http.client.HTTPConnection, request: httpx.Request, patience: float | None
) -> http.client.HTTPResponse:
    try:
        connection.connect()
    except TimeoutError as error:
        raise httpx.ConnectTimeout(str(error)) from error
    except OSError as error:
        raise httpx.ConnectError(str(error)) from error
    connection.sock.settimeout(patience)
    try:
        headers = {name: value for name, value in request.headers.items() if name != "connection"}
        connection.request(request.method, request.url.raw_path.decode("ascii"), headers=headers)
        return connection.getresponse()
    except TimeoutError as error:
        raise httpx.ReadTimeout(str(error)) from error
    except http.client.HTTPException as error:
        raise httpx.RemoteProtocolError(repr(error)) from error
    except OSError as error:
        raise httpx.ReadError(str(error)) from error


class _Body(httpx.SyncByteStream):
    def __init__(self, connection: http.client.HTTPConnection, answer: http.client.HTTPResponse) -> None:
        self._connection = connection
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        try:
            while piece := self._answer.read1(PIECE):
                yield piece
        except TimeoutError as error:
            raise httpx.ReadTimeout(str(error)) from error
        except http.client.HTTPException as error:
            raise httpx.RemoteProtocolError(repr(error)) from error
        except OSError as error:
            raise httpx.ReadError(str(error)) from error
        if self._answer.length:  # http.client takes a body that ends early for a whole one
            raise httpx.RemoteProtocolError(f"{self._answer.length} bytes of the body did not come")

    def close(self) -> None:
        self._connection.close()
