"""The terminal's Ed25519 key: made here, kept in journal.db, never sent."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def new_seed() -> bytes:
    """A new private key, as its 32-byte seed."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_key(seed: bytes) -> str:
    """The public key in hex."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


def sign(seed: bytes, text: str) -> str:
    """The signature of an ASCII text, in hex."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode("ascii")).hex()
