"""A callback or an IPN arrives: believed only if it is proved, durable before it is answered."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

import structlog

from wasl.domain.evidence import FOLLOW_UPS, CartId, Evidence, Fact, Kind, Verdict, Voice
from wasl.domain.payment import Payment
from wasl.domain.revise import hastened, heard
from wasl.domain.store import Store
from wasl.domain.time import Instant, rfc3339
from wasl.engine.engine import Engine
from wasl.engine.ports import ByCart, ByTransaction, Forgery, PaymentKey, Refusal
from wasl.errors import LedgerUnavailable

_FORGED: Final = frozenset({Refusal.NO_SIGNATURE, Refusal.SIGNATURE_MISMATCH, Refusal.OTHER_PROFILE})
_log = structlog.get_logger(__name__)


async def hear(engine: Engine, store: Store, voice: Voice, *, signature: str | None, body: bytes) -> Refusal | None:
    """Keep what the gateway says, then answer; None means durable. A repeat, in any order, changes nothing.

    Raises LedgerUnavailable if it could not be kept: then nobody may answer 200. What is not proved changes no payment;
    it is shelved, and hastens a question, so that strictness loses no money.
    """
    fact = engine.gateway.authenticate(store.profile, signature, body)
    if isinstance(fact, Refusal):
        if fact in _FORGED:
            await _doubt(engine, store, voice, fact, body)
        return fact
    now = engine.now()
    evidence = Evidence(voice=voice, fact=fact, first_heard_at=now, last_heard_at=now, raw=body)
    payment = await _file(engine, store, evidence, now)
    if payment is not None:
        engine.wake(ask_at=payment.ask_at, tell_at=payment.tell_at)
    return None


async def _file(engine: Engine, store: Store, evidence: Evidence, now: Instant) -> Payment | None:
    """Add it to its payment, in whichever store that is; what belongs to none is kept for later."""

    def change(payment: Payment | None) -> Payment | None:
        return None if payment is None else _with(engine, payment, evidence, now)

    payment = await engine.ledger.amend(ByCart(store.store_id, evidence.fact.cart_id), change)
    if payment is not None:
        return payment
    sharing = [store, *(await engine.ledger.sharing(store, archived=True))]
    keys = _other_keys(sharing, store, evidence.fact)
    for key in keys:
        payment = await engine.ledger.amend(key, change)
        if payment is not None:
            return payment
    owner = _owner(sharing, evidence.fact.cart_id) or store
    await engine.ledger.shelve(owner.store_id, evidence)
    if _is_stray(evidence.fact, owner):
        await engine.ledger.raise_alert(owner.store_id, None, f"stray {evidence.fact.tran_ref}", now=now)
    # An attempt may have been recorded since the first look; then the payment takes it off the shelf.
    return await engine.ledger.amend(ByCart(owner.store_id, evidence.fact.cart_id), change)


def _other_keys(sharing: Sequence[Store], store: Store, fact: Fact) -> Iterator[PaymentKey]:
    """Where else it may belong: a sibling's cart, or a transaction it follows, whose cart it need not repeat.

    A sale that names an earlier one is a charge of its own, on a saved card for instance, and belongs to nobody here.
    """
    owner = _owner(sharing, fact.cart_id)
    if owner is not None and owner.store_id != store.store_id:
        yield ByCart(owner.store_id, fact.cart_id)
    followed = fact.previous_ref if fact.kind in FOLLOW_UPS else None
    itself = None if fact.cart_id else fact.tran_ref
    for ref in (followed, itself):
        if ref:
            yield from (ByTransaction(one.store_id, ref) for one in sharing)


def _owner(sharing: Sequence[Store], cart: CartId) -> Store | None:
    """The store whose carts begin like this: an IPN of a shared profile arrives at any of its stores."""
    owners = [one for one in sharing if one.cart_prefix and cart.startswith(one.cart_prefix)]
    return max(owners, key=lambda one: len(one.cart_prefix), default=None)


def _is_stray(fact: Fact, owner: Store) -> bool:
    """Money on a cart that begins like the owner's, of which the owner knows nothing."""
    ours = bool(owner.cart_prefix) and fact.cart_id.startswith(owner.cart_prefix)
    return ours and fact.verdict is Verdict.APPROVED and fact.kind in (Kind.SALE, Kind.AUTH, Kind.CAPTURE)


def _with(engine: Engine, payment: Payment, evidence: Evidence, now: Instant) -> Payment:
    payment = heard(payment, evidence)
    if _is_not_understood(evidence.fact):
        payment = hastened(payment, now=now)
    return engine.revise(payment, now=now)


def _is_not_understood(fact: Fact) -> bool:
    return fact.kind is Kind.UNRECOGNIZED or fact.verdict is Verdict.UNRECOGNIZED


async def _doubt(engine: Engine, store: Store, voice: Voice, reason: Refusal, body: bytes) -> None:
    """Keep what may be a forgery, as many as a store is allowed; that more come than that, a person hears once a day.

    A database that is away is no matter here: nothing is promised for such a message.
    """
    now = engine.now()
    try:
        if engine.forgeries.take(store.store_id, now):
            await _shelve_forgery(engine, store, voice, reason, body)
        elif engine.warnings.take(store.store_id, now):
            await engine.ledger.raise_alert(store.store_id, None, f"forged {rfc3339(now)[:10]}", now=now)
    except LedgerUnavailable as error:
        _log.warning("forgery_not_kept", store=store.store_id, reason=str(error))


async def _shelve_forgery(engine: Engine, store: Store, voice: Voice, reason: Refusal, body: bytes) -> None:
    """Keep what it claimed, and ask the gateway about the payment it named."""
    now = engine.now()
    claim = engine.gateway.claim(body)
    digest = hashlib.sha256(body).hexdigest()
    forgery = Forgery(store_id=store.store_id, digest=digest, voice=voice, reason=reason, claim=claim, at=now)

    def hasten(payment: Payment | None) -> Payment | None:
        return None if payment is None else engine.revise(hastened(payment, now=now), now=now)

    await engine.ledger.keep_forgery(forgery)
    payment = await engine.ledger.amend(ByCart(store.store_id, claim.cart_id), hasten) if claim.cart_id else None
    if payment is not None:
        engine.wake(ask_at=payment.ask_at, tell_at=payment.tell_at)
