"""When to ask the gateway next. A pure function, so that it goes on after a restart exactly where it was."""

from collections.abc import Iterable, Iterator
from typing import Final

from wasl.domain.evidence import Closing, ClosingReason, TranRef
from wasl.domain.fold import live_holds, watched_evidence, weighed_evidence
from wasl.domain.operating import next_submission, operation_points
from wasl.domain.payment import Attempt, Payment
from wasl.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Instant, after
from wasl.domain.weigh import MISMATCHED, Role, Weighed

WATCH_MS: Final = MINUTE_MS  # while a page lives
LAST_QUERY_MS: Final = 30 * SECOND_MS  # after a page's life: its clock is the gateway's, which may run behind
AFTER_RETURN_MS: Final = (0, 3 * SECOND_MS, 10 * SECOND_MS, 30 * SECOND_MS)
AFTER_END_MS: Final = (30 * MINUTE_MS, 2 * HOUR_MS, 4 * HOUR_MS, 24 * HOUR_MS, 72 * HOUR_MS)
UNANSWERED_MS: Final = tuple(m * MINUTE_MS for m in (1, 2, 5, 10, 30, 120, 240, 1440, 4320))
PENDING_DAYS: Final = 10  # a SADAD order lives five days (reference/paytabs-pt2.md §4.6); others vary by partner
WEEK_MS: Final = 7 * DAY_MS
YEAR_MS: Final = 365 * DAY_MS
HELD_DAYS: Final = 30  # the acquirer drops a held authorisation after 15 to 30 days, silently (§3.6)
# Money that fits nothing, and test money where only real money counts: a person has to decide.
_UNSETTLED: Final = frozenset({*MISMATCHED, Role.TEST_MONEY})
# What ends by a person's or a bank's act, whenever that may be.
_OPEN_ENDED: Final = frozenset({Role.HOLDS, Role.AUTHORIZES, Role.UNDER_WAY, *_UNSETTLED})


def next_ask(payment: Payment, *, watch_ms: int = WATCH_MS) -> Instant | None:
    """The first point after the last answered query at which some attempt has to be asked about; None: never again."""
    asked_at = payment.asked_at if payment.asked_at is not None else Instant(payment.created_at - 1)
    weighed = watched_evidence(payment)
    points = (
        point
        for attempt in payment.attempts
        for point in _points(attempt, payment, weighed, asked_at, watch_ms)
        if point > asked_at
    )
    waiting = next_submission(payment)
    # A person's decision may end what kept a page open, long after its last question was answered.
    overdue = after(asked_at, 1) if closings_due(payment, now=asked_at) else None
    alarms = (alarm for alarm in (waiting, overdue) if alarm is not None)
    return min((*points, *alarms), default=None)


def asked_about(payment: Payment) -> tuple[Attempt, ...]:
    """The attempts that a query should cover now: those that have a point ahead of them, or that it may end."""
    long_ago = Instant(payment.created_at - 1)
    asked_at = payment.asked_at if payment.asked_at is not None else long_ago
    weighed = watched_evidence(payment)
    ending = {closing.attempt for closing in closings_due(payment, now=asked_at)}
    return tuple(
        attempt
        for attempt in payment.attempts
        if attempt.number in ending
        or any(point > asked_at for point in _points(attempt, payment, weighed, asked_at, WATCH_MS))
    )


def closings_due(payment: Payment, *, now: Instant) -> tuple[Closing, ...]:
    """The attempts that end now because their life is over and a query has just found nothing new."""
    weighed = weighed_evidence(payment)
    closed = {closing.attempt for closing in payment.closings}
    ends = ((a.number, _life_end(a, _own_roles(a, weighed))) for a in payment.attempts if a.number not in closed)
    return tuple(
        Closing(attempt=number, reason=ClosingReason.EXPIRED, at=now)
        for number, end in ends
        if end is not None and now >= end
    )


def long_held(payment: Payment, *, days: int, now: Instant) -> tuple[TranRef, ...]:
    """The transactions under risk review for *days* or more: somebody has to decide them in the gateway's dashboard."""
    live = live_holds(payment)
    holding = [w.transaction for w in weighed_evidence(payment) if w.role is Role.HOLDS and w.family in live]
    return tuple(one.tran_ref for one in holding if now >= after(one.at or payment.created_at, days * DAY_MS))


def aging_authorizations(payment: Payment, *, days: int, now: Instant) -> tuple[TranRef, ...]:
    """Authorisations of *days* or more that are not wholly captured or let go: a bank drops them, silently."""
    live = {w.transaction.tran_ref: w.transaction for w in watched_evidence(payment) if w.role is Role.AUTHORIZES}
    return tuple(ref for ref, t in live.items() if now >= after(t.at or payment.created_at, days * DAY_MS))


