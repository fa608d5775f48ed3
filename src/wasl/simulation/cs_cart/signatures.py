"""How a shop knows that Wasl speaks: the signed settle call, believed once."""

import base64
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from wasl.domain.time import MINUTE_MS, SECOND_MS, Instant

CALL_AGE_MAX_MS: Final = 5 * MINUTE_MS
CLOCKS_APART_MAX_MS: Final = MINUTE_MS  # how far Wasl's clock may run ahead of the shop's
NONCES_MAX: Final = 50_000
NONCE_LENGTH_MAX: Final = 256
SIGNATURES_MAX: Final = 8


class Distrust(StrEnum):
    """Why a call is not believed."""

    UNSIGNED = "unsigned"
    STALE = "too old, or its clock is wrong"
    FORGED = "the signature does not fit"
    REPLAYED = "seen before"
    CROWDED = "too many calls at once"


@dataclass(slots=True, kw_only=True)
class CallGate:
    """Believes a call signed as Standard Webhooks specifies, once. Remembers the nonces of the last minutes."""

    key: bytes = field(repr=False)
    _seen: OrderedDict[str, Instant] = field(default_factory=OrderedDict)

    def check(self, headers: Mapping[str, str], body: bytes, *, now: Instant) -> Distrust | None:
        """None if Wasl sent *body* just now; nothing of the body is read before. A second time it is a replay."""
        nonce, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not 0 < len(nonce) <= NONCE_LENGTH_MAX or not _is_number(timestamp):
            return Distrust.UNSIGNED
        age_ms = now - int(timestamp) * SECOND_MS
        if not -CLOCKS_APART_MAX_MS <= age_ms <= CALL_AGE_MAX_MS:
            return Distrust.STALE
        signed = b".".join((nonce.encode(), timestamp.encode(), body))
        mac = hmac.digest(self.key, signed, hashlib.sha256)
        if not _is_among(mac, headers.get("webhook-signature", "")):
            return Distrust.FORGED
        return self._remember(nonce, now)

    def _remember(self, nonce: str, now: Instant) -> Distrust | None:
        while self._seen and next(iter(self._seen.values())) < now - CALL_AGE_MAX_MS - CLOCKS_APART_MAX_MS:
            self._seen.popitem(last=False)
        if nonce in self._seen:
            return Distrust.REPLAYED
        if len(self._seen) >= NONCES_MAX:
            return Distrust.CROWDED
        self._seen[nonce] = now
        return None


def _is_among(mac: bytes, header: str) -> bool:
    """Whether one of the space-separated `v1,<base64>` signatures is *mac*. Compares in constant time."""
    expected = f"v1,{base64.b64encode(mac).decode()}".encode()
    return any(hmac.compare_digest(expected, given.encode()) for given in header.split(" ")[:SIGNATURES_MAX])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len("9999999999999")
