"""What the gateway says about a transaction, in the field set and spelling of each channel (PayTabs reference §4.3)."""

import datetime as dt
from types import MappingProxyType
from typing import Any, Final

import msgspec

from wasl.emulator.profiles import Profile
from wasl.emulator.records import Channel, Instrument, Person, Proof, Result, Transaction
from wasl.emulator.signature import SIGNATURE, sign_form
from wasl.emulator.switches import Switches

Body = dict[str, Any]
LISTED_SERVICE: Final = 0  # `serviceId` in a query by cart
NOTHING_MOVED: Final = "0"
# A query by cart spells regions out, everything else abbreviates them (PayTabs reference §4.2).
REGIONS: Final = MappingProxyType(
    {
        "AZ": "Abu Dhabi",
        "AJ": "Ajman",
        "DU": "Dubai",
        "FU": "Fujairah",
        "RK": "Ras Al Khaimah",
        "SH": "Sharjah",
        "UQ": "Umm Al Quwain",
    }
)
_REGION_CODES: Final = MappingProxyType({name.lower(): code for code, name in REGIONS.items()})


def time_text(at_ms: int, fraction: str = "") -> str:
    """RFC 3339 in UTC, to the second or with further digits."""
    moment = dt.datetime.fromtimestamp(at_ms // 1000, dt.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}{'.' + fraction if fraction else ''}Z"


def as_known_at(transaction: Transaction, at_ms: int) -> Transaction:
    """The transaction without what was decided after *at_ms*."""
    known = tuple(result for result in transaction.results if result.at_ms <= at_ms)
    return msgspec.structs.replace(transaction, results=known)


def opened(transaction: Transaction, profile: Profile, *, return_url: str, redirect_url: str) -> Body:
    """The answer to a request for a hosted page (§2.6)."""
    return {
        "tran_ref": transaction.ref,
        "tran_type": transaction.kind,
        **_cart(transaction),
        "tran_total": NOTHING_MOVED,
        **_present(customer_ref=transaction.order.customer_ref, callback=transaction.order.callback),
        "return": return_url or "none",
        "redirect_url": redirect_url,
        **_people(transaction),
        "serviceId": transaction.service_id,
        "paymentChannel": Channel.PAGE,
        **_camel_profile(profile),
        "trace": transaction.trace,
    }


def queried(transaction: Transaction, profile: Profile) -> Body:
    """The answer to a query by reference (§4.1): the only one that says what a changed transaction was asked to be."""
    return {**done(transaction, profile), **_present(original_tran_type=transaction.original_kind)}


def done(transaction: Transaction, profile: Profile) -> Body:
    """The immediate answer to a follow-up or a charge (§3.2)."""
    return {
        **_identity(transaction),
        **_cart(transaction),
        **_money(transaction),
        **_present(customer_ref=transaction.order.customer_ref),
        **_people(transaction),
        **_decided(transaction),
        **_present(user_defined=transaction.order.user_defined, token=transaction.token),
        "serviceId": transaction.service_id,
        "paymentChannel": transaction.order.channel,
        **_camel_profile(profile),
        "trace": transaction.trace,
    }


def listed(transaction: Transaction) -> Body:
    """One entry of a query by cart (§4.2)."""
    return {
        **_identity(transaction),
        **_cart(transaction),
        **_money(transaction),
        **_present(customer_ref=transaction.order.customer_ref),
        "customer_details": _person(transaction.order.customer, spelled_out=True),
        **_decided(transaction),
        "serviceId": LISTED_SERVICE,
    }


def noticed(transaction: Transaction, profile: Profile, *, ipn_trace: str) -> Body:
    """The body of a callback or of a Default Web IPN (§5.4)."""
    body = basic(transaction, profile, ipn_trace=ipn_trace)
    result = transaction.results[-1] if transaction.results else None
    if result and transaction.proof:
        body["payment_result"] |= {"cvv_result": " ", "avs_result": " "}
    if result and result.reference:
        body["payment_result"]["acquirer_ref"] = result.reference
    return {
        **body,
        **_present(customer_ref=transaction.order.customer_ref, invoice_id=transaction.invoice_id),
        **_people(transaction),
        "payment_info": _instrument(transaction.instrument),
        **_present(token=transaction.token, user_defined=transaction.order.user_defined),
        **({"threeDSDetails": _proof(transaction.proof)} if transaction.proof else {}),
        "paymentChannel": transaction.order.channel,
    }


def basic(transaction: Transaction, profile: Profile, *, ipn_trace: str) -> Body:
    """The body of a Basic Web IPN. Its field list is unknown (§14.12); this is the least that is of use."""
    return {
        **_identity(transaction),
        "merchant_id": profile.merchant_id,
        "profile_id": profile.profile_id,
        **_cart(transaction),
        **_money(transaction),
        "tran_class": transaction.order.tran_class,
        "payment_result": _result(transaction.results[-1]) if transaction.results else {},
        "ipn_trace": ipn_trace,
    }


def returned(transaction: Transaction, profile: Profile, switches: Switches) -> dict[str, str]:
    """The fields the buyer's browser carries back, in alphabetical order, empty ones too (§5.1)."""
    ruling = transaction.results[-1].ruling
    fields = {
        "acquirerMessage": "",
        "acquirerRRN": "",
        "cartId": transaction.order.cart_id,
        "customerEmail": transaction.order.customer.email,
        "respCode": ruling.code,
        "respMessage": ruling.message,
        "respStatus": ruling.status,
        "token": transaction.token,
        "tranRef": transaction.ref,
    }
    unsigned = ruling.status == "E" and switches.return_signature_on_error == "absent"
    signature = sign_form(profile.server_key, fields, zero=switches.return_zero, tilde=switches.return_tilde)
    fields[SIGNATURE] = "" if unsigned else signature
    return dict(sorted(fields.items()))


def saved(transaction: Transaction) -> Body:
    """The answer to a question about a token (§4.4)."""
    info = transaction.instrument
    return {
        "tran_ref": transaction.ref,
        "payment_info": {
            "card_type": info.card_type,
            "card_scheme": info.scheme,
            "payment_description": info.description,
        },
        "customer_details": _person(transaction.order.customer),
    }


def refused(code: int | None, message: str, trace: str) -> Body:
    """An error (§2.7)."""
    return {**({} if code is None else {"code": code}), "message": message, "trace": trace}


def _present(**fields: Any) -> Body:
    return {name: value for name, value in fields.items() if value}


def _identity(transaction: Transaction) -> Body:
    return {
        "tran_ref": transaction.ref,
        **_present(previous_tran_ref=transaction.previous_ref),
        "tran_type": transaction.kind,
    }


def _cart(transaction: Transaction) -> Body:
    order = transaction.order
    return {
        "cart_id": order.cart_id,
        "cart_description": order.description,
        "cart_currency": order.amount.currency,
        "cart_amount": str(order.amount),
    }


def _money(transaction: Transaction) -> Body:
    moved = str(transaction.total) if transaction.results else NOTHING_MOVED
    return {"tran_currency": transaction.total.currency, "tran_total": moved}


def _decided(transaction: Transaction) -> Body:
    if not transaction.results:
        return {}
    return {
        "payment_result": _result(transaction.results[-1]),
        "payment_info": _instrument(transaction.instrument),
    }


def _result(result: Result) -> Body:
    return {
        "response_status": result.ruling.status,
        "response_code": result.ruling.code,
        "response_message": result.ruling.message,
        "transaction_time": time_text(result.at_ms, result.fraction),
    }


def _instrument(info: Instrument) -> Body:
    return {
        **_present(payment_method=info.method, card_type=info.card_type),
        "card_scheme": info.scheme,
        "payment_description": info.description,
        **_present(expiryMonth=info.expiry_month, expiryYear=info.expiry_year),
    }


def _proof(proof: Proof) -> Body:
    return {
        "responseLevel": proof.level,
        "responseStatus": proof.status,
        "enrolled": proof.enrolled,
        "paResStatus": proof.answer,
        "eci": proof.eci,
        "cavv": proof.cavv,
        "ucaf": "",
        "threeDSVersion": proof.version,
    }


def _people(transaction: Transaction) -> Body:
    people: Body = {"customer_details": _person(transaction.order.customer)}
    if transaction.order.shipping:
        people["shipping_details"] = _person(transaction.order.shipping)
    return people


def _person(person: Person, *, spelled_out: bool = False) -> Body:
    state = _REGION_CODES.get(person.state.lower(), person.state) if person.country.upper() in ("AE", "ARE") else ""
    told = REGIONS.get(state, person.state) if spelled_out else state or person.state
    stated_parts = {**msgspec.structs.asdict(person), "state": told}
    return {name: value for name, value in stated_parts.items() if value}


def _camel_profile(profile: Profile) -> Body:
    return {"profileId": profile.profile_id, "merchantId": profile.merchant_id}
