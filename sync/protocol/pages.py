"""A page of the feed as a terminal reads it: rows stay JSON until it is known which of them count.

The same messages as `Page`, `Version` and `Change` of `sync.protocol.messages`. A page holds many rows of one product,
of which the last one is stored; the others are never taken apart. Nothing here refers back to what holds it, so the
garbage collector has no need to look at it.
"""

import msgspec


class SentChange(msgspec.Struct, frozen=True, gc=False):
    """One row of a version; JSON `null` where it is deleted."""

    entity: str
    key: str
    row: msgspec.Raw = msgspec.Raw(b"null")


class SentVersion(msgspec.Struct, frozen=True, gc=False):
    """One whole version of a scope; `at` is UTC ms at the hub."""

    version: int
    at: int
    changes: list[SentChange]


class SentPage(msgspec.Struct, frozen=True):
    """The answer to GET /v1/pull; its fields mean what those of `messages.Page` do."""

    scope: str
    epoch: str
    since: int
    upto: int
    head: int
    included: int
    now: int
    versions: list[SentVersion]
    seal: str = ""
