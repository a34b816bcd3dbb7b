"""The doctor names what is wrong, in words and with what to do, and finds nothing where all is well."""

import socket
import subprocess
import sys
import threading
from pathlib import Path

from sync.actions.fiscal import Registered, hindered, registered
from sync.doctor import Finding, examine, storage
from sync.local import Local, files
from sync.local.fiscal import not_fiscalised
from sync.settings import TerminalSettings, load
from tests.local.fixture import NOW as SOLD
from tests.local.fixture import make_terminal
from tests.local.rotting import lose_an_order
from tests.local.tills import sold

NOW = 1_800_000_000_000


def findings(home: Path, **flags: str) -> dict[str, Finding]:
    given = {"terminal.home": home, "hub.folder": home.parent / "no-hub"} | {
        k.replace("__", "."): v for k, v in flags.items()
    }
    return {f.what: f for f in examine(load(None, {}, given), NOW)}


def test_a_sound_terminal_has_sound_files_and_a_sound_chain(tmp_path):
    found = findings(make_terminal(tmp_path))
    for what in ("permissions", "journal", "replica", "hash chain", "what waits"):
        assert found[what].grade == "ok", found[what]


def test_a_damaged_journal_is_wrong_and_is_never_to_be_deleted(tmp_path):
    home = make_terminal(tmp_path)
    journal = home / files.JOURNAL
    damaged = bytearray(journal.read_bytes())
    damaged[4096:8192] = b"\xff" * 4096
    journal.write_bytes(damaged)
    found = findings(home)
    assert found["journal"].grade == "wrong"
    assert "keep the file" in found["journal"].do


def test_f26_an_order_that_the_disk_lost_is_wrong_and_comes_again_by_itself(tmp_path):
    home = make_terminal(tmp_path)
    lose_an_order(home)
    found = findings(home)
    assert found["replica"].grade == "wrong" and "a row of purchase is no JSON" in found["replica"].seen
    assert "once the hub answers" in found["replica"].do
    assert found["journal"].grade == "ok"


def test_f7_a_home_where_files_are_tidied_away_is_wrong_and_the_usual_one_is_not(monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/till")  # not the home of whoever runs this: it may lie anywhere
    assert storage(Path("/var/cache/storefloor"), "ext4").grade == "wrong"
    assert storage(Path("~/.cache/storefloor"), "ext4").grade == "wrong"
    assert storage(Path("/srv/storefloor"), "tmpfs").grade == "wrong"
    assert storage(TerminalSettings().home, "ext4").grade == "ok"


def test_files_that_others_may_read_are_named(tmp_path):
    home = make_terminal(tmp_path)
    (home / files.JOURNAL).chmod(0o644)
    first = next(f for f in examine(load(None, {}, {"terminal.home": home}), NOW) if f.what == "permissions")
    assert first.grade == "wrong"
    assert "journal.db" in first.seen


def test_a_hub_that_answers_with_a_web_page_is_no_hub(tmp_path):
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\nlogin!"
    with socket.create_server(("127.0.0.1", 0)) as portal:

        def serve() -> None:
            line, _ = portal.accept()
            with line:
                line.recv(4096)
                line.sendall(page)

        threading.Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{portal.getsockname()[1]}"
        found = findings(make_terminal(tmp_path), terminal__hub=url)
    assert found["hub"].grade == "wrong"
    assert "Sales go on" in found["hub"].do


def test_a_printer_that_does_not_listen_is_named_with_its_address(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{unused.getsockname()[1]}"
        found = findings(make_terminal(tmp_path), devices__printer=where)
    assert found["printer"].grade == "wrong"
    assert where in found["printer"].seen


def test_a_label_printer_is_looked_for_at_its_address_or_as_a_node(tmp_path):
    home = make_terminal(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as printer:
        where = f"127.0.0.1:{printer.getsockname()[1]}"
        assert findings(home, label_printer__address=where)["label printer"].grade == "ok"
    assert findings(home, label_printer__address=where)["label printer"].grade == "wrong"
    gone = findings(home, label_printer__address="/dev/usb/lp-that-is-not-there")["label printer"]
    assert (gone.grade, "is not there" in gone.seen) == ("wrong", True)
    assert findings(home, label_printer__address=str(tmp_path / "labels.zpl"))["label printer"].grade == "ok"


def test_the_command_says_how_many_things_are_wrong_and_ends_with_status_1(tmp_path):
    home = make_terminal(tmp_path)
    (home / files.JOURNAL).chmod(0o666)
    command = [sys.executable, "-m", "sync", "doctor", "--home", str(home), "--folder", str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "chmod 600" in done.stdout
    assert "wrong" in done.stdout.splitlines()[-1]


def test_a_wrong_setting_ends_with_status_2_and_a_sentence(tmp_path):
    command = [sys.executable, "-m", "sync", "doctor", "--home", str(tmp_path), "--language", "fr"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "terminal.language = 'fr' must be one of en, ru, kk, ka." in done.stderr


def test_f49_what_is_paid_and_not_fiscalised_is_named_with_since_when_and_why(tmp_path):
    home = make_terminal(tmp_path)
    assert "fiscal receipts" not in findings(home)
    till = Local.open(home, fiscal=True)
    receipts = [sold(till, "p-milk").body.receipt for _sale in range(2)]
    hindered(till, "fiscal_off", SOLD)
    found = findings(home)["fiscal receipts"]
    assert found.grade == "look" and "2 not fiscalised" in found.seen
    assert f"{receipts[0]} waiting (fiscal_off)" in found.seen and "registered by themselves" in found.do
    for document in not_fiscalised(till):
        registered(till, document.document, Registered("SIM-1", "1", "2", SOLD), SOLD)
    till.close()
    assert findings(home)["fiscal receipts"].grade == "ok"


def test_a_fiscal_printer_that_does_not_listen_is_named_with_its_address(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{unused.getsockname()[1]}"
        found = findings(make_terminal(tmp_path), fiscal__driver="simulated", fiscal__address=where)
    assert found["fiscal printer"].grade == "wrong" and where in found["fiscal printer"].seen
    found = findings(make_terminal(tmp_path / "other"), fiscal__driver="acme", fiscal__address="usb")
    assert found["fiscal printer"].grade == "ok" and "acme at usb" in found["fiscal printer"].seen
