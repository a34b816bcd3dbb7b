"""The app asks the hub through its agent, with patience that ends; what is answered too late is given back."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from sync.link import answers
from sync.link.agent import Agent
from sync.link.questions import QUESTION_MOST, Answered, Asking, Question, Reply, Said, Unanswered, framed, receive
from sync.local import Local, link_status
from sync.local.wake import address
from sync.protocol.messages import ClaimedRight, ClaimRight, FindOrders, FoundOrders
from tests.link.asking import Straight, claims, received
from tests.link.lines import Line, line_to
from tests.link.store import Store, now, sell_one, until

RunAgent = Callable[..., Agent]
FIND = FindOrders(number="100-1")


def find(home: Path, patience: float = 3.0) -> object:
    return Asking(home).ask("ask/orders", FIND, FoundOrders, patience)


def claim(home: Path, purchase: str, pieces: int = 1, id: str = "c-1", patience: float = 3.0) -> object:
    body = ClaimRight(id, purchase, [("1", pieces * 1000)])
    return Asking(home).ask("claims/refund", body, ClaimedRight, patience)


def is_answered(home: Path) -> bool:
    return isinstance(find(home), Answered)


def connected(home: Path) -> socket.socket:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.connect(address(home, "ask"))
    return line


def question(path: str, body: msgspec.Struct, patience: float = 5.0) -> bytes:
    raw = msgspec.Raw(msgspec.json.encode(body))
    return framed(Question(path, raw, time.monotonic_ns() + int(patience * 1e9)))


def test_the_hub_answers_through_the_agent(store: Store, home: Path, run_agent: RunAgent) -> None:
    purchase = received(store)
    run_agent(home)
    until(lambda: is_answered(home))
    found = find(home)
    assert isinstance(found, Answered)
    assert [(p.id, p.lines[0].quantity) for p in found.value.purchases] == [(purchase, 3000)]
    by_mail = Asking(home).ask("ask/orders", FindOrders(email="D@example.com"), FoundOrders, 3)
    assert isinstance(by_mail, Answered) and by_mail.value.purchases == found.value.purchases


def test_f32_a_right_is_one_tills_and_the_other_one_hears_where(
    store: Store, home: Path, tmp_path: Path, run_agent: RunAgent
) -> None:
    purchase, other = received(store), store.terminal(tmp_path, "till-2")
    run_agent(home)
    run_agent(other)
    until(lambda: is_answered(home) and is_answered(other))
    mine = claim(home, purchase, 3)
    assert isinstance(mine, Answered) and mine.value.purchase.id == purchase
    theirs = claim(other, purchase, 1, "c-2")
    assert isinstance(theirs, Said)
    assert theirs.fault.code == "right_gone" and "till-1" in theirs.fault.message
    time.sleep(1.2)
    assert claims(store) == {"c-1": "open"}, "what the till took stays its own"


def test_i4_without_a_session_the_answer_is_offline_and_comes_at_once(
    store: Store, home: Path, local: Local, run_agent: RunAgent
) -> None:
    assert find(home) == Unanswered("agent_ended")
    store.stop()
    run_agent(home)
    until(lambda: find(home) != Unanswered("agent_ended"))
    began = time.monotonic()
    assert find(home, patience=6) == Unanswered("offline")
    assert time.monotonic() - began < 3
    store.start()
    until(lambda: is_answered(home), 20)
    assert link_status(local, now()).online


class Holding(Line):
    """A line that carries everything to the hub, and its answers back only while they are not `held`."""

    held = False

    def _count(self, size: int, upward: bool) -> None:
        super()._count(size, upward)
        while self.held and not upward:
            time.sleep(0.02)


def test_what_the_hub_granted_too_late_is_given_back_and_is_anyones_again(
    store: Store, home: Path, run_agent: RunAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "RELEASE_S", 0.3)
    monkeypatch.setattr(answers, "AGAIN_S", 0.2)
    purchase = received(store)
    with Holding(store.port) as line:
        run_agent(home, hub=line.url)
        until(lambda: is_answered(home))
        line.held = True
        began = time.monotonic()
        assert claim(home, purchase, 3, patience=0.4) == Unanswered("timeout")
        assert time.monotonic() - began < 3
        assert "c-1" in claims(store), "the hub granted it, and its answer is on the way"
        line.held = False
        until(lambda: claims(store) == {"c-1": "released"})
        until(lambda: isinstance(claim(home, purchase, 3, "c-2"), Answered))
        time.sleep(1.2)
        assert claims(store) == {"c-1": "released", "c-2": "open"}


def test_a_claim_that_is_slower_than_its_release_is_released_again(
    store: Store, home: Path, run_agent: RunAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "AGAIN_S", 0.2)
    monkeypatch.setattr(answers, "SURE_S", 1.0)
    purchase = received(store)
    run_agent(home)
    until(lambda: is_answered(home))
    with connected(home) as line:
        line.sendall(question("claims/refund", ClaimRight("c-1", purchase, [("1", 1000)])))
    until(lambda: claims(store) == {"c-1": "released"})
    straight = Straight(home)  # the same request once more, as a slow line may bring it
    straight.ask("claims/refund", ClaimRight("c-1", purchase, [("1", 1000)]), ClaimedRight, 3)
    straight.close()
    assert claims(store) == {"c-1": "open"}
    until(lambda: claims(store) == {"c-1": "released"})


def test_a_claim_whose_answer_nobody_took_is_given_back(store: Store, home: Path, run_agent: RunAgent) -> None:
    """The till's patience ended, or it was killed, while the answer was on its way through the machine."""
    purchase = received(store)
    run_agent(home)
    until(lambda: is_answered(home))
    with connected(home) as line:
        line.sendall(question("claims/refund", ClaimRight("c-1", purchase, [("1", 1000)])))
        reply = msgspec.json.decode(receive(line, time.monotonic() + 5, 1 << 20), type=Reply)
        assert reply.how == "answered" and claims(store) == {"c-1": "open"}
    until(lambda: claims(store) == {"c-1": "released"})


