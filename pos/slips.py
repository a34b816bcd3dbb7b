"""What all papers of a terminal share, from its local files: the shop's head, which slip it is, the shop's clock."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pos.devices.base import N_
from pos.receipt.fiscal import FiscalMark
from pos.receipt.page import Shop, Stub
from sync.domain.catalogue import in_language
from sync.local import Local, own_location, settings, staff
from sync.local.fiscal import FiscalState, fiscal_of
from sync.protocol.operations import Envelope

TAX_IDS = {"KZT": N_("BIN"), "RUB": N_("INN"), "GEL": N_("Tax ID")}
"""What a business's tax number is called, by the country's currency."""


def shop(local: Local, language: str) -> Shop:
    """The head of the receipt."""
    known, place = settings(local), own_location(local)
    address = (place.address,) if place and place.address else ()
    return Shop(known.retailer, address, known.tax_id, TAX_IDS.get(known.currency, TAX_IDS["GEL"]))


def stub_of(local: Local, envelope: Envelope, receipt: str) -> Stub:
    """Which slip it is: the number's own series, the cashier, the shop's clock."""
    series, _dash, number = receipt.rpartition("-")
    person, at = name_of(local, envelope.actor), shop_time(local, envelope.at)
    return Stub(series or receipt, number, person, at, fiscal_mark(local, receipt))


def fiscal_mark(local: Local, receipt: str) -> FiscalMark | None:
    """How the fiscal receipt of a paper stands now; None: it has none."""
    row = fiscal_of(local, receipt)
    if row is None:
        return None
    if row.state is not FiscalState.DONE:
        return FiscalMark(refused=row.state is FiscalState.FAILED, kind=row.kind)
    return FiscalMark(shop_time(local, row.registered_at), row.device, row.number, row.sign, row.qr, kind=row.kind)


def name_of(local: Local, actor: str) -> str:
    """The name of a member of staff, "" for who is not known here."""
    return next((s.name for s in staff(local) if s.id == actor), "")


def shop_time(local: Local, at: int) -> datetime:
    """A time (UTC ms) by the shop's own clock."""
    return datetime.fromtimestamp(at // 1000, UTC).astimezone(ZoneInfo(settings(local).timezone))


def footer_of(local: Local, language: str) -> tuple[str, ...]:
    """The retailer's last words on each slip."""
    return tuple(in_language(settings(local).receipt_footer, language).splitlines())
