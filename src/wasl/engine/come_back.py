"""The buyer comes back. What a browser carries proves no money: it only hastens a question."""

from dataclasses import replace
from typing import Final

from wasl.domain.evidence import Evidence, Voice
from wasl.domain.payment import Payment
from wasl.domain.revise import heard
from wasl.domain.store import Store
from wasl.domain.time import SECOND_MS
from wasl.engine.engine import Engine
from wasl.engine.ports import ByCart, ByPayment, ReturnClaim

RETURNS_APART_MS: Final = 30 * SECOND_MS  # a page reloaded again and again asks the gateway no more often than this


async def come_back(engine: Engine, store: Store, return_key: str, form: bytes) -> Payment | None:
    """The payment behind this return, now to be asked about; None if nobody was given this address.

    The address names the attempt; without *return_key* it is known by an authentic form alone, which is kept as one
    more voice. A missing or wrong signature changes nothing: the gateway sends none for some errors, and whoever knows
    the address may only hasten a question.
    """
    claim = engine.gateway.authenticate_return(store.profile, form) if form else None
    if return_key:
        found = await engine.ledger.payment_by_return(store.store_id, return_key)
    elif isinstance(claim, ReturnClaim):
        found = await engine.ledger.payment(ByCart(store.store_id, claim.fact.cart_id))
    else:
        found = None
    if found is None:
        return None
    now = engine.now()

    def change(payment: Payment | None) -> Payment | None:
        if payment is None:
            return None
        if isinstance(claim, ReturnClaim) and claim.fact.cart_id in {a.cart_id for a in payment.attempts}:
            said = Evidence(voice=Voice.RETURN, fact=claim.fact, first_heard_at=now, last_heard_at=now, raw=form)
            payment = heard(payment, said)
        if payment.returned_at is None or now - payment.returned_at > RETURNS_APART_MS:
            payment = replace(payment, returned_at=now)
        return engine.revise(payment, now=now)

    payment = await engine.ledger.amend(ByPayment(store.store_id, found.payment_id), change)
    if payment is not None:
        engine.wake(ask_at=payment.ask_at, tell_at=payment.tell_at)
    return payment
