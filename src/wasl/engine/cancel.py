"""A store cancels: the gateway is asked first, so that nobody calls paid money cancelled."""

from dataclasses import dataclass, replace
from typing import Final

from wasl.domain.evidence import Closing, ClosingReason
from wasl.domain.operating import operation_states
from wasl.domain.operation import OperationKind, OperationState
from wasl.domain.outcome import State
from wasl.domain.paying import is_unclear
from wasl.domain.payment import Payment
from wasl.domain.store import Store
from wasl.engine.ask import ask
from wasl.engine.engine import Engine
from wasl.engine.operate import Operated, OperationWish, operate
from wasl.engine.ports import ByPayment
from wasl.errors import required

BY_CANCELING: Final = "cancel"
_ENDED: Final = frozenset({State.FAILED, State.CANCELED, State.EXPIRED, State.VOIDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCanceled:
    """Money has moved, is held or may be on its way; `payment` says which."""

    payment: Payment


async def cancel_payment(
    engine: Engine, store: Store, payment: Payment, *, reason: ClosingReason = ClosingReason.CANCELED_BY_STORE
) -> Payment | NotCanceled:
    """Close every attempt of an unpaid payment that the gateway was asked about; let an authorisation go.

    The gateway's page cannot be taken back: money after this is late. Raises GatewayUnavailable if the gateway does
    not say that nothing was paid: then nothing is cancelled, and asking again is safe. A payment that has ended
    already stays as it is. A page that was opened meanwhile stays, and with it the payment.
    """
    # An answer may be long on its way: money after the question is late, whenever the answer came.
    asked_at, carts = engine.now(), {attempt.cart_id for attempt in payment.attempts}
    asked = await ask(engine, store.profile, payment)
    if asked.outcome.state is State.AUTHORIZED and not asked.outcome.concerns:
        let_go = await _let_go(engine, store, asked)
        if isinstance(let_go, NotCanceled):
            return let_go

    def change(current: Payment | None) -> Payment | None:
        if current is None or current.outcome.state not in (State.OPEN, State.PENDING):
            return current
        if current.outcome.concerns or is_unclear(current):
            return current
        closed = {closing.attempt for closing in current.closings}
        ending = (one for one in current.attempts if one.cart_id in carts and one.number not in closed)
        closings = tuple(Closing(attempt=one.number, reason=reason, at=asked_at) for one in ending)
        return engine.revise(replace(current, closings=(*current.closings, *closings)), now=engine.now())

    key = ByPayment(payment.store_id, payment.payment_id)
    known = required(await engine.ledger.amend(key, change), "payments are never removed")
    engine.wake(ask_at=known.ask_at, tell_at=known.tell_at)
    return known if known.outcome.state in _ENDED else NotCanceled(payment=known)


async def _let_go(engine: Engine, store: Store, payment: Payment) -> Payment | NotCanceled:
    """Void what is authorised. Two who cancel at once ask for it once; one that was refused may be asked for again."""
    refused = [one for one, state in operation_states(payment) if state is OperationState.REFUSED]
    tried = sum(one.kind is OperationKind.VOID for one in refused)
    wish = OperationWish(
        key=f"cancel {tried}", kind=OperationKind.VOID, amount=None, reason="canceled", by=BY_CANCELING
    )
    answer = await operate(engine, store, payment, wish)
    known = answer.payment if isinstance(answer, Operated) else payment
    return NotCanceled(payment=known) if known.outcome.state is State.AUTHORIZED else known