def test_a_reply_can_not_be_taken_any_more_once_the_agent_gave_the_claim_back(
    store: Store, home: Path, run_agent: RunAgent
) -> None:
    purchase = received(store)
    run_agent(home)
    until(lambda: is_answered(home))
    with connected(home) as line:
        line.sendall(question("claims/refund", ClaimRight("c-1", purchase, [("1", 1000)])))
        until(lambda: claims(store) == {"c-1": "released"})
        with pytest.raises(OSError):
            line.sendall(b"\x06")


def test_only_what_a_person_waits_for_may_be_asked(store: Store, home: Path, run_agent: RunAgent) -> None:
    run_agent(home)
    until(lambda: is_answered(home))
    for path in ("push", "hello", "ask/../push", "ask/", "claims/refund?x=1", "/ask/orders"):
        with pytest.raises(ValueError, match="nothing to ask for"):
            Asking(home).ask(path, FIND, FoundOrders, 1)
        with connected(home) as line:
            line.sendall(question(path, FIND))
            reply = msgspec.json.decode(receive(line, time.monotonic() + 5, 1 << 20), type=Reply)
        assert (reply.how, bytes(reply.what)) == ("unanswered", b'"not_allowed"')
    with pytest.raises(ValueError, match="too large"):
        Asking(home).ask("ask/orders", FindOrders(number="1" * QUESTION_MOST), FoundOrders, 1)


def test_what_is_no_question_does_not_keep_the_next_one_from_its_answer(
    store: Store, home: Path, run_agent: RunAgent
) -> None:
    run_agent(home)
    until(lambda: is_answered(home))
    for junk in (b"", b"\x00", b"\xff\xff\xff\xff", b"\x00\x00\x00\x02{}", secrets.token_bytes(2000)):
        with connected(home) as line:
            line.sendall(junk)
    silent = connected(home)
    assert is_answered(home), "after a second nobody waits for one who says nothing"
    silent.close()


