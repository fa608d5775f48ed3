"""Alerts as webhooks, signed like everything else a store hears."""

from typing import Any, Final

import msgspec

from wasl.domain.payment import Payment
from wasl.domain.store import Store
from wasl.domain.time import rfc3339
from wasl.engine.ports import Alert, Clock
from wasl.errors import StoreUnavailable
from wasl.stores.http import ShopHttp
from wasl.stores.standard_webhooks import signed_headers

_TAKEN: Final = range(200, 300)

# What happened and what to do, in plain words, by the first word of a cause.
SENTENCES: Final = {
    "contradicted": "PayTabs stated one transaction in different ways. Look at it in its dashboard, then accept.",
    "currency_mismatch": "Money came in another currency than the order's. It is not counted: look at it, then accept.",
    "amount_mismatch": "Money came that is not the order's amount. It is not counted: look at it, then accept.",
    "paid_twice": "The order was paid more than once. Refund what is too much.",
    "paid_late": "The order was paid after it had been closed. Deliver it or refund it.",
    "unrecognized": "PayTabs said something that Wasl does not understand. It is kept; nothing was decided from it.",
    "old_money": "Money came that was taken long before the order's page was opened. It is not counted: look at it.",
    "test_money": "Test money came on a live store. It is not counted.",
    "stray": "Money came for an order that Wasl does not know. See `wasl reconcile`.",
    "unanswered": "PayTabs has not answered about this payment for a day. See `wasl doctor`.",
    "held": "PayTabs holds this payment for review; in 15 to 30 days it is gone. Decide it in the PayTabs dashboard.",
    "untold": "The shop has not taken the order's status for 15 minutes. See whether it is up; Wasl goes on trying.",
    "forged": "Many messages arrive that are not from PayTabs. None is believed. If some are, check the server key.",
    "fault": "Wasl itself failed at this payment and tries again. Its log says where; please report it.",
    "out_of_stock": "The order is paid, and the shop has nothing left of it. Send it later, or refund it.",
    "partly": "The order is paid, and a part of it in the shop was left as it was or is out of stock. See it there.",
    "aging": "An authorisation is old and not captured; banks let it go silently. Capture it, or void it.",
    "operation": "Nobody knows what became of a refund, capture or void. Look in the PayTabs dashboard.",
    "auto_refund_stopped": "The ceiling of automatic refunds is reached. What comes now waits for you.",
    "reconcile": "Shop, gateway and Wasl do not say the same. `wasl reconcile` shows where.",
    "parked": "The shop does not take the order's status. See why, mend it, then tell it again.",
}


class Herald:
    """Implements `engine.ports.Herald`."""

    def __init__(self, http: ShopHttp, clock: Clock) -> None:
        self._http = http
        self._clock = clock

    async def alert(self, store: Store, payment: Payment | None, alert: Alert, done: str) -> str:
        """See the port. `webhook-id` is the cause, so that a repeat is known as one."""
        now = self._clock.now()
        about = alert.cause.removeprefix(f"{alert.payment_id} ")
        data: dict[str, Any] = {
            "store_id": store.store_id,
            "cause": about,
            "sentence": SENTENCES.get(about.split(" ")[0], about),
            "since": rfc3339(alert.created_at),
            "done": done,
        }
        if payment is not None:
            state = payment.outcome.state.value
            data |= {"payment_id": payment.payment_id, "order_id": payment.order_id, "state": state}
        kind = "store.attention" if payment is None else "payment.attention"
        body = msgspec.json.encode({"type": kind, "timestamp": rfc3339(now), "data": data})
        headers = signed_headers(store, message_id=alert.cause.replace(" ", "."), now=now, body=body)
        answer = await self._http.post(store.alert_url or store.webhook_url, body, headers)
        if answer.status not in _TAKEN:
            raise StoreUnavailable(f"the address for alerts answered HTTP {answer.status}")
        return f"HTTP {answer.status}"
