"""Who collects: by the code from the message, the order's own pass, a document that was seen, or as a proxy, whom the
order names or who has a pass of their own; and the signature. Nothing that stands in a document is kept, and of a
signature only its digest."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from pos.flow import Flow, Say
from pos.hand_out import proxy_words, words
from pos.hand_out.local import SHOWS, pass_of
from pos.hand_out.signing import Strokes, digest_of, is_signature
from pos.hand_out.state import HandOutState, Phase, Way
from pos.terminal import Terminal
from sync.actions.check_code import Tried, check_code
from sync.domain.passes import Answer
from sync.domain.pickups import Document, Verified

if TYPE_CHECKING:
    from sync.domain.passes import ProxyPass
    from sync.local.passes import ShownPass


class PersonFlow(Flow[HandOutState], ABC):
    """Verbs of the person and of the signature. `_open` begins with another order."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int]) -> None:
        super().__init__(HandOutState())
        self._terminal = terminal
        self._clock = clock
        self._asked = 0
        self._pass = self._proxy_text = ""

    def way(self, way: Way) -> None:
        """How the person shall be made sure of. What was found out another way counts no more."""
        off = way is Way.CODE and not self.state.code_on
        if self.state.phase is not Phase.OPEN or self.state.checking or off or way is self.state.way:
            return
        fresh = {"typed": "", "wrong": False, "document": None, "proxy": "", "proxy_pass": ""}
        keeps = self.state.by_pass and way is not Way.DOCUMENT
        self._to(way=way, verified=_by_pass(way) if keeps else None, by_pass=keeps, **fresh)
        self._unsigned()
        self._tell(lambda: words.next_step(self.state) if keeps else words.choose(way))

    def key(self, key: str) -> None:
        """A digit of the code, or "delete". The last digit tries it."""
        state = self.state
        if state.phase is not Phase.OPEN or state.way is not Way.CODE or not state.code_on:
            return
        if state.verified is not None or state.checking:
            return
        typed = "" if state.wrong else state.typed
        typed = typed[:-1] if key == "delete" else (typed + key)[: state.digits]
        self._to(typed=typed, wrong=False)
        if len(typed) == state.digits:
            self._try(typed)

    def _try(self, code: str) -> None:
        bought, now, asked = self.state.purchase, self._clock(), self._asked
        if bought is None:
            return
        self._to(checking=True)
        self._terminal.run(
            lambda local: check_code(local, bought, code, now), lambda tried: self._tried(asked, tried), self._not_tried
        )

    def _tried(self, asked: int, tried: Tried) -> None:
        if asked != self._asked:
            return
        self._to(tried=tried, checking=False)
        if tried.right:
            self._verify(Verified.CODE)
        elif tried.locked:
            self._to(way=Way.DOCUMENT, typed="", wrong=False)
            self._tell(words.locked)
        else:
            self._to(wrong=True)
            self._tell(lambda: words.wrong_code(tried.left))

    def _not_tried(self, error: Exception) -> None:
        """The count of wrong codes could not be written: nobody is told whether it was right."""
        self._to(typed="", checking=False)
        reason = self._terminal.reason_of(error)
        self._tell(lambda: words.not_recorded(reason))

    def document(self, kind: Document) -> None:
        """A document was seen; which kind is kept, and nothing that stands in it."""
        if self.state.phase is Phase.OPEN and self.state.way is Way.DOCUMENT:
            self._to(document=kind, by_pass=False)
            self._verify(Verified.DOCUMENT)

    def proxy(self, name: str) -> None:
        """Somebody whom the order names collects, and showed who they are."""
        bought = self.state.purchase
        named = bought is not None and name in bought.proxies
        if self.state.phase is Phase.OPEN and self.state.way is Way.PROXY and named:
            self._to(proxy=name, proxy_pass="", by_pass=False)
            self._verify(Verified.PROXY)

    def _verify(self, how: Verified) -> None:
        self._to(verified=how)
        self._unsigned()
        self._tell(lambda: words.next_step(self.state))

    def _unsigned(self) -> None:
        """Another person signs anew."""
        if self.state.signature:
            self._to(signature="", signed_at=0)

    # ----------------------------------------------------------------------------------------------- the pass

    def _scanned_pass(self, text: str) -> None:
        asked, now = self._asked, self._clock()
        self._terminal.run(pass_of(text, now), lambda shown: self._passed(asked, text, shown))

    def _passed(self, asked: int, text: str, shown: "ShownPass") -> None:
        if asked != self._asked:
            return
        order, number = _names(shown)
        if not order:
            self._tell(lambda: words.bad_pass(shown, self.state.zone))
        elif order == self.state.order and self.state.phase is Phase.OPEN:
            self._prove(text) if shown.proxy is None else self._prove_proxy(text, shown.proxy)
        elif self.state.untouched:
            self._open(order, text)
        else:
            self._tell(lambda: words.other_pass(number))

    def _prove(self, text: str) -> None:
        """The order's own pass: it is as good as the code, and whoever else brings it is a proxy."""
        self._pass = text
        way = Way.PROXY if self.state.way is Way.PROXY and not self.state.proxy_pass else Way.CODE
        self._to(by_pass=True, way=way, document=None, proxy="", proxy_pass="", typed="", wrong=False)
        self._verify(_by_pass(way))

    def _prove_proxy(self, text: str, shown: "ProxyPass") -> None:
        """A proxy's own pass: it says who collects, and is no proof for anything else."""
        self._led_by_proxy(text, shown)
        self._verify(Verified.PROXY)

    def _led_by_proxy(self, text: str, shown: "ProxyPass") -> None:
        self._proxy_text = text
        fresh = {"typed": "", "wrong": False, "document": None, "by_pass": False}
        self._to(way=Way.PROXY, proxy=shown.name, proxy_pass=shown.serial, verified=Verified.PROXY, **fresh)

    def _tell_used_up(self, shown: "ShownPass | None") -> None:
        """A proxy's pass led here, and all of the order was collected before."""
        if shown is not None and shown.proxy is not None and shown.answer is Answer.TAKEN:
            self._tell(lambda: proxy_words.taken(shown))

    def _look_at_proxy_again(self, topics: frozenset[str]) -> None:
        """The hub told something: the pass that was shown may have been withdrawn meanwhile."""
        asked, now = self._asked, self._clock()
        if self.state.phase is Phase.OPEN and self.state.proxy_pass and "config" in topics:
            self._terminal.run(pass_of(self._proxy_text, now), lambda shown: self._seen_again(asked, shown))

    def _seen_again(self, asked: int, shown: "ShownPass") -> None:
        if asked != self._asked or self.state.phase is not Phase.OPEN or shown.collects or not self.state.proxy_pass:
            return
        self._to(verified=None, proxy="", proxy_pass="")
        self._unsigned()
        self._tell(lambda: words.bad_pass(shown, self.state.zone))

    @abstractmethod
    def _open(self, order: str, text: str) -> None:
        """Begin with that order."""

    # ------------------------------------------------------------------------------------------ the signature

    def sign(self, strokes: Strokes) -> None:
        """Somebody signed, or drew one more stroke; the strokes themselves are not kept."""
        if self.state.phase is not Phase.OPEN or not self.state.signs:
            return
        if not is_signature(strokes):
            self._tell(words.too_short)
            return
        self._to(signature=digest_of(strokes), signed_at=self._clock())
        self._tell(lambda: words.next_step(self.state))

    def sign_again(self) -> None:
        """The glass is wiped."""
        if self.state.phase is Phase.OPEN:
            self._to(signature="", signed_at=0)
            self._tell(lambda: words.next_step(self.state))

    def _tell(self, say: Say) -> None:
        self._say(say, now=self._clock())


def _names(shown: "ShownPass") -> tuple[str, str]:
    """The order that a pass opens here, and its number; "" for none."""
    if shown.proxy is not None:
        return shown.collects, shown.number
    bought = shown.purchase if shown.answer in SHOWS else None
    return (bought.id, bought.number) if bought is not None else ("", "")


def _by_pass(way: Way) -> Verified:
    return Verified.PROXY if way is Way.PROXY else Verified.CODE
