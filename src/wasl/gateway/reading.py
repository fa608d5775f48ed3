"""What a reply means: the body first, whatever the HTTP status says (PayTabs reference §2.7). Pure.

Everything here raises GatewayUnavailable for what cannot be read, so that nobody takes a proxy's page for an answer,
and Misconfigured where only a person can help.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

import msgspec

from wasl.domain.evidence import TranRef
from wasl.engine.ports import OpenedPage
from wasl.errors import GatewayUnavailable, Misconfigured
from wasl.gateway.refusals import INVALID_CODE, Decision, advise, is_known
from wasl.gateway.results import Duplicate, Refused, SavedCard, Stated, TokenDeleted
from wasl.gateway.text import one_line
from wasl.gateway.translate import MESSAGE_MAX, TRAN_REF_MAX, fact_of, kind_of, unrecognized
from wasl.gateway.transport import Reply
from wasl.gateway.wire.answers import ANSWER, ENTRIES, PAYMENT_INFO, STATEMENT, Answer, PaymentInfo, Statement, loose
from wasl.gateway.wire.exact import text_in

TRACE_MAX: Final = 64
CODE_DIGITS_MAX: Final = 9
REDIRECT_URL_MAX: Final = 2_048
# What a proxy says of a gateway that may be doing what it was asked: its JSON is no refusal.
_OF_THE_WAY: Final = frozenset({408, 425, 499, *range(500, 600)})
_MALFORMED: Final = (ValueError, RecursionError)


def read_page(reply: Reply) -> OpenedPage | Refused | Duplicate:
    """The answer to the wish for a hosted page. Its address is opaque: it may be on any host (§1.1)."""
    answer = _answer(reply)
    if not isinstance(answer, Answer):
        return answer
    page = _page(answer)
    if page is None:
        raise _not_understood(reply)
    return page


def read_charge(reply: Reply) -> Stated | OpenedPage | Refused | Duplicate:
    """The answer to the charge of a saved card: done, or a page for 3-D Secure (§2.1)."""
    answer = _answer(reply)
    if not isinstance(answer, Answer):
        return answer
    result = _page(answer) or _stated(answer, reply.body)
    if result is None:
        raise _not_understood(reply)
    return result


def read_follow_up(reply: Reply) -> Stated | Refused | Duplicate:
    """The answer to a capture, void, release, refund or extension. How it ended is in its fact, not in HTTP (§3.2)."""
    answer = _answer(reply)
    if not isinstance(answer, Answer):
        return answer
    stated = _stated(answer, reply.body)
    if stated is None:
        raise _not_understood(reply)
    return stated


def read_query(reply: Reply) -> Stated | Refused | None:
    """The answer to a query by reference; None if nothing is stated of it yet, which has two forms (§4.3)."""
    answer = _answer(reply)
    if isinstance(answer, Refused):
        return None if answer.code == INVALID_CODE else answer
    if isinstance(answer, Duplicate) or not answer.tran_ref:
        raise _not_understood(reply)
    return _stated(answer, reply.body)


def read_cart_query(reply: Reply) -> Sequence[Stated] | Refused:
    """The answer to a query by cart: every transaction that states a result, in the gateway's order (§4.2)."""
    try:
        entries = ENTRIES.decode(reply.body)
    except _MALFORMED:
        single = read_query(reply)
        return single if isinstance(single, Refused) else (() if single is None else (single,))
    try:
        found = [_entry(bytes(entry)) for entry in entries]
    except _MALFORMED:
        raise _not_understood(reply) from None
    return tuple(entry for entry in found if entry is not None)


def read_card(reply: Reply) -> SavedCard | Refused:
    """The answer to a token query (§4.4)."""
    answer = _answer(reply)
    if isinstance(answer, Refused):
        return answer
    if isinstance(answer, Duplicate) or not answer.tran_ref:
        raise _not_understood(reply)
    try:
        info = PAYMENT_INFO.decode(answer.payment_info) or PaymentInfo()
    except _MALFORMED:
        raise _not_understood(reply) from None
    return SavedCard(
        tran_ref=TranRef(text_in(answer.tran_ref)),
        card_type=info.card_type or "",
        card_scheme=info.card_scheme or "",
        description=info.payment_description or "",
    )


