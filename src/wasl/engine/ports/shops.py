"""The shops, and the people behind them: who is told, and how they take it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from wasl.domain.payment import OrderId, Payment
from wasl.domain.reconcile import ShopOrder
from wasl.domain.store import AutoRefund, Store
from wasl.domain.time import Instant
from wasl.engine.ports.records import Alert

OUT_OF_STOCK: Final = AutoRefund.OUT_OF_STOCK.value  # the money is in, and there is nothing left to send for it
PARTLY: Final = "partly"  # a part of the order was left as it was, or is out of stock


class Arrival(StrEnum):
    """How a store took an outcome."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"  # it knew already, or its status map says nothing about this state
    BUSY = "busy"  # try again later
    REFUSED = "refused"  # a person has to look


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A store's answer; `note` is one sentence for the timeline, `status` the order's status there if it said so.

    `alert` is what a person has to look at although it was taken: OUT_OF_STOCK, PARTLY, or nothing.
    """

    arrival: Arrival
    note: str
    status: str = ""
    alert: str = ""
    retry_after_s: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One version to be made known: the payment as it is now, and the recorded body of that version."""

    payment: Payment
    version: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopPage:
    """Some of a shop's orders by their ids, and where to go on; None at the end."""

    orders: Mapping[OrderId, ShopOrder]
    following: str | None


class Shop(Protocol):
    """A connector to one platform. It speaks the platform's own way and decides nothing about the outcome."""

    in_order: bool
    """True: every version is told, in order. False: only the latest matters."""

    async def tell(self, store: Store, telling: Telling) -> Receipt:
        """Make an outcome known. Safe to repeat for ever. Raises StoreUnavailable if the answer is lost."""
        ...

    async def read(self, store: Store, payment: Payment) -> ShopOrder | None:
        """The payment's order as the shop has it now; None if it has none. Changes nothing, there or here.

        Raises StoreUnavailable if no readable answer came.
        """
        ...

    async def list_orders(self, store: Store, *, since: Instant, after: str) -> ShopPage:
        """The orders of this store that changed there since then, from *after* (at first "") on. Changes nothing.

        `wanted` is empty in them: no payment was looked at. A platform that cannot list has none. Raises
        StoreUnavailable if no readable answer came.
        """
        ...

    async def greet(self, store: Store) -> str:
        """Whether the shop answers and knows this store, in words. Changes nothing there.

        Raises StoreUnavailable with the reason if it does not.
        """
        ...


class Herald(Protocol):
    """Tells a person what to look at."""

    async def alert(self, store: Store, payment: Payment | None, alert: Alert, done: str) -> str:
        """Send one alert, of a payment or of the whole store, with what was *done* about it, if anything.

        Answers what the receiver said. Raises StoreUnavailable if it did not take it.
        """
        ...
