"""Tells an application by webhook; a 2xx is a receipt, anything else is tried again."""

from typing import Final

import msgspec

from wasl.domain.store import Store
from wasl.domain.time import rfc3339
from wasl.engine.ports import Arrival, Clock, Receipt, Telling
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
