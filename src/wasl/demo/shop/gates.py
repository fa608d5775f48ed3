"""Faults a demonstration switches on for one order: the settle door held shut, or out of service for some calls."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from wasl.demo.shop.orders import OrderId

HOLD_MAX_S: Final = 60.0
OUTAGE_CALLS_MAX: Final = 100


class CallerGone(Exception):
    """The caller hung up while it was held: nothing may be done for it any more."""


@dataclass(slots=True, kw_only=True)
class Gates:
    """Which orders are held, how many calls wait there, and how many calls an order still answers with 503."""

    _held: dict[OrderId, asyncio.Event] = field(default_factory=dict)
    _waiting: Counter[OrderId] = field(default_factory=Counter)
    _outages: Counter[OrderId] = field(default_factory=Counter)

    def hold(self, order_id: OrderId) -> None:
        """Let settle calls of this order wait until `release`. Harmless to repeat."""
        self._held.setdefault(order_id, asyncio.Event())

    def release(self, order_id: OrderId) -> None:
        """Let them go on. Harmless to repeat."""
        released = self._held.pop(order_id, None)
        if released is not None:
            released.set()

    def waiting(self, order_id: OrderId) -> int:
        """How many calls are held at this moment."""
        return self._waiting[order_id]

    def fail_next(self, order_id: OrderId, calls: int) -> None:
        """Be out of service for the next *calls* settle calls of this order."""
        self._outages[order_id] = min(calls, OUTAGE_CALLS_MAX)

    def is_out(self, order_id: OrderId) -> bool:
        """Whether this call finds the shop out of service; counts it."""
        if self._outages[order_id] <= 0:
            return False
        self._outages[order_id] -= 1
        return True

    async def passed(self, order_id: OrderId, hung_up: Callable[[], Awaitable[object]]) -> None:
        """Return once the order is not held, at the latest after a minute.

        Raises CallerGone as soon as *hung_up* returns, as a web server drops a request whose connection is lost.
        """
        released = self._held.get(order_id)
        if released is None:
            return
        self._waiting[order_id] += 1
        free, gone = asyncio.ensure_future(released.wait()), asyncio.ensure_future(hung_up())
        try:
            await asyncio.wait((free, gone), timeout=HOLD_MAX_S, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                raise CallerGone
        finally:
            self._waiting[order_id] -= 1
            free.cancel()
            gone.cancel()
