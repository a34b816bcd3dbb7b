"""What is in the hand of who picks: units confirmed by scans, others in their place where the order allows it, and the
numbers of units that are packed by them. Nothing of it is recorded before it is packed."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pos import code_words
from pos.picking import number_words, words
from pos.picking.listing import ListFlow
from pos.picking.state import PIECE, InHand, Numbering, Phase
from pos.ui.happened import Happened
from pos.ui.i18n import _, language
from sync.actions.pack_parcel import substitute_fits
from sync.domain import codes
from sync.domain.catalogue import Product, in_language
from sync.domain.pickups import LineRefusedFor
from sync.domain.special import serial_of
from sync.local import Found, Local, find_code
from sync.local.picking import LineToPick, OrderToPick


@dataclass(frozen=True, slots=True)
class Looked:
    """A scanned article, and the lines whose goods it may stand in for."""

    found: Found | None
    fits: frozenset[str] = frozenset()


def look(code: codes.Code, order: OrderToPick | None, now: int) -> Callable[[Local], Looked]:
    """What was scanned."""

    def job(local: Local) -> Looked:
        found = find_code(local, code, now)
        if found is None or order is None:
            return Looked(found)
        may = (line for line in order.purchase.lines if substitute_fits(local, line, found.product.id, now))
        return Looked(found, frozenset(line.id for line in may))

    return job


_NO_NUMBER = (codes.Kind.PASS, codes.Kind.RECEIPT, codes.Kind.SHELF_LABEL)


class HandFlow(ListFlow):
    """Verbs of the order that is picked."""

    def scanned(self, text: str) -> None:
        """A code was read: one more of a line, or a sentence why not."""
        code, now = codes.read(text, self.state.read.settings.codes), self._clock()
        if self.state.busy:
            self._tell(words.wait)
        elif code.kind is codes.Kind.PARCEL_LABEL:
            self._tell(words.parcel_label)
        elif code.kind is codes.Kind.BAD_CHECK and self.state.numbering is None:
            self._tell(words.misread)
        elif self.state.phase is Phase.LIST and self._number_scanned(text):
            return
        else:
            order = self.state.order if self.state.phase is Phase.PICK else None
            self._terminal.run(look(code, order, now), lambda looked: self._found(code, looked))

    def _found(self, code: codes.Code, looked: Looked) -> None:
        found = looked.found
        if self.state.numbering is not None:
            self._number_read(code, found)
        elif found is None:
            self._tell(lambda: code_words.what(code, _("Nothing was changed.")) or words.unknown(code.label))
        elif self.state.phase is not Phase.PICK:
            self._tell(words.next_first if self.state.phase is Phase.DONE else words.accept_first)
        else:
            self._counted(code.raw, found.product, looked.fits)

    def _counted(self, text: str, product: Product, fits: frozenset[str]) -> None:
        state, name = self.state, product.name(language())
        of = [x for x in state.lines if x.product == product.id]
        line = next((x for x in of if state.left(x)), None) or self._short(fits)
        if line is not None:
            self._take(text, line, product)
            return
        may = next((x for x in state.lines if x.id in fits and state.left(x)), None)
        if may is not None:
            self._tell(lambda: words.short_first(name, in_language(may.names, language())))
        elif of:
            most = sum(x.quantity for x in of)
            self._tell(lambda: words.too_many(name, most))
        else:
            self._tell(lambda: self._not_of_it(name))

    def _short(self, fits: frozenset[str]) -> LineToPick | None:
        """The line that what was scanned stands in for: one that is open, or of which it was said that it can't be
        given; nobody replaces goods by chance."""
        state = self.state
        short = [x for x in state.lines if x.id in fits and state.left(x) and x.id in (*state.reasons, state.line)]
        return next((x for x in short if x.id == state.line), short[0] if short else None)

    def _not_of_it(self, name: str) -> Happened:
        """Of a line that is short somebody may think that it can be replaced."""
        short = next((x for x in self.state.missing), None)
        return words.wrong_item(name) if short is None else words.no_substitute(name, short)

    def _take(self, text: str, line: LineToPick, product: Product) -> None:
        if product.numbered:
            label = codes.numbered(text)
            self._to(numbering=Numbering(line.id, product))
            if label is None:
                self._tell(lambda: number_words.wanted(product))
            else:
                self._number_given(label[1])
            return
        # What is weighed is fetched as it was weighed for the order: one scan is the whole of it.
        self._add(line, product, PIECE if line.unit == "pcs" else self.state.left(line))

    def _add(self, line: LineToPick, product: Product, quantity: int, serial: str = "") -> None:
        """So much more of a line is in the hand."""
        state = self.state
        plain = product.id == line.product and not serial
        one = InHand(line.id, product.id, product.sku, product.names, quantity, (serial,) if serial else ())
        picked = {**state.picked, line.id: state.picked.get(line.id, 0) + quantity} if plain else state.picked
        put = state.put if plain else (*state.put, one)
        self._last.append(one)
        self._to(picked=picked, put=put, numbering=None)
        done = not self.state.left(line)
        own = {id: why for id, why in state.reasons.items() if id != line.id}
        self._to(reasons=own if done or product.id == line.product else state.reasons, line="" if done else state.line)
        self._tell(lambda: self._said(line, one), self.undo)

    def _said(self, line: LineToPick, one: InHand) -> Happened:
        following, count = self.state.next_line, line.quantity - self.state.left(line)
        shelf = following.shelf if following is not None and following.id != line.id else ""
        name = in_language(one.names, language())
        if one.product != line.product:
            return words.instead(name, in_language(line.names, language()), count, line.quantity)
        return words.scanned(name, count, line.quantity, shelf)

    def undo(self) -> None:
        """The last scan is taken back."""
        if self.state.phase is not Phase.PICK or not self._last:
            return
        last, put = self._last.pop(), self.state.put
        if last in put:
            at = len(put) - 1 - put[::-1].index(last)
            self._to(put=(*put[:at], *put[at + 1 :]))
        elif self.state.picked.get(last.line):
            count = max(0, self.state.picked[last.line] - last.quantity)
            self._to(picked={**self.state.picked, last.line: count})
        else:  # the order changed since
            return
        self._tell(lambda: words.undone(in_language(last.names, language())))

    # ------------------------------------------------------------------------------------------ numbers of units

    def number_typed(self, text: str) -> None:
        """The number as far as it is typed."""
        asked = self.state.numbering
        if asked is not None and text != asked.typed:
            self._to(numbering=replace(asked, typed=text))

    def number_done(self) -> None:
        """The primary action while a number is asked for: take what was typed."""
        asked = self.state.numbering
        if asked is not None:
            self._number_given(asked.typed)

    def number_cancel(self) -> None:
        """Leave it: its article is not counted."""
        asked = self.state.numbering
        if asked is not None:
            self._to(numbering=None)
            self._tell(lambda: number_words.left(asked.product))

    def _number_read(self, code: codes.Code, found: Found | None) -> None:
        asked, label = self.state.numbering, codes.numbered(code.raw)
        if asked is None:
            return
        if found is not None and found.product.id != asked.product.id:
            self._tell(lambda: number_words.first(asked.product))
        elif found is not None and label is None:
            self._tell(lambda: number_words.own_barcode(asked.product))
        elif label is None and (code.kind in _NO_NUMBER or code.card or "://" in code.raw):
            self._tell(lambda: number_words.no_number(asked.product))
        else:
            self._number_given(label[1] if label else code.raw)

    def _number_given(self, text: str) -> None:
        asked, serial = self.state.numbering, serial_of(text)
        if asked is None:
            return
        line = next((x for x in self.state.lines if x.id == asked.line), None)
        if line is None or not self.state.left(line):  # the order changed since
            self._to(numbering=None)
            self._tell(lambda: words.too_many(asked.product.name(language()), line.quantity if line else 0))
        elif serial is None:
            self._tell(number_words.half_read)
        elif serial in self.state.numbers:
            self._to(numbering=replace(asked, typed=""))
            self._tell(lambda: number_words.twice(serial))
        else:
            self._add(line, asked.product, PIECE, serial)

    # ---------------------------------------------------------------------------------------------- lines

    def open_line(self, id: str) -> None:
        """A line was touched: it opens, or closes."""
        if self.state.phase is Phase.PICK:
            self._to(line="" if id == self.state.line else id)

    def cant(self, id: str, reason: str) -> None:
        """The rest of a line can't be given; the same reason again: it can after all."""
        line = next((x for x in self.state.lines if x.id == id), None)
        if self.state.phase is not Phase.PICK or line is None or not self.state.left(line):
            return
        why = LineRefusedFor(reason)
        before = {key: value for key, value in self.state.reasons.items() if key != id}
        if self.state.reasons.get(id) is why:
            self._to(reasons=before)
            self._tell(lambda: words.can(in_language(line.names, language())))
            return
        self._to(reasons={**before, id: why})
        self._tell(lambda: words.cant(line, why), lambda: self.cant(id, reason))
