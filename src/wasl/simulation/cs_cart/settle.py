"""The door Wasl knocks on: one signed call that settles an order through the shop's own engine, or reads it.

This is the wire the real add-on keeps. What is decided here depends on the order as it is under its lock, never on
what a caller believes it to be.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Final, Literal
from weakref import WeakValueDictionary

import msgspec

from wasl.domain.money import BadAmount, Money
from wasl.domain.time import SECOND_MS, rfc3339
from wasl.simulation.cs_cart.orders import Actor, Books, Order, OrderId, PaymentInfo
from wasl.simulation.cs_cart.statuses import STATUSES, StatusEngine

# Statuses of an order whose money has come: a failure told later, of another attempt, does not take them back.
_SECURED: Final = frozenset({"P", "C", "B"})
_FAILURES: Final = frozenset({"failed", "canceled", "expired"})
_UNPAID_LETTERS: Final = frozenset({"F", "N"})


class SettleCall(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="order.settle"):
    """Wasl's latest outcome of one order, and the status the merchant wants for it."""

    order_id: str
    version: int
    target_status: str
    state: str
    amount: str
    currency: str
    payment_id: str
    concern: str = "none"
    paid: str = ""
    refunded: str = ""
    tran_ref: str | None = None
    note: str = ""


class ReadCall(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="order.read"):
    """A question about one order."""

    order_id: str


class ListCall(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="orders.list"):
    """A question about the orders that changed since then, by number from *after* on."""

    since: int
    after: str
    limit: int


Call = SettleCall | ReadCall | ListCall
Result = Literal["changed", "unchanged", "refused"]


class SettleAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the shop did, and what the order's status is now, read back after the engine ran."""

    result: Result
    order_id: str
    status_before: str = ""
    status: str = ""
    reason: str = ""


class ReadAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The order as the shop knows it."""

    result: Literal["found", "refused"]
    order_id: str
    status: str = ""
    amount: str = ""
    currency: str = ""
    tran_ref: str | None = None
    updated_at: str = ""
    reason: str = ""


class ListAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the orders; `next` goes on, empty at the end."""

    result: Literal["listed"] = "listed"
    orders: tuple[ReadAnswer, ...]
    next: str


Answer = SettleAnswer | ReadAnswer | ListAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Locks:
    """One lock per order, kept only while somebody holds or awaits it."""

    _locks: WeakValueDictionary[OrderId, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def of(self, order_id: OrderId) -> AbstractAsyncContextManager[None]:
        """The order's lock."""
        return self._locks.setdefault(order_id, asyncio.Lock())


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Settles and reads orders. `on_settled` hears of an order whose money is in, after its lock was let go."""

    books: Books
    engine: StatusEngine
    locks: Locks
    on_settled: Callable[[OrderId], None]

    async def settle(self, call: SettleCall) -> SettleAnswer:
        """Bring an order to what is proved about its money. Safe to repeat for ever, and in any order of versions."""
        order_id = OrderId(call.order_id)
        if order_id not in self.books.orders:
            return SettleAnswer(result="refused", order_id=order_id, reason="no such order")
        async with self.locks.of(order_id):
            order = self.books.orders[order_id]
            self.books.note(
                order_id, Actor.WASL, "told", version=str(call.version), state=call.state, target=call.target_status
            )
            answer = _objection(order, call) or await self._settled(order, call)
        self.books.note(
            order_id, Actor.SHOP, "answered", result=answer.result, status=answer.status, reason=answer.reason
        )
        if answer.result == "changed" and answer.status in _SECURED:
            self.on_settled(order_id)
        return answer

    def read(self, call: ReadCall) -> ReadAnswer:
        """An order's status and amount. Changes nothing."""
        order = self.books.orders.get(OrderId(call.order_id))
        if order is None:
            return ReadAnswer(result="refused", order_id=call.order_id, reason="no such order")
        return ReadAnswer(
            result="found",
            order_id=order.order_id,
            status=order.status,
            amount=str(order.total),
            currency=order.total.currency.code,
            tran_ref=order.payment_info.tran_ref if order.payment_info else None,
            updated_at=rfc3339(order.updated_at),
        )

    def listed(self, call: ListCall) -> ListAnswer:
        """Orders that were touched since then. Changes nothing."""
        after, since = int(call.after), call.since * SECOND_MS
        orders = self.books.orders.values()
        found = sorted(int(one.order_id) for one in orders if one.updated_at >= since and int(one.order_id) > after)
        some = [self.read(ReadCall(order_id=str(number))) for number in found[: call.limit]]
        return ListAnswer(orders=tuple(some), next=some[-1].order_id if len(found) > call.limit else "")

    async def _settled(self, order: Order, call: SettleCall) -> SettleAnswer:
        """Store what was told, let the engine change the status, read back what became of it."""
        info = PaymentInfo(version=call.version, tran_ref=call.tran_ref, payment_id=call.payment_id, state=call.state)
        self.books.change(order.order_id, payment_info=info)
        if not call.target_status:
            return _answer(order, "unchanged", "")
        if _goes_back(order, call):
            return _answer(order, "unchanged", f"the order is further along: {order.status} stays, told {call.state}")
        await self.engine.change(order.order_id, call.target_status, actor=Actor.SHOP)
        found = self.books.orders[order.order_id]
        return SettleAnswer(
            result="changed" if found.status != order.status else "unchanged",
            order_id=order.order_id,
            status_before=order.status,
            status=found.status,
        )


def _objection(order: Order, call: SettleCall) -> SettleAnswer | None:
    """Why this call must not touch this order; None if it may.

    Nothing is stored of a refused call, so that it can be told again once a person has looked.
    """
    if not _same_money(order, call):
        there = f"{order.total} {order.total.currency.code}"
        return _answer(order, "refused", f"the order is over {there}, the payment over {call.amount} {call.currency}")
    if call.target_status and call.target_status not in STATUSES:
        return _answer(order, "refused", f"this shop has no status {call.target_status[:8]!r}")
    if order.payment_info is not None and call.version <= order.payment_info.version:
        return _answer(order, "unchanged", f"version {order.payment_info.version} is known already")
    if order.by_hand and not _agree(order.status, call.target_status):
        return _answer(order, "refused", f"a person has set the order to {order.status} since the payment began")
    return None


def _answer(order: Order, result: Result, reason: str) -> SettleAnswer:
    return SettleAnswer(
        result=result, order_id=order.order_id, status_before=order.status, status=order.status, reason=reason
    )


def _same_money(order: Order, call: SettleCall) -> bool:
    try:
        return (
            call.currency == order.total.currency.code and Money.parse(call.amount, order.total.currency) == order.total
        )
    except BadAmount:
        return False


def _agree(status: str, target: str) -> bool:
    """Whether a person's status and the told one, if any, say the same about the money: equal, or both received."""
    return target in ("", status) or (STATUSES[status].settled and STATUSES[target].settled)


def _goes_back(order: Order, call: SettleCall) -> bool:
    """A failure of another attempt after the money came; or P told of an order a person has already completed."""
    failed = call.target_status in _UNPAID_LETTERS or call.state in _FAILURES
    completed = order.status == "C" and STATUSES[call.target_status].settled
    return completed or (order.status in _SECURED and failed)
