"""What a merchant lets go back without a person: within a daily ceiling, each case once, and never silently."""

from typing import Final

import structlog

from wasl.domain.evidence import TranRef
from wasl.domain.operating import Plan, operation_states, plan, to_give_back
from wasl.domain.operation import OperationKind
from wasl.domain.payment import Payment
from wasl.domain.store import Store
from wasl.domain.time import DAY_MS, Instant, rfc3339
from wasl.engine.engine import Engine
from wasl.engine.operate import Operated, OperationWish, operate
from wasl.engine.ports import OUT_OF_STOCK

BY_POLICY: Final = "policy"
_log = structlog.get_logger(__name__)


async def give_back(engine: Engine, store: Store, payment: Payment, cause: str) -> str:
    """Refund what the store's policy says about *cause*; answers what was done in words, "" if there is no policy.

    Only what is still an open case goes back. Repeating it gives nothing back twice. Above the ceiling nothing goes
    back, and the store is alerted of that.
    """
    case, _, _ = cause.partition(" ")
    if case not in store.auto_refund:
        return ""
    plans = _plans(payment, case, cause)
    if not plans or any(planned.amount.currency != store.currency for _, planned in plans):
        return ""  # nothing is left to give back, or it is in a currency that the ceiling does not count
    if not await _fits(engine, store, payment, cause, sum(planned.amount.minor for _, planned in plans)):
        return "not refunded by itself: the ceiling of a day is reached"
    for kind, planned in plans:
        wish = OperationWish(
            key=f"{_key(cause)}{planned.target}",
            kind=kind,
            amount=planned.amount,
            reason=case,
            by=BY_POLICY,
            target=planned.target,
        )
        answer = await operate(engine, store, payment, wish)
        payment = answer.payment if isinstance(answer, Operated) else payment
    return given_back(payment, cause)


def given_back(payment: Payment, cause: str) -> str:
    """What policy has given back for *cause*, in words; "" if nothing."""
    mine = [(one, state) for one, state in operation_states(payment) if one.key.startswith(_key(cause))]
    said = (f"{one.kind.value} of {one.amount} {one.amount.currency.code}: {state.value}" for one, state in mine)
    return "; ".join(said)


def _key(cause: str) -> str:
    return f"{BY_POLICY} {cause} / "


def _plans(payment: Payment, case: str, cause: str) -> list[tuple[OperationKind, Plan]]:
    if case == OUT_OF_STOCK:
        wanted: list[tuple[OperationKind, TranRef | None]] = [(OperationKind.REFUND, None)]
    else:
        wanted = list(to_give_back(payment, (cause,)))
    plans = ((kind, plan(payment, kind, None, target=target)) for kind, target in wanted)
    return [(kind, planned) for kind, planned in plans if isinstance(planned, Plan)]


async def _fits(engine: Engine, store: Store, payment: Payment, cause: str, minor: int) -> bool:
    """Whether it fits under the ceiling of the last 24 hours, and is counted there by now."""
    now = engine.now()
    ceiling, since = store.auto_refund_ceiling, Instant(now - DAY_MS)
    name = f"{payment.payment_id} {cause}"
    if await engine.ledger.reserve_auto_refund(store.store_id, name, minor, ceiling=ceiling, since=since, now=now):
        return True
    _log.warning("auto_refund_stopped", store=store.store_id, payment=payment.payment_id)
    await engine.ledger.raise_alert(store.store_id, None, f"auto_refund_stopped {rfc3339(now)[:10]}", now=now)
    return False
