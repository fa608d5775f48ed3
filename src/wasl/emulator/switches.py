"""Behaviour on which sources disagree or are silent: every switch of PayTabs reference §13 with its default."""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

RETRIES_MAX: Final = 20
DAY_S: Final = 86_400
YEAR_S: Final = 366 * DAY_S

Seconds = Annotated[float, Meta(ge=0, le=YEAR_S)]
HttpStatus = Annotated[int, Meta(ge=100, le=599)]


class Switches(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One value per question the reference leaves open. `SAYS` has a sentence about each."""

    error_status: Literal["documented", "ok"] = "documented"
    return_zero: Literal["keep", "drop"] = "keep"
    return_tilde: Literal["php", "bare"] = "php"
    return_signature_on_error: Literal["present", "absent"] = "present"
    plain_http_return: Literal["full", "bare"] = "full"
    plain_http_notices: Literal["full", "empty"] = "full"
    callback_hosts: Literal["any", "public"] = "any"
    page_expiry: Literal["nothing", "recorded", "notified"] = "nothing"
    page_minutes: Annotated[int, Meta(ge=1, le=YEAR_S // 60)] = 20
    attempts_per_page: Annotated[int, Meta(ge=1, le=100)] = 1
    card_filter_refusal: Literal["page", "decline"] = "page"
    billing_required: tuple[Literal["name", "email", "phone", "street1", "city", "state", "country", "zip"], ...] = (
        "name",
        "email",
        "street1",
        "city",
        "country",
    )
    retry_delays_s: Annotated[tuple[Seconds, ...], Meta(max_length=RETRIES_MAX)] = (10, 30, 120, 600, 3600)
    stop_statuses: Annotated[tuple[HttpStatus, ...], Meta(max_length=100)] = (403, 404, 405)
    success_statuses: Literal["2xx", "200"] = "2xx"
    delivery_timeout_s: Annotated[float, Meta(ge=0.1, le=600)] = 10.0
    ipn_beside_callback: Literal["both", "callback_only"] = "both"
    delivery_order: Literal["callback_first", "return_first", "together"] = "callback_first"
    delivery_gap_s: Annotated[float, Meta(ge=0, le=60)] = 0.5
    unpaid_query: Literal["object", "code_2"] = "object"
    unpaid_in_cart_query: Literal["listed", "hidden"] = "listed"
    unknown_cart_query: Literal["empty", "code_2"] = "empty"
    cart_query_max: Annotated[int, Meta(ge=1, le=1000)] = 100
    partial_void: Literal["release", "void"] = "release"
    voided_original: Literal["unchanged", "voided"] = "unchanged"
    refund: Literal["approved", "pending"] = "approved"
    pending_refund_decided_after_s: Seconds | None = None
    pending_refund_decision: Literal["approve", "reject"] = "approve"
    deferred_life_s: Seconds = 5 * DAY_S
    duplicate_window_s: Seconds = 120.0
    duplicate_scope: Literal["pages", "everything"] = "pages"
    excess_decimals: Literal["round", "refuse"] = "round"
    iqd_decimals: Literal[3, 0] = 3
    jpy_decimals: Literal[0, 2] = 0


SAYS: Final[dict[str, str]] = {
    "error_status": "HTTP status of {code, message} errors: 401, 409 and 400, or always 200",
    "return_zero": 'whether the value "0" is part of what a return signs; SDK 2 drops it',
    "return_tilde": "how ~ is escaped in what a return signs: %7E as PHP, or bare as Go",
    "return_signature_on_error": "whether a return with status E is signed",
    "plain_http_return": "whether a return to http:// carries its fields or is a bare GET",
    "plain_http_notices": "whether a callback or IPN to http:// carries its body or an empty one",
    "callback_hosts": "which callback addresses a request may name; public refuses ports and private hosts",
    "page_expiry": "what an unused page leaves behind: nothing, X in the query, or X and a callback",
    "page_minutes": "life of a page whose request names none",
    "attempts_per_page": "how often a declined buyer may try on one page, each time under a new tran_ref",
    "card_filter_refusal": "a filtered card is refused on the page, or the payment is declined with 354",
    "billing_required": "what the page asks the buyer for if the request does not say it",
    "retry_delays_s": "seconds before each further attempt to deliver a callback or IPN",
    "stop_statuses": "HTTP statuses after which a delivery is given up at once",
    "success_statuses": "HTTP statuses that end a delivery",
    "delivery_timeout_s": "how long the merchant may take to answer a callback or IPN",
    "ipn_beside_callback": "whether a payment with a callback also makes an IPN",
    "delivery_order": "what comes first, the callback or the buyer's return",
    "delivery_gap_s": "seconds between the two",
    "unpaid_query": "a query for a page nobody has paid: the object without payment_result, or code 2",
    "unpaid_in_cart_query": "whether a query by cart lists a page nobody has paid",
    "unknown_cart_query": "a query for an unknown cart: an empty list, or code 2",
    "cart_query_max": "how many transactions a query by cart lists at most",
    "partial_void": "a void of part: a Release (only the query says it was a Void), or a Void",
    "voided_original": "whether a voided authorisation shows V afterwards",
    "refund": "a refund is approved at once, or waits for PayTabs",
    "pending_refund_decided_after_s": "seconds until a waiting refund is decided; null waits for the control API",
    "pending_refund_decision": "how it is decided then",
    "deferred_life_s": "how long the number of a deferred method can be paid",
    "duplicate_window_s": "how long the same profile, cart, currency and amount is a duplicate",
    "duplicate_scope": "whether follow-ups can be duplicates too",
    "excess_decimals": "an amount with more decimals than its currency is rounded half up, or refused",
    "iqd_decimals": "decimals of the Iraqi dinar",
    "jpy_decimals": "decimals of the yen",
}
_STRICT: Final = {"plain_http_return": "bare", "plain_http_notices": "empty", "callback_hosts": "public"}


def starting(*, strict: bool) -> Switches:
    """The defaults; *strict* follows the documentation where a gateway on one's own desk would be useless."""
    return changed(Switches(), _STRICT if strict else {})


def changed(switches: Switches, changes: dict[str, Any]) -> Switches:
    """*switches* with some of them set anew; raises msgspec.ValidationError naming what is wrong."""
    return msgspec.convert({**msgspec.to_builtins(switches), **changes}, Switches)
