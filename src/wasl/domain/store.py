"""One connected shop: its platform, PayTabs profile, settings and keys."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, NewType

from wasl.domain.money import Currency
from wasl.domain.outcome import State
from wasl.domain.secret import Secret
from wasl.domain.time import DAY_MS, Instant

SIGNING_PREFIX: Final = "whsec_"  # as Standard Webhooks writes its secrets
StoreId = NewType("StoreId", str)

KEY_RETIRES_MS: Final = 7 * DAY_MS
QUESTIONS_PER_S: Final = 5.0  # no limit is published; what every worker of a profile shares
AUTH_DAYS: Final = 4  # banks keep an authorisation for 5 to 30 days, and say nothing when it is gone (§3.7)
HOLD_DAYS: Final = 3  # a merchant reviews a hold in the gateway's dashboard; after 15 to 30 days it is gone silently
PAGE_MINUTES: Final = 20  # the gateway's own default life of a hosted page (reference/paytabs-pt2.md §9.1)


class Receiver(StrEnum):
    """Whom a shop may write to when an order's status changes; the shop's own settings may still keep it silent."""

    CUSTOMER = "customer"
    DEPARTMENT = "department"
    VENDOR = "vendor"


class LateMoney(StrEnum):
    """What becomes of an order whose money came after Wasl or the shop had closed its payment."""

    ACCEPT = "accept"  # if the shop's order is untouched, which the shop itself checks
    HOLD = "hold"  # until a person decides


class AutoRefund(StrEnum):
    """Money that may go back without a person, if the merchant says so."""

    PAID_TWICE = "paid_twice"
    PAID_LATE = "paid_late"
    OUT_OF_STOCK = "out_of_stock"  # the shop's engine found nothing left when it heard of the payment


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredKey:
    """A server key that was replaced. Until `until` it still verifies what the gateway signed with it."""

    key: Secret
    until: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A PayTabs profile: where it lives, who it is, and the key that signs for it."""

    base_url: str
    profile_id: int
    server_key: Secret
    retired_keys: tuple[RetiredKey, ...] = ()

    def verifying(self, now: Instant) -> "Profile":
        """The same without the keys whose time is over."""
        return replace(self, retired_keys=tuple(old for old in self.retired_keys if now < old.until))


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A store and its settings.

    `status_map` names the shop's own status for a state; a state that is not in it changes nothing in the shop.
    `auto_refund_ceiling` is what may go back without a person in 24 hours, in minor units of the currency.
    """

    store_id: StoreId
    name: str
    platform: str
    profile: Profile
    currency: Currency
    cart_prefix: str
    signing_secret: Secret
    created_at: Instant
    store_url: str = ""
    webhook_url: str = ""
    status_map: Mapping[State, str] = field(default_factory=dict)
    tran_type: str = "sale"
    page_minutes: int = PAGE_MINUTES
    theme_id: int | None = None
    methods: tuple[str, ...] = ()
    hide_shipping: bool = False
    alt_currency: str = ""
    language: str = "auto"
    live: bool = False
    questions_per_s: float = QUESTIONS_PER_S
    late_money: LateMoney = LateMoney.ACCEPT
    hold_days: int = HOLD_DAYS
    alert_url: str = ""
    auto_refund: tuple[AutoRefund, ...] = ()
    auto_refund_ceiling: int = 0
    auth_days: int = AUTH_DAYS
    notify: tuple[Receiver, ...] = tuple(Receiver)
    archived_at: Instant | None = None

    def signing_key(self) -> bytes:
        """The bytes behind the `whsec_…` text, which sign everything this store hears from Wasl."""
        return base64.b64decode(self.signing_secret.reveal().removeprefix(SIGNING_PREFIX), validate=True)
