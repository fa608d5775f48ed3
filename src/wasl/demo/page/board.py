"""Gathers both sides of one order for the demo page, on the server: the browser talks to the shop alone."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from wasl.demo.gateway_control import GatewayControl, GatewaySilent, GatewayTransaction
from wasl.demo.page.timeline import Sides
from wasl.demo.wasl_api import Payment, WaslApi, WaslRefused, WaslSilent

LOOK_TIMEOUT_S: Final = 2.0  # a page that looks once a second must not wait longer
CARTS_MAX: Final = 8  # the attempts of one order that are looked up at the gateway, latest first
REMEMBERED_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Looks at Wasl and at the gateway. Remembers what it saw last, to show while one of them is away."""

    wasl: WaslApi
    gateway: GatewayControl | None
    _seen: OrderedDict[str, Sides] = field(default_factory=OrderedDict)

    async def look(self, order_id: str) -> Sides:
        """What both know of an order now. Never raises: a side that is silent is named, and shown as last seen."""
        before = self._seen.get(order_id, Sides())
        try:
            async with asyncio.timeout(LOOK_TIMEOUT_S):
                now = await self._ask_wasl(order_id)
        except (WaslSilent, WaslRefused, TimeoutError):
            now = replace(before, silent=("wasl",))
        now = await self._ask_gateway(now, before)
        self._seen[order_id] = now
        self._seen.move_to_end(order_id)
        if len(self._seen) > REMEMBERED_MAX:
            self._seen.popitem(last=False)
        return now

    async def _ask_wasl(self, order_id: str) -> Sides:
        payment = await self.wasl.payment_of(order_id)
        return Sides(payment=payment, pieces=await self.wasl.evidence(payment.id) if payment else ())

    async def _ask_gateway(self, now: Sides, before: Sides) -> Sides:
        if self.gateway is None or now.payment is None:
            return now
        try:
            async with asyncio.timeout(LOOK_TIMEOUT_S):
                return replace(now, transactions=await transactions_of(now.payment, self.gateway))
        except (GatewaySilent, TimeoutError):
            return replace(now, transactions=before.transactions, silent=(*now.silent, "gateway"))


async def transactions_of(payment: Payment, gateway: GatewayControl) -> Sequence[GatewayTransaction]:
    """Everything the gateway knows of a payment's attempts. Raises GatewaySilent."""
    carts = [attempt.cart_id for attempt in payment.attempts][-CARTS_MAX:]
    found = await asyncio.gather(*(gateway.transactions(cart) for cart in carts))
    return [transaction for one_cart in found for transaction in one_cart]
