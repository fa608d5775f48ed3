"""Once a day each store is compared with its shop and the gateway; what differs is an alert. Nothing is mended."""

from typing import Final

import structlog

from wasl.domain.time import DAY_MS, HOUR_MS, Instant, rfc3339
from wasl.engine.engine import Engine
from wasl.engine.reconcile import Plan, reconcile

OVERLAP_MS: Final = 2 * HOUR_MS  # so that what was under way at the end of a comparison is in the next as well
PERIOD_MAX_MS: Final = 30 * DAY_MS  # after an absence of months a person compares the rest
LEASE_MS: Final = 6 * HOUR_MS  # a worker that died over it is followed after this
_log = structlog.get_logger(__name__)


async def reconcile_due(engine: Engine) -> int:
    """Compare one store whose turn it is, since its last comparison that came to its end; answers how many there were.

    One worker does it. One that dies over it leaves the whole period to its successor.
    """
    now = engine.now()
    claim = await engine.ledger.claim_reconcile(now=now, before=Instant(now - DAY_MS), unless=Instant(now - LEASE_MS))
    store = None if claim is None else await engine.store(claim.store_id)
    if claim is None or store is None:
        return 0
    report = await reconcile(
        engine, Plan(stores=(store,), since=Instant(max(claim.since, now - PERIOD_MAX_MS) - OVERLAP_MS))
    )
    _log.info("reconciled", store=store.store_id, all_well=report.all_well, summary=report.summary)
    if not report.all_well:
        await engine.ledger.raise_alert(store.store_id, None, f"reconcile {rfc3339(now)[:10]}", now=engine.now())
    await engine.ledger.record_reconcile(store.store_id, now)
    return 1
