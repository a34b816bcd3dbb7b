"""The card terminal of a terminal, by its settings: the protocol that it speaks, and what that needs."""

import ssl
from pathlib import Path

from pos.devices.base import CardTerminal, Inbox
from sync.settings import DeviceSettings, WrongSetting, address

NAME = "card terminal"


def card_terminal(settings: DeviceSettings, inbox: Inbox) -> CardTerminal | None:
    """The card terminal, or None where the settings name none. Raises WrongSetting for an address or a file that can't
    be used; what stands in a file of secrets is never repeated."""
    if not settings.card_terminal:
        return None
    host, port = address(settings.card_terminal, "devices.card_terminal")
    if settings.card_protocol == "nexo":
        return _nexo(settings, host, port, inbox)
    from pos.devices.card import CardSettings, TcpCardTerminal

    return TcpCardTerminal(CardSettings(name=NAME, host=host, port=port), inbox)


def _nexo(settings: DeviceSettings, host: str, port: int, inbox: Inbox) -> CardTerminal:
    from pos.devices.nexo import NexoTerminal
    from pos.devices.nexo_line import Line
    from pos.devices.nexo_seal import WrongKeyFile, read_key
    from pos.devices.nexo_talk import NexoSettings

    try:
        seal = read_key(settings.card_key_file.expanduser()) if settings.card_key_file else None
    except WrongKeyFile as fault:
        raise WrongSetting(f"devices.card_key_file: {fault}.") from None
    tls = _trusting(settings.card_ca_file.expanduser()) if settings.card_ca_file else None
    line = Line(host, port, tls=tls, server_name=settings.card_certificate_name)
    return NexoTerminal(NexoSettings(line, settings.card_poi_id, settings.card_sale_id, NAME, seal), inbox)


def _trusting(file: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(file))
    except OSError as fault:  # SSLError is one: a file that is no PEM
        raise WrongSetting(f"devices.card_ca_file {file} can't be used: {fault.strerror or fault}.") from None
