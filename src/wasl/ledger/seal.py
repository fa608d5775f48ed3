"""Encryption at rest: AES-256-GCM under keys derived from WASL_SECRET_KEY, the newest first.

A sealed text begins with its key's four-byte name, so that several keys can be in use while one is rotated out.
"""

import hashlib
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from wasl.domain.secret import Secret
from wasl.errors import Misconfigured

KEY_TEXT_MIN: Final = 32
_NAME_BYTES: Final = 4
_NONCE_BYTES: Final = 12


class Seal:
    """Seals with the first key, opens with any. Seals are bound to their *purpose*: one cannot be moved elsewhere."""

    def __init__(self, keys: tuple[Secret, ...]) -> None:
        """Derive from texts of at least 32 characters; raises Misconfigured if one is shorter or none is given."""
        if not keys or any(len(key.reveal()) < KEY_TEXT_MIN for key in keys):
            raise Misconfigured(f"WASL_SECRET_KEY needs at least {KEY_TEXT_MIN} characters; several go comma-separated")
        derived = [_derive(key) for key in keys]
        self._keys = {_name(key): AESGCM(key) for key in derived}
        self._newest = _name(derived[0])

    def seal(self, data: bytes, purpose: str) -> bytes:
        """Encrypt *data*; every call gives another text."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._newest + nonce + self._keys[self._newest].encrypt(nonce, data, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Decrypt; raises Misconfigured if no present key made this seal for this purpose."""
        name, nonce = sealed[:_NAME_BYTES], sealed[_NAME_BYTES : _NAME_BYTES + _NONCE_BYTES]
        try:
            return self._keys[name].decrypt(nonce, sealed[_NAME_BYTES + _NONCE_BYTES :], purpose.encode())
        except (KeyError, InvalidTag):
            raise Misconfigured(
                "the database was sealed with another WASL_SECRET_KEY: append that one, with a comma, to the new one"
            ) from None


def _derive(key: Secret) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"wasl sealing key v1").derive(key.reveal().encode())


def _name(key: bytes) -> bytes:
    return hashlib.sha256(b"name" + key).digest()[:_NAME_BYTES]
