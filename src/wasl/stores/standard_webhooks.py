"""Signing as *Standard Webhooks* specifies it: HMAC-SHA256 over id, time and body, keyed with the secret's bytes."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from wasl.domain.store import Store
from wasl.domain.time import SECOND_MS, Instant


def signed_headers(store: Store, *, message_id: str, now: Instant, body: bytes) -> Mapping[str, str]:
    """The three headers that prove *body* to the store. *message_id* names the message, or is a nonce."""
    timestamp = str(now // SECOND_MS)
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    mac = hmac.digest(store.signing_key(), signed, hashlib.sha256)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
        "content-type": "application/json",
    }
