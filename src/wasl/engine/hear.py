"""A callback or an IPN arrives: believed only if it is proved, durable before it is answered."""

from wasl.domain.evidence import Evidence, Fact, Kind, Verdict, Voice
from wasl.domain.payment import Payment
from wasl.domain.revise import hastened, heard
from wasl.domain.store import Store
from wasl.domain.time import Instant
from wasl.engine.engine import Engine
from wasl.engine.ports import ByCart, Refusal


async def hear(engine: Engine, store: Store, voice: Voice, *, signature: str | None, body: bytes) -> Refusal | None:
    """Keep what the gateway says, then answer; None means durable. A repeat, in any order, changes nothing.

    Raises LedgerUnavailable if it could not be kept: then nobody may answer 200.
    """
    fact = engine.gateway.authenticate(store.profile, signature, body)
    if isinstance(fact, Refusal):
        return fact
    now = engine.now()
    evidence = Evidence(voice=voice, fact=fact, first_heard_at=now, last_heard_at=now, raw=body)
    payment = await engine.ledger.amend(
        ByCart(store.store_id, fact.cart_id),
        lambda payment: None if payment is None else _with(engine, payment, evidence, now),
    )
    if payment is None:
        await engine.ledger.shelve(store.store_id, evidence)
    else:
        engine.wake(ask_at=payment.ask_at, tell_at=payment.tell_at)
    return None


def _with(engine: Engine, payment: Payment, evidence: Evidence, now: Instant) -> Payment:
    payment = heard(payment, evidence)
    if _is_not_understood(evidence.fact):
        payment = hastened(payment, now=now)
    return engine.revise(payment, now=now)


def _is_not_understood(fact: Fact) -> bool:
    return fact.kind is Kind.UNRECOGNIZED or fact.verdict is Verdict.UNRECOGNIZED
