"""TLS with a retailer's own authority: the right one works, anything else is refused with its reason, in words."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sync.doctor import reach
from sync.domain import codes
from sync.link.cli import enrol_main
from sync.link.enrol import enrol
from sync.link.first import fill_replica
from sync.link.reasons import ADVICE
from sync.link.wire import NoAnswer, Wire
from sync.local import Local, find_code
from sync.settings import load
from tests.link.authority import DAY, Authority
from tests.link.store import Store, gtin, now

Make = Callable[..., Store]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@pytest.fixture
def secure(tmp_path: Path, authority: Authority) -> Iterator[Make]:
    """Hubs that speak TLS with a certificate of the authority."""
    made: list[Store] = []

    def make(**certificate: object) -> Store:
        made.append(Store(tmp_path / f"hub-{len(made)}", authority.certify(**certificate)))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for store in made:
        store.stop()


def reason(url: str, ca: Path | None) -> str:
    """Why a hello does not get through."""
    wire = Wire(url, ca)
    with pytest.raises(NoAnswer) as caught:
        wire.get("health", dict)
    wire.close()
    return caught.value.reason


def said_by_doctor(url: str, ca: Path) -> str:
    (finding,) = reach(url, load(None, {}, {"terminal.ca_file": ca}), now())
    assert finding.grade == "wrong"
    return f"{finding.seen} {finding.do}"


def test_a_terminal_enrols_and_fills_itself_over_tls_with_the_retailers_own_authority(
    secure: Make, authority: Authority, tmp_path: Path
) -> None:
    store = secure()
    home = tmp_path / "till-1"
    enrol(home, store.url, store.code(), now(), ca=authority.file)
    fill_replica(home, ca=authority.file)
    local = Local.open(home)
    assert find_code(local, codes.read(gtin(7)), now()) is not None
    local.close()


LATE, EARLY = {"first": -2 * DAY, "last": -timedelta(hours=1)}, {"first": timedelta(hours=1), "last": 2 * DAY}
WRONG = {"certificate_expired": LATE, "certificate_early": EARLY, "certificate_name": {"address": "hub.example"}}


@pytest.mark.parametrize("why", WRONG)
def test_a_certificate_that_is_not_good_is_refused_and_the_doctor_says_why(
    secure: Make, authority: Authority, why: str
) -> None:
    store = secure(**WRONG[why])
    assert reason(store.url, authority.file) == why
    assert ADVICE[why].said in said_by_doctor(store.url, authority.file)


def test_another_authoritys_certificate_is_refused(secure: Make, tmp_path: Path) -> None:
    store, other = secure(), Authority(tmp_path / "other", "Somebody else")
    assert reason(store.url, other.file) == "certificate_unknown"
    assert reason(store.url, None) == "certificate_unknown"
    assert "someone may be in between" in said_by_doctor(store.url, other.file)


def test_an_authoritys_file_that_cant_be_read_is_a_reason_too_and_works_once_it_is_there(
    secure: Make, authority: Authority, tmp_path: Path
) -> None:
    store, late = secure(), tmp_path / "late.pem"
    wire = Wire(store.url, late)
    for content in (None, "no certificate at all"):
        if content:
            late.write_text(content)
        with pytest.raises(NoAnswer) as caught:
            wire.get("health", dict)
        assert caught.value.reason == "ca_file"
    late.write_bytes(authority.file.read_bytes())
    assert wire.get("health", dict)["ok"] is True
    wire.close()


def test_a_hub_that_speaks_no_tls_is_not_talked_to_as_if_it_did(store: Store, authority: Authority) -> None:
    assert reason(store.url.replace("http:", "https:"), authority.file) == "no_tls"


def test_a_hub_serves_tls_by_its_own_settings(authority: Authority, tmp_path: Path) -> None:
    certificate, key = authority.certify()
    files = ["--certificate", str(certificate), "--key", str(key), "--folder", str(tmp_path / "hub")]
    command = [sys.executable, "-m", "sync", "hub", "serve", "--listen", "127.0.0.1:0", *files]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    word, _, url = process.stdout.readline().strip().partition(" ")
    assert (word, url[:6]) == ("ready", "https:")
    wire = Wire(url, authority.file)
    assert wire.get("health", dict)["ok"] is True
    wire.close()
    process.terminate()
    process.wait(20)


def test_enrolling_at_a_hub_that_cant_prove_itself_says_what_to_do(
    secure: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from sync.__main__ import build_parser

    store = secure()
    words = ["enrol", "--home", str(tmp_path / "till"), "--hub", store.url, "--code", store.code()]
    assert enrol_main(build_parser("enrol").parse_args(words)) == 1
    said = capsys.readouterr().err
    assert "did not answer" in said
    assert "Set terminal.ca_file to the retailer's own authority" in said
