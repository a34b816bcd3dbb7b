"""A fiscal printer on a TCP port: its own series of receipts, of cash documents and of shifts, with signs, and faults
on request.

Its memory is a file, `fiscal.jsonl`, that is written before it answers: it knows each document again after any end.
What a document looks like on paper stands in `fiscal-0001.txt` and so on.
"""

import hashlib
import json
import logging
import os
import socket
import socketserver
import threading
import time
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pos.devices.virtual.listening import TICK_S, Watched

log = logging.getLogger(__name__)

SERIAL = "SIM-00000001"
SHIFT_HOURS = 24
"""A longer shift takes nothing but its Z report."""
_Z, _OPEN = "z_report", "open_shift"


@dataclass
class FiscalFaults:
    """What goes wrong. `off` takes no connection; `silent` takes what it is sent, does nothing and says nothing.

    `lose_answers` counts the answers that are yet to be lost: the document is registered, then the line drops. `slow_s`
    is how long a document takes. `shift_hours`: how old the open shift is said to be. `memory_full` and `clock_wrong`
    register nothing; `refuse` refuses every document with that reason.
    """

    off: bool = False
    silent: bool = False
    lose_answers: int = 0
    slow_s: float = 0.0
    shift_hours: int = 0
    memory_full: bool = False
    clock_wrong: bool = False
    refuse: str = ""


