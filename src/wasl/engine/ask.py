"""When voices are silent Wasl asks: due payments are queried, and what has ended is called so."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeAlias

import structlog

from wasl.domain.evidence import Evidence, Fact, Voice
from wasl.domain.payment import Payment
from wasl.domain.revise import heard
from wasl.domain.schedule import asked_about, closings_due, long_held
from wasl.domain.store import Profile
from wasl.domain.time import MINUTE_MS, SECOND_MS, Instant, after
from wasl.engine.engine import Engine
from wasl.engine.guard import guarded
from wasl.engine.ports import ByPayment, Lease
from wasl.errors import GatewayUnavailable, Misconfigured, required

LEASE_MS: Final = 2 * MINUTE_MS  # longer than every query of one payment with its retries
BATCH: Final = 32
RETRY_MS: Final = 20 * SECOND_MS  # after an unanswered question
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
    carts = [attempt.cart_id for attempt in asked_about(payment) or payment.attempts]
    answers = await asyncio.gather(
        *(engine.gateway.query_cart(profile, cart) for cart in carts), return_exceptions=True
    )
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
    """Fold in what the gateway stated. Harmless to repeat.

    *asked_at* says when it was asked, if it has answered about everything; only then can its silence mean something.
    """

    def change(current: Payment | None) -> Payment | None:
        if current is None:
            return None
        current = _with(current, stated, at=engine.now() if asked_at is None else asked_at)
        if asked_at is not None:
            current = _answered(current, asked_at, lease)
        return engine.revise(current, now=engine.now())

    kept = await engine.ledger.amend(ByPayment(payment.store_id, payment.payment_id), change)
    return required(kept, "payments are never removed")


def _with(payment: Payment, stated: Stated, *, at: Instant) -> Payment:
    for fact, raw in stated:
        payment = heard(payment, Evidence(voice=Voice.QUERY, fact=fact, first_heard_at=at, last_heard_at=at, raw=raw))
    return payment


def _answered(payment: Payment, asked_at: Instant, lease: Lease | None) -> Payment:
    """Pure: *payment* once every cart was answered. Only then is an attempt whose life is over called expired."""
    asking = None if lease is not None and payment.asking == lease.until else payment.asking
    payment = replace(payment, asked_at=max(asked_at, payment.asked_at or asked_at), asking=asking)
    return replace(payment, closings=(*payment.closings, *closings_due(payment, now=asked_at)))


async def _ask_leased(engine: Engine, lease: Lease) -> None:
    payment = await engine.ledger.payment(ByPayment(lease.store_id, lease.payment_id))
    store = await engine.store(lease.store_id)
    if payment is None or store is None:
        return
    try:
        known = await ask(engine, store.profile, payment, lease=lease)
    except GatewayUnavailable as error:
        await _ask_again(engine, lease, max(RETRY_MS, round(error.retry_after_s * SECOND_MS)), error)
    except Misconfigured as error:
        await _ask_again(engine, lease, REFUSED_RETRY_MS, error)
    else:
        engine.wake(ask_at=known.ask_at, tell_at=known.tell_at)
        now = engine.now()
        for ref in long_held(known, days=store.hold_days, now=now):
            await engine.ledger.raise_alert(lease.store_id, lease.payment_id, f"held {ref}", now=now)


async def _ask_again(engine: Engine, lease: Lease, wait_ms: int, error: Exception) -> None:
    _log.warning("query_unanswered", store=lease.store_id, payment=lease.payment_id, reason=str(error))
    jittered = round(wait_ms * (1 + engine.chance.jitter() / 4))
    await engine.ledger.postpone_ask(lease, after(engine.now(), jittered))
