"""When voices are silent Wasl asks: due payments are queried, and what has ended is called so."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeAlias

import structlog

from wasl.domain.evidence import CartId, Evidence, Fact, Voice
from wasl.domain.operating import lost_for_good
from wasl.domain.payment import Payment
from wasl.domain.revise import heard
from wasl.domain.schedule import aging_authorizations, asked_about, closings_due, long_held
from wasl.domain.store import Profile
from wasl.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Instant, after, rfc3339
from wasl.engine.engine import Engine
from wasl.engine.guard import guarded
from wasl.engine.operate import submit_due
from wasl.engine.ports import ByPayment, Lease
from wasl.errors import GatewayUnavailable, Misconfigured, required

LEASE_MS: Final = 2 * MINUTE_MS  # longer than every query of one payment with its retries
BATCH: Final = 32
CARTS_AT_ONCE: Final = 8  # of one payment: connections are for everybody
RETRY_MS: Final = 20 * SECOND_MS  # after an unanswered question
RETRY_MAX_MS: Final = HOUR_MS  # the longer there was no answer, the longer the wait
SILENT_ALERT_MS: Final = DAY_MS
REFUSED_RETRY_MS: Final = 10 * MINUTE_MS  # after the gateway refused the store's key: a person has to mend it
Stated: TypeAlias = Sequence[tuple[Fact, bytes]]
"""What a query answered: facts, each with the bytes it was read from."""

_log = structlog.get_logger(__name__)


async def ask_due(engine: Engine) -> int:
    """Ask about every payment that is due, a batch of them at a time; answers how many there were.

    Two workers never ask about the same payment: a lease moves its alarm, and one that is lost falls due again. A
    gateway that hangs is left behind, and that store asks nothing new while many questions are left there.
    """
    now = engine.now()
    limit = min(BATCH, engine.askers.room)
    leases = await engine.ledger.lease_asks(
        now=now, until=after(now, LEASE_MS), limit=limit, besides=engine.askers.busy
    )
    await engine.askers.work(leases, lambda lease: guarded(engine, lease, _ask_leased))
    return len(leases)


async def ask(engine: Engine, profile: Profile, payment: Payment, *, lease: Lease | None = None) -> Payment:
    """Ask about one payment now and fold in the answer. Harmless to repeat.

    Raises GatewayUnavailable if there is no answer, Misconfigured if the gateway refuses the store's key. Where some
    carts are answered and others are not, what was answered is kept before that is raised.
    """
    asked_at = engine.now()
    # A worker asks what is watched still; a person or a shop who asks means all of it.
    watched = () if lease is None else asked_about(payment)
    carts = [attempt.cart_id for attempt in watched or payment.attempts]
    answers: list[Stated | BaseException] = []
    for begin in range(0, len(carts), CARTS_AT_ONCE):
        some = (engine.gateway.query_cart(profile, cart) for cart in carts[begin : begin + CARTS_AT_ONCE])
        answers += await asyncio.gather(*some, return_exceptions=True)
    lost = [answer for answer in answers if isinstance(answer, BaseException)]
    stated = [entry for answer in answers if not isinstance(answer, BaseException) for entry in answer]
    if lost and stated:
        await record(engine, payment, stated, asked_at=None)
    if lost:
        raise lost[0]
    return await record(engine, payment, stated, asked_at=asked_at, lease=lease)


async def record(
    engine: Engine, payment: Payment, stated: Stated, *, asked_at: Instant | None, lease: Lease | None = None
) -> Payment:
    """Fold in what the gateway stated of *payment* as it was when it was asked. Harmless to repeat.

    *asked_at* says when it was asked, if it has answered about everything; only then can its silence mean something.
    """
    carts = frozenset(attempt.cart_id for attempt in payment.attempts)

    def change(current: Payment | None) -> Payment | None:
        if current is None:
            return None
        current = _with(current, stated, at=engine.now() if asked_at is None else asked_at)
        if asked_at is not None:
            current = _answered(current, asked_at, lease, carts)
        return engine.revise(current, now=engine.now())

    kept = await engine.ledger.amend(ByPayment(payment.store_id, payment.payment_id), change)
    return required(kept, "payments are never removed")


def _with(payment: Payment, stated: Stated, *, at: Instant) -> Payment:
    for fact, raw in stated:
        payment = heard(payment, Evidence(voice=Voice.QUERY, fact=fact, first_heard_at=at, last_heard_at=at, raw=raw))
    return payment


def _answered(payment: Payment, asked_at: Instant, lease: Lease | None, carts: frozenset[CartId]) -> Payment:
    """Pure: *payment* once *carts* were answered. Only then is one of them whose life is over called expired.

    An attempt that was opened meanwhile is none of them, and may look old to a machine whose clock is ahead.
    """
    asked = {attempt.number for attempt in payment.attempts if attempt.cart_id in carts}
    asking = None if lease is not None and payment.asking == lease.until else payment.asking
    payment = replace(payment, asked_at=max(asked_at, payment.asked_at or asked_at), asking=asking)
    due = (closing for closing in closings_due(payment, now=asked_at) if closing.attempt in asked)
    return replace(payment, closings=(*payment.closings, *due))


async def _ask_leased(engine: Engine, lease: Lease) -> None:
    payment = await engine.ledger.payment(ByPayment(lease.store_id, lease.payment_id))
    store = await engine.store(lease.store_id)
    if payment is None or store is None:
        return
    try:
        known = await ask(engine, store.profile, payment, lease=lease)
        known = await submit_due(engine, store, known)
    except GatewayUnavailable as error:
        silent_ms = engine.now() - (payment.asked_at or payment.created_at)
        wait_ms = max(RETRY_MS, round(error.retry_after_s * SECOND_MS), min(silent_ms // 60, RETRY_MAX_MS))
        await _ask_again(engine, lease, wait_ms, error)
        if silent_ms > SILENT_ALERT_MS:
            now = engine.now()
            await engine.ledger.raise_alert(
                lease.store_id, lease.payment_id, f"unanswered {rfc3339(now)[:10]}", now=now
            )
    except Misconfigured as error:
        await _ask_again(engine, lease, REFUSED_RETRY_MS, error)
    else:
        engine.wake(ask_at=known.ask_at, tell_at=known.tell_at)
        now = engine.now()
        for lost in lost_for_good(known):
            cause = f"operation {lost.operation_id}"
            await engine.ledger.raise_alert(lease.store_id, lease.payment_id, cause, now=now)
        for ref in aging_authorizations(known, days=store.auth_days, now=now):
            await engine.ledger.raise_alert(lease.store_id, lease.payment_id, f"aging {ref}", now=now)
        for ref in long_held(known, days=store.hold_days, now=now):
            await engine.ledger.raise_alert(lease.store_id, lease.payment_id, f"held {ref}", now=now)


async def _ask_again(engine: Engine, lease: Lease, wait_ms: int, error: Exception) -> None:
    _log.warning("query_unanswered", store=lease.store_id, payment=lease.payment_id, reason=str(error))
    jittered = round(wait_ms * (1 + engine.chance.jitter() / 4))
    await engine.ledger.postpone_ask(lease, after(engine.now(), jittered))