def test_an_answer_of_another_kind_is_no_answer(store: Store, home: Path, run_agent: RunAgent) -> None:
    purchase = received(store)
    run_agent(home)
    until(lambda: is_answered(home))
    body = ClaimRight("c-1", purchase, [("1", 1000)])
    assert Asking(home).ask("claims/refund", body, FoundOrders, 3) == Unanswered("not_the_hub")
    until(lambda: claims(store) == {"c-1": "released"})


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be another user")
def test_another_users_process_is_not_heard_and_not_believed(home: Path, store: Store, run_agent: RunAgent) -> None:
    run_agent(home)
    until(lambda: is_answered(home))
    other = "import os, socket, sys; os.setuid(65534); s = socket.socket(socket.AF_UNIX)\n"
    said = f"{other}s.connect(bytes.fromhex(sys.argv[1]))\n"
    said += "s.sendall(bytes.fromhex(sys.argv[2])); print(s.recv(1))"
    command = [sys.executable, "-I", "-c", said, address(home, "ask").hex(), question("ask/orders", FIND).hex()]
    heard = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert heard.stdout == "b''\n" or "BrokenPipe" in heard.stderr or "ConnectionReset" in heard.stderr
    nobody = home.parent / "nobody"
    listens = f"{other}s.bind(bytes.fromhex(sys.argv[1])); s.listen()\n"
    listens += "print('ready', flush=True); line, _ = s.accept(); print(len(line.recv(9)))"
    squat = subprocess.Popen(
        [sys.executable, "-I", "-c", listens, address(nobody, "ask").hex()], stdout=subprocess.PIPE
    )
    assert squat.stdout is not None and squat.stdout.readline() == b"ready\n"
    assert find(nobody) == Unanswered("agent_ended")
    assert squat.communicate(timeout=10)[0] == b"0\n", "nothing was told to it"


class Parting(Line):
    """A line on which questions come to nobody, and everything else to the hub."""

    def connect(self, near: socket.socket) -> socket.socket:
        near.settimeout(10)
        head = near.recv(4096, socket.MSG_PEEK)
        if b" /v1/ask/" not in head:
            return super().connect(near)
        self.nobody = socket.create_server(("127.0.0.1", 0))
        return socket.create_connection(self.nobody.getsockname(), timeout=10)


def test_a_question_that_hangs_keeps_no_sale_from_the_hub(
    store: Store, home: Path, local: Local, run_agent: RunAgent
) -> None:
    with Parting(store.port) as line:
        run_agent(home, hub=line.url)
        until(lambda: find(home, 0.2) == Unanswered("timeout"))
        asking = threading.Thread(target=find, args=(home, 2.5))
        asking.start()
        time.sleep(0.1)
        sell_one(local)
        until(lambda: link_status(local, now()).waiting == 0, 2)
        assert asking.is_alive()
        asking.join(10)
        line.nobody.close()


def test_a_session_that_the_hub_does_not_know_any_more_is_made_anew(
    store: Store, home: Path, run_agent: RunAgent
) -> None:
    received(store)
    agent = run_agent(home)
    until(lambda: is_answered(home))
    agent._answers.online("worn out")
    refused = find(home)
    assert isinstance(refused, Unanswered) and refused.reason not in ("timeout", "offline", "agent_ended")
    until(lambda: is_answered(home))


def test_an_agent_ends_within_two_seconds_although_a_question_hangs(store: Store, home: Path) -> None:
    with line_to(store.port) as line:
        command = [sys.executable, "-m", "sync", "agent", "--home", str(home), "--hub", line.url]
        agent = subprocess.Popen(command)
        until(lambda: is_answered(home), 20)
        line.dead = True
        heard: list[object] = []
        asking = threading.Thread(target=lambda: heard.append(find(home, 20.0)))
        asking.start()
        time.sleep(0.3)
        told = time.monotonic()
        agent.send_signal(signal.SIGTERM)
        assert agent.wait(5) == 0
        assert time.monotonic() - told < 2
        asking.join(2)
        assert heard == [Unanswered("agent_ended")], "and who asked is not kept waiting"


def test_a_till_that_gave_up_asking_is_no_failure_of_the_hub(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_connection(("127.0.0.1", store.port)) as line:
        line.sendall(b"POST /v1/hello HTTP/1.1\r\nHost: hub\r\nContent-Length: 500\r\n\r\n{")
        time.sleep(0.2)
    time.sleep(0.5)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
