"""What a merchant lets go back without a person: within a daily ceiling, each case once, and never silently."""

from typing import Final

import structlog

from wasl.domain.evidence import TranRef
from wasl.domain.operating import NotAllowed, Plan, plan, to_give_back
from wasl.domain.operation import OperationKind
from wasl.domain.payment import Payment
from wasl.domain.store import AutoRefund, Store
from wasl.domain.time import DAY_MS, Instant, rfc3339
from wasl.engine.engine import Engine
from wasl.engine.operate import KeyTaken, Operated, OperationWish, operate

BY_POLICY: Final = "policy"
OUT_OF_STOCK: Final = AutoRefund.OUT_OF_STOCK.value  # the cause of an alert, raised when the shop says so
_log = structlog.get_logger(__name__)


async def give_back(engine: Engine, store: Store, payment: Payment, cause: str) -> str:
    """Refund what the store's policy says about *cause*; answers what was done in words, "" if there is no policy.

    Repeating it gives nothing back twice. Above the ceiling nothing goes back, and the store is alerted of that.
    """
    case, _, _ = cause.partition(" ")
    if case not in store.auto_refund:
        return ""
    plans = _plans(payment, case, cause)
    if not plans or any(planned.amount.currency != store.currency for _, planned in plans):
        return ""  # nothing is left to give back, or it is in a currency that the ceiling does not count
    if not await _fits(engine, store, payment, cause, sum(planned.amount.minor for _, planned in plans)):
        return "not refunded by itself: the ceiling of a day is reached"
    said: list[str] = []
    for kind, planned in plans:
        wish = OperationWish(
            key=f"{BY_POLICY} {cause} {planned.target}",
            kind=kind,
            amount=planned.amount,
            reason=case,
            by=BY_POLICY,
            target=planned.target,
        )
        said.append(_in_words(wish, await operate(engine, store, payment, wish)))
    return "; ".join(said)


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


def _in_words(wish: OperationWish, answer: Operated | NotAllowed | KeyTaken) -> str:
    money = wish.amount
    what = f"{wish.kind.value} of {money} {money.currency.code}" if money else wish.kind.value
    match answer:
        case Operated():
            return f"{what}: {answer.state.value}"
        case NotAllowed():
            return f"{what}: {answer.reason}"
        case KeyTaken():
            return f"{what}: asked for before"
