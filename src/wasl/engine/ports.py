"""What the engine needs from the outside world: the gateway, the shops, the ledger, time and chance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from wasl.domain.evidence import CartId, Evidence, Fact, TranRef
from wasl.domain.money import Money
from wasl.domain.outcome import Concern, State
from wasl.domain.payment import OrderId, Payment, PaymentId
from wasl.domain.secret import Secret
from wasl.domain.store import Profile, Store, StoreId
from wasl.domain.time import Instant

# ---------------------------------------------------------------- the gateway


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


class Refusal(StrEnum):
    """Why a message from outside is not believed."""

    EMPTY = "empty"
    NOT_JSON = "not_json"
    NO_SIGNATURE = "no_signature"
    SIGNATURE_MISMATCH = "signature_mismatch"
    OTHER_PROFILE = "other_profile"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnClaim:
    """What an authentic return says. It states no amount, so it proves nothing about money."""

    fact: Fact


class Gateway(Protocol):
    """PayTabs, as the engine sees it."""

    async def open_page(self, profile: Profile, wish: PageWish) -> OpenedPage | PageRefused:
        """Open a hosted page. Raises GatewayUnavailable if the answer is lost; repeating with one cart is refused."""
        ...

    async def query_cart(self, profile: Profile, cart_id: CartId) -> Sequence[tuple[Fact, bytes]]:
        """Every stated transaction of one cart, each with the bytes it was read from. Harmless to repeat.

        Raises GatewayUnavailable if there is no readable answer, Misconfigured if the gateway refuses the profile.
        """
        ...

    def authenticate(self, profile: Profile, signature: str | None, body: bytes) -> Fact | Refusal:
        """Whether a callback or IPN is the gateway's own word for this profile. Pure; never raises on data."""
        ...

    def authenticate_return(self, profile: Profile, form: bytes) -> ReturnClaim | Refusal:
        """The same for the buyer's return (a form body or a query string). Pure; never raises on data."""
        ...


# ------------------------------------------------------------------ the shops


class Arrival(StrEnum):
    """How a store took an outcome."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"  # it knew already, or its status map says nothing about this state
    BUSY = "busy"  # try again later
    REFUSED = "refused"  # a person has to look


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A store's answer; `note` is one sentence for the timeline, `status` the order's status there if it said so."""

    arrival: Arrival
    note: str
    status: str = ""
    retry_after_s: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One version to be made known: the payment as it is now, and the recorded body of that version."""

    payment: Payment
    version: int
    body: bytes


class Shop(Protocol):
    """A connector to one platform. It speaks the platform's own way and decides nothing about the outcome."""

    in_order: bool
    """True: every version is told, in order. False: only the latest matters."""

    async def tell(self, store: Store, telling: Telling) -> Receipt:
        """Make an outcome known. Safe to repeat for ever. Raises StoreUnavailable if the answer is lost."""
        ...


# ----------------------------------------------------------------- the ledger


@dataclass(frozen=True, slots=True)
class ByPayment:
    """A payment, addressed by its id."""

    store_id: StoreId
    payment_id: PaymentId


@dataclass(frozen=True, slots=True)
class ByOrder:
    """A payment, addressed by the store's order."""

    store_id: StoreId
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class ByCart:
    """A payment, addressed by one of its carts."""

    store_id: StoreId
    cart_id: CartId


