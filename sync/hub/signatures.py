"""Ed25519 signatures of terminals and the hub's own bearer tokens."""

import base64
import hashlib
import hmac

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync.hub.faults import Refusal

TOKEN_MS = 12 * 60 * 60_000
"""How long a token is valid; an agent says hello again before."""


class Token(msgspec.Struct, frozen=True, array_like=True):
    """What a token says: who, and until when (UTC ms)."""

    terminal: str
    incarnation: str
    expires: int


def read_key(public_key: str) -> Ed25519PublicKey:
    """The key of 64 hex digits. Raises Refusal."""
    try:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
    except ValueError:
        raise Refusal(400, "bad_key", "The public key must be an Ed25519 key as 64 hex digits.") from None


def signed(public_key: str, signature: str, text: str) -> bool:
    """Whether `signature` (hex) is that key's signature of the text."""
    try:
        read_key(public_key).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def make_token(secret: str, token: Token) -> str:
    """A token that only this hub can have made."""
    body = base64.urlsafe_b64encode(msgspec.json.encode(token)).decode()
    return f"{body}.{_seal(secret, body)}"


def read_token(secret: str, text: str, now: int) -> Token:
    """What the token says. Raises Refusal (401) when it is not ours or has expired: say hello again."""
    body, _, seal = text.partition(".")
    if not hmac.compare_digest(seal.encode(), _seal(secret, body).encode()):
        raise Refusal(401, "token", "The token is not one of this hub. Say hello again.")
    token = msgspec.json.decode(base64.urlsafe_b64decode(body), type=Token)
    if token.expires <= now:
        raise Refusal(401, "token", "The token has expired. Say hello again.")
    return token


def _seal(secret: str, body: str) -> str:
    return hmac.new(bytes.fromhex(secret), body.encode(), hashlib.sha256).hexdigest()


def digest(text: str) -> str:
    """SHA-256 in hex: how API keys and codes are kept."""
    return hashlib.sha256(text.encode()).hexdigest()
