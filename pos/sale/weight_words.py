"""What the sale says of goods that wait for their weight."""

from pos.on_scale import OnScale
from pos.ui.happened import Happened
from pos.ui.i18n import _, language
from sync.domain.catalogue import Product


def wanted(product: Product, on: OnScale | None) -> Happened:
    """A weighed article waits for its weight: from the scale, or by hand where there is none or it is dead."""
    line, name = _("Sold by the kilogram. Nothing is added yet."), product.name(language())
    if on is not None and on.fault is None:
        return Happened("working", _("{name}: put it on the scale").format(name=name), line, icon="hourglass")
    title = _("{name}: enter the weight").format(name=name)
    if on is not None and on.fault is not None:
        return Happened("fault", title, on.fault.sentence)
    return Happened("working", title, line, icon="hourglass")
