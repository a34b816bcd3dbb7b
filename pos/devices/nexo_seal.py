"""How a message between a till and a card terminal is sealed where both were given one passphrase.

The form is that of Adyen's terminals: from the passphrase come three keys (PBKDF2, SHA-1, 4,000 rounds); the message is
encrypted by AES-256-CBC, its start vector mixed with a nonce, and proved by HMAC-SHA-256 over what it says. Only the
header stays readable, and nothing in it is believed.
"""

import base64
import binascii
import hmac
import json
import os
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import pbkdf2_hmac
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from pos.devices.nexo_messages import Unfit

_SALT, _ROUNDS = b"AdyenNexoV1Salt", 4000
_HMAC, _CIPHER, _START = 32, 32, 16
_BLOCK_BITS = 128


class WrongKeyFile(ValueError):
    """A key file that can't be used; the message says why, and nothing that stands in it."""


@dataclass(frozen=True)
class Seal:
    """The key that both sides know. The passphrase is in no text of it."""

    identifier: str
    version: int
    passphrase: str = field(repr=False)

    @cached_property
    def _keys(self) -> tuple[bytes, bytes, bytes]:
        length = _HMAC + _CIPHER + _START
        made = pbkdf2_hmac("sha1", self.passphrase.encode(), _SALT, _ROUNDS, length)
        return made[:_HMAC], made[_HMAC : _HMAC + _CIPHER], made[_HMAC + _CIPHER :]

    def _cipher(self, nonce: bytes) -> Cipher[modes.CBC]:
        _proof, key, start = self._keys
        return Cipher(algorithms.AES256(key), modes.CBC(bytes(a ^ b for a, b in zip(start, nonce, strict=True))))

    def close(self, message: bytes) -> bytes:
        """A whole message, sealed. Its outermost name and its header stay as they are."""
        ((name, body),) = json.loads(message).items()
        nonce = os.urandom(_START)
        padder = PKCS7(_BLOCK_BITS).padder()
        encryptor = self._cipher(nonce).encryptor()
        blob = encryptor.update(padder.update(message) + padder.finalize()) + encryptor.finalize()
        trailer = {
            "AdyenCryptoVersion": 1,
            "KeyIdentifier": self.identifier,
            "KeyVersion": self.version,
            "Nonce": base64.b64encode(nonce).decode(),
            "Hmac": base64.b64encode(self._proof(message)).decode(),
        }
        sealed = {"NexoBlob": base64.b64encode(blob).decode(), "SecurityTrailer": trailer}
        return json.dumps({name: {"MessageHeader": body["MessageHeader"]} | sealed}).encode()

    def open(self, sealed: bytes) -> bytes:
        """What a sealed message says. Raises Unfit if it was not sealed with this key, or changed on its way."""
        try:
            ((_name, body),) = json.loads(sealed).items()
            trailer: dict[str, Any] = body["SecurityTrailer"]
            nonce, proof = (base64.b64decode(trailer[part], validate=True) for part in ("Nonce", "Hmac"))
            message = self._opened(base64.b64decode(body["NexoBlob"], validate=True), nonce)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error):
            raise Unfit("it is not sealed as agreed") from None
        if not hmac.compare_digest(proof, self._proof(message)):
            raise Unfit("its seal is broken")
        return message

    def _opened(self, blob: bytes, nonce: bytes) -> bytes:
        decryptor, unpadder = self._cipher(nonce).decryptor(), PKCS7(_BLOCK_BITS).unpadder()
        padded = decryptor.update(blob) + decryptor.finalize()
        return unpadder.update(padded) + unpadder.finalize()

    def _proof(self, message: bytes) -> bytes:
        return hmac.digest(self._keys[0], message, "sha256")


def read_key(file: Path) -> Seal:
    """The key in a TOML file of `identifier`, `version` and `passphrase`. Raises WrongKeyFile."""
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as fault:
        raise WrongKeyFile(f"{file} can't be read: {fault.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise WrongKeyFile(f"{file} is not TOML") from None
    identifier, version, passphrase = (said.get(name) for name in ("identifier", "version", "passphrase"))
    if not (isinstance(identifier, str) and isinstance(version, int) and isinstance(passphrase, str) and passphrase):
        raise WrongKeyFile(f"{file} must name identifier, version and passphrase")
    return Seal(identifier, version, passphrase)
