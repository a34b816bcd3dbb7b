"""The retailer's salt of shoppers' digests: made once by the hub, and told to its terminals with the settings.

It keeps digests of two retailers apart, and a journal alone from being looked up in a ready-made table. It is no
secret: who has it and a digest can try all phone numbers.
"""

import secrets

from sqlalchemy import Connection, Engine

from sync.hub import database, settings
from sync.hub.feed import Recorder

SALT = "blind_salt"


def ensure(engine: Engine, now: int) -> None:
    """Make it where there is none."""

    def make(conn: Connection) -> None:
        if settings.kept(conn).get(SALT) is None:
            recorder = Recorder(now)
            settings.put(conn, recorder, SALT, secrets.token_hex(16))
            recorder.commit(conn)

    database.retrying(engine, make)
