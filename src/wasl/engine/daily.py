"""Once a day each store is compared with its shop and the gateway; what differs is an alert. Nothing is mended."""

from typing import Final

import structlog

from wasl.domain.time import DAY_MS, HOUR_MS, Instant, rfc3339
from wasl.engine.engine import Engine
from wasl.engine.reconcile import Plan, reconcile

PERIOD_MS: Final = DAY_MS + 2 * HOUR_MS  # a little more than a day, so that no hour falls between two comparisons
_log = structlog.get_logger(__name__)


async def reconcile_due(engine: Engine) -> int:
    """Compare one store whose turn it is; answers how many there were. One worker does it, and once a day.

    A worker that dies over it leaves it to the next day; `wasl reconcile` is there at any time.
    """
    now = engine.now()
    store_id = await engine.ledger.claim_reconcile(now=now, before=Instant(now - DAY_MS))
    store = None if store_id is None else await engine.store(store_id)
    if store is None:
        return 0
    report = await reconcile(engine, Plan(stores=(store,), since=Instant(now - PERIOD_MS)))
    _log.info("reconciled", store=store.store_id, all_well=report.all_well, summary=report.summary)
    if not report.all_well:
        await engine.ledger.raise_alert(store.store_id, None, f"reconcile {rfc3339(now)[:10]}", now=engine.now())
    return 1
