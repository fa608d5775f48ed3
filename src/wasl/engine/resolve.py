"""A person decides: a case is closed, with who and why, or its money is given back. A decision proves no money."""

from dataclasses import dataclass, replace

from wasl.domain.evidence import Decision, Ruling
from wasl.domain.operating import NotAllowed, to_give_back
from wasl.domain.payment import Payment
from wasl.domain.store import Store
from wasl.engine.engine import Engine
from wasl.engine.operate import KeyTaken, Operated, OperationWish, operate
from wasl.engine.ports import ByPayment
from wasl.errors import required


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToResolve:
    """The payment has no open case."""


async def accept(engine: Engine, payment: Payment, *, note: str, by: str) -> Payment | NothingToResolve:
    """Close every open case of *payment* by accepting it as it is. Money that comes later raises its concern anew.

    Repeating it finds nothing more to resolve. A telling that was parked goes on.
    """
    now = engine.now()

    def change(current: Payment | None) -> Payment | None:
        if current is None:
            return None
        if not current.outcome.causes:
            return current
        decision = Decision(ruling=Ruling.ACCEPTED, causes=current.outcome.causes, note=note, by=by, at=now)
        return engine.revise(replace(current, decisions=(*current.decisions, decision)), now=now)

    key = ByPayment(payment.store_id, payment.payment_id)
    before = required(await engine.ledger.payment(key), "payments are never removed")
    if not before.outcome.causes and not before.parked:
        return NothingToResolve()
    decided = required(await engine.ledger.amend(key, change), "payments are never removed")
    if before.parked:
        await engine.ledger.retell(payment.store_id, payment.payment_id, now=now)
    engine.wake(ask_at=decided.ask_at, tell_at=now)
    return decided


async def refund_cases(
    engine: Engine, store: Store, payment: Payment, *, note: str, by: str
) -> tuple[Operated | NotAllowed, ...] | NothingToResolve:
    """Give back the money behind every open case; evidence of that closes them. Repeating it asks for nothing twice."""
    wanted = to_give_back(payment, payment.outcome.causes)
    if not wanted:
        return NothingToResolve()
    answers: list[Operated | NotAllowed] = []
    for kind, target in wanted:
        wish = OperationWish(
            key=f"resolve {kind.value} {target}", kind=kind, amount=None, reason=note, by=by, target=target
        )
        answer = await operate(engine, store, payment, wish)
        # The same key with another note is the same wish: what was asked for first stands.
        answers.append(NotAllowed(reason=f"{target} was asked for already") if isinstance(answer, KeyTaken) else answer)
    return tuple(answers)
