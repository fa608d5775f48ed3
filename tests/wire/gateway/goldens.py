"""Reads the golden payloads beside it, and signs them as the gateway does."""

import hashlib
import hmac
from pathlib import Path
from typing import Final

from wasl.domain.secret import Secret

FOLDER: Final = Path(__file__).parent
K1: Final = Secret("SGJNZ96JLG-JDMKHGRWT9-RWRK2KJNRJ")  # published with the documentation's own vector
K2: Final = Secret("SJKLMNOPQR-XYZABCDEFG-HIJKLMNOPQ")
PROFILE: Final = 47170


def golden(name: str) -> bytes:
    """One payload, without the line end that closes its file."""
    return (FOLDER / name).read_bytes().rstrip(b"\n")


def names(pattern: str) -> list[str]:
    """The goldens whose file name fits *pattern*, sorted."""
    return sorted(path.name for path in FOLDER.glob(pattern))


def signed(body: bytes, key: Secret = K2) -> str:
    """The `Signature` header of *body*, computed apart from the code under test."""
    return hmac.new(key.reveal().encode(), body, hashlib.sha256).hexdigest()