class VirtualFiscalPrinter(Watched):
    """`start` it, register at `host`:`port`, read `registered`, set `faults`, `stop` it; its memory stays."""

    def __init__(self, port: int = 0, out: Path | None = None, host: str = "127.0.0.1") -> None:
        """Port 0 takes a free one. `out`: the folder of its memory and papers; None forgets them when it ends."""
        super().__init__(port, host, "virtual fiscal printer")
        self.out = out
        self.faults: FiscalFaults = FiscalFaults()
        self.registered: list[dict[str, Any]] = []
        self.asked: list[tuple[str, str]] = []
        self._under_way: set[str] = set()
        self._lock = threading.Lock()
        self._remember()

    def sent(self, id: str) -> int:
        """How often a document was sent to be registered."""
        return self.asked.count(("register", id))

    @property
    def shift(self) -> int:
        """The number of the open shift; 0 while none is."""
        last = self.registered[-1] if self.registered else None
        return 0 if last is None or last["kind"] == _Z else int(last["shift"])

    def set_fault(self, name: str, value: str) -> None:
        """Set a fault from text, as the command line does. ValueError names an unknown fault."""
        kinds: dict[str, Any] = {field.name: field.type for field in fields(FiscalFaults)}
        if name not in kinds:
            raise ValueError(f"unknown fault {name!r}; there are {', '.join(sorted(kinds))}")
        off = value in ("off", "no", "none", "")
        setattr(self.faults, name, (not off) if kinds[name] is bool else kinds[name](0 if off else value))
        if name == "refuse" and off:
            self.faults.refuse = ""

    def look(self) -> dict[str, Any]:
        """Its faults, the open shift, how many documents it holds, and the last of them."""
        with self._lock:
            last = self.registered[-1] if self.registered else None
            shown = {key: last[key] for key in ("number", "kind", "sign", "shift")} if last else None
            return {"faults": asdict(self.faults), "shift": self.shift, "count": len(self.registered), "last": shown}

    def press(self, name: str) -> None:
        """What a hand does at it: `z` closes the shift."""
        if name != "z":
            raise ValueError(f"nobody can {name!r} it")
        with self._lock:
            if self.shift:
                self._register({"id": f"hand-{len(self.registered)}", "kind": _Z})

    # Its wire

    def handle(self, said: dict[str, Any]) -> tuple[dict[str, Any] | None, bool]:
        """The answer to a question, None for none; and whether the line drops in its place."""
        if self.faults.silent:
            return None, False
        do = said["do"]
        if do == "status":
            return self._status(), False
        document = said["document"] if do == "register" else {"id": said["id"], "kind": _Z}
        id = str(document["id"])
        self.asked.append((do, id))
        if do == "find":
            return self._found(id), False
        return self._asked_to(do, id, document)

    def _asked_to(self, do: str, id: str, document: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        with self._lock:
            if self._known(id) is None:
                self._under_way.add(id)
        begun = time.monotonic()
        while time.monotonic() - begun < self.faults.slow_s and not self._done.wait(TICK_S):
            pass
        with self._lock:
            new = self._known(id) is None
            answer = self._refused(do, id, document) if new else None
            answer = answer or self._answer(self._known(id) or self._register(document))
            self._under_way.discard(id)
            lost = new and answer["state"] == "done" and self.faults.lose_answers > 0
            self.faults.lose_answers -= lost
        return answer, lost

    def _status(self) -> dict[str, Any]:
        with self._lock:
            why = self._why("register")
        return {"state": "refused", "why": why} if why else {"state": "ready", "serial": SERIAL, "shift": self.shift}

    def _found(self, id: str) -> dict[str, Any]:
        with self._lock:
            known = self._known(id)
            if known is not None:
                return self._answer(known)
            return {"id": id, "state": "pending" if id in self._under_way else "absent"}

    def _known(self, id: str) -> dict[str, Any] | None:
        return next((one for one in self.registered if one["id"] == id), None)

    def _answer(self, one: dict[str, Any]) -> dict[str, Any]:
        return {"state": "done", **{key: one[key] for key in ("id", "serial", "number", "sign", "at", "qr", "shift")}}

    # What it may not do

    def _refused(self, do: str, id: str, document: dict[str, Any]) -> dict[str, Any] | None:
        closes = do == "z" or document["kind"] == _Z
        why = self._why("z" if closes else do)
        if why:
            return {"id": id, "state": "refused", "why": why}
        wrong = self.faults.refuse or _wrong(document)
        return {"id": id, "state": "refused", "why": "document", "reason": wrong} if wrong and do != "z" else None

    def _why(self, do: str) -> str:
        if self.faults.memory_full:
            return "memory_full"
        if self.faults.clock_wrong:
            return "clock"
        return "shift_over" if do != "z" and self._over() else ""

    def _over(self) -> bool:
        """Whether the shift that is open is too long."""
        if not self.shift:
            return False
        first: int = next(one["at"] for one in self.registered if one["shift"] == self.shift)
        return max(self.faults.shift_hours, (_now() - first) // 3_600_000) >= SHIFT_HOURS

    # Its memory

    def _register(self, document: dict[str, Any]) -> dict[str, Any]:
        """Inside the lock: the next number of its series, for ever. The documents of a shift have its number."""
        last: dict[str, Any] = self.registered[-1] if self.registered else {"sign": "", "shift": 0}
        at, shift = _now(), self.shift or int(last["shift"]) + 1
        series = _series(document["kind"])
        number = shift if series == "shift" else 1 + sum(_series(one["kind"]) == series for one in self.registered)
        sealed = f"{SERIAL}:{series}:{number}:{last['sign']}:{json.dumps(document, sort_keys=True)}"
        sign = str(int.from_bytes(hashlib.sha256(sealed.encode()).digest()[:5], "big") % 10**10).zfill(10)
        one = {"id": document["id"], "kind": document["kind"], "serial": SERIAL, "number": number, "sign": sign}
        one |= {"at": at, "shift": shift, "qr": _qr(document, number, sign, at), "document": document}
        self._keep(one, len(self.registered) + 1)
        self.registered.append(one)
        if document["kind"] == _Z:
            self.faults.shift_hours = 0
        return one

    def _keep(self, one: dict[str, Any], count: int) -> None:
        if self.out is None:
            return
        with open(self.out / "fiscal.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(one, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        (self.out / f"fiscal-{count:04}.txt").write_text(_paper(one), "utf-8")

    def _remember(self) -> None:
        if self.out is None:
            return
        self.out.mkdir(parents=True, exist_ok=True)
        memory = self.out / "fiscal.jsonl"
        lines = memory.read_text("utf-8").splitlines() if memory.exists() else []
        self.registered = [json.loads(line) for line in lines]

    # Its port

    def _server_at(self, host: str, port: int) -> "_Server":
        return _Server((host, port), self)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], printer: VirtualFiscalPrinter) -> None:
        self.printer = printer
        super().__init__(address, _Line)


class _Line(socketserver.StreamRequestHandler):
    """One connection."""

    server: _Server

    def handle(self) -> None:
        try:
            for text in self.rfile:
                answer, lost = self.server.printer.handle(json.loads(text))
                if lost:
                    self.request.shutdown(socket.SHUT_RDWR)
                    return
                if answer is not None:
                    self.wfile.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
        except (OSError, ValueError, KeyError) as error:
            log.info("a till's connection ended: %r", error)


def _now() -> int:
    return time.time_ns() // 1_000_000


def _series(kind: str) -> str:
    """Receipts, cash documents and those of a shift are counted apart."""
    return {"cash_in": "cash", "cash_out": "cash", _OPEN: "shift", _Z: "shift"}.get(kind, "receipt")


def _wrong(document: dict[str, Any]) -> str:
    """What does not add up in a receipt; "" if all does."""
    if document["kind"] not in ("sale", "refund"):
        return ""
    lines = sum(line["amount"] for line in document["lines"]) + document["rounding"]
    tenders = sum(tender["amount"] for tender in document["tenders"])
    return "" if lines == tenders == document["total"] else f"the sums differ: {lines}, {tenders}, {document['total']}"


def _qr(document: dict[str, Any], number: int, sign: str, at: int) -> str:
    total = document.get("total", 0)
    when = datetime.fromtimestamp(at // 1000, UTC)
    kind = 2 if document["kind"] == "refund" else 1
    return f"t={when:%Y%m%dT%H%M}&s={total // 100}.{total % 100:02}&fn={SERIAL}&i={number}&fp={sign}&n={kind}"


def _paper(one: dict[str, Any]) -> str:
    """What comes out of it."""
    document, when = one["document"], datetime.fromtimestamp(one["at"] // 1000, UTC)
    lines = [f"{one['kind'].upper()}  no. {one['number']}  shift {one['shift']}", document.get("number", "")]
    lines += [f"{line['name']}  {line['quantity']}  {line['amount']}" for line in document.get("lines", [])]
    lines += [f"{tender['kind']}  {tender['amount']}" for tender in document.get("tenders", [])]
    lines += [f"total {document.get('total', 0)}", f"{SERIAL}  {when:%Y-%m-%d %H:%M} UTC", f"sign {one['sign']}"]
    return "\n".join([*lines, one["qr"], ""])
