"""The store is told until it has heard: in order, with back-off, and never anything that is not proved."""

import asyncio
from typing import Final

import structlog

from wasl.domain.fold import fold
from wasl.domain.time import HOUR_MS, SECOND_MS, after
from wasl.engine.engine import Engine
from wasl.engine.ports import Arrival, Lease, Receipt, Telling
from wasl.errors import Misconfigured, StoreUnavailable

LEASE_MS: Final = 15 * SECOND_MS  # longer than the slowest telling; a killed worker is followed this soon
BATCH: Final = 32
BACKOFF_MS: Final = 2 * SECOND_MS
BACKOFF_MAX_MS: Final = HOUR_MS
FAILURES_MAX: Final = 82  # with the back-off above: three days, then a person has to look
_log = structlog.get_logger(__name__)


async def tell_due(engine: Engine) -> int:
    """Tell every store that is due something, a batch at a time; answers how many there were.

    A store hears at least once. What this worker reports after its lease was lost is ignored.
    """
    now = engine.now()
    leases = await engine.ledger.lease_tells(now=now, until=after(now, LEASE_MS), limit=BATCH)
    await asyncio.gather(*(_tell_leased(engine, lease) for lease in leases))
    return len(leases)


async def _tell_leased(engine: Engine, lease: Lease) -> None:
    store = await engine.store(lease.store_id)
    shop = engine.shops.get(store.platform) if store else None
    if store is None or shop is None:
        _log.error("no_connector", store=lease.store_id, payment=lease.payment_id)
        return
    telling = await engine.ledger.telling(lease, in_order=shop.in_order)
    if telling is None:
        await engine.ledger.nothing_to_tell(lease)
        return
    if fold(telling.payment) != telling.payment.outcome:
        # A second, independent look before anything irreversible.
        await _park(engine, lease, telling, "what was recorded does not follow from the evidence; nothing was told")
        return
    try:
        receipt = await shop.tell(store, telling)
    except (StoreUnavailable, Misconfigured) as error:
        wait_s = error.retry_after_s if isinstance(error, StoreUnavailable) else 0
        receipt = Receipt(arrival=Arrival.BUSY, note=str(error), retry_after_s=wait_s)
    await _record(engine, lease, telling, receipt)


async def _record(engine: Engine, lease: Lease, telling: Telling, receipt: Receipt) -> None:
    match receipt.arrival:
        case Arrival.CHANGED | Arrival.UNCHANGED:
            await engine.ledger.record_receipt(lease, telling, receipt, now=engine.now())
            if telling.payment.version > telling.version:
                engine.wakers.tell.set()
        case Arrival.REFUSED:
            await _park(engine, lease, telling, receipt.note)
        case Arrival.BUSY:
            await _retry(engine, lease, telling, receipt)


async def _retry(engine: Engine, lease: Lease, telling: Telling, receipt: Receipt) -> None:
    failures = telling.payment.tell_failures
    if failures >= FAILURES_MAX:
        await _park(engine, lease, telling, f"the store has not taken this for three days: {receipt.note}")
        return
    wait_ms = min(BACKOFF_MS * 2 ** min(failures, 16), BACKOFF_MAX_MS)
    jittered = round(max(wait_ms, receipt.retry_after_s * SECOND_MS) * (1 + engine.chance.jitter() / 4))
    _log.info("telling_postponed", store=lease.store_id, payment=lease.payment_id, reason=receipt.note)
    now = engine.now()
    await engine.ledger.record_failure(lease, telling, receipt.note, now=now, tell_at=after(now, jittered))


async def _park(engine: Engine, lease: Lease, telling: Telling, reason: str) -> None:
    _log.warning("telling_parked", store=lease.store_id, payment=lease.payment_id, reason=reason)
    await engine.ledger.record_failure(lease, telling, reason, now=engine.now(), tell_at=None)
