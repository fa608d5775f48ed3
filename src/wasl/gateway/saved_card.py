"""Saved cards: how one is asked for, what it may be charged for, and the charge itself (PayTabs reference §2.5)."""

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from typing import Final

import msgspec

from wasl.domain.evidence import CartId, TranRef
from wasl.domain.money import Money
from wasl.gateway.text import description_of
from wasl.gateway.wire.exact import NOTHING, amount_out
from wasl.gateway.wire.requests import PaymentRequest, PluginInfo, TokenInfo

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


class Tokenise(IntEnum):
    """In which form the token of a saved card is wanted."""

    NONE = 1
    HEX_32 = 2
    ALPHANUM_20 = 3
    DIGIT_22 = 4
    DIGIT_16 = 5
    ALPHANUM_32 = 6


class TokenType(StrEnum):
    """What a saved card is going to be charged for."""

    REGISTERED = "registered"
    UNSCHEDULED = "unscheduled"
    RECURRING_FIXED = "recurring_fixed"
    RECURRING_VARIABLE = "recurring_variable"


class Frequency(StrEnum):
    """How often a saved card is going to be charged."""

    AD_HOC = "AD_HOC"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    FORTNIGHTLY = "FORTNIGHTLY"
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    TWICE_YEARLY = "TWICE_YEARLY"
    YEARLY = "YEARLY"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTerms:
    """What the buyer agreed to when the card was saved, as banks want it stated. What is None is not stated."""

    token_type: TokenType
    counter: int | None = None
    total_count: int | None = None
    frequency: Frequency | None = None
    least: Money | None = None
    most: Money | None = None
    days_apart: int | None = None
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveCard:
    """Save the buyer's card for later. `ask` shows an opt-in box instead of saving always."""

    form: Tokenise = Tokenise.HEX_32
    ask: bool = False
    terms: CardTerms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCharge:
    """Charge a saved card. *saved_by* is the transaction that saved it.

    With `buyer_present` the bank may still want 3-D Secure, and the answer is a page to send the buyer to.
    """

    token: str = field(repr=False)
    saved_by: TranRef
    cart_id: CartId
    amount: Money
    description: str
    buyer_present: bool = False
    terms: CardTerms | None = None
    callback_url: str | None = None
    return_url: str | None = None


def terms_to_save(save: SaveCard) -> TokenInfo | None:
    """`token_info` of a page that saves a card; None where no terms were agreed, and `tokenise` alone is sent."""
    return None if save.terms is None else msgspec.structs.replace(_terms(save.terms), tokenise=save.form.value)


def charge_request(profile_id: int, charge: CardCharge, *, plugin: PluginInfo | None = None) -> PaymentRequest:
    """The body that charges a saved card."""
    terms = _terms(charge.terms) if charge.terms else None
    return PaymentRequest(
        profile_id=profile_id,
        tran_type="sale",
        tran_class="ecom" if charge.buyer_present else "recurring",
        cart_id=charge.cart_id,
        cart_description=description_of(charge.description, charge.cart_id),
        cart_currency=charge.amount.currency.code,
        cart_amount=amount_out(charge.amount),
        tran_ref=charge.saved_by,
        token=charge.token,
        callback=charge.callback_url or "",
        return_=charge.return_url or "",
        token_info=terms and msgspec.structs.replace(terms, token=charge.token, tran_ref=charge.saved_by),
        plugin_info=plugin,
    )


def _terms(terms: CardTerms) -> TokenInfo:
    return TokenInfo(
        token_type=terms.token_type.value,
        counter=terms.counter,
        total_count=terms.total_count,
        payment_frequency=terms.frequency.value if terms.frequency else "",
        min_amount_per_payment=amount_out(terms.least) if terms.least else NOTHING,
        max_amount_per_payment=amount_out(terms.most) if terms.most else NOTHING,
        min_days_between_payments=terms.days_apart,
        start_date=_day(terms.starts),
        expiry_date=_day(terms.ends),
    )


def _day(day: date | None) -> str:
    """`30-MAR-2025`, as the official samples write it, whatever the locale."""
    return f"{day.day:02d}-{_MONTHS[day.month - 1]}-{day.year}" if day else ""
