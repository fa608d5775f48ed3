"""The gateway's two signatures (PayTabs reference §6): over a return form, and over the raw bytes of a notification."""

import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote_plus

SIGNATURE: Final = "signature"


def form_text(fields: Mapping[str, str], *, zero: str = "keep", tilde: str = "php") -> str:
    """The string a return form is signed over.

    *zero* `drop` leaves out the value "0" as SDK 2 does; *tilde* `bare` leaves `~` unescaped as Go does. The defaults
    are the rule of SDK 3 and PHP's encoding.
    """
    dropped = ("", "0") if zero == "drop" else ("",)
    kept = sorted((name, value) for name, value in fields.items() if name != SIGNATURE and value not in dropped)
    return "&".join(f"{_escape(name, tilde)}={_escape(value, tilde)}" for name, value in kept)


def sign_form(key: str, fields: Mapping[str, str], *, zero: str = "keep", tilde: str = "php") -> str:
    """64 lower-case hex digits for the `signature` field of a return."""
    return sign_body(key, form_text(fields, zero=zero, tilde=tilde).encode())


def sign_body(key: str, body: bytes) -> str:
    """64 lower-case hex digits for the `Signature` header of a callback or IPN. An empty body has a signature too."""
    return hmac.digest(key.encode(), body, "sha256").hex()


def _escape(text: str, tilde: str) -> str:
    escaped = quote_plus(text, safe="", errors="replace")
    return escaped if tilde == "bare" else escaped.replace("~", "%7E")
