"""Money after the payment: an intent is recorded, the gateway is asked once, and what became of it is evidence."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import structlog

from wasl.domain.evidence import FAILED, Evidence, Fact, TranRef, Voice
from wasl.domain.money import Money
from wasl.domain.operating import (
    REPEAT_MS,
    REPEATS_MAX,
    NotAllowed,
    due_operations,
    follow_up_kind,
    operation_states,
    plan,
    submission_due,
)
from wasl.domain.operation import Operation, OperationId, OperationKind, OperationState, Reply
from wasl.domain.payment import Payment
from wasl.domain.revise import heard
from wasl.domain.store import Store
from wasl.domain.time import SECOND_MS, after
from wasl.engine.engine import Engine
from wasl.engine.ports import ByPayment, FollowUpRefused, FollowUpRepeated, FollowUpWish
from wasl.errors import GatewayUnavailable, Misconfigured, required

UNSENT_MS: Final = 30 * SECOND_MS
ANSWER_S: Final = 20.0  # how long an asker waits for the gateway; the operation goes on without him
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationWish:
    """What somebody asks for. `key` is the asker's own name for it; the same key again is the same operation.

    *amount* None means all that is left. *target* names one of several transactions.
    """

    key: str
    kind: OperationKind
    amount: Money | None
    reason: str
    by: str
    target: TranRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operated:
    """The operation as it now is. `created` is false for a repeat of the same wish."""

    payment: Payment
    operation: Operation
    state: OperationState
    created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTaken:
    """The same key was used for something else."""


async def operate(
    engine: Engine, store: Store, payment: Payment, wish: OperationWish
) -> Operated | NotAllowed | KeyTaken:
    """Record the intent, then ask the gateway if it is due. Repeating it with one key changes nothing.

    Two people at once cannot give back more than was taken: what is under way counts as done. Raises
    LedgerUnavailable if the intent could not be kept; then nobody was asked.
    """
    operation_id, refusal, created = engine.chance.operation_id(), None, False
    now = engine.now()

    def change(current: Payment | None) -> Payment | None:
        nonlocal refusal, created
        refusal, created = None, False
        if current is None or _named(current, wish.key) is not None:
            return current
        planned = plan(current, wish.kind, wish.amount, target=wish.target)
        if isinstance(planned, NotAllowed):
            refusal = planned
            return current
        created = True
        operation = Operation(
            operation_id=operation_id,
            key=wish.key,
            kind=wish.kind,
            amount=planned.amount,
            target=planned.target,
            cart_id=planned.cart_id,
            reason=wish.reason,
            by=wish.by,
            requested_at=now,
            due_at=submission_due(current, planned.cart_id, planned.amount, now=now),
            whole=wish.amount is None,
        )
        return engine.revise(replace(current, operations=(*current.operations, operation)), now=now)

    kept = required(await engine.ledger.amend(_key(payment), change), "payments are never removed")
    if refusal is not None:
        return refusal
    operation = required(_named(kept, wish.key), "an operation that is allowed is recorded")
    if not created and not _same(operation, wish):
        return KeyTaken()
    if created:
        kept = await _without_hurry(engine, store, kept, operation.operation_id)
        engine.wake(ask_at=kept.ask_at, tell_at=kept.tell_at)
    return _operated(kept, operation.operation_id, created=created)


async def submit_due(engine: Engine, store: Store, payment: Payment, *, only: OperationId | None = None) -> Payment:
    """Ask the gateway for every operation that is due and was never asked for. Harmless to repeat, by anybody.

    Without *only*, its caller has just looked whether what was taken for a repeat is there after all. Whoever marks an
    operation as submitted asks, once; a process that dies between the two leaves it unknown.
    """
    for operation in due_operations(payment, now=engine.now()):
        if only not in (None, operation.operation_id):
            continue
        payment = await _submit(engine, store, payment, operation.operation_id)
    return payment


async def _without_hurry(engine: Engine, store: Store, payment: Payment, only: OperationId) -> Payment:
    """Submit, but do not keep the asker longer than that; the answer is recorded all the same."""
    submitting = asyncio.ensure_future(submit_due(engine, store, payment, only=only))
    engine.keep(submitting)
    done, _ = await asyncio.wait({submitting}, timeout=ANSWER_S)
    if done:
        return submitting.result()
    return required(await engine.ledger.payment(_key(payment)), "payments are never removed")


async def _submit(engine: Engine, store: Store, payment: Payment, operation_id: OperationId) -> Payment:
    claimed = await _claim(engine, payment, operation_id)
    if claimed is None:
        return required(await engine.ledger.payment(_key(payment)), "payments are never removed")
    payment, operation = claimed
    wish = FollowUpWish(
        operation=operation.operation_id,
        kind=follow_up_kind(payment, operation),
        target=operation.target,
        cart_id=operation.cart_id,
        amount=operation.amount,
        reason=operation.reason,
    )
    try:
        answer = await engine.gateway.follow_up(store.profile, wish)
    except GatewayUnavailable as error:
        if not error.sent:
            return await _put_off(engine, payment, operation_id)
        _log.warning("operation_unanswered", store=store.store_id, operation=operation_id, reason=str(error))
        return await _answered(engine, payment, operation_id, reply=Reply.LOST, note=str(error))
    except Misconfigured as error:
        return await _answered(engine, payment, operation_id, reply=Reply.REFUSED, note=str(error))
    if isinstance(answer, FollowUpRepeated):
        return await _repeated(engine, payment, operation_id)
    if isinstance(answer, FollowUpRefused):
        return await _answered(engine, payment, operation_id, reply=Reply.REFUSED, note=answer.message)
    return await _stated(engine, payment, operation_id, *answer)


async def _claim(engine: Engine, payment: Payment, operation_id: OperationId) -> tuple[Payment, Operation] | None:
    """Mark it as submitted; None if somebody else has. From here on it is not sent again, whatever happens."""
    mine: Operation | None = None
    now = engine.now()

    def mark(current: Payment, operation: Operation) -> Operation:
        nonlocal mine
        mine = replace(operation, submitted_at=now) if operation in due_operations(current, now=now) else None
        return mine or operation

    kept = await _change(engine, payment, operation_id, mark)
    return None if mine is None else (kept, mine)


async def _stated(engine: Engine, payment: Payment, operation_id: OperationId, fact: Fact, raw: bytes) -> Payment:
    """Fold in the transaction that the gateway answered; one without a name can only be a refusal or a loss."""
    if not fact.tran_ref:
        reply = Reply.REFUSED if fact.verdict in FAILED else Reply.LOST
        return await _answered(engine, payment, operation_id, reply=reply, note=_said(fact))
    note = _said(fact) if fact.verdict in FAILED else ""
    return await _answered(engine, payment, operation_id, reply=Reply.STATED, note=note, fact=fact, raw=raw)


async def _repeated(engine: Engine, payment: Payment, operation_id: OperationId) -> Payment:
    """Wait until it can be no repeat; a worker then looks for its transaction before it is sent again."""
    later = after(engine.now(), REPEAT_MS)

    def mark(_: Payment, operation: Operation) -> Operation:
        if operation.repeats >= REPEATS_MAX:
            note = "the gateway takes it for a repeat again and again; look in its dashboard"
            return replace(operation, reply=Reply.REFUSED, note=note)
        return replace(operation, submitted_at=None, due_at=later, repeats=operation.repeats + 1)

    return await _change(engine, payment, operation_id, mark)


async def _put_off(engine: Engine, payment: Payment, operation_id: OperationId) -> Payment:
    """Nothing left this machine, so nothing has happened: it is due again soon."""
    later = after(engine.now(), UNSENT_MS)

    def mark(_: Payment, operation: Operation) -> Operation:
        return replace(operation, submitted_at=None, due_at=later)

    return await _change(engine, payment, operation_id, mark)


async def rule_not_done(
    engine: Engine, payment: Payment, operation_id: OperationId, *, note: str, by: str
) -> Operated | None:
    """A person found out that an unknown operation did not happen: its amount is free again. None if it is not unknown.

    Evidence that it did, should it ever come, goes before this.
    """
    states = {one.operation_id: state for one, state in operation_states(payment)}
    if states.get(operation_id) is not OperationState.UNKNOWN:
        return None
    said = f"not done, says {by}: {note}".rstrip(": ")
    kept = await _answered(engine, payment, operation_id, reply=Reply.REFUSED, note=said)
    return _operated(kept, operation_id, created=False)


async def _answered(
    engine: Engine,
    payment: Payment,
    operation_id: OperationId,
    *,
    reply: Reply,
    note: str,
    fact: Fact | None = None,
    raw: bytes = b"",
) -> Payment:
    ref = fact.tran_ref if fact is not None else None

    def mark(_: Payment, operation: Operation) -> Operation:
        return replace(operation, reply=reply, note=note, tran_ref=ref or operation.tran_ref)

    return await _change(engine, payment, operation_id, mark, fact=fact, raw=raw)


async def _change(
    engine: Engine,
    payment: Payment,
    operation_id: OperationId,
    mark: Callable[[Payment, Operation], Operation],
    *,
    fact: Fact | None = None,
    raw: bytes = b"",
) -> Payment:
    now = engine.now()

    def change(current: Payment | None) -> Payment | None:
        if current is None:
            return None
        marked = tuple(mark(current, one) if one.operation_id == operation_id else one for one in current.operations)
        current = replace(current, operations=marked)
        if fact is not None:
            said = Evidence(voice=Voice.ANSWER, fact=fact, first_heard_at=now, last_heard_at=now, raw=raw)
            current = heard(current, said)
        return engine.revise(current, now=now)

    return required(await engine.ledger.amend(_key(payment), change), "payments are never removed")


def _operated(payment: Payment, operation_id: OperationId, *, created: bool) -> Operated:
    found = {one.operation_id: (one, state) for one, state in operation_states(payment)}
    operation, state = found[operation_id]
    return Operated(payment=payment, operation=operation, state=state, created=created)


def _named(payment: Payment, key: str) -> Operation | None:
    return next((one for one in payment.operations if one.key == key), None)


def _same(operation: Operation, wish: OperationWish) -> bool:
    """Whether a repeated key asks for the same: an amount, or all that was left, whatever is left now."""
    return (
        operation.kind is wish.kind
        and operation.whole == (wish.amount is None)
        and wish.amount in (None, operation.amount)
        and wish.target in (None, operation.target)
        and wish.reason == operation.reason
    )


def _said(fact: Fact) -> str:
    return f"{fact.message} (code {fact.code})" if fact.code else fact.message


def _key(payment: Payment) -> ByPayment:
    return ByPayment(payment.store_id, payment.payment_id)
