"""The gateway's two signatures, both HMAC-SHA256 with the server key: over raw bytes, and over a return form."""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final
from urllib.parse import quote_from_bytes, unquote_to_bytes

from wasl.domain.secret import Secret
from wasl.engine.ports import Refusal

NOTIFICATION_BYTES_MAX: Final = 64 * 1024  # PayTabs reference §5.7
FORM_BYTES_MAX: Final = 16 * 1024
FORM_FIELDS_MAX: Final = 64  # the gateway sends ten
MAC_HEX_LENGTH: Final = 64
KEYS_MAX: Final = 1_024  # keyed bases kept; about 1 kB each

_SIGNATURE: Final = b"signature"


class Tilde(StrEnum):
    """Which encoding of `~` a return was signed with. No source says which one the gateway uses (reference §6.3)."""

    ESCAPED = "escaped"  # `%7E`, as PHP writes it and every official plugin assumes
    BARE = "bare"  # `~`, as Go writes it


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedForm:
    """The fields of an authentic return, last value of each name, and how the gateway had written them."""

    fields: Mapping[str, str]
    tilde: Tilde


def verify_body(keys: Iterable[Secret], signature: str | None, body: bytes) -> Refusal | None:
    """None if *body* was signed with one of *keys* (callback and IPN, reference §6.1). Reads nothing of the body.

    An empty body has a valid MAC too and is refused before it (vector C4). Never raises on data.
    """
    if not body:
        return Refusal.EMPTY
    if len(body) > NOTIFICATION_BYTES_MAX:
        return Refusal.MALFORMED
    if not signature:
        return Refusal.NO_SIGNATURE
    return None if _matches(keys, _claimed(signature.encode(errors="replace")), body) else Refusal.SIGNATURE_MISMATCH


def verify_form(keys: Iterable[Secret], form: bytes, *, own: frozenset[str] = frozenset()) -> VerifiedForm | Refusal:
    """The fields of a return (form body, or query string of a GET return), if signed with one of *keys* (§6.2).

    *own* names the parameters which the merchant's return URL had before the gateway added its own; a GET return mixes
    them. What is hashed is whatever else arrives: an added field breaks a right signature. Never raises on data.
    """
    if not form:
        return Refusal.EMPTY
    pairs = _pairs(form)
    if pairs is None:
        return Refusal.MALFORMED
    claims = [value for name, value in pairs if name == _SIGNATURE]
    if len(claims) > 1:
        return Refusal.MALFORMED  # PHP would take one of them; which one is no question to answer by guessing
    if not claims or not claims[0]:
        return Refusal.NO_SIGNATURE
    dropped = {_SIGNATURE, *(name.encode() for name in own)}
    fields = {name: value for name, value in pairs if name not in dropped}
    keys, claimed = tuple(keys), _claimed(claims[0])
    tilde = next((tilde for tilde in _tildes(fields) if _matches(keys, claimed, signed_string(fields, tilde))), None)
    if tilde is None:
        return Refusal.SIGNATURE_MISMATCH
    return VerifiedForm(fields={_text(name): _text(value) for name, value in fields.items()}, tilde=tilde)


def signed_string(fields: Mapping[bytes, bytes], tilde: Tilde = Tilde.ESCAPED) -> bytes:
    """What a return's signature is computed over: fields sorted by name, empty ones left out, `"0"` kept (§6.4)."""
    encoded = (_encode(name) + b"=" + _encode(fields[name]) for name in sorted(fields) if fields[name])
    string = b"&".join(encoded)
    return string.replace(b"~", b"%7E") if tilde is Tilde.ESCAPED else string


def _encode(value: bytes) -> bytes:
    """PHP's `urlencode`, but for a `~` left bare: only letters, digits and `-_.` stay, a space becomes `+`."""
    return quote_from_bytes(value, safe=" ").replace(" ", "+").encode()


def _tildes(fields: Mapping[bytes, bytes]) -> tuple[Tilde, ...]:
    tilde_somewhere = any(b"~" in name or b"~" in value for name, value in fields.items())
    return (Tilde.ESCAPED, Tilde.BARE) if tilde_somewhere else (Tilde.ESCAPED,)


def _pairs(form: bytes) -> list[tuple[bytes, bytes]] | None:
    """The decoded pairs in the order of the wire; None for what no gateway sends: too much of it, or arrays."""
    if len(form) > FORM_BYTES_MAX or form.count(b"&") >= FORM_FIELDS_MAX:
        return None
    split = (pair.partition(b"=") for pair in form.replace(b"+", b" ").split(b"&") if pair)
    pairs = [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in split]
    return None if any(b"[" in name for name, _ in pairs) else pairs


def _claimed(signature: bytes) -> bytes:
    """A signature as it is compared: without blanks, whatever the case of its letters (§6.2)."""
    return signature.strip().lower()


def _matches(keys: Iterable[Secret], claimed: bytes, message: bytes) -> bool:
    """Whether one of *keys* made this MAC, compared in constant time."""
    if len(claimed) != MAC_HEX_LENGTH:
        return False
    return any(hmac.compare_digest(_mac(key, message), claimed) for key in keys if key.reveal().strip())


def _mac(key: Secret, message: bytes) -> bytes:
    keyed = _keyed(key).copy()
    keyed.update(message)
    return keyed.hexdigest().encode()


@lru_cache(maxsize=KEYS_MAX)
def _keyed(key: Secret) -> hmac.HMAC:
    """The keyed base; a copy of it costs less than keying anew. Keys are pasted by hand, so blanks are cut off."""
    return hmac.new(key.reveal().strip().encode(), digestmod="sha256")


def _text(value: bytes) -> str:
    return value.decode(errors="replace")
