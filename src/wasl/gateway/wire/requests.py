"""What Wasl says: the bodies of `/payment/request`, `/payment/query` and `/payment/token…`.

Whatever is None or empty is left out of the body (reference §2.3), which is why no field here has a meaningful default.
"""

import msgspec

from wasl.gateway.wire.exact import NOTHING


class Party(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`customer_details` or `shipping_details` (§2.3)."""

    name: str = ""
    email: str = ""
    phone: str = ""
    street1: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    zip: str = ""
    ip: str = ""


class Discount(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of `card_discounts` (§2.4): an amount or a percentage off for some card prefixes."""

    discount_cards: str
    discount_title: str
    discount_amount: msgspec.Raw = NOTHING
    discount_percent: msgspec.Raw = NOTHING


class PluginInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who is asking (§2.2); the gateway shows it as `paymentChannel`."""

    cart_name: str = ""
    cart_version: str = ""
    plugin_version: str = ""


class TokenInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`token_info` (§2.5): how a card is to be saved, or the saved card that is to be charged."""

    tokenise: int | None = None
    token: str = ""
    token_type: str = ""
    tran_ref: str = ""
    counter: int | None = None
    total_count: int | None = None
    payment_frequency: str = ""
    min_amount_per_payment: msgspec.Raw = NOTHING
    max_amount_per_payment: msgspec.Raw = NOTHING
    min_days_between_payments: int | None = None
    start_date: str = ""
    expiry_date: str = ""


class PaymentRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`POST /payment/request` in every shape Wasl sends: a hosted page, a follow-up, a charge of a saved card."""

    profile_id: int
    tran_type: str
    tran_class: str
    cart_id: str
    cart_description: str
    cart_currency: str
    cart_amount: msgspec.Raw
    tran_ref: str = ""
    token: str = ""
    callback: str = ""
    return_: str = msgspec.field(default="", name="return")
    return_using_get: bool = False
    customer_details: Party | None = None
    shipping_details: Party | None = None
    hide_shipping: bool = False
    customer_ref: str = ""
    paypage_lang: str = ""
    paypage_ttl: int | None = None
    payment_methods: tuple[str, ...] = ()
    config_id: int | None = None
    alt_currency: str = ""
    card_filter: str = ""
    card_filter_title: str = ""
    card_discounts: tuple[Discount, ...] = ()
    donation_mode: bool = False
    cart_min: msgspec.Raw = NOTHING
    cart_max: msgspec.Raw = NOTHING
    user_defined: dict[str, str] | None = None
    framed: bool = False
    framed_return_top: bool = False
    framed_return_parent: bool = False
    framed_message_target: str = ""
    force_full_ui: bool = False
    tokenise: int | None = None
    show_save_card: bool | None = None
    token_info: TokenInfo | None = None
    plugin_info: PluginInfo | None = None


class TransactionQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /payment/query` by reference; the answer is one object (§4.1)."""

    profile_id: int
    tran_ref: str


class CartQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /payment/query` by cart; the answer is a bare array (§4.2)."""

    profile_id: int
    cart_id: str


class TokenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /payment/token` and `/payment/token/delete` (§4.4)."""

    profile_id: int
    token: str
