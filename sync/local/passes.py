"""Checking a signed pass with what is on this terminal: no network is asked (figure: below 5 ms)."""

import json
from dataclasses import dataclass, replace
from functools import lru_cache

import msgspec

from sync.domain.catalogue import in_language
from sync.domain.codes import RECEIPT_MARK
from sync.domain.orders import BoughtLine, Purchase
from sync.domain.passes import (
    Answer,
    Pass,
    PassKey,
    ProxyPass,
    all_taken,
    check,
    check_proxy,
    together,
    used_up,
)
from sync.domain.receipts import Signer, check_receipt, of_signer
from sync.local.database import Local
from sync.local.receipts import own_key
from sync.local.returns import as_it_stands, purchase_by_id
from sync.local.rows import words
from sync.protocol import proxy_passes, receipts
from sync.protocol.passes import BadPass, Sealed, kid_of, public_of, read


@dataclass(frozen=True, slots=True)
class ShownPass:
    """What a shown pass turned out to be. `says` is None unless a key that we know signed it: then its number may be
    looked up, whatever the answer.

    `purchase` is there if the answer is `ok` or `used`: the purchase as it stands here, with what came back of it as
    far as this terminal knows. `known`: the replica has it too, so that all of its lines are there; else `says.whole`
    tells.

    `proxy`: what a proxy's pass says, if a key that we know signed it. It proves no purchase, so `says` and `purchase`
    are None then: it opens the hand-out of its order and nothing else.
    """

    answer: Answer
    says: Pass | None = None
    purchase: Purchase | None = None
    known: bool = False
    proxy: ProxyPass | None = None

    @property
    def number(self) -> str:
        """What people call the order that it names, "" where no key of ours says so."""
        return self.proxy.number if self.proxy is not None else self.says.purchase.number if self.says else ""

    @property
    def expires(self) -> int:
        """When it ends, UTC ms; 0 where no key of ours says so."""
        said = self.proxy or self.says
        return said.expires if said is not None else 0

    @property
    def collects(self) -> str:
        """The purchase whose hand-out it opens, whatever is left of that; "" for none."""
        if self.proxy is not None:
            return self.proxy.order if self.answer in (Answer.COLLECT_ONLY, Answer.TAKEN) else ""
        return self.purchase.id if self.purchase is not None else ""


@dataclass(frozen=True, slots=True)
class _Trust:
    """What passes are checked with, as the hub told it."""

    retailer: str
    keys: dict[str, PassKey]
    revoked: dict[str, int]


def verify_pass(local: Local, text: str, now: int) -> ShownPass:
    """Check a scanned text that may be a pass, of an order or of a receipt. Every text has an answer: a stranger can't
    make it raise."""
    said = text.strip()
    try:
        if said.startswith(RECEIPT_MARK):
            return _verify_receipt(local, receipts.read(said), now)
        return _verify(local, read(said), now)
    except BadPass:  # cut off, or signed by a hub whose words are newer than ours
        return ShownPass(Answer.UNREADABLE)


def _verify(local: Local, sealed: Sealed, now: int) -> ShownPass:
    trust = _trust(local)
    key = trust.keys.get(sealed.kid)
    signed = key is not None and sealed.signed_by(key.public)
    proxy = proxy_passes.said_by(sealed) if signed else None
    if proxy is not None and key is not None:
        return _verify_proxy(local, proxy, key, trust, now)
    says = sealed.says() if signed else None
    bought, known = _stands(local, says.purchase) if says is not None else (None, False)
    used = bought is not None and says is not None and (known or says.whole) and used_up(bought)
    answer = check(says, key, now=now, retailer=trust.retailer, revoked=trust.revoked, used=used)
    return ShownPass(answer, says, bought if answer in (Answer.OK, Answer.USED) else None, known)


def _verify_proxy(local: Local, shown: ProxyPass, key: PassKey, trust: _Trust, now: int) -> ShownPass:
    bought = purchase_by_id(local, shown.order)
    taken = bought is not None and all_taken(bought)
    answer = check_proxy(shown, key, now=now, retailer=trust.retailer, revoked=trust.revoked, taken=taken)
    return ShownPass(answer, proxy=shown)


def _verify_receipt(local: Local, sealed: receipts.SealedReceipt, now: int) -> ShownPass:
    signer = _signer(local, sealed.kid)
    says = sealed.says() if signer is not None and sealed.signed_by(signer.public) else None
    said = None if says is None or signer is None else of_signer(says.purchase, signer)
    bought, known = _stands(local, said) if said is not None else (None, False)
    used = bought is not None and used_up(bought)
    retailer = _trust(local).retailer
    answer = check_receipt(says, signer, now=now, retailer=retailer, used=used)
    return ShownPass(answer, says, bought if answer in (Answer.OK, Answer.USED) else None, known)


_SIGNER = 'SELECT terminal, location, public, "end", revoked_at FROM replica.signer WHERE kid = ?'


def _signer(local: Local, kid: str) -> Signer | None:
    """Whose key that is, as the hub told it; this terminal's own is known before."""
    row = local.raw.execute(_SIGNER, (kid,)).fetchone()
    if row is not None:
        terminal, location, public, end, revoked_at = row
        return Signer(kid, terminal, location, public, end, revoked_at is not None)
    public = public_of(own_key(local))
    return Signer(kid, local.me.terminal, local.me.location, public) if kid_of(bytes.fromhex(public)) == kid else None


def _stands(local: Local, said: Purchase) -> tuple[Purchase, bool]:
    """The purchase with all that is known to be back of it, and whether the replica has it."""
    with local.read():
        stands = as_it_stands(local, said)
    known = purchase_by_id(local, said.id)
    return (_with_names(local, stands), False) if known is None else (together(known, stands), True)


_GOODS = "SELECT p.id, p.sku, p.names FROM json_each(?) asked JOIN replica.product p ON p.id = asked.value"


def _with_names(local: Local, bought: Purchase) -> Purchase:
    """The catalogue's words for what a pass names by ids alone; what it does not know is called by its id."""
    rows = local.raw.execute(_GOODS, (json.dumps([line.product for line in bought.lines]),)).fetchall()
    goods = {id: (sku, in_language(words(names), bought.language)) for id, sku, names in rows}

    def named(line: BoughtLine) -> BoughtLine:
        sku, name = goods.get(line.product, (line.product, line.product))
        return replace(line, sku=sku, name=name)

    return replace(bought, lines=tuple(named(line) for line in bought.lines))


class _Key(msgspec.Struct, frozen=True, rename={"start": "from", "end": "until"}):
    public: str
    start: int
    end: int | None = None
    revoked: bool = False


_keys = msgspec.json.Decoder(dict[str, _Key])
_serials = msgspec.json.Decoder(dict[str, int])
_SETTINGS = "SELECT key, value FROM replica.setting WHERE key IN ('pass_keys', 'pass_revoked', 'pass_retailer')"


def _trust(local: Local) -> _Trust:
    found = dict(local.raw.execute(_SETTINGS).fetchall())
    return _read_trust(found.get("pass_retailer", '""'), found.get("pass_keys", "{}"), found.get("pass_revoked", "{}"))


@lru_cache(maxsize=2)
def _read_trust(retailer: str, keys: str, revoked: str) -> _Trust:
    told = _keys.decode(keys).items()
    known = {kid: PassKey(kid, key.public, key.start, key.end, key.revoked) for kid, key in told}
    return _Trust(msgspec.json.decode(retailer, type=str), known, _serials.decode(revoked))
