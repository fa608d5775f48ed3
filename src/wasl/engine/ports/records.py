"""What the ledger takes and hands out, beside payments themselves."""

from collections.abc import Callable
from dataclasses import dataclass

from wasl.domain.evidence import CartId, TranRef, Voice
from wasl.domain.outcome import Concern, State
from wasl.domain.payment import OrderId, Payment, PaymentId
from wasl.domain.store import StoreId
from wasl.domain.time import Instant
from wasl.engine.ports.gateway import Claim, Refusal


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


@dataclass(frozen=True, slots=True)
class ByTransaction:
    """A payment, addressed by a transaction that was heard of for it."""

    store_id: StoreId
    tran_ref: TranRef


PaymentKey = ByPayment | ByOrder | ByCart | ByTransaction
Change = Callable[[Payment | None], Payment | None]
"""A pure function from a payment as it is under the lock to what it shall be; None leaves it alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A due payment that this worker may handle until `until`; the ledger ignores what a lost lease reports."""

    store_id: StoreId
    payment_id: PaymentId
    until: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A store to be compared, and since when: the beginning of the last comparison that came to its end."""

    store_id: StoreId
    since: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something a person should be told of once; leased until `until`. `cause` names why, and about what.

    `payment_id` is empty where it concerns the store as a whole.
    """

    store_id: StoreId
    cause: str
    payment_id: PaymentId
    tries: int
    created_at: Instant
    until: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgery:
    """A message that claimed to be the gateway's word: its SHA-256 in hex, why it was refused, what it claimed."""

    store_id: StoreId
    digest: str
    voice: Voice
    reason: Refusal
    claim: Claim
    at: Instant


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
    attention: bool = False  # only those a person should look at
    unsettled: bool = False  # only those that are still asked about, or that their store has yet to hear of


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPage:
    """One page of a list, newest first, and where the next begins."""

    items: tuple[Payment, ...]
    next_cursor: str | None
