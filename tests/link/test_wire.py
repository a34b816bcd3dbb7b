"""What is not the hub does not count as an answer: portals, cut bodies, strange files (F17, F18)."""

import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync.link.arriving import Arriving, Aside
from sync.link.bootstrap import download
from sync.link.wire import NoAnswer, Refused, Wire
from sync.local import Local, link_status
from sync.protocol.messages import Fault, SnapshotInfo, Welcome
from tests.link.rounds import Round
from tests.link.store import Store, now, sell_one


class Portal:
    """A server on a real socket that answers each request with the next of its raw answers, then with the last."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.requests: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            with line:
                self.requests.append(line.recv(65536))
                line.sendall(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._socket.close()


def http(status: str, body: bytes, kind: str = "application/json", *more: str, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    head = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {size}", "Connection: close", *more]
    return "\r\n".join([*head, "", ""]).encode() + body


@pytest.fixture
def portal() -> Iterator[Callable[..., Portal]]:
    made: list[Portal] = []

    def make(*answers: bytes) -> Portal:
        made.append(Portal(*answers))
        return made[-1]

    yield make
    for it in made:
        it.close()


PAGE = b"<html><body>Welcome to FreeWiFi, please sign in</body></html>"
NOT_ANSWERS = {
    "a portal's page": http("200 OK", PAGE, "text/html"),
    "a redirect to a portal": http("302 Found", b"", "text/html", "Location: http://portal.example/"),
    "a page that says forbidden": http("403 Forbidden", PAGE, "text/html"),
    "a page that says gone": http("410 Gone", PAGE, "text/html"),
    "a gateway's page": http("502 Bad Gateway", PAGE, "text/html"),
    "a hub that fails": http("500 Internal Server Error", b'{"code": "internal", "message": "m"}'),
    "a hub that is restarted": http("503 Service Unavailable", b'{"code": "database", "message": "m"}'),
    "too many requests": http("429 Too Many", b'{"code": "too_many", "message": "m"}'),
    "half a body": http("200 OK", b'{"token": "x', length=5000),
    "JSON of something else": http("200 OK", b'{"hello": "world"}'),
    "a list": http("200 OK", b"[1, 2]"),
    "an empty body": http("200 OK", b""),
    "broken compression": http("200 OK", b"\x28\xb5\x2f\xfdxx", "application/json", "Content-Encoding: zstd"),
    "no HTTP at all": b"SSH-2.0-OpenSSH_9.6\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("kind", NOT_ANSWERS)
def test_f17_f18_what_is_not_the_hub_is_no_answer_and_the_sale_waits_on(
    portal: Callable[..., Portal], local_alone: Local, kind: str
) -> None:
    sell_waits = link_status(local_alone, now()).waiting
    round_ = Round(local_alone.home)
    round_.wire.close()
    round_.work.wire = Wire(portal(NOT_ANSWERS[kind]).url)
    with pytest.raises(NoAnswer):
        round_.run()
    round_.close()
    assert link_status(local_alone, now()).waiting == sell_waits == 1


@pytest.fixture
def local_alone(tmp_path: Path) -> Iterator[Local]:
    from tests.local.fixture import make_terminal
    from tests.local.tills import sold

    local = Local.open(make_terminal(tmp_path))
    sold(local, "p-milk")
    yield local
    local.close()


def test_a_refusal_of_the_hub_is_an_answer(portal: Callable[..., Portal]) -> None:
    wire = Wire(portal(http("403 Forbidden", b'{"code": "revoked", "message": "Shut out.", "newer": 1}')).url)
    with pytest.raises(Refused) as caught:
        wire.get("hello", Welcome)
    assert (caught.value.status, caught.value.fault) == (403, Fault("revoked", "Shut out."))


def test_a_hub_with_a_certificate_that_nobody_vouches_for_is_not_the_hub(portal: Callable[..., Portal]) -> None:
    with pytest.raises(NoAnswer):
        Wire(portal(PAGE).url.replace("http:", "https:")).get("hello", Welcome)


BLOB = bytes(range(256)) * 4000


def info(content: bytes = BLOB) -> SnapshotInfo:
    digest = hashlib.sha256(content).hexdigest()
    return SnapshotInfo("catalogue", "e", 1, 0, digest, len(content), "identity", digest, len(content))


def fetched(wire: Wire, path: Path) -> bool:
    """The blob, whole and verified, at `path` while it is on its way and at `0.db` in the end."""
    arriving, here = Arriving(info(), path.parent, 0), Aside("", threads=False)
    assert arriving.blob == path
    done = download(wire, arriving, lambda: False, here)
    arriving.end()
    return done


def test_a_download_that_breaks_off_goes_on_where_it_ended(portal: Callable[..., Portal], tmp_path: Path) -> None:
    half = http("200 OK", BLOB[:300_000], "application/octet-stream", length=len(BLOB))
    rest = BLOB[300_000:]
    more = f"Content-Range: bytes 300000-{len(BLOB) - 1}/{len(BLOB)}"
    server = portal(half, http("206 Partial Content", rest, "application/octet-stream", more))
    wire, path = Wire(server.url), tmp_path / info().digest
    with pytest.raises(NoAnswer):
        fetched(wire, path)
    assert path.stat().st_size == 300_000
    assert fetched(wire, path)
    assert (tmp_path / "0.db").read_bytes() == BLOB
    assert b"range: bytes=300000-" in server.requests[1].lower()


def test_f25_a_download_with_a_wrong_byte_is_thrown_away(portal: Callable[..., Portal], tmp_path: Path) -> None:
    wrong = b"\x01" + BLOB[1:]
    server = portal(http("200 OK", wrong, "application/octet-stream"), http("200 OK", BLOB, "application/octet-stream"))
    wire, path = Wire(server.url), tmp_path / info().digest
    with pytest.raises(NoAnswer, match="damaged"):
        fetched(wire, path)
    assert not path.exists()
    assert fetched(wire, path)


def test_a_store_behind_a_portal_goes_on_as_soon_as_it_is_let_through(
    store: Store, home: Path, local: Local, portal: Callable[..., Portal]
) -> None:
    sell_one(local)
    round_ = Round(home)
    real = round_.work.wire
    round_.work.wire = Wire(portal(NOT_ANSWERS["a portal's page"]).url)
    with pytest.raises(NoAnswer):
        round_.run()
    round_.work.wire = real
    round_.run()
    round_.close()
    assert link_status(local, now()).waiting == 0