def read_deletion(reply: Reply) -> TokenDeleted | Refused:
    """The answer to a token's deletion: code 0 is success (§4.4)."""
    answer = _answer(reply)
    if isinstance(answer, Refused):
        return answer
    if isinstance(answer, Duplicate) or text_in(answer.code) != "0":
        raise _not_understood(reply)
    return TokenDeleted(trace=_trace(answer))


def _answer(reply: Reply) -> Answer | Refused | Duplicate:
    """The object in *reply*, or the refusal it is: a code above 0, or a bare message under a client error."""
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise _not_understood(reply)
    try:
        answer = ANSWER.decode(reply.body)
    except _MALFORMED:
        raise _not_understood(reply) from None
    if reply.status in _OF_THE_WAY and not is_known(_code(answer)) and not answer.tran_ref:
        raise _not_understood(reply)
    code, message = _code(answer), one_line(text_in(answer.message))[:MESSAGE_MAX]
    client_error = HTTPStatus.BAD_REQUEST <= reply.status < HTTPStatus.INTERNAL_SERVER_ERROR
    if code > 0 or (client_error and message and not answer.tran_ref):
        return _refusal(code, message, _trace(answer), reply)
    return answer


def _refusal(code: int, message: str, trace: str, reply: Reply) -> Refused | Duplicate:
    advice = advise(code, message)
    match advice.decision:
        case Decision.DUPLICATE:
            return Duplicate(trace=trace)
        case Decision.MEND_REQUEST:
            return Refused(code=code, message=message, advice=advice, trace=trace)
        case Decision.MEND_SETTINGS:
            raise Misconfigured(f"{advice.merchant.en} (PayTabs said: {message}, code {code})")
        case Decision.TRY_LATER:
            raise GatewayUnavailable(f"{advice.merchant.en} (code {code})", retry_after_s=reply.retry_after_s)


def _code(answer: Answer) -> int:
    """The error code; 0 where none is stated, and for one that is no number."""
    code = text_in(answer.code)
    return int(code) if code.isascii() and code.isdigit() and len(code) <= CODE_DIGITS_MAX else 0


def _page(answer: Answer) -> OpenedPage | None:
    """The page to send the buyer to; None where none is named, or one no browser should follow."""
    url = answer.redirect_url or ""
    followable = url.startswith(("https://", "http://")) and len(url) <= REDIRECT_URL_MAX and url.isprintable()
    if not answer.tran_ref or not followable:
        return None
    return OpenedPage(tran_ref=TranRef(text_in(answer.tran_ref)[:TRAN_REF_MAX]), redirect_url=url)


def _entry(raw: bytes) -> Stated | None:
    """One entry of a list. One of another shape than documented is kept and unrecognized."""
    try:
        statement = STATEMENT.decode(raw)
    except msgspec.ValidationError:
        if not raw.startswith(b"{"):
            raise
        return Stated(fact=unrecognized(loose(raw)), raw=raw)
    return _stated(statement, raw)


def _stated(statement: Statement, raw: bytes) -> Stated | None:
    fact = fact_of(statement)
    if fact is None:
        return None
    return Stated(
        fact=fact,
        raw=raw,
        original_kind=kind_of(statement.original_tran_type) if statement.original_tran_type else None,
        channel=text_in(statement.payment_channel),
        trace=_trace(statement),
        token=text_in(statement.token),
    )


def _trace(statement: Statement) -> str:
    return text_in(statement.trace)[:TRACE_MAX]


def _not_understood(reply: Reply) -> GatewayUnavailable:
    """Whatever was asked may have happened. The body stays unsaid: it may be anybody's, and hold anything."""
    return GatewayUnavailable(
        f"the gateway's answer cannot be read (HTTP {reply.status})", retry_after_s=reply.retry_after_s
    )
