"""Why a terminal is not online, each as a short word in the link's row, and for the doctor: what it means, what to do.

Screens say the same in people's languages (`pos/network.py`).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Advice:
    """What a reason means, and what a person can do about it."""

    said: str
    do: str


_ASK_HUB = "Ask whoever runs the hub. Sales go on meanwhile."
_CLOCK = "Set this machine's clock (timedatectl); if it is right, renew the hub's certificate."
ADVICE: dict[str, Advice] = {
    "starting": Advice("the agent has just started", "Wait a few seconds and look again."),
    "stopped": Advice("the agent was told to end", "Start the till or the kiosk: it starts its own agent."),
    "agent_ended": Advice(
        "the agent ended by itself or was killed", "The till starts it again; if this stays, see its log."
    ),
    "agent_silent": Advice(
        "the agent has said nothing for ten minutes", "Restart the till or the kiosk: its agent hangs or is gone."
    ),
    "no_connection": Advice("nobody answers at the hub's address", "Check cable, Wi-Fi, address; does the hub run?"),
    "timeout": Advice("the hub takes too long to answer", "Check the line's speed and the load of the hub."),
    "not_the_hub": Advice(
        "something answers that is not the hub: a login page, a redirect or a gateway",
        "Sign this network in at its portal, or check terminal.hub and the gateway before the hub.",
    ),
    "no_tls": Advice(
        "what answers does not speak TLS", "Check that terminal.hub begins with https:// for good reason, and its port."
    ),
    "ca_file": Advice("the file of the private authority can't be read", "Check terminal.ca_file (PEM)."),
    "proxy": Advice(
        "the proxy does not let us through", "Check terminal.proxy, its user and password, and that it allows the hub."
    ),
    "certificate_unknown": Advice(
        "the hub's certificate is signed by an authority that is not trusted here",
        "Set terminal.ca_file to the retailer's own authority; if it is set, someone may be in between: call support.",
    ),
    "certificate_expired": Advice("the hub's certificate has expired", _CLOCK),
    "certificate_early": Advice("the hub's certificate is not valid yet", _CLOCK),
    "certificate_name": Advice(
        "the hub's certificate is for another name", "Write terminal.hub with the name that the certificate is for."
    ),
    "hub_busy": Advice("the hub answers that it can't work now", "Wait; if it stays, look at the hub's database."),
    "damaged": Advice("a download arrived damaged", "It is fetched again; if this stays, check line and disk."),
    "disk_full": Advice(
        "the disk has no room for what the hub has to tell", "Make room; what is here goes on serving meanwhile."
    ),
    "disk_read_only": Advice("the disk takes nothing that the hub tells", "Check the disk and how it is mounted."),
    "journal_busy": Advice("another program holds the terminal's files", "See which one, and end it."),
    "journal_damaged": Advice(
        "the terminal's own file is damaged", "Stop the till, copy the folder, call support; keep the file."
    ),
    "disk_broken": Advice("the disk fails at what the hub tells", "Check the disk, and who may write there."),
    "format": Advice(
        "hub and terminal are of versions that don't fit", "Bring the older of the two to the version of the other."
    ),
    "journal_pruned": Advice("the hub asks for operations that this terminal no longer keeps", _ASK_HUB),
    "terminal_unknown": Advice("the hub does not know this terminal", "Enrol it anew, or check terminal.hub."),
    "revoked": Advice("this terminal was shut out at the hub", "Enrol it anew, if it is to go on."),
    "signature": Advice("the hub knows another key for this terminal", "Enrol it anew: another machine has its place."),
    "fork": Advice("two machines use one identity", "Enrol one of them anew. What each recorded is kept."),
    "chain": Advice("the hub holds another journal under this terminal's name", _ASK_HUB),
}
REFUSED = Advice("the hub said no", _ASK_HUB)
"""For the hub's codes that are not named above."""


def advice(reason: str) -> Advice:
    """What a reason means and what to do; the hub's own code is named where it is all that is known."""
    known = ADVICE.get(reason)
    return known or Advice(f"{REFUSED.said} ({reason})" if reason else "no reason is known", REFUSED.do)
