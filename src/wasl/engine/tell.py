"""The store is told until it has heard: in order, with back-off, and never anything that is not proved."""

from typing import Final

import structlog

from wasl.domain.fold import fold
from wasl.domain.time import HOUR_MS, MINUTE_MS, SECOND_MS, after
from wasl.engine.engine import Engine
from wasl.engine.guard import guarded
from wasl.engine.ports import Arrival, ByPayment, Lease, Receipt, Telling
from wasl.errors import Misconfigured, StoreUnavailable

LEASE_MS: Final = 15 * SECOND_MS  # longer than the slowest telling; a killed worker is followed this soon
BATCH: Final = 32
BACKOFF_MS: Final = 2 * SECOND_MS
BACKOFF_MAX_MS: Final = HOUR_MS
UNTOLD_ALERT_MS: Final = 15 * MINUTE_MS  # by then a person should know that an order is not what its money is
FAILURES_MAX: Final = 82  # with the back-off above: three days, then a person has to look
_log = structlog.get_logger(__name__)


async def tell_due(engine: Engine) -> int:
    """Tell every store that is due something, a batch at a time; answers how many there were.

    A store hears at least once. One that hangs is left behind, and gets nothing new while much is left there. What
    this worker reports after its lease was lost is ignored.
    """
    now = engine.now()
    limit = min(BATCH, engine.tellers.room)
    leases = await engine.ledger.lease_tells(
        now=now, until=after(now, LEASE_MS), limit=limit, besides=engine.tellers.busy
    )
    await engine.tellers.work(leases, lambda lease: guarded(engine, lease, tell_leased))
    return len(leases)


async def tell_leased(engine: Engine, lease: Lease) -> None:
    """Tell the store of one leased payment, and record how it took that."""
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
        # A second, independent look before anything irreversible. The evidence is the truth, the outcome its copy.
        await _fold_anew(engine, lease)
        return
    try:
        receipt = await shop.tell(store, telling)
    except (StoreUnavailable, Misconfigured) as error:
        wait_s = error.retry_after_s if isinstance(error, StoreUnavailable) else 0
        receipt = Receipt(arrival=Arrival.BUSY, note=str(error), retry_after_s=wait_s)
    await _record(engine, lease, telling, receipt)


async def _fold_anew(engine: Engine, lease: Lease) -> None:
    """Make the recorded outcome what the evidence says, as a new version, and let that be told."""
    _log.warning("outcome_folded_anew", store=lease.store_id, payment=lease.payment_id)
    now = engine.now()
    key = ByPayment(lease.store_id, lease.payment_id)
    await engine.ledger.amend(key, lambda known: None if known is None else engine.revise(known, now=now))
    await engine.ledger.retell(lease.store_id, lease.payment_id, now=now)


async def _record(engine: Engine, lease: Lease, telling: Telling, receipt: Receipt) -> None:
    match receipt.arrival:
        case Arrival.CHANGED | Arrival.UNCHANGED:
            await engine.ledger.record_receipt(lease, telling, receipt, now=engine.now())
            if receipt.alert:
                cause = f"{receipt.alert} {telling.payment.outcome.tran_ref or ''}".rstrip()
                await engine.ledger.raise_alert(lease.store_id, lease.payment_id, cause, now=engine.now())
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
    if now - telling.payment.updated_at > UNTOLD_ALERT_MS:
        await engine.ledger.raise_alert(lease.store_id, lease.payment_id, f"untold {telling.version}", now=now)


async def _park(engine: Engine, lease: Lease, telling: Telling, reason: str) -> None:
    _log.warning("telling_parked", store=lease.store_id, payment=lease.payment_id, reason=reason)
    await engine.ledger.record_failure(lease, telling, reason, now=engine.now(), tell_at=None)
