"""What the gateway says: one tolerant shape for all channels, since they differ in spelling and not in kind.

Unknown fields are ignored, ids and codes may be text or number, amounts are kept as they were written. A field of
another kind than documented makes the whole statement unreadable, and its reader falls back to `loose`.
"""

from typing import Final

import msgspec

from wasl.gateway.wire.exact import NOTHING, Ident, scalar_in


class PaymentResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How it ended (reference §4.1, §5.4). `transaction_time` is RFC 3339, at times with nanoseconds."""

    response_status: Ident = None
    response_code: Ident = None
    response_message: Ident = None
    transaction_time: str | None = None


class PaymentInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was paid with (§4.1, §4.4). `payment_description` is a masked number, and only a token query reads it."""

    payment_method: str | None = None
    card_type: str | None = None
    card_scheme: str | None = None
    payment_description: str | None = None


class Statement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A transaction as stated by a query, a follow-up's answer, a callback or an IPN (§3.2, §4.1, §4.2, §5.4).

    Without `payment_result` nothing is stated yet: the page was opened and not used. `payment_info` is read apart, so
    that nothing decorative can make money unreadable.
    """

    tran_ref: Ident = None
    previous_tran_ref: Ident = None
    tran_type: Ident = None
    original_tran_type: Ident = None
    cart_id: Ident = None
    cart_description: Ident = None
    cart_currency: Ident = None
    cart_amount: msgspec.Raw = NOTHING
    tran_currency: Ident = None
    tran_total: msgspec.Raw = NOTHING
    payment_result: PaymentResult | None = None
    payment_info: msgspec.Raw = NOTHING
    token: Ident = None
    profile_id: Ident = None  # callback and IPN
    profile_id_camel: Ident = msgspec.field(default=None, name="profileId")  # create and query by reference
    payment_channel: Ident = msgspec.field(default=None, name="paymentChannel")
    trace: Ident = None


class Answer(Statement, frozen=True, kw_only=True, omit_defaults=True):
    """Any object the API answers: a page to go to, a finished transaction, or an error (§2.6, §2.7, §3.2, §4.4)."""

    redirect_url: str | None = None
    code: Ident = None
    message: Ident = None


class LooseStatement(msgspec.Struct, frozen=True, kw_only=True):
    """The four names that say what a statement is about, taken from a body of no documented shape."""

    tran_ref: Ident = None
    cart_id: Ident = None
    profile_id: Ident = None


ANSWER: Final = msgspec.json.Decoder(Answer)
STATEMENT: Final = msgspec.json.Decoder(Statement)
PAYMENT_INFO: Final = msgspec.json.Decoder(PaymentInfo | None)
ENTRIES: Final = msgspec.json.Decoder(list[msgspec.Raw])
_ANY: Final = msgspec.json.Decoder(msgspec.Raw)
_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def loose(body: bytes) -> LooseStatement:
    """Whatever can be told of *body*, which is JSON or raises ValueError or RecursionError; never more than that."""
    _ANY.decode(body)
    try:
        fields = _OBJECT.decode(body)
    except ValueError:
        return LooseStatement()
    return LooseStatement(
        tran_ref=_first(fields, "tran_ref", "tranRef"),
        cart_id=_first(fields, "cart_id", "cartId"),
        profile_id=_first(fields, "profile_id", "profileId"),
    )


def _first(fields: dict[str, msgspec.Raw], *names: str) -> Ident:
    """The first of these spellings that is stated."""
    return next((scalar_in(fields[name]) for name in names if name in fields), None)
