"""The label at a shelf where parcels wait: its position, large, and the code that says it."""

from pos.receipt.document import QR, Cut, Document, Huge
from sync.domain.codes import shelf_label


def shelf_paper(position: str) -> Document:
    """The label of a position as parcels have it. ValueError for what is no position (`sync.domain.codes`)."""
    code = shelf_label(position)
    return Document((Huge(code.partition(":")[2]), QR(code, 10), Cut()))
