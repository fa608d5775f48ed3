"""What a buyer may do now: pay on the page that lives, get another one, or nothing because the money is decided."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from wasl.domain.evidence import FOLLOW_UPS, Verdict
from wasl.domain.fold import weighed_evidence
from wasl.domain.outcome import State
from wasl.domain.payment import Answer, Attempt, Payment
from wasl.domain.time import MINUTE_MS, SECOND_MS, Instant
from wasl.domain.weigh import MISMATCHED, Role, Weighed

ATTEMPTS_MAX: Final = 200
# Whoever asks the gateway gives up after nine seconds; an answer that nobody has recorded by then is lost.
ANSWER_AWAITED_MS: Final = 15 * SECOND_MS
# A page with less life than this is not handed out again: the buyer could not finish on it.
PAGE_LIFE_MIN_MS: Final = MINUTE_MS

_DECIDED: Final = frozenset(
    {
        State.PAID,
        State.PARTIALLY_REFUNDED,
        State.REFUNDED,
        State.PARTIALLY_CAPTURED,
        State.AUTHORIZED,
        State.HELD,
    }
)
_UNCLEAR: Final = frozenset({Role.UNKNOWN, Role.UNRECOGNIZED})


class Next(StrEnum):
    """The answer to a store that asks for a page."""

    NONE = "none"  # decided, held or unknown: another page could take the money twice
    SAME_PAGE = "same_page"
    AWAIT = "await"  # somebody is asking the gateway for it right now
    NEW_PAGE = "new_page"


def next_page(payment: Payment, *, now: Instant) -> Next:
    """What to do when the same order asks again, for the same amount."""
    if _settled_or_unclear(payment):
        return Next.NONE
    attempt = payment.last_attempt
    if attempt is None:
        return Next.NEW_PAGE
    if attempt.answer is Answer.AWAITED and now < attempt.opened_at + ANSWER_AWAITED_MS:
        return Next.AWAIT
    return Next.SAME_PAGE if live_page(payment, now=now) == attempt else Next.NEW_PAGE


def live_page(payment: Payment, *, now: Instant) -> Attempt | None:
    """The attempt whose hosted page a buyer can still pay on, if there is one."""
    attempt = payment.last_attempt
    if attempt is None or attempt.answer is not Answer.PAGE or attempt.amount != payment.amount:
        return None
    if now >= attempt.expires_at - PAGE_LIFE_MIN_MS or _settled_or_unclear(payment):
        return None
    return attempt if attempt_states(payment)[attempt.number] is State.OPEN else None


def is_unclear(payment: Payment) -> bool:
    """Whether something is known that may yet turn out to be money: another page could take it twice.

    What nobody understands or knows stops to matter when its attempt is closed; money that fits nothing, when a person
    has decided about it.
    """
    closed = {closing.attempt for closing in payment.closings}
    open_cases = [w for w in weighed_evidence(payment) if not w.settled]
    return any(
        w.role in MISMATCHED or (w.role in _UNCLEAR and (w.attempt is None or w.attempt.number not in closed))
        for w in open_cases
    )


def _settled_or_unclear(payment: Payment) -> bool:
    return payment.outcome.state in _DECIDED or is_unclear(payment)


def attempt_states(payment: Payment) -> Mapping[int, State]:
    """Where each attempt stands, for showing it. What decides the payment is the fold."""
    heard: dict[int, list[Weighed]] = defaultdict(list)
    for one in weighed_evidence(payment):
        if one.attempt is not None and one.transaction.kind not in FOLLOW_UPS:
            heard[one.attempt.number].append(one)
    closed = {closing.attempt for closing in payment.closings}
    return {a.number: _state(heard[a.number], closed=a.number in closed) for a in payment.attempts}


def _state(mine: Sequence[Weighed], *, closed: bool) -> State:
    roles = {w.role for w in mine}
    for role, state in _BY_ROLE.items():
        if role in roles:
            return state
    verdicts = {w.transaction.verdict for w in mine}
    if verdicts & {Verdict.DECLINED, Verdict.ERROR}:
        return State.FAILED
    if Verdict.CANCELED in verdicts:
        return State.CANCELED
    return State.EXPIRED if closed or Verdict.EXPIRED in verdicts else State.OPEN


_BY_ROLE: Final = {
    Role.TAKES: State.PAID,
    Role.AUTHORIZES: State.AUTHORIZED,
    Role.HOLDS: State.HELD,
    Role.WAITS: State.PENDING,
    Role.WAS_VOIDED: State.VOIDED,
}
