"""The hosted page: everything that can be asked of it, and the request that asks (PayTabs reference §2.2 to §2.5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

from wasl.domain.evidence import CartId
from wasl.domain.money import Money
from wasl.domain.store import PAGE_MINUTES
from wasl.engine.ports import Contact
from wasl.gateway.contact import party_of
from wasl.gateway.saved_card import SaveCard, terms_to_save
from wasl.gateway.text import description_of
from wasl.gateway.wire.exact import NOTHING, amount_out
from wasl.gateway.wire.requests import Discount, PaymentRequest, PluginInfo

USER_DEFINED_MAX: Final = 255
USER_DEFINED_NAMES: Final = tuple(f"udf{number}" for number in range(1, 10))
AUTO_LANGUAGE: Final = "auto"


class Intent(StrEnum):
    """What a hosted page is for. A registration proves a card and takes no money."""

    SALE = "sale"
    AUTH = "auth"
    REGISTER = "register"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDiscount:
    """An amount or a percentage off for cards whose numbers begin with one of *prefixes* (4 to 10 digits each).

    The transaction's total is then lower than the cart's amount.
    """

    prefixes: tuple[str, ...]
    title: str
    off: Money | Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Donation:
    """The buyer chooses the amount, from *least* to *most*."""

    least: Money
    most: Money


class FrameReturn(StrEnum):
    """Which window goes on after the payment."""

    FRAME = "frame"
    PARENT = "parent"
    TOP = "top"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Show the page inside an iframe; wallets and some methods do not work there (§2.4).

    Afterwards the buyer goes on in the frame, its parent or the whole window, as `return_in` says. `message_target` is
    the HTTPS origin told by a script message when there is no return URL.
    """

    return_in: FrameReturn
    message_target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedPage:
    """A page on which a buyer pays *amount*. Only the first three are needed; the page asks for what is missing.

    `cart_id` is 1 to 64 characters of the merchant's choice. `callback_url` and `return_url` are at most 255; without a
    return URL the buyer ends on the gateway's own page. `methods` are codes of `METHODS`, `-code` excludes one.
    `language` is `ar…`, `auto` (the profile's or the browser's) or English. The page lives for `minutes`.
    """

    cart_id: CartId
    amount: Money
    description: str
    intent: Intent = Intent.SALE
    return_url: str | None = None
    return_by_get: bool = False
    callback_url: str | None = None
    customer: Contact | None = None
    shipping: Contact | None = None
    hide_shipping: bool = False
    customer_ref: str = ""
    language: str = AUTO_LANGUAGE
    minutes: int = PAGE_MINUTES
    methods: tuple[str, ...] = ()
    theme_id: int | None = None
    alt_currency: str = ""
    card_filter: tuple[str, ...] = ()
    card_filter_title: str = ""
    discounts: tuple[CardDiscount, ...] = ()
    donation: Donation | None = None
    user_defined: Mapping[str, str] = field(default_factory=dict)
    frame: Frame | None = None
    full_ui: bool = False
    save_card: SaveCard | None = None


def page_request(profile_id: int, page: HostedPage, *, plugin: PluginInfo | None = None) -> PaymentRequest:
    """The body that asks for *page*. The page's life is always stated, so that both sides agree on when it ends."""
    frame, save = page.frame, page.save_card
    return PaymentRequest(
        profile_id=profile_id,
        tran_type=page.intent.value,
        tran_class="ecom",
        cart_id=page.cart_id,
        cart_description=description_of(page.description, page.cart_id),
        cart_currency=page.amount.currency.code,
        cart_amount=amount_out(page.amount),
        callback=page.callback_url or "",
        return_=page.return_url or "",
        return_using_get=page.return_by_get,
        customer_details=party_of(page.customer),
        shipping_details=party_of(page.shipping),
        hide_shipping=page.hide_shipping,
        customer_ref=page.customer_ref,
        paypage_lang=_language(page.language),
        paypage_ttl=max(1, page.minutes),
        payment_methods=page.methods,
        config_id=page.theme_id if page.theme_id and page.theme_id > 0 else None,
        alt_currency=page.alt_currency,
        card_filter=",".join(page.card_filter),
        card_filter_title=page.card_filter_title,
        card_discounts=tuple(_discount(discount) for discount in page.discounts),
        donation_mode=page.donation is not None,
        cart_min=amount_out(page.donation.least) if page.donation else NOTHING,
        cart_max=amount_out(page.donation.most) if page.donation else NOTHING,
        user_defined=_user_defined(page.user_defined),
        framed=frame is not None,
        framed_return_top=frame is not None and frame.return_in is FrameReturn.TOP,
        framed_return_parent=frame is not None and frame.return_in is FrameReturn.PARENT,
        framed_message_target=frame.message_target if frame else "",
        force_full_ui=page.full_ui,
        tokenise=save.form.value if save and not save.terms else None,
        show_save_card=save.ask if save else None,
        token_info=terms_to_save(save) if save else None,
        plugin_info=plugin,
    )


def _language(wish: str) -> str:
    name = wish.strip().casefold()
    if name in ("", AUTO_LANGUAGE):
        return ""
    return "ar" if name.startswith("ar") else "en"


def _discount(discount: CardDiscount) -> Discount:
    cards = ",".join(discount.prefixes)
    if isinstance(discount.off, Money):
        return Discount(discount_cards=cards, discount_title=discount.title, discount_amount=amount_out(discount.off))
    percent = msgspec.Raw(f"{discount.off:f}".encode())
    return Discount(discount_cards=cards, discount_title=discount.title, discount_percent=percent)


def _user_defined(values: Mapping[str, str]) -> dict[str, str] | None:
    """`udf1` to `udf9`; each at most 255 characters, other names and empty values left out."""
    kept = {name: values[name][:USER_DEFINED_MAX] for name in USER_DEFINED_NAMES if values.get(name)}
    return kept or None
