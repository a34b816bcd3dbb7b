"""The messages that terminal and hub share, and their versions. `sync/README.md` describes them for other clients."""

VERSION = 1
"""Version of the wire: the path prefix `/v1`."""
