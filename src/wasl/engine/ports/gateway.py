"""PayTabs, as the engine sees it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from wasl.domain.evidence import CartId, Fact, Kind, TranRef
from wasl.domain.money import Money
from wasl.domain.operation import OperationId
from wasl.domain.store import Profile
from wasl.domain.time import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A buyer as a shop knows them, empty where it does not. Personal: handed to the gateway, never kept or shown."""

    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    street1: str = field(default="", repr=False)
    city: str = field(default="", repr=False)
    state: str = field(default="", repr=False)
    country: str = field(default="", repr=False)
    zip: str = field(default="", repr=False)
    ip: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWish:
    """What a hosted page should be opened for. `callback_url` is None where the gateway could not call it."""

    cart_id: CartId
    amount: Money
    description: str
    return_url: str
    callback_url: str | None
    language: str
    page_minutes: int
    tran_type: str
    methods: tuple[str, ...] = ()
    customer: Contact | None = None
    shipping: Contact | None = None
    theme_id: int | None = None
    alt_currency: str = ""
    hide_shipping: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPage:
    """A hosted page that lives: its transaction and where the buyer goes."""

    tran_ref: TranRef
    redirect_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRefused:
    """The gateway said no, and what to do about it, in words for the merchant."""

    code: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpWish:
    """What is to be done about a transaction: capture, void, release or refund *amount* of *target*.

    `operation` goes into the description, by which it is found again if the answer is lost.
    """

    operation: OperationId
    kind: Kind
    target: TranRef
    cart_id: CartId
    amount: Money
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpRefused:
    """The gateway did nothing, and what to do about it, in words for the merchant."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpRepeated:
    """The gateway did nothing, because it takes the request for a repeat of another one within two minutes."""


class Refusal(StrEnum):
    """Why a message from outside is not believed."""

    EMPTY = "empty"
    NOT_JSON = "not_json"
    NO_SIGNATURE = "no_signature"
    SIGNATURE_MISMATCH = "signature_mismatch"
    OTHER_PROFILE = "other_profile"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a message that is not believed says it is about; empty where it does not say."""

    cart_id: CartId
    tran_ref: TranRef


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnClaim:
    """What an authentic return says. It states no amount, so it proves nothing about money."""

    fact: Fact


class Gateway(Protocol):
    """PayTabs, as the engine sees it."""

    async def open_page(self, profile: Profile, wish: PageWish) -> OpenedPage | PageRefused:
        """Open a hosted page. Raises GatewayUnavailable if the answer is lost; repeating with one cart is refused."""
        ...

    async def follow_up(
        self, profile: Profile, wish: FollowUpWish
    ) -> tuple[Fact, bytes] | FollowUpRefused | FollowUpRepeated:
        """Ask once. The fact says how it ended, with the bytes it was read from. Never repeat it.

        Raises GatewayUnavailable if the answer is lost: then it may have happened. Raises Misconfigured if the gateway
        refuses the profile: then nothing did.
        """
        ...

    async def query_cart(self, profile: Profile, cart_id: CartId) -> Sequence[tuple[Fact, bytes]]:
        """Every stated transaction of one cart, each with the bytes it was read from. Harmless to repeat.

        Raises GatewayUnavailable if there is no readable answer, Misconfigured if the gateway refuses the profile.
        """
        ...

    async def time_there(self, profile: Profile) -> Instant | None:
        """The gateway's clock, to the second; None if it does not say. Raises GatewayUnavailable."""
        ...

    def authenticate(self, profile: Profile, signature: str | None, body: bytes) -> Fact | Refusal:
        """Whether a callback or IPN is the gateway's own word for this profile. Pure; never raises on data."""
        ...

    def claim(self, body: bytes) -> Claim:
        """What a message that was refused says it is about. Pure; never raises on data; proves nothing."""
        ...

    def authenticate_return(self, profile: Profile, form: bytes) -> ReturnClaim | Refusal:
        """The same for the buyer's return (a form body or a query string). Pure; never raises on data."""
        ...
