"""Goods that are sold by the number of each unit: the number is asked for, and each unit stands in the cart once.

Nothing that is scanned meanwhile is lost (F51, F52): other articles wait for the number and are added behind it.
"""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from pos.flow import Say
from pos.sale import label_words, unit_words, words
from pos.sale.numbering import Numbering
from pos.sale.stock import Looked
from pos.sale.weigh import WeighFlow
from pos.terminal import Terminal
from sync.actions.cart import PLAIN, Cart, OnLabel
from sync.actions.exchange import Exchanged
from sync.actions.sold_units import Elsewhere
from sync.domain import codes
from sync.domain.catalogue import Product
from sync.domain.pricing import PIECE
from sync.domain.special import serial_of
from sync.domain.value import parse
from sync.local import Found


class UnitFlow(WeighFlow):
    """Verbs of units with numbers."""

    def __init__(
        self, terminal: Terminal, clock: Callable[[], int], on_exchanged: Callable[[Exchanged], None] | None
    ) -> None:
        super().__init__(terminal, clock, on_exchanged)
        self._off: dict[str, Product] = {}

    # ------------------------------------------------------------------------------------------ while it is asked

    def number_typed(self, text: str) -> None:
        """The number as far as it is typed."""
        asked = self.state.numbering
        if asked is not None and text != asked.typed:
            self._to(numbering=replace(asked, typed=text))

    def number_done(self) -> None:
        """Take what was typed: a number, or the digits below an article's barcode."""
        asked = self.state.numbering
        if asked is not None and asked.serial is not None:
            self._read_code(asked.typed, typed=True)
        elif asked is not None and asked.typed:
            self._tell(unit_words.half_read)

    def number_cancel(self) -> None:
        """Leave the number; its article is not added, what waited for it is."""
        asked = self.state.numbering
        if asked is not None:
            self._to(numbering=None)
            self._tell(lambda: unit_words.not_numbered(asked.product))
            self._play(asked.waits)

    def number_wanted(self) -> None:
        """Somebody wants something else while a number is asked for."""
        asked = self.state.numbering
        if asked is not None:
            self._tell(lambda: unit_words.number_first(asked.product))

    def _ask_number(self, product: Product, scanned: str, labelled: OnLabel = PLAIN) -> None:
        self._to(numbering=Numbering(product, scanned, labelled=labelled))
        self._tell(lambda: unit_words.number_wanted(product))

    def _number_read(
        self, code: codes.Code, found: Found | None, at: int, typed: bool, there: Elsewhere | None = None
    ) -> None:
        """Something was read while a number is asked for: the number, or in words why not."""
        asked = self.state.numbering
        if asked is None:
            return
        product, label = asked.product, codes.numbered(code.raw)
        over = self._expired(found, at) if found is not None and found.product.id == product.id else None
        if over is not None and asked.labelled.expired is None:
            self._tell(lambda: unit_words.expired(product))
        elif found is not None and found.product.id != product.id:
            other = found.product
            self._to(numbering=replace(asked, waits=(*asked.waits, code.raw), typed=""))
            self._tell(lambda: unit_words.waits(other, product))
        elif found is not None and label is None:
            self._to(numbering=replace(asked, typed=""))
            self._tell(lambda: unit_words.own_barcode(product))
        elif label is None and _is_no_number(code, typed):
            self._tell(lambda: unit_words.no_number(product))
        else:
            labelled = OnLabel(code.raw, label[1]) if label and code.said.marked else PLAIN
            labelled = replace(labelled, expired=asked.labelled.expired)
            self._number_given(label[1] if label else code.raw, asked, at, labelled, there)

    def _number_given(self, text: str, asked: Numbering, at: int, labelled: OnLabel, there: Elsewhere | None) -> None:
        serial = serial_of(text)
        if serial is None:
            self._tell(unit_words.half_read)
        elif self.state.cart.line_of(serial) is not None:
            self._to(numbering=replace(asked, typed=""))
            self._tell(lambda: unit_words.twice(serial))
        elif there is not None:
            self._to(numbering=replace(asked, typed=""))
            self._tell(lambda: label_words.elsewhere(asked.product, there, at, self._zone))
        else:
            self._put(asked.product, PIECE, asked.scanned, at, serial=serial, labelled=labelled)
            if self.state.numbering is None:
                self._play(asked.waits)

    def _play(self, waits: tuple[str, ...]) -> None:
        """Add what was scanned meanwhile. What is asked for a number of its own lets those behind it wait again."""
        for text in waits:
            self._read_code(text)

    # ----------------------------------------------------------------------------------------- when none is asked

    def _add_unit(self, product: Product, scanned: str, at: int, looked: Looked, text: str, labelled: OnLabel) -> None:
        """An article that is sold by number was scanned; `text`: the number, where its label has it as well."""
        serial = serial_of(text)
        if serial is None:
            self._ask_number(product, scanned, labelled)
        elif self.state.cart.line_of(serial) is not None:
            self._tell_in_sale(serial)
        else:
            self._put(product, PIECE, scanned, at, looked, serial, labelled)

    def _is_unit(self, code: codes.Code, at: int) -> bool:
        """Whether that is the number of a unit in this sale, or of one that was taken out of it; it is said then."""
        serial = serial_of(code.raw)
        if serial is None:
            return False
        if self.state.cart.line_of(serial) is not None:
            self._tell_in_sale(serial)
            return True
        product = self._off.get(serial)
        if product is not None:
            back = lambda: self._put(product, PIECE, code.raw, at, serial=serial)  # noqa: E731 - named to be short
            self._tell(lambda: unit_words.off(product, serial), back)
        return product is not None

    def _tell_in_sale(self, serial: str) -> None:
        line = self.state.cart.line_of(serial)
        if line is not None:
            self._tell(lambda: unit_words.in_sale(line.product, serial), lambda: self.take_out(serial))

    def take_out(self, serial: str) -> None:
        """Take the unit of that number out of the cart."""
        line = self.state.cart.line_of(serial)
        if line is None:
            return
        if self.state.locked:
            self._tell(words.locked)
            return
        cart = self.state.cart.without_unit(serial)
        kept = any(x.line_id == line.line_id for x in cart.lines)
        hero = line.line_id if kept else cart.lines[-1].line_id if cart.lines else ""
        self._change(cart, hero, lambda: unit_words.out(line.product, serial))

    def _remember_units(self, before: Cart, after: Cart) -> None:
        """Which units were taken out: somebody may scan one again, and wonders."""
        then = {serial: line.product for line in before.lines for serial in line.serials}
        now = {serial for line in after.lines for serial in line.serials}
        self._off = {s: p for s, p in (self._off | then).items() if s not in now}

    # ---------------------------------------------------------------------------------------------- what the cart does

    @abstractmethod
    def _expired(self, found: Found, at: int) -> datetime | None: ...

    @property
    @abstractmethod
    def _zone(self) -> str: ...

    @abstractmethod
    def _change(self, cart: Cart, hero: str, say: Say, looked: Looked = (), **more: Any) -> None: ...

    @abstractmethod
    def _read_code(self, text: str, typed: bool = False) -> None: ...


def unit_in(code: codes.Code, found: Found | None, asked: str) -> tuple[str, str]:
    """The article and the unit that a code names, as they are kept; `asked`: the article whose number is asked for."""
    label = codes.numbered(code.raw)
    if asked:
        return asked, serial_of(label[1] if label else code.raw) or ""
    if found is None or not found.said.serial:
        return "", ""
    unit = serial_of(found.said.serial) if found.product.numbered else found.said.serial
    return found.product.id, unit or ""


def _is_no_number(code: codes.Code, typed: bool) -> bool:
    """Whether it is something else for certain. Who types the digits of a gift card means them as a number."""
    if code.kind in (codes.Kind.PASS, codes.Kind.RECEIPT) or code.card or "://" in code.raw:
        return True
    return not typed and parse(code.raw) is not None
