"""When voices are silent Wasl asks: due payments are queried, and what has ended is called so."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import structlog

from wasl.domain.evidence import Evidence, Fact, Voice
from wasl.domain.payment import Payment
from wasl.domain.revise import heard
from wasl.domain.schedule import asked_about, closings_due
from wasl.domain.store import Profile
from wasl.domain.time import MINUTE_MS, SECOND_MS, Instant, after
from wasl.engine.engine import Engine
from wasl.engine.ports import ByPayment, Lease
from wasl.errors import GatewayUnavailable, Misconfigured, required

LEASE_MS: Final = 2 * MINUTE_MS  # longer than every query of one payment with its retries
BATCH: Final = 32
RETRY_MS: Final = 20 * SECOND_MS  # after an unanswered question
REFUSED_RETRY_MS: Final = 10 * MINUTE_MS  # after the gateway refused the store's key: a person has to mend it
_log = structlog.get_logger(__name__)


async def ask_due(engine: Engine) -> int:
    """Ask about every payment that is due, a batch of them at a time; answers how many there were.

    Two workers never ask about the same payment: a lease moves its alarm, and one that is lost falls due again.
    """
    now = engine.now()
    leases = await engine.ledger.lease_asks(now=now, until=after(now, LEASE_MS), limit=BATCH)
    await asyncio.gather(*(_ask_leased(engine, lease) for lease in leases))
    return len(leases)


async def ask(engine: Engine, profile: Profile, payment: Payment) -> Payment:
    """Ask about one payment now and fold in the answer. Harmless to repeat.

    Raises GatewayUnavailable if there is no answer, Misconfigured if the gateway refuses the store's key.
    """
    asked_at = engine.now()
    carts = [attempt.cart_id for attempt in asked_about(payment) or payment.attempts]
    answers = await asyncio.gather(*(engine.gateway.query_cart(profile, cart) for cart in carts))
    stated = [entry for answer in answers for entry in answer]
    key = ByPayment(payment.store_id, payment.payment_id)
    kept = await engine.ledger.amend(
        key, lambda current: None if current is None else _answered(engine, current, stated, asked_at)
    )
    return required(kept, "payments are never removed")


def _answered(engine: Engine, payment: Payment, stated: Sequence[tuple[Fact, bytes]], asked_at: Instant) -> Payment:
    """Pure: *payment* once a query has answered. Only after it is an attempt whose life is over called expired."""
    for fact, raw in stated:
        said = Evidence(voice=Voice.QUERY, fact=fact, first_heard_at=asked_at, last_heard_at=asked_at, raw=raw)
        payment = heard(payment, said)
    payment = replace(payment, asked_at=max(asked_at, payment.asked_at or asked_at), asking=None)
    ended = closings_due(payment, now=asked_at)
    return engine.revise(replace(payment, closings=(*payment.closings, *ended)), now=engine.now())


async def _ask_leased(engine: Engine, lease: Lease) -> None:
    payment = await engine.ledger.payment(ByPayment(lease.store_id, lease.payment_id))
    store = await engine.store(lease.store_id)
    if payment is None or store is None:
        return
    try:
        known = await ask(engine, store.profile, payment)
    except GatewayUnavailable as error:
        await _ask_again(engine, lease, max(RETRY_MS, round(error.retry_after_s * SECOND_MS)), error)
    except Misconfigured as error:
        await _ask_again(engine, lease, REFUSED_RETRY_MS, error)
    else:
        engine.wake(ask_at=known.ask_at, tell_at=known.tell_at)


async def _ask_again(engine: Engine, lease: Lease, wait_ms: int, error: Exception) -> None:
    _log.warning("query_unanswered", store=lease.store_id, payment=lease.payment_id, reason=str(error))
    jittered = round(wait_ms * (1 + engine.chance.jitter() / 4))
    await engine.ledger.postpone_ask(lease, after(engine.now(), jittered))