def _life_end(attempt: Attempt, roles: frozenset[Role]) -> Instant | None:
    """When an attempt that nothing more was heard of may be called over; None if it ends by what was heard."""
    if Role.WAITS in roles:
        return after(attempt.expires_at, PENDING_DAYS * DAY_MS)
    if roles & _UNSETTLED:
        return None
    if roles & {Role.UNKNOWN, Role.UNRECOGNIZED}:
        return after(attempt.expires_at, UNANSWERED_MS[-1])
    return None if roles else after(attempt.expires_at, LAST_QUERY_MS)


def _roles(attempt: Attempt, weighed: Iterable[Weighed]) -> frozenset[Role]:
    """The parts that this attempt's transactions play, but for those about which a person has decided."""
    mine = (w for w in weighed if w.attempt is not None and w.attempt.number == attempt.number)
    return frozenset(w.role for w in mine if not w.settled)


def _own_roles(attempt: Attempt, weighed: tuple[Weighed, ...]) -> frozenset[Role]:
    """The same without what acts on money that a person has decided about: its refund keeps no page open.

    A capture of it is money anew, and a case of its own.
    """
    decided = {w.transaction.tran_ref for w in weighed if w.settled}
    return _roles(attempt, (w for w in weighed if w.family not in decided or w.role in _UNSETTLED))


def _points(
    attempt: Attempt, payment: Payment, weighed: tuple[Weighed, ...], asked_at: Instant, watch_ms: int
) -> Iterator[Instant]:
    """Points worth asking at, by what is known of the attempt. Points in the past may be among them."""
    roles = _roles(attempt, weighed)
    end = _life_end(attempt, _own_roles(attempt, weighed))
    if end is not None:
        yield end
    if payment.hastened_at is not None:
        yield payment.hastened_at
    yield from operation_points(payment, attempt.cart_id)
    if Role.TAKES not in roles:
        yield from _after_return(payment, attempt)
    if roles <= {Role.ENDED} or roles & {Role.UNKNOWN, Role.UNRECOGNIZED}:
        # A page that lets the buyer try again may take money after a decline, and partners' pages outlive their end.
        yield from _every(watch_ms, start=attempt.opened_at, until=attempt.expires_at, last=asked_at)
        yield from (after(attempt.expires_at, offset) for offset in (LAST_QUERY_MS, *AFTER_END_MS))
    if roles & {Role.UNKNOWN, Role.UNRECOGNIZED}:
        yield from (after(attempt.opened_at, offset) for offset in UNANSWERED_MS)
    if Role.WAITS in roles and Role.TAKES not in roles:
        yield from _fading(attempt.opened_at, days=PENDING_DAYS, last=asked_at)
    if roles & _OPEN_ENDED:
        news_at = _last_news(attempt, payment, weighed)
        yield from _fading(news_at, days=HELD_DAYS, last=asked_at)
        slow_from = after(news_at, HELD_DAYS * DAY_MS - WEEK_MS)
        yield from _every(WEEK_MS, start=slow_from, until=after(news_at, YEAR_MS), last=asked_at)


def _last_news(attempt: Attempt, payment: Payment, weighed: Iterable[Weighed]) -> Instant:
    """When the latest of what is still open on this attempt was first heard of."""
    refs = {w.transaction.tran_ref for w in weighed if w.role in _OPEN_ENDED and w.attempt == attempt}
    return max(
        (piece.first_heard_at for piece in payment.evidence if piece.fact.tran_ref in refs), default=attempt.opened_at
    )


def _after_return(payment: Payment, attempt: Attempt) -> Iterator[Instant]:
    """The buyer came back: the gateway knows by now, so the answer is worth asking for at once."""
    if payment.returned_at is not None and payment.returned_at >= attempt.opened_at:
        yield from (after(payment.returned_at, offset) for offset in AFTER_RETURN_MS)


def _fading(start: Instant, *, days: int, last: Instant) -> Iterator[Instant]:
    """Hourly for a day, then four times a day, for *days*."""
    day_one_ends, end = after(start, DAY_MS), after(start, days * DAY_MS)
    yield from _every(HOUR_MS, start=start, until=day_one_ends, last=last)
    yield from _every(6 * HOUR_MS, start=after(day_one_ends, -6 * HOUR_MS), until=end, last=last)


def _every(step_ms: int, *, start: Instant, until: Instant, last: Instant) -> Iterator[Instant]:
    """The first point of a steady rhythm after *last*, if it lies before *until*."""
    steps = max(1, (last - start) // step_ms + 1)
    point = after(start, steps * step_ms)
    if point < until:
        yield point