PaymentKey = ByPayment | ByOrder | ByCart
Change = Callable[[Payment | None], Payment | None]
"""A pure function from a payment as it is under the lock to what it shall be; None leaves it alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A due payment that this worker may handle until `until`; the ledger ignores what a lost lease reports."""

    store_id: StoreId
    payment_id: PaymentId
    until: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of telling one version: the row of the timeline. `told_at` is None until the store acknowledged."""

    version: int
    state: State
    concern: Concern
    created_at: Instant
    tries: int
    told_at: Instant | None
    note: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFilter:
    """Which payments to list; None or empty asks for all."""

    order_id: OrderId | None = None
    state: State | None = None
    concern: Concern | None = None
    updated_since: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPage:
    """One page of a list, newest first, and where the next begins."""

    items: tuple[Payment, ...]
    next_cursor: str | None


class Ledger(Protocol):
    """The durable memory. Every method may raise LedgerUnavailable; then nothing was kept."""

    async def amend(self, key: PaymentKey, change: Change) -> Payment | None:
        """Apply *change* to one payment under its lock and make the difference durable before answering.

        *change* may run more than once and must be pure. Answers the payment as it now is, None if there is none.
        A payment that *change* makes out of nothing is created.
        """
        ...

    async def shelve(self, store_id: StoreId, evidence: Evidence) -> None:
        """Keep evidence for a cart nobody knows. It joins its payment when an attempt with that cart is recorded."""
        ...

    async def payment(self, key: PaymentKey) -> Payment | None:
        """One payment with everything heard, without the sealed bytes."""
        ...

    async def payment_by_return(self, store_id: StoreId, return_key: str) -> Payment | None:
        """The payment whose attempt carries this key in its return URL."""
        ...

    async def payments(self, store_id: StoreId, only: PaymentFilter, cursor: str | None, limit: int) -> PaymentPage:
        """A page of a store's payments, most recently changed first. Raises ValueError for a cursor it never gave."""
        ...

    async def raw_evidence(self, store_id: StoreId, payment_id: PaymentId) -> Sequence[bytes]:
        """The opened bytes behind each piece of evidence, in the order of `Payment.evidence`."""
        ...

    async def deliveries(self, store_id: StoreId, payment_id: PaymentId) -> Sequence[Delivery]:
        """Every version and what became of telling it, oldest first."""
        ...

    async def lease_asks(self, *, now: Instant, until: Instant, limit: int) -> Sequence[Lease]:
        """Take up to *limit* payments whose `ask_at` is due, within their stores' budgets of questions, until *until*.

        Those whose buyer came back go first, then the youngest. What a budget cannot pay for yet is put off.
        """
        ...

    async def lease_tells(self, *, now: Instant, until: Instant, limit: int) -> Sequence[Lease]:
        """Take up to *limit* payments whose `tell_at` is due, and move it to *until*."""
        ...

    async def postpone_ask(self, lease: Lease, ask_at: Instant) -> None:
        """Give a leased question back for later. Ignored if the lease was lost."""
        ...

    async def telling(self, lease: Lease, *, in_order: bool) -> Telling | None:
        """The next version to tell, or the latest; None if nothing is left to tell."""
        ...

    async def nothing_to_tell(self, lease: Lease) -> None:
        """The store knows everything already. Ignored if the lease was lost."""
        ...

    async def record_receipt(self, lease: Lease, telling: Telling, receipt: Receipt, *, now: Instant) -> None:
        """The store has taken this version and all before it. Ignored if the lease was lost."""
        ...

    async def record_failure(self, lease: Lease, telling: Telling, note: str, *, tell_at: Instant | None) -> None:
        """Telling failed; try again at *tell_at*, or park for a person if it is None. Ignored if the lease was lost."""
        ...

    async def store(self, store_id: StoreId) -> Store | None:
        """One store, archived or not."""
        ...

    async def store_by_key(self, api_key_digest: str) -> Store | None:
        """The store, not archived, whose API key has this SHA-256 digest in hex."""
        ...

    async def stores(self) -> Sequence[Store]:
        """All stores that are not archived."""
        ...

    async def add_store(self, store: Store, api_key_digest: str) -> None:
        """Keep a new store, its keys sealed. Raises ValueError if one with this id exists."""
        ...

    async def ping(self) -> None:
        """Raises LedgerUnavailable unless the database answers."""
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of the database. Harmless to repeat."""
        ...


# ------------------------------------------------------------- time and chance


class Clock(Protocol):
    """The present."""

    def now(self) -> Instant:
        """Now."""
        ...


class Chance(Protocol):
    """Identifiers nobody can guess, and jitter."""

    def token(self) -> str:
        """At least 128 random bits, safe in a URL."""
        ...

    def payment_id(self, now: Instant) -> PaymentId:
        """A new identifier that sorts by time of creation."""
        ...

    def store_id(self) -> StoreId:
        """A new, short identifier, safe in a URL."""
        ...

    def api_key(self) -> Secret:
        """A new key with at least 256 random bits."""
        ...

    def signing_secret(self) -> Secret:
        """A new `whsec_…` text with 256 random bits."""
        ...

    def jitter(self) -> float:
        """A number in [0, 1)."""
        ...
