"""From the gateway's words to facts. Pure; never raises on data, and never guesses what it cannot read exactly."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

import msgspec

from wasl.domain.evidence import CartId, Fact, Kind, TranRef, Verdict
from wasl.domain.payment import CART_ID_MAX
from wasl.domain.time import Instant
from wasl.gateway.letters import NOTHING_TO_QUOTE, verdict_of
from wasl.gateway.wire.answers import PAYMENT_INFO, LooseStatement, PaymentInfo, Statement
from wasl.gateway.wire.exact import Ident, amount_in, text_in

TRAN_REF_MAX: Final = 64  # sixteen characters today; "opaque, at most 64" (reference §2.6)
CODE_MAX: Final = 64
MESSAGE_MAX: Final = 256
METHOD_MAX: Final = 64

_OPERATION: Final = re.compile(r"op_[0-9a-z]{8,40}", re.ASCII)
_KINDS: Final = MappingProxyType(
    {
        "sale": Kind.SALE,
        "auth": Kind.AUTH,
        "capture": Kind.CAPTURE,
        "void": Kind.VOID,
        "release": Kind.RELEASE,
        "refund": Kind.REFUND,
        "register": Kind.REGISTER,
        "payment request": Kind.PAYMENT_REQUEST,
    }
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def kind_of(tran_type: Ident) -> Kind:
    """What a `tran_type` names, whatever its case (§2.2); unrecognized for any other word."""
    return _KINDS.get(text_in(tran_type).casefold(), Kind.UNRECOGNIZED)


def fact_of(statement: Statement) -> Fact | None:
    """What *statement* states; None if it has no result yet (the page was opened and nobody has paid on it).

    The total is in the cart's currency where it names none: a charge always is (§2.4).
    """
    result = statement.payment_result
    if result is None:
        return None
    tran_ref, cart_id = text_in(statement.tran_ref), text_in(statement.cart_id)
    previous, code = text_in(statement.previous_tran_ref), text_in(result.response_code)
    verdict = verdict_of(text_in(result.response_status), code)
    whole = 0 < len(tran_ref) <= TRAN_REF_MAX and len(cart_id) <= CART_ID_MAX
    return Fact(
        tran_ref=TranRef(_cut(tran_ref, TRAN_REF_MAX)),
        # A name that had to be cut may be another's name, so nothing may be counted under it.
        kind=kind_of(statement.tran_type) if whole else Kind.UNRECOGNIZED,
        verdict=verdict,
        cart_id=CartId(_cut(cart_id, CART_ID_MAX)),
        amount=amount_in(statement.cart_amount, statement.cart_currency),
        moved=amount_in(statement.tran_total, statement.tran_currency or statement.cart_currency),
        previous_ref=TranRef(_cut(previous, TRAN_REF_MAX)) if previous else None,
        at=instant_of(result.transaction_time),
        code="" if code == NOTHING_TO_QUOTE and verdict is Verdict.PENDING else _cut(code, CODE_MAX),
        message=_cut(text_in(result.response_message), MESSAGE_MAX),
        method=_cut(_method(statement.payment_info), METHOD_MAX),
        operation=operation_in(text_in(statement.cart_description)),
    )


def operation_in(description: str) -> str:
    """The operation's id that `described` put at the beginning; empty in any other description."""
    first = description.partition(" ")[0]
    return first if _OPERATION.fullmatch(first) else ""


def described(operation_id: str, reason: str) -> str:
    """A description by which a follow-up is found again, even among equal amounts, after its answer was lost."""
    return f"{operation_id} {reason}".rstrip()


def unrecognized(statement: LooseStatement) -> Fact:
    """The fact that something was stated and not understood. Its `tran_ref` and cart may be empty."""
    return Fact(
        tran_ref=TranRef(_cut(text_in(statement.tran_ref), TRAN_REF_MAX)),
        kind=Kind.UNRECOGNIZED,
        verdict=Verdict.UNRECOGNIZED,
        cart_id=CartId(_cut(text_in(statement.cart_id), CART_ID_MAX)),
        amount=None,
        moved=None,
    )


def fact_of_return(fields: Mapping[str, str]) -> Fact:
    """What an authentic return says (§5.1): neither type nor amount, so it is no statement about money."""
    code = fields.get("respCode", "")
    return Fact(
        tran_ref=TranRef(_cut(fields.get("tranRef", ""), TRAN_REF_MAX)),
        kind=Kind.UNSTATED,
        verdict=verdict_of(fields.get("respStatus", ""), code),
        cart_id=CartId(_cut(fields.get("cartId", ""), CART_ID_MAX)),
        amount=None,
        moved=None,
        code=_cut(code, CODE_MAX),
        message=_cut(fields.get("respMessage", ""), MESSAGE_MAX),
    )


def instant_of(text: str | None) -> Instant | None:
    """An RFC 3339 time, nanoseconds cut to milliseconds; None without an offset, or if it is none."""
    try:
        moment = msgspec.convert(text, datetime)
        whole = None if moment.tzinfo is None else (moment - _EPOCH) // _MILLISECOND
    except (ValueError, OverflowError):
        return None
    return None if whole is None or whole < 0 else Instant(whole)


def _method(raw: msgspec.Raw) -> str:
    """How it was paid: the method, or the card's scheme; empty if neither can be read."""
    try:
        info: PaymentInfo | None = PAYMENT_INFO.decode(raw)
    except (ValueError, RecursionError):
        return ""
    return (info.payment_method or info.card_scheme or "") if info else ""


def _cut(text: str, length: int) -> str:
    """At most *length* characters, and no NUL: PostgreSQL keeps none, and a notification must always be kept."""
    return text[:length].replace("\0", "\N{REPLACEMENT CHARACTER}")
