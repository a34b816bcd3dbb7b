"""A till at a card terminal that speaks nexo Sale to POI, in a process of its own, by HTTPS."""

from pathlib import Path

from sync.settings import DeviceSettings
from tests.devices.nexoing import NexoProcess
from tests.flows.carding import ready
from tests.flows.paying import Paying
from tests.flows.returning import Shop
from tests.stories.at_the_desk import Counter


class NexoTill(Counter):
    """A till at that terminal, with its own agent."""

    def __init__(self, shop: Shop, folder: Path, name: str, card: NexoProcess) -> None:
        self.card, self.name = card, name
        super().__init__(shop, folder, name, online=False)
        self.online()
        ready(self)

    def devices(self) -> DeviceSettings:
        return DeviceSettings(
            printer=f"127.0.0.1:{self.printer.port}",
            card_terminal=f"127.0.0.1:{self.card.port}",
            card_protocol="nexo",
            card_poi_id="P400-1",
            card_sale_id=self.name,
            card_ca_file=self.card.authority.file,
            card_key_file=self.card.key_file,
        )

    def pay(self, *numbers: int) -> Paying:
        """Goods are sold, and the card is asked for."""
        paying = Paying(self)
        paying.goods(*numbers)
        paying.flow.choose("card")
        paying.flow.charge()
        return paying
