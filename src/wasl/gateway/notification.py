"""A callback or an IPN: proved to be the gateway's own word, then read, then bound to its profile."""

from collections.abc import Iterable

import msgspec

from wasl.domain.evidence import CartId, Fact, TranRef
from wasl.domain.secret import Secret
from wasl.engine.ports import Claim, Refusal
from wasl.gateway.signature import verify_body
from wasl.gateway.translate import fact_of, unrecognized
from wasl.gateway.wire.answers import STATEMENT, Statement, loose
from wasl.gateway.wire.exact import Ident, text_in


def read_notification(keys: Iterable[Secret], *, profile_id: int, signature: str | None, body: bytes) -> Fact | Refusal:
    """What a callback or an IPN states, if it is signed with one of *keys* and is about this profile (§5.4, §6.1).

    *signature* is the value of the `Signature` header, *body* the bytes as received. What is authentic but not
    understood, such as a Basic Web IPN, is an unrecognized fact: also what names no profile, since then nothing ties
    it to this one but a key that two profiles might share. Pure; never raises on data.
    """
    refusal = verify_body(keys, signature, body)
    if refusal is not None:
        return refusal
    try:
        return _stated(body, profile_id)
    except (ValueError, RecursionError):
        return Refusal.NOT_JSON


def claim_of(body: bytes) -> Claim:
    """What a message that was refused says it is about; it proves nothing, and may be nothing at all."""
    try:
        said = unrecognized(loose(body))
    except (ValueError, RecursionError):
        return Claim(cart_id=CartId(""), tran_ref=TranRef(""))
    return Claim(cart_id=said.cart_id, tran_ref=said.tran_ref)


def _stated(body: bytes, profile_id: int) -> Fact | Refusal:
    """Raises ValueError or RecursionError for what is not JSON."""
    statement = _documented(body)
    if statement is not None:
        stated = statement.profile_id if statement.profile_id is not None else statement.profile_id_camel
        if not _is_of(stated, profile_id):
            return Refusal.OTHER_PROFILE
        fact = None if stated is None else fact_of(statement)
        if fact is not None:
            return fact
    basic = loose(body)
    return unrecognized(basic) if _is_of(basic.profile_id, profile_id) else Refusal.OTHER_PROFILE


def _documented(body: bytes) -> Statement | None:
    """The body in its documented shape; None if it has another one."""
    try:
        return STATEMENT.decode(body)
    except msgspec.ValidationError:
        return None


def _is_of(stated: Ident, profile_id: int) -> bool:
    """Whether a statement's profile is this one. Documented as number or text; one that is not stated is no other."""
    return stated is None or text_in(stated).strip() == str(profile_id)
