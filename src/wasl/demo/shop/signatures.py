"""How the shop knows that Wasl speaks: the signed settle call, and the signed words a returning browser carries."""

import base64
import binascii
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from wasl.domain.secret import Secret
from wasl.domain.time import MINUTE_MS, SECOND_MS, Instant

CALL_AGE_MAX_MS: Final = 5 * MINUTE_MS
RETURN_AGE_MAX_MS: Final = 10 * MINUTE_MS
CLOCKS_APART_MAX_MS: Final = MINUTE_MS  # how far Wasl's clock may run ahead of the shop's
NONCES_MAX: Final = 50_000
NONCE_LENGTH_MAX: Final = 256
SIGNATURES_MAX: Final = 8
_PREFIX: Final = "whsec_"
_RETURN_FIELDS: Final = ("wasl_payment", "wasl_order", "wasl_state", "wasl_time")


class BadSecret(ValueError):
    """The signing secret is no `whsec_…` text."""


def signing_key(secret: Secret) -> bytes:
    """The bytes behind a `whsec_…` text; raises BadSecret."""
    text = secret.reveal()
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not text.startswith(_PREFIX) or not key:
        raise BadSecret("the signing secret must be the whsec_ text that Wasl printed for this store")
    return key


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnClaim:
    """What Wasl lets a returning browser say about an order. For display; it never fulfils anything."""

    order_id: str
    state: str


def read_claim(query: Mapping[str, str], *, key: bytes, now: Instant) -> ReturnClaim | None:
    """The claim in a return's query string, or None unless Wasl signed it within the last ten minutes."""
    values = [query.get(name, "") for name in _RETURN_FIELDS]
    timestamp = values[-1]
    if not all(values) or not _is_number(timestamp):
        return None
    age_ms = now - int(timestamp) * SECOND_MS
    mac = hmac.new(key, "\n".join(values).encode(), hashlib.sha256).hexdigest()
    genuine = hmac.compare_digest(mac.encode(), query.get("wasl_signature", "").encode())
    if not genuine or not -CLOCKS_APART_MAX_MS <= age_ms <= RETURN_AGE_MAX_MS:
        return None
    return ReturnClaim(order_id=values[1], state=values[2])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len("9999999999999")
