"""What `[devices]` must say of a card terminal, by the protocol that it speaks."""

from ipaddress import ip_address
from pathlib import Path
from typing import Protocol

PROTOCOLS = ("storefloor", "nexo")


class CardWords(Protocol):
    """The settings of `[devices]` that speak of a card terminal."""

    @property
    def card_terminal(self) -> str: ...
    @property
    def card_protocol(self) -> str: ...
    @property
    def card_poi_id(self) -> str: ...
    @property
    def card_sale_id(self) -> str: ...
    @property
    def card_ca_file(self) -> Path | None: ...


def card_problem(said: CardWords) -> str:
    """What is wrong with them, as a sentence; "" if nothing is. The address itself is looked at elsewhere."""
    if said.card_protocol not in PROTOCOLS:
        return f"devices.card_protocol = {said.card_protocol!r} must be one of {', '.join(PROTOCOLS)}."
    if said.card_protocol != "nexo" or not said.card_terminal:
        return ""
    if not (said.card_poi_id and said.card_sale_id):
        return "devices.card_poi_id and devices.card_sale_id must be given for nexo: its own name, and this till's."
    longest = max(len(said.card_poi_id), len(said.card_sale_id))
    if longest > 64:
        return f"devices.card_poi_id and devices.card_sale_id are names of at most 64 characters, not of {longest}."
    if said.card_ca_file is None and not _here(said.card_terminal.rpartition(":")[0]):
        return "devices.card_ca_file must be given for nexo: payments cross the network by HTTPS alone."
    return ""


def _here(host: str) -> bool:
    """Whether it is this machine, so that nothing crosses a network."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
