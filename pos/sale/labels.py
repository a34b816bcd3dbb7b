"""What a label says besides its article: weight and price, its unit, its dates. And what a code of no article is."""

from abc import abstractmethod
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pos import code_words
from pos.sale import label_words, words
from pos.sale.expiring import ExpiredFlow, last_day
from pos.sale.stock import Looked
from pos.ui.i18n import _
from sync.actions.cart import PLAIN, Allowed, OnLabel
from sync.domain import codes
from sync.domain.catalogue import Product
from sync.domain.labelled import MOST_PIECES, price_on, weighed
from sync.domain.pricing import PIECE
from sync.domain.value import parse
from sync.local import Found


class LabelFlow(ExpiredFlow):
    """Adding what was scanned, found by name or typed."""

    def _stranger(self, code: codes.Code) -> None:
        """A code that no article has."""
        if code.kind is codes.Kind.BAD_CHECK:
            self._tell(lambda: words.misread(code.label))
        elif code.kind is codes.Kind.PASS or code.collecting:
            self._tell(words.a_parcel if code.collecting else words.a_pass)
        elif parse(code.raw) is not None:
            self._tell(words.stored_value)
        else:
            find = None if code.card or code.fault else self.find
            self._tell(lambda: code_words.what(code, _("Nothing was added.")) or words.not_ours(code.label), find)

    def _labelled(self, found: Found, level: Looked, at: int, allowed: Allowed | None = None) -> None:
        """An article was scanned: its dates and its unit first, for what may not be sold is not weighed."""
        product, said, unit = found.product, found.said, self.state.cart.line_of_mark(found.product, found.said.serial)
        over = self._expired(found, at)
        if over is not None and allowed is None:
            self._refuse_expired(found, over)
        elif said.serial and unit is not None and not product.numbered:
            self._tell(lambda: label_words.twice(product, said.serial), lambda: self.remove(unit.line_id))
        else:
            before = self.state.cart
            self._add(product, found.scanned, at, level, said, allowed)
            if said.best_before_over is not None and self.state.cart != before:
                self._warn_of(product, said.best_before_over, at)

    def _warn_of(self, product: Product, over: datetime, at: int) -> None:
        if self._wall(at) >= over:
            self._tell(lambda: label_words.past_best(product, last_day(over)), self.undo)

    def _expired(self, found: Found, at: int) -> datetime | None:
        """Since when it is past its expiry; None while it is not."""
        over = found.said.expired
        return over if over is not None and self._wall(at) >= over else None

    def _add(
        self,
        product: Product,
        scanned: str,
        at: int,
        looked: Looked = (),
        said: codes.Said = codes.NOTHING,
        allowed: Allowed | None = None,
    ) -> None:
        kept = said.marked or (said.serial and not product.numbered)
        labelled = replace(OnLabel(scanned, said.serial) if kept else PLAIN, expired=allowed)
        if product.price is None:
            self._tell(lambda: words.no_price(product))
        elif product.unit == "kg":
            self._add_weighed(product, scanned, at, looked, said, labelled)
        elif product.numbered:
            self._add_unit(product, scanned, at, looked, said.serial, labelled)
        elif said.item and said.milli:
            self._tell(lambda: label_words.by_piece(product))
        elif said.pieces > MOST_PIECES:
            self._tell(lambda: label_words.too_many(product, said.pieces))
        else:
            priced = self._at_label_price(product, said)
            self._put(priced, max(1, said.pieces) * PIECE, scanned, at, looked, labelled=labelled)

    def _add_weighed(
        self, product: Product, scanned: str, at: int, looked: Looked, said: codes.Said, labelled: OnLabel
    ) -> None:
        """By the weight or the price on its label; without either the weight is asked for."""
        price, currency = product.price, self.state.settings.currency
        measured = weighed(said, price.unit, currency) if price is not None else None
        if measured is None:
            self._weigh(product, scanned, labelled=labelled)
        else:
            priced = replace(labelled, amount=measured.amount)
            self._put(product, measured.quantity, scanned, at, looked, labelled=priced)

    def _at_label_price(self, product: Product, said: codes.Said) -> Product:
        """A piece with the price that the store's own scale printed. A maker's price on the goods is no price here."""
        unit = price_on(said, self.state.settings.currency) if said.item else 0
        if not unit or product.price is None or unit == product.price.unit:
            return product
        before = product.price.unit if product.price.unit > unit else None
        return replace(product, price=replace(product.price, unit=unit, regular=before))

    def _wall(self, at: int) -> datetime:
        """That moment on the store's wall clock, which dates on goods are meant by."""
        return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(self._zone)).replace(tzinfo=None)

    # ---------------------------------------------------------------------------------------------- what the cart does

    @abstractmethod
    def remove(self, line_id: str) -> None:
        """Take a line out."""

    @abstractmethod
    def find(self) -> None:
        """Look for an article by its name."""
