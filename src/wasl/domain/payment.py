"""Wasl's record of one order's wish to be paid, with everything that was heard about it."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NewType

from wasl.domain.evidence import CartId, Closing, Decision, Evidence, TranRef
from wasl.domain.money import Money
from wasl.domain.operation import Operation
from wasl.domain.outcome import Outcome
from wasl.domain.store import StoreId
from wasl.domain.time import Instant

PaymentId = NewType("PaymentId", str)
OrderId = NewType("OrderId", str)

CART_ID_MAX: Final = 64  # reference/paytabs-pt2.md §2.2
ORDER_ID_MAX: Final = 128


class Answer(StrEnum):
    """What the gateway answered to the wish for a hosted page."""

    AWAITED = "awaited"  # the wish is recorded; nobody has seen an answer yet
    PAGE = "page"
    LOST = "lost"  # nobody can know the page's address; its cart is asked about until its life ends
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One hosted page opened for a payment, with its own cart at the gateway.

    `return_key` is the unguessable name in the return URL, so that an empty return still finds its payment.
    """

    number: int
    cart_id: CartId
    amount: Money
    return_key: str
    opened_at: Instant
    expires_at: Instant
    answer: Answer = Answer.AWAITED
    tran_ref: TranRef | None = None
    redirect_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One payment, whole. `outcome` and `version` are the last fold's snapshot; `revise` is their only writer.

    `live` says whether test money counts. `returned_at` is when the buyer last came back, `asked_at` when the gateway
    last answered a query. `ask_at` and `tell_at` are the two alarms a worker wakes up for; None: nothing to do. A
    worker leases a question by setting `asking` to its end, a telling by moving `tell_at` forward. `hastened_at` is
    when a message that proves nothing last brought a question forward. `told` is the last version that the store has
    acknowledged; `parked` says why a person must look before the store is told again. `metadata` is the store's own
    JSON, given back as it came; nothing here reads it.
    """

    store_id: StoreId
    payment_id: PaymentId
    order_id: OrderId
    amount: Money
    live: bool
    return_url: str
    language: str
    created_at: Instant
    outcome: Outcome
    version: int = 1
    updated_at: Instant
    attempts: tuple[Attempt, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    closings: tuple[Closing, ...] = ()
    decisions: tuple[Decision, ...] = ()
    operations: tuple[Operation, ...] = ()
    returned_at: Instant | None = None
    asked_at: Instant | None = None
    ask_at: Instant | None = None
    asking: Instant | None = None
    hastened_at: Instant | None = None
    told: int = 1
    tell_at: Instant | None = None
    tell_failures: int = 0
    parked: str = ""
    metadata: str = "{}"

    @property
    def last_attempt(self) -> Attempt | None:
        """The attempt a buyer would pay on now, if any was ever made."""
        return self.attempts[-1] if self.attempts else None


def cart_number(cart_id: CartId) -> int:
    """The number that `cart_id_for` put at the end."""
    return int(cart_id.rpartition("-")[2])


def cart_id_for(prefix: str, order_id: OrderId, number: int) -> CartId:
    """`prefix + order + "-" + attempt`, at most 64 characters; a longer order id is replaced by its digest.

    One cart per attempt, so that the gateway's two-minute duplicate rule never strands a buyer.
    """
    cart = f"{prefix}{order_id}-{number}"
    if len(cart) > CART_ID_MAX or not cart.isascii() or not cart.isprintable():
        digest = hashlib.sha256(order_id.encode()).hexdigest()[:32]
        cart = f"{prefix}{digest}-{number}"
    return CartId(cart)
