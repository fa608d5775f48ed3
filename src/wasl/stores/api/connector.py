"""Tells an application by webhook; a 2xx is a receipt, anything else is tried again."""

from typing import Final

import msgspec

from wasl.domain.payment import Payment
from wasl.domain.reconcile import PAID_STATES, ShopOrder
from wasl.domain.store import Store
from wasl.domain.time import Instant, rfc3339
from wasl.engine.ports import Arrival, Clock, Receipt, ShopPage, Telling
from wasl.errors import StoreUnavailable
from wasl.stores.http import ShopHttp
from wasl.stores.standard_webhooks import signed_headers

_TAKEN: Final = range(200, 300)


class Api:
    """Implements `engine.ports.Shop` for platform `api`."""

    in_order = True

    def __init__(self, http: ShopHttp, clock: Clock) -> None:
        self._http = http
        self._clock = clock

    async def tell(self, store: Store, telling: Telling) -> Receipt:
        """See the port. `webhook-id` names the version, so it is the same on every retry."""
        if not store.webhook_url:
            return Receipt(arrival=Arrival.UNCHANGED, note="this store has no webhook address; it asks by itself")
        payment, now = telling.payment, self._clock.now()
        body = msgspec.json.encode(
            {"type": "payment.updated", "timestamp": rfc3339(now), "data": msgspec.Raw(telling.body)}
        )
        message_id = f"{payment.payment_id}.{telling.version}"
        headers = signed_headers(store, message_id=message_id, now=now, body=body)
        answer = await self._http.post(store.webhook_url, body, headers)
        if answer.status in _TAKEN:
            return Receipt(arrival=Arrival.CHANGED, note=f"HTTP {answer.status}")
        return Receipt(arrival=Arrival.BUSY, note=f"the application answered HTTP {answer.status}")

    async def greet(self, store: Store) -> str:
        """See the port. A signed `ping`, which says nothing about any payment."""
        if not store.webhook_url:
            return "it has no webhook address, so it has to ask by itself"
        now = self._clock.now()
        body = msgspec.json.encode({"type": "ping", "timestamp": rfc3339(now), "data": {"store_id": store.store_id}})
        headers = signed_headers(store, message_id=f"ping.{now}", now=now, body=body)
        answer = await self._http.post(store.webhook_url, body, headers)
        if answer.status not in _TAKEN:
            raise StoreUnavailable(f"the application answered HTTP {answer.status} to a signed ping")
        return "the application takes signed webhooks"

    async def list_orders(self, store: Store, *, since: Instant, after: str) -> ShopPage:
        """See the port. An application is not asked."""
        del store, since, after
        return ShopPage(orders={}, following=None)

    async def read(self, store: Store, payment: Payment) -> ShopOrder | None:
        """See the port. An application is not asked: what it acknowledged last is what it knows."""
        del store
        state = payment.outcome.state
        known = payment.told >= payment.version
        return ShopOrder(
            status=state.value if known else f"version {payment.told}",
            wanted=state.value,
            paid=state in PAID_STATES if known else None,
            amount=payment.amount,
        )
