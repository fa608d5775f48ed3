"""What a person should look at is said once per cause, to the address the store gave for it."""

from typing import Final

from wasl.domain.payment import Payment
from wasl.domain.store import Store
from wasl.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, after
from wasl.engine.engine import Engine
from wasl.engine.policy import give_back, given_back
from wasl.engine.ports import Alert, ByPayment
from wasl.errors import Misconfigured, StoreUnavailable

LEASE_MS: Final = MINUTE_MS
BATCH: Final = 32
BACKOFF_MS: Final = 10 * SECOND_MS
GIVEN_UP_MS: Final = 3 * DAY_MS


async def alert_due(engine: Engine) -> int:
    """Send every alert that is due, a batch at a time; answers how many there were. One that hangs is left behind."""
    now = engine.now()
    limit, besides = min(BATCH, engine.alerters.room), engine.alerters.busy
    alerts = await engine.ledger.lease_alerts(now=now, until=after(now, LEASE_MS), limit=limit, besides=besides)
    await engine.alerters.work(alerts, lambda alert: _send(engine, alert))
    return len(alerts)


async def _send(engine: Engine, alert: Alert) -> None:
    store = await engine.store(alert.store_id)
    payment = await engine.ledger.payment(ByPayment(alert.store_id, alert.payment_id)) if alert.payment_id else None
    done = await _acted(engine, store, payment, alert)
    if store is None or not (store.alert_url or store.webhook_url):
        note = done or "this store has no address for alerts; `wasl payment list --attention` shows its cases"
        await engine.ledger.record_alert(alert, note, sent_at=None, send_at=None)
        return
    try:
        note = await engine.herald.alert(store, payment, alert, done)
    except (StoreUnavailable, Misconfigured) as error:
        wait_ms = min(BACKOFF_MS * 2 ** min(alert.tries, 16), HOUR_MS)
        late = engine.now() - alert.created_at > GIVEN_UP_MS
        send_at = None if late else after(engine.now(), round(wait_ms * (1 + engine.chance.jitter() / 4)))
        await engine.ledger.record_alert(alert, str(error), sent_at=None, send_at=send_at)
    else:
        await engine.ledger.record_alert(alert, note, sent_at=engine.now(), send_at=None)


async def _acted(engine: Engine, store: Store | None, payment: Payment | None, alert: Alert) -> str:
    """What the store's policy did about it, so that whoever is alerted reads that too.

    It acts when the alert is new: once a person may have heard of it, the money is that person's to decide.
    """
    if store is None or payment is None:
        return ""
    cause = alert.cause.removeprefix(f"{alert.payment_id} ")
    return given_back(payment, cause) if alert.tries else await give_back(engine, store, payment, cause)
