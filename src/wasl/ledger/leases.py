"""Who may do what is due: leases on questions, tellings and alerts, and the budget that pays for questions."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from wasl.domain.payment import PaymentId
from wasl.domain.store import StoreId
from wasl.domain.time import HOUR_MS, MINUTE_MS, Instant, after
from wasl.engine.ports import Alert, Lease
from wasl.ledger import statements as sql
from wasl.ledger.statements import Step, Steps

DUE_PER_LEASE: Final = 8  # how many due questions are looked at for each that may be leased
CROWD: Final = 2_000  # so many due payments are sorted in a few milliseconds
BURST_MS: Final = 1_000
BESIDES_MS: Final = 5_000  # how long a store whose gateway hangs is put off, so that others are looked at
STEP_MAX_MS: Final = 30 * MINUTE_MS  # the longest that one question may use up of a budget
JUMP_MS: Final = BURST_MS + MINUTE_MS  # a budget used up by more than this and one step ahead: a clock was wrong
TELL_AHEAD_MS: Final = 2 * HOUR_MS  # longer than any back-off
_Id = tuple[str, str]


def lease_tells(*, now: Instant, until: Instant, limit: int, besides: Sequence[StoreId]) -> Steps[list[Lease]]:
    """Take payments whose store is due to be told; *until* is also the fence of whoever holds the lease."""
    rows = yield Step(sql.LEASE_TELLS, [(now, until, limit, json.dumps(besides))])
    return [Lease(store_id=StoreId(row[0]), payment_id=PaymentId(row[1]), until=until) for row in rows]


def lease_asks(*, now: Instant, until: Instant, limit: int, besides: Sequence[StoreId]) -> Steps[list[Lease]]:
    """Take due questions, as many as each store's budget pays for; what it cannot pay for yet is put off.

    A question put off is asked when its turn comes, behind those before it. The budget is a point in time up to which
    it is used up; it may lie one second ahead, so that a burst is answered at once.
    """
    waiting: dict[str, list[str]] = defaultdict(list)
    for store_id, payment_id in (yield from _due_asks(now, limit * DUE_PER_LEASE)):
        waiting[store_id].append(payment_id)
    if not waiting:
        return []
    budgets = yield Step(sql.BUDGETS, [(store_id,) for store_id in sorted(waiting)])
    leased, deferred, spent = list[_Id](), list[tuple[str, str, int]](), list[tuple[str, int]]()
    for store_id, per_s, asked_until, sharing in budgets:
        if store_id in besides:
            deferred += [(store_id, payment_id, now + BESIDES_MS) for payment_id in waiting[store_id]]
            continue
        step_ms = _step_ms(per_s, sharing)
        used = max(asked_until, now)
        for payment_id in waiting[store_id]:
            if used <= now + BURST_MS and len(leased) < limit:
                leased.append((store_id, payment_id))
                used += step_ms
            elif used > now + BURST_MS:
                deferred.append((store_id, payment_id, used - BURST_MS))
                used += step_ms
        spent.append((store_id, min(used, now + BURST_MS + step_ms)))
    if leased:
        yield Step(sql.LEASE_ASKS, [(*identity, until) for identity in sorted(leased)])
        yield Step(sql.SPEND, spent)
    if deferred:
        yield Step(sql.DEFER_ASKS, sorted(deferred))
    return [Lease(store_id=StoreId(store_id), payment_id=PaymentId(found), until=until) for store_id, found in leased]


def _due_asks(now: Instant, limit: int) -> Steps[list[_Id]]:
    """What is due, the most urgent first."""
    (crowd,) = yield Step(sql.CROWD, [(now, CROWD)])
    if crowd[0] < CROWD:
        few = yield Step(sql.DUE_ASKS, [(now, limit)])
        return [(row[0], row[1]) for row in few]
    returned = yield Step(sql.RETURNED_ASKS, [(now, limit)])
    youngest = yield Step(sql.YOUNGEST_ASKS, [(now, limit)])
    return list(dict.fromkeys((row[0], row[1]) for row in (*returned, *youngest)))


def _step_ms(per_s: float, sharing: int) -> int:
    """What one question uses up of a budget that *sharing* stores have together."""
    return min(round(1000 * sharing / per_s), STEP_MAX_MS)


def spare_question(store_id: StoreId, *, now: Instant) -> Steps[Instant]:
    """Take one only from a budget that is not used up, so that it never delays a due question by more than itself."""
    budgets = yield Step(sql.BUDGETS, [(store_id,)])
    for _, per_s, asked_until, sharing in budgets:
        if asked_until > now:
            return Instant(asked_until)
        yield Step(sql.SPEND, [(store_id, now + _step_ms(per_s, sharing))])
    return now


def reserve_auto_refund(
    store_id: StoreId, cause: str, amount: int, *, ceiling: int, since: Instant, now: Instant
) -> Steps[bool]:
    """Count *amount* against the ceiling, once for each cause. Two at once wait for each other on the store's row."""
    yield Step(sql.BUDGETS, [(store_id,)])
    spent = yield Step(sql.AUTO_REFUNDS, [(store_id, since, cause)])
    if any(row[0] == cause for row in spent):
        return True
    if sum(row[1] for row in spent) + amount > ceiling:
        return False
    yield Step(sql.PUT_AUTO_REFUND, [(store_id, cause, amount, now)])
    return True


def lease_alerts(*, now: Instant, until: Instant, limit: int, besides: Sequence[StoreId]) -> Steps[list[Alert]]:
    """Take alerts that are due to be sent."""
    rows = yield Step(sql.LEASE_ALERTS, [(now, until, limit, json.dumps(besides))])
    return [
        Alert(
            store_id=StoreId(row[0]),
            cause=row[1],
            payment_id=PaymentId(row[2]),
            tries=row[3],
            created_at=Instant(row[4]),
            until=until,
        )
        for row in rows
    ]


def mend_clock(now: Instant) -> Steps[bool]:
    """Let what was put off while a clock ran ahead be done now; answers whether one had.

    Budgets only ever move forward with the time, so one that lies far ahead is the trace of such a clock. What is due
    then is asked about and told once too often, which is harmless.
    """
    yield Step(sql.MEND_TELLS, [(now, after(now, TELL_AHEAD_MS))])
    ahead = yield Step(sql.BUDGETS_AHEAD, [(after(now, JUMP_MS),)])
    if not ahead[0][0]:
        return False
    yield Step(sql.MEND_ASKS, [(now,)])
    yield Step(sql.MEND_TELLS, [(now, now)])
    yield Step(sql.MEND_ALERTS, [(now,)])
    yield Step(sql.MEND_BUDGETS, [(now,)])
    return True
